//! One spanned tree for YAML, TOML and JSON: whatever a file is written in, one validator walks it and every problem knows its place.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::ser::{Serialize, Serializer};

use crate::config::problem::{Problems, quoted};
use crate::message::Span;

/// Levels of lists and maps a file may nest. Honest configurations and rule packs use below ten; a cap keeps every later walk
/// (and the tree's own drop) shallow.
pub const MAX_DEPTH: usize = 64;
/// Bytes a file may have. The largest rule packs are below one MiB.
pub const MAX_BYTES: usize = 8 << 20;
/// Values a file may have: bounds the memory that a file of empty values takes to some hundred MiB at worst.
pub const MAX_NODES: usize = 1_000_000;

/// A file as its problems show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    /// The name to show; the core never opens it.
    pub file: Arc<str>,
    /// The whole text, as given.
    pub text: Arc<str>,
}

/// Its name alone: the text may hold canaries.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Source {
    /// A source of this name and text.
    #[must_use]
    pub fn new(file: &str, text: &str) -> Self {
        Self { file: file.into(), text: text.into() }
    }
}

/// A file read into nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The name to show in problems.
    pub file: Arc<str>,
    /// The text that the nodes' spans point into.
    pub text: Arc<str>,
    /// The outermost value; [`Value::Null`] for an empty YAML file.
    pub root: Node,
}

impl Tree {
    /// The file's name and text, for [`Problems::enter`].
    #[must_use]
    pub fn source(&self) -> Source {
        Source { file: self.file.clone(), text: self.text.clone() }
    }
}

/// A value and the bytes of the text it was written in. What is read back from a compiled pack has no place.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Node {
    /// Where it stands, quotes and brackets included.
    #[serde(skip)]
    pub span: Span,
    /// What it says.
    pub value: Value,
}

/// What the three formats have in common.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub enum Value {
    /// YAML's empty value or `null`, JSON's `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits 64 bits.
    Integer(i64),
    /// Any other finite number.
    Float(f64),
    /// Text. TOML's dates are text as written.
    String(String),
    /// A sequence, in file order.
    List(Vec<Node>),
    /// Keys and values in file order, each key once.
    Map(Vec<(Key, Node)>),
}

/// A map's key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Key {
    /// Its text, unquoted.
    pub name: String,
    /// Where it stands.
    #[serde(skip)]
    pub span: Span,
}

impl Node {
    /// The value under `key`, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name.name == key).map(|(_, node)| node)
    }

    /// The map's keys and values; none if this is no map.
    #[must_use]
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The list's items; none if this is no list.
    #[must_use]
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// What it is, with its article, for error texts: `a list`, `an integer`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a fractional number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// Where bytes `within` of this string's value stand in `text`: exact if the string is written verbatim (no escapes, no folding),
    /// otherwise the whole string.
    #[must_use]
    pub fn place_in(&self, text: &str, within: Span) -> Span {
        let Some(value) = self.as_str() else { return self.span };
        let source = self.span.of(text.as_bytes());
        // Opening marks are none, one quote, or TOML's three.
        for opening in [0u32, 1, 3] {
            let content = source.get(opening as usize..).unwrap_or_default();
            if content.starts_with(value.as_bytes()) {
                let start = self.span.start.saturating_add(opening);
                return Span::new(start.saturating_add(within.start), start.saturating_add(within.end));
            }
        }
        self.span
    }
}

/// As plain data, without places; keys in file order.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Integer(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::String(value) => serializer.serialize_str(value),
            Value::List(items) => serializer.collect_seq(items),
            Value::Map(entries) => serializer.collect_map(entries.iter().map(|(key, node)| (&key.name, node))),
        }
    }
}

/// Builds a tree from a stream of values without recursion, and refuses what is too deep, too large or named twice.
/// Both the YAML and the JSON reader feed it.
#[derive(Debug, Default)]
pub(crate) struct TreeBuilder {
    open: Vec<Open>,
    root: Option<Node>,
    nodes: usize,
}

#[derive(Debug)]
enum Open {
    List { start: u32, items: Vec<Node> },
    Map { start: u32, entries: Vec<(Key, Node)>, pending: Option<Key> },
}

