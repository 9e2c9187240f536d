//! When a rule holds: atoms about one field, combined.

use std::sync::Arc;

use super::{
    chain::Chain,
    pattern::Pattern,
    query::Query,
    syntax::{Derived, PatternError},
};

/// Deepest nesting of `all`, `any` and `not`.
pub const MAX_DEPTH: usize = 8;

/// What must be true of one field. Each atom may be true of a different view of it.
#[derive(Clone, Debug)]
pub enum Condition {
    /// A regex matches, or a literal written as one.
    Pattern {
        /// The regex.
        source: String,
        /// What was derived from it.
        derived: Derived,
    },
    /// One pattern matches, and another one soon behind it in the same text.
    Sequence(Box<Sequence>),
    /// An analyzer's facts are as asked.
    Query(Arc<Query>),
    /// All of these.
    All(Vec<Condition>),
    /// At least one of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
}

/// `sequence: {first: …, then: …, within: 100, stop: ".\n"}`
#[derive(Clone, Debug)]
pub struct Sequence {
    /// What comes first.
    pub first: (String, Derived),
    /// What comes then.
    pub then: (String, Derived),
    /// Most bytes between the end of the one and the start of the other.
    pub within: u32,
    /// Bytes that may not stand between them.
    pub stop: Vec<u8>,
}

impl Sequence {
    /// Builds the automata a search can't do without.
    ///
    /// # Errors
    /// [`PatternError::TooBig`].
    pub fn check(&self) -> Result<(), PatternError> {
        let [first, then] = [&self.first, &self.then].map(|(text, derived)| Pattern::with(text, derived.clone()));
        Chain::new(first, then, self.within, &self.stop).check()
    }
}

impl Condition {
    /// Whether it could hold for a field in which nothing was found. Such a rule would accuse the absence of things,
    /// and would have to be asked about every field.
    #[must_use]
    pub fn holds_for_nothing(&self) -> bool {
        match self {
            Self::Pattern { .. } | Self::Sequence(_) | Self::Query(_) => false,
            Self::All(parts) => parts.iter().all(Self::holds_for_nothing),
            Self::Any(parts) => parts.iter().any(Self::holds_for_nothing),
            Self::Not(part) => !part.holds_for_nothing(),
        }
    }

    /// Every atom below, `negated` telling whether it stands under an odd number of `not`s.
    pub fn visit<'c>(&'c self, negated: bool, each: &mut dyn FnMut(&'c Self, bool)) {
        match self {
            Self::Pattern { .. } | Self::Sequence(_) | Self::Query(_) => each(self, negated),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.visit(negated, each)),
            Self::Not(part) => part.visit(!negated, each),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Condition;
    use crate::rules::syntax::derive;

    fn pattern(source: &str) -> Condition {
        Condition::Pattern { source: source.into(), derived: derive(source).unwrap() }
    }

    #[test]
    fn absence_alone_is_no_condition() {
        let absent = || Condition::Not(Box::new(pattern("abc")));
        assert!(absent().holds_for_nothing());
        assert!(Condition::Any(vec![pattern("x"), absent()]).holds_for_nothing());
        assert!(!Condition::All(vec![pattern("x"), absent()]).holds_for_nothing());
        assert!(!Condition::Not(Box::new(absent())).holds_for_nothing());
    }

    #[test]
    fn atoms_know_whether_they_are_negated() {
        let condition = Condition::All(vec![pattern("abc"), Condition::Not(Box::new(pattern("def")))]);
        let mut seen = Vec::new();
        condition.visit(false, &mut |_, negated| seen.push(negated));
        assert_eq!(seen, [false, true]);
    }
}
