//! Forms that a server puts before a person (elicitation): they may not ask for credentials or card data, which belong on a page of
//! the service's own (MCP 2025-11-25, Elicitation, URL mode).

use super::wanted::{Wanted, by_name, by_sentence};
use super::{Sign, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, NodeKind, Tape};
use crate::rules::own;

const CREDENTIALS: Sign = Sign {
    rule: own::ASK_CREDENTIALS,
    severity: Severity::High,
    confidence: Confidence::High,
    taxonomy: &[
        ("owasp-mcp", "MCP01"),
        ("owasp-agentic", "ASI09"),
        ("mcp-38", "MCP-02"),
        ("atlas", "AML.T0098"),
        ("cwe", "522"),
    ],
};
const CARD: Sign = Sign { rule: own::ASK_CARD, ..CREDENTIALS };

/// Fields of a form that are looked at; a person fills in a dozen.
const FIELDS: usize = 256;

/// Adds what a form asks for that it may not. `params` are those of the request.
pub(super) fn judge(inspection: &Inspection<'_>, params: NodeId, form: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let fields = tape.member(form, "properties").into_iter().flat_map(|fields| tape.members(fields)).take(FIELDS);
    let mut is_open = false;
    let start = findings.len();
    for (key, field) in fields.filter(|(_, field)| takes_words(tape, *field)) {
        is_open = true;
        if let Some((wanted, node)) = asked(tape, key, field) {
            findings.push(finding(inspection, wanted, field, words(tape, node).unwrap_or_else(|| tape.text(node))));
        }
    }
    // What the form is introduced with counts where anything can be written into it.
    let message = tape.member(params, "message").filter(|_| is_open && findings.len() == start);
    if let Some((node, text)) = message.and_then(|node| Some((node, words(tape, node)?)))
        && let Some(wanted) = by_sentence(text, false)
    {
        findings.push(finding(inspection, wanted, node, text));
    }
}

fn finding(inspection: &Inspection<'_>, wanted: Wanted, node: NodeId, seen: &[u8]) -> Finding {
    match wanted {
        Wanted::Credential => CREDENTIALS.at(
            inspection,
            node,
            seen,
            "a form may not ask for a credential; a page of the service's own may",
        ),
        Wanted::Card => {
            CARD.at(inspection, node, seen, "a form may not ask for card data; a page of the payment service may")
        }
    }
}

/// Whether a person writes into the field, and does not choose or tick.
fn takes_words(tape: &Tape, field: NodeId) -> bool {
    let has = |name: &str| tape.member(field, name).is_some();
    let kind = tape.member(field, "type").and_then(|node| tape.string(node));
    !matches!(kind, Some("boolean")) && !["enum", "oneOf", "anyOf", "const"].into_iter().any(has)
}

/// What a field asks for, and the node that says so.
fn asked(tape: &Tape, key: NodeId, field: NodeId) -> Option<(Wanted, NodeId)> {
    let said = |name: &str| {
        tape.member(field, name).filter(|node| tape.node(*node).is_some_and(|node| node.kind == NodeKind::String))
    };
    if let Some(format) = said("format").filter(|node| tape.text(*node) == b"password") {
        return Some((Wanted::Credential, format));
    }
    let name = by_name(tape.text(key)).map(|wanted| (wanted, key));
    let title = || {
        said("title").and_then(|node| {
            by_name(tape.text(node)).or_else(|| by_sentence(tape.text(node), true)).map(|wanted| (wanted, node))
        })
    };
    let description =
        || said("description").and_then(|node| by_sentence(tape.text(node), true).map(|wanted| (wanted, node)));
    // What the field's words describe is what it is: a `pin` that is a place on a map.
    name.or_else(title).or_else(description)
}
