//! From a message to its fields: every string with what it is to its reader.

use super::envelope::Envelope;
use super::field_table::{FieldTable, State};
use super::key_kind::{ToolHint, is_sql, of_key, of_shape};
use super::{FieldKind, NodeId, NodeKind, Span, Tape};
use crate::session::{Origin, ToolSchema};

/// One string of a message that the protocol does not fix: a value, or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its node on the tape.
    pub node: NodeId,
    /// Its decoded bytes in the tape's arena.
    pub text: Span,
    /// What it is to its reader.
    pub kind: FieldKind,
    /// Which message of a batch it belongs to.
    pub element: u32,
}

/// Containers around the one that a walk is in, and keys that it met. Kept for its memory.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    outer: Vec<Frame>,
    keys: KeyKinds,
}

/// What the keys met last name: the keys of one record are those of the next.
#[derive(Debug)]
struct KeyKinds([(Span, Option<FieldKind>); KEYS]);

/// Keys that are remembered.
const KEYS: usize = 32;

impl Default for KeyKinds {
    fn default() -> Self {
        Self([(Span::default(), None); KEYS])
    }
}

impl KeyKinds {
    /// As [`of_key`], of the key that stands at `text` of `arena`. A key has two places.
    fn of(&mut self, text: Span, arena: &[u8], tool: ToolHint) -> Option<FieldKind> {
        let key = text.of(arena);
        let byte = |at: usize| u32::from(key.get(at).copied().unwrap_or(0));
        let ends = byte(0) | byte(key.len() / 2) << 8 | byte(key.len().wrapping_sub(1)) << 16;
        let place = ((ends ^ text.len() as u32).wrapping_mul(0x9E37_79B1) >> 27) as usize;
        let places = [place, place ^ 1];
        for (known, kind) in places.iter().filter_map(|place| self.0.get(*place)) {
            if known.of(arena) == key {
                return *kind;
            }
        }
        let kind = of_key(key, tool);
        let free = places.into_iter().find(|place| self.0.get(*place).is_some_and(|(known, _)| known.is_empty()));
        if let Some(slot) = self.0.get_mut(free.unwrap_or(place)) {
            *slot = (text, kind);
        }
        kind
    }
}

/// An open container.
#[derive(Clone, Copy, Debug)]
struct Frame {
    end: NodeId,
    is_list: bool,
    place: Place,
}

/// What is known of a value before it is looked at.
#[derive(Clone, Copy, Debug)]
struct Place {
    state: State,
    hint: Option<FieldKind>,
    /// Hash of the member names from the arguments object down, as the tool's schema was hashed.
    path: u64,
}

/// What is known of the tool that a call's arguments go to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tool<'a> {
    pub(crate) schema: Option<&'a ToolSchema>,
    pub(crate) hint: ToolHint,
}

