//! What the README shows works: its configurations load, its rule loads and keeps to its own examples. Its Rust is a doctest of the adapters.

use vanguard_core::Inspector;
use vanguard_core::config::problem::Problems;
use vanguard_core::rules::format::read_pack;

#[test]
fn the_readmes_yaml_is_right() {
    let readme = include_str!("../../README.md");
    let blocks: Vec<&str> = readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [configurations @ .., rule] = blocks.as_slice() else { panic!("the README shows a rule") };
    assert!(!configurations.is_empty(), "the README shows configurations");
    for configuration in configurations {
        Inspector::builder()
            .config_text("README.md.yaml", *configuration)
            .build()
            .unwrap_or_else(|error| panic!("{error}"));
    }
    let mut problems = Problems::new();
    let rules = read_pack("README.md", rule, &mut problems);
    assert!(!problems.has_errors(), "{problems}");
    assert_eq!(rules.len(), 1);
}
