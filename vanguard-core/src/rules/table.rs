//! The built-in packs as the build script leaves them: the rules' trees and what their patterns require, without
//! examples. Nothing of YAML or of a regex is read when a program starts.

use serde::{Deserialize, Serialize};

use crate::{
    config::tree::{Key, Node, Value},
    message::Span,
};

use super::syntax::Derived;

/// All built-in packs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Table {
    /// Names the packs' texts: the start of their SHA-256, in hex.
    pub(crate) version: String,
    /// Each pack's rules, in the order of the packs' names.
    pub(crate) packs: Vec<Stored>,
    /// What each pattern requires, sorted by pattern.
    pub(crate) derived: Vec<(String, Derived)>,
}

/// A node of a pack without its place.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Stored {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    String(String),
    List(Vec<Stored>),
    Map(Vec<(String, Stored)>),
}

impl Stored {
    /// Leaves out what only a rule's author needs.
    #[allow(dead_code, reason = "the build script packs, the crate unpacks")]
    pub(crate) fn pack(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Integer(value) => Self::Integer(*value),
            Value::Float(value) => Self::Float(*value),
            Value::String(text) => Self::String(text.clone()),
            Value::List(items) => Self::List(items.iter().map(Self::pack).collect()),
            Value::Map(entries) => {
                let kept = entries.iter().filter(|(key, _)| key.name != "tests");
                Self::Map(kept.map(|(key, node)| (key.name.clone(), Self::pack(node))).collect())
            }
        }
    }

    #[allow(dead_code, reason = "the build script packs, the crate unpacks")]
    pub(crate) fn unpack(self) -> Node {
        let value = match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Integer(value) => Value::Integer(value),
            Self::Float(value) => Value::Float(value),
            Self::String(text) => Value::String(text),
            Self::List(items) => Value::List(items.into_iter().map(Self::unpack).collect()),
            Self::Map(entries) => {
                let key = |name| Key { name, span: Span::default() };
                Value::Map(entries.into_iter().map(|(name, node)| (key(name), node.unpack())).collect())
            }
        };
        Node { span: Span::default(), value }
    }
}
