//! The engine of Vanguard, a firewall for the Model Context Protocol that lives inside the program it protects.
//!
//! [`Inspector::inspect`] takes a [`Message`] (bytes, direction, context) and answers with a [`Verdict`]: what happens to the
//! message, and why. It does no I/O, keeps no global state, never panics and allocates nothing for a clean message once
//! warm. [`Exchange`] turns verdicts into a carrier's acts.
//!
//! ```
//! use vanguard_core::{Action, Inspector, Message};
//!
//! let inspector = Inspector::builder().safe_zone("/srv/project").build()?;
//! let call = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call",
//!     "params":{"name":"read_file","arguments":{"path":"/srv/project/../../etc/shadow"}}}"#;
//! let verdict = inspector.inspect(&Message::to_server(call).server("files"));
//! assert_eq!(verdict.action, Action::Block);
//! assert!(verdict.findings.iter().any(|finding| finding.rule == "POLICY-ZONE"));
//! # Ok::<(), vanguard_core::ConfigError>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod analyzers;
pub mod behavior;
mod brief;
mod builder;
pub mod config;
mod consult;
mod correlation;
mod destination;
mod distinct;
pub mod exchange;
mod facts;
pub mod finding;
mod headers;
mod inspection;
mod inspector;
pub mod integrity;
mod l1;
mod lanes;
mod layers;
mod listings;
mod mask;
pub mod message;
pub mod normalize;
mod padded;
pub mod policy;
mod redact;
mod redaction;
mod resolver;
mod restore;
pub mod rules;
mod scratch;
pub mod semantic;
pub mod session;
mod signed;
mod structure;
mod unread;
mod values;
pub mod verdict;

pub use builder::InspectorBuilder;
pub use config::{Config, ConfigError};
pub use exchange::{Exchange, Outcome, Record, Session};
pub use finding::{Confidence, Finding, Layer, Severity, Taxonomy};
pub use inspection::{FieldRef, Inspection};
pub use inspector::Inspector;
pub use layers::{
    Answer, Answers, BehaviorLayer, Consultation, KeyHeader, LayerError, Query, Reply, RuleLayer, SemanticLayer,
};
pub use message::{Context, FieldKind, Flow, Framing, Limits, Message, MessageKind, Span, Visibility};
pub use policy::{Profile, Threshold};
pub use resolver::{Crossing, PathResolver, Resolved, Sharing};
pub use scratch::Scratch;
pub use session::{Knowledge, Origin};
pub use verdict::{Action, DENIED, DenyAs, Edit, EditOp, Undecided, Verdict, Versions};
