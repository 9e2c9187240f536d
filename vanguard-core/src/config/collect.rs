//! From a checked tree to the typed configuration. What is not as it should be was reported by the check and is passed over here.

use std::time::Duration;

use crate::behavior::{Baseline, Label, Quota, Sequence};
use crate::config::access::NameList;
use crate::config::bars::{Bar, CONFIDENCES, SEVERITIES};
use crate::config::behavior::{BehaviorConfig, Budget, Detector, Measure, Per, SequenceRule, Setting, WhenAway};
use crate::config::destination::{Destination, DestinationList, Destinations};
use crate::config::exception::{Exception, Expiry, PointerPattern};
use crate::config::keys::MAX_ITEMS;
use crate::config::model::{Capabilities, Capability, Config, PackFile, Place, Ports, RuleRef, SafeZones, TrustedKey};
use crate::config::pattern::Pattern;
use crate::config::redaction::{Canary, CustomType, Directions, Redaction, Treatment};
use crate::config::semantic::Llm;
use crate::config::size::ByteSize;
use crate::config::tree::{Key, Node, Tree, Value};
use crate::config::validate::{Written, WrittenBars};
use crate::policy::{Poisoned, Profile, Threshold};
use crate::semantic::llm::Provider;
use crate::verdict::{Action, DenyAs};

/// Adds what one file says to what earlier ones said: single values are replaced, lists grow, maps are joined key by key.
pub(crate) fn collect(tree: &Tree, config: &mut Config, bars: &mut WrittenBars) {
    let file = File { tree };
    let root = &tree.root;
    set(&mut config.profile, word(root, "profile", &Profile::ALL, Profile::as_str));
    set(&mut config.deny_as, text(root, "deny_as").and_then(deny_as));
    set(&mut config.poisoned, word(root, "poisoned", &Poisoned::ALL, Poisoned::as_str));
    let undecided = word(root, "when_undecided", &[Action::Allow, Action::Review, Action::Block], Action::as_str);
    config.when_undecided = undecided.or(config.when_undecided);
    if let Some(node) = root.get("thresholds") {
        for (slot, key) in [
            (&mut bars.warn, "warn"),
            (&mut bars.review, "review"),
            (&mut bars.block, "block"),
            (&mut bars.unknown_fields, "unknown_fields"),
        ] {
            let written = node.get(key).and_then(|node| Some(Written { bar: bar(node)?, place: file.place(node) }));
            *slot = written.or(slot.take());
        }
    }
    if let Some(rules) = root.get("rules") {
        config.packs.extend(
            texts(rules.get("packs")).map(|(node, path)| PackFile { place: Some(file.place(node)), ..file.path(path) }),
        );
        config.trusted_keys.extend(
            texts(rules.get("trusted_keys"))
                .map(|(node, key)| TrustedKey { key: key.to_owned(), place: Some(file.place(node)) }),
        );
        config.disabled.extend(texts(rules.get("disable")).filter_map(|(node, text)| {
            Some(RuleRef { rule: Pattern::new(text).ok()?, place: Some(file.place(node)) })
        }));
    }
    for (list, key) in [
        (&mut config.methods, "methods"),
        (&mut config.tools, "tools"),
        (&mut config.resources, "resources"),
        (&mut config.prompts, "prompts"),
    ] {
        name_list(root.get(key), list);
    }
    for (name, node) in named(root, "servers") {
        let server = config.servers.entry(name.name.clone()).or_default();
        name_list(node.get("methods"), &mut server.methods);
        name_list(node.get("tools"), &mut server.tools);
        name_list(node.get("resources"), &mut server.resources);
        name_list(node.get("prompts"), &mut server.prompts);
        zones(node.get("safe_zones"), &mut server.safe_zones);
        destinations(node.get("destinations"), &mut server.destinations);
    }
    config.exceptions.extend(
        root.get("exceptions")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .take(MAX_ITEMS)
            .filter_map(|node| file.exception(node)),
    );
    zones(root.get("safe_zones"), &mut config.safe_zones);
    destinations(root.get("destinations"), &mut config.destinations);
    if let Some(node) = root.get("limits") {
        limits(node, config);
    }
    if let Some(node) = root.get("audit") {
        config.audit.file = text(node, "file").map(|path| file.path(path)).or(config.audit.file.take());
        if let Some(Value::Bool(all)) = node.get("all").map(|node| &node.value) {
            config.audit.all = *all;
        }
    }
    if let Some(node) = root.get("sandbox") {
        if let Some(Value::Bool(enabled)) = node.get("enabled").map(|node| &node.value) {
            config.sandbox.enabled = *enabled;
        }
        config.sandbox.read.extend(texts(node.get("read")).map(|(_, path)| file.path(path)));
        config.sandbox.write.extend(texts(node.get("write")).map(|(_, path)| file.path(path)));
        ports(node.get("connect"), &mut config.sandbox.connect);
        ports(node.get("bind"), &mut config.sandbox.bind);
    }
    redaction(root, &file, &mut config.redaction);
    behavior(root, &file, &mut config.behavior);
    if let Some(Value::Bool(model)) = root.get("semantic").and_then(|node| node.get("model")).map(|node| &node.value) {
        config.semantic.model = *model;
    }
    if let Some(node) = root.get("semantic").and_then(|node| node.get("llm")) {
        llm(node, config.semantic.llm.get_or_insert_default());
    }
    for (name, node) in named(root, "capabilities") {
        let Ok(pattern) = Pattern::new(&name.name) else { continue };
        let words = texts(Some(node))
            .filter_map(|(_, text)| Capability::ALL.into_iter().find(|capability| capability.as_str() == text));
        let set = words.fold(Capabilities::NONE, Capabilities::with);
        config.capabilities.retain(|(earlier, _)| *earlier != pattern);
        config.capabilities.push((pattern, set));
    }
}

