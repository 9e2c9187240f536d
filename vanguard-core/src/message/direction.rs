//! The direction that a message shows by itself, for hosts that don't know it.

use serde::Deserialize;

use super::Flow;

/// Methods that only servers send; notifications that either side sends are taken for the server's.
const TO_CLIENT: &[&str] = &[
    "sampling/createMessage",
    "elicitation/create",
    "roots/list",
    "notifications/message",
    "notifications/progress",
    "notifications/tools/list_changed",
    "notifications/prompts/list_changed",
    "notifications/resources/list_changed",
    "notifications/resources/updated",
    "notifications/elicitation/complete",
    "notifications/tasks/status",
    "notifications/subscriptions/acknowledged",
];

/// What of a message shows its direction.
#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(borrow)]
    method: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, deserialize_with = "present")]
    result: bool,
    #[serde(default, deserialize_with = "present")]
    error: bool,
}

fn present<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(value).map(|_| true)
}

impl Flow {
    /// The direction that a message's shape shows: an answer goes to the client, a request to the server, unless only
    /// servers send it. `None` for a batch and for what is no message. A host that knows better says so itself: the client's
    /// answers to a server look like a server's.
    ///
    /// ```
    /// use vanguard_core::Flow;
    /// assert_eq!(Flow::guess(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#), Some(Flow::ToClient));
    /// assert_eq!(Flow::guess(br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#), Some(Flow::ToServer));
    /// assert_eq!(Flow::guess(b"nonsense"), None);
    /// ```
    #[must_use]
    pub fn guess(message: &[u8]) -> Option<Self> {
        // For serde an array of the right length is a struct, too.
        let object = message.trim_ascii_start().starts_with(b"{");
        let shape: Shape<'_> = object.then(|| serde_json::from_slice(message).ok()).flatten()?;
        match shape.method {
            Some(method) => Some(if TO_CLIENT.contains(&&*method) { Self::ToClient } else { Self::ToServer }),
            None => (shape.result || shape.error).then_some(Self::ToClient),
        }
    }
}
