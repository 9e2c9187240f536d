//! Who waits for an answer to a message that is no plain request, notification or answer.

use crate::message::{Envelope, HeadScan, MessageKind, NodeKind, Tape};
use crate::scratch::Scratch;
use crate::session::{Origin, RequestId};
use crate::verdict::Ids;

/// What a message seems to be that the reader refuses or that is no JSON-RPC, and who is to be answered. Its bytes may be
/// an attacker's: nobody is answered who did not certainly ask.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    pub(crate) kind: Option<MessageKind>,
    pub(crate) ids: Ids,
    /// The request that it answers.
    pub(crate) answers: Option<Origin>,
}

impl Unread {
    /// Of what a scan finds in it. `pending` knows the requests of the other side.
    pub(crate) fn scanned(scan: &HeadScan, pending: impl FnOnce(&RequestId) -> Option<Origin>) -> Self {
        let id = scan.id().and_then(|id| serde_json::from_value(id).ok());
        // What was cut off before anything told what it is could be an answer as well as a request.
        let id = id.filter(|_| scan.kind().or(scan.answer()).is_some());
        Self::new(scan.kind(), scan.answer(), id, pending)
    }

    /// Of a batch: it is refused as a whole, so each request in it wants an answer, and each that it answers.
    pub(crate) fn batch(scratch: &Scratch, message: &[u8]) -> Self {
        let Scratch { tape, envelopes, origins, .. } = scratch;
        if tape.node(0).is_none_or(|node| node.kind != NodeKind::Array) {
            return Self::default();
        }
        let asks = |envelope: &&Envelope| envelope.kind == Some(MessageKind::Request);
        Self {
            ids: Ids::Batch {
                asked: envelopes.iter().filter(asks).map(|envelope| RequestId::of(tape, envelope, message)).collect(),
                answered: origins.iter().flatten().map(|origin| Some(origin.id().clone())).collect(),
            },
            ..Self::default()
        }
    }

    /// Of an object that is no JSON-RPC message.
    pub(crate) fn odd(
        tape: &Tape,
        envelope: &Envelope,
        message: &[u8],
        pending: impl FnOnce(&RequestId) -> Option<Origin>,
    ) -> Self {
        let result = envelope.result.map(|_| MessageKind::Result);
        let answer = result.or(envelope.error.map(|_| MessageKind::Error));
        let kind = match answer {
            None => envelope.method.and(envelope.id).map(|_| MessageKind::Request),
            answer => answer.filter(|_| envelope.method.is_none()),
        };
        Self::new(kind, answer, RequestId::of(tape, envelope, message), pending)
    }

    fn new(
        kind: Option<MessageKind>,
        answer: Option<MessageKind>,
        id: Option<RequestId>,
        pending: impl FnOnce(&RequestId) -> Option<Origin>,
    ) -> Self {
        // Whatever else it may be: the other side waits for an answer with this id and gets no better one.
        if answer.is_some()
            && let Some(origin) = id.as_ref().and_then(pending)
        {
            return Self { kind: answer, ids: id.map_or(Ids::None, Ids::One), answers: Some(origin) };
        }
        let id = id.filter(|_| answer.is_none());
        Self { kind, ids: id.map_or(Ids::None, Ids::One), answers: None }
    }
}
