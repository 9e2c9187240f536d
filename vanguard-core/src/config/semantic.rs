//! What judges texts by their meaning.

use crate::policy::Profile;
use crate::semantic::Judge;

/// The `semantic` section.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Semantic {
    /// Whether the embedded model judges. By default it does.
    pub model: bool,
}

impl Default for Semantic {
    fn default() -> Self {
        Self { model: true }
    }
}

impl Semantic {
    pub(crate) fn judge(&self, profile: Profile) -> Option<Judge> {
        self.model.then_some(Judge { profile })
    }
}
