//! A value on a tape, with the bytes that numbers are read from: what canonical form, documents and drift work on.

use std::collections::BTreeMap;

use crate::message::{NodeId, NodeKind, Tape};

/// A JSON value. Copies are cheap: it borrows its message.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a> {
    tape: &'a Tape,
    node: NodeId,
    bytes: &'a [u8],
}

impl<'a> Json<'a> {
    /// The value at `node` of `tape`, which was read from `bytes`.
    #[must_use]
    pub const fn new(tape: &'a Tape, node: NodeId, bytes: &'a [u8]) -> Self {
        Self { tape, node, bytes }
    }

    /// What it is; `None` where there is no such node.
    #[must_use]
    pub fn kind(self) -> Option<NodeKind> {
        self.tape.node(self.node).map(|node| node.kind)
    }

    /// Its text, if it is a string.
    #[must_use]
    pub fn str(self) -> Option<&'a str> {
        self.tape.string(self.node)
    }

    /// Its value, if it is `true` or `false`.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        (self.kind() == Some(NodeKind::Bool)).then(|| self.source() == b"true")
    }

    /// Its value as a double, if it is a number.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        let literal = std::str::from_utf8(self.source()).ok()?;
        (self.kind() == Some(NodeKind::Number)).then(|| literal.parse().ok())?
    }

    /// The bytes it was read from.
    #[must_use]
    pub fn source(self) -> &'a [u8] {
        self.tape.node(self.node).map_or(&[], |node| node.source.of(self.bytes))
    }

    /// The value of `name`, if it is an object that has one.
    #[must_use]
    pub fn member(self, name: &str) -> Option<Self> {
        self.tape.member(self.node, name).map(|node| Self { node, ..self })
    }

    /// The members of an object, in order; nothing for another value.
    pub fn members(self) -> impl Iterator<Item = (&'a str, Self)> {
        let text = move |key| std::str::from_utf8(self.tape.text(key)).unwrap_or_default();
        self.tape.members(self.node).map(move |(key, value)| (text(key), Self { node: value, ..self }))
    }

    /// The members of an object by name, for many look-ups.
    #[must_use]
    pub fn by_name(self) -> BTreeMap<&'a str, Self> {
        self.members().collect()
    }

    /// The elements of an array, in order; nothing for another value.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        self.tape.elements(self.node).map(move |node| Self { node, ..self })
    }

    /// The node it stands at.
    #[must_use]
    pub const fn node(self) -> NodeId {
        self.node
    }
}
