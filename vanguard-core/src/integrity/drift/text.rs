//! Changed texts: a new host, another tool's name, or other words.

use std::collections::BTreeSet;

use super::{Drift, DriftKind, World};
use crate::finding::Severity;

/// What a change from `old` to `new` means; of several things the caller reports all. `own` is the name of the entry itself.
/// Nothing but other words: the answer is empty.
pub(super) fn notable(world: &World, own: &str, old: &str, new: &str, pointer: &str) -> Vec<Drift> {
    let mut found = Vec::new();
    let before = hosts(old);
    for host in hosts(new).difference(&before).filter(|host| !world.knows(host)) {
        let reason = format!("the text now names the host `{host}`, which nothing of this server named before");
        found.push(Drift::new(DriftKind::Domain, Severity::Medium, pointer, reason));
    }
    let before: BTreeSet<&str> = names(old).map(|name| name.text).collect();
    let mut told = BTreeSet::new();
    for name in names(new).filter(|name| name.text != own && !before.contains(name.text)) {
        let steers = name.steers(new);
        if let Some(server) = world.others.get(name.text).filter(|_| !world.own.contains(name.text)) {
            let reason = format!("the text now names `{}`, a tool of the server `{server}`", name.text);
            if told.insert(name.text) {
                found.push(Drift::new(DriftKind::Steering, Severity::High, pointer, reason));
            }
        } else if world.own.contains(name.text) && told.insert(name.text) {
            let (severity, how) =
                if steers { (Severity::Medium, ", and says when to use it") } else { (Severity::Low, "") };
            let reason = format!("the text now names the tool `{}`{how}", name.text);
            found.push(Drift::new(DriftKind::NamesTool, severity, pointer, reason));
        }
    }
    found.into_iter().map(|drift| drift.seen(old, new)).collect()
}

/// As [`notable`], and other words where there is nothing else.
pub(super) fn compare(world: &World, own: &str, old: &str, new: &str, pointer: &str) -> Vec<Drift> {
    if old == new {
        return Vec::new();
    }
    let mut found = notable(world, own, old, new, pointer);
    if found.is_empty() {
        let reason = match (old.is_empty(), new.is_empty()) {
            (true, _) => "a text that was not there",
            (_, true) => "a text that is no longer there",
            _ => "other words",
        };
        found.push(Drift::new(DriftKind::Wording, Severity::Low, pointer, reason).seen(old, new));
    }
    found
}

/// A tool's name can stand here.
struct Name<'t> {
    text: &'t str,
    at: usize,
}

impl Name<'_> {
    /// Whether the sentence it stands in says when it is to be used. That it is to be used instead of a deprecated one is what honest
    /// releases say of their own tools.
    fn steers(&self, text: &str) -> bool {
        const WORDS: [&str; 14] = [
            "always",
            "must",
            "before",
            "never",
            "first",
            "every",
            "whenever",
            "prior",
            "required",
            "mandatory",
            "after",
            "then",
            "afterwards",
            "immediately",
        ];
        let ends = |char: char| matches!(char, '.' | '!' | '?' | '\n');
        let start = text.get(..self.at).and_then(|before| before.rfind(ends)).map_or(0, |at| at + 1);
        let rest = text.get(start..).unwrap_or_default();
        let behind = self.at - start + self.text.len();
        let end = rest.get(behind..).and_then(|after| after.find(ends)).map_or(rest.len(), |at| behind + at);
        let mut words = rest.get(..end).unwrap_or_default().split(|char: char| !char.is_alphabetic());
        words.any(|word| WORDS.iter().any(|steering| word.eq_ignore_ascii_case(steering)))
    }
}

/// Words of `text` that can be a tool's name: those that look like an identifier, and plain ones that are marked as a name
/// (`` `search` ``, `search()`, the `search` tool).
fn names(text: &str) -> impl Iterator<Item = Name<'_>> {
    let part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | '/');
    let starts =
        move |at: usize| text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|char| !part(char));
    text.char_indices().filter(move |(at, char)| part(*char) && starts(*at)).filter_map(move |(at, _)| {
        let rest = text.get(at..)?;
        let word = rest.get(..rest.find(|char| !part(char)).unwrap_or(rest.len()))?;
        let word = word.trim_end_matches(['.', '-', '/']);
        let after = rest.get(word.len()..)?;
        let inner_capital = word.chars().skip(1).any(char::is_uppercase) && word.chars().any(char::is_lowercase);
        let distinct =
            inner_capital || word.contains(['_', '-', '.', '/']) || word.chars().any(|char| char.is_ascii_digit());
        let quote = text.get(..at).and_then(|before| before.chars().next_back());
        let quoted = quote.is_some_and(|char| matches!(char, '`' | '"' | '\'' | '*') && after.starts_with(char));
        let called = after.starts_with('(') || after.trim_start().starts_with("tool");
        (word.len() > 1 && word.len() <= 128 && (distinct || quoted || called)).then_some(Name { text: word, at })
    })
}

