//! Patterns over names: a glob, or a regex between slashes. Matching is linear in the name and allocates nothing.

use std::fmt;
use std::sync::{Arc, OnceLock};

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson::{NFA, WhichCaptures};
use regex_automata::util::syntax;
use regex_automata::{Input, nfa::thompson};
use regex_syntax::hir::Hir;

use crate::message::Span;

/// Characters a pattern may have. Names are short; what is longer is a rule.
pub const MAX_PATTERN: usize = 1024;
/// Bytes of tables a compiled pattern may take. A glob takes 1 to 10 KiB, `/^\w+$/` with its Unicode classes 160 KiB.
const MAX_TABLES: usize = 512 << 10;
/// Bytes that building the tables may take besides: what bounds the time a pattern such as `/a.{500}/` costs before it is refused.
const MAX_BUILD: usize = 64 << 10;

/// A pattern over the name of a method, tool, resource, prompt, server or rule.
///
/// - A glob: `*` stands for any run of characters (`/` and `:` too), `?` for one, `\` makes the next character plain. It covers the
///   whole name.
/// - A regex between slashes: `/^(read|list)_/`. It may match anywhere in the name unless anchored; flags go inside, `/(?i)drop/`.
///
/// ```
/// use vanguard_core::config::Pattern;
/// let pattern = Pattern::new("read_*")?;
/// assert!(pattern.matches("read_file") && !pattern.matches("thread_kill"));
/// # Ok::<(), vanguard_core::config::PatternError>(())
/// ```
#[derive(Clone)]
pub struct Pattern {
    written: Arc<str>,
    matcher: Matcher,
}

#[derive(Clone)]
enum Matcher {
    /// What stands before, between and behind the stars of a glob.
    Runs(Arc<[Run]>),
    Regex(Arc<OnceLock<Compiled>>),
}

/// A fully built automaton: no cache that an attacker's name could spoil, no allocation, one step a byte. `None` if it can't be
/// built.
type Compiled = Option<dense::DFA<Vec<u32>>>;

/// Characters in a row; `None` is `?`, which stands for any.
type Run = Box<[Option<char>]>;

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<&'static str>,
    /// The bytes of the pattern that are to blame.
    pub at: Span,
}

impl Pattern {
    /// Compiles what is written in the configuration.
    ///
    /// # Errors
    /// If it is empty or too long, is no valid regex, or needs more than 512 KiB of tables.
    pub fn new(written: &str) -> Result<Self, PatternError> {
        let whole = Span::of_usize(0, written.len());
        if written.is_empty() {
            return Err(error("a pattern must not be empty", Some("`*` stands for every name"), whole));
        }
        if written.chars().count() > MAX_PATTERN {
            return Err(error(format!("the pattern is longer than {MAX_PATTERN} characters"), None, whole));
        }
        let matcher = match written.strip_prefix('/') {
            Some(rest) => Matcher::Regex(Arc::new(OnceLock::from(Some(compile(&regex(rest)?, whole)?)))),
            None => glob(written, whole)?,
        };
        Ok(Self { written: written.into(), matcher })
    }

    /// The same of what is known to be right, as in the built-in packs, whose tests compile it: a regex is compiled where it is
    /// first asked for, so that a process that starts does not pay for rules it never uses.
    pub(crate) fn known(written: &str) -> Result<Self, PatternError> {
        if written.starts_with('/') {
            return Ok(Self { written: written.into(), matcher: Matcher::Regex(Arc::default()) });
        }
        Self::new(written)
    }

    fn automaton(&self) -> Compiled {
        let rest = self.written.strip_prefix('/')?;
        compile(&regex(rest).ok()?, Span::new(0, 0)).ok()
    }

    /// Whether `name` is one of those meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        match &self.matcher {
            Matcher::Runs(runs) => matches_runs(runs, name),
            // A search can only fail on bytes that the automaton gives up on, and none was configured. Where there is none, a rule
            // judges more than it should, not less.
            Matcher::Regex(regex) => regex
                .get_or_init(|| self.automaton())
                .as_ref()
                .is_none_or(|dfa| matches!(dfa.try_search_fwd(&Input::new(name).earliest(true)), Ok(Some(_)))),
        }
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.written)
    }
}

fn error(message: impl Into<String>, help: Option<&'static str>, at: Span) -> PatternError {
    PatternError { message: message.into(), help, at }
}

