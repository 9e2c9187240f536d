//! One text, parsed by every analyzer that rules ask and its shape calls for.

use crate::analyzers::code::{self, Sink};
use crate::analyzers::network::UrlView;
use crate::analyzers::path::PathView;
use crate::analyzers::pii;
use crate::analyzers::shell::{self, Dialect, Within};
use crate::analyzers::sql;
use crate::config::Lists;
use crate::destination::{self, Reached};
use crate::message::{FieldKind, Span};
use crate::normalize::host::{self, UrlFacts};
use crate::normalize::path::{self, PathNote};
use crate::normalize::without_references;
use crate::resolver::{Hold, Jail, Stray};
use crate::rules::{Asked, Fact, Topic};
use crate::values;

use super::FactScratch;
use super::prose;
use super::shape::{LONGEST_LINE, Shape, is_behind, is_disguised, is_run, may_climb};

/// Most values of a text that are looked at by themselves.
const MOST_VALUES: usize = 16;

/// Most values of a document that are read as what is put behind a command: honest ones hold none.
const MOST_SUFFIXES: usize = 64;

/// Where a URL's schemes end, at the latest.
const LONGEST_LEAD: usize = 40;

/// What a text is and the name of its argument, what is asked of such, and what holds it.
type What<'a> = ((FieldKind, &'a dyn Fn() -> &'a [u8]), &'a Asked, (&'a Jail<'a>, Hold<'a>), Option<Lists<'a>>);

