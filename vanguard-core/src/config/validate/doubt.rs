//! What is allowed and probably not meant.

use crate::config::model::{Config, Place};
use crate::config::problem::Problems;

/// Reports warnings on what was loaded.
pub(crate) fn warn(config: &Config, problems: &mut Problems) {
    for disabled in config.disabled.iter().filter(|disabled| disabled.rule.as_str() == "*") {
        Place::warn(disabled.place.as_ref(), problems, "this switches every rule off")
            .help("to judge without acting, write `profile: monitor`");
    }
    for exception in &config.exceptions {
        let everywhere = exception.server.is_none() && exception.tool.is_none() && exception.pointer.is_none();
        if exception.rule.as_str() == "*" && everywhere {
            exception.report(
                problems,
                "this excepts every finding everywhere",
                "name a rule, or narrow it with `server`, `tool` or `pointer`",
            );
        }
    }
}
