//! Findings to one action: the strongest of what each comes to, never less.

use std::time::Duration;

use super::{Policy, Profile, listing};
use crate::config::Occasion;
use crate::finding::{Finding, Layer};
use crate::inspection::Inspection;
use crate::verdict::{Action, Edit};

/// What findings compose to.
pub(crate) struct Composed {
    pub(crate) action: Action,
    pub(crate) would: Action,
    pub(crate) edits: Vec<Edit>,
}

impl Policy {
    /// Adds what policy itself finds, sets each finding's action and composes them. `undecided`: a layer would have asked
    /// someone and nobody did. `now` is for exceptions that expire.
    pub(crate) fn compose(
        &self,
        inspection: &Inspection<'_>,
        findings: &mut Vec<Finding>,
        undecided: bool,
        now: Option<Duration>,
    ) -> Composed {
        self.check_names(inspection, findings);
        let floor = if undecided { self.config.undecided() } else { Action::Allow };
        for finding in findings.iter_mut() {
            finding.action = self.action(inspection, finding);
            if finding.action > Action::Allow && !self.config.exceptions.is_empty() {
                self.except(inspection, finding, now);
            }
        }
        self.fuse(inspection, findings);
        findings.retain(|finding| !finding.faint || finding.action > Action::Warn);
        let edits = listing::remove_entries(inspection, self.config.poisoned, findings);
        let would = findings.iter().map(|finding| finding.action).max().unwrap_or_default().max(floor);
        let action = if self.config.profile == Profile::Monitor { would.min(Action::Warn) } else { would };
        Composed { action, would, edits: if action == Action::Edit { edits } else { Vec::new() } }
    }

    /// What a finding comes to by itself.
    fn action(&self, inspection: &Inspection<'_>, finding: &Finding) -> Action {
        // What policy itself found comes with its action.
        if finding.layer == Layer::Policy {
            return finding.action;
        }
        let own = self.bars.action(finding.severity, finding.confidence, finding.unknown_field);
        self.disclose(inspection, finding, own).max(finding.action)
    }

    /// Whether a finding blocks the message whatever else is found. One that an exception may name, or that takes an entry out of a
    /// listing, may not.
    pub(crate) fn blocks(&self, inspection: &Inspection<'_>, finding: &Finding, now: Option<Duration>) -> bool {
        let excepted = || {
            let occasion = occasion(inspection, finding, now);
            self.config.exceptions.iter().any(|exception| exception.applies(&occasion))
        };
        self.action(inspection, finding) == Action::Block && !listing::holds(&finding.pointer) && !excepted()
    }

    /// Lets a finding pass that an exception names.
    fn except(&self, inspection: &Inspection<'_>, finding: &mut Finding, now: Option<Duration>) {
        let occasion = occasion(inspection, finding, now);
        if let Some(exception) = self.config.exceptions.iter().find(|exception| exception.applies(&occasion)) {
            finding.action = Action::Allow;
            finding.reason = format!("{} (excepted: {})", finding.reason, exception.reason);
        }
    }

    /// Says of each finding that counts which line would let it pass. Asked when it is known which are told.
    pub(crate) fn explain(&self, inspection: &Inspection<'_>, findings: &mut [Finding]) {
        let silent = |finding: &&mut Finding| finding.action > Action::Allow && finding.allow.is_empty();
        for finding in findings.iter_mut().filter(silent) {
            finding.allow = exception_line(&occasion(inspection, finding, None));
        }
    }
}

/// What an exception is asked about a finding.
fn occasion<'a>(inspection: &Inspection<'a>, finding: &'a Finding, now: Option<Duration>) -> Occasion<'a> {
    let server = inspection.context().server;
    let element = element(inspection, &finding.pointer);
    let tool = inspection.target(element).filter(|_| inspection.method(element) == Some("tools/call"));
    Occasion { rule: &finding.rule, server, tool, pointer: &finding.pointer, now }
}

/// Which message of a batch a pointer leads into.
pub(super) fn element(inspection: &Inspection<'_>, pointer: &str) -> u32 {
    if inspection.envelopes().len() < 2 {
        return 0;
    }
    pointer.split('/').nth(1).and_then(|step| step.parse().ok()).unwrap_or(0)
}

/// The exception that lets just this pass, as YAML in one line.
fn exception_line(occasion: &Occasion<'_>) -> String {
    let mut line = format!("exceptions: [{{rule: {}", occasion.rule);
    // JSON strings are YAML strings, whatever an attacker put into a name.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    if let Some(server) = occasion.server {
        line += &format!(", server: {}", quoted(server));
    }
    if let Some(tool) = occasion.tool {
        line += &format!(", tool: {}", quoted(tool));
    }
    if occasion.pointer.len() > 1 && occasion.pointer.len() < 200 {
        line += &format!(", pointer: {}", quoted(occasion.pointer));
    }
    line + ", reason: \"…\"}]"
}
