//! From a verdict to a carrier's acts, without I/O.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `outcome` | what a carrier does with one message |
//! | `record` | what it writes down first |
//! | `hold` | messages that wait for an approver, and those that stay behind them |
//! | `body` | what the body of an HTTP answer carries |

mod body;
mod hold;
mod outcome;
mod record;

pub use body::BodyKind;
pub use hold::{Approval, Ticket};
pub use outcome::{Outcome, Session};
pub use record::Record;

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::headers::mirrors;
use crate::inspector::Inspector;
use crate::layers::Answers;
use crate::message::{Context, Flow, HeadScan, IssueKind, Message, MessageKind, Visibility};
use crate::policy::Profile;
use crate::rules::own;
use crate::session::Origin;
use crate::unread::Unread;
use crate::verdict::{Action, Ids, Verdict};
use hold::{Asked, Held, Waiting};
use record::About;

/// One connection between a client and a server: takes messages of both directions and says what to do with each.
/// `Sync`: a thread for each direction may call it.
#[derive(Debug)]
pub struct Exchange {
    inspector: Inspector,
    session: Session,
    held: Mutex<Held>,
}

impl Exchange {
    /// An exchange for one connection.
    #[must_use]
    pub fn new(inspector: Inspector, session: Session) -> Self {
        Self { inspector, session, held: Mutex::default() }
    }

    /// The inspector.
    #[must_use]
    pub const fn inspector(&self) -> &Inspector {
        &self.inspector
    }

