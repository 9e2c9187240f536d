//! What it means that a keyword of a schema changed: whether it lets more through or less.

use std::collections::BTreeSet;

use super::carries::{carries, is_tight, values};
use super::{Drift, DriftKind};
use crate::finding::Severity;
use crate::integrity::{Json, canonical};

/// How a keyword limits values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sense {
    /// A greater value lets more through.
    Most,
    /// A smaller value lets more through.
    Least,
    /// Having it lets less through; two values can't be compared.
    Narrows,
    /// Words for readers; they limit nothing.
    Words,
    /// The value where none is given.
    Default,
    /// A schema for a part, or for other values.
    Schema,
    /// A list of schemas.
    Schemas,
    /// Schemas by name.
    Named,
    /// Whether members that are not named may stand beside those that are.
    Open,
    /// Judged elsewhere, with its neighbours.
    Apart,
    /// Unknown.
    Unknown,
}

/// What the keyword `name` does.
pub(super) fn sense(name: &str) -> Sense {
    match name {
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" | "maxContains" => Sense::Most,
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" | "minContains" => Sense::Least,
        "pattern" | "format" | "multipleOf" | "uniqueItems" | "contentEncoding" | "contentMediaType"
        | "dependentRequired" => Sense::Narrows,
        "title" | "description" | "$comment" | "examples" | "example" | "deprecated" | "readOnly" | "writeOnly"
        | "$schema" | "$id" | "$anchor" | "$vocabulary" => Sense::Words,
        "default" => Sense::Default,
        "items" | "contains" | "propertyNames" | "not" | "if" | "then" | "else" | "contentSchema"
        | "unevaluatedItems" | "additionalItems" => Sense::Schema,
        "anyOf" | "oneOf" | "allOf" | "prefixItems" => Sense::Schemas,
        "$defs" | "definitions" | "dependentSchemas" | "patternProperties" => Sense::Named,
        "additionalProperties" | "unevaluatedProperties" => Sense::Open,
        "properties" | "required" | "enum" | "const" | "type" | "$ref" => Sense::Apart,
        _ => Sense::Unknown,
    }
}

/// What a change of a limiting keyword means; `None` if the values are the same.
pub(super) fn limit(name: &str, old: Option<Json<'_>>, new: Option<Json<'_>>, pointer: &str) -> Option<Drift> {
    let (before, after) = (old.map(canonical), new.map(canonical));
    if before == after {
        return None;
    }
    let (was, is) = (before.as_deref().unwrap_or(""), after.as_deref().unwrap_or(""));
    let numbers = old.and_then(Json::number).zip(new.and_then(Json::number));
    let more = match (sense(name), numbers) {
        (Sense::Most, Some((old, new))) => Some(new > old),
        (Sense::Least, Some((old, new))) => Some(new < old),
        _ => None,
    };
    let (kind, severity, reason) = match (old, new, more) {
        (_, None, _) => (DriftKind::Loosened, dropped(name, old), format!("`{name}` is gone")),
        (None, _, _) => (DriftKind::Tightened, Severity::Low, format!("`{name}` is new")),
        (_, _, Some(true)) => (DriftKind::Loosened, Severity::Low, format!("`{name}` lets more through")),
        (_, _, Some(false)) => (DriftKind::Tightened, Severity::Low, format!("`{name}` lets less through")),
        _ => (DriftKind::Loosened, dropped(name, old), format!("`{name}` is another, and may let more through")),
    };
    Some(Drift::new(kind, severity, pointer, reason).seen(was, is))
}

/// How much it weighs that a keyword no longer limits: what made a form of words free text weighs most.
fn dropped(name: &str, old: Option<Json<'_>>) -> Severity {
    match name {
        "pattern" | "maxLength" => Severity::Medium,
        "format" if old.and_then(Json::str).is_some_and(is_tight) => Severity::Medium,
        _ => Severity::Low,
    }
}

/// What a change of the values that are listed means.
pub(super) fn listed(old: Json<'_>, new: Json<'_>, root: Json<'_>, pointer: &str) -> Vec<Drift> {
    let (before, after) = (values(old), values(new));
    let (Some(before), Some(after)) = (&before, &after) else {
        let drift = match (&before, &after) {
            (Some(before), None) => {
                let free = carries(new, root).has(super::carries::Carries::TEXT);
                let (severity, how) = if free { (Severity::Medium, "any text") } else { (Severity::Low, "any value") };
                let reason = format!("the list of allowed values is gone: {how} may stand here");
                Drift::new(DriftKind::Loosened, severity, pointer, reason).seen(&before.join(", "), "")
            }
            (None, Some(after)) => {
                let reason = "only listed values may stand here";
                Drift::new(DriftKind::Tightened, Severity::Low, pointer, reason).seen("", &after.join(", "))
            }
            _ => return Vec::new(),
        };
        return vec![drift];
    };
    let (was, is): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
    let words = |values: Vec<&&String>| {
        let some: Vec<_> = values.iter().take(4).map(|value| value.as_str()).collect();
        some.join(", ") + if values.len() > 4 { ", …" } else { "" }
    };
    let (more, less): (Vec<_>, Vec<_>) = (is.difference(&was).collect(), was.difference(&is).collect());
    let mut found = Vec::new();
    if !more.is_empty() {
        let reason = format!("the list of allowed values is wider: {}", words(more));
        found.push(Drift::new(DriftKind::Loosened, Severity::Low, pointer, reason));
    }
    if !less.is_empty() {
        let reason = format!("the list of allowed values is shorter: without {}", words(less));
        found.push(Drift::new(DriftKind::Tightened, Severity::Low, pointer, reason));
    }
    found
}

/// What it means whether members may stand beside the named ones.
pub(super) fn open(name: &str, old: Option<Json<'_>>, new: Option<Json<'_>>, pointer: &str) -> Option<Drift> {
    // Absent means open, but generators leave it away and models fill what is named: it weighs less than saying so.
    let rank = |value: Option<Json<'_>>| match value.map(Json::bool) {
        Some(Some(false)) => 0,
        Some(None) => 1,
        None => 2,
        Some(Some(true)) => 3,
    };
    let (was, is) = (rank(old), rank(new));
    let shown = |value: Option<Json<'_>>| value.map(canonical).unwrap_or_default();
    let (kind, severity, reason) = match (was, is) {
        (was, is) if was == is => return None,
        (2, 3) => (DriftKind::Other, Severity::Low, format!("`{name}` says what holds without it")),
        (3, 2) => (DriftKind::Other, Severity::Low, format!("`{name}` is gone, and what it said still holds")),
        (0, 2) => {
            (DriftKind::Loosened, Severity::Low, format!("`{name}` is gone: members that are not named may be given"))
        }
        (was, is) if is > was => (
            DriftKind::Loosened,
            Severity::Medium,
            format!("`{name}` is open: members that are not named may be given"),
        ),
        _ => (DriftKind::Tightened, Severity::Low, format!("`{name}` lets less through")),
    };
    Some(Drift::new(kind, severity, pointer, reason).seen(&shown(old), &shown(new)))
}
