//! From a message to its fields: every string with what it is to its reader.

use super::envelope::Envelope;
use super::field_table::{FieldTable, State};
use super::key_kind::{ToolHint, of_key, of_shape};
use super::{FieldKind, NodeId, NodeKind, Span, Tape};
use crate::session::{Origin, ToolSchema};

/// One string of a message: a value, or a key that the protocol does not fix.
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

/// Containers that are open during a walk. Kept for its memory.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    frames: Vec<Frame>,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    end: NodeId,
    state: State,
    hint: Option<FieldKind>,
    /// Hash of the member names from the arguments object down, as the tool's schema was hashed.
    place: u64,
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
    let mut state = table.start(method, envelope.kind);
    let mut hint = None;
    let mut place = ToolSchema::ROOT;
    walk.frames.clear();
    let mut at = envelope.root;
    let end = tape.node(at).map_or(at, |node| node.end);
    while let Some(node) = tape.node(at).filter(|_| at < end) {
        match node.kind {
            NodeKind::Key => {
                let frame = walk.frames.last().copied();
                let key = node.text.of(tape.arena());
                let (next, named) = table.step(frame.map_or(0, |frame| frame.state), Some(key));
                state = next;
                let what = table.what(next);
                (hint, place) = (None, ToolSchema::ROOT);
                if what.is_none() {
                    let above = frame.map_or(ToolSchema::ROOT, |frame| frame.place);
                    place = ToolSchema::below(above, key);
                    hint = tool.schema.and_then(|schema| schema.kind(place));
                    hint = hint.or_else(|| of_key(key, tool.hint)).or(frame.and_then(|frame| frame.hint));
                }
                if !named {
                    let kind =
                        if what == Some(FieldKind::Metadata) { FieldKind::Metadata } else { FieldKind::Identifier };
                    out.push(Field { node: at, text: node.text, kind, element });
                }
                at += 1;
                continue;
            }
            NodeKind::String => {
                let kind = table.what(state).or(hint).unwrap_or_else(|| of_shape(node.text.of(tape.arena())));
                out.push(Field { node: at, text: node.text, kind, element });
            }
            NodeKind::Array | NodeKind::Object => {
                if Some(at) == arguments {
                    (hint, place) = (None, ToolSchema::ROOT);
                }
                walk.frames.push(Frame { end: node.end, state, hint, place });
            }
            _ => {}
        }
        at += 1;
        while walk.frames.last().is_some_and(|frame| frame.end <= at) {
            walk.frames.pop();
        }
        // In an array the next node is an element; in an object it is a key, which sets all of this itself.
        if let Some(frame) = walk.frames.last() {
            (state, _) = table.step(frame.state, None);
            hint = frame.hint;
            place = frame.place;
        }
    }
}
