//! The targets themselves; they live with the core's tests, where every crash is replayed.

#[path = "../vanguard-core/tests/targets/mod.rs"]
mod targets;

/// Runs the target of that name.
pub fn run(name: &str, input: &[u8]) {
    targets::run(name, input);
}