impl TreeBuilder {
    /// Whether the next value is a key of the innermost map.
    pub(crate) fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open::Map { pending: None, .. }))
    }

    /// Names the next value.
    pub(crate) fn key(&mut self, name: String, span: Span) {
        if let Some(Open::Map { pending, .. }) = self.open.last_mut() {
            *pending = Some(Key { name, span });
        }
    }

    /// Opens a list or a map at `span`; `false` (with a problem) if it lies too deep or the file has too many values.
    pub(crate) fn begin(&mut self, map: bool, span: Span, problems: &mut Problems) -> bool {
        if self.open.len() >= MAX_DEPTH {
            problems.error(span, format!("nested more than {MAX_DEPTH} levels deep"));
            return false;
        }
        self.open.push(if map {
            Open::Map { start: span.start, entries: Vec::new(), pending: None }
        } else {
            Open::List { start: span.start, items: Vec::new() }
        });
        self.count(span, problems)
    }

    /// Adds a value that holds no others; `false` (with a problem) if the file has too many.
    pub(crate) fn scalar(&mut self, value: Value, span: Span, problems: &mut Problems) -> bool {
        self.place(Node { span, value });
        self.count(span, problems)
    }

    /// Closes the innermost list or map. `end` is one past its closing bracket, `None` if it has none: then its last value ends it.
    pub(crate) fn end(&mut self, end: Option<u32>, problems: &mut Problems) {
        let node = match self.open.pop() {
            Some(Open::List { start, items }) => {
                let end = end.or(items.last().map(|node| node.span.end)).unwrap_or(start);
                Node { span: Span::new(start, end), value: Value::List(items) }
            }
            Some(Open::Map { start, mut entries, .. }) => {
                let end = end.or(entries.last().map(|(key, node)| node.span.end.max(key.span.end))).unwrap_or(start);
                refuse_duplicates(&mut entries, problems);
                Node { span: Span::new(start, end), value: Value::Map(entries) }
            }
            None => return,
        };
        self.place(node);
    }

    /// The finished tree's root, if there was any value.
    pub(crate) fn finish(self) -> Option<Node> {
        self.root
    }

    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, pending, .. }) => {
                if let Some(key) = pending.take() {
                    entries.push((key, node));
                }
            }
            None => self.root = Some(node),
        }
    }

    fn count(&mut self, span: Span, problems: &mut Problems) -> bool {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            problems.error(span, format!("the file has more than {MAX_NODES} values"));
        }
        self.nodes <= MAX_NODES
    }
}

/// Reports every key written twice and keeps its first value. Readers differ in which one counts, so neither may.
fn refuse_duplicates(entries: &mut Vec<(Key, Node)>, problems: &mut Problems) {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|&index| entries.get(index).map(|(key, _)| key.name.as_str()));
    let mut drop = vec![false; entries.len()];
    let mut first: Option<&Key> = None;
    for index in order {
        let Some((key, _)) = entries.get(index) else { continue };
        match first {
            Some(earlier) if earlier.name == key.name => {
                // Counting lines is linear in the file: not for every one of a million duplicates.
                let line = if problems.is_full() { 0 } else { problems.line_of(earlier.span.start) };
                problems
                    .error(key.span, format!("duplicate key {}", quoted(&key.name)))
                    .help(format!("it is already set on line {line}; keep one of the two"));
                if let Some(slot) = drop.get_mut(index) {
                    *slot = true;
                }
            }
            _ => first = Some(key),
        }
    }
    let mut dropped = drop.into_iter();
    entries.retain(|_| !dropped.next().unwrap_or(false));
}

/// Whether the file's size is within [`MAX_BYTES`]; a problem if not.
pub(crate) fn size_is_fine(text: &str, problems: &mut Problems) -> bool {
    if text.len() > MAX_BYTES {
        problems
            .error(Span::default(), format!("the file has {} bytes, more than the {MAX_BYTES} allowed", text.len()));
    }
    text.len() <= MAX_BYTES
}

/// The text without a byte order mark, which Windows editors write, and the number of bytes taken off.
pub(crate) fn without_bom(text: &str) -> (&str, usize) {
    text.strip_prefix('\u{feff}').map_or((text, 0), |rest| (rest, 3))
}

#[cfg(test)]
mod tests {
    use super::{Node, Value};
    use crate::message::Span;

    #[test]
    fn a_place_inside_a_string_is_exact_where_the_string_is_verbatim() {
        let text = "a: 'b[c' # \"d\\tx\"";
        let quoted = Node { span: Span::new(3, 8), value: Value::String("b[c".into()) };
        assert_eq!(quoted.place_in(text, Span::new(1, 2)), Span::new(5, 6));
        let escaped = Node { span: Span::new(11, 17), value: Value::String("d\tx".into()) };
        assert_eq!(escaped.place_in(text, Span::new(1, 2)), escaped.span);
    }
}