impl FactScratch {
    /// Tells the personal data of a text that stands under `name`, if there is any. Returns whether it hangs on the name.
    pub(super) fn personal(&mut self, text: &[u8], name: &[u8], asked: &Asked, tell: &mut dyn FnMut(Fact<'_>)) -> bool {
        pii::parse(text, name, asked.pii(), &mut self.pii);
        let found = self.pii.pii();
        if !found.found().is_empty() {
            tell(Fact::Pii(found));
        }
        self.pii.hangs_on_name()
    }

    /// Parses one text by what it is, and what is asked of such, and tells each fact. Returns whether all of it could be read, and what the
    /// zones object to if it is a path.
    #[inline]
    pub(super) fn analyze(
        &mut self,
        ((kind, name), asked, (jail, hold), destinations): What<'_>,
        text: &[u8],
        tell: &mut dyn FnMut(Fact<'_>),
    ) -> (bool, Option<Stray>) {
        let shape = Shape::of(kind, text);
        let about = |topic| asked.about(topic, kind);
        let (mut complete, mut stray) = (true, None);
        if about(Topic::Shell)
            && (kind == FieldKind::Command || shape.command && !(kind == FieldKind::Unknown && values::is_json(text)))
        {
            // Nobody says what it is, but its words say that it is a sentence.
            let quotes = kind == FieldKind::Unknown && prose::without_code(text, &mut self.prose);
            let text = if quotes { self.prose.as_slice() } else { text };
            let dialect = Dialect::guess(text);
            shell::parse(text, dialect, &mut self.shell);
            let parsed = self.shell.shell();
            complete = parsed.is_complete() || kind != FieldKind::Command;
            tell(Fact::Shell(&parsed));
            if about(Topic::Host) || destinations.is_some() {
                for (at, value) in values::of_commands(parsed).take(MOST_VALUES) {
                    host::parse(value, &mut self.url);
                    self.url.shift(at);
                    let url = self.url.url();
                    let reached = destinations.and_then(|lists| destination::judge(lists, kind, url));
                    stray = stray.or(tell_host(url, reached, tell));
                }
            }
            // What is put between quotes ends them first: `'; id; '`.
            let short = kind != FieldKind::Command && text.len() <= LONGEST_LINE;
            let closed = |quote| short && memchr::memchr(quote, text).is_some() && !(quote == b'"' && is_phrase(text));
            // Nobody knows which shell a value lands in.
            if short && dialect != Dialect::Posix {
                shell::parse(text, Dialect::Posix, &mut self.shell);
                tell(Fact::Shell(&self.shell.shell()));
            }
            // A command line that somebody else's quotes stand around begins by ending them: `'; id #`.
            let ends = (kind == FieldKind::Command).then(|| ends_a_quote(text)).flatten();
            for (quote, within) in [(b'\'', Within::SingleQuotes), (b'"', Within::DoubleQuotes)] {
                if closed(quote) || ends == Some(quote) {
                    shell::parse_within(text, Dialect::Posix, within, &mut self.shell);
                    tell(Fact::Shell(&self.shell.shell()));
                }
            }
            // And one that stands in somebody else's parentheses by closing them: `x);id`.
            if let Some(closed) = (kind == FieldKind::Command).then(|| closes_a_group(text)).flatten() {
                self.line.clear();
                self.line.resize(closed, b' ');
                self.line.extend_from_slice(text.get(closed..).unwrap_or_default());
                shell::parse(&self.line, Dialect::Posix, &mut self.shell);
                tell(Fact::Shell(&self.shell.shell()));
            }
        }
        if about(Topic::Sql) && (kind == FieldKind::Sql || shape.value && !is_phrase(text)) {
            // What is a query may do what it does; what is data must not become one.
            match kind {
                FieldKind::Sql => sql::parse(text, &mut self.sql),
                _ => sql::parse_value(text, &mut self.sql),
            }
            let parsed = self.sql.sql(text);
            complete &= kind != FieldKind::Sql || parsed.first(sql::Fact::Incomplete).is_none();
            if kind == FieldKind::Sql || !parsed.found().is_empty() || !parsed.statements().is_empty() {
                tell(Fact::Sql(&parsed));
            }
        }
        if about(Topic::Code) && (kind == FieldKind::Code || shape.expression) {
            match kind {
                FieldKind::Code => code::parse(text, &mut self.code),
                _ => code::parse_value(text, &mut self.code),
            }
            let parsed = self.code.code(text);
            if kind == FieldKind::Code || !parsed.found().is_empty() {
                tell(Fact::Code(&parsed));
            }
        }
        let reached = |url: UrlFacts<'_>| destinations.and_then(|lists| destination::judge(lists, kind, url));
        if (about(Topic::Host) || destinations.is_some())
            && (matches!(kind, FieldKind::Url | FieldKind::Host) || shape.host)
        {
            match kind {
                FieldKind::Host => host::parse_host(text, &mut self.url),
                _ => host::parse(text, &mut self.url),
            }
            stray = stray.or(tell_host(self.url.url(), reached(self.url.url()), tell));
        }
        let url_path = kind == FieldKind::Url && (is_file_url(text) || may_climb(text));
        let is_path = kind == FieldKind::Path || shape.path || url_path;
        if is_path && (about(Topic::Path) || hold.holds()) {
            path::parse(text, &mut self.path);
            let facts = self.path.path();
            // A sentence that ends in a path is no path.
            let prose = kind == FieldKind::Unknown
                && facts.notes().has(PathNote::Second)
                && !text.first().is_some_and(|byte| matches!(byte, b'/' | b'\\' | b'.' | b'~'));
            let view = PathView::new(facts);
            let lends = kind == FieldKind::Path && !view.places().is_empty() && lends_credential(name());
            self.lent |= lends;
            let view = if lends { view.lent() } else { view };
            // A line that is looked for names its project's own files: `import x from "../../../x.js"`.
            let refers = kind == FieldKind::Unknown && text.starts_with(b"import ") && view.places().is_empty();
            // Where `//` begins, nobody knows how deep it is: `//td/../../../tr` of a page.
            let query = kind == FieldKind::Unknown && is_tree_query(text) && view.places().is_empty();
            if !prose && !refers && !query {
                tell(Fact::Path(&view, hold.zones));
            }
            let jailed = matches!(kind, FieldKind::Path) || url_path && is_file_url(text);
            stray = stray.or(if jailed { jail.stray(hold, text, &facts) } else { None });
        }
        if shape.values && (about(Topic::Path) || about(Topic::Host) || destinations.is_some()) {
            for (at, value) in values::of(text).take(MOST_VALUES) {
                if values::is_path(value) {
                    path::parse(value, &mut self.path);
                    self.path.shift(at);
                    let view = PathView::new(self.path.path());
                    // A page or project refers to its neighbours so: `<a href="../../../index.html">`.
                    let refers = text.first() == Some(&b'<') || text.starts_with(b"import ");
                    if !(refers && value.first() == Some(&b'.') && view.places().is_empty()) {
                        tell(Fact::Path(&view, hold.zones));
                    }
                } else if values::is_url(value) {
                    host::parse(value, &mut self.url);
                    self.url.shift(at);
                    let found = tell_host(self.url.url(), reached(self.url.url()), tell);
                    stray = stray.or(found);
                }
            }
        }
        (complete, stray)
    }

    /// Tells what the attributes and texts of a document are by themselves, as its reader hands them on: what is made to be put behind a
    /// command, paths and addresses.
    pub(super) fn marked_up(
        &mut self,
        ((kind, _), asked, (_, hold), _): What<'_>,
        text: &[u8],
        tell: &mut dyn FnMut((FieldKind, Span), Fact<'_>),
    ) {
        let (runs, leads) = (asked.about(Topic::Shell, kind), kind == FieldKind::Unknown);
        let Self { shell, sql, path, url, line, prose, .. } = self;
        let mut suffixes = 0;
        let json = leads && values::is_json(text);
        let (strings, values) = if json { (text, &[][..]) } else { (&[][..], text) };
        for (at, written) in values::of_markup(values).chain(values::of_json(strings)) {
            let span = Span::of_usize(at, at + written.len());
            let refers = memchr::memchr(b'&', written).is_some();
            let hides = refers && without_references(written, line);
            let value = if refers { line.as_slice() } else { written };
            // A reference to what markup may hold as it is was written to pass a filter.
            let kind = if hides { FieldKind::Identifier } else { kind };
            // A string in JSON is what it would be by itself.
            let own = if json { Shape::of(FieldKind::Unknown, value) } else { Shape::default() };
            if own.value && suffixes < MOST_SUFFIXES && asked.about(Topic::Sql, kind) {
                sql::parse_value(value, sql);
                let parsed = sql.sql(value);
                if !parsed.found().is_empty() {
                    tell((kind, span), Fact::Sql(&parsed));
                }
            }
            let mut begins = || {
                if json {
                    own.command && !prose::without_code(value, prose)
                } else {
                    hides || is_behind(value) || is_run(value) || is_disguised(value)
                }
            };
            if runs && suffixes < MOST_SUFFIXES && begins() {
                suffixes += 1;
                shell::parse(value, Dialect::guess(value), shell);
                tell((kind, span), Fact::Shell(&shell.shell()));
            } else if leads && values::is_path(value) && asked.about(Topic::Path, kind) {
                path::parse(value, path);
                let view = PathView::new(path.path());
                // A page or project refers to its neighbours so.
                if !view.places().is_empty() {
                    tell((kind, span), Fact::Path(&view, hold.zones));
                }
            } else if leads && values::is_url(value) && asked.about(Topic::Host, kind) {
                host::parse(value, url);
                tell((kind, span), Fact::Host(&UrlView::new(url.url())));
            }
        }
    }

    /// Tells what the line does that the pieces beginning with `text` come to, and what it fetches. Returns what may not be reached.
    pub(super) fn joined(
        &mut self,
        text: &[u8],
        destinations: Option<Lists<'_>>,
        tell: &mut dyn FnMut((FieldKind, Span), Fact<'_>),
    ) -> Option<Stray> {
        let Self { shell, url, line, .. } = self;
        let span = Span::of_usize(0, text.len());
        shell::parse(line, Dialect::guess(line), shell);
        let parsed = shell.shell();
        tell((FieldKind::Command, span), Fact::Shell(&parsed));
        let mut stray = None;
        for (_, value) in values::of_commands(parsed).take(MOST_VALUES) {
            host::parse(value, url);
            let reached = destinations.and_then(|lists| destination::judge(lists, FieldKind::Command, url.url()));
            stray = stray.or(tell_host(url.url(), reached, &mut |fact| tell((FieldKind::Command, span), fact)));
        }
        stray
    }

    /// Tells of each string that the code just read hands on what it is to whom it is handed: a command line, a path, a URL.
    pub(super) fn hand_on(
        &mut self,
        (_, asked, (_, hold), _): What<'_>,
        text: &[u8],
        tell: &mut dyn FnMut((FieldKind, Span), Fact<'_>),
    ) {
        if !asked.about(Topic::Code, FieldKind::Code) {
            return;
        }
        let Self { shell, code, path, url, line, .. } = self;
        for (sink, mut strings) in code.code(text).handed_on() {
            let Some(first) = strings.next() else { continue };
            let given = first.of(text);
            match sink {
                Sink::Command | Sink::Removal if asked.about(Topic::Shell, FieldKind::Command) => {
                    line.clear();
                    line.extend_from_slice(if sink == Sink::Removal { b"rm -rf -- " } else { b"" });
                    let mut last = first;
                    // A list of words is a command line in pieces; what has a blank is one by itself.
                    if sink == Sink::Removal || !given.contains(&b' ') {
                        quote(given, line);
                        for word in strings {
                            line.push(b' ');
                            quote(word.of(text), line);
                            last = word;
                        }
                    } else {
                        line.extend_from_slice(given);
                    }
                    shell::parse(line, Dialect::guess(line), shell);
                    let part = (FieldKind::Command, Span::new(first.start, last.end));
                    tell(part, Fact::Shell(&shell.shell()));
                }
                Sink::Path | Sink::Write if asked.about(Topic::Path, FieldKind::Path) => {
                    path::parse(given, path);
                    let view = PathView::new(path.path());
                    tell((FieldKind::Path, first), Fact::Path(&view, hold.zones));
                    // To the tool it is code; that the code writes there is nothing the tool says.
                    if sink == Sink::Write {
                        tell((FieldKind::Code, first), Fact::Path(&view, hold.zones));
                    }
                }
                Sink::Url if asked.about(Topic::Host, FieldKind::Url) => {
                    host::parse(given, url);
                    tell((FieldKind::Url, first), Fact::Host(&UrlView::new(url.url())));
                }
                _ => {}
            }
        }
    }
}

/// Adds a word to a command line, so that the shell reads it as one.
pub(super) fn quote(word: &[u8], line: &mut Vec<u8>) {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-~*".contains(byte);
    if !word.is_empty() && word.iter().all(plain) {
        line.extend_from_slice(word);
        return;
    }
    line.push(b'\'');
    for byte in word {
        line.extend_from_slice(if *byte == b'\'' { b"'\\''" } else { std::slice::from_ref(byte) });
    }
    line.push(b'\'');
}

/// Tells of a URL or host. One that the configuration lists is nobody's secret place. Returns whether it may not be reached.
fn tell_host(url: UrlFacts<'_>, reached: Option<Reached>, tell: &mut dyn FnMut(Fact<'_>)) -> Option<Stray> {
    let view = UrlView::new(url);
    tell(Fact::Host(&if matches!(reached, Some(Reached::Listed)) { view.trusted() } else { view }));
    match reached? {
        Reached::Listed => None,
        Reached::Forbidden(why) => Some(Stray::Destination(why)),
    }
}

/// Whether an argument says which credential a tool is to use: `identity_file`, `privateKeyPath`, `kubeconfig`. What is read there
/// does not come back.
fn lends_credential(key: &[u8]) -> bool {
    const NAMES: [&[u8]; 24] = [
        b"identity",
        b"identityfile",
        b"identitypath",
        b"privatekey",
        b"privatekeyfile",
        b"privatekeypath",
        b"sshkey",
        b"sshkeyfile",
        b"sshkeypath",
        b"keyfile",
        b"keypath",
        b"pemfile",
        b"pempath",
        b"certkey",
        b"kubeconfig",
        b"kubeconfigfile",
        b"kubeconfigpath",
        b"credentialsfile",
        b"credentialspath",
        b"serviceaccountfile",
        b"serviceaccountkey",
        b"knownhosts",
        b"knownhostsfile",
        b"keystore",
    ];
    let plain = || key.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase);
    NAMES.iter().any(|name| plain().eq(name.iter().copied()))
}

/// Whether a text of unknown kind begins as a query over a tree does: XPath, with or without the word.
fn is_tree_query(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"xpath=").unwrap_or(text).trim_ascii_start();
    text.starts_with(b"//") || text.starts_with(b".//") || text.starts_with(b"(/") || text.starts_with(b"./..")
}

/// Whether a URL names a file, so that it is a path too.
fn is_file_url(text: &[u8]) -> bool {
    // Behind wrappers, too: `url:file:///etc/passwd`.
    let head = text.get(..text.len().min(LONGEST_LEAD)).unwrap_or_default();
    memchr::memchr_iter(b':', head).any(|colon| {
        let start = colon.checked_sub(4).and_then(|start| head.get(start..colon));
        start.is_some_and(|start| start.eq_ignore_ascii_case(b"file"))
    })
}

/// Whether a text is a phrase in quotes and plain words behind it, as one types for a search: `"; rm -rf" language:shell`. Where it lands
/// between quotes, the words behind the second one go on with the last word of the phrase, and neither a shell nor a database
/// makes anything of that.
fn is_phrase(text: &[u8]) -> bool {
    // Before it as well: `is:open "; rm -rf"`.
    let text = text.trim_ascii();
    let open = text.iter().position(|byte| !(byte.is_ascii_alphanumeric() || b" .:/_-".contains(byte)));
    let Some((lead, [b'"', rest @ ..])) = open.and_then(|open| text.split_at_checked(open)) else { return false };
    if lead.last().is_some_and(|byte| *byte != b' ') {
        return false;
    }
    let Some((phrase, behind)) = memchr::memchr(b'"', rest).and_then(|end| rest.split_at_checked(end)) else {
        return false;
    };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" .:/_-".contains(byte);
    let parts = |byte: &u8| matches!(byte, b';' | b'|' | b'&' | b'#' | b'\n' | b'`' | b'$' | b'*');
    let inner = phrase.iter().position(|byte| !parts(byte) && *byte != b' ').and_then(|start| phrase.get(start..));
    matches!(behind, [b'"', b' ', next, ..] if next.is_ascii_alphanumeric())
        && behind.get(1..).is_some_and(|behind| behind.iter().all(plain))
        && phrase.last().is_some_and(u8::is_ascii_alphanumeric)
        && inner.is_some_and(|inner| !inner.iter().any(parts) && !inner.windows(2).any(|two| two == b"--"))
}

/// The quote that a command line ends before it opened one: a word at most, a quote, and what parts commands.
fn ends_a_quote(text: &[u8]) -> Option<u8> {
    /// The word before it: what somebody else's argument goes on with.
    const WORD: usize = 32;
    let text = text.trim_ascii_start();
    let word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
    let (quote, rest) = text.get(text.iter().take(WORD).take_while(word).count()..)?.split_first()?;
    let behind = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b')'))?;
    (matches!(quote, b'\'' | b'"') && matches!(behind, b';' | b'&' | b'|' | b'\n')).then_some(*quote)
}

