//! The parsed form of a message: one list of nodes in document order and one arena of decoded strings.
//!
//! Nodes hold `u32` ranges, never references, so a tape is reused from message to message without allocating.

use super::Span;
use super::issue::Issue;
use super::string::Aligner;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, kept as written.
    Number,
    /// A string value.
    String,
    /// A member's name; its value is the next node.
    Key,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// The index of a node on its tape.
pub type NodeId = u32;

/// No node.
pub const NONE: NodeId = u32::MAX;

/// One value or key.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Strings and keys: the source spelling has escapes, so source and arena offsets differ inside it.
    pub escaped: bool,
    /// Strings and keys: holds a surrogate without its other half, read as U+FFFD.
    pub lone_surrogate: bool,
    /// The container it stands in; [`NONE`] for the root.
    pub parent: NodeId,
    /// One past the last node inside it.
    pub end: NodeId,
    /// Where it stands in the message, with quotes or brackets.
    pub source: Span,
    /// Strings and keys: the decoded bytes in the arena.
    pub text: Span,
}

/// A parsed message. Reused: [`Tape::clear`] keeps the memory.
#[derive(Debug, Default)]
pub struct Tape {
    pub(super) nodes: Vec<Node>,
    pub(super) arena: Vec<u8>,
    pub(super) issues: Vec<Issue>,
    pub(super) complete: bool,
    /// The keys of the objects that are open, with their hashes.
    pub(super) keys: Vec<(u64, NodeId)>,
}

/// Where elements stand in the arrays around the last node that was pointed to, so that the next is counted from there.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// An array, its element, and how many stand before that; the last one asked for comes first.
    known: [Option<(NodeId, NodeId, usize)>; 4],
}

impl Places {
    /// How many elements of `array` stand before `element`.
    fn index(&mut self, tape: &Tape, array: NodeId, element: NodeId) -> usize {
        let at = self.known.iter().position(|known| known.is_some_and(|(known, ..)| known == array));
        let known = at.and_then(|at| self.known.get(at).copied().flatten()).filter(|(_, known, _)| *known <= element);
        let (mut here, mut index) = known.map_or((array + 1, 0), |(_, element, index)| (element, index));
        while here < element {
            here = tape.node(here).map_or(element, |node| node.end);
            index += 1;
        }
        let last = at.unwrap_or(self.known.len() - 1);
        if let Some(front) = self.known.get_mut(..=last) {
            front.rotate_right(1);
        }
        self.known[0] = Some((array, element, index));
        index
    }
}

/// Memory a tape keeps between messages; one huge message must not hold its buffers for ever.
const KEPT_NODES: usize = 1 << 16;
const KEPT_ARENA: usize = 1 << 22;

/// Bytes of the longest key that the pointer of a finding spells.
const LONGEST_STEP: usize = 256;

