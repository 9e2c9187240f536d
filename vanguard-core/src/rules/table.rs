//! The built-in packs as the build script leaves them: the rules' trees and what their patterns require, without
//! examples. Nothing of YAML or of a regex is read when a program starts.

use serde::{Deserialize, Serialize};

use crate::config::tree::{Node, Value};

use super::syntax::Derived;

/// All built-in packs, `T` being a pack's tree: [`Packed`] where it is written, [`Node`] where it is read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Table<T> {
    /// Names the packs' texts: the start of their SHA-256, in hex.
    pub(crate) version: String,
    /// Each pack's rules, in the order of the packs' names.
    pub(crate) packs: Vec<T>,
    /// What each pattern requires, sorted by pattern.
    pub(crate) derived: Vec<(String, Derived)>,
}

/// A node of a pack without its place and without what only a rule's author needs. Its variants are those of [`Value`], in the
/// same order.
#[derive(Debug, Serialize)]
#[allow(dead_code, reason = "the build script packs, the crate reads")]
pub(crate) enum Packed {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(String),
    List(Vec<Packed>),
    Map(Vec<(String, Packed)>),
}

impl From<&Node> for Packed {
    fn from(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Integer(value) => Self::Integer(*value),
            Value::Float(value) => Self::Float(*value),
            Value::String(text) => Self::String(text.clone()),
            Value::List(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Map(entries) => {
                let kept = entries.iter().filter(|(key, _)| key.name != "tests");
                Self::Map(kept.map(|(key, node)| (key.name.clone(), Self::from(node))).collect())
            }
        }
    }
}
