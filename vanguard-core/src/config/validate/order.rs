//! What must hold between thresholds: what is stronger asks for no less. Judged once all files are read, since they add up.

use crate::config::bars::{Bar, BarOverrides};
use crate::config::model::Place;
use crate::config::problem::Problems;
use crate::policy::Profile;

/// A threshold and where it was written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) bar: Bar,
    pub(crate) place: Place,
}

/// The thresholds that the files set; a later file's stands in place of an earlier one's.
#[derive(Clone, Debug, Default)]
pub(crate) struct WrittenBars {
    pub(crate) warn: Option<Written>,
    pub(crate) review: Option<Written>,
    pub(crate) block: Option<Written>,
    pub(crate) unknown_fields: Option<Written>,
}

impl WrittenBars {
    /// The same without places.
    pub(crate) fn overrides(&self) -> BarOverrides {
        let bar = |written: &Option<Written>| written.as_ref().map(|written| written.bar);
        BarOverrides {
            warn: bar(&self.warn),
            review: bar(&self.review),
            block: bar(&self.block),
            unknown_fields: bar(&self.unknown_fields),
        }
    }

    /// Reports thresholds that contradict each other. Only what was written can: the profile's follow.
    pub(crate) fn check(&self, profile: Profile, problems: &mut Problems) {
        for (stronger, weaker, names) in [
            (&self.block, &self.review, ("block", "review")),
            (&self.review, &self.warn, ("review", "warn")),
            (&self.block, &self.warn, ("block", "warn")),
        ] {
            let (Some(stronger), Some(weaker)) = (stronger, weaker) else { continue };
            if weaker.bar != Bar::NEVER && !stronger.bar.is_within(weaker.bar) {
                let (strong, weak) = names;
                weaker.report(
                    problems,
                    format!("`{weak}` asks for more than `{strong}`"),
                    format!("every finding that reaches `{strong}` must reach `{weak}` too; lower `{weak}` or raise `{strong}`"),
                );
            }
        }
        let block = self.overrides().under(profile).block;
        if let Some(unknown) = self.unknown_fields.as_ref().filter(|unknown| !unknown.bar.is_within(block)) {
            unknown.report(
                problems,
                "`unknown_fields` asks for less than `block`".to_owned(),
                "fields that nothing is known of are judged by every analyzer; raise it, or lower `block`".to_owned(),
            );
        }
    }
}

impl Written {
    fn report(&self, problems: &mut Problems, message: String, help: String) {
        problems.enter(self.place.source.clone());
        problems.error(self.place.span, message).help(help);
    }
}
