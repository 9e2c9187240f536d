//! Globs over paths and host names, matched in one pass whatever the text.
//!
//! A pattern becomes a row of at most [`MAX_STATES`] states kept as bits of one word: each byte of the text moves all of them
//! at once, so no text makes matching slower than its length.

use std::fmt;

use memchr::memmem::Finder;
use serde::{Deserialize, Serialize};

/// The most states a pattern may need: about one per byte.
pub const MAX_STATES: usize = 120;

/// A pattern over canonical, case-folded paths: `*` and `?` stay within a name, `**` crosses names, `**/` also stands for
/// nothing, `/**` at the end also matches the folder itself. Written in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathGlob(Glob);

/// A pattern over host names and schemes: `*` stands for any run of characters, dots included; `?` for one. Written in any
/// case. `*.example.com` does not match `example.com`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NameGlob(Glob);

/// Why a pattern can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobError {
    /// Matches nothing.
    #[error("a glob must not be empty")]
    Empty,
    /// More than [`MAX_STATES`].
    #[error("the glob `{pattern}` is too long: it needs {states} states of at most {MAX_STATES}; split it or use `**`")]
    TooLong {
        /// The pattern.
        pattern: String,
        /// What it would need.
        states: usize,
    },
}

impl PathGlob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it is empty or too long.
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        Glob::new(pattern, true).map(Self)
    }

    /// Whether it matches the bytes of `parts`, one after the other.
    #[must_use]
    #[inline]
    pub fn matches(&self, parts: &[&[u8]]) -> bool {
        let first = parts.iter().find_map(|part| part.first());
        let last = parts.iter().rev().find_map(|part| part.last());
        // Most paths begin or end otherwise.
        meets(self.0.prefix.first(), first) && meets(self.0.suffix.last(), last) && self.0.matches(parts)
    }

    /// Whether `lead` and `tail` together may match, as far as what every match begins with tells.
    fn may_match(&self, lead: &[u8], tail: &[u8]) -> bool {
        let prefix = self.0.prefix.as_slice();
        match prefix.split_at_checked(lead.len()) {
            Some((start, rest)) => {
                rest.first().is_none_or(|byte| tail.first() == Some(byte)) && start == lead && tail.starts_with(rest)
            }
            None => lead.starts_with(prefix),
        }
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.pattern
    }
}

impl NameGlob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it is empty or too long.
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        Glob::new(pattern, false).map(Self)
    }

    /// Whether it matches `name`.
    #[must_use]
    pub fn matches(&self, name: &[u8]) -> bool {
        // Letters and digits stand for themselves. Most names that are compared begin or end otherwise.
        let meets = |wanted: Option<&u8>, byte: Option<&u8>| {
            let wanted = wanted.filter(|wanted| wanted.is_ascii_alphanumeric());
            wanted.is_none_or(|wanted| byte.is_some_and(|byte| byte.eq_ignore_ascii_case(wanted)))
        };
        let pattern = self.0.pattern.as_bytes();
        meets(pattern.first(), name.first()) && meets(pattern.last(), name.last()) && self.0.matches(&[name])
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.pattern
    }
}

/// Whether a byte is the one that is wanted, if one is.
#[inline]
fn meets(wanted: Option<&u8>, byte: Option<&u8>) -> bool {
    wanted.is_none() || wanted == byte
}

/// Patterns over paths, of which one must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<PathGlob>", into = "Vec<PathGlob>")]
pub struct PathGlobs {
    globs: Vec<PathGlob>,
    /// What stands behind each lead in a path that some pattern matches.
    heads: Heads,
}

/// What a path begins with, or would if it stood elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// A root, `/`.
    Root,
    /// A home folder, `~/`.
    Home,
    /// A drive, `c:/`.
    Drive,
    /// None of these.
    None,
}

impl Lead {
    const ALL: [Self; 4] = [Self::Root, Self::Home, Self::Drive, Self::None];

    const fn text(self) -> &'static [u8] {
        match self {
            Self::Root => b"/",
            Self::Home => b"~/",
            Self::Drive => b"c:/",
            Self::None => b"",
        }
    }

    /// A path without its root, if it begins at one.
    pub(crate) fn split(path: &[u8]) -> (Self, &[u8]) {
        match path {
            [b'/', rest @ ..] => (Self::Root, rest),
            _ => (Self::None, path),
        }
    }
}

/// For each lead, what may stand behind it: the first bytes of paths, or of what patterns match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heads([Bytes; Lead::ALL.len()]);

/// A set of bytes, and the end of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bytes {
    bits: [u64; 4],
    end: bool,
}

