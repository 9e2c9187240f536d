//! `Exchange`: what a carrier does with each message.

use std::borrow::Cow;

use napi::Env;
use napi::bindgen_prelude::{Either, Function, Unknown};
use napi_derive::napi;
use vanguard_core::Session;
use vanguard_core::exchange::BodyKind;

use crate::ask::{self, NativeAnswer, NativeQuery};
use crate::inspector::NativeInspector;
use crate::layer;
use crate::verdict::{Origin, Verdict};
use crate::{Result, argument, flow, framing};

/// What stays the same for every message of a connection.
#[napi(object)]
#[derive(Default)]
pub struct NativeSession {
    /// The server's configured name.
    pub server: Option<String>,
    /// The session's name.
    pub session: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// The authenticated user or agent.
    pub principal: Option<String>,
    /// `body` or `line`.
    pub framing: Option<String>,
    /// Whether the carrier sees only some of the messages.
    pub partial: Option<bool>,
    /// Whether plain allows are recorded too.
    pub record_allows: Option<bool>,
    /// Whether somebody will send the questions of an outcome and bring their answers.
    pub answerer: Option<bool>,
}

/// The engine behind `Exchange`.
#[napi]
pub struct NativeExchange {
    core: vanguard_core::Exchange,
}

#[napi]
impl NativeExchange {
    /// An exchange for one connection.
    #[napi(constructor)]
    pub fn new(inspector: &NativeInspector, session: Option<NativeSession>) -> Result<Self> {
        let given = session.unwrap_or_default();
        let framing = framing(given.framing.as_deref())?;
        let NativeSession { server, session, tenant, principal, partial, record_allows, answerer, .. } = given;
        let session = Session {
            server,
            session,
            tenant,
            principal,
            framing,
            record_allows: record_allows.unwrap_or(false),
            partial: partial.unwrap_or(false),
            answerer: answerer.unwrap_or(false),
            ..Session::default()
        };
        Ok(Self { core: vanguard_core::Exchange::new(inspector.core.clone(), session) })
    }

    /// Judges one message and says what to do with it. The record goes to `audit` first; if that throws, the message is refused. `headers`: of
    /// the HTTP request whose body it is, as pairs. What is a plain allow and passes as it is, is a text, of which the inspector's `recall`
    /// makes a verdict: an outcome and a verdict are objects, which cost more than most inspections.
    // Not a function of its own, as the inspector's are: there is an exchange for each request of HTTP, and functions are collected late.
    #[napi]
    pub fn handle(
        &self,
        env: Env,
        direction: String,
        message: Either<&[u8], String>,
        in_reply_to: Option<&Origin>,
        headers: Option<Vec<Vec<String>>>,
        audit: Option<Function<'_, String, Unknown<'_>>>,
    ) -> Result<Either<String, NativeOutcome>> {
        let bytes = match &message {
            Either::A(bytes) => bytes,
            Either::B(text) => text.as_bytes(),
        };
        let direction = flow(&direction)?;
        let headers = headers.as_ref().filter(|_| direction == vanguard_core::Flow::ToServer);
        let outcome = layer::attached(env, || match (headers, in_reply_to) {
            (Some(headers), _) => {
                let pairs = headers.iter().filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str())));
                self.core.handle_post(bytes, &pairs.collect::<Vec<_>>())
            }
            (None, Some(origin)) => self.core.handle_reply(direction, bytes, &origin.core),
            (None, None) => self.core.handle(direction, bytes),
        });
        let brief = if outcome.is_plain() { outcome.verdict.brief() } else { None };
        let told = || NativeOutcome::of(&self.core, outcome, None, audit.as_ref());
        Ok(brief.map_or_else(|| Either::B(told()), Either::A))
    }

    /// What becomes of a message that waited for answers: its own outcome, then those of the messages that waited behind it. It may wait on,
    /// with further questions. None for a ticket that is not held any more. `message`: the one that waited.
    #[napi]
    pub fn answered(
        &self,
        env: Env,
        hold: &NativeTicket,
        answers: Vec<NativeAnswer>,
        message: Either<&[u8], String>,
        audit: Option<Function<'_, String, Unknown<'_>>>,
    ) -> Vec<NativeOutcome> {
        let bytes = match &message {
            Either::A(bytes) => bytes,
            Either::B(text) => text.as_bytes(),
        };
        let (answers, mut waited) = (ask::answers(answers), Some(bytes));
        let mut told = Vec::new();
        for outcome in layer::attached(env, || self.core.answered(hold.core, &answers)) {
            let passes = outcome.forward.is_some();
            let outcome = NativeOutcome::of(&self.core, outcome, waited.take(), audit.as_ref());
            let refused = passes && !outcome.unchanged && outcome.forward.is_none();
            told.push(outcome);
            // What waited behind a message that could not be put on record concerns nothing.
            if refused {
                break;
            }
        }
        told
    }

    /// The server is gone: an error for each request of the client that it has not answered, oldest first.
    #[napi]
    pub fn closed(&self) -> Vec<String> {
        self.core.closed().into_iter().map(|answer| String::from_utf8_lossy(&answer).into_owned()).collect()
    }
}

