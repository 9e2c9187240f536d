//! Which methods, tools, resources and prompts may be used: lists over names. What may not be used is not listed either.

use super::Policy;
use crate::config::{Access, NameKind};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{MessageKind, NodeId, Span};
use crate::rules::own;
use crate::verdict::Action;

/// Without these no session comes about or ends in order; a list of methods never means them.
const LIFECYCLE: [&str; 6] = [
    "initialize",
    "notifications/initialized",
    "server/discover",
    "ping",
    "notifications/cancelled",
    "notifications/progress",
];

/// Which listing carries which names, and under which key of an entry.
const LISTINGS: [(NameKind, &str, &str); 4] = [
    (NameKind::Tools, "tools", "name"),
    (NameKind::Prompts, "prompts", "name"),
    (NameKind::Resources, "resources", "uri"),
    (NameKind::Resources, "resourceTemplates", "uriTemplate"),
];

impl Policy {
    /// Adds a finding for each name that may not be used.
    pub(super) fn check_names(&self, inspection: &Inspection<'_>, findings: &mut Vec<Finding>) {
        let server = inspection.context().server;
        if NameKind::ALL.into_iter().any(|kind| self.config.restricts(kind, server)) {
            for (element, envelope) in (0_u32..).zip(inspection.envelopes()) {
                match envelope.kind {
                    Some(MessageKind::Request | MessageKind::Notification) => {
                        self.check_use(inspection, element, findings)
                    }
                    Some(MessageKind::Result) => self.check_listing(inspection, envelope.result, findings),
                    _ => {}
                }
            }
        }
    }

    fn check_use(&self, inspection: &Inspection<'_>, element: u32, findings: &mut Vec<Finding>) {
        let tape = inspection.tape();
        let Some(envelope) = inspection.envelopes().get(element as usize) else { return };
        let Some((node, method)) = envelope.method.and_then(|node| Some((node, tape.string(node)?))) else { return };
        if !LIFECYCLE.contains(&method) {
            self.check(inspection, NameKind::Methods, node, method, Action::Block, findings);
        }
        let (kind, path): (_, &[&str]) = match method {
            "tools/call" => (NameKind::Tools, &["name"]),
            "prompts/get" => (NameKind::Prompts, &["name"]),
            "resources/read" | "resources/subscribe" | "resources/unsubscribe" => (NameKind::Resources, &["uri"]),
            "completion/complete"
                if envelope.params.is_some_and(|params| tape.path(params, &["ref", "uri"]).is_some()) =>
            {
                (NameKind::Resources, &["ref", "uri"])
            }
            "completion/complete" => (NameKind::Prompts, &["ref", "name"]),
            _ => return,
        };
        let name = envelope.params.and_then(|params| tape.path(params, path));
        if let Some((node, name)) = name.and_then(|node| Some((node, tape.string(node)?))) {
            self.check(inspection, kind, node, name, Action::Block, findings);
        }
    }

    fn check_listing(&self, inspection: &Inspection<'_>, result: Option<NodeId>, findings: &mut Vec<Finding>) {
        let tape = inspection.tape();
        for (kind, list, key) in LISTINGS {
            let Some(list) = result.and_then(|result| tape.member(result, list)) else { continue };
            for entry in tape.elements(list) {
                if let Some((node, name)) = tape.member(entry, key).and_then(|node| Some((node, tape.string(node)?))) {
                    self.check(inspection, kind, node, name, Action::Edit, findings);
                }
            }
        }
    }

    fn check(
        &self,
        inspection: &Inspection<'_>,
        kind: NameKind,
        node: NodeId,
        name: &str,
        action: Action,
        findings: &mut Vec<Finding>,
    ) {
        let list = kind.as_str();
        let (reason, allow) = match self.config.access(kind, inspection.context().server, name) {
            Access::Allowed => return,
            Access::Denied(pattern) => (
                format!("`{list}.deny` has `{}`", pattern.as_str()),
                format!("take `{}` out of `{list}.deny`", pattern.as_str()),
            ),
            Access::Unlisted => (
                format!("nothing in `{list}.allow` matches it"),
                format!("{list}: {{allow: [{}]}}", serde_json::Value::from(name)),
            ),
        };
        let rule = match kind {
            NameKind::Methods => own::POLICY_METHOD,
            NameKind::Tools => own::POLICY_TOOL,
            NameKind::Resources => own::POLICY_RESOURCE,
            NameKind::Prompts => own::POLICY_PROMPT,
        };
        let span = inspection.tape().node(node).map_or(Span::default(), |node| node.source);
        let mut finding = Finding::new(rule, Layer::Policy, Severity::High, Confidence::High)
            .because(reason)
            .at(inspection.tape().pointer(node), span)
            .seeing(name.as_bytes());
        finding.action = action;
        finding.allow = allow;
        findings.push(finding);
    }
}