impl Bytes {
    const ALL: Self = Self { bits: [u64::MAX; 4], end: true };

    fn of(byte: Option<u8>) -> Self {
        let mut one = Self { bits: [0; 4], end: byte.is_none() };
        let word = byte.and_then(|byte| one.bits.get_mut(usize::from(byte >> 6)).zip(Some(byte & 63)));
        if let Some((word, bit)) = word {
            *word = 1 << bit;
        }
        one
    }

    fn meets(&self, other: &Self) -> bool {
        self.end && other.end || self.bits.iter().zip(&other.bits).any(|(own, other)| own & other != 0)
    }

    fn add(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(own, other)| *own |= other);
        self.end |= other.end;
    }
}

impl Heads {
    /// Adds that `tail` stands behind `lead`.
    pub(crate) fn add(&mut self, lead: Lead, tail: &[u8]) {
        self.join(lead, &Bytes::of(tail.first().copied()));
    }

    fn join(&mut self, lead: Lead, bytes: &Bytes) {
        if let Some(own) = self.0.get_mut(lead as usize) {
            own.add(bytes);
        }
    }

    fn meets(&self, other: &Self, lead: Lead) -> bool {
        let at = lead as usize;
        self.0.get(at).zip(other.0.get(at)).is_some_and(|(own, other)| own.meets(other))
    }
}

impl From<Vec<PathGlob>> for PathGlobs {
    fn from(globs: Vec<PathGlob>) -> Self {
        let mut heads = Heads::default();
        for lead in Lead::ALL {
            for prefix in globs.iter().map(|glob| glob.0.prefix.as_slice()) {
                let behind = prefix.strip_prefix(lead.text());
                if behind.is_some() || lead.text().starts_with(prefix) {
                    let byte = behind.and_then(<[u8]>::first);
                    heads.join(lead, &byte.map_or(Bytes::ALL, |byte| Bytes::of(Some(*byte))));
                }
            }
        }
        Self { globs, heads }
    }
}

impl From<PathGlobs> for Vec<PathGlob> {
    fn from(globs: PathGlobs) -> Self {
        globs.globs
    }
}

impl std::ops::Deref for PathGlobs {
    type Target = [PathGlob];

    fn deref(&self) -> &[PathGlob] {
        &self.globs
    }
}

impl PathGlobs {
    /// Whether some pattern may match a path of which this stands behind the leads. Most paths end here.
    pub(crate) fn may_match(&self, heads: &Heads) -> bool {
        Lead::ALL.iter().any(|lead| self.may_match_behind(*lead, heads))
    }

    /// The same behind one of them.
    pub(crate) fn may_match_behind(&self, lead: Lead, heads: &Heads) -> bool {
        self.heads.meets(heads, lead)
    }

    /// Whether some pattern matches `tail` behind `lead`.
    pub(crate) fn match_behind(&self, lead: Lead, tail: &[u8]) -> bool {
        let mut head = Heads::default();
        head.add(lead, tail);
        let text = lead.text();
        self.may_match_behind(lead, &head)
            && self.globs.iter().any(|glob| glob.may_match(text, tail) && glob.matches(&[text, tail]))
    }
}

macro_rules! as_string {
    ($($glob:ident),*) => {$(
        impl TryFrom<String> for $glob {
            type Error = GlobError;

            fn try_from(pattern: String) -> Result<Self, GlobError> {
                Self::new(&pattern)
            }
        }

        impl From<$glob> for String {
            fn from(glob: $glob) -> Self {
                glob.0.pattern
            }
        }

        impl fmt::Display for $glob {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.as_str())
            }
        }
    )*};
}
as_string!(PathGlob, NameGlob);

/// What one state does with a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    /// Takes this byte and moves on.
    Byte(u8),
    /// Takes the first byte of any character and moves on.
    Any { crosses: bool },
    /// Takes what is left of a character, any number of times.
    Rest,
    /// Takes any byte any number of times, or none.
    Run { crosses: bool },
    /// `**/`: nothing, or anything up to a `/`.
    Folders,
    /// Inside `**/`.
    InFolders,
}

#[derive(Clone)]
struct Glob {
    pattern: String,
    /// The class of each byte value.
    classes: Box<[u8; 256]>,
    /// For each class, the states that move on and the states that stay.
    moves: Vec<(u128, u128)>,
    /// States that may be skipped: to the next, and to the one after that.
    skip_one: u128,
    skip_two: u128,
    accept: u128,
    /// What every match begins and ends with, to turn most texts away at once.
    prefix: Vec<u8>,
    suffix: Vec<u8>,
    /// Whether that is all of it.
    literal: bool,
    /// The longest of what every match holds, if it begins with something else.
    inner: Option<Finder<'static>>,
}

