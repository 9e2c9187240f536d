//! Rule packs: YAML to rules, every problem with its place.

use std::collections::HashMap;

use super::condition::{Condition, MAX_DEPTH};
use super::pattern::{Pattern, PatternError, derive};
use super::query::Query;
use super::rule::{Capabilities, Capability, Example, Matches, Rule, Scope, Unknown, Views};
use super::taxonomy::{SCHEMES, Tag, is_well_formed, scheme};
use crate::config::problem::{Problems, quoted};
use crate::config::reader::{MapReader, Text, mismatch, name_of, string_of};
use crate::config::tree::{Node, Tree, Value};
use crate::config::{read, suggest};
use crate::finding::{Confidence, Severity};
use crate::message::{FieldKind, FieldKinds, Flow, MessageKind, Span};

const SEVERITIES: [(&str, Severity); 5] = [
    ("info", Severity::Info),
    ("low", Severity::Low),
    ("medium", Severity::Medium),
    ("high", Severity::High),
    ("critical", Severity::Critical),
];
const CONFIDENCES: [(&str, Confidence); 3] =
    [("low", Confidence::Low), ("medium", Confidence::Medium), ("high", Confidence::High)];
const FLOWS: [(&str, Flow); 2] = [("to_server", Flow::ToServer), ("to_client", Flow::ToClient)];
const KINDS: [(&str, MessageKind); 4] = [
    ("request", MessageKind::Request),
    ("notification", MessageKind::Notification),
    ("result", MessageKind::Result),
    ("error", MessageKind::Error),
];
const VIEWS: [(&str, Views); 3] = [("as_written", Views::AsWritten), ("decoded", Views::Decoded), ("any", Views::Any)];
const UNKNOWN: [(&str, Unknown); 3] = [("raise", Unknown::Raise), ("same", Unknown::Same), ("never", Unknown::Never)];
const MATCHES: [(&str, Matches); 2] = [("first", Matches::First), ("every", Matches::Every)];
/// The keys that make a condition, besides the queries' names.
const CONDITIONS: [&str; 5] = ["regex", "literal", "all", "any", "not"];

/// Reads a pack: a YAML list of rules. What is wrong is added to `problems`; the rules that are right are returned all the
/// same, so that one problem never hides the next. `file` is the name that problems show.
pub fn read_pack(file: &str, text: &str, problems: &mut Problems) -> Vec<Rule> {
    let Some(tree) = read(file, text, problems) else { return Vec::new() };
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut rules = Vec::new();
    if !matches!(tree.root.value, Value::List(_)) {
        mismatch(&tree.root, "a list of rules", problems);
    }
    for node in tree.root.items() {
        let errors = problems.errors();
        let rule = rule(&tree, node, problems);
        if let Some(id) = rule.as_ref().map(|rule| rule.id.clone())
            && let Some(first) = seen.insert(id.clone(), node.span)
        {
            let line = problems.line_of(first.start);
            problems
                .error(node.span, format!("rule {} is there twice", quoted(&id)))
                .help(format!("the first is on line {line}"));
        }
        rules.extend(rule.filter(|_| problems.errors() == errors));
    }
    rules
}

fn rule(tree: &Tree, node: &Node, problems: &mut Problems) -> Option<Rule> {
    let mut map = MapReader::new(node, problems);
    for key in ["id", "title", "severity", "confidence", "tests"] {
        map.required(key);
    }
    let id = map.text("id");
    let title = map.string("title").unwrap_or_default().to_owned();
    let severity = word(&mut map, "severity", &SEVERITIES);
    let confidence = word(&mut map, "confidence", &CONFIDENCES);
    let on = if map.has("on") { map.map("on").map(scope).unwrap_or_default() } else { Scope::default() };
    let matches = word(&mut map, "matches", &MATCHES).unwrap_or_default();
    let taxonomy = map.node("taxonomy").map(|node| tags(node, map.problems())).unwrap_or_default();
    let reason = map.string("reason").unwrap_or(&title).to_owned();
    let fix = map.string("fix").map(str::to_owned);
    let condition = condition(tree, &mut map, 0);
    let (hits, misses) = map.map("tests").map(|tests| examples(tests, &on)).unwrap_or_default();
    let tests = map.node("tests");
    if let Some(tests) = tests {
        for (name, list) in [("hit", &hits), ("miss", &misses)] {
            if list.is_empty() {
                map.problems().error(tests.span, format!("`tests` has no `{name}`")).help(match name {
                    "hit" => "give texts that the rule must find",
                    _ => "give honest texts near to those that it must not find",
                });
            }
        }
    }
    if let Some(id) = id.filter(|id| !well_named(id.text)) {
        map.problems()
            .error(id.span(), format!("{} is no rule id", quoted(id.text)))
            .help("write FAMILY-WHAT in capitals, digits and dashes");
    }
    map.finish();
    Some(Rule {
        id: id?.text.to_owned(),
        title,
        severity: severity?,
        confidence: confidence?,
        on,
        condition: condition?,
        matches,
        taxonomy,
        reason,
        fix,
        hits,
        misses,
    })
}

