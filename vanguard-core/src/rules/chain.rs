//! Two patterns in order with a bounded gap between them, judged in linear time.
//!
//! `read .{0,100} id_rsa` as one regex needs an automaton that counts the gap from every place where the first part may
//! have ended: thousands of states, or refused. As two parts each needs a small one. The part with the rarer literals is
//! looked for by the prefilter; where it matches, the other one is asked for: the latest end before it, or the next start
//! behind it. Both answers only move forward through a text, so each byte is offered to each part about twice at most,
//! however often the text repeats them.

use regex_automata::util::primitives::StateID;

use crate::message::Span;

use super::{
    budget::Budget,
    pattern::Pattern,
    syntax::{Derived, PatternError},
};

/// Widest gap, and the longest match of a part that is looked for, in bytes.
pub(super) const MAX_PART: u32 = 512;

/// What a step of an automaton costs beside a stop of the prefilter.
const STEP: f64 = 0.1;

/// One pattern, then another.
#[derive(Debug)]
pub(crate) struct Chain {
    first: Pattern,
    second: Pattern,
    within: usize,
    /// Bytes that may not stand in the gap.
    stop: Box<[u8]>,
    seek: Seek,
}

/// Which part the prefilter looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seek {
    First,
    Second,
}

/// What is known of the other part in the text at hand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Memo {
    /// The text it is about.
    stamp: u32,
    /// Its matches before this are known.
    at: usize,
    /// Where the last question was asked.
    asked: usize,
    /// Its automaton's state at `at`, if the walk goes on there.
    state: Option<StateID>,
    /// The latest end of the first part (twice), or the next match of the second.
    found: Option<(usize, usize)>,
}

impl Memo {
    /// Makes it blank if it was about another text.
    pub(crate) fn enter(&mut self, stamp: u32) {
        if self.stamp != stamp {
            *self = Self { stamp, ..Self::default() };
        }
    }
}

impl Chain {
    /// `second` starts at most `within` bytes behind the end of `first`, with none of `stop` between them.
    pub(crate) fn new(first: Pattern, second: Pattern, within: u32, stop: &[u8]) -> Self {
        let look = |sought: &Pattern, other: &Pattern| {
            // Where little more than the literal is asked for, each of them has the other part looked for.
            let Derived { cost, bare, .. } = sought.derived();
            cost + bare * (f64::from(within) + longest(other) as f64) * STEP
        };
        let seek = if look(&first, &second) < look(&second, &first) { Seek::First } else { Seek::Second };
        Self { first, second, within: within as usize, stop: stop.into(), seek }
    }

    /// Builds the automata a search can't do without.
    ///
    /// # Errors
    /// [`PatternError::TooBig`]: the part that isn't sought can't be searched for in the way this needs.
    pub(crate) fn check(&self) -> Result<(), PatternError> {
        self.sought().check()?;
        let fits = match self.seek {
            Seek::First => self.second.is_linear() && self.second.is_reversible(),
            Seek::Second => self.first.tells_ends() && self.first.is_reversible(),
        };
        if fits { Ok(()) } else { Err(PatternError::TooBig) }
    }

    /// The part whose literals the prefilter looks for.
    pub(crate) fn sought(&self) -> &Pattern {
        match self.seek {
            Seek::First => &self.first,
            Seek::Second => &self.second,
        }
    }

    /// Both parts.
    pub(crate) fn parts(&self) -> [&Pattern; 2] {
        [&self.first, &self.second]
    }

    /// The whole, given that the sought part matches at `start..end`. Calls come in the order of `start`.
    pub(crate) fn complete(
        &self,
        (start, end): (usize, usize),
        text: &[u8],
        memo: &mut Memo,
        budget: &mut Budget,
    ) -> Option<Span> {
        match self.seek {
            Seek::First => {
                let (next, last) = self.next_second(end, text, memo, budget)?;
                self.may_part(text.get(end..next)?).then(|| Span::of_usize(start, last))
            }
            Seek::Second => {
                let before = self.latest_first(start, text, memo, budget)?;
                let from = before.saturating_sub(longest(&self.first));
                let walk = self.first.find_start(text, from, before, budget.limit());
                budget.spend(walk.map_or(0, |walk| walk.steps) as u64);
                let begin = walk.and_then(|walk| walk.found).unwrap_or(before);
                self.may_part(text.get(before..start)?).then(|| Span::of_usize(begin, end))
            }
        }
    }

    fn may_part(&self, gap: &[u8]) -> bool {
        gap.len() <= self.within && !gap.iter().any(|byte| self.stop.contains(byte))
    }

    /// The latest end, at or before `before`, of a match of the first part.
    fn latest_first(&self, before: usize, text: &[u8], memo: &mut Memo, budget: &mut Budget) -> Option<usize> {
        // What ends before this is too far away.
        let from = before.saturating_sub(self.within + longest(&self.first));
        if memo.at < from || memo.at > before {
            *memo = Memo { at: from, stamp: memo.stamp, ..Memo::default() };
        }
        let Some(walk) = self.first.ends(text, memo.at..before, memo.state, budget.limit()) else {
            budget.exhaust();
            return None;
        };
        budget.spend(walk.steps as u64);
        memo.at += walk.steps;
        memo.state = Some(walk.state);
        memo.found = walk.passed.map(|end| (end, end)).or(memo.found);
        walk.here.then_some(before).or(memo.found.map(|(end, _)| end))
    }

