//! The `vanguard` command.

fn main() {}
