//! What a call has a document store lose for good: a deletion whose condition holds for all, a database that is dropped.
//!
//! As SQL these are statements that a parser reads. Here the tool's name is the verb, and what makes it dangerous is what isn't there.

use super::{Sign, words};
use crate::finding::{Confidence, Finding, Severity};
use crate::inspection::Inspection;
use crate::message::{NodeId, NodeKind, Tape, for_each_word};
use crate::rules::own;

const UNBOUNDED: Sign = Sign {
    rule: own::STORE_UNBOUNDED,
    severity: Severity::High,
    confidence: Confidence::Medium,
    taxonomy: &[("owasp-mcp", "MCP05"), ("owasp-agentic", "ASI02"), ("owasp-llm", "LLM06"), ("atlas", "AML.T0101")],
};
const DROPPED: Sign = Sign { rule: own::STORE_DROPPED, ..UNBOUNDED };

/// Names of a condition, in any case.
const CONDITIONS: [&str; 5] = ["filter", "query", "q", "condition", "where"];
/// Names of what holds the documents, in any case; a tool that has one deletes from a store, and not files or mails.
const COLLECTIONS: [&str; 4] = ["collection", "collectionname", "collection_name", "coll"];
/// Names of a database, in any case. What is dropped may go by its name alone.
const DATABASES: [&str; 7] = ["database", "databasename", "database_name", "db", "dbname", "db_name", "name"];

/// A tape says where a literal stands, not which one it is; `false` is longer.
const TRUE: &str = "true";

/// What is made to be thrown away says so in its name.
const PASSING: [&[u8]; 13] = [
    b"test", b"tests", b"testing", b"dev", b"tmp", b"temp", b"demo", b"staging", b"sandbox", b"scratch", b"ci",
    b"local", b"example",
];

/// Whether a tool's name may hold a word for destroying, for what says who may do what, or for what sorts mail. Each call asks this, and most names don't.
#[inline]
pub(super) fn is_telling(tool: &[u8]) -> bool {
    /// Sets the bit that tells small letters from capitals.
    const SMALL: u32 = 0x2020_2020;
    const MARKS: [u32; 8] = [
        u32::from_le_bytes(*b"drop"),
        u32::from_le_bytes(*b"lete"),
        u32::from_le_bytes(*b"remo"),
        u32::from_le_bytes(*b"purg"),
        u32::from_le_bytes(*b"olic"),
        u32::from_le_bytes(*b"filt"),
        u32::from_le_bytes(*b"rule"),
        u32::from_le_bytes(*b"forw"),
    ];
    let fours = tool.windows(4).filter_map(<[u8]>::first_chunk);
    fours.map(|four| u32::from_le_bytes(*four) | SMALL).any(|four| MARKS.contains(&four))
}

/// Adds what a call of `tool` with these arguments does to a store.
pub(super) fn judge(inspection: &Inspection<'_>, tool: &[u8], arguments: NodeId, findings: &mut Vec<Finding>) {
    let (mut deletes, mut drops, mut many) = (false, false, false);
    let mut whole = false;
    for_each_word(tool, |word| {
        deletes |= matches!(word, b"delete" | b"remove" | b"purge" | b"deletemany");
        drops |= matches!(word, b"drop" | b"dropdatabase");
        many |= matches!(word, b"many" | b"all" | b"documents" | b"docs" | b"records" | b"deletemany");
        whole |= matches!(word, b"database" | b"db" | b"dropdatabase");
    });
    let tape = inspection.tape();
    if deletes && many {
        unbounded(inspection, tape, arguments, findings);
    }
    if drops && whole {
        let named = DATABASES.iter().find_map(|name| tape.member_in_any_case(arguments, name));
        if let Some((node, name)) = named.and_then(|node| Some((node, words(tape, node)?)))
            && !passes(name)
        {
            findings.push(DROPPED.at(inspection, node, name, "a whole database is dropped, with all that is in it"));
        }
    }
}

fn unbounded(inspection: &Inspection<'_>, tape: &Tape, arguments: NodeId, findings: &mut Vec<Finding>) {
    let Some(collection) =
        COLLECTIONS.iter().find_map(|name| tape.member_in_any_case(arguments, name)).and_then(|node| words(tape, node))
    else {
        return;
    };
    let condition = CONDITIONS.iter().find_map(|name| tape.member_in_any_case(arguments, name));
    if let Some(node) = condition.filter(|node| holds_for_all(tape, *node) && !passes(collection)) {
        findings.push(UNBOUNDED.at(
            inspection,
            node,
            collection,
            "every document goes: the condition holds for all of them",
        ));
    }
}

/// Whether a condition holds for everything: `{}`, as an object or as its text, or one that asks no more of `_id` than that it is there.
fn holds_for_all(tape: &Tape, node: NodeId) -> bool {
    match tape.node(node).map(|node| node.kind) {
        Some(NodeKind::Object) => {
            let mut members = tape.members(node);
            match (members.next(), members.next()) {
                (None, _) => true,
                (Some((key, value)), None) => tape.text(key) == b"_id" && is_there(tape, value),
                _ => false,
            }
        }
        Some(NodeKind::String) => {
            let text = tape.text(node).trim_ascii();
            let inner = text.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}"));
            inner.is_some_and(|inner| inner.trim_ascii().is_empty())
        }
        _ => false,
    }
}

/// Whether a document's own id, which none lacks, is asked for by an operator that holds for every one: `{"$exists": true}`, `{"$ne": null}`.
fn is_there(tape: &Tape, node: NodeId) -> bool {
    let mut operators = tape.members(node);
    let (Some((operator, value)), None) = (operators.next(), operators.next()) else { return false };
    let Some(kind) = tape.node(value).map(|node| node.kind) else { return false };
    match tape.text(operator) {
        b"$exists" => kind == NodeKind::Bool && tape.node(value).is_some_and(|node| node.source.len() == TRUE.len()),
        b"$ne" | b"$nin" => {
            kind == NodeKind::Null
                || kind == NodeKind::String && tape.text(value).is_empty()
                || kind == NodeKind::Array && tape.elements(value).next().is_none()
        }
        _ => false,
    }
}

/// Whether something is named as what is made to be thrown away.
fn passes(name: &[u8]) -> bool {
    let mut passes = false;
    for_each_word(name, |word| passes |= PASSING.contains(&word));
    passes
}

#[cfg(test)]
mod tests {
    use super::is_telling;

    #[test]
    fn names_that_tell_are_told_from_others() {
        for tool in [
            "delete_many",
            "mongo_deleteMany",
            "DROP_DATABASE",
            "dropDatabase",
            "removeAllDocs",
            "purge_records",
            "putBucketPolicy",
            "create_mail_rule",
        ] {
            assert!(is_telling(tool.as_bytes()), "{tool}");
        }
        for tool in ["", "del", "read_file", "query", "dr_op"] {
            assert!(!is_telling(tool.as_bytes()), "{tool}");
        }
    }
}
