//! A rule's condition, read from its map.

use std::sync::Arc;

use crate::{
    config::{
        problem::Problems,
        reader::{MapReader, Text, list_of},
        tree::Node,
    },
    message::Span,
};

use super::{
    super::{
        chain::MAX_PART,
        condition::{Condition, MAX_DEPTH, Sequence},
        query,
        syntax::{MAX_AUTOMATON, PatternError, any_of},
    },
    Derive,
};

/// The keys of a rule that state a condition.
pub(in super::super) const CONDITIONS: [&str; 13] =
    ["regex", "literal", "sequence", "shell", "path", "host", "sql", "code", "pii", "notes", "all", "any", "not"];

/// Everything the map asks for; all of it must hold. `None` if it asks for nothing that can be used.
pub(super) fn conditions(reader: &mut MapReader<'_, '_>, derive: Derive<'_>, depth: usize) -> Option<Condition> {
    let mut parts = Vec::new();
    let regexes = reader.string_or_list("regex").unwrap_or_default();
    parts.extend(patterns(&regexes, derive, str::to_owned, reader.problems()));
    let literals = reader.string_or_list("literal").unwrap_or_default();
    parts.extend(patterns(&literals, derive, regex_syntax::escape, reader.problems()));
    if let Some(node) = reader.node("sequence") {
        parts.extend(sequence(node, derive, reader.problems()).map(|read| Condition::Sequence(Box::new(read))));
    }
    for (key, read) in &query::KINDS {
        if let Some(node) = reader.node(key) {
            parts.extend(read(node, reader.problems()).map(|query| Condition::Query(Arc::new(query))));
        }
    }
    for (key, combine) in [("all", Condition::All as fn(Vec<Condition>) -> Condition), ("any", Condition::Any)] {
        if let Some(node) = reader.node(key) {
            parts.extend(list(node, derive, depth + 1, reader.problems()).map(combine));
        }
    }
    if let Some(node) = reader.node("not") {
        let part = nested(node, derive, depth + 1, reader.problems());
        parts.extend(part.map(|part| Condition::Not(Box::new(part))));
    }
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Condition::All(parts)),
    }
}

/// `{first: …, then: …, within: 100, stop: ".\n"}`: each part a regex, or a list of which one must match.
fn sequence(node: &Node, derive: Derive<'_>, problems: &mut Problems) -> Option<Sequence> {
    let mut reader = MapReader::new(node, problems);
    let [first, then] = ["first", "then"].map(|key| {
        let texts = reader.required(key).string_or_list(key).unwrap_or_default();
        let source = any_of(texts.iter().map(|text| text.text));
        match derive(&source) {
            Ok(derived) => Some((source, derived)),
            Err(error) => {
                refuse(texts.first()?, &error, reader.problems());
                None
            }
        }
    });
    let within = reader.integer("within", 1..=MAX_PART.into()).and_then(|within| u32::try_from(within).ok());
    let stop = reader.string("stop").unwrap_or_default().as_bytes().to_vec();
    reader.finish();
    Some(Sequence { first: first?, then: then?, within: within.unwrap_or(100), stop })
}

fn list(node: &Node, derive: Derive<'_>, depth: usize, problems: &mut Problems) -> Option<Vec<Condition>> {
    let items = list_of(node, problems)?;
    if items.is_empty() {
        problems.error(node.span, "an empty list states no condition");
    }
    // A part that can't be read is a problem already; the others are read for theirs.
    let parts: Vec<_> = items.iter().filter_map(|item| nested(item, derive, depth, problems)).collect();
    (!parts.is_empty()).then_some(parts)
}

fn nested(node: &Node, derive: Derive<'_>, depth: usize, problems: &mut Problems) -> Option<Condition> {
    if depth > MAX_DEPTH {
        problems.error(node.span, format!("conditions nest more than {MAX_DEPTH} levels deep"));
        return None;
    }
    let mut reader = MapReader::new(node, problems);
    let condition = conditions(&mut reader, derive, depth);
    reader.finish();
    if node.entries().is_empty() {
        problems.error(node.span, "no condition").help(format!("one of `{}`", CONDITIONS.join("`, `")));
    }
    condition
}

/// One of the patterns must match.
fn patterns(
    texts: &[Text<'_>],
    derive: Derive<'_>,
    source: impl Fn(&str) -> String,
    problems: &mut Problems,
) -> Option<Condition> {
    let mut parts = Vec::new();
    for text in texts {
        let source = source(text.text);
        match derive(&source) {
            Ok(derived) => parts.push(Condition::Pattern { source, derived }),
            Err(error) => refuse(text, &error, problems),
        }
    }
    if parts.len() > 1 { Some(Condition::Any(parts)) } else { parts.pop() }
}

fn refuse(text: &Text<'_>, error: &PatternError, problems: &mut Problems) {
    let at = match error {
        PatternError::Syntax { start, end, .. } => {
            text.node.place_in(problems.text(), Span::of_usize(*start, (*end).max(start + 1)))
        }
        PatternError::MatchesEmpty | PatternError::TooBig => text.span(),
    };
    let problem = problems.error(at, format!("the pattern can't be used: {error}"));
    match error {
        PatternError::TooBig => problem.help(format!(
            "an automaton may take {} KiB; split the pattern in two under `all`, or narrow its counted gaps",
            MAX_AUTOMATON / 1024
        )),
        PatternError::MatchesEmpty => problem.help("name something that must be there"),
        PatternError::Syntax { .. } => problem,
    };
}
