//! The engine of Vanguard, a firewall for the Model Context Protocol.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod analyzers;
pub mod behavior;
pub mod config;
pub mod exchange;
pub mod finding;
pub mod message;
pub mod normalize;
pub mod policy;
pub mod rules;
pub mod semantic;
pub mod session;

pub use message::{Flow, Message};
