//! `Exchange`: what a carrier does with each message.

use std::borrow::Cow;

use napi::Env;
use napi::bindgen_prelude::{Either, Function, Unknown};
use napi_derive::napi;
use vanguard_core::Session;

use crate::inspector::NativeInspector;
use crate::layer;
use crate::verdict::{Origin, Verdict};
use crate::{Result, flow, framing};

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
        let NativeSession { server, session, tenant, principal, partial, record_allows, .. } = given;
        let session = Session {
            server,
            session,
            tenant,
            principal,
            framing,
            record_allows: record_allows.unwrap_or(false),
            partial: partial.unwrap_or(false),
            ..Session::default()
        };
        Ok(Self { core: vanguard_core::Exchange::new(inspector.core.clone(), session) })
    }

    /// Judges one message and says what to do with it. The record goes to `audit` first; if that throws, the message is refused.
    #[napi]
    pub fn handle(
        &self,
        env: Env,
        direction: String,
        message: Either<&[u8], String>,
        in_reply_to: Option<&Origin>,
        audit: Option<Function<'_, String, Unknown<'_>>>,
    ) -> Result<NativeOutcome> {
        let bytes = match &message {
            Either::A(bytes) => bytes,
            Either::B(text) => text.as_bytes(),
        };
        let direction = flow(&direction)?;
        let mut outcome = layer::attached(env, || match in_reply_to {
            Some(origin) => self.core.handle_reply(direction, bytes, &origin.core),
            None => self.core.handle(direction, bytes),
        });
        if let (Some(audit), Some(record)) = (&audit, &outcome.record)
            && audit.call(record.json()).is_err()
        {
            outcome = self.core.unrecorded(outcome);
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let (unchanged, forward) = match outcome.forward {
            Some(Cow::Borrowed(_)) => (true, None),
            Some(Cow::Owned(forward)) => (false, Some(text(forward))),
            None => (false, None),
        };
        let record = outcome.record.map(|record| record.json());
        let (reply, verdict) = (outcome.reply.map(text), Some(outcome.verdict.into()));
        Ok(NativeOutcome { unchanged, forward, reply, record, verdict })
    }

    /// The server is gone: an error for each request of the client that it has not answered, oldest first.
    #[napi]
    pub fn closed(&self) -> Vec<String> {
        self.core.closed().into_iter().map(|answer| String::from_utf8_lossy(&answer).into_owned()).collect()
    }
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
    /// To write down before anything is sent.
    #[napi(readonly)]
    pub record: Option<String>,
    verdict: Option<Verdict>,
}

#[napi]
impl NativeOutcome {
    /// The verdict it comes from; it can be taken once.
    #[napi]
    pub fn take_verdict(&mut self) -> Option<Verdict> {
        self.verdict.take()
    }
}