impl fmt::Debug for Glob {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", self.pattern)
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for Glob {}

impl Glob {
    fn new(pattern: &str, path: bool) -> Result<Self, GlobError> {
        if pattern.is_empty() {
            return Err(GlobError::Empty);
        }
        let folded = pattern.to_lowercase();
        let tokens = tokens(folded.as_bytes(), path);
        let states = tokens.len();
        if states > MAX_STATES {
            return Err(GlobError::TooLong { pattern: pattern.into(), states });
        }
        let (classes, moves) = classes(&tokens);
        let bits = |wanted: fn(&Token) -> bool| {
            tokens.iter().enumerate().filter(|(_, token)| wanted(token)).fold(0_u128, |bits, (at, _)| bits | 1 << at)
        };
        let mut accept = 1_u128 << states;
        let bytes = tokens.iter().map_while(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None });
        let mut prefix: Vec<u8> = bytes.collect();
        // `dir/**` is `dir` too.
        if path && let [.., Token::Byte(b'/'), Token::Run { crosses: true }] = tokens.as_slice() {
            accept |= 1 << (states - 2);
            prefix.truncate(states - 2);
        }
        let suffix = if accept.count_ones() > 1 {
            Vec::new()
        } else {
            let start = tokens.iter().rposition(|token| !matches!(token, Token::Byte(_))).map_or(0, |at| at + 1);
            tokens
                .iter()
                .skip(start)
                .filter_map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None })
                .collect()
        };
        Ok(Self {
            pattern: pattern.into(),
            classes,
            moves,
            skip_one: bits(|token| matches!(token, Token::Rest | Token::Run { .. } | Token::Folders)),
            skip_two: bits(|token| matches!(token, Token::Folders)),
            accept,
            literal: suffix.len() == states,
            inner: if prefix.is_empty() { inner(&tokens) } else { None },
            prefix,
            suffix,
        })
    }

    fn matches(&self, parts: &[&[u8]]) -> bool {
        let last = parts.iter().rev().find(|part| !part.is_empty()).copied().unwrap_or_default();
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if let ([only], true) = (parts, self.literal) {
            return *only == self.suffix.as_slice();
        }
        let overlap = self.suffix.len().min(last.len());
        if length < self.suffix.len()
            || last.get(last.len() - overlap..) != self.suffix.get(self.suffix.len() - overlap..)
            || !self.begins(parts)
            || self.inner.as_ref().is_some_and(|inner| !holds(parts, inner))
        {
            return false;
        }
        let mut states = self.close(1);
        for byte in parts.iter().copied().flatten() {
            let class = self.classes.get(usize::from(*byte)).copied().unwrap_or_default();
            let (on, stay) = self.moves.get(usize::from(class)).copied().unwrap_or_default();
            states = self.close((states & on) << 1 | states & stay);
            if states == 0 {
                return false;
            }
        }
        states & self.accept != 0
    }

    /// Whether the parts begin as every match does.
    fn begins(&self, parts: &[&[u8]]) -> bool {
        let mut wanted = self.prefix.as_slice();
        for part in parts {
            let (now, later) = wanted.split_at(wanted.len().min(part.len()));
            if !part.starts_with(now) {
                return false;
            }
            wanted = later;
        }
        wanted.is_empty()
    }

    /// Adds the states that can be reached without a byte.
    fn close(&self, states: u128) -> u128 {
        let mut states = states;
        loop {
            let next = states | (states & self.skip_one) << 1 | (states & self.skip_two) << 2;
            if next == states {
                return states;
            }
            states = next;
        }
    }
}

/// The longest run of bytes that every match holds. The last `/` is not needed where `/**` ends the pattern.
fn inner(tokens: &[Token]) -> Option<Finder<'static>> {
    let needed = match tokens {
        [needed @ .., Token::Byte(b'/'), Token::Run { crosses: true }] => needed,
        all => all,
    };
    let runs = needed.chunk_by(|a, b| matches!((a, b), (Token::Byte(_), Token::Byte(_))));
    let bytes = |run: &[Token]| -> Vec<u8> {
        run.iter().filter_map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None }).collect()
    };
    let longest = runs.map(bytes).max_by_key(Vec::len).filter(|run| run.len() > 1);
    longest.map(|run| Finder::new(&run).into_owned())
}