/// What is said of a model that is asked.
fn llm(node: &Node, into: &mut Llm) {
    let number = |key: &str| match &node.get(key)?.value {
        Value::Integer(value) => u64::try_from(*value).ok(),
        Value::String(text) => ByteSize::parse(text).map(|size| size.0),
        _ => None,
    };
    let count = |key: &str| number(key).and_then(|value| usize::try_from(value).ok());
    let score = |key: &str| number(key).and_then(|value| u8::try_from(value).ok());
    set(&mut into.provider, word(node, "provider", &Provider::ALL, Provider::as_str));
    for (slot, key) in [(&mut into.url, "url"), (&mut into.model, "model"), (&mut into.key_env, "key_env")] {
        *slot = text(node, key).map(str::to_owned).or(slot.take());
    }
    set(&mut into.timeout, number("timeout").map(Duration::from_secs));
    if let Some(Value::Bool(sinks)) = node.get("sinks").map(|node| &node.value) {
        into.sinks = *sinks;
    }
    for (slot, key) in
        [(&mut into.text, "text"), (&mut into.calls, "calls"), (&mut into.queue, "queue"), (&mut into.cache, "cache")]
    {
        set(slot, count(key));
    }
    set(&mut into.retries, number("retries").and_then(|value| u32::try_from(value).ok()));
    set(&mut into.warn, score("warn"));
    set(&mut into.block, score("block"));
}

/// What is said of sessions.
fn behavior(root: &Node, file: &File<'_>, into: &mut BehaviorConfig) {
    let Some(node) = root.get("behavior") else { return };
    match (&node.value, node.as_str()) {
        (Value::Bool(true), _) | (_, Some("on")) => into.detectors.clear(),
        (Value::Bool(false), _) | (_, Some("off")) => {
            into.detectors.extend(Detector::ALL.map(|detector| (detector, Setting::Off)));
        }
        _ => {}
    }
    let number = |node: &Node, key: &str| match &node.get(key)?.value {
        Value::Integer(value) => u64::try_from(*value).ok(),
        Value::String(text) => ByteSize::parse(text).map(|size| size.0),
        _ => None,
    };
    if let Some(node) = node.get("detectors") {
        for detector in Detector::ALL {
            let setting = word(node, detector.as_str(), &Setting::ALL, Setting::as_str);
            into.detectors.extend(setting.map(|setting| (detector, setting)));
        }
    }
    let items = |node: &Node, key: &str| node.get(key).map(Node::items).unwrap_or_default().to_vec();
    into.budgets.extend(items(node, "budgets").iter().take(MAX_ITEMS).filter_map(|node| {
        Some(Budget {
            per: word(node, "per", &Per::ALL, Per::as_str)?,
            of: word(node, "of", &Measure::ALL, Measure::as_str)?,
            tool: text(node, "tool").and_then(|text| Pattern::new(text).ok()),
            quota: Quota {
                most: number(node, "most")?,
                within: Duration::from_secs(number(node, "within")?),
                burst: number(node, "burst"),
            },
        })
    }));
    for (name, node) in named(node, "costs") {
        let (Ok(pattern), Value::Integer(cost)) = (Pattern::new(&name.name), &node.value) else { continue };
        into.costs.retain(|(earlier, _)| *earlier != pattern);
        into.costs.push((pattern, u32::try_from(*cost).unwrap_or(u32::MAX)));
    }
    for (name, node) in named(node, "labels") {
        let label = Label::ALL.into_iter().find(|label| Some(label.as_str()) == node.as_str());
        let (Ok(pattern), Some(label)) = (Pattern::new(&name.name), label) else { continue };
        into.labels.retain(|(earlier, _)| *earlier != pattern);
        into.labels.push((pattern, label));
    }
    into.sequences.extend(items(node, "sequences").iter().take(MAX_ITEMS).filter_map(|node| {
        let examples = |key| texts(node.get("tests").and_then(|tests| tests.get(key))).map(|(_, text)| text.to_owned());
        Some(SequenceRule {
            id: text(node, "id")?.to_owned(),
            when: Sequence::parse(text(node, "when")?).ok()?,
            severity: word(node, "severity", &SEVERITIES, crate::finding::Severity::as_str)?,
            reason: text(node, "reason")?.to_owned(),
            hit: examples("hit").collect(),
            miss: examples("miss").collect(),
            place: Some(file.place(node)),
        })
    }));
    if let Some(node) = node.get("baseline") {
        let mut baseline = Baseline::default();
        set(&mut baseline.calls, number(node, "calls"));
        set(&mut baseline.bytes, number(node, "bytes"));
        set(&mut baseline.share, number(node, "share").and_then(|share| u32::try_from(share).ok()));
        for (name, node) in named(node, "after") {
            let next = texts(Some(node)).map(|(_, tool)| tool.to_owned()).collect();
            baseline.after.insert(name.name.clone(), next);
        }
        into.baseline = Some(baseline);
    }
    into.away = word(node, "when_away", &WhenAway::ALL, WhenAway::as_str).or(into.away);
    if let Some(node) = node.get("memory") {
        let bytes = |key: &str| number(node, key).and_then(|bytes| usize::try_from(bytes).ok());
        set(&mut into.memory.session, bytes("session"));
        set(&mut into.memory.all, bytes("all"));
        set(&mut into.memory.forget_after, number(node, "forget_after"));
    }
}

