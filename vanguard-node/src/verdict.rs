//! `Verdict` and `Origin`.

use std::borrow::Cow;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;
use vanguard_core::MessageKind;

/// The word for what a message is.
pub(crate) const fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Request => "request",
        MessageKind::Notification => "notification",
        MessageKind::Result => "result",
        MessageKind::Error => "error",
    }
}

/// What happens to a message, and why.
#[napi]
pub struct Verdict {
    core: vanguard_core::Verdict,
}

impl From<vanguard_core::Verdict> for Verdict {
    fn from(core: vanguard_core::Verdict) -> Self {
        Self { core }
    }
}

#[napi]
impl Verdict {
    /// What happens to the message.
    #[napi(getter, ts_return_type = "'allow' | 'warn' | 'edit' | 'review' | 'block'")]
    pub fn action(&self) -> &'static str {
        self.core.action.as_str()
    }

    /// What the findings compose to; in the profile `monitor` it can be stronger than `action`.
    #[napi(getter, ts_return_type = "'allow' | 'warn' | 'edit' | 'review' | 'block'")]
    pub fn would(&self) -> &'static str {
        self.core.would.as_str()
    }

    /// The direction of the message.
    #[napi(getter, ts_return_type = "'to_server' | 'to_client'")]
    pub fn flow(&self) -> &'static str {
        self.core.flow.as_str()
    }

    /// What the message is, if that can be told.
    #[napi(getter, ts_return_type = "'request' | 'notification' | 'result' | 'error' | null")]
    pub fn kind(&self) -> Option<&'static str> {
        self.core.kind.map(kind)
    }

    /// Whether the message must not pass.
    #[napi(getter)]
    pub fn is_blocked(&self) -> bool {
        self.core.is_blocked()
    }

    /// Whether it passes only with changes: then `apply` makes them.
    #[napi(getter)]
    pub fn is_edited(&self) -> bool {
        self.core.action == vanguard_core::Action::Edit
    }

    /// For a request: what its answer will have to be judged by (`inReplyTo`).
    #[napi(getter)]
    pub fn origin(&self) -> Option<Origin> {
        self.core.origin.clone().map(|core| Origin { core })
    }

    /// For an answer: the request that it answers, if that is known.
    #[napi(getter)]
    pub fn answers(&self) -> Option<Origin> {
        self.core.answers.clone().map(|core| Origin { core })
    }

    /// One sentence for a person or a model: what was blocked and why.
    #[napi(getter)]
    pub fn message(&self) -> String {
        self.core.message()
    }

    /// The answer to a blocked message, as JSON: an error on its id, or a tool result that says so.
    #[napi]
    pub fn error_response(&self) -> String {
        String::from_utf8(self.core.error_response()).unwrap_or_default()
    }

    /// The message's bytes with the edits made; `null` if there are none.
    #[napi]
    pub fn edited(&self, message: &[u8]) -> Option<Buffer> {
        match self.core.apply(message) {
            Cow::Borrowed(_) => None,
            Cow::Owned(edited) => Some(edited.into()),
        }
    }

    /// The JSON text that `verdict.schema.json` describes.
    #[napi]
    pub fn json(&self) -> String {
        serde_json::to_string(&self.core).unwrap_or_default()
    }

    /// In one line for people.
    #[napi(js_name = "toString")]
    pub fn text(&self) -> String {
        self.core.to_string()
    }
}

/// What has to be known of a request to judge its answer.
#[napi]
pub struct Origin {
    pub(crate) core: vanguard_core::Origin,
}

#[napi]
impl Origin {
    /// The request's id, as JSON.
    #[napi(getter)]
    pub fn id(&self) -> String {
        serde_json::to_string(self.core.id()).unwrap_or_default()
    }

    /// The request's method.
    #[napi(getter)]
    pub fn method(&self) -> String {
        self.core.method().to_owned()
    }

    /// The tool or prompt name, or the resource URI, that the request names.
    #[napi(getter)]
    pub fn target(&self) -> Option<String> {
        self.core.target().map(str::to_owned)
    }
}
