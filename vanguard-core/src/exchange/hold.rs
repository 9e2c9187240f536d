//! Messages that wait for an approver or for an answer. Later messages pass them; what speaks of a held request stays behind it.

use std::time::Duration;

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::message::{Context, Flow, Framing, Limits, MessageKind, NodeId, Tape, read};
use crate::rules::own;
use crate::session::{Name, Origin, RequestId, SessionKey};
use crate::verdict::{Ids, Verdict};

/// Names a held request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

/// Messages that are kept behind each that waits.
const KEPT: usize = 256;
/// Bytes of messages that wait for answers. Above it no more are asked about: they stay undecided.
const ROOM: usize = 64 << 20;

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
    /// It waits for answers and was not judged yet.
    pub(super) asked: Option<Asked>,
}

/// What the carrier says of one message, kept for an inspection that is to be made again.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) at: Option<Duration>,
    pub(super) in_reply_to: Option<Origin>,
    pub(super) headers: Vec<(String, String)>,
}

impl Asked {
    /// The headers, as a context takes them.
    pub(super) fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The context of its connection with what is this message's own.
    pub(super) fn context<'a>(&'a self, of: Context<'a>, headers: &'a [(&'a str, &'a str)]) -> Context<'a> {
        Context { at: self.at, in_reply_to: self.in_reply_to.as_ref(), headers, ..of }
    }
}

impl Held {
    /// Whether there is room for a message that waits for answers.
    pub(super) fn has_room(&self, message: &[u8]) -> bool {
        let bytes: usize = self.waiting.iter().map(|held| held.message.len()).sum();
        bytes + message.len() <= ROOM
    }

    /// Keeps a message that waits for answers.
    pub(super) fn ask(&mut self, flow: Flow, key: SessionKey, asked: (&Verdict, Asked), message: &[u8]) -> Ticket {
        let ticket = self.hold(flow, key, asked.0, message);
        if let Some(held) = self.waiting.last_mut() {
            held.asked = Some(asked.1);
        }
        ticket
    }

    /// What came of a message whose answers are there still waits, for somebody else.
    pub(super) fn keep_on(&mut self, mut held: Waiting) -> Ticket {
        self.next += 1;
        held.ticket = Ticket(self.next);
        let ticket = held.ticket;
        self.waiting.push(held);
        ticket
    }

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
            asked: None,
        });
        ticket
    }

    /// Whether this notification speaks of a held request of its own direction; then it is kept behind it.
    pub(super) fn delays(&mut self, flow: Flow, verdict: &Verdict, message: &[u8]) -> bool {
        if self.waiting.is_empty() || verdict.kind != Some(MessageKind::Notification) {
            return false;
        }
        let id = value_at(message, &["params", "requestId"]);
        let token = value_at(message, &["params", "progressToken"]);
        let speaks_of = |held: &Waiting| id.as_ref().is_some_and(|id| held.asks(id));
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

    /// The same, of one that was judged: what waits for answers is nobody's to approve yet.
    pub(super) fn release_judged(&mut self, ticket: Ticket) -> Option<Waiting> {
        let judged = self.waiting.iter().any(|held| held.ticket == ticket && held.asked.is_none());
        judged.then(|| self.release(ticket)).flatten()
    }

    /// The client's requests that still want an answer; nothing is held any more.
    pub(super) fn take(&mut self) -> Vec<RequestId> {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let wanted = waiting.filter(|held| held.flow == Flow::ToServer && !held.cancelled);
        let ids = wanted.map(|held| match (held.verdict.kind, held.verdict.ids) {
            (Some(MessageKind::Request), Ids::One(id)) => vec![id],
            (None, Ids::Batch { asked, .. }) => asked.into_iter().flatten().collect(),
            _ => Vec::new(),
        });
        ids.flatten().collect()
    }
}

impl Waiting {
    /// Whether it is the request of this id, or a batch that holds it.
    fn asks(&self, id: &RequestId) -> bool {
        match &self.verdict.ids {
            Ids::One(own) => own == id,
            Ids::Batch { asked, .. } => asked.iter().flatten().any(|own| own == id),
            _ => false,
        }
    }
}

/// The id or token at a path of a message. Only asked while something is held.
fn value_at(message: &[u8], path: &[&str]) -> Option<RequestId> {
    let mut tape = Tape::new();
    read(message, Framing::Body, &Limits::default(), &mut tape);
    let node: NodeId = tape.path(0, path)?;
    serde_json::from_slice(tape.node(node)?.source.of(message)).ok()
}