fn well_named(id: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    id.contains('-') && id.split('-').all(word)
}

fn word<T: Copy>(map: &mut MapReader<'_, '_>, key: &'static str, words: &[(&'static str, T)]) -> Option<T> {
    let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
    let name = map.one_of(key, &names)?;
    words.iter().find(|(word, _)| *word == name).map(|(_, value)| *value)
}

/// The words of a list, or a single word.
fn words<T: Copy>(map: &mut MapReader<'_, '_>, key: &'static str, words: &[(&'static str, T)]) -> Option<Vec<T>> {
    let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
    let list = map.string_or_list(key)?;
    let value = |text: Text<'_>, problems: &mut Problems| {
        let name = name_of(text.node, &names, problems)?;
        words.iter().find(|(word, _)| *word == name).map(|(_, value)| *value)
    };
    Some(list.into_iter().filter_map(|text| value(text, map.problems())).collect())
}

fn scope(mut map: MapReader<'_, '_>) -> Scope {
    let kinds = FieldKind::ALL.map(|kind| (kind.as_str(), kind));
    let capabilities = Capability::ALL.map(|capability| (capability.as_str(), capability));
    let fields = words(&mut map, "fields", &kinds);
    let scope = Scope {
        flows: words(&mut map, "flow", &FLOWS).unwrap_or_default(),
        kinds: words(&mut map, "kinds", &KINDS).unwrap_or_default(),
        fields: fields.map_or(Scope::DEFAULT_FIELDS, |kinds| FieldKinds::of(&kinds)),
        methods: map.string_or_list("methods").unwrap_or_default().iter().map(|text| text.text.to_owned()).collect(),
        capabilities: words(&mut map, "capabilities", &capabilities)
            .map_or(Capabilities::NONE, |list| Capabilities::of(&list)),
        views: word(&mut map, "views", &VIEWS).unwrap_or_default(),
        unknown: word(&mut map, "unknown", &UNKNOWN).unwrap_or_default(),
    };
    map.finish();
    scope
}

fn tags(node: &Node, problems: &mut Problems) -> Vec<Tag> {
    if !matches!(node.value, Value::Map(_)) {
        mismatch(node, "a map of lists to ids", problems);
    }
    let mut tags = Vec::new();
    for (key, ids) in node.entries() {
        let Some(scheme) = scheme(&key.name) else {
            let known: Vec<&str> = SCHEMES.iter().map(|(name, _)| *name).collect();
            problems
                .error(key.span, format!("unknown taxonomy {}", quoted(&key.name)))
                .help(suggest::did_you_mean(&key.name, &known));
            continue;
        };
        let single = std::slice::from_ref(ids);
        for id in if ids.items().is_empty() { single } else { ids.items() } {
            let text = match &id.value {
                Value::Integer(number) => number.to_string(),
                _ => string_of(id, problems).map(|text| text.text.to_owned()).unwrap_or_default(),
            };
            if is_well_formed(scheme, &text) {
                tags.push(Tag { scheme, id: text });
            } else {
                problems.error(id.span, format!("{} is no id of {scheme}", quoted(&text)));
            }
        }
    }
    tags
}

fn examples(mut map: MapReader<'_, '_>, on: &Scope) -> (Vec<Example>, Vec<Example>) {
    let field = on.fields.iter().next().unwrap_or(FieldKind::Text);
    let flow = on.flows.first().copied().unwrap_or(Flow::ToServer);
    let mut list = |key| {
        let nodes = map.list(key).unwrap_or_default();
        nodes.iter().filter_map(|node| example(node, field, flow, map.problems())).collect()
    };
    let lists = (list("hit"), list("miss"));
    map.finish();
    lists
}

