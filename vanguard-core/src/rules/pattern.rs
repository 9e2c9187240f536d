//! One regex of a rule: how it is read, what it requires, and its automata, built when first needed.
//!
//! The syntax is that of the `regex` crate on bytes, with these defaults: ASCII case ignored (`(?-i)` brings it back),
//! `.` also matches line breaks, `\w`, `\d`, `\s`, `\b` mean ASCII, `^` and `$` are the ends of the field's text.
//!
//! Automata are dense DFAs, built as a whole within [`MAX_AUTOMATON`]: a lazily built one would carry the last
//! message's states into the next, and a fallback engine would let a text choose the slow path. A pattern that does
//! not fit is refused when it is loaded.

use std::{fmt, sync::OnceLock};

use regex_automata::{
    Anchored, Input, MatchKind,
    dfa::{Automaton, StartKind, dense},
    nfa::thompson::{self, NFA},
    util::primitives::StateID,
};
use regex_syntax::{ParserBuilder, hir::Hir};
use serde::{Deserialize, Serialize};

use super::literals::{self, Literal};

/// Most bytes one automaton may take.
pub const MAX_AUTOMATON: usize = 512 * 1024;
/// Most bytes of memory spent on building one.
const MAX_BUILD: usize = 4 * MAX_AUTOMATON;
/// Deepest nesting of a pattern.
const MAX_NEST: u32 = 32;
/// Longest pattern, in bytes.
const MAX_SOURCE: usize = 8192;

type Dfa = dense::DFA<Vec<u32>>;

/// Why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// It is not a regex, or not one we take.
    #[error("{reason}")]
    Syntax {
        /// First byte of the offending part, in the pattern.
        start: usize,
        /// One past its last byte.
        end: usize,
        /// What is wrong, in lower case without a period.
        reason: String,
    },
    /// It matches the empty text, so it would match everywhere.
    #[error("it matches the empty text, so it would match everywhere")]
    MatchesEmpty,
    /// Its automaton exceeds [`MAX_AUTOMATON`].
    #[error("its automaton takes more than {} KiB; wide counted gaps and long counted classes multiply its states", MAX_AUTOMATON / 1024)]
    TooBig,
}

/// What is derived from a pattern's text once: at build time for the built-in packs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    /// Each match holds one of these; empty if nothing can be required.
    pub literals: Vec<Literal>,
    /// Bytes of the longest match; `None` if there is no bound.
    pub max_len: Option<u32>,
}

impl Derived {
    /// Whether each literal stands at one distance from the start of the match, so that one anchored try decides.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        !self.literals.is_empty() && self.literals.iter().all(|literal| literal.fixed().is_some())
    }
}

/// Reads a pattern and derives what it requires.
///
/// # Errors
/// [`PatternError::Syntax`] or [`PatternError::MatchesEmpty`].
pub fn derive(source: &str) -> Result<Derived, PatternError> {
    let hir = parse(source)?;
    let properties = hir.properties();
    if properties.minimum_len().is_none_or(|len| len == 0) {
        return Err(PatternError::MatchesEmpty);
    }
    let max_len = properties.maximum_len().map(|len| u32::try_from(len).unwrap_or(u32::MAX));
    Ok(Derived { literals: literals::required(&hir), max_len })
}

/// Reads a pattern with our defaults.
pub(crate) fn parse(source: &str) -> Result<Hir, PatternError> {
    if source.len() > MAX_SOURCE {
        let reason = format!("it is longer than {MAX_SOURCE} bytes");
        return Err(PatternError::Syntax { start: MAX_SOURCE, end: source.len(), reason });
    }
    let mut parser = ParserBuilder::new()
        .utf8(false)
        .unicode(false)
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .nest_limit(MAX_NEST)
        .build();
    parser.parse(source).map_err(|error| {
        let (span, reason) = match &error {
            regex_syntax::Error::Parse(error) => (*error.span(), error.kind().to_string()),
            regex_syntax::Error::Translate(error) => (*error.span(), error.kind().to_string()),
            other => return PatternError::Syntax { start: 0, end: source.len(), reason: other.to_string() },
        };
        PatternError::Syntax { start: span.start.offset, end: span.end.offset, reason }
    })
}

