//! One regex of a rule and its automata, built when first needed.
//!
//! Automata are dense DFAs, built as a whole within [`MAX_AUTOMATON`]: a lazily built one would carry the last
//! message's states into the next, and a fallback engine would let a text choose the slow path. A pattern that does
//! not fit is refused when it is loaded.

use std::{fmt, ops::Range, sync::OnceLock};

use regex_automata::{
    Anchored, Input, MatchKind,
    dfa::{Automaton, StartKind, dense},
    nfa::thompson::{self, NFA},
    util::primitives::StateID,
};

use regex_syntax::hir::Hir;

use super::{
    literals,
    syntax::{Derived, MAX_AUTOMATON, PatternError, derive, parse},
};

/// Most bytes of memory spent on building one.
const MAX_BUILD: usize = 4 * MAX_AUTOMATON;
/// Most bytes of the NFA it is built from: three times the largest of the built-in packs. `(((a?){20}){20}){20}` is 8,000 states.
const MAX_NFA: usize = MAX_AUTOMATON / 4;
/// Most work spent on building one: the sets of NFA states that become its states, in bytes, each looked at once for every class of
/// bytes that the pattern tells apart. Twice the most that any of the built-in packs needs.
const MAX_WORK: usize = 16 << 20;

type Dfa = dense::DFA<Vec<u32>>;

/// A pattern ready to be matched. Shared by threads; its automata are built once, by whoever needs them first.
pub struct Pattern {
    source: Box<str>,
    derived: Derived,
    anchored: OnceLock<Option<Box<Dfa>>>,
    unanchored: OnceLock<Option<Box<Dfa>>>,
    reverse: OnceLock<Option<Box<Dfa>>>,
    ends: OnceLock<Option<Box<Dfa>>>,
    lead: OnceLock<Option<Lead>>,
}

/// What stands before a pattern's literal.
struct Lead {
    /// Reads it from its end to its start.
    dfa: Box<Dfa>,
    common: bool,
}

/// How far a walk went and what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Walk {
    /// The other end of the match.
    pub(crate) found: Option<usize>,
    /// Bytes stepped over.
    pub(crate) steps: usize,
}

