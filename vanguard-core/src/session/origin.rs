//! What an answer answers.

use serde::{Deserialize, Serialize};

use super::Name;
use crate::message::{Envelope, NodeId, NodeKind, Tape};

/// A request's id: `"7"` and `7` are different ids (JSON-RPC 2.0 section 4).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RequestId {
    /// An integer.
    Number(i64),
    /// A string.
    String(Name),
}

impl RequestId {
    /// The id of a message; `None` if it has none that every reader understands alike.
    #[must_use]
    pub fn of(tape: &Tape, envelope: &Envelope, message: &[u8]) -> Option<Self> {
        Self::at(tape, envelope.id?, message)
    }

    /// The id that a value is.
    #[must_use]
    pub(crate) fn at(tape: &Tape, id: NodeId, message: &[u8]) -> Option<Self> {
        let node = tape.node(id)?;
        match node.kind {
            NodeKind::String => tape.string(id).map(|text| Self::String(Name::new(text))),
            NodeKind::Number => std::str::from_utf8(node.source.of(message)).ok()?.parse().ok().map(Self::Number),
            _ => None,
        }
    }
}

/// What has to be known of a request to judge its answer: part of the request's verdict, given back with
/// [`crate::Message::in_reply_to`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    id: RequestId,
    method: Name,
    target: Option<Name>,
}

impl Origin {
    /// The origin that a request is for its answer; `None` for anything else.
    #[must_use]
    pub fn of(tape: &Tape, envelope: &Envelope, message: &[u8]) -> Option<Self> {
        let method = Name::new(tape.string(envelope.method?)?);
        let target = envelope.target;
        let target = target.and_then(|node| tape.string(node)).map(Name::new);
        Some(Self { id: RequestId::of(tape, envelope, message)?, method, target })
    }

    /// The origin of these parts.
    pub(crate) fn new(id: RequestId, method: &str, target: Option<&str>) -> Self {
        Self { id, method: Name::new(method), target: target.map(Name::new) }
    }

    /// Puts `target` in place of what the request names: for what holds a secret, since records tell it.
    pub(crate) fn rename(&mut self, target: &str) {
        self.target = Some(Name::new(target));
    }

    /// The request's id.
    #[must_use]
    pub const fn id(&self) -> &RequestId {
        &self.id
    }

    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The tool or prompt name, or the resource URI, that the request names.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        self.target.as_ref().map(Name::as_str)
    }
}
