//! A configuration in words again: what holds once defaults, profile and all files are taken together. It is valid YAML that loads to
//! the same configuration, and what the hash is taken over.

use serde::ser::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::config::access::{NameKind, NameList};
use crate::config::bars::Bar;
use crate::config::behavior::{BehaviorConfig, Detector};
use crate::config::destination::{Destination, DestinationList, Destinations};
use crate::config::exception::{Exception, Expiry, PointerPattern};
use crate::config::model::{Capability, Config, PackFile, Ports, SafeZones};
use crate::config::pattern::Pattern;
use crate::config::redaction::{Canary, Directions, Redaction, Treatment};
use crate::config::semantic::Llm;
use crate::config::size::ByteSize;
use crate::config::tree::{Key, Node, Value};
use crate::message::{Flow, Span};
use crate::redact::Class;
use crate::verdict::DenyAs;

/// The configuration that holds, as YAML.
#[must_use]
pub fn show(config: &Config) -> String {
    let mut out = String::new();
    map_lines(&plain(config), 0, &mut out);
    out
}

impl Config {
    /// The first 16 hex digits of a SHA-256 over what holds: equal for configurations that come to the same, in every format.
    #[must_use]
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(&plain(self)).unwrap_or_default();
        Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        plain(self) == plain(other)
    }
}

/// As a configuration file would say it, in JSON.
impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        plain(self).serialize(serializer)
    }
}

/// The configuration as data, in the order of the table of keys.
fn plain(config: &Config) -> Node {
    let bars = config.bars();
    let deny_as = match config.deny_as {
        DenyAs::Error => "error",
        DenyAs::ToolResult => "tool_result",
    };
    let mut out = vec![
        entry("profile", text(config.profile.as_str())),
        entry("deny_as", text(deny_as)),
        entry("poisoned", text(config.poisoned.as_str())),
        entry("when_undecided", text(config.undecided().as_str())),
        entry(
            "thresholds",
            map([
                entry("warn", bar(bars.warn)),
                entry("review", bar(bars.review)),
                entry("block", bar(bars.block)),
                entry("unknown_fields", bar(bars.unknown_fields)),
            ]),
        ),
    ];
    let packs = texts(config.packs.iter().map(|pack| pack.path.as_str()));
    let disable = texts(config.disabled.iter().map(|disabled| disabled.rule.as_str()));
    let keys = texts(config.trusted_keys.iter().map(|trusted| trusted.key.as_str()));
    out.extend(filled("rules", [("packs", packs), ("trusted_keys", keys), ("disable", disable)]));
    out.extend(NameKind::ALL.into_iter().filter_map(|kind| names(kind.as_str(), config.names(kind))));
    let servers: Vec<_> = config
        .servers
        .iter()
        .map(|(name, server)| {
            let lists = NameKind::ALL.into_iter().filter_map(|kind| names(kind.as_str(), server.names(kind)));
            entry(
                name,
                map(lists.chain(server.safe_zones.as_ref().map(zones)).chain(destinations(&server.destinations))),
            )
        })
        .collect();
    out.extend((!servers.is_empty()).then(|| entry("servers", map(servers))));
    out.extend(
        Some(list(config.exceptions.iter().map(exception))).filter(is_filled).map(|list| entry("exceptions", list)),
    );
    out.extend(config.safe_zones.as_ref().map(zones));
    out.extend(destinations(&config.destinations));
    out.push(entry("limits", limits(config)));
    let file = config.audit.file.as_ref().map(|file| entry("file", text(&file.path)));
    out.push(entry("audit", map(file.into_iter().chain([entry("all", node(Value::Bool(config.audit.all)))]))));
    let sandbox = &config.sandbox;
    let paths = |files: &[PackFile]| texts(files.iter().map(|file| file.path.as_str()));
    let enabled = sandbox.enabled.then(|| entry("enabled", node(Value::Bool(true))));
    let rest = [
        ("read", paths(&sandbox.read)),
        ("write", paths(&sandbox.write)),
        ("connect", ports(&sandbox.connect)),
        ("bind", ports(&sandbox.bind)),
    ];
    let rest = rest.into_iter().filter(|(_, node)| is_filled(node) || node.as_str().is_some());
    let sandbox: Vec<_> = enabled.into_iter().chain(rest.map(|(key, node)| entry(key, node))).collect();
    out.extend((!sandbox.is_empty()).then(|| entry("sandbox", map(sandbox))));
    let mut capabilities: Vec<_> = config
        .capabilities
        .iter()
        .map(|(pattern, set)| entry(pattern.as_str(), texts(set.iter().map(Capability::as_str))))
        .collect();
    capabilities.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    out.extend((!capabilities.is_empty()).then(|| entry("capabilities", map(capabilities))));
    out.push(behavior(&config.behavior));
    let model = entry("model", node(Value::Bool(config.semantic.model)));
    out.push(entry("semantic", map([model].into_iter().chain(config.semantic.llm.as_ref().map(llm)))));
    out.push(redaction(&config.redaction));
    map(out)
}

