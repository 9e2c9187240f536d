//! The table of what MCP carries where (`mcp.fields`), compiled into a trie that a walk steps through.

use super::{FieldKind, MessageKind};

/// The table of the Model Context Protocol, both eras.
const MCP: &str = include_str!("mcp.fields");

/// A place in the trie.
pub(super) type State = u32;

/// What a field is: `Some(kind)`, or `None` where tool schema, key and value decide.
pub(super) type What = Option<FieldKind>;

#[derive(Debug)]
struct Node {
    edges: Vec<(&'static [u8], State)>,
    any: Option<State>,
    /// Where members go that no row names.
    other: State,
    what: What,
}

/// A compiled field table.
#[derive(Debug)]
pub struct FieldTable {
    nodes: Vec<Node>,
    /// (method, whether its rows are of results, root), sorted.
    roots: Vec<(&'static [u8], bool, State)>,
    unknown_request: State,
    unknown_result: State,
    error: State,
}

impl FieldTable {
    /// The built-in table.
    #[must_use]
    pub fn mcp() -> Self {
        let mut table = Self { nodes: Vec::new(), roots: Vec::new(), unknown_request: 0, unknown_result: 0, error: 0 };
        // One absorbing state for each answer: below it nothing changes.
        for what in std::iter::once(None).chain(FieldKind::ALL.map(Some)) {
            let other = table.nodes.len() as State;
            table.nodes.push(Node { edges: Vec::new(), any: None, other, what });
        }
        table.unknown_request = table.root(false);
        table.unknown_result = table.root(true);
        table.error = table.root(true);
        let rows: Vec<Vec<&'static str>> =
            MCP.lines().filter(|line| !line.starts_with('#')).map(|line| line.split_whitespace().collect()).collect();
        for row in &rows {
            if let ["-", "error", path, what] = row.as_slice() {
                table.insert(table.error, path, what, &rows);
            } else if let [method, kind @ ("request" | "result"), path, what] = row.as_slice() {
                let result = *kind == "result";
                let root = table.root_of(method.as_bytes(), result);
                table.insert(root, path, what, &rows);
                // The shape of an answer whose request is unknown; an elicitation's `content` would hide content blocks, and what
                // a model asks of a tool is an argument in its own answer alone.
                if result && *method != "elicitation/create" && *what != "argument" {
                    table.insert(table.unknown_result, path, what, &rows);
                }
            }
        }
        table.roots.sort_unstable();
        table
    }

    /// Where a walk of a message starts, and whether the table has the method: the message's own, or for an answer that of the
    /// request.
    pub(super) fn start(&self, method: Option<&[u8]>, kind: Option<MessageKind>) -> (State, bool) {
        let result = match kind {
            Some(MessageKind::Error) => return (self.error, false),
            Some(MessageKind::Result) => true,
            _ => false,
        };
        let found = method.and_then(|method| {
            self.roots.binary_search_by(|(name, of_result, _)| (*name, *of_result).cmp(&(method, result))).ok()
        });
        let unknown = if result { self.unknown_result } else { self.unknown_request };
        found.and_then(|at| self.roots.get(at)).map_or((unknown, false), |(.., root)| (*root, true))
    }

    /// The state of the member `key` (an array's elements have none), and whether a row names it.
    pub(super) fn step(&self, state: State, key: Option<&[u8]>) -> (State, bool) {
        let Some(node) = self.nodes.get(state as usize) else { return (0, false) };
        if let Some(key) = key
            && let Some((_, next)) = node.edges.iter().find(|(name, _)| *name == key)
        {
            return (*next, true);
        }
        (node.any.unwrap_or(node.other), false)
    }

    /// What a string in this state is.
    pub(super) fn what(&self, state: State) -> What {
        self.nodes.get(state as usize).and_then(|node| node.what)
    }

    fn absorbing(what: What) -> State {
        what.map_or(0, |kind| kind as State + 1)
    }

    fn add(&mut self, other: State) -> State {
        let what = self.what(other);
        self.nodes.push(Node { edges: Vec::new(), any: None, other, what });
        self.nodes.len() as State - 1
    }

    fn root(&mut self, result: bool) -> State {
        let other = Self::absorbing(result.then_some(FieldKind::Text));
        let root = self.add(other);
        for name in ["jsonrpc", "id", "method"] {
            let leaf = Self::absorbing(Some(FieldKind::Identifier));
            if let Some(node) = self.nodes.get_mut(root as usize) {
                node.edges.push((name.as_bytes(), leaf));
            }
        }
        for name in ["params", "result", "error"] {
            self.child(root, name);
        }
        root
    }

