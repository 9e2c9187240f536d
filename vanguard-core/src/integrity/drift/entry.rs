//! One tool, prompt or resource template.

use std::collections::BTreeSet;

use super::meaning::Same;
use super::{Drift, DriftKind, World, hints, schema, text};
use crate::finding::Severity;
use crate::integrity::{EntryKind, Json, canonical};

/// What changed from one definition to another. Order and spelling are no change: then the answer is empty.
pub(crate) fn changed(world: &World, kind: EntryKind, name: &str, old: Json<'_>, new: Json<'_>) -> Vec<Drift> {
    let (before, after) = (old.by_name(), new.by_name());
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let mut found = Vec::new();
    for member in names {
        let (was, is) = (before.get(member).copied(), after.get(member).copied());
        let pointer = format!("/{}", member.replace('~', "~0").replace('/', "~1"));
        let text_of = |value: Option<Json<'_>>| match value.and_then(Json::str) {
            Some(text) => text.to_owned(),
            None => value.map(canonical).unwrap_or_default(),
        };
        let (old_text, new_text) = (text_of(was), text_of(is));
        match (kind, member) {
            (EntryKind::Tool, "inputSchema") => match (was, is) {
                (Some(was), Some(is)) => found.extend(schema::compare(world, name, was, is, &pointer)),
                _ => {
                    let reason = "the tool's input schema came or went";
                    found.push(Drift::new(DriftKind::Schema, Severity::Medium, pointer, reason));
                }
            },
            (EntryKind::Tool, "annotations") => found.extend(hints::compare(world, name, was, is)),
            (EntryKind::Tool, "outputSchema") => match (was, is) {
                (Some(was), Some(is)) => {
                    let drifts = schema::compare(world, name, was, is, &pointer);
                    found.extend(drifts.into_iter().map(of_output));
                }
                _ => {
                    found.extend(text::notable(world, name, &old_text, &new_text, &pointer));
                    let reason = "the tool's output schema came or went";
                    found.push(Drift::new(DriftKind::OutputSchema, Severity::Low, pointer, reason));
                }
            },
            (EntryKind::Prompt, "arguments") => found.extend(arguments(world, name, was, is)),
            (_, "description" | "title") => found.extend(text::compare(world, name, &old_text, &new_text, &pointer)),
            _ => {
                let as_kind = |drift| as_kind(drift, DriftKind::Other, "another value");
                found.extend(text::compare(world, name, &old_text, &new_text, &pointer).into_iter().map(as_kind));
            }
        }
    }
    let same = |definition| world.same(kind, name, definition);
    if let Some(Same { how, tool, server }) = same(new).filter(|now| same(old) != Some(*now)) {
        let reason = format!("the tool `{name}` now {how} `{tool}` of the server `{server}` does");
        found.push(Drift::new(DriftKind::Equivalent, Severity::Low, "/description", reason));
    }
    found.into_iter().map(|drift| drift.of(kind, name)).collect()
}

/// A definition of a name that is not locked.
pub(crate) fn added(world: &World, kind: EntryKind, name: &str, new: Json<'_>) -> Vec<Drift> {
    let words = canonical(new);
    let word = kind.as_str();
    let mut found = text::notable(world, name, "", &words, "");
    // That a new definition names a host, or tools of its own server, is part of it.
    found.retain(|drift| drift.kind == DriftKind::Steering);
    found.push(if let Some((how, other)) = world.looks_like(kind, name) {
        let reason = format!("the new {word} `{name}` {how} `{other}`, which is locked");
        Drift::new(DriftKind::Lookalike, Severity::High, "", reason)
    } else if let Some((how, other, server)) = world.collides(kind, name) {
        let reason = format!("the new {word} `{name}` {how} `{other}` of the server `{server}`");
        Drift::new(DriftKind::Collision, Severity::High, "", reason)
    } else if let Some(Same { how, tool, server }) = world.same(kind, name, new) {
        let reason = format!("the new {word} `{name}` {how} `{tool}` of the server `{server}` does");
        Drift::new(DriftKind::Equivalent, Severity::Low, "", reason)
    } else {
        Drift::new(DriftKind::Added, Severity::Low, "", format!("the {word} `{name}` is new"))
    });
    found.into_iter().map(|drift| drift.of(kind, name).seen("", &words)).collect()
}

/// A name that is spelled like a locked one which is gone is that one's new spelling, not its imitation. Look-alike characters never
/// are. `is_there` says what is still listed.
pub(crate) fn renamed(world: &World, drift: Drift, is_there: impl Fn(&str) -> bool) -> Drift {
    let look = || {
        let (kind, name) = drift.entry.zip(drift.name.as_deref()).filter(|(_, name)| name.is_ascii())?;
        world.looks_like(kind, name).map(|(_, other)| (kind.as_str(), name, other))
    };
    match look().filter(|(.., other)| drift.kind == DriftKind::Lookalike && !is_there(other)) {
        Some((word, name, other)) => {
            let reason = format!("the {word} `{name}` is new, and `{other}`, which it is spelled like, is gone");
            Drift { kind: DriftKind::Added, severity: Severity::Low, reason, ..drift }
        }
        None => drift,
    }
}

/// Plain other words become a change of what they are words of.
fn as_kind(drift: Drift, kind: DriftKind, reason: &str) -> Drift {
    match drift.kind {
        DriftKind::Wording => Drift { kind, reason: reason.to_owned(), ..drift },
        _ => drift,
    }
}

/// What a result may hold limits no call: whatever changed in it, it is the output schema. Its words are read by the model all the same.
fn of_output(drift: Drift) -> Drift {
    use DriftKind::{Domain, NamesTool, OutputSchema, Reference, Steering};
    match drift.kind {
        Domain | NamesTool | Steering | Reference => drift,
        _ => Drift {
            kind: OutputSchema,
            severity: Severity::Low,
            reason: format!("the tool promises other results: {}", drift.reason),
            ..drift
        },
    }
}

/// A prompt's arguments: texts that the user fills in.
fn arguments(world: &World, own: &str, old: Option<Json<'_>>, new: Option<Json<'_>>) -> Vec<Drift> {
    let of = |value: Option<Json<'_>>| -> std::collections::BTreeMap<String, String> {
        let named = |argument: Json<'_>| Some((argument.member("name")?.str()?.to_owned(), canonical(argument)));
        value.into_iter().flat_map(Json::elements).filter_map(named).collect()
    };
    let (was, is) = (of(old), of(new));
    let mut found = Vec::new();
    for (name, words) in &is {
        let pointer = format!("/arguments/{}", name.replace('~', "~0").replace('/', "~1"));
        match was.get(name) {
            Some(old) => found.extend(text::compare(world, own, old, words, &pointer)),
            None => {
                found.extend(text::notable(world, own, "", words, &pointer));
                let reason = format!("the argument `{name}` is new");
                found.push(Drift::new(DriftKind::Parameter, Severity::Low, pointer, reason));
            }
        }
    }
    for name in was.keys().filter(|name| !is.contains_key(*name)) {
        let reason = format!("the argument `{name}` is gone");
        found.push(Drift::new(DriftKind::ParameterRemoved, Severity::Low, format!("/arguments/{name}"), reason));
    }
    found
}
