//! The engine of Vanguard, a firewall for the Model Context Protocol.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod analyzers;
mod builder;
pub mod config;
pub mod exchange;
mod facts;
pub mod finding;
mod inspection;
mod inspector;
mod l1;
mod layers;
mod mask;
pub mod message;
pub mod normalize;
pub mod policy;
pub mod rules;
mod scratch;
pub mod session;
pub mod verdict;

pub use builder::InspectorBuilder;
pub use config::{Config, ConfigError};
pub use exchange::{Exchange, Outcome, Record, Session};
pub use finding::{Confidence, Finding, Layer, Severity};
pub use inspection::{FieldRef, Inspection};
pub use inspector::Inspector;
pub use layers::{Answer, BehaviorLayer, LayerError, Query, RuleLayer, SemanticLayer};
pub use message::{Context, FieldKind, Flow, Framing, Limits, Message, MessageKind, Span, Visibility};
pub use policy::{Profile, Threshold};
pub use scratch::Scratch;
pub use session::{Knowledge, Origin};
pub use verdict::{Action, DENIED, DenyAs, Edit, EditOp, Undecided, Verdict, Versions};
