//! What a JSON Schema makes of its reader: references that lead elsewhere, bombs, patterns that take for ever.

use super::redos::{self, Time};
use super::{Sign, expansion, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, NodeKind, Tape};
use crate::rules::own;

const BOMB: Sign = Sign {
    rule: own::META_SCHEMA_BOMB,
    severity: Severity::High,
    confidence: Confidence::Medium,
    taxonomy: &[("owasp-mcp", "MCP03"), ("mcp-38", "MCP-33"), ("atlas", "AML.T0029"), ("cwe", "400")],
};
/// Honest schemas of grammars refer to themselves in circles, and unfolded they are large too.
const TANGLE: Sign = Sign { severity: Severity::Medium, ..BOMB };
const SLOW: Sign = Sign {
    rule: own::META_REDOS,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    taxonomy: &[("owasp-mcp", "MCP03"), ("mcp-38", "MCP-33"), ("atlas", "AML.T0029"), ("cwe", "1333")],
};
/// A text of some thousands of letters makes it wait; honest authors write such patterns now and then.
const SLOWER: Sign = Sign { severity: Severity::Low, ..SLOW };
const ELSEWHERE: Sign = Sign {
    rule: own::META_EXTERNAL_REF,
    severity: Severity::High,
    confidence: Confidence::Medium,
    taxonomy: &[("owasp-mcp", "MCP03"), ("mcp-38", "MCP-11"), ("atlas", "AML.T0110"), ("cwe", "829")],
};
const ABROAD: Sign = Sign { severity: Severity::Medium, ..ELSEWHERE };

/// Bounds of one schema. Of some thousands of real ones the largest has 120 KB, 6,000 nodes and 30 levels.
const BYTES: u32 = 1 << 20;
const NODES: u32 = 1 << 16;
const DEPTH: usize = 96;
const CHOICES: u32 = 4096;
/// How often something may stand in a schema once its references are followed.
const EXPANDED: u64 = 1_000_000;
/// Fewer references than this can't unfold to more than [`EXPANDED`].
const FEW: usize = 16;
/// References elsewhere, and patterns, that are told of one schema, and references that are looked at.
const TOLD: usize = 8;
const LOOKED_AT: usize = 64;

/// Steps that patterns may take in one message: some thousands of those that fork.
pub(super) const STEPS: u64 = 1 << 21;

/// Adds what is wrong with the schema at `root`. `steps` are left for its patterns.
pub(super) fn judge(inspection: &Inspection<'_>, root: NodeId, steps: &mut u64, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let Some(node) = tape.node(root) else { return };
    if node.source.len() > BYTES as usize || node.end - root > NODES {
        findings.push(BOMB.at(inspection, root, b"", "the schema is larger than any that a tool needs"));
        return;
    }
    let seen = walk(tape, root);
    if seen.depth > DEPTH {
        findings.push(BOMB.at(inspection, root, b"", "the schema is nested deeper than any that a tool needs"));
    } else if seen.choices > CHOICES {
        findings.push(BOMB.at(inspection, root, b"", "the schema offers more choices than any that a tool needs"));
    }
    if seen.references > 0 {
        let targets = members(tape, root).filter(|(key, _)| is_reference(tape.text(*key)));
        let abroad = targets.filter_map(|(_, at)| {
            let target = words(tape, at)?;
            leads(target).map(|(sign, reason)| (sign, at, target, reason))
        });
        let told = abroad.take(LOOKED_AT).filter(|(_, _, target, _)| !names_itself(tape, root, target)).take(TOLD);
        findings.extend(told.map(|(sign, at, target, reason)| sign.at(inspection, at, target, reason)));
    }
    if seen.references >= FEW {
        let unfolded = expansion::of(tape, root);
        if unfolded.size > EXPANDED {
            let sign = if unfolded.circular { &TANGLE } else { &BOMB };
            findings.push(sign.at(inspection, root, b"", "followed, the schema's references unfold beyond measure"));
        }
    }
    if seen.patterns > 0 {
        let patterns = members(tape, root).filter_map(|(key, value)| pattern(tape, key, value));
        let slow = patterns.filter_map(|(at, text)| {
            let time = (*steps > 0).then(|| redos::time(text, steps)).flatten()?;
            let (sign, reason) = match time {
                Time::Exponential => (&SLOW, "on some texts the pattern takes longer than anybody waits"),
                Time::Power => (&SLOWER, "the pattern takes the cube of a text's length or more"),
            };
            Some(sign.at(inspection, at, text, reason))
        });
        findings.extend(slow.take(TOLD));
        if *steps == 0 {
            findings.push(SLOW.at(inspection, root, b"", "there are more entangled patterns than could be looked at"));
        }
    }
}

