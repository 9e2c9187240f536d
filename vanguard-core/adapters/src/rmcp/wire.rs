//! Between the SDK's messages and bytes.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;
use vanguard_core::{MessageKind, Outcome, Verdict};

/// The bytes that a message is on the wire. What can't be written is no JSON, and is refused as such.
pub(super) fn write(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).unwrap_or_default()
}

/// What becomes of a message.
pub(super) enum Fate<Sent, Answer> {
    /// It passes as it is.
    Passes,
    /// This passes in its place.
    Altered(Sent),
    /// It goes nowhere, and who sent it gets an answer.
    Answered(Answer),
    /// It goes nowhere.
    Dropped,
}

/// What an outcome says, in the SDK's types. What these can't hold is refused.
pub(super) fn fate<Sent: DeserializeOwned, Answer: DeserializeOwned>(outcome: Outcome<'_>) -> Fate<Sent, Answer> {
    let Outcome { forward, reply, verdict, .. } = outcome;
    match (forward, reply) {
        (Some(Cow::Borrowed(_)), _) => Fate::Passes,
        (Some(Cow::Owned(altered)), _) => {
            serde_json::from_slice(&altered).map_or_else(|_| refused(&verdict), Fate::Altered)
        }
        (None, Some(reply)) => read(&reply).map_or(Fate::Dropped, Fate::Answered),
        (None, None) => Fate::Dropped,
    }
}

/// An altered message that is none of the SDK's any more.
fn refused<Sent: DeserializeOwned, Answer: DeserializeOwned>(verdict: &Verdict) -> Fate<Sent, Answer> {
    let error = verdict.error_response();
    match verdict.kind {
        Some(MessageKind::Request) => read(&error).map_or(Fate::Dropped, Fate::Answered),
        Some(MessageKind::Result | MessageKind::Error) => read(&error).map_or(Fate::Dropped, Fate::Altered),
        _ => Fate::Dropped,
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice(bytes).ok()
}
