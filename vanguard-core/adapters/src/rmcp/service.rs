//! A service, with what is asked of it and what it answers seen.

use std::borrow::Cow;
use std::mem::swap;

use ::rmcp::ErrorData;
use ::rmcp::model::{ErrorCode, GetMeta, JsonRpcMessage, JsonRpcNotification, JsonRpcRequest, ProtocolVersion};
use ::rmcp::service::{NotificationContext, RequestContext, RxJsonRpcMessage, Service, ServiceRole, TxJsonRpcMessage};
use vanguard_core::{DENIED, Flow, Origin};

use super::wire::{Fate, fate, write};
use crate::guard::Carrier;

/// The guarded service. See [`crate::Guard::service`].
#[derive(Debug)]
pub struct GuardedService<S> {
    inner: S,
    carrier: Carrier,
}

impl<S> GuardedService<S> {
    pub(super) const fn new(inner: S, carrier: Carrier) -> Self {
        Self { inner, carrier }
    }

    /// The service that is guarded.
    pub const fn inner(&self) -> &S {
        &self.inner
    }
}

/// What is asked of a server flows to it.
const fn inward<R: ServiceRole>() -> Flow {
    if R::IS_CLIENT { Flow::ToClient } else { Flow::ToServer }
}

impl<R: ServiceRole, S: Service<R>> Service<R> for GuardedService<S> {
    async fn handle_request(
        &self,
        mut request: R::PeerReq,
        mut context: RequestContext<R>,
    ) -> Result<R::Resp, ErrorData> {
        let id = context.id.clone();
        // The SDK has taken these out of the request, and they are part of what was sent.
        swap(request.get_meta_mut(), &mut context.meta);
        let bytes = write(&JsonRpcRequest::new(id.clone(), &request));
        let asked = self.carrier.handle(inward::<R>(), &bytes, None);
        let origin = asked.verdict.origin.clone();
        match fate::<JsonRpcRequest<R::PeerReq>, TxJsonRpcMessage<R>>(asked) {
            Fate::Passes => {}
            Fate::Altered(altered) => request = altered.request,
            Fate::Answered(answer) => return unfold::<R>(answer),
            Fate::Dropped => return Err(refused()),
        }
        swap(request.get_meta_mut(), &mut context.meta);
        let answer = match self.inner.handle_request(request, context).await {
            Ok(result) => JsonRpcMessage::response(result, id),
            Err(error) => JsonRpcMessage::error(error, Some(id)),
        };
        self.answered::<R>(answer, origin.as_ref())
    }

    async fn handle_notification(
        &self,
        mut notification: R::PeerNot,
        mut context: NotificationContext<R>,
    ) -> Result<(), ErrorData> {
        swap(notification.get_meta_mut(), &mut context.meta);
        let bytes = write(&JsonRpcMessage::<(), (), _>::notification(&notification));
        match fate::<JsonRpcNotification<R::PeerNot>, RxJsonRpcMessage<R>>(self.carrier.handle(
            inward::<R>(),
            &bytes,
            None,
        )) {
            Fate::Passes => {}
            Fate::Altered(altered) => notification = altered.notification,
            Fate::Answered(_) | Fate::Dropped => return Ok(()),
        }
        swap(notification.get_meta_mut(), &mut context.meta);
        self.inner.handle_notification(notification, context).await
    }

    fn get_info(&self) -> R::Info {
        self.inner.get_info()
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        self.inner.supported_protocol_versions()
    }
}

impl<S> GuardedService<S> {
    /// What leaves of an answer.
    fn answered<R: ServiceRole>(
        &self,
        answer: TxJsonRpcMessage<R>,
        origin: Option<&Origin>,
    ) -> Result<R::Resp, ErrorData> {
        let bytes = write(&answer);
        let outcome = self.carrier.handle(inward::<R>().reverse(), &bytes, origin);
        match fate::<TxJsonRpcMessage<R>, RxJsonRpcMessage<R>>(outcome) {
            Fate::Passes => unfold::<R>(answer),
            Fate::Altered(altered) => unfold::<R>(altered),
            Fate::Answered(_) | Fate::Dropped => Err(refused()),
        }
    }
}

/// What the SDK makes an answer of.
fn unfold<R: ServiceRole>(answer: TxJsonRpcMessage<R>) -> Result<R::Resp, ErrorData> {
    match answer {
        JsonRpcMessage::Response(response) => Ok(response.result),
        JsonRpcMessage::Error(error) => Err(error.error),
        JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => Err(refused()),
    }
}

/// For who asked, where the exchange has no words of its own.
fn refused() -> ErrorData {
    ErrorData::new(ErrorCode(DENIED), "refused by Vanguard", None)
}
