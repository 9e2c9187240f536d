//! Forms that a server puts before a person (elicitation): they may not ask for credentials or card data, which belong on a page of
//! the service's own (MCP 2025-11-25, Elicitation, URL mode).

use super::digits::digits;
use super::schema;
use super::wanted::{Wanted, by_name, by_sentence};
use super::{Sign, is_among, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, NodeKind, Tape, for_each_word};
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
    // Forms are flat by the protocol; a client that shows one that isn't asks all the same.
    let fields: Vec<_> = schema::members(tape, form)
        .filter(|(key, _)| tape.text(*key) == b"properties")
        .flat_map(|(_, fields)| tape.members(fields))
        .filter(|(_, field)| takes_words(tape, *field))
        .take(FIELDS)
        .collect();
    let is_open = !fields.is_empty();
    let start = findings.len();
    for (key, field) in &fields {
        if let Some((wanted, node)) = asked(tape, *key, *field) {
            findings.push(finding(inspection, wanted, *field, words(tape, node).unwrap_or_else(|| tape.text(node))));
        }
    }
    if findings.len() == start
        && let Some((field, pattern)) = card_by_pattern(inspection, params, &fields)
    {
        findings.push(finding(inspection, Wanted::Card, field, pattern));
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
    if matches!(kind, Some("boolean" | "null")) || has("enum") || has("const") {
        return false;
    }
    // A choice among values; or text that may be left out, which schemas of Python say as `anyOf: [string, null]`.
    let choices = || ["oneOf", "anyOf"].into_iter().filter_map(|name| tape.member(field, name));
    let free = |choice: NodeId| {
        let has = |name: &str| tape.member(choice, name).is_some();
        let kind = tape.member(choice, "type").and_then(|node| tape.string(node));
        matches!(kind, Some("string" | "integer" | "number")) && !has("enum") && !has("const")
    };
    choices().next().is_none() || choices().any(|list| tape.elements(list).any(free))
}

/// The field that takes a card's number by its pattern, whatever it is called, and the pattern.
///
/// Numbers of 16 digits are not all of cards; one of 13 to 19 digits is nothing else, and one of 16 is if the form also has the place for a card's
/// date or code, or speaks of paying.
fn card_by_pattern<'t>(
    inspection: &Inspection<'t>,
    params: NodeId,
    fields: &[(NodeId, NodeId)],
) -> Option<(NodeId, &'t [u8])> {
    let tape = inspection.tape();
    let number = |node: NodeId| {
        let text = tape.node(node)?.source.of(inspection.bytes());
        std::str::from_utf8(text).ok()?.parse().ok()
    };
    let (mut found, mut certain, mut beside) = (None, false, false);
    for (key, field) in fields {
        let Some(pattern) = tape.member(*field, "pattern").and_then(|node| words(tape, node)) else { continue };
        let Some((least, most)) = digits(pattern) else { continue };
        let bound = |name: &str| tape.member(*field, name).and_then(number);
        let least = least.max(bound("minLength").unwrap_or(0));
        let most = most.min(bound("maxLength").unwrap_or(u32::MAX));
        let is_month = pattern.windows(6).any(|part| part == b"1[0-2]");
        beside |= (least, most) == (3, 4) || is_month && matches!(most, 4 | 6);
        let said = ["title", "description"].map(|name| tape.member(*field, name).and_then(|node| words(tape, node)));
        let names_another = said.into_iter().flatten().chain([tape.text(*key)]).any(|text| says(text, OTHER_NUMBERS));
        let range = (12..=15).contains(&least) && (16..=19).contains(&most);
        if !names_another && (range || (least, most) == (16, 16)) {
            certain |= range;
            found = found.or(Some((*field, pattern)));
        }
    }
    let pays =
        || tape.member(params, "message").and_then(|node| words(tape, node)).is_some_and(|text| says(text, PAYS));
    found.filter(|_| certain || beside || pays())
}

/// Whether one of the words of `list` is among those of a text.
fn says(text: &[u8], list: &str) -> bool {
    let mut found = false;
    text.chunks(240).take(8).for_each(|piece| for_each_word(piece, |word| found |= is_among(word, list)));
    found
}

/// Numbers that are as long as those of cards.
const OTHER_NUMBERS: &str = "order tracking track parcel shipment package invoice account gift voucher coupon serial imei iccid sim isbn ean gtin \
    upc barcode sku member membership library loyalty reward rewards reference ref license licence customer ticket transaction meter \
    phone tax vat passport patient case document file device part product booking reservation trello timestamp hash batch lot id ids";

const PAYS: &str =
    "card pay payment payments billing billed charge charged purchase subscription checkout refund debit credit bank";

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