    /// Judges one message and says what to do with it. `message` is one frame, without the carrier's framing.
    #[must_use]
    pub fn handle<'a>(&self, flow: Flow, message: &'a [u8]) -> Outcome<'a> {
        self.handle_at(flow, message, None)
    }

    /// As [`Exchange::handle`], at a time since the Unix epoch.
    #[must_use]
    pub fn handle_at<'a>(&self, flow: Flow, message: &'a [u8], at: Option<Duration>) -> Outcome<'a> {
        self.judge(flow, message, Asked { at, ..Asked::default() })
    }

    /// As [`Exchange::handle`], for the body of an HTTP request with these headers: where they contradict it, it is refused
    /// ([`Outcome::status`]). All of them, or those that begin with `mcp-`.
    #[must_use]
    pub fn handle_post<'a>(&self, message: &'a [u8], headers: &[(&str, &str)]) -> Outcome<'a> {
        let mirrors = headers.iter().filter(|(name, _)| mirrors(name));
        let headers = mirrors.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.judge(Flow::ToServer, message, Asked { headers, ..Asked::default() })
    }

    /// As [`Exchange::handle`], for an answer to the request that `origin` speaks of; it stands in that request's verdict.
    /// For carriers that see only some messages ([`Session::partial`]) and know what answers what.
    #[must_use]
    pub fn handle_reply<'a>(&self, flow: Flow, message: &'a [u8], origin: &Origin) -> Outcome<'a> {
        self.judge(flow, message, Asked { in_reply_to: Some(origin.clone()), ..Asked::default() })
    }

    fn judge<'a>(&self, flow: Flow, message: &'a [u8], about: Asked) -> Outcome<'a> {
        let headers = about.headers();
        let context = about.context(self.context(), &headers);
        let key = self.inspector.knowledge().key(&context);
        let inspected = Message::new(flow, message).with_context(context);
        let asked = self.session.answerer && self.held().has_room(message);
        let verdict = if asked {
            match self.inspector.decided(&inspected, &Answers::default()) {
                Ok(verdict) => verdict,
                Err(asks) => {
                    let verdict = self.inspector.preview(&inspected);
                    let ticket = self.held().ask(flow, key, (&verdict, about.clone()), message);
                    return Outcome { forward: None, reply: None, record: None, hold: Some(ticket), asks, verdict };
                }
            }
        } else {
            self.inspector.inspect(&inspected)
        };
        let record = self.noted(&verdict, message, about.at);
        if self.wants_approval(&verdict) {
            let ticket = self.held().hold(flow, key, &verdict, message);
            return Outcome { forward: None, reply: None, record, hold: Some(ticket), asks: Vec::new(), verdict };
        }
        if !verdict.is_blocked() && self.held().delays(flow, &verdict, message) {
            return Outcome { forward: None, reply: None, record, hold: None, asks: Vec::new(), verdict };
        }
        Self::act(verdict, message, record)
    }

    /// What becomes of a message that waited for `answers`: its own outcome, then those of the messages that waited behind it. It may
    /// wait on, for an approver or for further answers. Empty for a ticket that is not held any more.
    #[must_use]
    pub fn answered(&self, ticket: Ticket, answers: &Answers) -> Vec<Outcome<'static>> {
        let Some(mut held) = self.held().release(ticket) else { return Vec::new() };
        let Some(asked) = held.asked.take() else { return Vec::new() };
        let headers = asked.headers();
        let context = asked.context(self.context(), &headers);
        let message = std::mem::take(&mut held.message);
        let inspected = Message::new(held.flow, &message).with_context(context);
        let (record, asks) = match self.inspector.decided(&inspected, answers) {
            Ok(verdict) => {
                held.verdict = verdict;
                (self.noted(&held.verdict, &message, asked.at), Vec::new())
            }
            Err(asks) => (None, asks),
        };
        if !asks.is_empty() || self.wants_approval(&held.verdict) {
            let verdict = held.verdict.clone();
            held.message = message;
            held.asked = (!asks.is_empty()).then_some(asked);
            let ticket = self.held().keep_on(held);
            return vec![Outcome { forward: None, reply: None, record, hold: Some(ticket), asks, verdict }];
        }
        if let Some(origin) = held.verdict.origin.as_ref().filter(|_| held.cancelled && !held.verdict.is_blocked()) {
            self.inspector.knowledge().cancelled(held.key, held.flow, origin.id());
        }
        self.let_go(held, &message, record)
    }

    /// The outcome of a message that waited, and of those behind it.
    fn let_go(&self, held: Waiting, message: &[u8], record: Option<Record>) -> Vec<Outcome<'static>> {
        let passes = !held.verdict.is_blocked();
        let mut outcome = Self::act(held.verdict, message, record).into_owned();
        outcome.reply = outcome.reply.filter(|_| !held.cancelled);
        let mut outcomes = vec![outcome];
        // What followed a message that passes follows it still; what followed a refused one concerns nothing.
        if passes {
            outcomes.extend(
                held.behind.into_iter().map(|(verdict, message)| Self::act(verdict, &message, None).into_owned()),
            );
        }
        outcomes
    }

    fn wants_approval(&self, verdict: &Verdict) -> bool {
        verdict.action == Action::Review && self.session.approver && verdict.id().is_some()
    }

    /// The record of a verdict, if it is put on record.
    fn noted(&self, verdict: &Verdict, message: &[u8], at: Option<Duration>) -> Option<Record> {
        let recorded = self.session.record_allows || verdict.would > Action::Allow;
        recorded.then(|| {
            // An answer's request is forgotten by the verdict, and the record wants its method.
            let answered = verdict.answers.as_ref();
            let method = verdict
                .origin
                .as_ref()
                .or(answered)
                .map(|origin| origin.method().to_owned())
                .or_else(|| HeadScan::of(message).method());
            let target = verdict.origin.as_ref().or(answered).and_then(Origin::target).map(str::to_owned);
            self.record(verdict, message.len() as u64, at, method.as_deref(), target.as_deref())
        })
    }

    /// What becomes of a held message once somebody has decided: its own outcome, then those of the messages that waited
    /// behind it. Empty for a ticket that is not held any more.
    #[must_use]
    pub fn release(&self, ticket: Ticket, approval: &Approval) -> Vec<Outcome<'static>> {
        let Some(mut released) = self.held().release_judged(ticket) else { return Vec::new() };
        let mut verdict = released.verdict.clone();
        let approved = matches!(approval, Approval::Granted { .. });
        verdict.findings.push(approval.finding());
        verdict.action = if approved { Action::Warn } else { Action::Block };
        if approved && let Some(origin) = &verdict.origin {
            let knowledge = self.inspector.knowledge();
            knowledge.ask(released.key, released.flow, origin.clone());
            if released.cancelled {
                knowledge.cancelled(released.key, released.flow, origin.id());
            }
        }
        let (method, target) =
            verdict.origin.as_ref().map_or((None, None), |origin| (Some(origin.method()), origin.target()));
        let record = Some(self.record(&verdict, released.message.len() as u64, None, method, target));
        let message = std::mem::take(&mut released.message);
        released.verdict = verdict;
        self.let_go(released, &message, record)
    }

    /// A message above the size limit, of which a scan found who has to be answered. `monitor` lets it through unread:
    /// then `forward` is `Some` and empty, and the carrier streams the bytes itself.
    #[must_use]
    pub fn oversized(&self, flow: Flow, scan: &HeadScan) -> Outcome<'static> {
        let kind = IssueKind::TooLarge;
        let mut finding = Finding::new(kind.rule(), Layer::L0, Severity::High, Confidence::High).because(format!(
            "the message is larger than {} bytes (`limits.message`)",
            self.inspector.limits().message
        ));
        finding.action = Action::Block;
        finding.allow = "limits: {message: <a larger size>}".to_owned();
        let monitor = self.inspector.profile() == Profile::Monitor;
        let knowledge = self.inspector.knowledge();
        let key = knowledge.key(&self.context());
        let Unread { kind, ids, answers } = Unread::scanned(scan, |id| knowledge.origin(key, flow, id));
        if let (false, Some(origin)) = (monitor, &answers) {
            knowledge.answered(key, flow, origin.id());
        }
        let verdict = Verdict {
            action: if monitor { Action::Warn } else { Action::Block },
            would: Action::Block,
            findings: vec![finding],
            omitted: 0,
            edits: Vec::new(),
            undecided: Vec::new(),
            versions: self.inspector.versions().clone(),
            origin: None,
            answers,
            flow,
            kind,
            deny_as: crate::verdict::DenyAs::Error,
            ids,
        };
        let answered = verdict.answers.as_ref().map(|origin| origin.method().to_owned());
        let method = answered.or_else(|| scan.method());
        let record = Some(self.record(&verdict, scan.bytes(), None, method.as_deref(), None));
        Self::act(verdict, &[], record).into_owned()
    }

    /// All of a message that [`Exchange::oversized`] let through has been scanned; its last bytes are about to pass.
    /// Whoever it answers waits no more.
    pub fn streamed(&self, flow: Flow, scan: &HeadScan) {
        let knowledge = self.inspector.knowledge();
        let key = knowledge.key(&self.context());
        if let Some(origin) = Unread::scanned(scan, |id| knowledge.origin(key, flow, id)).answers {
            knowledge.answered(key, flow, origin.id());
        }
    }

    /// What to do instead of `outcome` when its record could not be written: a decision that nobody can look up later is
    /// not carried out, so the message is refused. `monitor` never refuses: there the outcome stands.
    #[must_use]
    pub fn unrecorded<'a>(&self, outcome: Outcome<'a>) -> Outcome<'a> {
        let mut verdict = outcome.verdict;
        if self.inspector.profile() == Profile::Monitor {
            return Outcome { verdict, ..outcome };
        }
        let asked: Vec<_> = match (&verdict.ids, verdict.kind) {
            (Ids::One(id), Some(MessageKind::Request)) => vec![id],
            (Ids::Batch { asked, .. }, _) => asked.iter().flatten().collect(),
            _ => Vec::new(),
        };
        let key = self.inspector.knowledge().key(&self.context());
        for id in asked {
            // It will not reach anyone who could answer it.
            self.inspector.knowledge().answered(key, verdict.flow.reverse(), id);
        }
        let mut finding = Finding::new(own::RECORD_FAILED, Layer::Policy, Severity::Critical, Confidence::High)
            .because("the decision could not be put on record, so the message is refused");
        finding.action = Action::Block;
        verdict.findings.push(finding);
        (verdict.action, verdict.would) = (Action::Block, Action::Block);
        Self::act(verdict, &[], None).into_owned()
    }

    /// The server is gone: an error for each request of the client that it has not answered, oldest first. Not for a
    /// request that the client has cancelled, nor for a stream (`subscriptions/listen`): nobody waits for an answer to
    /// them, and to a client an answer that it doesn't wait for is a fault.
    #[must_use]
    pub fn closed(&self) -> Vec<Vec<u8>> {
        let key = self.inspector.knowledge().key(&self.context());
        let mut pending = self.held().take();
        let unanswered = self.inspector.knowledge().take_pending(key, Flow::ToServer);
        let awaited = unanswered.iter().filter(|origin| origin.method() != "subscriptions/listen");
        pending.extend(awaited.map(|origin| origin.id().clone()));
        let answer = |id| {
            let error = serde_json::json!({"code": -32000, "message": "the server ended before it answered"});
            serde_json::json!({"jsonrpc": "2.0", "id": id, "error": error}).to_string().into_bytes()
        };
        pending.into_iter().map(answer).collect()
    }

    fn act(verdict: Verdict, message: &[u8], record: Option<Record>) -> Outcome<'_> {
        let (mut forward, mut reply) = (None, None);
        if !verdict.is_blocked() {
            forward = Some(verdict.apply(message));
        } else {
            match (verdict.kind, &verdict.ids) {
                // Whoever asked waits for an answer: it is an error in place of the blocked one.
                (Some(MessageKind::Result | MessageKind::Error), Ids::One(_)) => {
                    forward = Some(Cow::Owned(verdict.error_response()));
                }
                (Some(MessageKind::Result | MessageKind::Error | MessageKind::Notification), _) => {}
                (Some(MessageKind::Request), _) => reply = Some(verdict.error_response()),
                (None, Ids::Batch { asked, answered }) => {
                    reply = Some(asked).filter(|ids| !ids.is_empty()).map(|ids| verdict.errors(ids));
                    forward = Some(answered).filter(|ids| !ids.is_empty()).map(|ids| verdict.errors(ids).into());
                }
                // Perhaps a request: an error without an id. None for a server: what it printed there by mistake was no
                // question.
                (None, _) => reply = (verdict.flow == Flow::ToServer).then(|| verdict.error_response()),
            }
        }
        Outcome { forward, reply, record, hold: None, asks: Vec::new(), verdict }
    }

    fn context(&self) -> Context<'_> {
        Context {
            server: self.session.server.as_deref(),
            session: self.session.session.as_deref(),
            tenant: self.session.tenant.as_deref(),
            principal: self.session.principal.as_deref(),
            intent: self.session.intent.as_deref(),
            framing: self.session.framing,
            visibility: if self.session.partial { Visibility::Partial } else { Visibility::Full },
            ..Context::default()
        }
    }

    fn record(
        &self,
        verdict: &Verdict,
        bytes: u64,
        at: Option<Duration>,
        method: Option<&str>,
        target: Option<&str>,
    ) -> Record {
        let at = at.or_else(|| self.inspector.clock()).map(|at| at.as_secs_f64());
        let Session { server, session, principal, .. } = &self.session;
        let (server, session, principal) = (server.as_deref(), session.as_deref(), principal.as_deref());
        Record::new(verdict, About { at, server, session, principal, method, target, bytes })
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
