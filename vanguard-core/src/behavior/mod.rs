//! L3: what a message is after the ones before it.
//!
//! A message belongs to a session where it names one, or a principal. Of each session it is remembered what it did (*acts*, by the
//! tools' capabilities and what L1 found), what its tools said (fingerprints), where it sent what. Detectors hold a message against
//! that before policy composes its verdict; nothing is counted before the verdict stands.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `act` | the words for what a message does |
//! | `words`, `command`, `event` | what one message does, read from the message alone |
//! | `label` | whom what a tool said may reach |
//! | `state/` | counters that many inspectors may share |
//! | `sessions`, `session` | what is known of each session; bounded |
//! | `budget` | how often and how much |
//! | `sequence`, `progress`, `chains` | one thing after another: the language, how far a session has come, the built-in ones |
//! | `flow/` | what a tool said turns up in what another is told |
//! | `outward` | what leaves: flows, blobs, pieces |
//! | `opaque`, `drip` | what nobody can read; what leaves in an address |
//! | `sweep` | many distinct things asked for |
//! | `habit` | what is usual, learned from recordings |
//! | `risk` | evidence that adds up and fades |
//! | `engine` | a message held against its session, and taken in |
//! | `export` | what is known, for people |

mod act;
mod budget;
mod chains;
mod command;
mod drip;
mod engine;
mod event;
mod export;
mod flow;
mod habit;
mod hash;
mod label;
mod opaque;
mod outward;
mod progress;
mod risk;
mod sequence;
mod session;
mod sessions;
mod state;
mod sweep;
mod words;

pub use act::{Act, Acts};
pub(crate) use chains::check_sequences;
pub(crate) use engine::Behavior;
pub(crate) use event::Payload;
pub use export::BehaviorExport;
pub use habit::Baseline;
pub use label::Label;
pub use sequence::{Sequence, SequenceError};
pub use state::{Batch, CounterKey, Level, MemoryLimits, MemoryStore, Quota, Replica, Report, StateError, StateStore};