/// What is said of secrets.
fn redaction(root: &Node, file: &File<'_>, into: &mut Redaction) {
    let Some(node) = root.get("redaction") else { return };
    let treatment = |node: &Node| {
        let word = node.as_str()?;
        Treatment::ALL.into_iter().find(|treatment| treatment.as_str() == word)
    };
    let say = |own: &mut Directions, name: &Key, node: &Node| {
        let both = treatment(node);
        let said = |key| node.get(key).and_then(treatment).or(both);
        own.to_client = said("to_client").or(own.to_client);
        own.to_server = said("to_server").or(own.to_server);
        own.place = Some(Place { source: file.tree.source(), span: name.span });
    };
    for (name, node) in named(node, "types") {
        say(into.types.entry(name.name.clone()).or_default(), name, node);
    }
    for (name, node) in named(node, "custom") {
        let Some(regex) = text(node, "regex") else { continue };
        let check = text(node, "check").map(str::to_owned);
        let mut custom = CustomType { regex: regex.to_owned(), check, directions: Directions::default() };
        say(&mut custom.directions, name, node);
        into.custom.insert(name.name.clone(), custom);
    }
    if let Some(Value::Bool(reversible)) = node.get("reversible").map(|node| &node.value) {
        into.reversible = *reversible;
    }
    for (name, node) in named(node, "canaries") {
        into.canaries.extend(node.as_str().map(|value| (name.name.clone(), Canary::new(value))));
    }
}

/// The entries of a map of the user's own names. More than the check allows are left alone: they were reported.
fn named<'n>(root: &'n Node, key: &str) -> impl Iterator<Item = &'n (Key, Node)> {
    root.get(key).map(Node::entries).unwrap_or_default().iter().take(MAX_ITEMS)
}

struct File<'t> {
    tree: &'t Tree,
}

impl File<'_> {
    fn place(&self, node: &Node) -> Place {
        Place { source: self.tree.source(), span: node.span }
    }

    fn path(&self, path: &str) -> PackFile {
        PackFile { path: path.to_owned(), declared_in: self.tree.file.clone(), place: None }
    }

    fn exception(&self, node: &Node) -> Option<Exception> {
        let rule = node.get("rule")?;
        let pattern = |key: &str| text(node, key).and_then(|text| Pattern::new(text).ok());
        Some(Exception {
            rule: Pattern::new(rule.as_str()?).ok()?,
            server: pattern("server"),
            tool: pattern("tool"),
            pointer: text(node, "pointer").and_then(PointerPattern::parse),
            reason: text(node, "reason")?.to_owned(),
            expires: text(node, "expires").and_then(|text| Expiry::parse(text).ok()),
            place: Some(self.place(node)),
            rule_place: Some(self.place(rule)),
        })
    }
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.as_str()
}

fn word<T: Copy>(node: &Node, key: &str, all: &[T], name: impl Fn(T) -> &'static str) -> Option<T> {
    let text = text(node, key)?;
    all.iter().copied().find(|value| name(*value) == text)
}

fn deny_as(text: &str) -> Option<DenyAs> {
    match text {
        "error" => Some(DenyAs::Error),
        "tool_result" => Some(DenyAs::ToolResult),
        _ => None,
    }
}