/// Whether the parts, one after the other, may hold what is sought.
fn holds(parts: &[&[u8]], inner: &Finder<'_>) -> bool {
    match parts {
        [only] => inner.find(only).is_some(),
        [lead, tail] => {
            let wanted = inner.needle();
            let spans = |at: usize| {
                wanted.split_at_checked(at).is_some_and(|(end, begin)| lead.ends_with(end) && tail.starts_with(begin))
            };
            inner.find(tail).is_some() || (1..=lead.len()).any(spans) || inner.find(lead).is_some()
        }
        _ => true,
    }
}

/// The class of each byte value, and the moves of each class. What the pattern does not name is one of three: `/`, the inside of a
/// character, or any other.
fn classes(tokens: &[Token]) -> (Box<[u8; 256]>, Vec<(u128, u128)>) {
    let (other, inside) = (0xFF, 0x80..=0xBF);
    let mut moves = vec![row(tokens, other), row(tokens, *inside.start())];
    let mut classes = Box::new([0; 256]);
    classes.iter_mut().skip(0x80).take(inside.count()).for_each(|class| *class = 1);
    let named = tokens.iter().filter_map(|token| if let Token::Byte(byte) = token { Some(*byte) } else { None });
    for byte in named.chain([b'/']) {
        let Some(class) = classes.get_mut(usize::from(byte)).filter(|class| **class < 2) else { continue };
        // One class for each token, at most.
        *class = u8::try_from(moves.len()).unwrap_or(u8::MAX);
        moves.push(row(tokens, byte));
    }
    (classes, moves)
}

/// The states that move on and those that stay on `byte`.
fn row(tokens: &[Token], byte: u8) -> (u128, u128) {
    let (mut on, mut stay) = (0_u128, 0_u128);
    let continuation = byte & 0xC0 == 0x80;
    for (at, token) in tokens.iter().enumerate() {
        let bit = 1_u128 << at;
        match token {
            Token::Byte(wanted) if *wanted == byte => on |= bit,
            Token::Any { crosses } if !continuation && (*crosses || byte != b'/') => on |= bit,
            Token::Rest if continuation => stay |= bit,
            Token::Run { crosses } if *crosses || byte != b'/' => stay |= bit,
            Token::InFolders => {
                stay |= bit;
                if byte == b'/' {
                    on |= bit;
                }
            }
            _ => {}
        }
    }
    (on, stay)
}

