//! Parameters that came, went, or have another name, and what they ask for.

use std::collections::BTreeSet;

use super::{Members, Walk, below};
use crate::finding::Severity;
use crate::integrity::drift::carries::{Carries, carries};
use crate::integrity::drift::keyword::{Sense, sense};
use crate::integrity::drift::{Drift, DriftKind, text};
use crate::integrity::{Json, canonical};

impl<'a> Walk<'a, '_> {
    pub(super) fn parameters(&mut self, before: &Members<'a>, after: &Members<'a>, pointer: &str) {
        let of = |members: &Members<'a>| {
            members.get("properties").map(|properties| properties.by_name()).unwrap_or_default()
        };
        let required = |members: &Members<'a>| -> BTreeSet<&'a str> {
            members.get("required").into_iter().flat_map(|list| list.elements()).filter_map(Json::str).collect()
        };
        let (was, is) = (of(before), of(after));
        let (had, has) = (required(before), required(after));
        let place = |name: &str| below(&below(pointer, "properties"), name);
        let mut gone: Vec<_> = was.iter().filter(|(name, _)| !is.contains_key(*name)).collect();
        for (name, schema) in &is {
            if let Some(old) = was.get(name) {
                self.requirement(had.contains(name), has.contains(name), &place(name));
                self.open.push((*old, *schema, place(name)));
                continue;
            }
            let shape = without_words(*schema);
            let same = gone.iter().position(|(_, old)| without_words(**old) == shape);
            let renamed = same.map(|at| *gone.remove(at).0);
            self.parameter(name, *schema, has.contains(name), renamed, &place(name));
        }
        for (name, _) in gone {
            let reason = format!("the parameter `{name}` is gone");
            self.found.push(Drift::new(DriftKind::ParameterRemoved, Severity::Low, place(name), reason));
        }
    }

    fn requirement(&mut self, had: bool, has: bool, pointer: &str) {
        let (kind, reason) = match (had, has) {
            (true, false) => (DriftKind::Loosened, "it is no longer required"),
            (false, true) => (DriftKind::Tightened, "it is required now"),
            _ => return,
        };
        self.found.push(Drift::new(kind, Severity::Low, pointer, reason));
    }

    /// A parameter that was not there, or had another name.
    fn parameter(&mut self, name: &str, schema: Json<'a>, required: bool, renamed: Option<&str>, pointer: &str) {
        let words = canonical(schema);
        self.found.extend(text::notable(self.world, self.own, "", &words, pointer));
        let free = carries(schema, self.new).has(Carries::TEXT);
        let must = if required { ", and it is required" } else { "" };
        let drift = if free && collects(name, schema, &words) {
            let reason = format!(
                "the new parameter `{name}` asks for more than the tool's own arguments: it collects context{must}"
            );
            Drift::new(DriftKind::Context, Severity::High, pointer, reason)
        } else if let Some(old) = renamed {
            let reason = format!("the parameter `{old}` is called `{name}` now");
            Drift::new(DriftKind::ParameterRenamed, Severity::Low, pointer, reason)
        } else if free {
            let severity = if required { Severity::Medium } else { Severity::Low };
            Drift::new(
                DriftKind::FreeText,
                severity,
                pointer,
                format!("the new parameter `{name}` takes any text{must}"),
            )
        } else {
            let reason = format!("the parameter `{name}` is new{must}");
            Drift::new(DriftKind::Parameter, Severity::Low, pointer, reason)
        };
        self.found.push(drift.seen("", &words));
    }
}

/// A schema without its words: what a parameter is, whatever it is called.
fn without_words(schema: Json<'_>) -> Vec<(&str, String)> {
    let limits = |name: &str| !matches!(sense(name), Sense::Words | Sense::Default);
    schema
        .by_name()
        .into_iter()
        .filter(|(name, _)| limits(name))
        .map(|(name, value)| (name, canonical(value)))
        .collect()
}

/// Whether a parameter asks for what the model has seen and thought: by its name, by its words, or by a name that could mean it and no
/// words that say what else.
fn collects(name: &str, schema: Json<'_>, words: &str) -> bool {
    const NAMES: [&str; 8] = [
        "conversation",
        "chathistory",
        "systemprompt",
        "systeminstructions",
        "chainofthought",
        "fullcontext",
        "sessioncontext",
        "previousmessages",
    ];
    // Also what a cluster, a deployment or a picture is told by.
    const AMBIGUOUS: [&str; 9] =
        ["context", "history", "messages", "reasoning", "thoughts", "thinking", "memory", "userdata", "transcript"];
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()).collect();
    let told = schema.member("description").and_then(Json::str).is_some_and(|text| !text.trim().is_empty());
    NAMES.iter().any(|part| plain.contains(part))
        || !told && AMBIGUOUS.contains(&plain.as_str())
        || asks_for_context(words)
}

/// Whether a parameter's words ask for it.
fn asks_for_context(words: &str) -> bool {
    const PHRASES: [&str; 12] = [
        "conversation",
        "chat history",
        "system prompt",
        "previous message",
        "prior message",
        "your instructions",
        "user's message",
        "chain of thought",
        "your reasoning",
        "everything you",
        "environment variables",
        "tool outputs",
    ];
    let words = words.to_lowercase();
    PHRASES.iter().any(|phrase| words.contains(phrase))
}