/// A model that is asked: all of it, so that nobody has to look up what goes where.
fn llm(llm: &Llm) -> (Key, Node) {
    let count = |count: usize| node(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)));
    let key = llm.key_env.as_ref().map(|name| entry("key_env", text(name)));
    let first = [
        entry("provider", text(llm.provider.as_str())),
        entry("url", text(llm.url())),
        entry("model", text(llm.model())),
    ];
    let seconds = usize::try_from(llm.timeout.as_secs()).unwrap_or(usize::MAX).max(1);
    let rest = [
        entry("timeout", count(seconds)),
        entry("sinks", node(Value::Bool(llm.sinks))),
        entry("text", count(llm.text)),
        entry("warn", count(llm.warn.into())),
        entry("block", count(llm.block.into())),
        entry("calls", count(llm.calls)),
        entry("queue", count(llm.queue)),
        entry("retries", count(llm.retries as usize)),
        entry("cache", count(llm.cache)),
    ];
    entry("llm", map(first.into_iter().chain(key).chain(rest)))
}

/// What every detector does and how much there may be; then what else is said.
fn behavior(behavior: &BehaviorConfig) -> (Key, Node) {
    let count = |count: u64| node(Value::Integer(i64::try_from(count).unwrap_or(i64::MAX)));
    let detectors = Detector::ALL.map(|one| entry(one.as_str(), text(behavior.setting(one).as_str())));
    let mut out = vec![entry("detectors", map(detectors))];
    let budgets = behavior.budgets();
    out.push(entry(
        "budgets",
        list(budgets.iter().map(|budget| {
            let tool = budget.tool.as_ref().map(|pattern| entry("tool", text(pattern.as_str())));
            let first = [entry("per", text(budget.per.as_str())), entry("of", text(budget.of.as_str()))];
            let quota =
                [entry("most", count(budget.quota.most)), entry("within", count(budget.quota.within.as_secs()))];
            let burst = budget.quota.burst.map(|burst| entry("burst", count(burst)));
            map(first.into_iter().chain(tool).chain(quota).chain(burst))
        })),
    ));
    let costs = behavior.costs.iter().map(|(pattern, cost)| entry(pattern.as_str(), count(u64::from(*cost))));
    let labels = behavior.labels.iter().map(|(pattern, label)| entry(pattern.as_str(), text(label.as_str())));
    let sequences = list(behavior.sequences.iter().map(|rule| {
        let examples = [("hit", &rule.hit), ("miss", &rule.miss)];
        let tests = examples.map(|(key, examples)| (key, texts(examples.iter().map(String::as_str))));
        let parts = [
            entry("id", text(&rule.id)),
            entry("when", text(&rule.when.to_string())),
            entry("severity", text(rule.severity.as_str())),
            entry("reason", text(&rule.reason)),
        ];
        map(parts.into_iter().chain(filled("tests", tests)))
    }));
    let rest = [("costs", map(costs)), ("labels", map(labels)), ("sequences", sequences)];
    out.extend(rest.into_iter().filter(|(_, node)| is_filled(node)).map(|(key, node)| entry(key, node)));
    let memory = behavior.memory;
    let bytes = |bytes: usize| text(&ByteSize(bytes as u64).to_string());
    let sizes = [entry("session", bytes(memory.session)), entry("all", bytes(memory.all))];
    out.push(entry("memory", map(sizes.into_iter().chain([entry("forget_after", count(memory.forget_after))]))));
    out.extend(behavior.baseline.as_ref().map(|usual| {
        let after = usual.after.iter().map(|(tool, next)| entry(tool, texts(next.iter().map(String::as_str))));
        let numbers = [("calls", usual.calls), ("bytes", usual.bytes), ("share", u64::from(usual.share))];
        let numbers =
            numbers.into_iter().filter(|(_, number)| *number > 0).map(|(key, number)| entry(key, count(number)));
        entry("baseline", map(numbers.chain([entry("after", map(after))])))
    }));
    out.extend(behavior.away.map(|away| entry("when_away", text(away.as_str()))));
    entry("behavior", map(out))
}

