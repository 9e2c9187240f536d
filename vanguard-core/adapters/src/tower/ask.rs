//! What a client asks: the body of a POST.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use std::borrow::Cow;
use vanguard_core::exchange::BodyKind;
use vanguard_core::message::HeadScan;
use vanguard_core::{Flow, Origin, Outcome, Profile};

use super::answer::Prefixed;
use super::{Body, boxed};
use crate::guard::Carrier;

/// What becomes of a request.
pub(super) enum Asked {
    /// It passes; `length` is what its body now has, `asks` says whether that is a message.
    Passed { body: Body, length: Option<usize>, origin: Option<Origin>, asks: bool },
    /// It is answered in the server's place.
    Answered(Response<Body>),
}

/// Reads and judges the body of a request; with `oauth` only if it could be a message.
pub(super) async fn admit(carrier: &Carrier, headers: &HeaderMap, mut body: Body, oauth: bool) -> Asked {
    let limit = carrier.exchange.inspector().limits().message;
    let mut message = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Asked::Answered(answer(StatusCode::BAD_REQUEST, Vec::new())) };
        message.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new()));
        if message.len() > limit {
            return large(carrier, message, body).await;
        }
    }
    if oauth && !BodyKind::Perhaps.judges(&message) {
        return Asked::Passed {
            length: Some(message.len()),
            body: boxed(Full::from(message)),
            origin: None,
            asks: false,
        };
    }
    let outcome = carrier.handle_post(&message, headers);
    let status = outcome.status();
    let Outcome { forward, reply, verdict, .. } = outcome;
    let origin = verdict.origin;
    let passed = match forward {
        None => return Asked::Answered(refusal(status, reply)),
        Some(Cow::Owned(altered)) => altered,
        Some(Cow::Borrowed(_)) => message,
    };
    Asked::Passed { length: Some(passed.len()), body: boxed(Full::from(passed)), origin, asks: true }
}

/// A body above the limit, of which `begin` was read. Never held in memory: a scan finds whom to answer. `monitor` lets it through.
async fn large(carrier: &Carrier, begin: Vec<u8>, mut rest: Body) -> Asked {
    let mut scan = HeadScan::of(&begin);
    if carrier.exchange.inspector().profile() != Profile::Monitor {
        drop(begin);
        while let Some(Ok(frame)) = rest.frame().await {
            scan.push(frame.data_ref().unwrap_or(&Bytes::new()));
        }
        let outcome = carrier.recorded(carrier.exchange.oversized(Flow::ToServer, &scan));
        return Asked::Answered(refusal(outcome.status(), outcome.reply));
    }
    carrier.recorded(carrier.exchange.oversized(Flow::ToServer, &scan));
    Asked::Passed { body: boxed(Prefixed::new(begin, rest)), length: None, origin: None, asks: true }
}

/// A refused notification is accepted and goes nowhere (MCP, transports: 202 without a body).
fn refusal(status: u16, reply: Option<Vec<u8>>) -> Response<Body> {
    answer(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), reply.unwrap_or_default())
}

/// An answer in the server's place.
pub(super) fn answer(status: StatusCode, body: Vec<u8>) -> Response<Body> {
    let typed = !body.is_empty();
    let mut response = Response::new(boxed(Full::from(body)));
    *response.status_mut() = status;
    if typed {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}
