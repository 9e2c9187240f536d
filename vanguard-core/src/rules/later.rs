//! What a rule must *not* find is looked for last, and only if the rule found what it wants.
//!
//! Exclusions are made of common words (`never`, `phishing`), so that honest text is full of their candidates; what they exclude is
//! rare. A candidate of one is put down here, and most messages end with nothing found and all of them forgotten.

use super::{
    budget::Budget,
    judge::speaks,
    scan::{Candidate, RuleScratch, Segment},
    set::{Program, RuleSet},
};

/// Most candidates that are put down. Where there are more, they are looked at as they come.
pub(super) const MOST: usize = 4096;

/// A candidate to be looked at later, with the number of its buffer and of its segment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Later {
    pub(super) candidate: Candidate,
    pub(super) number: (usize, usize),
}

/// Whether an atom of a rule only ever takes back what others of its atoms say. `queries` are those of its atoms that nobody knows
/// before the texts have been analyzed.
pub(super) fn may_wait(program: &Program, atom: u32, queries: &[u32]) -> bool {
    !speaks(program, atom, true) && !queries.iter().any(|query| speaks(program, *query, true))
}

impl RuleSet {
    /// Looks at the candidates put down of rules that found something.
    pub(super) fn look_later(&self, texts: &[(&[u8], &[Segment])], scratch: &mut RuleScratch, budget: &mut Budget) {
        if scratch.later.is_empty() {
            return;
        }
        if scratch.found.is_empty() {
            scratch.later.clear();
            return;
        }
        let RuleScratch { found, holding, later, .. } = scratch;
        holding.clear();
        holding.resize(self.rules().len(), false);
        for found in found.iter() {
            if let Some(holds) = holding.get_mut(found.rule as usize) {
                *holds = true;
            }
        }
        let rule = |later: &Later| self.patterns.get(later.candidate.place.pattern as usize).map(|entry| entry.rule);
        later.retain(|later| rule(later).and_then(|rule| holding.get(rule as usize)).copied().unwrap_or_default());
        self.look_at_all(texts, scratch, budget);
    }

    /// Looks at all candidates put down, in their order.
    pub(super) fn look_at_all(&self, texts: &[(&[u8], &[Segment])], scratch: &mut RuleScratch, budget: &mut Budget) {
        let mut later = std::mem::take(&mut scratch.later);
        for Later { candidate, number: (text, segment) } in later.drain(..) {
            let Some((buffer, segments)) = texts.get(text) else { continue };
            let Some(segment) = segments.get(segment) else { continue };
            let Some(entry) = self.patterns.get(candidate.place.pattern as usize) else { continue };
            if budget.is_exhausted() {
                break;
            }
            self.confirm(entry, candidate, (segment, segment.span.of(buffer)), scratch, budget);
        }
        scratch.later = later;
    }
}
