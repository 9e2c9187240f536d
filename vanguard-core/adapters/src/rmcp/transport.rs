//! A transport, with every message of both directions seen.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::mem::{swap, take};
use std::pin::Pin;

use ::rmcp::model::{GetExtensions, JsonRpcMessage};
use ::rmcp::service::{RxJsonRpcMessage, ServiceRole, TxJsonRpcMessage};
use ::rmcp::transport::Transport;
use vanguard_core::Flow;

use super::wire::{Fate, fate, write};
use crate::guard::Carrier;

/// The guarded transport. See [`crate::Guard::transport`].
pub struct GuardedTransport<R: ServiceRole, T> {
    inner: T,
    carrier: Carrier,
    /// Answers to our own side, in the place of the peer's.
    replies: VecDeque<RxJsonRpcMessage<R>>,
    /// An answer on its way to the peer. The SDK drops the future of `receive` whenever something else happens, so it waits here.
    answering: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl<R: ServiceRole, T: Transport<R>> GuardedTransport<R, T> {
    pub(super) fn new(inner: T, carrier: Carrier) -> Self {
        Self { inner, carrier, replies: VecDeque::new(), answering: None }
    }

    /// What goes out of a message of our own side.
    fn outward(&mut self, message: TxJsonRpcMessage<R>) -> Option<TxJsonRpcMessage<R>> {
        let flow = if R::IS_CLIENT { Flow::ToServer } else { Flow::ToClient };
        match fate(self.carrier.handle(flow, &write(&message), None)) {
            Fate::Passes => Some(message),
            Fate::Altered(altered) => Some(restored(altered, message)),
            Fate::Answered(answer) => {
                self.replies.push_back(answer);
                None
            }
            Fate::Dropped => None,
        }
    }

    /// What comes in of a message of the peer.
    fn inward(&mut self, message: RxJsonRpcMessage<R>) -> Option<RxJsonRpcMessage<R>> {
        let flow = if R::IS_CLIENT { Flow::ToClient } else { Flow::ToServer };
        match fate(self.carrier.handle(flow, &write(&message), None)) {
            Fate::Passes => Some(message),
            Fate::Altered(altered) => Some(restored(altered, message)),
            Fate::Answered(answer) => {
                let sent = self.inner.send(answer);
                // Where it fails the transport is gone, and says so itself.
                self.answering = Some(Box::pin(async { drop(sent.await) }));
                None
            }
            Fate::Dropped => None,
        }
    }
}

impl<R: ServiceRole, T: Transport<R>> Transport<R> for GuardedTransport<R, T> {
    type Error = T::Error;

    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn send(&mut self, item: TxJsonRpcMessage<R>) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let sent = self.outward(item).map(|message| self.inner.send(message));
        async move {
            match sent {
                Some(sent) => sent.await,
                None => Ok(()),
            }
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<R>> {
        loop {
            if let Some(reply) = self.replies.pop_front() {
                return Some(reply);
            }
            // A peer that reads no answers is not read either.
            if let Some(answering) = &mut self.answering {
                answering.await;
                self.answering = None;
            }
            let message = self.inner.receive().await?;
            if let Some(passed) = self.inward(message) {
                return Some(passed);
            }
        }
    }

    fn close(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.inner.close()
    }
}

impl<R: ServiceRole, T> fmt::Debug for GuardedTransport<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedTransport").field("carrier", &self.carrier).finish_non_exhaustive()
    }
}

/// `altered` with what the SDK knows of `message` beside its JSON: which stream it came by, the HTTP request around it.
fn restored<Request: GetExtensions, Response, Notification>(
    mut altered: JsonRpcMessage<Request, Response, Notification>,
    mut message: JsonRpcMessage<Request, Response, Notification>,
) -> JsonRpcMessage<Request, Response, Notification> {
    if let (JsonRpcMessage::Request(altered), JsonRpcMessage::Request(message)) = (&mut altered, &mut message) {
        let (now, before) = (altered.request.extensions_mut(), message.request.extensions_mut());
        // `_meta` stands among them: what was read last holds.
        swap(now, before);
        now.extend(take(before));
    }
    altered
}