/// What holds for each class, then what is said of types. Of a canary only a digest.
fn redaction(redaction: &Redaction) -> (Key, Node) {
    let word = |key, treatment: Treatment| entry(key, text(treatment.as_str()));
    let classes = Class::ALL.into_iter().map(|class| {
        let of = |flow| redaction.treatment(class.as_str(), class, flow);
        entry(class.as_str(), map([word("to_client", of(Flow::ToClient)), word("to_server", of(Flow::ToServer))]))
    });
    let own = redaction.types.iter().filter(|(name, _)| Class::ALL.iter().all(|class| class.as_str() != *name));
    let said = |directions: &Directions| {
        let to_client = directions.to_client.map(|treatment| word("to_client", treatment));
        to_client.into_iter().chain(directions.to_server.map(|treatment| word("to_server", treatment)))
    };
    let types = own.map(|(name, directions)| entry(name, map(said(directions))));
    let custom = redaction.custom.iter().map(|(name, custom)| {
        let check = custom.check.as_ref().map(|check| entry("check", text(check)));
        let first = [entry("regex", text(&custom.regex))];
        entry(name, map(first.into_iter().chain(check).chain(said(&custom.directions))))
    });
    let digest = |canary: &Canary| {
        let digest = Sha256::digest(canary.reveal());
        digest.iter().take(8).fold("sha256:".to_owned(), |out, byte| out + &format!("{byte:02x}"))
    };
    let canaries = redaction.canaries.iter().map(|(name, canary)| entry(name, text(&digest(canary))));
    let parts = [("types", map(classes.chain(types))), ("custom", map(custom)), ("canaries", map(canaries))];
    let parts = parts.into_iter().filter(|(_, node)| is_filled(node)).map(|(key, node)| entry(key, node));
    let reversible = redaction.reversible.then(|| entry("reversible", node(Value::Bool(true))));
    entry("redaction", map(parts.chain(reversible)))
}

fn ports(ports: &Ports) -> Node {
    match ports {
        Ports::Any => text(crate::config::keys::ANY),
        Ports::Only(ports) => list(ports.iter().map(|port| node(Value::Integer(i64::from(*port))))),
    }
}

fn bar(bar: Bar) -> Node {
    let mut pairs: Vec<Node> = bar
        .pairs()
        .into_iter()
        .map(|pair| {
            map([entry("severity", text(pair.severity.as_str())), entry("confidence", text(pair.confidence.as_str()))])
        })
        .collect();
    match pairs.pop() {
        None => text(crate::config::keys::NEVER),
        Some(only) if pairs.is_empty() => only,
        Some(last) => list(pairs.into_iter().chain([last])),
    }
}

