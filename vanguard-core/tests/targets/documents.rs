//! What people write: configuration and rules.

use vanguard_core::config;

/// A configuration or problems that can be shown; what it says of itself is a configuration that says the same.
pub(super) fn config_loader(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let name = ["fuzz.yaml", "fuzz.toml", "fuzz.json"][usize::from(*first) % 3];
    match config::load([(name, text)]) {
        Ok(config) => {
            let shown = config::show(&config);
            let again = config::load([("shown.yaml", &shown)]).expect("what is shown can't be read");
            assert_eq!(again.hash(), config.hash(), "what is shown says something else:\n{shown}");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "refused without a reason"),
    }
}