fn tokens(pattern: &[u8], path: bool) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut at_name = true;
    while let Some((first, tail)) = rest.split_first() {
        let stars = rest.iter().take_while(|byte| **byte == b'*').count();
        let after = rest.get(stars..).unwrap_or_default();
        match first {
            b'*' if path && stars > 1 && at_name && after.first() == Some(&b'/') => {
                tokens.extend([Token::Folders, Token::InFolders]);
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            b'*' => {
                tokens.push(Token::Run { crosses: !path || stars > 1 });
                rest = after;
                at_name = false;
                continue;
            }
            b'?' => tokens.extend([Token::Any { crosses: !path }, Token::Rest]),
            byte => tokens.push(Token::Byte(*byte)),
        }
        at_name = *first == b'/';
        rest = tail;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(pattern: &str, text: &str) -> bool {
        PathGlob::new(pattern).unwrap().matches(&[text.as_bytes()])
    }

    #[test]
    fn paths() {
        for (pattern, hits, misses) in [
            ("/etc/*", &["/etc/passwd", "/etc/"][..], &["/etc/ssh/x", "/etc", "etc/x"][..]),
            ("/etc/**", &["/etc", "/etc/ssh/x", "/etc/"], &["/etcetera", "/x/etc/y"]),
            ("**/.ssh/id_*", &[".ssh/id_rsa", "/a/b/.ssh/id_rsa"], &["x.ssh/id_rsa", "/.ssh/a/id_rsa"]),
            ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb", "a/b/c"]),
            ("**/*.p?m", &["x.pem", "/a/x.püm"], &["x.pm", "/a/x.p/m"]),
            ("*.RS", &["main.rs"], &["src/main.rs"]),
            ("**", &["", "a/b"], &[]),
            ("a**c", &["a/b/c", "ac"], &["ab"]),
            ("?:/windows", &["c:/windows"], &["/:/windows", "cc:/windows"]),
            ("/**", &["", "/", "/a"], &["a", "a/"]),
            ("/tmp/**/x", &["/tmp/x", "/tmp/a/x"], &["/tmp", "/tmx/x", "/tm"]),
        ] {
            hits.iter().for_each(|text| assert!(path(pattern, text), "{pattern} {text}"));
            misses.iter().for_each(|text| assert!(!path(pattern, text), "{pattern} {text}"));
        }
        assert!(PathGlob::new("~/.ssh/*").unwrap().matches(&[b"~/", b".ssh/id_rsa"]));
        assert!(PathGlob::new("~/.ssh/id_rsa").unwrap().matches(&[b"~/", b".ssh/", b"id_rsa"]));
        assert!(!PathGlob::new("~/.ssh/*").unwrap().matches(&[b"~/", b".s", b"h/id_rsa"]));
        assert!(PathGlob::new("/etc/**").unwrap().matches(&[b"/", b"", b"etc"]));
    }

    #[test]
    fn names() {
        let glob = NameGlob::new("*.Example.com").unwrap();
        assert!(
            glob.matches(b"a.b.example.com") && !glob.matches(b"example.com") && !glob.matches(b"example.com.evil")
        );
        assert!(NameGlob::new("git+*").unwrap().matches(b"git+ssh"));
    }

    #[test]
    fn a_long_pattern_is_refused_and_a_glob_is_a_string() {
        assert!(matches!(PathGlob::new(&"a".repeat(121)), Err(GlobError::TooLong { states: 121, .. })));
        assert_eq!(PathGlob::new(""), Err(GlobError::Empty));
        let glob: PathGlob = serde_json::from_str(r#""/Etc/**""#).unwrap();
        assert_eq!(serde_json::to_string(&glob).unwrap(), r#""/Etc/**""#);
        assert!(glob.matches(&[b"/etc/x"]));
        assert!(path(&"a".repeat(120), &"a".repeat(120)));
    }

    #[test]
    fn every_byte_has_the_moves_of_its_class() {
        for pattern in ["a/b", "**/x?y*", "*\u{fc}?", "/etc/**", "?\u{20ac}*"] {
            let tokens = tokens(pattern.as_bytes(), true);
            let (classes, moves) = classes(&tokens);
            for byte in 0..=u8::MAX {
                assert_eq!(moves[usize::from(classes[usize::from(byte)])], row(&tokens, byte), "{pattern} {byte}");
            }
        }
    }

    /// The plainest matcher there is, to compare with.
    fn slow(pattern: &[u8], text: &[u8]) -> bool {
        match pattern {
            [] => text.is_empty(),
            [b'*', ..] => (0..=text.len()).any(|n| !text[..n].contains(&b'/') && slow(&pattern[1..], &text[n..])),
            [first, rest @ ..] => text.first() == Some(first) && slow(rest, &text[1..]),
        }
    }

    proptest! {
        #[test]
        fn a_cut_changes_nothing(pattern in "(\\*\\*/|\\*|\\?)[ab/]{1,4}(\\*|/\\*\\*|\\?|[ab])?", text in "[ab/]{0,10}", cut in 0..=10_usize) {
            let glob = PathGlob::new(&pattern).unwrap();
            let bytes = text.as_bytes();
            let (lead, tail) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(glob.matches(&[lead, tail]), glob.matches(&[bytes]), "{} {} {}", pattern, text, cut);
            // In three parts nothing is sought before the pattern is held against them.
            prop_assert_eq!(glob.matches(&[b"", lead, tail]), glob.matches(&[bytes]), "{} {} {}", pattern, text, cut);
        }

        #[test]
        fn a_list_matches_what_one_of_it_does(
            patterns in prop::collection::vec("(/|~/|c:/|\\*\\*/|\\?)?[ab/]{0,3}(\\*|/\\*\\*)?[ab]?", 1..4), text in "(/|~/|c:/)?[ab/]{0,6}",
        ) {
            let globs: Vec<_> = patterns.iter().filter_map(|pattern| PathGlob::new(pattern).ok()).collect();
            let list = PathGlobs::from(globs.clone());
            let one = |parts: &[&[u8]]| globs.iter().any(|glob| glob.matches(parts));
            for lead in Lead::ALL {
                let matches = list.match_behind(lead, text.as_bytes());
                prop_assert_eq!(matches, one(&[lead.text(), text.as_bytes()]), "{:?} {:?} {}", patterns, lead, text);
            }
        }

        #[test]
        fn agrees_with_the_plainest_matcher(pattern in "[ab/]{0,3}(\\*[ab/]{1,2}){0,3}\\*?", text in "[ab/]{0,10}") {
            prop_assume!(!pattern.is_empty());
            prop_assert_eq!(path(&pattern, &text), slow(pattern.as_bytes(), text.as_bytes()), "{} {}", pattern, text);
        }

        #[test]
        fn any_pattern_and_text(pattern in ".{1,30}", text in ".{0,60}") {
            if let Ok(glob) = PathGlob::new(&pattern) {
                let _ = glob.matches(&[text.as_bytes()]);
            }
        }
    }
}