/// Adds the fields of one message to `out`, in the order of the tape. `origin` is the request that it answers.
pub(crate) fn collect(
    table: &FieldTable,
    tape: &Tape,
    (element, envelope): (u32, &Envelope),
    origin: Option<&Origin>,
    tool: Tool<'_>,
    walk: &mut Walk,
    out: &mut Vec<Field>,
) {
    let own = envelope.method.map(|method| tape.text(method));
    let method = own.or_else(|| origin.map(|origin| origin.method().as_bytes()));
    let arguments = envelope.params.and_then(|params| tape.member(params, "arguments"));
    let (state, known) = table.start(method, envelope.kind);
    let known = envelope.method.filter(|_| known);
    walk.outer.clear();
    walk.keys = KeyKinds::default();
    let mut at = envelope.root;
    let end = tape.node(at).map_or(at, |node| node.end);
    // Where the walk is: in the innermost container, and what its next value is.
    let mut inner = Frame { end, place: Place { state, hint: None, path: ToolSchema::ROOT }, is_list: false };
    let mut next = inner.place;
    while let Some(node) = tape.node(at).filter(|_| at < end) {
        match node.kind {
            NodeKind::Key => {
                let key = node.text.of(tape.arena());
                let (state, named) = table.step(inner.place.state, Some(key));
                let what = table.what(state);
                next = Place { state, hint: None, path: ToolSchema::ROOT };
                if what.is_none() {
                    let stated = tool.schema.and_then(|schema| {
                        next.path = ToolSchema::below(inner.place.path, key);
                        schema.kind(next.path)
                    });
                    let named = walk.keys.of(node.text, tape.arena(), tool.hint);
                    next.hint = more_trusted(stated, named).or(inner.place.hint);
                }
                if !named {
                    let kind = match what {
                        Some(FieldKind::Metadata) => FieldKind::Metadata,
                        // A model reads the names of what it is told as well as the values.
                        Some(FieldKind::Text) if is_words(FieldKind::Identifier, key) => FieldKind::Text,
                        _ => FieldKind::Identifier,
                    };
                    out.push(Field { node: at, text: node.text, kind, element });
                }
                at += 1;
                continue;
            }
            NodeKind::String if is_protocols_own(tape, at, known, walk.outer.len()) => {}
            NodeKind::String => {
                let text = node.text.of(tape.arena());
                let kind = match table.what(next.state) {
                    Some(named @ (FieldKind::Identifier | FieldKind::Opaque)) if is_words(named, text) => {
                        FieldKind::Text
                    }
                    Some(named) => named,
                    // The name of a task or a page is a title; a word or two may as well be put into a command.
                    None if next.hint == Some(FieldKind::Identifier)
                        && tool.hint == ToolHint::Entitle
                        && tape.key_of(at) == b"name"
                        && is_title(text) =>
                    {
                        FieldKind::Text
                    }
                    // A `domain` may be one of data: `[('active', '=', True)]`.
                    None if next.hint == Some(FieldKind::Host) && is_list(text) => FieldKind::Unknown,
                    None if inner.is_list && may_be_words(next.hint) && is_said(tape, at, text) => FieldKind::Text,
                    None if next.hint.is_none() && tool.hint == ToolHint::Query && is_sql(tape.key_of(at), text) => {
                        FieldKind::Sql
                    }
                    None => next.hint.unwrap_or_else(|| of_shape(text)),
                };
                out.push(Field { node: at, text: node.text, kind, element });
            }
            NodeKind::Array | NodeKind::Object => {
                if Some(at) == arguments {
                    (next.hint, next.path) = (None, ToolSchema::ROOT);
                }
                walk.outer.push(inner);
                inner = Frame { end: node.end, place: next, is_list: node.kind == NodeKind::Array };
            }
            _ => {}
        }
        at += 1;
        while inner.end <= at
            && let Some(outer) = walk.outer.pop()
        {
            inner = outer;
        }
        // In an array the next node is an element; in an object it is a key, which sets all of this itself.
        if inner.is_list {
            next = Place { state: table.step(inner.place.state, None).0, ..inner.place };
        }
    }
}

/// Whether a string of the envelope says nothing but what the protocol has it say: its version, or a method that the table has.
fn is_protocols_own(tape: &Tape, at: NodeId, known: Option<NodeId>, depth: usize) -> bool {
    depth == 1 && (known == Some(at) || tape.text(at) == b"2.0" && tape.key_of(at) == b"jsonrpc")
}

/// Whether the words of a command line may stand in a list of this kind.
const fn may_be_words(hint: Option<FieldKind>) -> bool {
    matches!(hint, None | Some(FieldKind::Command))
}

/// Whether a word of a command line is what an option before it, or in it, has its program say or look for: the message of a commit. Whoever
/// runs the line hands it over as it is; the line as a whole is judged as one. What is made to be run by a shell in passing stays
/// what it is.
#[inline]
fn is_said(tape: &Tape, at: NodeId, text: &[u8]) -> bool {
    let before = at.checked_sub(1).and_then(|before| tape.node(before));
    let option = before.filter(|node| node.kind == NodeKind::String).map(|node| node.text.of(tape.arena()));
    (option.is_some_and(|option| option.first() == Some(&b'-')) || text.starts_with(b"--"))
        && says(tape, at, option.unwrap_or_default(), text)
}