/// Where a command line has closed what it did not open: a word at most, a parenthesis or bracket, and what parts commands. A branch of
/// `case` goes on with its commands, or ends with `;;`.
fn closes_a_group(text: &[u8]) -> Option<usize> {
    let trimmed = text.trim_ascii_start();
    let word = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_./-".contains(byte);
    let len = trimmed.iter().take(32).take_while(word).count();
    let closing = |byte: &&u8| matches!(byte, b')' | b']' | b'`' | b'\'' | b'"');
    let closed = trimmed.get(len..)?.iter().take_while(closing).count();
    let signs = trimmed.get(len..len + closed)?;
    let behind = trimmed.get(len + closed..)?;
    let apart = match behind.trim_ascii() {
        [b';', b';', ..] | [b';' | b'|' | b'&'] => false,
        [b';' | b'|', ..] | [b'&', b'&', ..] => true,
        _ => false,
    };
    // `make) && ls` is a slip of the hand: who breaks out of a group names no program first.
    let slip = || shell::known_name(trimmed.get(..len).unwrap_or_default()).is_some();
    let holds = apart && signs.iter().any(|byte| matches!(byte, b')' | b']')) && !slip();
    holds.then_some(text.len() - behind.len())
}

#[cfg(test)]
mod tests {
    use super::{closes_a_group, is_phrase};

