//! L1, first half: signatures. One scan for the literals that rules require, then the candidates' patterns around them,
//! then the rules' conditions over what was found and over what analyzers understood.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `rule`, `condition`, `query/`, `taxonomy` | what a rule says |
//! | `format/` | packs: text to rules |
//! | `builder`, `builtin`, `table` | which packs make a set; those that come with the crate |
//! | `own` | the ids of what the engine finds without a rule |
//! | `examples` | a rule proven by its own examples |
//! | `lint/` | what is wrong with a rule though it can be used |
//! | `rarity`, `literals`, `beside` | what a pattern cannot match without, chosen by rarity; what stands directly beside it |
//! | `prefilter`, `needle` | one scan for all literals |
//! | `syntax`, `pattern`, `chain`, `confirm`, `budget` | a candidate confirmed in linear time, its work counted |
//! | `set`, `scan`, `later`, `judge` | rules made ready; which patterns match; those that take back what others say; which rules hold |

pub mod beside;
pub mod budget;
mod builder;
mod builtin;
mod catalog;
mod chain;
pub mod condition;
mod confirm;
mod examples;
pub mod format;
mod judge;
mod later;
mod lint;
pub mod literals;
mod needle;
pub(crate) mod own;
pub mod pattern;
pub mod prefilter;
pub mod query;
mod rarity;
pub mod rule;
mod scan;
mod set;
pub mod syntax;
mod table;
pub mod taxonomy;

pub use budget::Budget;
pub use builder::RuleSetBuilder;
pub use builtin::PACKS;
pub use catalog::{Entry, catalog};
pub use condition::Condition;
pub use confirm::MAX_MATCHES;
pub use examples::{Failure, run_examples};
pub use judge::Hit;
pub use lint::{Cost, cost, lint};
pub use own::own_rules;
pub use query::{Asked, Fact, FactSource, FieldFact, Topic};
pub use rarity::rarity;
pub use rule::Rule;
pub(crate) use scan::MAX_FOUND;
pub use scan::{Filter, RuleScratch, Segment};
pub use set::RuleSet;