/// `rest`: what stands behind the opening slash.
fn regex(rest: &str) -> Result<Hir, PatternError> {
    let at = |start: usize, end: usize| Span::of_usize(start + 1, end + 1);
    let Some(body) = rest.strip_suffix('/') else {
        let help = "a regex stands between slashes, with flags inside as in `/(?i)name/`; a glob that begins with a slash is written `\\/…`";
        return Err(error("the regex has no closing `/`", Some(help), at(0, rest.len())));
    };
    if body.is_empty() {
        return Err(error("the regex between the slashes is empty", Some("`*` stands for every name"), at(0, 1)));
    }
    let mut parser = regex_syntax::ParserBuilder::new().nest_limit(64).build();
    parser.parse(body).map_err(|failure| {
        let (message, span) = match &failure {
            regex_syntax::Error::Parse(failure) => (failure.kind().to_string(), *failure.span()),
            regex_syntax::Error::Translate(failure) => (failure.kind().to_string(), *failure.span()),
            _ => return error("invalid regex", None, at(0, body.len())),
        };
        let start = span.start.offset;
        let next = body.get(start..).and_then(|rest| rest.chars().next()).map_or(start, |char| start + char.len_utf8());
        error(format!("invalid regex: {message}"), None, at(start, span.end.offset.max(next)))
    })
}

/// The first run begins the name, the last ends it, the others follow each other wherever they are first found: taking the first place
/// leaves the most for those behind, so no other choice need be tried.
fn matches_runs(runs: &[Run], name: &str) -> bool {
    let Some((first, others)) = runs.split_first() else { return false };
    let Some(mut rest) = behind(first, name) else { return false };
    let Some((last, middle)) = others.split_last() else { return rest.is_empty() };
    let start = rest.chars().count().checked_sub(last.len());
    let cut = start.and_then(|start| places(rest).nth(start));
    let Some((between, ending)) = cut.and_then(|cut| rest.split_at_checked(cut)) else { return false };
    if behind(last, ending).is_none() {
        return false;
    }
    rest = between;
    for run in middle {
        match places(rest).filter_map(|at| behind(run, rest.get(at..)?)).next() {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    true
}

/// Where characters start, and the end.
fn places(text: &str) -> impl Iterator<Item = usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()])
}

/// What stands behind the run at the start of the text, if it stands there.
fn behind<'a>(run: &Run, text: &'a str) -> Option<&'a str> {
    let mut chars = text.chars();
    let is = |want: &Option<char>| chars.next().is_some_and(|char| want.is_none_or(|want| want == char));
    run.iter().all(is).then_some(chars.as_str())
}

fn glob(written: &str, whole: Span) -> Result<Matcher, PatternError> {
    let (mut runs, mut run, mut escaped) = (Vec::new(), Vec::new(), false);
    for (offset, char) in written.char_indices() {
        let here = Span::of_usize(offset, offset + char.len_utf8());
        match char {
            _ if escaped => {
                run.push(Some(char));
                escaped = false;
            }
            '\\' => escaped = true,
            '*' => runs.push(std::mem::take(&mut run).into_boxed_slice()),
            '?' => run.push(None),
            // Elsewhere these stand for sets and choices. Read as plain characters they would silently match nothing.
            '[' | ']' | '{' | '}' => {
                let help = "write one glob for each choice, use a regex between slashes, or put `\\` before it";
                return Err(error(format!("globs know no `{char}`"), Some(help), here));
            }
            _ => run.push(Some(char)),
        }
    }
    if escaped {
        return Err(error("nothing follows the `\\`", Some("write `\\\\` for a backslash"), whole));
    }
    runs.push(run.into_boxed_slice());
    Ok(Matcher::Runs(runs.into()))
}