/// What a walk over a schema counts.
#[derive(Default)]
struct Seen {
    depth: usize,
    choices: u32,
    references: usize,
    patterns: usize,
}

fn walk(tape: &Tape, root: NodeId) -> Seen {
    let mut seen = Seen::default();
    // Where the containers end that are open.
    let mut open = [0; DEPTH + 1];
    let mut depth = 0;
    let end = tape.node(root).map_or(root, |node| node.end);
    let mut at = root;
    while let Some(node) = tape.node(at).filter(|_| at < end) {
        while depth > 0 && open.get(depth - 1).is_some_and(|end| *end <= at) {
            depth -= 1;
        }
        match node.kind {
            NodeKind::Object | NodeKind::Array => {
                if let Some(place) = open.get_mut(depth) {
                    *place = node.end;
                    depth += 1;
                    seen.depth = seen.depth.max(depth);
                }
            }
            NodeKind::Key => match tape.text(at) {
                b"anyOf" | b"oneOf" | b"allOf" => {
                    let choices = tape.elements(at + 1).count();
                    seen.choices = seen.choices.saturating_add(u32::try_from(choices).unwrap_or(u32::MAX));
                }
                b"pattern" | b"patternProperties" => seen.patterns += 1,
                key if is_reference(key) => seen.references += 1,
                _ => {}
            },
            _ => {}
        }
        at += 1;
    }
    seen
}

/// Every member below `root`, as key and value.
pub(super) fn members(tape: &Tape, root: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
    let end = tape.node(root).map_or(root, |node| node.end);
    (root..end).filter(|at| tape.node(*at).is_some_and(|node| node.kind == NodeKind::Key)).map(|key| (key, key + 1))
}

pub(super) fn is_reference(key: &[u8]) -> bool {
    matches!(key, b"$ref" | b"$dynamicRef" | b"$recursiveRef")
}

/// The pattern that a member is: the value of `pattern`, or a key of `patternProperties`.
fn pattern(tape: &Tape, key: NodeId, value: NodeId) -> Option<(NodeId, &[u8])> {
    if tape.text(key) == b"pattern" {
        return words(tape, value).map(|text| (value, text));
    }
    let above = tape.node(key)?.parent.checked_sub(1)?;
    let is_key = tape.node(above).is_some_and(|node| node.kind == NodeKind::Key);
    (is_key && tape.text(above) == b"patternProperties").then(|| (key, tape.text(key)))
}

/// Where a reference leads that leaves the schema.
fn leads(target: &[u8]) -> Option<(&'static Sign, &'static str)> {
    let has = |lead: &[u8]| target.get(..lead.len()).is_some_and(|head| head.eq_ignore_ascii_case(lead));
    if target.starts_with(b"#") || target.is_empty() || has(b"urn:") || has(b"tag:") {
        return None;
    }
    // Every validator has these with it.
    if has(b"https://json-schema.org/") || has(b"http://json-schema.org/") {
        return None;
    }
    if has(b"https://") {
        let host = target.get(8..).unwrap_or_default().split(|byte| b"/?#".contains(byte)).next().unwrap_or_default();
        let plain = host.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte))
            && host.iter().any(u8::is_ascii_alphabetic)
            && host.contains(&b'.');
        return Some(if plain {
            (&ABROAD, "the reference leads to another server, which may say something else tomorrow")
        } else {
            (&ELSEWHERE, "the reference leads to a place that nobody names by its name")
        });
    }
    let scheme = target.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(byte)).count();
    let is_absolute = scheme > 1 && target.get(scheme) == Some(&b':');
    if is_absolute
        || target.starts_with(b"//")
        || target.starts_with(b"\\")
        || target.starts_with(b"/")
        || target.starts_with(b"..")
    {
        return Some((&ELSEWHERE, "the reference makes its reader fetch a file or ask another server"));
    }
    Some((&ABROAD, "the reference leads to a file that is not here"))
}

/// Whether the schema, or a part of it, has this name of its own.
fn names_itself(tape: &Tape, root: NodeId, target: &[u8]) -> bool {
    let plain = |name: &[u8]| name.split(|byte| *byte == b'#').next().unwrap_or_default().to_vec();
    let wanted = plain(target);
    members(tape, root).filter(|(key, _)| matches!(tape.text(*key), b"$id" | b"id")).any(|(_, value)| {
        words(tape, value).is_some_and(|name| {
            let name = plain(name);
            // `item.json` beside `https://x.example/order.json` is `https://x.example/item.json`.
            name == wanted
                || !wanted.contains(&b':')
                    && !name.is_empty()
                    && name.ends_with(wanted.strip_prefix(b"/").unwrap_or(&wanted))
        })
    })
}
