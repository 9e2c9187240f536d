//! Planted strings: a message to a server that holds one, in any encoding, was made from what nobody was to read.

use super::{Copies, Secret};
use crate::config::Redaction;
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::message::{NodeKind, Span, Tape};
use crate::rules::own;
use crate::verdict::Action;

/// The canaries of a configuration, ready to be looked for.
pub(crate) struct Canaries {
    all: Copies,
    each: Vec<(String, Secret)>,
}

impl Canaries {
    /// `None` where there are none.
    pub(crate) fn of(redaction: &Redaction) -> Option<Self> {
        let secret = |value: &str| Secret::new(value.as_bytes());
        let each: Vec<_> =
            redaction.canaries.iter().map(|(name, value)| (name.clone(), secret(value.reveal()))).collect();
        let marked: Vec<_> = each.iter().map(|(name, secret)| (secret.clone(), name.clone())).collect();
        Some(Self { all: Copies::of_any_case(&marked)?, each })
    }

    /// A finding for each string that holds one.
    pub(crate) fn find(&self, tape: &Tape, message: &[u8], out: &mut Vec<Finding>) {
        for (id, node) in (0_u32..).zip(tape.nodes()) {
            if !matches!(node.kind, NodeKind::String | NodeKind::Key) {
                continue;
            }
            let text = node.text.of(tape.arena());
            let Some(name) = self.all.first(text) else { continue };
            let span = tape.source_span(id, Span::of_usize(0, text.len()), message);
            let reason =
                format!("the canary `{name}` is on its way to a server: it was planted where nothing honest reads");
            let mut finding = Finding::new(own::CANARY, Layer::Policy, Severity::Critical, Confidence::High)
                .because(reason)
                .at(tape.pointer(id), span);
            finding.action = Action::Block;
            finding.held = self.each.iter().find(|(known, _)| known == name).map(|(_, secret)| secret.clone());
            out.push(finding);
        }
    }
}

impl std::fmt::Debug for Canaries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canaries").finish_non_exhaustive()
    }
}