fn compile(hir: &Hir, whole: Span) -> Result<dense::DFA<Vec<u32>>, PatternError> {
    if hir.properties().look_set().contains_word_unicode() {
        let help = "write `(?-u:\\b)` for the word boundary of ASCII";
        return Err(error("word boundaries of Unicode are not supported", Some(help), whole));
    }
    let too_large = || {
        let help = "write shorter counted repetitions, or `(?-u:\\w)` in place of `\\w`";
        error("the pattern needs too large a table", Some(help), whole)
    };
    let nfa = NFA::compiler()
        .configure(thompson::Config::new().nfa_size_limit(Some(MAX_TABLES)).which_captures(WhichCaptures::None))
        .syntax(syntax::Config::new())
        .build_from_hir(hir)
        .map_err(|_| too_large())?;
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(StartKind::Unanchored)
                .dfa_size_limit(Some(MAX_TABLES))
                .determinize_size_limit(Some(MAX_BUILD)),
        )
        .build_from_nfa(&nfa)
        .map_err(|_| too_large())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::Pattern;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::new(pattern).unwrap().matches(name)
    }

    #[test]
    fn globs_cover_the_whole_name() {
        for (pattern, hits, misses) in [
            ("read_file", &["read_file"][..], &["read_files", "Read_file", ""][..]),
            ("read_*", &["read_", "read_file", "read_a\nb"], &["thread_x", "read"]),
            ("*", &["", "anything", "日本\n"], &[]),
            (
                "file:///etc/*",
                &["file:///etc/passwd", "file:///etc/ssl/private/key"],
                &["file:///etcetera", "xfile:///etc/a"],
            ),
            ("?_x", &["a_x", "日_x"], &["_x", "ab_x"]),
            ("a.b+c(d)|e^$", &["a.b+c(d)|e^$"], &["aXb+c(d)|e^$"]),
            ("\\*\\[x\\]", &["*[x]"], &["a[x]"]),
            ("\\/etc/*", &["/etc/passwd"], &["etc/passwd"]),
            ("*a*b*", &["ab", "xaxbx"], &["ba"]),
            ("ab*ba", &["abba", "abxba"], &["aba", "ab"]),
            ("*aab*", &["aaab"], &["abab"]),
        ] {
            for name in hits {
                assert!(matches(pattern, name), "{pattern} {name}");
            }
            for name in misses {
                assert!(!matches(pattern, name), "{pattern} {name}");
            }
        }
    }

    #[test]
    fn regexes_match_anywhere_unless_anchored() {
        assert!(matches("/read|list/", "thread_kill") && !matches("/^(read|list)_/", "thread_kill"));
        assert!(matches("/(?i)DROP/", "drop_table") && matches("/^\\w+$/", "größe") && matches("/a/b/", "xa/by"));
        assert!(matches("/(?-u:\\b)rm(?-u:\\b)/", "do rm -x") && matches("/^.{0,100}x$/", "aax"));
    }

    #[test]
    fn a_known_regex_is_compiled_when_it_is_asked_for() {
        let pattern = Pattern::known("/^(read|list)_/").unwrap();
        assert!(pattern.clone().matches("read_file") && !pattern.matches("thread_kill"));
        assert!(Pattern::known("/(/").unwrap().matches("x") && Pattern::known("[").is_err());
    }

    #[test]
    fn what_is_no_pattern_points_at_the_place() {
        for (written, message, at) in [
            ("", "a pattern must not be empty", ""),
            ("{read,write}_file", "globs know no `{`", "{"),
            ("日[ab]", "globs know no `[`", "["),
            ("a\\", "nothing follows the `\\`", "a\\"),
            ("/read", "the regex has no closing `/`", "read"),
            ("/read/i", "the regex has no closing `/`", "read/i"),
            ("/", "the regex has no closing `/`", ""),
            ("//", "the regex between the slashes is empty", "/"),
            ("/ab(c/", "invalid regex: unclosed group", "("),
            ("/日本[z-a]/", "invalid regex: invalid character class range, the start must be <= the end", "z-a"),
            ("/a{日/", "invalid regex: repetition quantifier expects a valid decimal", "日"),
            ("/(?=x)/", "invalid regex: look-around, including look-ahead and look-behind, is not supported", "(?="),
            ("/(a)\\1/", "invalid regex: backreferences are not supported", "\\1"),
            ("/\\brm\\b/", "word boundaries of Unicode are not supported", "/\\brm\\b/"),
            ("/(a|b)*c.{500}/", "the pattern needs too large a table", "/(a|b)*c.{500}/"),
        ] {
            let failure = Pattern::new(written).unwrap_err();
            assert_eq!((failure.message.as_str(), &written[failure.at.range()]), (message, at));
        }
        assert!(Pattern::new(&"日".repeat(1025)).is_err() && Pattern::new(&"日".repeat(1024)).is_ok());
        assert!(Pattern::new(&"?".repeat(60)).is_ok());
        assert!(Pattern::new(&format!("/{}a{}/", "(".repeat(200), ")".repeat(200))).is_err());
        assert!(Pattern::new("*a??????????????????????????").is_ok());
    }

    proptest! {
        #[test]
        fn a_glob_agrees_with_its_definition(pattern in "[ab*?日]{1,6}", name in "[ab日\n]{0,8}") {
            fn defined(pattern: &[char], name: &[char]) -> bool {
                match (pattern.split_first(), name.split_first()) {
                    (None, rest) => rest.is_none(),
                    (Some(('*', tail)), rest) => defined(tail, name) || rest.is_some_and(|(_, rest)| defined(pattern, rest)),
                    (Some((char, tail)), Some((first, rest))) => (*char == '?' || char == first) && defined(tail, rest),
                    (Some(_), None) => false,
                }
            }
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &name), defined(&chars(&pattern), &chars(&name)));
        }

        #[test]
        fn any_text_compiles_or_is_refused(written in "(/?)[-\\\\a.*+?(){}|^$\\[\\]:0-9日]{0,20}(/?)") {
            match Pattern::new(&written) {
                Ok(pattern) => assert_eq!(pattern.matches("abc"), pattern.matches("abc")),
                Err(failure) => assert!(written.get(failure.at.range()).is_some(), "{written} {failure:?}"),
            }
        }
    }
}
