//! What a carrier does with one message.

use std::borrow::Cow;

use super::{Record, Ticket};
use crate::finding::Finding;
use crate::layers::Query;
use crate::message::Framing;
use crate::rules::own;
use crate::verdict::{Action, Verdict};

/// What stays the same for every message of a connection.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The server's configured name.
    pub server: Option<String>,
    /// The session's name.
    pub session: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The authenticated user or agent.
    pub principal: Option<String>,
    /// How the carrier frames messages.
    pub framing: Framing,
    /// Whether plain allows are recorded too.
    pub record_allows: bool,
    /// Whether somebody will answer a hold. Without one `Review` acts as `Block` and says so.
    pub approver: bool,
    /// Whether somebody will send the questions of [`Outcome::asks`] and bring their answers. Without one they stay undecided.
    pub answerer: bool,
    /// What the user of the session said it is for.
    pub intent: Option<String>,
    /// Whether the carrier sees only some of the messages (middleware): then what answers what comes from
    /// [`super::Exchange::handle_reply`].
    pub partial: bool,
}

/// What to do with one message, in this order: write `record` (and be sure it is written), then send `forward` and `reply`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// To send on in the message's own direction. Borrowed: the very bytes that came.
    pub forward: Option<Cow<'a, [u8]>>,
    /// To send back to whoever sent the message.
    pub reply: Option<Vec<u8>>,
    /// To write down before anything is sent; absent for plain allows.
    pub record: Option<Record>,
    /// The message waits: ask an approver and call [`super::Exchange::release`], or, where `asks` holds questions, send those and call
    /// [`super::Exchange::answered`].
    pub hold: Option<Ticket>,
    /// Questions that the verdict depends on.
    pub asks: Vec<Query>,
    /// The verdict it comes from.
    pub verdict: Verdict,
}

impl Outcome<'_> {
    /// The status of HTTP that goes with [`Outcome::reply`]: 400 where the headers of a request contradict its body, as the protocol asks; 200 for
    /// any other answer; 202 where nobody waits for one.
    #[must_use]
    pub fn status(&self) -> u16 {
        let contradicts = |finding: &Finding| finding.rule == own::HEADER_MISMATCH && finding.action >= Action::Review;
        match &self.reply {
            _ if self.verdict.is_blocked() && self.verdict.findings.iter().any(contradicts) => 400,
            Some(_) => 200,
            None => 202,
        }
    }

    /// Whether the message passes as it came, and there is nothing else to do.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let Self { forward, reply, record, hold, asks, .. } = self;
        matches!(forward, Some(Cow::Borrowed(_)))
            && reply.is_none()
            && record.is_none()
            && hold.is_none()
            && asks.is_empty()
    }

    /// The same, holding its own copy of the bytes.
    #[must_use]
    pub fn into_owned(self) -> Outcome<'static> {
        Outcome {
            forward: self.forward.map(|bytes| Cow::Owned(bytes.into_owned())),
            reply: self.reply,
            record: self.record,
            hold: self.hold,
            asks: self.asks,
            verdict: self.verdict,
        }
    }
}