/// A plain text is judged as the rule's first kind of field; a map says more.
fn example(node: &Node, field: FieldKind, flow: Flow, problems: &mut Problems) -> Option<Example> {
    if !matches!(node.value, Value::Map(_)) {
        return Some(Example { text: string_of(node, problems)?.text.to_owned(), field, flow });
    }
    let mut map = MapReader::new(node, problems);
    map.required("text");
    let text = map.string("text").map(str::to_owned);
    let kinds = FieldKind::ALL.map(|kind| (kind.as_str(), kind));
    let field = word(&mut map, "field", &kinds).unwrap_or(field);
    let flow = word(&mut map, "flow", &FLOWS).unwrap_or(flow);
    map.finish();
    Some(Example { text: text?, field, flow })
}

/// The condition of a map: its condition keys, all of which must hold.
fn condition(tree: &Tree, map: &mut MapReader<'_, '_>, depth: usize) -> Option<Condition> {
    let (place, errors) = (map.place(), map.problems().errors());
    if depth > MAX_DEPTH {
        map.problems()
            .error(place, "conditions are nested too deep")
            .help(format!("{MAX_DEPTH} levels are enough for anybody"));
        return None;
    }
    let mut parts = Vec::new();
    if let Some(texts) = map.string_or_list("regex") {
        let patterns: Vec<_> = texts.iter().filter_map(|text| regex(tree, *text, map.problems())).collect();
        parts.extend(any(patterns));
    }
    if let Some(texts) = map.string_or_list("literal") {
        let escaped = |text: &Text<'_>| regex_syntax::escape(text.text);
        let patterns: Vec<_> =
            texts.iter().filter_map(|text| pattern(&escaped(text), text.span(), map.problems())).collect();
        parts.extend(any(patterns));
    }
    for (key, make) in [("all", Condition::All as fn(Vec<Condition>) -> Condition), ("any", Condition::Any)] {
        if let Some(nodes) = map.list(key) {
            let inner: Vec<_> = nodes.iter().filter_map(|node| nested(tree, node, depth, map.problems())).collect();
            parts.extend((!inner.is_empty()).then(|| make(inner)));
        }
    }
    if let Some(node) = map.node("not") {
        parts.extend(nested(tree, node, depth, map.problems()).map(|inner| Condition::Not(Box::new(inner))));
    }
    for name in Query::NAMES {
        if let Some(node) = map.node(name) {
            match Query::read(name, node) {
                Ok(query) => parts.push(Condition::Query(query)),
                Err(reason) => {
                    map.problems().error(node.span, format!("`{name}`: {reason}"));
                }
            }
        }
    }
    let condition = match parts.len() {
        0 if map.problems().errors() == errors => {
            let known =
                CONDITIONS.iter().chain(&Query::NAMES).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            map.problems().error(place, "there is no condition").help(format!("one of {known}"));
            return None;
        }
        0 => return None,
        1 => parts.pop()?,
        _ => Condition::All(parts),
    };
    if depth == 0 && condition.holds_for_nothing() {
        map.problems()
            .error(place, "the condition holds where nothing is found")
            .help("`not` needs something beside it in `all`");
        return None;
    }
    Some(condition)
}

fn nested(tree: &Tree, node: &Node, depth: usize, problems: &mut Problems) -> Option<Condition> {
    let mut map = MapReader::new(node, problems);
    let condition = condition(tree, &mut map, depth + 1);
    map.finish();
    condition
}

fn any(mut patterns: Vec<Condition>) -> Option<Condition> {
    if patterns.len() > 1 { Some(Condition::Any(patterns)) } else { patterns.pop() }
}

fn regex(tree: &Tree, text: Text<'_>, problems: &mut Problems) -> Option<Condition> {
    match derive(text.text) {
        Err(PatternError::Syntax { start, end, reason }) => {
            problems.error(text.node.place_in(&tree.text, Span::of_usize(start, end)), reason);
            None
        }
        _ => pattern(text.text, text.span(), problems),
    }
}

fn pattern(source: &str, span: Span, problems: &mut Problems) -> Option<Condition> {
    let made = Pattern::new(source).map(|pattern| pattern.derived().clone());
    match made {
        Ok(derived) => Some(Condition::Pattern { source: source.to_owned(), derived }),
        Err(error) => {
            problems.error(span, error.to_string());
            None
        }
    }
}
