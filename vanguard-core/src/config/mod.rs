//! From text to a configuration: YAML, TOML and JSON are read to one spanned tree that one validator walks, and every problem is reported
//! at once with its place and what would be right. The core reads no files: a carrier passes names and texts.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `tree` | the spanned tree |
//! | `yaml`, `toml`, `json` | a format each, into the tree |
//! | `format` | which of them a file is in |
//! | `pattern` | globs and regexes over names |
//! | `problem` | problems and how they are shown |
//! | `suggest` | "did you mean" |
//! | `reader` | typed reading of the tree's maps; rule packs use it too |

mod format;
pub mod json;
mod pattern;
pub mod problem;
pub mod reader;
pub mod suggest;
pub mod toml;
pub mod tree;
pub mod yaml;

pub use format::{Format, read};
pub use pattern::{MAX_PATTERN, Pattern, PatternError};
