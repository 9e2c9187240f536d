//! What a carrier writes down before a decision takes effect.

use serde::Serialize;

use crate::finding::Finding;
use crate::message::{Flow, MessageKind};
use crate::session::RequestId;
use crate::verdict::{Action, Edit, Undecided, Verdict, Versions, strongest};

/// One decision, as it goes into a log. It holds no message: evidence is short and masked.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// When, in seconds since the Unix epoch; absent where no clock is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
    /// The server's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The direction.
    pub flow: Flow,
    /// What the message is.
    pub kind: Option<MessageKind>,
    /// The id of the request or answer.
    pub id: Option<RequestId>,
    /// The method, of an answer that of its request.
    pub method: Option<String>,
    /// The tool, prompt or resource named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Bytes of the message.
    pub bytes: u64,
    /// What happened.
    pub action: Action,
    /// What the findings composed to.
    pub would: Action,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// Who would have been asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<Undecided>,
    /// What decided it.
    pub versions: Versions,
}

impl Record {
    /// As one JSON line without the newline.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As one readable line: what happened, to what, why, and how to allow it.
    #[must_use]
    pub fn human(&self) -> String {
        let mut line = self.action.as_str().to_owned();
        if self.would != self.action {
            line += &format!(" (would {})", self.would.as_str());
        }
        line += if self.flow == Flow::ToServer { " → server" } else { " → client" };
        for part in [&self.method, &self.target].into_iter().flatten() {
            line.push(' ');
            line += &crate::finding::excerpt(part.as_bytes());
        }
        if let Some(finding) = strongest(&self.findings, self.would) {
            line += &format!(": {} [{}", finding.reason, finding.rule);
            if !finding.pointer.is_empty() {
                line += &format!(" at {}", crate::finding::excerpt(finding.pointer.as_bytes()));
            }
            line.push(']');
            if !finding.evidence.is_empty() {
                line += &format!(" saw `{}`", finding.evidence);
            }
            if self.findings.len() > 1 {
                line += &format!(" (+{} more)", self.findings.len() - 1);
            }
            if self.action > Action::Warn && !finding.allow.is_empty() {
                line += &format!("; to allow: {}", finding.allow);
            }
        }
        line
    }

    pub(super) fn new(verdict: &Verdict, about: About<'_>) -> Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Self {
            at: about.at,
            server: own(about.server),
            session: own(about.session),
            principal: own(about.principal),
            flow: verdict.flow,
            kind: verdict.kind,
            id: verdict.id().cloned(),
            method: own(about.method),
            target: own(about.target),
            bytes: about.bytes,
            action: verdict.action,
            would: verdict.would,
            findings: verdict.findings.clone(),
            edits: verdict.edits.clone(),
            undecided: verdict.undecided.clone(),
            versions: (*verdict.versions).clone(),
        }
    }
}

/// What a record says beside the verdict.
pub(super) struct About<'a> {
    pub(super) at: Option<f64>,
    pub(super) server: Option<&'a str>,
    pub(super) session: Option<&'a str>,
    pub(super) principal: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) target: Option<&'a str>,
    pub(super) bytes: u64,
}