fn names(key: &str, lists: &NameList) -> Option<(Key, Node)> {
    let of = |patterns: &[Pattern]| texts(patterns.iter().map(Pattern::as_str));
    filled(key, [("allow", of(&lists.allow)), ("deny", of(&lists.deny))])
}

fn zones(zones: &SafeZones) -> (Key, Node) {
    let of = |paths: &[String]| texts(paths.iter().map(String::as_str));
    let both = |read: &[String], write: &[String]| [entry("read", of(read)), entry("write", of(write))];
    let tools = zones.tools.iter().map(|(pattern, own)| entry(pattern.as_str(), map(both(&own.read, &own.write))));
    let tools = Some(map(tools)).filter(is_filled).map(|tools| entry("tools", tools));
    entry("safe_zones", map(both(&zones.read, &zones.write).into_iter().chain(tools)))
}

fn destinations(destinations: &Destinations) -> Option<(Key, Node)> {
    let of = |list: &[Destination]| texts(list.iter().map(Destination::as_str));
    let both = |list: &DestinationList| {
        let lists = [("allow", of(&list.allow)), ("deny", of(&list.deny))];
        lists.into_iter().filter(|(_, list)| is_filled(list)).map(|(key, list)| entry(key, list)).collect::<Vec<_>>()
    };
    let tools = destinations.tools.iter().map(|(pattern, list)| entry(pattern.as_str(), map(both(list))));
    let tools = Some(map(tools)).filter(is_filled).map(|tools| entry("tools", tools));
    let all = map(both(&destinations.all).into_iter().chain(tools));
    Some(all).filter(is_filled).map(|all| entry("destinations", all))
}

fn exception(exception: &Exception) -> Node {
    let pattern = |key, pattern: &Option<Pattern>| pattern.as_ref().map(|pattern| entry(key, text(pattern.as_str())));
    map([
        Some(entry("rule", text(exception.rule.as_str()))),
        pattern("server", &exception.server),
        pattern("tool", &exception.tool),
        exception.pointer.as_ref().map(|pointer: &PointerPattern| entry("pointer", text(pointer.as_str()))),
        Some(entry("reason", text(&exception.reason))),
        exception.expires.as_ref().map(|expires: &Expiry| entry("expires", text(&expires.written))),
    ]
    .into_iter()
    .flatten())
}

fn limits(config: &Config) -> Node {
    let (limits, views) = (&config.limits, &config.views);
    let bytes = |count: usize| text(&ByteSize(count as u64).to_string());
    let count = |count: u32| node(Value::Integer(i64::from(count)));
    map([
        entry("message", bytes(limits.message)),
        entry("depth", count(limits.depth)),
        entry("nodes", count(limits.nodes)),
        entry("string", bytes(limits.string)),
        entry("batch", count(limits.batch)),
        entry("views", count(u32::from(views.per_string))),
        entry("view_depth", count(u32::from(views.depth))),
        entry("expansion", count(views.expansion)),
        entry("findings", count(limits.findings)),
    ])
}

/// A map of those of `parts` that say something; none if none does.
fn filled(key: &str, parts: impl IntoIterator<Item = (&'static str, Node)>) -> Option<(Key, Node)> {
    let parts = parts.into_iter().filter(|(_, node)| is_filled(node)).map(|(key, node)| entry(key, node));
    Some(map(parts)).filter(is_filled).map(|node| entry(key, node))
}

fn is_filled(node: &Node) -> bool {
    !node.items().is_empty() || !node.entries().is_empty()
}

fn node(value: Value) -> Node {
    Node { span: Span::default(), value }
}

fn entry(key: &str, node: Node) -> (Key, Node) {
    (Key { name: key.to_owned(), span: Span::default() }, node)
}

fn text(text: &str) -> Node {
    node(Value::String(text.to_owned()))
}

fn texts<'t>(all: impl IntoIterator<Item = &'t str>) -> Node {
    list(all.into_iter().map(text))
}

