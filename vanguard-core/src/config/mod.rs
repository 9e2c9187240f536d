//! From text to a [`Config`]: YAML, TOML and JSON are read to one spanned tree that one validator walks, and every problem is reported
//! at once with its place and what would be right. The core reads no files: a carrier passes names and texts.
//!
//! ```
//! use vanguard_core::config;
//!
//! let error = config::load([("vanguard.yaml", "profle: strict\nlimits: {depth: 4}\n")]).unwrap_err();
//! assert_eq!(error.to_string(), "\
//! error: unknown key `profle`
//!  --> vanguard.yaml:1:1
//!   |
//! 1 | profle: strict
//!   | ^^^^^^
//!   = help: did you mean `profile`?
//!
//! error: `4` is out of range
//!  --> vanguard.yaml:2:17
//!   |
//! 2 | limits: {depth: 4}
//!   |                 ^
//!   = help: from 8 to 1024");
//! ```
//!
//! | file | what it holds |
//! | --- | --- |
//! | `tree` | the spanned tree |
//! | `yaml`, `toml`, `json` | a format each, into the tree |
//! | `format` | which of them a file is in |
//! | `problem`, `excerpt` | problems and how they are shown |
//! | `suggest` | "did you mean" |
//! | `reader` | typed reading of the tree's maps; rule packs use it too |
//! | `keys` | the table of keys |
//! | `validate` | the walk over a tree along that table |
//! | `schema` | the same table as JSON Schema |
//! | `collect` | from a checked tree to the model |
//! | `model` | the configuration as the engine uses it |
//! | `bars` | thresholds by severity and confidence, each profile's defaults |
//! | `access` | allow and deny lists |
//! | `destination` | hosts that tools may reach |
//! | `exception` | exceptions |
//! | `redaction` | what happens to secrets |
//! | `behavior` | what is judged over a session |
//! | `semantic` | what judges texts by their meaning |
//! | `pattern` | globs and regexes over names |
//! | `date`, `size` | RFC 3339, numbers of bytes |
//! | `show` | the effective configuration in words, and its hash |

mod access;
mod bars;
mod behavior;
mod collect;
mod date;
mod destination;
mod exception;
mod format;
pub mod json;
mod keys;
mod model;
mod pattern;
pub mod problem;
pub mod reader;
mod redaction;
mod schema;
mod semantic;
mod show;
mod size;
pub mod suggest;
pub mod toml;
pub mod tree;
mod validate;
pub mod yaml;

pub use access::{Access, NameKind, NameList, ServerConfig};
pub use bars::{Bar, BarOverrides, Bars};
pub use behavior::{BehaviorConfig, BehaviorMemory, Budget, Detector, Measure, Per, SequenceRule, Setting, WhenAway};
pub use destination::{Destination, DestinationError, DestinationList, Destinations};
pub(crate) use destination::{Lists, Reach, Reached};
pub use exception::{Exception, Expiry, Occasion, PointerPattern};
pub use format::{Format, read};
pub use model::{
    Audit, Capabilities, Capability, Config, PackFile, Ports, RuleRef, SafeZones, Sandbox, ToolZones, TrustedKey,
};
pub use pattern::{MAX_PATTERN, Pattern, PatternError};
pub use redaction::{Canary, CustomType, Directions, Redaction, Treatment};
pub use schema::schema;
pub use semantic::{Llm, Semantic};
pub use show::show;
pub use size::ByteSize;

use problem::Problems;
use tree::Value;

/// Why a configuration was not loaded: all of its problems. `Display` shows each with its line and a caret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problems}")]
pub struct ConfigError {
    problems: Problems,
}

impl ConfigError {
    /// An error of these problems, at least one of which is an error.
    #[must_use]
    pub fn new(problems: Problems) -> Self {
        Self { problems }
    }

    /// Everything that is wrong, warnings included.
    #[must_use]
    pub fn problems(&self) -> &Problems {
        &self.problems
    }
}

/// Loads files, each a name (shown in problems; its extension chooses the format, see [`Format::of`]) and its text. A later file adds to
/// the earlier ones: single values are replaced, lists grow, maps are joined key by key. Reads nothing from disk.
///
/// What is only doubtful is kept for [`Config::warnings`], which also knows expired exceptions once it is told the time.
///
/// # Errors
/// Every problem of every file.
pub fn load<N: AsRef<str>, T: AsRef<str>>(files: impl IntoIterator<Item = (N, T)>) -> Result<Config, ConfigError> {
    let (mut config, mut problems) = (Config::default(), Problems::new());
    let mut bars = validate::WrittenBars::default();
    for (name, text) in files {
        let Some(tree) = read(name.as_ref(), text.as_ref(), &mut problems) else { continue };
        // A file of comments alone says nothing, which is fine.
        if tree.root.value == Value::Null && tree.root.span.is_empty() {
            continue;
        }
        validate::check(&tree.root, &keys::ROOT, &mut problems);
        collect::collect(&tree, &mut config, &mut bars);
    }
    bars.check(config.profile, &mut problems);
    config.thresholds = bars.overrides();
    validate::warn(&config, &mut problems);
    if problems.has_errors() {
        return Err(ConfigError { problems });
    }
    config.warnings = problems;
    Ok(config)
}
