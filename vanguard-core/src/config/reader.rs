//! Typed reading of a tree's maps. Each method reports what is wrong and goes on, so that one walk finds every problem.
//!
//! ```
//! use vanguard_core::config::{problem::Problems, reader::MapReader, yaml::read_yaml};
//!
//! let mut problems = Problems::new();
//! let tree = read_yaml("rules.yaml", "id: A-B\nsevrity: high\n", &mut problems).unwrap();
//! let mut rule = MapReader::new(&tree.root, &mut problems);
//! assert_eq!(rule.string("id"), Some("A-B"));
//! assert_eq!(rule.one_of("severity", &["low", "high"]), None);
//! rule.finish();
//! assert!(problems.to_string().contains("unknown key `sevrity`"));
//! assert!(problems.to_string().contains("did you mean `severity`?"));
//! ```

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::config::problem::{Problems, quoted};
use crate::config::suggest;
use crate::config::tree::{Key, Node, Value};
use crate::message::Span;

/// A string of the tree and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Text<'n> {
    /// Its value, unquoted.
    pub text: &'n str,
    /// The node it is the value of; [`Node::place_in`] finds a place inside it.
    pub node: &'n Node,
}

impl Text<'_> {
    /// Where the whole string stands, quotes included.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node.span
    }
}

/// Reads one map. Every key that a method names is known; [`finish`](Self::finish) reports the others.
#[derive(Debug)]
pub struct MapReader<'n, 'p> {
    node: &'n Node,
    problems: &'p mut Problems,
    known: Vec<&'static str>,
}

impl<'n, 'p> MapReader<'n, 'p> {
    /// A reader over `node`. If it is no map, that is reported and every key reads as absent.
    pub fn new(node: &'n Node, problems: &'p mut Problems) -> Self {
        if !matches!(node.value, Value::Map(_)) {
            mismatch(node, "a map", problems);
        }
        Self { node, problems, known: Vec::new() }
    }

    /// Whether `key` is there, whatever its value.
    pub fn has(&mut self, key: &'static str) -> bool {
        self.node(key).is_some()
    }

    /// The value under `key`, of any type.
    pub fn node(&mut self, key: &'static str) -> Option<&'n Node> {
        self.known.push(key);
        self.node.get(key)
    }

    /// Reports if `key` is absent. Call it before the typed read of the same key.
    pub fn required(&mut self, key: &'static str) -> &mut Self {
        if self.node(key).is_none() && matches!(self.node.value, Value::Map(_)) {
            let at = self.place();
            self.problems.error(at, format!("missing key `{key}`"));
        }
        self
    }

    /// A string.
    pub fn string(&mut self, key: &'static str) -> Option<&'n str> {
        self.text(key).map(|text| text.text)
    }

    /// A string with its place.
    pub fn text(&mut self, key: &'static str) -> Option<Text<'n>> {
        let node = self.node(key)?;
        string_of(node, self.problems)
    }

    /// `true` or `false`.
    pub fn bool(&mut self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        bool_of(node, self.problems)
    }

    /// A whole number within `range`.
    pub fn integer(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.node(key)?;
        integer_of(node, range, self.problems)
    }

    /// A list's items, of any type.
    pub fn list(&mut self, key: &'static str) -> Option<&'n [Node]> {
        let node = self.node(key)?;
        list_of(node, self.problems)
    }

    /// A list of strings; items of another type are reported and left out.
    pub fn list_of_strings(&mut self, key: &'static str) -> Option<Vec<Text<'n>>> {
        let items = self.list(key)?;
        Some(items.iter().filter_map(|item| string_of(item, self.problems)).collect())
    }

    /// A list of strings, or a single string as a list of one.
    pub fn string_or_list(&mut self, key: &'static str) -> Option<Vec<Text<'n>>> {
        let node = self.node(key)?;
        match &node.value {
            Value::String(text) => Some(vec![Text { text, node }]),
            Value::List(items) => Some(items.iter().filter_map(|item| string_of(item, self.problems)).collect()),
            _ => {
                mismatch(node, "a string or a list of strings", self.problems);
                None
            }
        }
    }

    /// One of `names`.
    pub fn one_of(&mut self, key: &'static str, names: &[&'static str]) -> Option<&'static str> {
        let node = self.node(key)?;
        name_of(node, names, self.problems)
    }

    /// A reader over the map under `key`; finish it before going on with this one.
    pub fn map(&mut self, key: &'static str) -> Option<MapReader<'n, '_>> {
        let node = self.node(key)?;
        Some(MapReader::new(node, self.problems))
    }

    /// All keys and values, for a map whose keys are the user's own names. Don't call [`finish`](Self::finish) on it.
    #[must_use]
    pub fn entries(&self) -> &'n [(Key, Node)] {
        self.node.entries()
    }

    /// Where to point for what concerns the whole map: its first line.
    #[must_use]
    pub fn place(&self) -> Span {
        self.node.entries().first().map_or(self.node.span, |(key, _)| Span::new(self.node.span.start, key.span.end))
    }

    /// For problems of the caller's own.
    pub fn problems(&mut self) -> &mut Problems {
        self.problems
    }

    /// Reports every key that no method asked for, with the nearest known one.
    pub fn finish(mut self) {
        let is_known = |key: &Key| self.known.contains(&key.name.as_str());
        if self.node.entries().iter().all(|(key, _)| is_known(key)) {
            return;
        }
        // A key may have been asked for more than once.
        let mut seen = BTreeSet::new();
        self.known.retain(|key| seen.insert(*key));
        for (key, _) in self.node.entries().iter().filter(|(key, _)| !self.known.contains(&key.name.as_str())) {
            let help =
                if self.problems.is_full() { String::new() } else { suggest::did_you_mean(&key.name, &self.known) };
            self.problems.error(key.span, format!("unknown key {}", quoted(&key.name))).help(help);
        }
    }
}

/// The node as a string; otherwise `None` and a problem.
pub fn string_of<'n>(node: &'n Node, problems: &mut Problems) -> Option<Text<'n>> {
    let text = node.as_str().map(|text| Text { text, node });
    if text.is_none() {
        let problem = mismatch(node, "a string", problems);
        if matches!(node.value, Value::Bool(_) | Value::Integer(_) | Value::Float(_)) {
            problem.help("write it in quotes");
        }
    }
    text
}

/// The node as `true` or `false`; otherwise `None` and a problem.
pub fn bool_of(node: &Node, problems: &mut Problems) -> Option<bool> {
    if let Value::Bool(value) = node.value {
        return Some(value);
    }
    let problem = mismatch(node, "`true` or `false`", problems);
    // What YAML of 2005 took for these, and many still write.
    let meant = match node.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("yes" | "on") => "write `true`",
        Some("no" | "off") => "write `false`",
        _ => return None,
    };
    problem.help(meant);
    None
}