fn list(items: impl IntoIterator<Item = Node>) -> Node {
    node(Value::List(items.into_iter().collect()))
}

fn map(entries: impl IntoIterator<Item = (Key, Node)>) -> Node {
    node(Value::Map(entries.into_iter().collect()))
}

/// Maps a line for each key, lists of maps a line for each item, all else on one line. The depth is that of [`plain`], at most six.
fn map_lines(map: &Node, indent: usize, out: &mut String) {
    for (key, value) in map.entries() {
        out.extend(std::iter::repeat_n(' ', indent));
        push_text(&key.name, out);
        out.push(':');
        value_lines(value, indent, out);
    }
}

fn value_lines(value: &Node, indent: usize, out: &mut String) {
    let maps = value.items().iter().any(|item| !item.entries().is_empty());
    if !value.entries().is_empty() {
        out.push('\n');
        map_lines(value, indent + 2, out);
    } else if maps {
        out.push('\n');
        for item in value.items() {
            out.extend(std::iter::repeat_n(' ', indent + 2));
            out.push('-');
            flow(item, out);
            out.push('\n');
        }
    } else {
        flow(value, out);
        out.push('\n');
    }
}

/// A value on one line, behind a blank.
fn flow(value: &Node, out: &mut String) {
    out.push(' ');
    match &value.value {
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                flow(item, out);
            }
            out.push_str(if items.is_empty() { "]" } else { " ]" });
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                out.push_str(if index == 0 { " " } else { ", " });
                push_text(&key.name, out);
                out.push(':');
                flow(item, out);
            }
            out.push_str(if entries.is_empty() { "}" } else { " }" });
        }
        Value::String(text) => push_text(text, out),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Float(number) => out.push_str(&number.to_string()),
        Value::Null => out.push_str("null"),
    }
}

/// Plain if no YAML reader could take it for anything else, otherwise in double quotes with YAML's escapes.
fn push_text(text: &str, out: &mut String) {
    let is_word = text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '/'))
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(&text.to_lowercase().as_str());
    // A size such as `32MiB` is no number in any YAML.
    let is_size = ByteSize::parse(text).is_some();
    if is_word || is_size {
        return out.push_str(text);
    }
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(char),
            _ if char.is_alphanumeric() => out.push(char),
            _ => out.push_str(&format!("\\U{:08X}", u32::from(char))),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{push_text, show};
    use crate::config::{Config, load};

    #[test]
    fn the_default_is_shown_whole() {
        insta::assert_snapshot!(show(&Config::default()));
    }

    #[test]
    fn the_hash_is_of_what_holds_not_of_how_it_is_written() {
        let hash = |text: &str| load([("c.yaml", text)]).unwrap().hash();
        assert_eq!(hash(""), Config::default().hash());
        assert_eq!(hash("profile: balanced\nlimits: {message: 33554432}"), Config::default().hash());
        assert_ne!(hash("profile: strict"), Config::default().hash());
        // The same thresholds under another profile are another configuration.
        assert_ne!(hash("profile: monitor"), Config::default().hash());
        // Fixed: records a year old name it.
        insta::assert_snapshot!(Config::default().hash());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_back(text in proptest::prelude::any::<String>(), words in "(yes|No|null|0x1|-|~|5|a: b|#|)") {
            for text in [text, words] {
                let mut out = String::from("- ");
                push_text(&text, &mut out);
                let mut problems = crate::config::problem::Problems::new();
                let tree = crate::config::yaml::read_yaml("f", &out, &mut problems).unwrap();
                proptest::prop_assert_eq!(tree.root.items()[0].as_str(), Some(text.as_str()), "{}", out);
            }
        }
    }
}