    #[test]
    fn phrases_that_one_searches_for_are_told_from_what_closes_a_quote() {
        for text in [
            "\"; rm -rf\" language:shell",
            "\"or 1=1\" explained",
            "\"; cat /etc/passwd\" status:404",
            "is:open \"; rm -rf\" in:title",
        ] {
            assert!(is_phrase(text.as_bytes()), "{text}");
        }
        for text in [
            "\"; id; x\" y",
            "\"; id \" y",
            "\" or 1=1 --\" y",
            "\"; id\"",
            "\"; id\"; ls",
            "\" or \"\"=\"",
            "\"or 1=1\" ' or 1",
            "x\"; id\" y",
            "x \"; id\"",
            "\"; id #x\" y",
            "\"",
            "\"a",
        ] {
            assert!(!is_phrase(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_closes_a_group_that_it_did_not_open_is_found() {
        for (text, closed) in [("x);id", 2), ("a')|id", 3), (" ]) && id", 3), ("))&&ls", 2), ("]; then ls; fi; [", 1)] {
            assert_eq!(closes_a_group(text.as_bytes()), Some(closed), "{text}");
        }
        for text in [
            "start) run;;",
            "-h) ;;",
            "f(x); g",
            ");",
            "echo a); ls",
            "a)\nls",
            "[ -f x ] && ls",
            "'x'; ls",
            "x) y",
            "make) && ls",
            "ls] | cat",
            "",
        ] {
            assert_eq!(closes_a_group(text.as_bytes()), None, "{text}");
        }
    }
}
