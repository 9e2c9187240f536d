//! The condition a rule puts on personal data. Plain data, written as YAML.
//!
//! ```yaml
//! pii: {fact: [card, iban]}                 # any of these
//! pii: {fact: us_ssn, named: true}          # with a word beside it that says what it is
//! ```

use super::{Fact, Found, Pii};
use crate::message::Span;
use serde::{Deserialize, Serialize};

/// A condition on the personal data in a text. A query without facts matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PiiQuery {
    /// One of these stands in the text.
    pub fact: Vec<Fact>,
    /// A word beside it must say what it is, also where its form says enough.
    pub named: bool,
}

impl PiiQuery {
    /// The first place in the text of what the query asks for, or `None` if it is not there.
    #[must_use]
    pub fn matches(&self, pii: &Pii<'_>) -> Option<Span> {
        self.all(pii).next()
    }

    /// Every place in the text of what the query asks for.
    pub fn all<'q>(&'q self, pii: &Pii<'q>) -> impl Iterator<Item = Span> + 'q {
        let asked = |found: &&Found| self.fact.contains(&found.fact) && (found.named || !self.named);
        pii.found().iter().filter(asked).map(|found| found.span)
    }
}