/// The node as a whole number within `range`; otherwise `None` and a problem.
pub fn integer_of(node: &Node, range: RangeInclusive<i64>, problems: &mut Problems) -> Option<i64> {
    match node.value {
        Value::Integer(value) if range.contains(&value) => Some(value),
        Value::Integer(value) => {
            problems.error(node.span, format!("`{value}` is out of range")).help(format!(
                "from {} to {}",
                range.start(),
                range.end()
            ));
            None
        }
        _ => {
            let problem = mismatch(node, "a whole number", problems);
            if node.as_str().is_some_and(|text| text.starts_with(|first: char| first.is_ascii_digit())) {
                problem.help("write the number alone, without quotes or a unit; times are in seconds");
            }
            None
        }
    }
}

/// The node's items if it is a list; otherwise `None` and a problem.
pub fn list_of<'n>(node: &'n Node, problems: &mut Problems) -> Option<&'n [Node]> {
    if let Value::List(items) = &node.value {
        return Some(items);
    }
    let is_empty = node.value == Value::Null;
    let problem = mismatch(node, "a list", problems);
    if is_empty {
        problem.help("write `[]` or leave the key out");
    }
    None
}

/// The node as one of `names`; otherwise `None` and a problem with the nearest name.
pub fn name_of(node: &Node, names: &[&'static str], problems: &mut Problems) -> Option<&'static str> {
    let Some(text) = node.as_str() else {
        mismatch(node, "a string", problems).help(suggest::one_of(names));
        return None;
    };
    let found = names.iter().copied().find(|name| *name == text);
    if found.is_none() {
        problems.error(node.span, format!("unknown value {}", quoted(text))).help(suggest::did_you_mean(text, names));
    }
    found
}

/// Reports that `node` is not `expected` (with its article).
pub fn mismatch<'p>(
    node: &Node,
    expected: &str,
    problems: &'p mut Problems,
) -> &'p mut crate::config::problem::Problem {
    problems.error(node.span, format!("expected {expected}, found {}", node.kind()))
}

#[cfg(test)]
mod tests {
    use super::MapReader;
    use crate::config::problem::Problems;
    use crate::config::yaml::read_yaml;

    #[test]
    fn all_problems_of_a_map_are_reported_at_once() {
        let text =
            "name: 5\nlevel: hgih\ncount: 900\nflag: yes\nlist:\none: x\nwait: 5s\nmap: [1]\ncolour: red\nnaem: x\n";
        let mut problems = Problems::new();
        let tree = read_yaml("rule.yaml", text, &mut problems).unwrap();
        let mut reader = MapReader::new(&tree.root, &mut problems);
        assert_eq!(reader.string("name"), None);
        assert_eq!(reader.one_of("level", &["low", "high"]), None);
        assert_eq!(reader.integer("count", 1..=100), None);
        assert_eq!(reader.bool("flag"), None);
        assert_eq!(reader.integer("wait", 1..=100), None);
        assert!(reader.list_of_strings("list").is_none());
        assert_eq!(reader.string_or_list("one").unwrap()[0].text, "x");
        reader.map("map").unwrap().finish();
        reader.required("id").string("id");
        reader.finish();
        insta::assert_snapshot!(problems);
    }

    #[test]
    fn what_is_no_map_reads_as_empty_with_one_problem() {
        let mut problems = Problems::new();
        let tree = read_yaml("f.yaml", "[1]", &mut problems).unwrap();
        let mut reader = MapReader::new(&tree.root, &mut problems);
        assert_eq!(reader.required("a").string("a"), None);
        reader.finish();
        assert_eq!(problems.len(), 1);
    }
}
