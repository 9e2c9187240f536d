//! From text to a configuration: YAML, TOML and JSON are read to one spanned tree that one validator walks, and every problem is reported
//! at once with its place and what would be right. The core reads no files: a carrier passes names and texts.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `tree` | the spanned tree |
//! | `yaml` | a format each, into the tree |
//! | `problem` | problems and how they are shown |
//! | `suggest` | "did you mean" |
//! | `reader` | typed reading of the tree's maps; rule packs use it too |

pub mod problem;
pub mod reader;
pub mod suggest;
pub mod tree;
pub mod yaml;
