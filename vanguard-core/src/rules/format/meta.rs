//! What a rule says besides its condition.

use std::collections::BTreeMap;

use crate::{
    config::{
        Capabilities, Capability, Pattern,
        problem::Problems,
        reader::{MapReader, name_of, string_of},
        suggest,
        tree::{Node, Value},
    },
    message::{FieldKind, FieldKinds, Flow, MessageKind},
};

use super::{
    super::{
        rule::{Example, Scope},
        taxonomy::{self, SCHEMES, Tag},
    },
    refuse,
};

const FLOWS: [Flow; 2] = [Flow::ToServer, Flow::ToClient];
const KINDS: [(&str, MessageKind); 4] = [
    ("request", MessageKind::Request),
    ("notification", MessageKind::Notification),
    ("result", MessageKind::Result),
    ("error", MessageKind::Error),
];

/// The id: capitals, digits and dashes, two parts or more, once in a pack.
pub(super) fn id<'n>(reader: &mut MapReader<'n, '_>, seen: &mut BTreeMap<&'n str, u32>) -> Option<&'n str> {
    let id = reader.required("id").text("id")?;
    let is_part =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if id.text.len() > 64 || id.text.split('-').count() < 2 || !id.text.split('-').all(is_part) {
        refuse(reader.problems(), id.node, "not a rule id:", id.text)
            .help("capitals and digits, in at least two parts joined by dashes: `CMD-DOWNLOAD-EXEC`");
    } else if let Some(first) = seen.insert(id.text, id.span().start) {
        let line = reader.problems().line_of(first);
        refuse(reader.problems(), id.node, "duplicate rule id", id.text).help(format!("first used on line {line}"));
    }
    Some(id.text)
}

/// The `on` map, and the kind of field that plain examples are of: the first it names.
/// `checked`: whether what is wrong with it was to be seen before.
pub(super) fn scope(reader: &mut MapReader<'_, '_>, checked: bool) -> (Scope, FieldKind) {
    let mut scope = Scope::default();
    let Some(mut on) = reader.map("on") else { return (scope, FieldKind::Text) };
    scope.flows = names(&mut on, "flow", &FLOWS.map(|flow| (flow.as_str(), flow)));
    scope.kinds = names(&mut on, "kinds", &KINDS);
    let fields = names(&mut on, "fields", &FieldKind::ALL.map(|kind| (kind.as_str(), kind)));
    if !fields.is_empty() {
        scope.fields = FieldKinds::of(&fields);
    }
    let mut capabilities = |key| {
        let named = names(&mut on, key, &Capability::ALL.map(|one| (one.as_str(), one)));
        named.into_iter().fold(Capabilities::NONE, Capabilities::with)
    };
    scope.capabilities = capabilities("capabilities");
    scope.does = capabilities("does");
    scope.methods = patterns(&mut on, "methods", checked);
    scope.tools = patterns(&mut on, "tools", checked);
    scope.keys = patterns(&mut on, "keys", checked);
    on.finish();
    (scope, fields.first().copied().unwrap_or(FieldKind::Text))
}

/// A pattern over names or a list of them.
fn patterns(reader: &mut MapReader<'_, '_>, key: &'static str, checked: bool) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for text in reader.string_or_list(key).unwrap_or_default() {
        match if checked { Pattern::known(text.text) } else { Pattern::new(text.text) } {
            Ok(pattern) => patterns.push(pattern),
            Err(error) => {
                let at = text.node.place_in(reader.problems().text(), error.at);
                let problem = reader.problems().error(at, error.message);
                if let Some(help) = error.help {
                    problem.help(help);
                }
            }
        }
    }
    patterns
}

/// A name or a list of names, each one of `known`.
fn names<T: Copy>(reader: &mut MapReader<'_, '_>, key: &'static str, known: &[(&'static str, T)]) -> Vec<T> {
    let words: Vec<&'static str> = known.iter().map(|(word, _)| *word).collect();
    let texts = reader.string_or_list(key).unwrap_or_default();
    let chosen = texts.iter().filter_map(|text| name_of(text.node, &words, reader.problems()));
    chosen.filter_map(|word| known.iter().find(|(known, _)| *known == word)).map(|(_, value)| *value).collect()
}

