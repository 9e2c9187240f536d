//! Findings to one action: the strongest of what each comes to, never less.

use super::Policy;
use super::listing;
use crate::finding::{Finding, Layer};
use crate::inspection::Inspection;
use crate::policy::Profile;
use crate::verdict::{Action, Edit};
use std::time::Duration;

/// What findings compose to.
pub(crate) struct Composed {
    pub(crate) action: Action,
    pub(crate) would: Action,
    pub(crate) edits: Vec<Edit>,
}

impl Policy {
    /// Sets each finding's action and composes them. `undecided`: a layer would have asked someone and nobody did.
    pub(crate) fn compose(
        &self,
        inspection: &Inspection<'_>,
        findings: &mut [Finding],
        undecided: bool,
        now: Option<Duration>,
    ) -> Composed {
        let floor = if undecided { self.when_undecided } else { Action::Allow };
        if findings.is_empty() && floor == Action::Allow {
            return Composed { action: Action::Allow, would: Action::Allow, edits: Vec::new() };
        }
        let _ = now;
        for finding in findings.iter_mut() {
            // What policy itself found (a list, a zone) comes with its action.
            if finding.layer != Layer::Policy {
                finding.action = self.thresholds.action(finding.severity, finding.confidence).max(finding.action);
            }
        }
        let edits =
            if self.profile == Profile::Monitor { Vec::new() } else { listing::remove_entries(inspection, findings) };
        let would = findings.iter().map(|finding| finding.action).max().unwrap_or_default().max(floor);
        let action = if self.profile == Profile::Monitor { would.min(Action::Warn) } else { would };
        Composed { action, would, edits: if action == Action::Edit { edits } else { Vec::new() } }
    }
}
