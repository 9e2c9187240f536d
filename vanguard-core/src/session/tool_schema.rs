//! What a tool's own input schema says of its arguments.

use std::collections::HashMap;

use super::OutputSchema;
use super::mirrors::{self, Mirror};
use crate::message::{FieldKind, NodeId, NodeKind, Tape};

/// The kinds of a tool's arguments by their place, as far as its input schema tells them.
///
/// Places are hashes of member names; a collision could only give one argument of a tool the kind of another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolSchema {
    kinds: HashMap<u64, FieldKind>,
    mirrors: Vec<Mirror>,
    output: OutputSchema,
}

/// Properties read of one schema, and how deep. Real ones have fewer than fifty in three levels.
const PROPERTIES: usize = 512;
const DEPTH: usize = 8;

impl ToolSchema {
    /// The place of the arguments object itself.
    pub(crate) const ROOT: u64 = 0xcbf2_9ce4_8422_2325;

    /// The place of member `key` of the object at `place`; an array's elements stand at the array's own place.
    pub(crate) fn below(place: u64, key: &[u8]) -> u64 {
        let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        key.iter().fold(hash(place, &b'/'), hash)
    }

    /// What the schema says of the argument at `place`.
    pub(crate) fn kind(&self, place: u64) -> Option<FieldKind> {
        self.kinds.get(&place).copied()
    }

    /// The arguments that are said in headers, too.
    pub(crate) fn mirrors(&self) -> &[Mirror] {
        &self.mirrors
    }

    /// With what the tool says of its results.
    pub(crate) fn with_output(mut self, output: OutputSchema) -> Self {
        self.output = output;
        self
    }

    /// What the tool says of its results.
    pub(crate) const fn output(&self) -> &OutputSchema {
        &self.output
    }

    /// Reads a JSON Schema object on a tape.
    #[must_use]
    pub fn read(tape: &Tape, schema: NodeId) -> Self {
        let mut kinds = HashMap::new();
        let mirrors = mirrors::read(tape, schema);
        let mut open = vec![(schema, Self::ROOT, 0)];
        let mut read = 0;
        while let Some((schema, place, depth)) = open.pop() {
            read += 1;
            if read > PROPERTIES || depth > DEPTH {
                continue;
            }
            if place != Self::ROOT
                && let Some(kind) = kind_of(tape, schema)
            {
                kinds.insert(place, kind);
            }
            if let Some(properties) = tape.member(schema, "properties") {
                let members = tape.members(properties);
                open.extend(members.map(|(key, value)| (value, Self::below(place, tape.text(key)), depth + 1)));
            }
            if let Some(items) = tape.member(schema, "items") {
                open.push((items, place, depth + 1));
            }
            for name in ["anyOf", "oneOf", "allOf"] {
                let choices = tape.member(schema, name);
                open.extend(
                    choices.into_iter().flat_map(|list| tape.elements(list)).map(|choice| (choice, place, depth + 1)),
                );
            }
        }
        Self { kinds, mirrors, output: OutputSchema::default() }
    }
}

/// What one property's schema says: its format first, then the words of its description.
fn kind_of(tape: &Tape, schema: NodeId) -> Option<FieldKind> {
    let string = |name| tape.member(schema, name).and_then(|node| tape.string(node));
    match string("format") {
        Some("uri" | "uri-reference" | "iri" | "iri-reference" | "url") => return Some(FieldKind::Url),
        Some("hostname" | "idn-hostname" | "ipv4" | "ipv6") => return Some(FieldKind::Host),
        Some("path" | "file-path" | "directory-path") => return Some(FieldKind::Path),
        Some("email" | "idn-email" | "uuid" | "date" | "date-time" | "time" | "duration") => {
            return Some(FieldKind::Identifier);
        }
        _ => {}
    }
    if string("contentEncoding").is_some() {
        return Some(FieldKind::Opaque);
    }
    if tape.member(schema, "enum").and_then(|node| tape.node(node)).is_some_and(|node| node.kind == NodeKind::Array) {
        return Some(FieldKind::Identifier);
    }
    let description = string("description")?;
    let head: String = description.chars().take(160).collect::<String>().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| head.contains(word));
    if says(&["sql query", "sql statement", "sql to ", "sql command"]) {
        Some(FieldKind::Sql)
    } else if says(&[
        "shell command",
        "bash command",
        "command to run",
        "command to execute",
        "command line",
        "terminal command",
    ]) {
        Some(FieldKind::Command)
    } else if says(&[
        "code to run",
        "code to execute",
        "python code",
        "javascript code",
        "script to run",
        "script to execute",
    ]) {
        Some(FieldKind::Code)
    } else if says(&[
        "file path",
        "path to ",
        "path of ",
        "directory to ",
        "absolute path",
        "relative path",
        "filename",
    ]) {
        Some(FieldKind::Path)
    } else if says(&["url to ", "url of ", "the url", "uri of "]) {
        Some(FieldKind::Url)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, read};

    fn schema(text: &str) -> ToolSchema {
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
        ToolSchema::read(&tape, 0)
    }

    fn at(keys: &[&str]) -> u64 {
        keys.iter().fold(ToolSchema::ROOT, |place, key| ToolSchema::below(place, key.as_bytes()))
    }

    #[test]
    fn reads_formats_descriptions_and_nesting() {
        let schema = schema(
            r#"{"type":"object","properties":{
            "q":{"type":"string","description":"The SQL query to run"},
            "where":{"type":"array","items":{"type":"string","format":"uri"}},
            "mode":{"enum":["a","b"]},
            "deep":{"properties":{"t":{"anyOf":[{"type":"null"},{"description":"Shell command to start"}]}}},
            "text":{"type":"string","description":"Words to say"}}}"#,
        );
        assert_eq!(schema.kind(at(&["q"])), Some(FieldKind::Sql));
        assert_eq!(schema.kind(at(&["where"])), Some(FieldKind::Url));
        assert_eq!(schema.kind(at(&["mode"])), Some(FieldKind::Identifier));
        assert_eq!(schema.kind(at(&["deep", "t"])), Some(FieldKind::Command));
        assert_eq!(schema.kind(at(&["text"])), None);
        assert_eq!(schema.kind(at(&["other"])), None);
    }
}
