//! What a server answers: a body of JSON, or a stream of events.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use vanguard_core::exchange::BodyKind;
use vanguard_core::{Flow, Origin};

use super::ask;
use super::events::Events;
use super::{Body, BodyError, boxed};
use crate::guard::Carrier;

/// The answer as it may pass; `asked`: it answers a message.
pub(super) async fn judged(
    response: Response<Body>,
    carrier: Carrier,
    origin: Option<Origin>,
    asked: bool,
) -> Response<Body> {
    let types = response.headers().get_all(CONTENT_TYPE);
    match BodyKind::of(types, asked, response.status().as_u16()) {
        BodyKind::Events => streamed(response, carrier, origin),
        BodyKind::Nothing => response,
        kind => whole(response, kind, &carrier, origin.as_ref()).await,
    }
}

fn streamed(response: Response<Body>, carrier: Carrier, origin: Option<Origin>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let events = Events::new(carrier.exchange.inspector().limits().message);
    Response::from_parts(parts, boxed(Streamed { body, events, carrier, origin }))
}

/// A body of one message.
async fn whole(response: Response<Body>, kind: BodyKind, carrier: &Carrier, origin: Option<&Origin>) -> Response<Body> {
    let (mut parts, mut body) = response.into_parts();
    let limit = carrier.exchange.inspector().limits().message;
    let mut message = Vec::new();
    // One byte above the limit says that it is above, and no more is held.
    while message.len() <= limit
        && let Some(frame) = body.frame().await
    {
        let Ok(frame) = frame else { return ask::answer(StatusCode::BAD_GATEWAY, Vec::new()) };
        message.extend_from_slice(frame.data_ref().unwrap_or(&Bytes::new()));
    }
    if !kind.judges(&message) {
        return Response::from_parts(parts, boxed(Prefixed::new(message, body)));
    }
    let passed = match carrier.handle(Flow::ToClient, &message, origin).forward {
        // `monitor` lets through what is above the limit, too.
        Some(Cow::Borrowed(_)) => return Response::from_parts(parts, boxed(Prefixed::new(message, body))),
        Some(Cow::Owned(altered)) => altered,
        // A refused question of the server: the client must not see it, and nobody could take an error back here.
        None => Vec::new(),
    };
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(passed.len()));
    Response::from_parts(parts, boxed(Full::from(passed)))
}

/// A stream of which every event is judged before it passes.
struct Streamed {
    body: Body,
    events: Events,
    carrier: Carrier,
    origin: Option<Origin>,
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Self { body, events, carrier, origin } = &mut *self;
        loop {
            let frame = match ready!(Pin::new(&mut *body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                // What is left without its end is no event, so nobody has judged it, and it never passes.
                other => return Poll::Ready(other),
            };
            let Ok(bytes) = frame.into_data() else { continue };
            let passed = events.push(&bytes, |data| carrier.handle(Flow::ToClient, data, origin.as_ref()).forward);
            if !passed.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(passed.into()))));
            }
        }
    }
}

/// What was read of a body, then its rest.
pub(super) struct Prefixed {
    begin: Bytes,
    rest: Body,
}

impl Prefixed {
    pub(super) fn new(begin: Vec<u8>, rest: Body) -> Self {
        Self { begin: begin.into(), rest }
    }
}

impl http_body::Body for Prefixed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if !self.begin.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.begin)))));
        }
        Pin::new(&mut self.rest).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.begin.is_empty() && self.rest.is_end_stream()
    }
}
