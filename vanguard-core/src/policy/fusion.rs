//! Evidence put together: what the embedded model is only half sure of blocks where something else speaks against the text too. It
//! raises actions and never lowers one.

use super::Policy;
use super::compose::element;
use crate::config::Capability;
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::Flow;
use crate::verdict::Action;

impl Policy {
    /// Blocks what L2 warns of where L1 found something in the same message, or where the text comes from, or goes to, where it does harm.
    pub(super) fn fuse(&self, inspection: &Inspection<'_>, findings: &mut [Finding]) {
        let half = |finding: &Finding| finding.layer == Layer::L2 && finding.action == Action::Warn;
        if !findings.iter().any(half) {
            return;
        }
        let spoken: Vec<u32> = findings
            .iter()
            .filter(|finding| speaks(finding))
            .map(|finding| element(inspection, &finding.pointer))
            .collect();
        for finding in findings.iter_mut().filter(|finding| half(finding)) {
            let element = element(inspection, &finding.pointer);
            let why = if spoken.contains(&element) {
                "a signature speaks against the message too"
            } else if finding.confidence >= Confidence::Medium && self.is_exposed(inspection, element) {
                match inspection.flow() {
                    Flow::ToServer => "the tool can do harm with it",
                    Flow::ToClient => "it comes from another machine or from strangers",
                }
            } else {
                continue;
            };
            finding.action = Action::Block;
            finding.reason = format!("{}; it blocks since {why}", finding.reason);
        }
    }

    /// Whether the tool is known to run what it gets or to send it on; of a result, whether it is known to come from elsewhere.
    pub(crate) fn is_exposed(&self, inspection: &Inspection<'_>, element: u32) -> bool {
        let Some(target) = inspection.target(element) else { return false };
        let exposing: &[Capability] = match inspection.flow() {
            Flow::ToServer => &[Capability::Exec, Capability::Network, Capability::Message],
            Flow::ToClient => &[Capability::Network, Capability::Message],
        };
        let method = inspection.method(element);
        match method {
            Some("tools/call") => self
                .config
                .capabilities_of(target)
                .is_some_and(|can| exposing.iter().any(|capability| can.contains(*capability))),
            Some("resources/read") => target.starts_with("http://") || target.starts_with("https://"),
            _ => false,
        }
    }
}

/// Whether a finding of L1 says something of what the text is for. That it holds a secret does not; nor does a signature that honest
/// texts about attacks often meet, since the model takes those for attacks too.
fn speaks(finding: &Finding) -> bool {
    finding.layer == Layer::L1
        && finding.action >= Action::Warn
        && finding.severity >= Severity::Medium
        && finding.confidence >= Confidence::Medium
        && finding.held.is_none()
}