impl Tape {
    /// An empty tape.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the message and keeps a bounded amount of memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.arena.clear();
        self.issues.clear();
        self.keys.clear();
        self.complete = false;
        if self.nodes.capacity() > KEPT_NODES {
            self.nodes.shrink_to(KEPT_NODES);
            self.keys.shrink_to(KEPT_NODES);
        }
        if self.arena.capacity() > KEPT_ARENA {
            self.arena.shrink_to(KEPT_ARENA);
        }
    }

    /// Every node in document order.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Every decoded string, in document order, a 0xFF byte after each (0xFF never occurs in UTF-8).
    #[must_use]
    pub fn arena(&self) -> &[u8] {
        &self.arena
    }

    /// What the reader objected to, in the order met.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// Whether the whole message was read; otherwise the nodes end where reading stopped.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// The node at `id`.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// The decoded text of a string or key; empty for other nodes.
    #[must_use]
    pub fn text(&self, id: NodeId) -> &[u8] {
        self.node(id).map_or(&[], |node| node.text.of(&self.arena))
    }

    /// The decoded text of a string node, `None` for any other kind.
    #[must_use]
    pub fn string(&self, id: NodeId) -> Option<&str> {
        let node = self.node(id)?;
        (node.kind == NodeKind::String).then(|| std::str::from_utf8(node.text.of(&self.arena)).unwrap_or_default())
    }

    /// The members of an object as (key, value) node ids, in order; nothing for other nodes.
    pub fn members(&self, object: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let (mut at, end) = match self.node(object) {
            Some(node) if node.kind == NodeKind::Object => (object + 1, node.end),
            _ => (0, 0),
        };
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let (key, value) = (at, at + 1);
            at = self.node(value).filter(|_| value < end)?.end;
            Some((key, value))
        })
    }

    /// The elements of an array, in order; nothing for other nodes.
    pub fn elements(&self, array: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let (mut at, end) = match self.node(array) {
            Some(node) if node.kind == NodeKind::Array => (array + 1, node.end),
            _ => (0, 0),
        };
        std::iter::from_fn(move || {
            let here = at;
            (here < end).then(|| {
                at = self.node(here).map_or(end, |node| node.end);
                here
            })
        })
    }

    /// The value of `name` in an object. The last one where a name occurs twice, as most readers take it.
    #[must_use]
    pub fn member(&self, object: NodeId, name: &str) -> Option<NodeId> {
        self.members(object).filter(|(key, _)| self.text(*key) == name.as_bytes()).last().map(|(_, value)| value)
    }

    /// As [`Tape::member`], however the name is written: many readers of settings, of commands and of queries fold case.
    pub(crate) fn member_in_any_case(&self, object: NodeId, name: &str) -> Option<NodeId> {
        let is = |key: NodeId| self.text(key).eq_ignore_ascii_case(name.as_bytes());
        self.members(object).filter(|(key, _)| is(*key)).last().map(|(_, value)| value)
    }

    /// The value reached from `from` by member names.
    #[must_use]
    pub fn path(&self, from: NodeId, names: &[&str]) -> Option<NodeId> {
        names.iter().try_fold(from, |node, name| self.member(node, name))
    }

    /// The name that a value goes by: its member's, or for an element of an array that of the array. Empty if it has none.
    /// A name itself goes by that of the object it stands in.
    #[must_use]
    pub fn key_of(&self, id: NodeId) -> &[u8] {
        let mut at = match self.node(id) {
            Some(node) if node.kind == NodeKind::Key => node.parent,
            _ => id,
        };
        while let Some(node) = self.node(at) {
            match self.node(node.parent).map(|parent| parent.kind) {
                Some(NodeKind::Array) => at = node.parent,
                Some(NodeKind::Object) => return self.text(at.wrapping_sub(1)),
                _ => break,
            }
        }
        &[]
    }

    /// The RFC 6901 pointer of a node; a key's pointer is that of its member.
    #[must_use]
    pub fn pointer(&self, id: NodeId) -> String {
        self.next_pointer(id, &mut Places::default())
    }

    /// The same for many nodes, cheapest in the order in which they stand.
    pub(crate) fn next_pointer(&self, id: NodeId, places: &mut Places) -> String {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(node) = self.node(at).filter(|node| node.parent != NONE) {
            let parent = node.parent;
            let step = match self.node(parent).map(|node| node.kind) {
                Some(NodeKind::Object) => {
                    let key = if node.kind == NodeKind::Key { at } else { at.wrapping_sub(1) };
                    match self.text(key) {
                        // Every finding below it has it; a part of it might show a part of a secret.
                        long if long.len() > LONGEST_STEP => format!("…({} bytes)", long.len()),
                        key => String::from_utf8_lossy(key).replace('~', "~0").replace('/', "~1"),
                    }
                }
                _ => places.index(self, parent, at).to_string(),
            };
            steps.push(step);
            at = parent;
        }
        steps.iter().rev().fold(String::new(), |mut pointer, step| {
            pointer.push('/');
            pointer.push_str(step);
            pointer
        })
    }

    /// Where bytes of a decoded string stand in the message: `within` counts from the string's first decoded byte.
    /// The answer encloses every escape it touches. `message` is what was read.
    #[must_use]
    pub fn source_span(&self, id: NodeId, within: Span, message: &[u8]) -> Span {
        self.next_source_span(id, within, message, &mut Aligner::default())
    }

    /// The same for many ranges, cheapest in the order in which they stand.
    pub(crate) fn next_source_span(&self, id: NodeId, within: Span, message: &[u8], aligner: &mut Aligner) -> Span {
        let Some(node) = self.node(id) else { return Span::default() };
        let inner = Span::new(node.source.start.saturating_add(1), node.source.end.saturating_sub(1));
        if !node.escaped {
            let end = within.end.min(node.text.end.saturating_sub(node.text.start));
            return Span::new(inner.start + within.start.min(end), inner.start + end);
        }
        aligner.align(inner, within, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, read};

    #[test]
    fn pointers_are_the_same_in_any_order() {
        let row = |inner: &str| format!("[{}]", [inner; 5].join(","));
        let text = row(&row(&row(&row(&row(r#"{"a":[1,{}]}"#)))));
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
        let all: Vec<NodeId> = (0..tape.nodes().len() as NodeId).collect();
        let back = all.iter().rev().copied();
        let across = (0..97).flat_map(|start| all.iter().copied().skip(start).step_by(97));
        let orders: [Vec<NodeId>; 3] = [all.clone(), back.collect(), across.collect()];
        for order in orders {
            let mut places = Places::default();
            for id in order.into_iter().take(4000) {
                assert_eq!(tape.next_pointer(id, &mut places), tape.pointer(id));
            }
        }
    }
}