/// The strings of a list, or the one string that stands in for it.
fn texts(node: Option<&Node>) -> impl Iterator<Item = (&Node, &str)> {
    let single = node.filter(|node| node.as_str().is_some());
    let items = node.map(Node::items).unwrap_or_default();
    single.into_iter().chain(items.iter().take(MAX_ITEMS)).filter_map(|node| Some((node, node.as_str()?)))
}

fn patterns(node: Option<&Node>) -> impl Iterator<Item = Pattern> {
    texts(node).filter_map(|(_, text)| Pattern::new(text).ok())
}

fn name_list(node: Option<&Node>, list: &mut NameList) {
    list.allow.extend(patterns(node.and_then(|node| node.get("allow"))));
    list.deny.extend(patterns(node.and_then(|node| node.get("deny"))));
}

fn zones(node: Option<&Node>, slot: &mut Option<SafeZones>) {
    let Some(node) = node else { return };
    let zones = slot.get_or_insert_default();
    let both = texts(Some(node)).map(|(_, path)| path.to_owned());
    zones.write.extend(both.chain(texts(node.get("write")).map(|(_, path)| path.to_owned())));
    zones.read.extend(texts(node.get("read")).map(|(_, path)| path.to_owned()));
    for (name, node) in named(node, "tools") {
        let Some(own) = named_slot(&mut zones.tools, name) else { continue };
        own.write.extend(texts(node.get("write")).map(|(_, path)| path.to_owned()));
        own.read.extend(texts(node.get("read")).map(|(_, path)| path.to_owned()));
    }
}

fn destinations(node: Option<&Node>, into: &mut Destinations) {
    let Some(node) = node else { return };
    let add = |node: &Node, list: &mut DestinationList| {
        let read = |key| texts(node.get(key)).filter_map(|(_, text)| Destination::new(text).ok());
        list.allow.extend(read("allow"));
        list.deny.extend(read("deny"));
    };
    add(node, &mut into.all);
    for (name, node) in named(node, "tools") {
        let Some(own) = named_slot(&mut into.tools, name) else { continue };
        add(node, own);
    }
}

/// What is said of the tools that a pattern means, in the order in which the patterns were first written.
fn named_slot<'s, T: Default>(slots: &'s mut Vec<(Pattern, T)>, name: &Key) -> Option<&'s mut T> {
    let pattern = Pattern::new(&name.name).ok()?;
    let at = match slots.iter().position(|(known, _)| *known == pattern) {
        Some(at) => at,
        None => {
            slots.push((pattern, T::default()));
            slots.len() - 1
        }
    };
    slots.get_mut(at).map(|(_, value)| value)
}

fn ports(node: Option<&Node>, ports: &mut Ports) {
    let Some(node) = node else { return };
    if node.as_str().is_some() {
        *ports = Ports::Any;
    }
    // One for a single value, the items of a list.
    let numbers = [node].into_iter().chain(node.items().iter().take(MAX_ITEMS)).filter_map(|node| match node.value {
        Value::Integer(port) => u16::try_from(port).ok(),
        _ => None,
    });
    if let Ports::Only(ports) = ports {
        ports.extend(numbers);
    }
}

fn bar(node: &Node) -> Option<Bar> {
    let pair = |node: &Node| {
        Some(Threshold {
            severity: word(node, "severity", &SEVERITIES, crate::finding::Severity::as_str)?,
            confidence: word(node, "confidence", &CONFIDENCES, crate::finding::Confidence::as_str)?,
        })
    };
    match &node.value {
        Value::String(_) => Some(Bar::NEVER),
        Value::List(items) => Some(Bar::of(&items.iter().map(pair).collect::<Option<Vec<_>>>()?)),
        _ => Some(Bar::of(&[pair(node)?])),
    }
}

fn limits(node: &Node, config: &mut Config) {
    let number = |key: &str| match &node.get(key)?.value {
        Value::Integer(value) => u64::try_from(*value).ok(),
        Value::String(text) => ByteSize::parse(text).map(|size| size.0),
        _ => None,
    };
    let bytes = |key: &str| number(key).and_then(|value| usize::try_from(value).ok());
    let count = |key: &str| number(key).and_then(|value| u32::try_from(value).ok());
    let (limits, views) = (&mut config.limits, &mut config.views);
    set(&mut limits.message, bytes("message"));
    set(&mut limits.depth, count("depth"));
    set(&mut limits.nodes, count("nodes"));
    set(&mut limits.string, bytes("string"));
    set(&mut limits.batch, count("batch"));
    set(&mut limits.findings, count("findings"));
    set(&mut views.per_string, number("views").and_then(|value| u16::try_from(value).ok()));
    set(&mut views.depth, number("view_depth").and_then(|value| u8::try_from(value).ok()));
    set(&mut views.expansion, count("expansion"));
}
