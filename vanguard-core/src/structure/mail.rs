//! A rule for mail that hands on what arrives and then deletes it: its owner never sees what somebody else reads.

use super::{Sign, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, NodeKind, Tape};
use crate::rules::own;

const HIDDEN: Sign = Sign {
    rule: own::MAIL_HANDED_ON,
    severity: Severity::High,
    confidence: Confidence::Medium,
    taxonomy: &[
        ("owasp-mcp", "MCP10"),
        ("owasp-agentic", "ASI02"),
        ("owasp-llm", "LLM02"),
        ("mcp-38", "MCP-20"),
        ("cwe", "200"),
    ],
};

/// Arguments of a call that are looked at.
const ARGUMENTS: usize = 32;

/// Names of whom mail is handed on to, in any case.
const HANDED: [&str; 7] =
    ["forward", "forwardto", "forward_to", "forwardingaddress", "redirect", "redirectto", "redirect_to"];
/// Names of what then becomes of it, in any case.
const LOST: [&str; 8] = [
    "delete",
    "deleteoriginal",
    "delete_original",
    "trash",
    "permanentdelete",
    "movetotrash",
    "discard",
    "delete_after",
];

/// A tape says where a literal stands, not which one it is; `false` is longer.
const TRUE: &str = "true";

/// Adds what a call's rule does with mail.
pub(super) fn judge(inspection: &Inspection<'_>, arguments: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let nested = tape.members(arguments).take(ARGUMENTS).map(|(_, value)| value);
    let nested = nested.filter(|value| tape.node(*value).is_some_and(|node| node.kind == NodeKind::Object));
    for rule in std::iter::once(arguments).chain(nested) {
        let handed = HANDED.iter().find_map(|name| tape.member_in_any_case(rule, name));
        let Some((node, address)) = handed.and_then(|node| Some((node, address(tape, node)?))) else { continue };
        if LOST.iter().filter_map(|name| tape.member_in_any_case(rule, name)).any(|lost| is_true(tape, lost)) {
            findings.push(HIDDEN.at(
                inspection,
                node,
                address,
                "mail goes to somebody else and is deleted before its owner sees it",
            ));
        }
    }
}

/// The first address of a value or a list of them.
fn address(tape: &Tape, node: NodeId) -> Option<&[u8]> {
    let is_list = tape.node(node)?.kind == NodeKind::Array;
    let node = if is_list { tape.elements(node).next()? } else { node };
    words(tape, node).filter(|text| text.contains(&b'@'))
}

fn is_true(tape: &Tape, node: NodeId) -> bool {
    tape.node(node).is_some_and(|node| node.kind == NodeKind::Bool && node.source.len() == TRUE.len())
}
