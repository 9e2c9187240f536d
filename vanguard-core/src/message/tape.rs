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

/// Memory a tape keeps between messages; one huge message must not hold its buffers for ever.
const KEPT_NODES: usize = 1 << 16;
const KEPT_ARENA: usize = 1 << 22;

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

    /// The value reached from `from` by member names.
    #[must_use]
    pub fn path(&self, from: NodeId, names: &[&str]) -> Option<NodeId> {
        names.iter().try_fold(from, |node, name| self.member(node, name))
    }

    /// The name that a value goes by: its member's, or for an element of an array that of the array. Empty if it has none.
    #[must_use]
    pub fn key_of(&self, id: NodeId) -> &[u8] {
        let mut at = id;
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
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(node) = self.node(at).filter(|node| node.parent != NONE) {
            let parent = node.parent;
            let step = match self.node(parent).map(|node| node.kind) {
                Some(NodeKind::Object) => {
                    let key = if node.kind == NodeKind::Key { at } else { at.wrapping_sub(1) };
                    String::from_utf8_lossy(self.text(key)).replace('~', "~0").replace('/', "~1")
                }
                _ => self.elements(parent).take_while(|element| *element != at).count().to_string(),
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
