//! A tool's annotations: what it claims to do, by which clients decide whom to ask.

use std::collections::BTreeMap;

use super::{Drift, DriftKind, World, text};
use crate::finding::Severity;
use crate::integrity::{Json, canonical};

/// What changed from one set of annotations to another; either may be absent.
pub(super) fn compare(world: &World, own: &str, old: Option<Json<'_>>, new: Option<Json<'_>>) -> Vec<Drift> {
    let mut found = Vec::new();
    let member = |value: Option<Json<'_>>, name: &str| value.and_then(|value| value.member(name)).and_then(Json::bool);
    for (name, otherwise) in HINTS {
        let (was, is) = (member(old, name), member(new, name));
        let Some((kind, severity, reason)) =
            meaning(name, (was, was.unwrap_or(otherwise)), (is, is.unwrap_or(otherwise)))
        else {
            continue;
        };
        let word = |value: Option<bool>| value.map_or("", |value| if value { "true" } else { "false" });
        let drift = Drift::new(kind, severity, format!("/annotations/{name}"), reason);
        found.push(drift.seen(word(was), word(is)));
    }
    let known = |name: &str| HINTS.iter().any(|(hint, _)| *hint == name);
    let rest = |value: Option<Json<'_>>| -> BTreeMap<String, String> {
        let members = value.map(Json::by_name).unwrap_or_default();
        let text = |value: Json<'_>| value.str().map_or_else(|| canonical(value), str::to_owned);
        members
            .into_iter()
            .filter(|(name, _)| !known(name))
            .map(|(name, value)| (name.to_owned(), text(value)))
            .collect()
    };
    let (was, is) = (rest(old), rest(new));
    for name in was.keys().chain(is.keys().filter(|name| !was.contains_key(*name))) {
        let text = |of: &BTreeMap<String, String>| of.get(name).cloned().unwrap_or_default();
        found.extend(text::compare(world, own, &text(&was), &text(&is), &format!("/annotations/{name}")));
    }
    found
}

/// The hints, with what holds where one is absent (MCP schema, `ToolAnnotations`).
const HINTS: [(&str, bool); 4] =
    [("readOnlyHint", false), ("destructiveHint", true), ("idempotentHint", false), ("openWorldHint", true)];

/// What a hint's change means: what was said (if anything), and what held.
fn meaning(
    name: &str,
    was: (Option<bool>, bool),
    is: (Option<bool>, bool),
) -> Option<(DriftKind, Severity, &'static str)> {
    if was.0 == is.0 {
        return None;
    }
    Some(match (name, was, is) {
        (_, (_, held), (_, holds)) if held == holds => {
            (DriftKind::Hint, Severity::Low, "it says what held without saying so, or no longer says it")
        }
        ("readOnlyHint", _, (_, false)) => {
            (DriftKind::ReadOnly, Severity::High, "the tool no longer says that it only reads")
        }
        ("readOnlyHint", (Some(_), _), _) => (
            DriftKind::Hint,
            Severity::Medium,
            "the tool now says that it only reads, and said before that it does not",
        ),
        ("destructiveHint", (Some(_), _), (_, true)) => {
            (DriftKind::Destructive, Severity::High, "the tool no longer says that it destroys nothing")
        }
        ("destructiveHint", (Some(_), _), _) => (
            DriftKind::Destructive,
            Severity::Medium,
            "the tool now says that it destroys nothing, and said before that it does",
        ),
        ("destructiveHint", ..) => (DriftKind::Hint, Severity::Low, "the tool now says that it destroys nothing"),
        ("openWorldHint", _, (_, true)) => {
            (DriftKind::Hint, Severity::Medium, "the tool no longer says that it keeps to a closed world")
        }
        _ => (DriftKind::Hint, Severity::Low, "the tool claims something else of itself"),
    })
}