    fn root_of(&mut self, method: &'static [u8], result: bool) -> State {
        if let Some((_, _, root)) = self.roots.iter().find(|(name, of, _)| *name == method && *of == result) {
            return *root;
        }
        let root = self.root(result);
        self.roots.push((method, result, root));
        root
    }

    fn child(&mut self, state: State, step: &'static str) -> State {
        let other = self.nodes.get(state as usize).map_or(0, |node| node.other);
        let found = self.nodes.get(state as usize).and_then(|node| match step {
            "*" => node.any,
            _ => node.edges.iter().find(|(name, _)| *name == step.as_bytes()).map(|(_, next)| *next),
        });
        if let Some(found) = found {
            return found;
        }
        let new = self.add(other);
        if let Some(node) = self.nodes.get_mut(state as usize) {
            match step {
                "*" => node.any = Some(new),
                _ => node.edges.push((step.as_bytes(), new)),
            }
        }
        new
    }

    fn insert(&mut self, root: State, path: &'static str, what: &str, rows: &[Vec<&'static str>]) {
        let mut state = root;
        for step in path.split('/') {
            if step == "**" {
                let deep = Self::absorbing(Self::read_what(what));
                if let Some(node) = self.nodes.get_mut(state as usize) {
                    node.other = deep;
                }
                return;
            }
            state = self.child(state, step);
        }
        if !what.starts_with('@') {
            let what = Self::read_what(what);
            if let Some(node) = self.nodes.get_mut(state as usize) {
                node.what = what;
            }
            return;
        }
        for row in rows {
            if let [name, path, inner] = row.as_slice()
                && *name == what
                && *path != "*"
            {
                self.insert(state, path, inner, rows);
            }
        }
    }

    fn read_what(word: &str) -> What {
        FieldKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldKind::{Identifier, Metadata, Opaque, Text, Url};

    fn what(method: &str, kind: MessageKind, path: &str) -> What {
        let table = FieldTable::mcp();
        let (start, _) = table.start((!method.is_empty()).then_some(method.as_bytes()), Some(kind));
        let end = path.split('/').fold(start, |state, key| {
            let key = (key.parse::<u32>().is_err()).then_some(key.as_bytes());
            table.step(state, key).0
        });
        table.what(end)
    }

    #[test]
    fn every_row_is_well_formed() {
        let words: Vec<&str> = FieldKind::ALL.map(FieldKind::as_str).into_iter().chain(["argument"]).collect();
        for line in MCP.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let row: Vec<_> = line.split_whitespace().collect();
            let what = row.last().unwrap();
            let block = MCP.lines().any(|other| other.split_whitespace().next() == Some(what));
            assert!(words.contains(what) || block, "{line}");
            assert!(
                row.len() == 4 && (matches!(row[1], "request" | "result") || row[..2] == ["-", "error"])
                    || row.len() == 3 && row[0].starts_with('@'),
                "{line}"
            );
        }
    }

    #[test]
    fn knows_the_fields_of_both_eras() {
        use MessageKind::{Error, Notification, Request, Result};
        for (method, kind, path, expected) in [
            ("tools/call", Request, "params/name", Some(Identifier)),
            ("tools/call", Request, "params/arguments/a/b", None),
            ("tools/call", Request, "params/requestState", Some(Opaque)),
            ("tools/call", Request, "params/inputResponses/k/content/x", Some(Text)),
            ("tools/call", Request, "params/new_field", None),
            ("tools/call", Result, "result/content/0/text", Some(Text)),
            ("tools/call", Result, "result/content/0/novel/deep", Some(Text)),
            ("tools/call", Result, "result/content/0/data", Some(Opaque)),
            ("tools/call", Result, "result/content/0/resource/uri", Some(Url)),
            ("tools/call", Result, "result/inputRequests/k/params/url", Some(Url)),
            ("tools/list", Result, "result/tools/0/description", Some(Metadata)),
            ("tools/list", Result, "result/tools/0/inputSchema/properties/x/description", Some(Metadata)),
            ("tools/list", Result, "result/nextCursor", Some(Opaque)),
            ("server/discover", Result, "result/instructions", Some(Metadata)),
            ("sampling/createMessage", Request, "params/messages/0/content/text", Some(Text)),
            ("elicitation/create", Result, "result/content/name", Some(Text)),
            ("notifications/message", Notification, "params/data/a", Some(Text)),
            ("no/such", Request, "params/x", None),
            ("no/such", Result, "result/tools/0/description", Some(Metadata)),
            ("", Result, "result/instructions", Some(Metadata)),
            ("", Result, "result/content/0/text", Some(Text)),
            ("", Error, "error/data/x", Some(Text)),
        ] {
            assert_eq!(what(method, kind, path), expected, "{method} {path}");
        }
    }
}