#[inline(never)]
fn says(tape: &Tape, at: NodeId, option: &[u8], text: &[u8]) -> bool {
    const OPTIONS: [&[u8]; 10] = [
        b"-m",
        b"--message",
        b"--grep",
        b"--title",
        b"--body",
        b"--subject",
        b"--description",
        b"--notes",
        b"--comment",
        b"-S",
    ];
    /// Programs whose own words come before such an option.
    const PROGRAMS: [&[u8]; 8] = [b"git", b"gh", b"glab", b"hg", b"svn", b"jj", b"bd", b"jira"];
    /// What of them takes such an option, where the list is handed to a program that is named elsewhere.
    const COMMANDS: [&[u8]; 16] = [
        b"commit",
        b"tag",
        b"log",
        b"merge",
        b"stash",
        b"notes",
        b"revert",
        b"issue",
        b"pr",
        b"mr",
        b"release",
        b"shortlog",
        b"rev-list",
        b"amend",
        b"-C",
        b"--no-pager",
    ];
    let Some(list) = tape.node(at).map(|node| node.parent) else { return false };
    let first =
        tape.node(list + 1).filter(|node| node.kind == NodeKind::String).map_or(&[][..], |_| tape.text(list + 1));
    let told = OPTIONS.contains(&option)
        || OPTIONS
            .iter()
            .any(|name| name.len() > 2 && text.strip_prefix(*name).is_some_and(|rest| rest.first() == Some(&b'=')));
    told && (PROGRAMS.contains(&first) || COMMANDS.contains(&first)) && !substitutes(text)
}

/// Whether a text is made for a shell to run a part of it and put what that says in its place: by `$(…)`, or by backticks with no words around
/// them. Words between which code stands in backticks are how one writes of code.
fn substitutes(text: &[u8]) -> bool {
    let is_quoted = memchr::memchr_iter(b'`', text).count().is_multiple_of(2);
    let mut plain = text.split(|byte| *byte == b'`').step_by(if is_quoted { 2 } else { 1 });
    let opens = |text: &[u8]| memchr::memmem::find(text, b"$(").is_some();
    let says = |text: &[u8]| text.contains(&b' ');
    plain.clone().any(opens) || text.contains(&b'`') && !plain.any(says)
}

/// Whether a text begins as a list of strings or of lists does, and ends as one.
fn is_list(text: &[u8]) -> bool {
    matches!(text.trim_ascii(), [b'[', b'(' | b'[' | b'\'' | b'"', .., b']'])
}

/// Whether what the protocol takes for a name or a handle is none: a sentence, or, for a handle, anything beyond ASCII. Whoever reads it
/// reads a text. What is written as JSON is a server's own state.
fn is_words(named: FieldKind, text: &[u8]) -> bool {
    const SHORTEST: usize = 16;
    let sentence = || text.len() >= SHORTEST && memchr::memchr_iter(b' ', text).nth(2).is_some();
    let state = || matches!(text.first(), Some(b'{' | b'['));
    match named {
        FieldKind::Opaque => !text.is_ascii() || sentence() && !state(),
        _ => sentence(),
    }
}

/// Whether a name is a title of several words. What parts commands stands in one as quoted code, or not at all.
fn is_title(text: &[u8]) -> bool {
    let parts = |byte: &u8| matches!(byte, b';' | b'|' | b'&' | b'\n');
    let is_quoted = memchr::memchr_iter(b'`', text).count().is_multiple_of(2);
    let mut plain = text.split(|byte| *byte == b'`').step_by(2);
    is_words(FieldKind::Identifier, text) && is_quoted && plain.all(|text| !text.iter().any(parts))
}

