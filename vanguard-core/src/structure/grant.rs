//! What a call gives away by a policy that is an object: all actions on all resources, or the whole world as owner.
//!
//! A policy that is a text is judged by rules (`CODE-POLICY-ALL`). As an object its words are fields of their own, and none of them
//! says much: `*` alone is a wildcard, `Allow` alone a verdict.

use super::{Sign, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, NodeKind, Tape};
use crate::rules::own;

const ALL: Sign = Sign {
    rule: own::GRANT_ALL,
    severity: Severity::High,
    confidence: Confidence::High,
    taxonomy: &[
        ("owasp-mcp", "MCP02"),
        ("owasp-mcp", "MCP05"),
        ("owasp-agentic", "ASI03"),
        ("atlas", "AML.T0105"),
        ("cwe", "269"),
    ],
};
const WORLD: Sign = Sign { rule: own::GRANT_WORLD, ..ALL };

/// Statements or bindings of one policy that are looked at; a policy has few.
const ENTRIES: usize = 64;

/// Words in a list of actions, resources or members that are looked at.
const WORDS: usize = 64;

/// Arguments of a call that are looked at.
const ARGUMENTS: usize = 32;

/// Who is everybody, to the clouds that have a name for it.
const EVERYBODY: [&[u8]; 2] = [b"allUsers", b"allAuthenticatedUsers"];

/// Roles that everybody has no business with. A reader's is how public files are published.
const OWNING: [&[u8]; 3] = [b"roles/owner", b"roles/editor", b"roles/storage.admin"];

/// Adds what a call's policies give away.
pub(super) fn judge(inspection: &Inspection<'_>, arguments: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    policy(inspection, arguments, findings);
    for (_, value) in tape.members(arguments).take(ARGUMENTS) {
        if tape.node(value).is_some_and(|node| node.kind == NodeKind::Object) {
            policy(inspection, value, findings);
        }
    }
}

fn policy(inspection: &Inspection<'_>, policy: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    if let Some(statements) = tape.member_in_any_case(policy, "statement") {
        for entry in each(tape, statements).take(ENTRIES) {
            statement(inspection, entry, findings);
        }
    }
    if let Some(bindings) = tape.member(policy, "bindings") {
        for entry in each(tape, bindings).take(ENTRIES) {
            let role = tape.member(entry, "role").filter(|role| OWNING.contains(&tape.text(*role)));
            let members = tape.member(entry, "members");
            let everybody = members.is_some_and(|members| has(tape, members, |word| EVERYBODY.contains(&word)));
            if let Some(role) = role.filter(|_| everybody) {
                findings.push(WORLD.at(
                    inspection,
                    role,
                    tape.text(role),
                    "everybody is let in with the rights of an owner",
                ));
            }
        }
    }
}

/// One statement: `{"Effect": "Allow", "Action": "*", "Resource": "*"}`. One with a condition is for those who meet it.
fn statement(inspection: &Inspection<'_>, entry: NodeId, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    let of = |name: &str| tape.member_in_any_case(entry, name);
    let allows = of("effect").is_some_and(|effect| tape.text(effect).eq_ignore_ascii_case(b"allow"));
    if !allows || of("condition").is_some_and(|condition| limits(tape, condition)) {
        return;
    }
    let Some(action) = of("action") else { return };
    let any_action = has(tape, action, |word| matches!(word, b"*" | b"*:*"));
    if any_action && of("resource").is_some_and(|resource| has(tape, resource, |word| word == b"*")) {
        findings.push(ALL.at(inspection, action, b"*", "who has it can do all that the account's owner can"));
    }
    // Reading is how a bucket serves a site.
    let anyone = of("principal").is_some_and(|who| {
        has(tape, who, |word| word == b"*")
            || tape.member_in_any_case(who, "aws").is_some_and(|who| has(tape, who, |word| word == b"*"))
    });
    if anyone && has(tape, action, |word| any_action || word.ends_with(b":*")) {
        findings.push(WORLD.at(inspection, action, tape.text(action), "everybody may do everything with it"));
    }
}

/// Whether a condition is one: some value of it isn't met by everybody.
fn limits(tape: &Tape, condition: NodeId) -> bool {
    let narrows = |(_, operator): (NodeId, NodeId)| {
        tape.members(operator).take(WORDS).any(|(_, value)| !has(tape, value, |word| word == b"*"))
    };
    tape.members(condition).take(WORDS).any(narrows)
}

/// The elements of a list, or the one thing that stands in its place.
fn each(tape: &Tape, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    let list = tape.node(node).is_some_and(|node| node.kind == NodeKind::Array);
    let alone = (!list).then_some(node);
    tape.elements(node).filter(move |_| list).chain(alone)
}

/// Whether a word, or one of a list of them, is as asked.
fn has(tape: &Tape, node: NodeId, is: impl Fn(&[u8]) -> bool) -> bool {
    each(tape, node).take(WORDS).any(|word| words(tape, word).is_some_and(&is))
}
