//! Input schemas, keyword by keyword: what a call may carry now that it could not before.

mod parameters;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::carries::{Carries, carries};
use super::keyword::{Sense, limit, listed, open, sense};
use super::merged::{both, resolve};
use super::{Drift, DriftKind, World, text};
use crate::finding::Severity;
use crate::integrity::{Json, canonical};

/// Pairs of schemas compared for one tool. Real ones have some dozens; references could make more than there are schemas.
const MOST: usize = 20_000;

/// What changed from one input schema to another. `own` is the tool's name.
pub(super) fn compare(world: &World, own: &str, old: Json<'_>, new: Json<'_>, pointer: &str) -> Vec<Drift> {
    let mut walk = Walk { world, own, old, new, open: vec![(old, new, pointer.to_owned())], found: Vec::new() };
    let mut seen = HashSet::new();
    while let Some((old, new, pointer)) = walk.open.pop() {
        if !seen.insert((old.node(), new.node())) {
            continue;
        }
        if seen.len() > MOST {
            let reason = "the schema is too intricate to be compared";
            walk.found.push(Drift::new(DriftKind::Schema, Severity::Medium, pointer, reason));
            break;
        }
        // What is told where it is referred to is not told again where it is defined.
        if let (Some(was), Some(is)) = (resolve(old, walk.old), resolve(new, walk.new)) {
            seen.insert((was.node(), is.node()));
        }
        walk.pair(old, new, &pointer);
    }
    walk.found
}

struct Walk<'a, 'w> {
    world: &'w World,
    own: &'w str,
    old: Json<'a>,
    new: Json<'a>,
    open: Vec<(Json<'a>, Json<'a>, String)>,
    found: Vec<Drift>,
}

/// Parameters by name.
type Members<'a> = BTreeMap<&'a str, Json<'a>>;