/// A walk that tells every end of a match and can go on where it stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    /// Bytes stepped over.
    pub(crate) steps: usize,
    /// The automaton's state behind them.
    pub(crate) state: StateID,
    /// The latest end before the last byte stepped over, if there is one that was not told before.
    pub(crate) passed: Option<usize>,
    /// Whether a match ends where the walk was to stop.
    pub(crate) here: bool,
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
            ends: OnceLock::new(),
            lead: OnceLock::new(),
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

    /// Builds the automata a search can't do without: one anchored at the start of the match, and, where literals stand at
    /// varying places, what leads from them to the start, or one that searches.
    ///
    /// # Errors
    /// [`PatternError::TooBig`].
    pub fn check(&self) -> Result<(), PatternError> {
        let led = || self.derived.is_fixed() || self.has_lead();
        let fits = self.anchored().is_some() && led() || self.unanchored().is_some();
        if fits { Ok(()) } else { Err(PatternError::TooBig) }
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

    /// Whether [`find_start`](Self::find_start) can tell.
    pub(crate) fn is_reversible(&self) -> bool {
        self.reverse().is_some()
    }

    /// Whether [`ends`](Self::ends) can tell.
    pub(crate) fn tells_ends(&self) -> bool {
        self.all_ends().is_some()
    }

    /// Bytes of the automata built so far.
    #[must_use]
    pub fn memory(&self) -> usize {
        let lead = self.lead.get().and_then(Option::as_ref).map(|lead| &lead.dfa);
        [&self.anchored, &self.unanchored, &self.reverse, &self.ends]
            .iter()
            .filter_map(|cell| cell.get()?.as_ref())
            .chain(lead)
            .map(|dfa| dfa.memory_usage())
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

    /// Where a match may start whose literal stands at `at`: the leftmost place, not before `start`, from which what must
    /// stand before the literal leads to it. `None` if that can't be told.
    pub(crate) fn lead_start(&self, text: &[u8], start: usize, at: usize, limit: usize) -> Option<Walk> {
        walk_reverse(&self.lead()?.dfa, text, start, at, limit)
    }

    /// Whether [`lead_start`](Self::lead_start) can tell.
    pub(crate) fn has_lead(&self) -> bool {
        self.lead().is_some()
    }

    /// Whether each literal has the same lead: then a match starts at [`lead_start`](Self::lead_start), or nowhere before the
    /// literal.
    pub(crate) fn has_common_lead(&self) -> bool {
        self.lead().is_some_and(|lead| lead.common)
    }

    /// Where matches end within `range`, wherever they start behind the walk's beginning. `state` continues an earlier walk
    /// that stopped at the start of `range`.
    pub(crate) fn ends(&self, text: &[u8], range: Range<usize>, state: Option<StateID>, limit: usize) -> Option<Ends> {
        let dfa = self.all_ends()?;
        let hay = text.get(range.clone())?;
        let mut walk = match state {
            Some(state) => Ends { steps: 0, state, passed: None, here: false },
            None => {
                let input = Input::new(text).range(range.start..text.len()).anchored(Anchored::No);
                Ends { steps: 0, state: dfa.start_state_forward(&input).ok()?, passed: None, here: false }
            }
        };
        for byte in hay.iter().take(limit) {
            walk.state = dfa.next_state(walk.state, *byte);
            if dfa.is_match_state(walk.state) {
                walk.passed = Some(range.start + walk.steps);
            }
            walk.steps += 1;
        }
        walk.here = walk.steps == hay.len() && dfa.is_match_state(last_state(dfa, walk.state, text.get(range.end)));
        Some(walk)
    }

    fn all_ends(&self) -> Option<&Dfa> {
        self.ends.get_or_init(|| self.build(false, MatchKind::All, StartKind::Unanchored)).as_deref()
    }

    fn anchored(&self) -> Option<&Dfa> {
        self.anchored.get_or_init(|| self.build(false, MatchKind::LeftmostFirst, StartKind::Anchored)).as_deref()
    }

    fn unanchored(&self) -> Option<&Dfa> {
        self.unanchored.get_or_init(|| self.build(false, MatchKind::LeftmostFirst, StartKind::Unanchored)).as_deref()
    }

    fn reverse(&self) -> Option<&Dfa> {
        self.reverse.get_or_init(|| self.build(true, MatchKind::All, StartKind::Anchored)).as_deref()
    }

    fn lead(&self) -> Option<&Lead> {
        let build = || {
            let lead = literals::lead(&parse(&self.source).ok()?)?;
            let dfa = build(&lead.hir, true, MatchKind::All, StartKind::Anchored)?;
            Some(Lead { dfa, common: lead.common })
        };
        self.lead.get_or_init(build).as_ref()
    }

    fn build(&self, reverse: bool, kind: MatchKind, starts: StartKind) -> Option<Box<Dfa>> {
        build(&parse(&self.source).ok()?, reverse, kind, starts)
    }
}

fn build(hir: &Hir, reverse: bool, kind: MatchKind, starts: StartKind) -> Option<Box<Dfa>> {
    let nfa: NFA = thompson::Compiler::new()
        .configure(
            thompson::Config::new()
                .utf8(false)
                .reverse(reverse)
                .which_captures(thompson::WhichCaptures::None)
                .nfa_size_limit(Some(MAX_NFA)),
        )
        .build_from_hir(hir)
        .ok()?;
    let work = MAX_WORK.checked_div(nfa.byte_classes().alphabet_len())?;
    let config = dense::Config::new()
        .accelerate(false)
        .match_kind(kind)
        .start_kind(starts)
        .dfa_size_limit(Some(MAX_AUTOMATON))
        .determinize_size_limit(Some(MAX_BUILD.min(work)));
    dense::Builder::new().configure(config).build_from_nfa(&nfa).ok().map(Box::new)
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
    use super::{Pattern, PatternError};

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
    fn what_does_not_fit_is_refused() {
        assert_eq!(Pattern::new("a[ab]{20}c").unwrap_err(), PatternError::TooBig);
    }

    #[test]
    fn what_takes_too_much_work_to_build_is_refused() {
        let letters: String = ('a'..='z').map(|letter| format!("{letter}?")).collect();
        assert!(Pattern::new(&format!("(?:{letters}){{9}}!")).is_ok());
        assert_eq!(Pattern::new(&format!("(?:{letters}){{35}}!")).unwrap_err(), PatternError::TooBig);
    }
}