/// What a schema states, unless it would make a sink of what the key names harmless: the schema comes from the server,
/// who may be the attacker. It can say that `q` is SQL; it cannot say that `command` is prose.
fn more_trusted(stated: Option<FieldKind>, named: Option<FieldKind>) -> Option<FieldKind> {
    use FieldKind::{Code, Command, Host, Path, Sql, Url};
    let sink = |kind| matches!(kind, Path | Url | Host | Command | Code | Sql);
    match (stated, named) {
        (Some(stated), Some(named)) if sink(named) && !sink(stated) => Some(named),
        (stated, named) => stated.or(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, envelopes, read};

    fn kinds(text: &str, schema: Option<&str>) -> Vec<(String, FieldKind)> {
        let parse = |text: &str| {
            let mut tape = Tape::new();
            read(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
            tape
        };
        let schema = schema.map(|schema| ToolSchema::read(&parse(schema), 0));
        let (mut tape, mut found, mut out) = (parse(text), Vec::new(), Vec::new());
        envelopes(&mut tape, text.as_bytes(), &Limits::default(), &mut found);
        let tool = Tool { schema: schema.as_ref(), hint: ToolHint::None };
        collect(&FieldTable::mcp(), &tape, (0, &found[0]), None, tool, &mut Walk::default(), &mut out);
        let value = |field: &&Field| tape.node(field.node).unwrap().kind == NodeKind::String;
        out.iter().filter(value).map(|field| (tape.pointer(field.node), field.kind)).collect()
    }

    fn argument(arguments: &str, schema: Option<&str>) -> Vec<(String, FieldKind)> {
        let text = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"t","arguments":{arguments}}}}}"#
        );
        let prefix = "/params/arguments";
        let under = |(pointer, kind): (String, FieldKind)| Some((pointer.strip_prefix(prefix)?.to_owned(), kind));
        kinds(&text, schema).into_iter().filter_map(under).collect()
    }

    #[test]
    fn schema_key_and_shape_decide_in_that_order() {
        let found = argument(r#"{"domain":"[('a','=',1)]","host":"[::1]"}"#, None);
        assert_eq!(found, [("/domain".to_owned(), FieldKind::Unknown), ("/host".to_owned(), FieldKind::Host)]);
        let schema = r#"{"properties":{"q":{"description":"The SQL query to run"},"command":{"enum":["a"]},"l":{"items":{"format":"uri"}}}}"#;
        let found = argument(
            r#"{"q":"x","command":"x","l":["x"],"path":"x","z":"/a/b","w":"x","o":{"path":["a",{"b":"c"}]}}"#,
            Some(schema),
        );
        let kind = |pointer: &str| found.iter().find(|(p, _)| p == pointer).map(|(_, kind)| *kind);
        assert_eq!(kind("/q"), Some(FieldKind::Sql));
        assert_eq!(kind("/command"), Some(FieldKind::Command));
        assert_eq!(kind("/l/0"), Some(FieldKind::Url));
        assert_eq!(kind("/path"), Some(FieldKind::Path));
        assert_eq!(kind("/z"), Some(FieldKind::Path));
        assert_eq!(kind("/w"), Some(FieldKind::Unknown));
        assert_eq!(kind("/o/path/0"), Some(FieldKind::Path));
        assert_eq!(kind("/o/path/1/b"), Some(FieldKind::Path));
    }

    #[test]
    fn what_parts_commands_stands_in_a_title_as_quoted_code() {
        for text in ["fix the build on arm", "say why `a | b` hangs here", "`a; b` and `c` are one"] {
            assert!(is_title(text.as_bytes()), "{text}");
        }
        for text in
            ["fix the build; now run", "fix the build ` ; b ; now", "say `why` it & hangs `a`", "say `a` it `b; here"]
        {
            assert!(!is_title(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn keys_that_come_again_name_the_same() {
        let keys = ["path", "q", "p", "pith", "path", "url", "", "command", "pith", "commend", "path"];
        let text: String = keys.map(|key| format!(r#"{{"{key}":"x"}}"#)).join(",");
        let found = argument(&format!(r#"{{"l":[{text}]}}"#), None);
        assert_eq!(found.len(), keys.len());
        for (key, (_, kind)) in keys.iter().zip(found) {
            assert_eq!(kind, of_key(key.as_bytes(), ToolHint::None).unwrap_or(FieldKind::Unknown), "{key}");
        }
    }

    #[test]
    fn every_string_is_a_field_whatever_the_message() {
        let text =
            r#"{"jsonrpc":"2.0","id":"i","method":"new/method","params":{"a":["b",{"c":"d"}]},"extra":{"e":"f"}}"#;
        let pointers: Vec<String> = kinds(text, None).into_iter().map(|(pointer, _)| pointer).collect();
        assert_eq!(pointers, ["/id", "/method", "/params/a/0", "/params/a/1/c", "/extra/e"]);
    }

    #[test]
    fn the_protocols_own_words_are_no_fields() {
        let fields = |text: &str| kinds(text, None).into_iter().map(|(pointer, _)| pointer).collect::<Vec<_>>();
        assert!(fields(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#).is_empty());
        assert_eq!(fields(r#"{"jsonrpc":"2.1","id":1,"method":"tools/liszt"}"#), ["/jsonrpc", "/method"]);
        let deeper =
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"jsonrpc":"2.0","method":"tools/list"}}"#;
        assert_eq!(fields(deeper), ["/params/jsonrpc", "/params/method"]);
    }
}
