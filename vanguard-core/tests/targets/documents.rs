//! What people write: configuration and rules.

use vanguard_core::config::problem::Problems;
use vanguard_core::config::yaml::read_yaml;

/// A tree or a reason, and every problem can be shown with its place.
pub(super) fn config_loader(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut problems = Problems::new();
    let tree = read_yaml("fuzz.yaml", text, &mut problems);
    assert!(tree.is_some() || problems.has_errors(), "no tree and no reason");
    let _ = problems.to_string();
}
