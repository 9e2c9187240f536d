//! What this build is made of.

/// The text of `vanguard --version`: the version of the program, of the core, and of each built-in rule pack.
pub(crate) fn long() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
