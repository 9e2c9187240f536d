//! How large a schema is once its references are followed: `{"a": {"allOf": [{"$ref": b}, {"$ref": b}]}, "b": …}` doubles with each line.

use std::collections::HashMap;

use super::schema::is_reference;
use super::words;
use crate::message::{NodeId, NodeKind, Tape};

/// A schema with its references in place.
pub(super) struct Expansion {
    /// How many references there would be to follow.
    pub(super) size: u64,
    /// Whether one leads back to where it stands. Those are counted once.
    pub(super) circular: bool,
}

/// A target: where its own references stand, and what is known of it.
#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done(u64),
}

/// How large the schema at `root` is.
pub(super) fn of(tape: &Tape, root: NodeId) -> Expansion {
    let end = tape.node(root).map_or(root, |node| node.end);
    let places = places(tape, root, end);
    // Where each reference stands and leads, in order.
    let keys = (root..end).filter(|at| tape.node(*at).is_some_and(|node| node.kind == NodeKind::Key));
    let refs: Vec<(NodeId, NodeId)> = keys
        .filter(|key| is_reference(tape.text(*key)))
        .filter_map(|key| Some((key, *places.get(&hash_of(words(tape, key + 1)?))?)))
        .collect();
    let inside = |target: NodeId| {
        let end = tape.node(target).map_or(target, |node| node.end);
        refs.partition_point(|(at, _)| *at < target)..refs.partition_point(|(at, _)| *at < end)
    };
    let mut states: HashMap<NodeId, State> = refs.iter().map(|(_, target)| (*target, State::New)).collect();
    states.insert(root, State::New);
    let mut circular = false;
    // A walk without recursion: each entry is a target, the reference it is at, and its sum so far.
    let mut open = vec![(root, inside(root), 0_u64)];
    states.insert(root, State::Open);
    let mut size = 0;
    while let Some((target, mut rest, mut sum)) = open.pop() {
        let next = rest.next().and_then(|at| refs.get(at)).map(|(_, next)| *next);
        match next.map(|next| (next, states.get(&next).copied().unwrap_or(State::Open))) {
            Some((next, State::New)) => {
                states.insert(next, State::Open);
                open.push((target, rest, sum));
                open.push((next, inside(next), 0));
            }
            Some((_, state)) => {
                let known = if let State::Done(known) = state { known } else { 0 };
                circular |= state == State::Open;
                sum = sum.saturating_add(1).saturating_add(known);
                open.push((target, rest, sum));
            }
            None => {
                states.insert(target, State::Done(sum));
                // It was counted for whoever asked: one reference, and all that it holds.
                match open.last_mut() {
                    Some((_, _, above)) => *above = above.saturating_add(1).saturating_add(sum),
                    None => size = sum,
                }
            }
        }
    }
    Expansion { size, circular }
}

/// FNV-1a: collisions could only make a schema look larger or smaller than it is.
fn step(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

const START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of where a reference leads.
fn hash_of(reference: &[u8]) -> u64 {
    step(START, reference.strip_prefix(b"#").unwrap_or(reference))
}

/// Every object of the schema by the hash of its pointer, and by its anchor.
fn places(tape: &Tape, root: NodeId, end: NodeId) -> HashMap<u64, NodeId> {
    let mut places = HashMap::from([(START, root)]);
    // (where it ends, its hash, the next element of a list)
    let mut open: Vec<(NodeId, u64, Option<usize>)> = Vec::new();
    let mut own = START;
    for at in root..end {
        let Some(node) = tape.node(at) else { break };
        while open.last().is_some_and(|(end, ..)| *end <= at) {
            open.pop();
        }
        if node.kind == NodeKind::Key {
            let above = open.last().map_or(START, |(_, hash, _)| *hash);
            own = step(step(above, b"/"), tape.text(at));
            if tape.text(at) == b"$anchor" {
                places.extend(words(tape, at + 1).map(|anchor| (step(START, anchor), node.parent)));
            }
            continue;
        }
        if let Some((_, hash, Some(element))) = open.last_mut() {
            own = step(step(*hash, b"/"), element.to_string().as_bytes());
            *element += 1;
        }
        if matches!(node.kind, NodeKind::Object | NodeKind::Array) {
            places.entry(own).or_insert(at);
            open.push((node.end, own, (node.kind == NodeKind::Array).then_some(0)));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Framing, Limits, read};
    use std::fmt::Write;

    fn size(text: &str) -> (u64, bool) {
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &Limits::default(), &mut tape);
        assert!(tape.is_complete());
        let found = of(&tape, 0);
        (found.size, found.circular)
    }

    #[test]
    fn references_are_followed_and_counted() {
        assert_eq!(size(r##"{"$ref":"#/$defs/a","$defs":{"a":{}}}"##), (1, false));
        assert_eq!(size(r##"{"anyOf":[{"$ref":"#/$defs/none"}]}"##), (0, false));
        assert_eq!(size(r##"{"p":{"$ref":"#/q/0"},"q":[{"$ref":"#x"},{"$anchor":"x"}]}"##), (3, false));
        assert_eq!(size(r##"{"$ref":"#","items":{"$ref":"#/items"}}"##), (3, true));
    }

    #[test]
    fn a_bomb_is_large_and_a_grammar_is_circular() {
        let mut bomb = String::from(r##"{"properties":{"x":{"$ref":"#/$defs/d0"}},"$defs":{"##);
        for at in 0..40 {
            write!(bomb, r##""d{at}":{{"allOf":[{{"$ref":"#/$defs/d{0}"}},{{"$ref":"#/$defs/d{0}"}}]}},"##, at + 1)
                .unwrap();
        }
        bomb += r#""d40":{}}}"#;
        let (large, circular) = size(&bomb);
        assert!(large > 1 << 40 && !circular);
        let list = |count: usize| {
            let refs: Vec<_> = (0..count).map(|_| r##"{"$ref":"#/$defs/a"}"##.to_owned()).collect();
            format!(r#"{{"anyOf":[{}],"$defs":{{"a":{{}}}}}}"#, refs.join(","))
        };
        assert_eq!(size(&list(500)), (500, false));
    }
}