    /// The next match of the second part that starts at or behind `from`; one that starts too late may be returned.
    fn next_second(&self, from: usize, text: &[u8], memo: &mut Memo, budget: &mut Budget) -> Option<(usize, usize)> {
        let longest = longest(&self.second);
        if from < memo.asked {
            *memo = Memo { stamp: memo.stamp, ..Memo::default() };
        }
        memo.asked = from;
        memo.at = memo.at.max(from);
        memo.found = memo.found.filter(|(start, _)| *start >= from);
        while memo.found.is_none() && memo.at <= from + self.within && memo.at < text.len() {
            // Further than this candidate needs, so that the next one finds it done.
            let end = text.len().min((from + self.within + longest).max(memo.at + 2 * (self.within + longest)));
            let Some(walk) = self.second.find_end(text, memo.at, end, budget.limit()) else {
                budget.exhaust();
                return None;
            };
            if !budget.spend(walk.steps as u64) {
                return None;
            }
            let Some(last) = walk.found else {
                memo.at = if end == text.len() { end } else { end + 1 - longest };
                continue;
            };
            let lowest = memo.at.max(last.saturating_sub(longest));
            let back = self.second.find_start(text, lowest, last, budget.limit());
            budget.spend(back.map_or(0, |walk| walk.steps) as u64);
            let start = back.and_then(|walk| walk.found).unwrap_or(lowest);
            memo.found = Some((start, last));
            memo.at = start + 1;
        }
        memo.found
    }
}

fn longest(pattern: &Pattern) -> usize {
    pattern.derived().max_len.unwrap_or(MAX_PART).min(MAX_PART) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Chain, Memo};
    use crate::{
        message::Span,
        rules::{Budget, pattern::Pattern},
    };

    /// All spans of `first`, up to `within` bytes without a stop, then `then`: by trying every pair of places.
    fn plain(first: &str, then: &str, within: usize, text: &[u8]) -> bool {
        let [first, then] = [first, then].map(|source| Pattern::new(source).unwrap());
        let ends: Vec<usize> = (0..text.len())
            .flat_map(|start| (start + 1..=text.len()).map(move |end| (start, end)))
            .filter(|(start, end)| {
                let found = first.match_at(text.get(..*end).unwrap(), *start, usize::MAX).unwrap().found;
                found == Some(*end)
            })
            .map(|(_, end)| end)
            .collect();
        (0..text.len()).filter(|start| then.match_at(text, *start, usize::MAX).unwrap().found.is_some()).any(|start| {
            let near = |end: &usize| *end <= start && start - end <= within && !text[*end..start].contains(&b'.');
            ends.iter().any(near)
        })
    }

    fn holds(first: &str, then: &str, within: u32, text: &[u8]) -> bool {
        let [one, two] = [first, then].map(|source| Pattern::new(source).unwrap());
        let chain = Chain::new(one, two, within, b".");
        let (mut memo, mut budget) = (Memo::default(), Budget::default());
        let sought = chain.sought();
        (0..text.len()).any(|start| {
            let Some(end) = sought.match_at(text, start, usize::MAX).unwrap().found else { return false };
            chain.complete((start, end), text, &mut memo, &mut budget).is_some()
        })
    }

    #[test]
    fn either_part_may_be_the_rarer() {
        for (first, then) in [("read ?", "id_rsa"), ("xylophone ?", "the")] {
            for (text, expected) in [
                ("read the id_rsa, xylophone and the rest", true),
                ("id_rsa the read xylophone", false),
                ("read. id_rsa xylophone. the", false),
                ("read                        id_rsa xylophone                      the", false),
            ] {
                assert_eq!(holds(first, then, 8, text.as_bytes()), expected, "{first} {then} {text}");
            }
        }
    }

    #[test]
    fn the_whole_is_reported() {
        let [first, then] = ["re+ad", "id_rsa"].map(|source| Pattern::new(source).unwrap());
        let chain = Chain::new(first, then, 20, b"");
        let span = chain.complete(
            (13, 19),
            b"read reead my id_rsa".get(..).unwrap(),
            &mut Memo::default(),
            &mut Budget::default(),
        );
        assert_eq!(span, Some(Span::new(5, 19)));
    }

    proptest! {
        #[test]
        fn holds_where_some_pair_of_places_does(text in "(?s:read|reread|id_rsa|id|the|\\.| |a){0,14}", within in 1..9_u32) {
            for (first, then) in [("read", "id(_rsa)?"), ("(re)?read", "the"), ("id", "a|the"), ("id_rsa", "[a-z]")] {
                let text = text.as_bytes();
                prop_assert_eq!(holds(first, then, within, text), plain(first, then, within as usize, text), "{} {}", first, then);
            }
        }
    }
}
