//! What a tool's own output schema says of the strings in its results: where a placeholder would break it.

use std::collections::HashMap;

use super::ToolSchema;
use crate::message::{NodeId, NodeKind, Tape};

/// The strings of a tool's structured results that can't hold just anything, by their place (as in [`ToolSchema`]).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OutputSchema {
    held: HashMap<u64, Held>,
}

/// What a string must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    /// One of a few, or of a form.
    Fixed,
    /// No longer than this, in characters.
    Short(u32),
}

/// Properties read of one schema, and how deep. Real ones have fewer than fifty in three levels.
const PROPERTIES: usize = 512;
const DEPTH: usize = 8;

impl OutputSchema {
    /// Reads a JSON Schema object on a tape.
    pub(crate) fn read(tape: &Tape, schema: NodeId, message: &[u8]) -> Self {
        let mut held = HashMap::new();
        let mut open = vec![(schema, ToolSchema::ROOT, 0)];
        let mut read = 0;
        while let Some((schema, place, depth)) = open.pop() {
            read += 1;
            if read > PROPERTIES || depth > DEPTH {
                continue;
            }
            if let Some(own) = held_by(tape, schema, message) {
                held.insert(place, own);
            }
            if let Some(properties) = tape.member(schema, "properties") {
                let members = tape.members(properties);
                open.extend(members.map(|(key, value)| (value, ToolSchema::below(place, tape.text(key)), depth + 1)));
            }
            open.extend(tape.member(schema, "items").map(|items| (items, place, depth + 1)));
        }
        Self { held }
    }

    /// Whether the string at `place` may be one of `characters` characters that its schema's author never thought of.
    pub(crate) fn holds(&self, place: u64, characters: usize) -> bool {
        match self.held.get(&place) {
            None => true,
            Some(Held::Fixed) => false,
            Some(Held::Short(most)) => characters <= *most as usize,
        }
    }
}

fn held_by(tape: &Tape, schema: NodeId, message: &[u8]) -> Option<Held> {
    let has = |name: &str| tape.member(schema, name).is_some();
    let format = tape.member(schema, "format").and_then(|node| tape.string(node));
    // A placeholder in a URI is written as one.
    let free = matches!(format, None | Some("uri" | "uri-reference" | "iri" | "iri-reference" | "password" | "byte"));
    if has("enum") || has("const") || has("pattern") || !free {
        return Some(Held::Fixed);
    }
    let most = tape.member(schema, "maxLength").and_then(|node| tape.node(node));
    let digits = most.filter(|node| node.kind == NodeKind::Number)?.source.of(message);
    // What is no plain number bounds nothing that can be told.
    Some(std::str::from_utf8(digits).ok()?.parse().map_or(Held::Fixed, Held::Short))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, read};

    #[test]
    fn a_schema_says_what_its_strings_hold() {
        let text = r#"{"properties":{"free":{"type":"string"},"id":{"format":"uuid"},"link":{"format":"uri"},"kind":{"enum":["a"]},
            "list":{"items":{"properties":{"name":{"maxLength":12},"code":{"pattern":"^x"}}}}}}"#;
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
        let schema = OutputSchema::read(&tape, 0, text.as_bytes());
        let at =
            |keys: &[&str]| keys.iter().fold(ToolSchema::ROOT, |place, key| ToolSchema::below(place, key.as_bytes()));
        let holds = |keys: &[&str], characters| schema.holds(at(keys), characters);
        assert!(holds(&["free"], 99) && holds(&["link"], 99) && holds(&["unheard"], 99));
        assert!(!holds(&["id"], 9) && !holds(&["kind"], 9) && !holds(&["list", "code"], 9));
        assert!(holds(&["list", "name"], 12) && !holds(&["list", "name"], 13));
    }
}
