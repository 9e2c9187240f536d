//! `Exchange`: what a carrier does with each message.

use std::borrow::Cow;
use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{Either, Function, Unknown};
use napi_derive::napi;
use vanguard_core::exchange::BodyKind;
use vanguard_core::{Flow, Session};

use crate::ask::{self, NativeAnswer, NativeQuery};
use crate::hot::{self, Handling};
use crate::inspector::NativeInspector;
use crate::layer;
use crate::verdict::Verdict;
use crate::{Result, argument, framing};

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
    core: Arc<vanguard_core::Exchange>,
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
        Ok(Self { core: Arc::new(vanguard_core::Exchange::new(inspector.core.clone(), session)) })
    }

    /// What judges one message that is bytes and says what to do with it: a function of the message, its direction (1 to the server, 2 to the
    /// client), and perhaps the origin that it answers, the headers of the HTTP request whose body it is, as pairs, and an audit sink. The
    /// record goes there first; if that throws, the message is refused. What is a plain allow and passes as it is, is a text, of which the
    /// inspector's `recall` makes a verdict.
    #[napi(ts_return_type = "(message: Uint8Array, direction: number, ...about: any[]) => string | NativeOutcome")]
    pub fn of_bytes<'a>(&self, env: &'a Env) -> napi::Result<Function<'a, (), Handling>> {
        hot::handling::<&[u8]>(&self.core, env)
    }

    /// The same for a text.
    #[napi(ts_return_type = "(message: string, direction: number, ...about: any[]) => string | NativeOutcome")]
    pub fn of_text<'a>(&self, env: &'a Env) -> napi::Result<Function<'a, (), Handling>> {
        hot::handling::<String>(&self.core, env)
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

/// What to do with one message.
pub(crate) fn handled<'a>(
    core: &vanguard_core::Exchange,
    flow: Flow,
    bytes: &'a [u8],
    origin: Option<&vanguard_core::Origin>,
    headers: Option<&[Vec<String>]>,
) -> vanguard_core::Outcome<'a> {
    match (headers.filter(|_| flow == Flow::ToServer), origin) {
        (Some(headers), _) => {
            let pairs = headers.iter().filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str())));
            core.handle_post(bytes, &pairs.collect::<Vec<_>>())
        }
        (None, Some(origin)) => core.handle_reply(flow, bytes, origin),
        (None, None) => core.handle(flow, bytes),
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