impl<'a> Walk<'a, '_> {
    fn pair(&mut self, old: Json<'a>, new: Json<'a>, pointer: &str) {
        self.kinds(old, new, pointer);
        let [before, after] = both((old, self.old), (new, self.new));
        let part = |members: &Members<'a>, name: &str| members.get(name).copied();
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        for name in names {
            let (was, is) = (part(&before, name), part(&after, name));
            let pointer = below(pointer, name);
            match sense(name) {
                Sense::Most | Sense::Least | Sense::Narrows => self.found.extend(limit(name, was, is, &pointer)),
                Sense::Words => self.words(DriftKind::Wording, was, is, &pointer),
                Sense::Default => self.words(DriftKind::Default, was, is, &pointer),
                Sense::Open => {
                    self.found.extend(open(name, was, is, &pointer));
                    let is_schema = |value: &Json<'a>| value.bool().is_none();
                    self.both(was.filter(is_schema), is.filter(is_schema), pointer);
                }
                Sense::Schema => self.part(name, was, is, pointer),
                Sense::Schemas => self.choices(name, was, is, &pointer),
                Sense::Named => self.named(name, was, is, &pointer),
                Sense::Apart if name == "$ref" => self.reference(was, is, &pointer),
                Sense::Apart => {}
                Sense::Unknown => self.words(DriftKind::Other, was, is, &pointer),
            }
        }
        let holder = |members: &Members<'a>| ["enum", "const"].iter().any(|name| members.contains_key(name));
        if holder(&before) || holder(&after) {
            let (old, new) = (resolve(old, self.old), resolve(new, self.new));
            let only = |members: &Members<'a>| part(members, "enum").or(part(members, "const"));
            if let (Some(old), Some(new)) = (old, new)
                && only(&before).map(canonical) != only(&after).map(canonical)
            {
                let found = listed(lists(old, &before), lists(new, &after), self.new, &below(pointer, "enum"));
                self.found.extend(found);
            }
        }
        self.parameters(&before, &after, pointer);
    }

    /// Types: what may stand here.
    fn kinds(&mut self, old: Json<'a>, new: Json<'a>, pointer: &str) {
        let (was, is) = (carries(old, self.old), carries(new, self.new));
        let (more, less) = (is.beyond(was), was.beyond(is));
        // A reference that leads nowhere is told as such.
        if more.is_empty() && less.is_empty() || resolve(new, self.new).is_none() {
            return;
        }
        // Text that can only stand inside is told where it can stand.
        let text = more.has(Carries::TEXT) && is.has(Carries::WORD) && !was.has(Carries::WORD);
        let (kind, severity, reason) = if text && less.is_empty() && !is.is_anything() {
            (DriftKind::Type, Severity::Low, "it takes any text as well")
        } else if text {
            (DriftKind::Type, Severity::High, "it now takes any text")
        } else if more.beyond(Carries::TEXT).is_empty() && less.is_empty() {
            // Words that became any text: the keyword that kept them in form is reported.
            return;
        } else if less.beyond(Carries::TEXT).is_empty() && more.is_empty() {
            return;
        } else if less.is_empty() && more.beyond(Carries::NULL).is_numeric() {
            (DriftKind::Type, Severity::Low, "it takes more kinds of values")
        } else if more.is_empty() {
            (DriftKind::Tightened, Severity::Low, "it takes fewer kinds of values")
        } else if was.is_numeric() && is.is_numeric() {
            (DriftKind::Type, Severity::Low, "it takes another kind of number")
        } else {
            (DriftKind::Type, Severity::Medium, "it takes values of another type")
        };
        let drift = Drift::new(kind, severity, below(pointer, "type"), reason);
        self.found.push(drift.seen(&was.words(), &is.words()));
    }

    /// Words for readers, of any type.
    fn words(&mut self, kind: DriftKind, old: Option<Json<'a>>, new: Option<Json<'a>>, pointer: &str) {
        let text = |value: Option<Json<'a>>| match value.and_then(Json::str) {
            Some(text) => text.to_owned(),
            None => value.map(canonical).unwrap_or_default(),
        };
        let found = text::compare(self.world, self.own, &text(old), &text(new), pointer);
        self.found.extend(found.into_iter().map(|drift| match drift.kind {
            DriftKind::Wording => Drift { kind, ..drift },
            _ => drift,
        }));
    }

    fn both(&mut self, old: Option<Json<'a>>, new: Option<Json<'a>>, pointer: String) {
        if let (Some(old), Some(new)) = (old, new) {
            self.open.push((old, new, pointer));
        }
    }

    /// One schema for a part of the value.
    fn part(&mut self, name: &str, old: Option<Json<'a>>, new: Option<Json<'a>>, pointer: String) {
        match (old, new) {
            (Some(_), None) => {
                let reason = format!("`{name}` is gone");
                self.found.push(Drift::new(DriftKind::Loosened, Severity::Low, pointer, reason));
            }
            (None, Some(new)) => {
                self.found.extend(text::notable(self.world, self.own, "", &canonical(new), &pointer));
                let reason = format!("`{name}` is new");
                self.found.push(Drift::new(DriftKind::Tightened, Severity::Low, pointer, reason));
            }
            _ => self.both(old, new, pointer),
        }
    }

    /// A list of schemas. Its order means nothing: equal ones are put aside, the others compared in turn.
    fn choices(&mut self, name: &str, old: Option<Json<'a>>, new: Option<Json<'a>>, pointer: &str) {
        let list = |value: Option<Json<'a>>| -> Vec<(String, Json<'a>)> {
            value.into_iter().flat_map(Json::elements).map(|element| (canonical(element), element)).collect()
        };
        let (old, new) = (list(old), list(new));
        let (was, is): (HashSet<&str>, HashSet<&str>) =
            (old.iter().map(|(text, _)| text.as_str()).collect(), new.iter().map(|(text, _)| text.as_str()).collect());
        let mut gone = old.iter().filter(|(text, _)| !is.contains(text.as_str()));
        let mut come = new.iter().enumerate().filter(|(_, (text, _))| !was.contains(text.as_str()));
        loop {
            let all = name == "allOf" || name == "prefixItems";
            match (gone.next(), come.next()) {
                (None, None) => return,
                (Some((_, old)), Some((at, (_, new)))) => {
                    self.open.push((*old, *new, below(pointer, &at.to_string())));
                }
                (None, Some((at, (words, schema)))) => {
                    let pointer = below(pointer, &at.to_string());
                    self.found.extend(text::notable(self.world, self.own, "", words, &pointer));
                    let free = carries(*schema, self.new).has(Carries::TEXT);
                    let (kind, severity, reason) = match all {
                        true => (DriftKind::Tightened, Severity::Low, "a further schema has to be met"),
                        false if free => (DriftKind::Loosened, Severity::Medium, "a further choice takes any text"),
                        false => (DriftKind::Loosened, Severity::Low, "there is a further choice"),
                    };
                    self.found.push(Drift::new(kind, severity, pointer, reason).seen("", words));
                }
                (Some((words, _)), None) => {
                    let (kind, severity, reason) = match all {
                        true => (DriftKind::Loosened, Severity::Medium, "a schema that had to be met is gone"),
                        false => (DriftKind::Tightened, Severity::Low, "a choice is gone"),
                    };
                    self.found.push(Drift::new(kind, severity, pointer, reason).seen(words, ""));
                }
            }
        }
    }

    /// Schemas by name that something refers to.
    fn named(&mut self, name: &str, old: Option<Json<'a>>, new: Option<Json<'a>>, pointer: &str) {
        let of = |value: Option<Json<'a>>| value.map(Json::by_name).unwrap_or_default();
        let (was, is) = (of(old), of(new));
        for (key, schema) in &is {
            let pointer = below(pointer, key);
            if let Some(old) = was.get(key) {
                self.open.push((*old, *schema, pointer));
                continue;
            }
            self.found.extend(text::notable(self.world, self.own, "", &canonical(*schema), &pointer));
            let drift = if name == "patternProperties" {
                Drift::new(
                    DriftKind::Loosened,
                    Severity::Medium,
                    pointer,
                    format!("parameters whose name is like `{key}` are new"),
                )
            } else {
                Drift::new(DriftKind::Schema, Severity::Low, pointer, format!("the schema `{key}` is new"))
            };
            self.found.push(drift);
        }
        for key in was.keys().filter(|key| !is.contains_key(*key)) {
            let reason = format!("the schema `{key}` is gone");
            self.found.push(Drift::new(DriftKind::Schema, Severity::Low, below(pointer, key), reason));
        }
    }

    /// A reference that leads out of the schema, or nowhere.
    fn reference(&mut self, old: Option<Json<'a>>, new: Option<Json<'a>>, pointer: &str) {
        let (was, is) = (old.and_then(Json::str).unwrap_or(""), new.and_then(Json::str).unwrap_or(""));
        if was != is && !is.is_empty() {
            let (severity, reason) = match is.starts_with('#') {
                true => (Severity::Medium, "it refers to a schema that is not there"),
                false => {
                    (Severity::High, "it refers to a schema outside of the definition, which can change at any time")
                }
            };
            self.found.push(Drift::new(DriftKind::Reference, severity, pointer, reason).seen(was, is));
        }
    }
}

/// The member of `properties` or the like that a pointer goes on to.
fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Where the values that `members` allow are listed: the schema itself, or what it stands for.
fn lists<'a>(schema: Json<'a>, members: &Members<'a>) -> Json<'a> {
    let own = schema.member("enum").is_some() || schema.member("const").is_some();
    let choices =
        ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|name| schema.member(name)).flat_map(Json::elements);
    let holds = |choice: &Json<'a>| {
        ["enum", "const"].into_iter().any(|name| {
            choice.member(name).zip(members.get(name)).is_some_and(|(one, other)| one.node() == other.node())
        })
    };
    if own { schema } else { choices.into_iter().find(holds).unwrap_or(schema) }
}