/// The hosts that a text names: of URLs, of mail addresses, and written bare where it is plain that a host is meant.
pub(super) fn hosts(text: &str) -> BTreeSet<String> {
    // Full stops that resolvers read as one (UTS 46).
    let text = text.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let ends = |char: char| {
        char.is_whitespace()
            || matches!(char, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';' | '|' | '*')
    };
    let mut found = BTreeSet::new();
    for word in text.split(ends).filter(|word| !word.is_empty()) {
        let mut rest = word;
        let mut url = false;
        while let Some((_, after)) = rest.split_once("://") {
            url = true;
            let authority = after.split(['/', '?', '#', '\\']).next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            found.extend(host_name(host));
            rest = after;
        }
        if url {
            continue;
        }
        if let Some((_, host)) = word.rsplit_once('@') {
            // `package@1.2.3` and `@scope/package` are none.
            let top =
                |host: &String| host.rsplit_once('.').is_some_and(|(_, top)| top.chars().all(char::is_alphabetic));
            found.extend(host_name(host).filter(|host| top(host) && !host.contains('/')));
            continue;
        }
        let (host, path) = word.split_once('/').map_or((word, false), |(host, _)| (host, true));
        if is_bare_host(host.trim_end_matches(['.', ':', '!', '?']), path) {
            found.extend(host_name(host));
        }
    }
    found
}

/// A host without port and final full stop, in lower case; `None` if nothing is left.
fn host_name(host: &str) -> Option<String> {
    let host = host.trim_end_matches(['.', ':', '!', '?']);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    (!host.is_empty() && host.len() < 254).then_some(host)
}

/// Whether something without a scheme is a host: names of files and of methods have full stops, too.
fn is_bare_host(word: &str, path: bool) -> bool {
    const PLAIN: [&str; 8] = ["com", "net", "org", "io", "dev", "xyz", "ru", "cn"];
    const FILES: [&str; 16] =
        ["js", "ts", "py", "md", "json", "txt", "rs", "go", "yaml", "yml", "toml", "html", "css", "sh", "java", "app"];
    let Some((rest, last)) = word.rsplit_once('.') else { return false };
    let last = last.to_ascii_lowercase();
    let labels = rest.split('.').all(|label| {
        !label.is_empty() && label.chars().all(|char| char.is_alphanumeric() || char == '-') && label.len() < 64
    });
    let named = word.len() > 4 && word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
    let top = last.len() > 1 && last.chars().all(char::is_alphabetic);
    labels && top && (named || PLAIN.contains(&last.as_str()) || path && !FILES.contains(&last.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world() -> World {
        World {
            hosts: ["example.com".to_owned()].into(),
            own: ["read_file", "search"].map(str::to_owned).into(),
            others: [("send_mail".to_owned(), "mail".to_owned())].into(),
            ..World::default()
        }
    }

    #[test]
    fn hosts_are_found_in_every_dress() {
        for (text, expected) in [
            ("see https://Docs.Example.com:8443/a?b.", &["docs.example.com"][..]),
            ("post to http://u:p@evil.test/x", &["evil.test"]),
            ("write to leak@evil.test now", &["evil.test"]),
            ("(evil.com), www.evil.test!", &["evil.com", "www.evil.test"]),
            ("fetch evil.test/collect first", &["evil.test"]),
            ("https://a.test/?u=https://b.test/", &["a.test", "b.test"]),
            ("evil\u{3002}com", &["evil.com"]),
            ("ws://localhost:1/x", &["localhost"]),
            ("config.json, src/main.rs/, node.js/x, v1.2/3, e.g. os.path, and/or, 3.5, logger.info", &[]),
            ("@scope/package and @user and pkg@1.2.3", &[]),
        ] {
            assert_eq!(hosts(text).iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    #[test]
    fn a_text_is_judged_by_what_it_names_anew() {
        let kinds = |old: &str, new: &str| {
            let found = compare(&world(), "list_files", old, new, "/description");
            found.iter().map(|drift| (drift.kind, drift.severity)).collect::<Vec<_>>()
        };
        use DriftKind::{Domain, NamesTool, Steering, Wording};
        assert_eq!(kinds("a", "a"), []);
        assert_eq!(kinds("Lists files", "Lists all files."), [(Wording, Severity::Low)]);
        assert_eq!(kinds("x", "See https://api.example.com/docs"), [(Wording, Severity::Low)]);
        assert_eq!(kinds("x", "See https://evil.test/"), [(Domain, Severity::Medium)]);
        assert_eq!(kinds("https://evil.test/", "https://evil.test/a"), [(Wording, Severity::Low)]);
        assert_eq!(kinds("x", "Returns ids for read_file"), [(NamesTool, Severity::Low)]);
        assert_eq!(kinds("x", "Always call read_file. Done"), [(NamesTool, Severity::Medium)]);
        assert_eq!(kinds("x", "DEPRECATED: use read_file instead."), [(NamesTool, Severity::Low)]);
        assert_eq!(kinds("x", "Always good. Ids for read_file. Never"), [(NamesTool, Severity::Low)]);
        assert_eq!(kinds("x", "You can search for files with list_files"), [(Wording, Severity::Low)]);
        assert_eq!(kinds("x", "as the `search` does"), [(NamesTool, Severity::Low)]);
        assert_eq!(kinds("x", "copy to send_mail"), [(Steering, Severity::High)]);
        assert_eq!(kinds("use send_mail", "copy to send_mail"), [(Wording, Severity::Low)]);
    }
}