/// `taxonomy: {owasp-mcp: [MCP05], cwe: [78]}`.
pub(super) fn taxonomy(reader: &mut MapReader<'_, '_>) -> Vec<Tag> {
    let mut tags = Vec::new();
    let Some(mut lists) = reader.map("taxonomy") else { return tags };
    for (key, node) in lists.entries() {
        let Some(scheme) = taxonomy::scheme(&key.name) else {
            let help = suggest::did_you_mean(&key.name, &SCHEMES.map(|(name, _)| name));
            lists.problems().error(key.span, "unknown list of threats").help(help);
            continue;
        };
        let ids = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
        for node in ids {
            let id = match &node.value {
                Value::Integer(number) => number.to_string(),
                _ => match string_of(node, lists.problems()) {
                    Some(text) => text.text.to_owned(),
                    None => continue,
                },
            };
            if taxonomy::is_well_formed(scheme, &id) && taxonomy::is_known(scheme, &id) {
                tags.push(Tag { scheme, id });
            } else if taxonomy::is_well_formed(scheme, &id) {
                refuse(lists.problems(), node, &format!("`{scheme}` has no entry"), &id)
                    .help("`vanguard rules coverage` names the entries of the lists");
            } else {
                refuse(lists.problems(), node, &format!("not an id of `{scheme}`:"), &id)
                    .help("`MCP05`, `ASI01`, `LLM01`, `MCP-7`, `AML.T0051`, and a plain number for `cwe`");
            }
        }
    }
    tags
}

/// The examples that must hit and those that must not.
pub(super) fn tests(
    reader: &mut MapReader<'_, '_>,
    on: (&Scope, FieldKind),
    needed: bool,
) -> (Vec<Example>, Vec<Example>) {
    if needed {
        reader.required("tests");
    }
    let Some(mut tests) = reader.map("tests") else { return (Vec::new(), Vec::new()) };
    let tool = tests.string("tool").map(str::to_owned);
    let named = tests.string("key").map(str::to_owned);
    let [hits, misses] = ["hit", "miss"].map(|key| {
        if needed {
            tests.required(key);
        }
        let nodes = tests.list(key).unwrap_or_default();
        if needed && nodes.is_empty() && tests.has(key) {
            let at = tests.place();
            tests.problems().error(at, format!("`{key}` needs at least one example"));
        }
        nodes
            .iter()
            .filter_map(|node| example(node, on, (tool.as_deref(), named.as_deref()), tests.problems()))
            .collect()
    });
    tests.finish();
    (hits, misses)
}

/// A plain string stands for a field of the rule's first kind, given to the tool and under the key that `tests` names. A list of strings is one text in pieces, so that no scanner
/// of a repository takes an example for a live secret.
fn example(
    node: &Node,
    (on, first): (&Scope, FieldKind),
    (tool, key): (Option<&str>, Option<&str>),
    problems: &mut Problems,
) -> Option<Example> {
    let flow_of = |field: FieldKind| match on.flows.first() {
        Some(flow) => *flow,
        None if matches!(field, FieldKind::Text | FieldKind::Metadata) => Flow::ToClient,
        None => Flow::ToServer,
    };
    let key = key.map(str::to_owned);
    if !matches!(node.value, Value::Map(_)) {
        let text = spliced(node, problems)?;
        return Some(Example { text, field: first, flow: flow_of(first), tool: tool.map(str::to_owned), key });
    }
    let mut reader = MapReader::new(node, problems);
    let text = reader.required("text").node("text").and_then(|node| spliced(node, reader.problems()));
    let field = names(&mut reader, "field", &FieldKind::ALL.map(|kind| (kind.as_str(), kind))).first().copied();
    let flow = names(&mut reader, "flow", &FLOWS.map(|flow| (flow.as_str(), flow))).first().copied();
    let tool = reader.string("tool").or(tool).map(str::to_owned);
    let key = reader.string("key").map(str::to_owned).or(key);
    reader.finish();
    let field = field.unwrap_or(first);
    Some(Example { text: text?, field, flow: flow.unwrap_or_else(|| flow_of(field)), tool, key })
}

fn spliced(node: &Node, problems: &mut Problems) -> Option<String> {
    match &node.value {
        Value::List(parts) => parts.iter().map(|part| string_of(part, problems).map(|text| text.text)).collect(),
        _ => string_of(node, problems).map(|text| text.text.to_owned()),
    }
}