/// Names a message that waits.
#[napi]
pub struct NativeTicket {
    core: vanguard_core::exchange::Ticket,
}

/// What the body of an HTTP answer carries, by its fields `content-type`; `asked`: it answers a POST.
#[napi(ts_return_type = "'message' | 'events' | 'perhaps' | 'nothing'")]
pub(crate) fn body_kind(content_types: Vec<String>, asked: bool, status: u16) -> &'static str {
    BodyKind::of(content_types, asked, status).as_str()
}

/// Whether a whole body of that kind is judged as a message.
#[napi]
pub(crate) fn body_judged(kind: String, body: &[u8]) -> Result<bool> {
    let kinds = [BodyKind::Message, BodyKind::Events, BodyKind::Perhaps, BodyKind::Nothing];
    let kind = kinds.into_iter().find(|one| one.as_str() == kind).ok_or_else(|| argument("kind", &kind))?;
    Ok(kind.judges(body))
}

/// What to do with one message.
#[napi]
pub struct NativeOutcome {
    /// Whether the message passes as it is.
    #[napi(readonly)]
    pub unchanged: bool,
    /// What passes in its place.
    #[napi(readonly)]
    pub forward: Option<String>,
    /// To send back to whoever sent it.
    #[napi(readonly)]
    pub reply: Option<String>,
    /// The status of HTTP that goes with it: 400 where the headers of a request contradict its body, else 200; 202 where nobody waits for one.
    #[napi(readonly)]
    pub status: u16,
    /// To write down before anything is sent.
    #[napi(readonly)]
    pub record: Option<String>,
    hold: Option<NativeTicket>,
    asks: Vec<vanguard_core::Query>,
    verdict: Option<Verdict>,
}

impl NativeOutcome {
    /// The outcome once it is on record, or what takes its place. `waited`: the message, if it was told before.
    pub(crate) fn of(
        core: &vanguard_core::Exchange,
        mut outcome: vanguard_core::Outcome<'_>,
        waited: Option<&[u8]>,
        audit: Option<&Function<'_, String, Unknown<'_>>>,
    ) -> Self {
        if let (Some(audit), Some(record)) = (audit, &outcome.record)
            && audit.call(record.json()).is_err()
        {
            outcome = core.unrecorded(outcome);
        }
        let status = outcome.status();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (unchanged, forward) = match outcome.forward {
            Some(Cow::Borrowed(_)) => (true, None),
            Some(Cow::Owned(forward)) if waited == Some(&forward) => (true, None),
            Some(Cow::Owned(forward)) => (false, Some(text(forward))),
            None => (false, None),
        };
        let record = outcome.record.map(|record| record.json());
        let hold = outcome.hold.map(|core| NativeTicket { core });
        let (reply, verdict) = (outcome.reply.map(text), Some(outcome.verdict.into()));
        Self { unchanged, forward, reply, status, record, hold, asks: outcome.asks, verdict }
    }
}

#[napi]
impl NativeOutcome {
    /// Names the message if it waits for answers; it can be taken once.
    #[napi]
    pub fn take_hold(&mut self) -> Option<NativeTicket> {
        self.hold.take()
    }

    /// Questions that the verdict depends on; they can be taken once.
    #[napi]
    pub fn take_asks(&mut self) -> Vec<NativeQuery> {
        std::mem::take(&mut self.asks).into_iter().map(NativeQuery::from).collect()
    }

    /// The verdict it comes from; it can be taken once.
    #[napi]
    pub fn take_verdict(&mut self) -> Option<Verdict> {
        self.verdict.take()
    }
}