/// A pattern ready to be matched. Shared by threads; its automata are built once, by whoever needs them first.
pub struct Pattern {
    source: Box<str>,
    derived: Derived,
    anchored: OnceLock<Option<Dfa>>,
    unanchored: OnceLock<Option<Dfa>>,
    reverse: OnceLock<Option<Dfa>>,
}

/// How far a walk went and what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walk {
    /// The other end of the match.
    pub(crate) found: Option<usize>,
    /// Bytes stepped over.
    pub(crate) steps: usize,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pattern").field("source", &self.source).field("derived", &self.derived).finish_non_exhaustive()
    }
}

impl Pattern {
    /// A pattern with what was derived from it before; nothing is parsed until it is needed.
    #[must_use]
    pub fn with(source: &str, derived: Derived) -> Self {
        Self {
            source: source.into(),
            derived,
            anchored: OnceLock::new(),
            unanchored: OnceLock::new(),
            reverse: OnceLock::new(),
        }
    }

    /// Reads `source`, derives its literals and builds the automata it can't do without.
    ///
    /// # Errors
    /// See [`PatternError`].
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let pattern = Self::with(source, derive(source)?);
        pattern.check()?;
        Ok(pattern)
    }

    /// Builds the automata a search can't do without: anchored if every literal stands at a fixed place, else
    /// unanchored.
    ///
    /// # Errors
    /// [`PatternError::TooBig`].
    pub fn check(&self) -> Result<(), PatternError> {
        let needed = if self.derived.is_fixed() { self.anchored() } else { self.unanchored() };
        needed.map(|_| ()).ok_or(PatternError::TooBig)
    }

    /// The pattern as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What it requires.
    #[must_use]
    pub fn derived(&self) -> &Derived {
        &self.derived
    }

    /// Whether a search that may start anywhere fits an automaton. Without it, overlapping candidates of a pattern
    /// with a wide gap are tried one by one, and only the budget bounds them.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.unanchored().is_some()
    }

    /// Bytes of the automata built so far.
    #[must_use]
    pub fn memory(&self) -> usize {
        [&self.anchored, &self.unanchored, &self.reverse]
            .iter()
            .filter_map(|cell| cell.get()?.as_ref())
            .map(Dfa::memory_usage)
            .sum()
    }

    /// A match that starts at `start`: the end of the leftmost-first one. At most `limit` bytes are looked at.
    pub(crate) fn match_at(&self, text: &[u8], start: usize, limit: usize) -> Option<Walk> {
        let dfa = self.anchored()?;
        walk_forward(dfa, text, start, text.len(), Anchored::Yes, limit)
    }

    /// The leftmost match within `start..end`: its end.
    pub(crate) fn find_end(&self, text: &[u8], start: usize, end: usize, limit: usize) -> Option<Walk> {
        walk_forward(self.unanchored()?, text, start, end, Anchored::No, limit)
    }

    /// The leftmost start, not before `start`, of a match that ends at `end`.
    pub(crate) fn find_start(&self, text: &[u8], start: usize, end: usize, limit: usize) -> Option<Walk> {
        walk_reverse(self.reverse()?, text, start, end, limit)
    }

    fn anchored(&self) -> Option<&Dfa> {
        self.anchored.get_or_init(|| self.build(false, MatchKind::LeftmostFirst, StartKind::Anchored)).as_ref()
    }

    fn unanchored(&self) -> Option<&Dfa> {
        self.unanchored.get_or_init(|| self.build(false, MatchKind::LeftmostFirst, StartKind::Unanchored)).as_ref()
    }

    fn reverse(&self) -> Option<&Dfa> {
        self.reverse.get_or_init(|| self.build(true, MatchKind::All, StartKind::Anchored)).as_ref()
    }

    fn build(&self, reverse: bool, kind: MatchKind, starts: StartKind) -> Option<Dfa> {
        let nfa: NFA = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .reverse(reverse)
                    .which_captures(thompson::WhichCaptures::None)
                    .nfa_size_limit(Some(MAX_BUILD)),
            )
            .build_from_hir(&parse(&self.source).ok()?)
            .ok()?;
        let config = dense::Config::new()
            .accelerate(false)
            .match_kind(kind)
            .start_kind(starts)
            .dfa_size_limit(Some(MAX_AUTOMATON))
            .determinize_size_limit(Some(MAX_BUILD));
        dense::Builder::new().configure(config).build_from_nfa(&nfa).ok()
    }
}

