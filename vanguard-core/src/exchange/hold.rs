//! Requests that wait for an approver. Later messages pass them; what speaks of a held request stays behind it.

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::message::{Flow, Framing, Limits, NodeId, Tape, read};
use crate::rules::own;
use crate::session::{Name, RequestId, SessionKey};
use crate::verdict::Verdict;

/// Names a held request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

/// What an approver decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It may pass.
    Granted {
        /// Who said so.
        by: String,
    },
    /// It may not.
    Denied {
        /// Who said so.
        by: String,
    },
    /// Nobody answered in time.
    Expired,
}

impl Approval {
    pub(super) fn finding(&self) -> Finding {
        let (rule, reason) = match self {
            Self::Granted { by } => (own::REVIEW_GRANTED, format!("{by} approved it")),
            Self::Denied { by } => (own::REVIEW_DENIED, format!("{by} refused it")),
            Self::Expired => (own::REVIEW_EXPIRED, "nobody approved it in time".to_owned()),
        };
        Finding::new(rule, Layer::Policy, Severity::Info, Confidence::High).because(reason)
    }
}

/// Messages that are kept: requests waiting and what stays behind each.
const KEPT: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Held {
    next: u64,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    ticket: Ticket,
    token: Option<RequestId>,
    pub(super) flow: Flow,
    pub(super) key: SessionKey,
    pub(super) verdict: Verdict,
    pub(super) message: Vec<u8>,
    pub(super) behind: Vec<(Verdict, Vec<u8>)>,
    /// Its sender has cancelled it and waits for no answer.
    pub(super) cancelled: bool,
}

impl Held {
    pub(super) fn hold(&mut self, flow: Flow, key: SessionKey, verdict: &Verdict, message: &[u8]) -> Ticket {
        self.next += 1;
        let ticket = Ticket(self.next);
        let token = value_at(message, &["params", "_meta", "progressToken"]);
        self.waiting.push(Waiting {
            ticket,
            token,
            flow,
            key,
            verdict: verdict.clone(),
            message: message.to_vec(),
            behind: Vec::new(),
            cancelled: false,
        });
        ticket
    }

    /// Whether this notification speaks of a held request of its own direction; then it is kept behind it.
    pub(super) fn delays(&mut self, flow: Flow, verdict: &Verdict, message: &[u8]) -> bool {
        if self.waiting.is_empty() || verdict.kind != Some(crate::message::MessageKind::Notification) {
            return false;
        }
        let id = value_at(message, &["params", "requestId"]);
        let token = value_at(message, &["params", "progressToken"]);
        let speaks_of = |held: &Waiting| id.is_some() && held.verdict.id() == id.as_ref();
        let speaks =
            |held: &&mut Waiting| held.flow == flow && (speaks_of(held) || token.is_some() && held.token == token);
        let Some(held) = self.waiting.iter_mut().find(speaks) else { return false };
        let method = RequestId::String(Name::new("notifications/cancelled"));
        held.cancelled |= speaks_of(held) && value_at(message, &["method"]) == Some(method);
        if held.behind.len() < KEPT {
            held.behind.push((verdict.clone(), message.to_vec()));
        }
        true
    }

    pub(super) fn release(&mut self, ticket: Ticket) -> Option<Waiting> {
        let at = self.waiting.iter().position(|held| held.ticket == ticket)?;
        Some(self.waiting.remove(at))
    }

    /// The client's requests that still want an answer; nothing is held any more.
    pub(super) fn take(&mut self) -> Vec<Verdict> {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        waiting.filter(|held| held.flow == Flow::ToServer && !held.cancelled).map(|held| held.verdict).collect()
    }
}

/// The id or token at a path of a message. Only asked while something is held.
fn value_at(message: &[u8], path: &[&str]) -> Option<RequestId> {
    let mut tape = Tape::new();
    read(message, Framing::Body, &Limits::default(), &mut tape);
    let node: NodeId = tape.path(0, path)?;
    serde_json::from_slice(tape.node(node)?.source.of(message)).ok()
}
