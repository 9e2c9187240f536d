//! A candidate confirmed: does the pattern match around this literal?
//!
//! A text can be made of a rule's literals, so the work for one pattern in one text must stay linear in the text
//! whatever it holds. Where the literal stands at one distance from the start of the match, one anchored walk decides,
//! and it mostly ends after a few bytes. Where the distance varies, a walk from the literal towards the start comes first. If
//! such walks have cost more than twice the way they came, a sweep searches a stretch at least twice as long as the longest
//! match, and what it has covered is not searched again: each byte is offered to a pattern about twice at most.

use crate::message::Span;

use super::{
    budget::Budget,
    pattern::{Pattern, Walk},
};

/// Work that walks may cost before they are compared with the way they came.
const ALLOWANCE: usize = 64;
/// Matches reported for one pattern in one text. The last one reaches to the end of the text, so that what is redacted
/// by it leaves nothing behind.
pub const MAX_MATCHES: u32 = 512;

/// What is known of one pattern in the text at hand.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mark {
    /// The text it is about.
    stamp: u32,
    /// Where its first candidate stood.
    first: usize,
    /// Bytes its anchored walks stepped over.
    spent: usize,
    /// No match starts before this that is not reported. `usize::MAX` when there is nothing left to find.
    covered: usize,
    matches: u32,
}

impl Mark {
    /// Makes it blank if it was about another text. `at` is where the candidate stands.
    pub(crate) fn enter(&mut self, stamp: u32, at: usize) {
        if self.stamp != stamp {
            *self = Self { stamp, first: at, ..Self::default() };
        }
    }
}

/// What to confirm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task<'a> {
    pub(crate) pattern: &'a Pattern,
    /// Lowest and highest place where a match may start.
    pub(crate) reach: (usize, usize),
    /// Where the literal stands.
    pub(crate) at: usize,
    pub(crate) text: &'a [u8],
    /// Whether each match counts or the first alone.
    pub(crate) every: bool,
}

/// Looks for matches that start within the task's reach and offers each to `accept`, which returns what to
/// report of it, if anything.
pub(crate) fn confirm(
    Task { pattern, reach, at, text, every }: Task<'_>,
    mark: &mut Mark,
    budget: &mut Budget,
    mut accept: impl FnMut(&mut Budget, usize, usize) -> Option<Span>,
    mut found: impl FnMut(Span),
) {
    let (lowest, highest) = (reach.0.max(mark.covered), reach.1);
    if lowest > highest {
        return;
    }
    let mut report = |mark: &mut Mark, budget: &mut Budget, start: usize, end: usize| {
        mark.covered = end.max(start + 1);
        let Some(mut span) = accept(budget, start, end) else { return };
        mark.matches += 1;
        if !every {
            mark.covered = usize::MAX;
        } else if mark.matches >= MAX_MATCHES {
            mark.covered = usize::MAX;
            span.end = Span::of_usize(0, text.len()).end;
        }
        found(span);
    };
    let fixed = pattern.derived().is_fixed();
    let overspent = mark.spent > ALLOWANCE + 2 * highest.saturating_sub(mark.first);
    if fixed && !(overspent && pattern.is_linear()) {
        if let Some(end) = step(mark, budget, pattern.match_at(text, highest, budget.limit())) {
            report(mark, budget, highest, end);
        }
        return;
    }
    // A sweep finds matches from left to right; the first literal needn't be that of the first match.
    if pattern.has_lead() && !((every || overspent) && pattern.is_linear()) {
        let mut from = lowest;
        while from <= at
            && let Some(start) = step(mark, budget, pattern.lead_start(text, from, at, budget.limit()))
        {
            if let Some(end) = step(mark, budget, pattern.match_at(text, start, budget.limit())) {
                return report(mark, budget, start, end);
            }
            if pattern.has_common_lead() || budget.is_exhausted() {
                return;
            }
            from = start + 1;
        }
        return;
    }
    let longest = pattern.derived().max_len.map(|len| len as usize);
    let end = longest.map_or(text.len(), |len| text.len().min((highest + len).max(lowest + 2 * len)));
    let mut from = lowest;
    while from <= highest {
        let Some(walk) = pattern.find_end(text, from, end, budget.limit()) else { return budget.exhaust() };
        if !budget.spend(walk.steps as u64) {
            return;
        }
        let Some(last) = walk.found else {
            // What starts too near to the end of the stretch may reach beyond it.
            mark.covered = if end == text.len() { usize::MAX } else { end - longest.unwrap_or(0) + 1 };
            return;
        };
        let back = pattern.find_start(text, from, last, budget.limit());
        let start = back.and_then(|walk| walk.found).unwrap_or(from);
        // The stretch may have cut a long match short.
        let whole = pattern.match_at(text, start, budget.limit());
        let steps = back.map_or(0, |walk| walk.steps) + whole.map_or(0, |walk| walk.steps);
        if !budget.spend(steps as u64) {
            return;
        }
        report(mark, budget, start, whole.and_then(|walk| walk.found).unwrap_or(last));
        from = mark.covered;
    }
}

/// Charges a walk, and says what it found.
fn step(mark: &mut Mark, budget: &mut Budget, walk: Option<Walk>) -> Option<usize> {
    // An automaton that can't be built was refused when the rule was loaded; here it must not pass silently.
    let Some(walk) = walk else {
        budget.exhaust();
        return None;
    };
    mark.spent += walk.steps;
    if budget.spend(walk.steps as u64) { walk.found } else { None }
}
