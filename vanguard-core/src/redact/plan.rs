//! The edits of a whole message.

use std::borrow::Cow;

use super::copies::{Copies, applied};
use crate::message::{Aligner, Envelope, Node, NodeId, NodeKind, Span, Tape};
use crate::session::{OutputSchema, ToolSchema};
use crate::verdict::Edit;

/// Why a copy can't be replaced where it stands.
#[derive(Debug)]
pub(crate) struct Obstacle {
    pub(crate) pointer: String,
    pub(crate) span: Span,
    pub(crate) reason: &'static str,
}

/// What both sides hand back and forth and must find unchanged.
const HANDLES: [&[u8]; 7] =
    [b"cursor", b"nextCursor", b"requestState", b"progressToken", b"taskId", b"elicitationId", b"requestId"];

/// The edits that put every copy out of a message, sorted and not overlapping. Keys are edited like values.
pub(crate) fn plan(
    (tape, envelopes): (&Tape, &[Envelope]),
    message: &[u8],
    copies: &Copies,
    output: Option<&OutputSchema>,
) -> Result<Vec<Edit>, Obstacle> {
    let mut edits = Vec::new();
    let mut obstacle = None;
    each(tape, envelopes, |place, id, node| {
        let text = node.text.of(tape.arena());
        let stop = |reason| Some(Obstacle { pointer: copies.plainly(&place.pointer(tape)), span: node.source, reason });
        match node.kind {
            NodeKind::Number if copies.is_number(node.source.of(message)) => {
                obstacle = stop("a copy of it is a number, which a placeholder can't stand in for");
            }
            NodeKind::String | NodeKind::Key => {
                let changes = copies.changes(text);
                if changes.is_empty() {
                    return true;
                }
                if node.kind == NodeKind::String && HANDLES.contains(&tape.key_of(id)) {
                    obstacle = stop("a copy of it is in what both sides must find unchanged");
                    return false;
                }
                let characters = || String::from_utf8_lossy(&applied(text, &changes)).chars().count();
                if let Some((output, at)) = output.zip(place.in_output(tape))
                    && node.kind == NodeKind::String
                    && !output.holds(at, characters())
                {
                    obstacle = stop("by the tool's output schema a placeholder has no place there");
                    return false;
                }
                let pointer = copies.plainly(&place.pointer(tape));
                let mut aligner = Aligner::default();
                edits.extend(changes.into_iter().map(|change| {
                    let span = tape.next_source_span(id, change.span, message, &mut aligner);
                    Edit::replace(pointer.clone(), span, quoted(&change.text))
                }));
            }
            _ => {}
        }
        obstacle.is_none()
    });
    obstacle.map_or(Ok(edits), Err)
}

/// Text as it stands within a JSON string.
fn quoted(text: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(text);
    if !text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        return text;
    }
    let quoted = serde_json::Value::from(text).to_string();
    Cow::Owned(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned())
}

/// The first place where a copy is left.
pub(crate) fn residue(tape: &Tape, envelopes: &[Envelope], copies: &Copies) -> Option<Obstacle> {
    let mut left = None;
    each(tape, envelopes, |place, _, node| {
        let text = matches!(node.kind, NodeKind::String | NodeKind::Key).then(|| node.text.of(tape.arena()));
        if text.is_some_and(|text| copies.is_in(text)) {
            let pointer = copies.plainly(&place.pointer(tape));
            left = Some(Obstacle { pointer, span: node.source, reason: "a copy of it is left after redaction" });
        }
        left.is_none()
    });
    left
}

/// Calls `f` with each node that is not a message's id, method or version, until it says `false`.
fn each(tape: &Tape, envelopes: &[Envelope], mut f: impl FnMut(&Place, NodeId, &Node) -> bool) {
    let roots: Vec<NodeId> = envelopes.iter().map(|envelope| envelope.root).collect();
    let mut place = Place::default();
    for (id, node) in (0_u32..).zip(tape.nodes()) {
        place.enter(id, node);
        let own = matches!(node.kind, NodeKind::String | NodeKind::Number)
            && roots.binary_search(&node.parent).is_ok()
            && matches!(tape.text(id.wrapping_sub(1)), b"id" | b"jsonrpc" | b"method");
        if !own && !f(&place, id, node) {
            return;
        }
        if matches!(node.kind, NodeKind::Array | NodeKind::Object) {
            place.open.push(Open { end: node.end, array: node.kind == NodeKind::Array, at: 0 });
        }
    }
}

/// Where a walk over a tape is; a pointer costs as much as it is deep, not as the lists are long.
#[derive(Default)]
struct Place {
    open: Vec<Open>,
}

struct Open {
    end: NodeId,
    array: bool,
    /// Of an array, how many elements have begun; of an object, the current key's node.
    at: u32,
}

impl Place {
    fn enter(&mut self, id: NodeId, node: &Node) {
        while self.open.last().is_some_and(|open| open.end <= id) {
            self.open.pop();
        }
        if let Some(open) = self.open.last_mut() {
            match node.kind {
                _ if open.array => open.at += 1,
                NodeKind::Key => open.at = id,
                _ => {}
            }
        }
    }

    /// The place in a tool's structured result, as its schema counts it; `None` elsewhere.
    fn in_output(&self, tape: &Tape) -> Option<u64> {
        let mut keys = self.open.iter().filter(|open| !open.array).map(|open| tape.text(open.at));
        let below = keys.next() == Some(b"result") && keys.next() == Some(b"structuredContent");
        below.then(|| keys.fold(ToolSchema::ROOT, ToolSchema::below))
    }

    /// As [`Tape::pointer`] gives it.
    fn pointer(&self, tape: &Tape) -> String {
        self.open.iter().fold(String::new(), |mut pointer, open| {
            pointer.push('/');
            if open.array {
                pointer += &open.at.saturating_sub(1).to_string();
            } else {
                let key = String::from_utf8_lossy(tape.text(open.at));
                let plain = !key.contains(['~', '/']);
                pointer += &if plain { key } else { Cow::Owned(key.replace('~', "~0").replace('/', "~1")) };
            }
            pointer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, envelopes, read};

    #[test]
    fn a_walk_knows_every_pointer() {
        let text = br#"{"jsonrpc":"2.0","id":"x","result":{"a/b":[1,[],["s",{"k~":null}],{}],"c":{"d":"e"}}}"#;
        let (mut tape, mut found) = (Tape::new(), Vec::new());
        read(text, Framing::Body, &Limits::default(), &mut tape);
        envelopes(&mut tape, text, &Limits::default(), &mut found);
        let mut seen = 0;
        each(&tape, &found, |place, id, _| {
            assert_eq!(place.pointer(&tape), tape.pointer(id));
            seen += 1;
            true
        });
        assert_eq!(seen, tape.nodes().len() - 2);
    }
}
