//! What an analyzer found in a text, and the part of a rule's question that is about it.

use crate::message::Span;

/// A fact and its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<F> {
    /// What.
    pub fact: F,
    /// Where.
    pub span: Span,
}

/// The first place of a fact.
pub(super) fn first<F: PartialEq>(found: &[Found<F>], fact: &F) -> Option<Span> {
    found.iter().find(|found| found.fact == *fact).map(|found| found.span)
}

/// What speaks for a question whose parts are asked one by one: all must hold, and the first one's place is shown.
#[derive(Debug)]
pub(super) struct Evidence {
    shown: Option<Span>,
    holds: bool,
}

impl Evidence {
    /// Asks for the facts: one of `any`, unless it is empty, all of `all`, and none of `none`.
    pub(super) fn of<F: PartialEq>(found: &[Found<F>], any: &[F], all: &[F], none: &[F]) -> Self {
        let mut evidence = Self { shown: None, holds: !none.iter().any(|fact| first(found, fact).is_some()) };
        evidence.ask(!any.is_empty(), || found.iter().find(|found| any.contains(&found.fact)).map(|found| found.span));
        for fact in all {
            evidence.ask(true, || first(found, fact));
        }
        evidence
    }

    /// Asks for one thing more, if it is `asked`.
    pub(super) fn ask(&mut self, asked: bool, find: impl FnOnce() -> Option<Span>) {
        if asked && self.holds {
            let found = find();
            self.holds = found.is_some();
            self.shown = self.shown.or(found);
        }
    }

    /// The place that speaks for the question; `None` if it does not hold, or asked for nothing.
    pub(super) fn shown(self) -> Option<Span> {
        self.shown.filter(|_| self.holds)
    }
}
