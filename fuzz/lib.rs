//! The targets themselves; they live with the core's tests, where every crash is replayed.

#[path = "../vanguard-core/tests/targets/mod.rs"]
mod targets;

pub use targets::run;