/// Our own loop and not the library's, since work is counted in bytes stepped, also where nothing is found.
fn walk_forward(dfa: &Dfa, text: &[u8], start: usize, end: usize, anchored: Anchored, limit: usize) -> Option<Walk> {
    let hay = text.get(start..end)?;
    let mut state = dfa.start_state_forward(&Input::new(text).range(start..end).anchored(anchored)).ok()?;
    let mut walk = Walk { found: None, steps: 0 };
    for byte in hay.iter().take(limit) {
        state = dfa.next_state(state, *byte);
        if dfa.is_special_state(state) {
            if dfa.is_match_state(state) {
                // A DFA says so one byte late.
                walk.found = Some(start + walk.steps);
            } else if dfa.is_dead_state(state) {
                walk.steps += 1;
                return Some(walk);
            }
        }
        walk.steps += 1;
    }
    if walk.steps == hay.len() && dfa.is_match_state(last_state(dfa, state, text.get(end))) {
        walk.found = Some(end);
    }
    Some(walk)
}

fn walk_reverse(dfa: &Dfa, text: &[u8], start: usize, end: usize, limit: usize) -> Option<Walk> {
    let hay = text.get(start..end)?;
    let mut state = dfa.start_state_reverse(&Input::new(text).range(start..end).anchored(Anchored::Yes)).ok()?;
    let mut walk = Walk { found: None, steps: 0 };
    for byte in hay.iter().rev().take(limit) {
        state = dfa.next_state(state, *byte);
        if dfa.is_special_state(state) {
            if dfa.is_match_state(state) {
                walk.found = Some(end - walk.steps);
            } else if dfa.is_dead_state(state) {
                walk.steps += 1;
                return Some(walk);
            }
        }
        walk.steps += 1;
    }
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    if walk.steps == hay.len() && dfa.is_match_state(last_state(dfa, state, before)) {
        walk.found = Some(start);
    }
    Some(walk)
}

/// The state after the searched range: one byte of context beyond it, or the end of the text.
fn last_state(dfa: &Dfa, state: StateID, beyond: Option<&u8>) -> StateID {
    match beyond {
        Some(byte) => dfa.next_state(state, *byte),
        None => dfa.next_eoi_state(state),
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, PatternError, derive};

    #[test]
    fn defaults_are_bytes_ascii_and_no_case() {
        let pattern = Pattern::new(r"\bignore.{1,3}previous\b").unwrap();
        assert_eq!(pattern.match_at(b"x IGNORE\nprevious.", 2, 99).unwrap().found, Some(17));
        assert_eq!(pattern.match_at(b"xxIGNORE\nprevious.", 2, 99).unwrap().found, None);
        let exact = Pattern::new(r"(?-i)AKIA[A-Z]{4}").unwrap();
        assert_eq!(exact.match_at(b"AKIAABCD", 0, 99).unwrap().found, Some(8));
        assert_eq!(exact.match_at(b"akiaABCD", 0, 99).unwrap().found, None);
    }

    #[test]
    fn both_ends_of_a_match_are_found() {
        let pattern = Pattern::new(r"[a-z]{2,5}://169\.254").unwrap();
        let text = b"get http://169.254.1.1";
        let end = pattern.find_end(text, 0, text.len(), 99).unwrap().found.unwrap();
        let start = pattern.find_start(text, 0, end, 99).unwrap().found.unwrap();
        assert_eq!(&text[start..end], b"http://169.254");
    }

    #[test]
    fn work_is_counted_and_limited() {
        let pattern = Pattern::new("abcd[a-z]*z").unwrap();
        assert_eq!(pattern.match_at(b"abcx", 0, 99).unwrap().steps, 4);
        assert_eq!(pattern.match_at(&b"abcdy".repeat(50), 0, 10).unwrap().steps, 10);
    }

    #[test]
    fn bad_patterns_are_refused_with_their_place() {
        assert_eq!(derive("a*").unwrap_err(), PatternError::MatchesEmpty);
        let PatternError::Syntax { start, end, .. } = derive("abc(def").unwrap_err() else { panic!("not syntax") };
        assert_eq!((start, end), (3, 4));
        assert!(matches!(derive(r"(a)\1"), Err(PatternError::Syntax { .. })));
        assert_eq!(Pattern::new("a[ab]{20}c").unwrap_err(), PatternError::TooBig);
    }
}
