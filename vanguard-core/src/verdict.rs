//! The answer of an inspection: what happens to the message, and why.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::message::{Flow, MessageKind, Span};
use crate::redact::Secret;
use crate::rules::own;
use crate::session::{Origin, RequestId};

/// What happens to a message; later ones are stronger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It passes.
    #[default]
    Allow,
    /// It passes, and the record says what was seen.
    Warn,
    /// It passes with changes.
    Edit,
    /// It waits for an approver; without one it is blocked.
    Review,
    /// It does not pass.
    Block,
}

impl Action {
    /// The word used in config and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Edit => "edit",
            Self::Review => "review",
            Self::Block => "block",
        }
    }
}

/// What an edit does to its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EditOp {
    /// Puts `value` in place of the bytes of its span: a whole value, or a part of a string.
    Replace,
    /// Takes it out, with one comma where it stands in a list.
    Remove,
}

/// One change to a message. Bytes outside its span stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Edit {
    /// What it does.
    pub op: EditOp,
    /// RFC 6901 pointer to the value that it changes, before any edit; a key's is that of its member. What is secret in it is left out.
    pub pointer: String,
    /// The bytes it takes out.
    pub span: Span,
    /// The JSON text it puts in.
    /// None for what is restored from a placeholder: that is shown nowhere, and [`Verdict::apply`] puts it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip)]
    restored: Option<Secret>,
}

impl Edit {
    /// Takes the value at `pointer` out; `span` includes the comma that goes with it.
    #[must_use]
    pub fn remove(pointer: impl Into<String>, span: Span) -> Self {
        Self { op: EditOp::Remove, pointer: pointer.into(), span, value: None, restored: None }
    }

    /// Puts JSON text that is secret in place of a placeholder.
    pub(crate) fn restore(pointer: impl Into<String>, span: Span, secret: Secret) -> Self {
        Self { op: EditOp::Replace, pointer: pointer.into(), span, value: None, restored: Some(secret) }
    }

    /// How many bytes it puts in.
    pub(crate) fn len(&self) -> usize {
        self.text().len()
    }

    fn text(&self) -> &[u8] {
        let shown = || self.value.as_deref().unwrap_or_default().as_bytes();
        self.restored.as_ref().map_or_else(shown, Secret::reveal)
    }

    /// Puts the JSON text `value` in place of the bytes of `span`, which are the value at `pointer` or a part of it.
    #[must_use]
    pub fn replace(pointer: impl Into<String>, span: Span, value: impl Into<String>) -> Self {
        Self { op: EditOp::Replace, pointer: pointer.into(), span, value: Some(value.into()), restored: None }
    }
}

/// The three versions that explain a verdict a year later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Versions {
    /// Of this crate.
    #[serde(rename = "crate")]
    pub core: &'static str,
    /// Of the rule packs: the start of a SHA-256 over their text.
    pub packs: String,
    /// Of the configuration: the start of a SHA-256 over its canonical form.
    pub config: String,
}

impl Versions {
    pub(crate) fn new(packs: String, config: String) -> Self {
        Self { core: env!("CARGO_PKG_VERSION"), packs, config }
    }
}

/// A layer that would have asked someone outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Undecided {
    /// The layer.
    pub layer: crate::finding::Layer,
    /// What it would have asked, in words.
    pub question: String,
}

/// How a blocked request is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DenyAs {
    /// With a JSON-RPC error, code [`DENIED`].
    #[default]
    Error,
    /// A `tools/call` with a result whose `isError` is true, so that the model reads the reason and can do otherwise
    /// (MCP, tools: error handling). Other methods get an error.
    ToolResult,
}

/// The error code of a blocked request: outside the ranges that JSON-RPC and MCP reserve (-32768 to -32000).
pub const DENIED: i32 = -31403;

/// The answer of an inspection. One for a plain allow owns no heap.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Verdict {
    /// What happens to the message.
    pub action: Action,
    /// What the findings compose to; in `monitor` it can be stronger than `action`.
    pub would: Action,
    /// What was found, in the order of the layers; of more than `limits.findings`, the strongest.
    pub findings: Vec<Finding>,
    /// How many findings were left out.
    pub omitted: usize,
    /// Changes that let the message pass: sorted, not overlapping.
    pub edits: Vec<Edit>,
    /// Layers that would have asked someone.
    pub undecided: Vec<Undecided>,
    /// The versions that made it.
    pub versions: Arc<Versions>,
    /// For a request: what its answer will have to be judged by.
    pub origin: Option<Origin>,
    /// For an answer: the request that it answers, if that is known.
    pub answers: Option<Origin>,
    /// The direction of the message.
    pub flow: Flow,
    /// What the message is, or seems to be if it could not be read; `None` if that can't be told, or for a batch.
    pub kind: Option<MessageKind>,
    pub(crate) deny_as: DenyAs,
    /// Whom a refusal answers.
    pub(crate) ids: Ids,
}

/// The ids to answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ids {
    #[default]
    None,
    One(RequestId),
    /// A batch that is not simply allowed.
    Batch {
        /// Its requests; `None` for an id that could not be read.
        asked: Vec<Option<RequestId>>,
        /// The requests that it answers.
        answered: Vec<Option<RequestId>>,
    },
}

impl Verdict {
    /// Whether the message must not pass. `Review` counts: nobody has approved it.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        self.action >= Action::Review
    }

    /// The message as it may pass: untouched and borrowed if there are no edits. For a blocked verdict the bytes are
    /// as inspected; ask [`Verdict::is_blocked`] first.
    #[must_use]
    pub fn apply<'a>(&self, message: &'a [u8]) -> Cow<'a, [u8]> {
        if self.edits.is_empty() || self.action != Action::Edit {
            return Cow::Borrowed(message);
        }
        Cow::Owned(edited(message, &self.edits))
    }

    /// The finding that decided, if any: the first of the strongest.
    #[must_use]
    pub fn decisive(&self) -> Option<&Finding> {
        strongest(&self.findings, self.would)
    }

    /// The id of the message, if it has one that every reader understands alike.
    #[must_use]
    pub fn id(&self) -> Option<&RequestId> {
        match &self.ids {
            Ids::One(id) => Some(id),
            _ => None,
        }
    }

    /// The answer to a blocked message, as JSON without a newline: an error on its id (code [`DENIED`]), or a tool
    /// result that says so; for a batch an array with one for each request. An error without id if the id could not be
    /// read (MCP: "an error response may lack an id only if the request was unreadable").
    #[must_use]
    pub fn error_response(&self) -> Vec<u8> {
        match &self.ids {
            Ids::None => self.error(None).to_string(),
            Ids::One(id) => self.error(Some(id)).to_string(),
            Ids::Batch { asked, answered } => return self.errors(if asked.is_empty() { answered } else { asked }),
        }
        .into_bytes()
    }

    /// An array with the answer for each of these.
    pub(crate) fn errors(&self, ids: &[Option<RequestId>]) -> Vec<u8> {
        let answers: serde_json::Value = ids.iter().map(|id| self.error(id.as_ref())).collect();
        answers.to_string().into_bytes()
    }

    fn error(&self, id: Option<&RequestId>) -> serde_json::Value {
        let tool = self.kind == Some(MessageKind::Request)
            && self.origin.as_ref().is_some_and(|origin| origin.method() == "tools/call");
        if self.deny_as == DenyAs::ToolResult && tool && id.is_some() {
            let text = serde_json::json!({"type": "text", "text": self.message()});
            // Required since 2026-07-28; before, clients pass over it.
            let result = serde_json::json!({"resultType": "complete", "content": [text], "isError": true, "_meta": {"vanguard": self.data()}});
            return serde_json::json!({"jsonrpc": "2.0", "id": id, "result": result});
        }
        let error = serde_json::json!({"code": DENIED, "message": self.message(), "data": {"vanguard": self.data()}});
        match id {
            Some(id) => serde_json::json!({"jsonrpc": "2.0", "id": id, "error": error}),
            None => serde_json::json!({"jsonrpc": "2.0", "error": error}),
        }
    }

    /// One sentence for a person or a model: what happened and why.
    #[must_use]
    pub fn message(&self) -> String {
        let Some(finding) = self.decisive() else {
            let asked = self.undecided.first().map(|asked| format!(": nobody could be asked {}", asked.question));
            return format!("blocked by Vanguard{}", asked.unwrap_or_default());
        };
        let place = if finding.pointer.is_empty() { String::new() } else { format!(" at {}", finding.pointer) };
        // Whoever can approve gets it held, not answered: this text is read where nobody could.
        let review =
            if self.action == Action::Review { "; it needs approval, and nobody is there to approve it" } else { "" };
        format!("blocked by Vanguard: {} ({}{place}){review}", finding.reason, finding.rule)
    }

    /// What an error answer carries: rule ids, reasons, how to allow. No evidence: the answer goes to whoever sent the
    /// message, and in the other direction that is the attacker.
    fn data(&self) -> serde_json::Value {
        let mut findings: Vec<_> = self.findings.iter().filter(|finding| finding.action >= Action::Review).collect();
        findings.sort_by_key(|finding| Reverse(finding.severity));
        let list: Vec<_> = findings
            .iter()
            .take(8)
            .map(|f| serde_json::json!({"rule": f.rule, "reason": f.reason, "pointer": f.pointer, "allow": f.allow}))
            .collect();
        let mut data = serde_json::json!({"action": self.action, "rules": findings.iter().map(|f| &f.rule).take(8).collect::<Vec<_>>(), "findings": list});
        // Whoever waits for the last of them has waited for all.
        if let (Some(seconds), Some(data)) = (findings.iter().filter_map(|f| f.retry_after).max(), data.as_object_mut())
        {
            data.insert("retry_after".to_owned(), seconds.into());
        }
        data
    }

    /// The verdict as a JSON object with `id` in front: the documented form (`verdict.schema.json`).
    #[must_use]
    pub fn to_json(&self, id: &serde_json::Value) -> String {
        serde_json::to_string(&WithId { id, verdict: self }).unwrap_or_default()
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.entries(&mut map)?;
        map.end()
    }
}

impl Verdict {
    fn entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        map.serialize_entry("action", &self.action)?;
        map.serialize_entry("would", &self.would)?;
        map.serialize_entry("flow", &self.flow)?;
        map.serialize_entry("kind", &self.kind)?;
        map.serialize_entry("findings", &self.findings)?;
        if self.omitted > 0 {
            map.serialize_entry("omitted", &self.omitted)?;
        }
        map.serialize_entry("edits", &self.edits)?;
        map.serialize_entry("undecided", &self.undecided)?;
        map.serialize_entry("versions", &*self.versions)
    }
}

/// `message` with these edits made: sorted, not overlapping.
pub(crate) fn edited(message: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(message.get(at..edit.span.start as usize).unwrap_or_default());
        out.extend_from_slice(edit.text());
        at = (edit.span.end as usize).max(at);
    }
    out.extend_from_slice(message.get(at..).unwrap_or_default());
    out
}

/// Keeps the `most` strongest findings in their order; says how many were left out.
pub(crate) fn keep_strongest(findings: &mut Vec<Finding>, most: usize) -> usize {
    let omitted = findings.len().saturating_sub(most);
    if omitted > 0 {
        let mut order: Vec<usize> = (0..findings.len()).collect();
        // Of equals the last go first. That not all was looked at is told in any case.
        let limit = |finding: &Finding| matches!(finding.rule.as_str(), own::LIMIT_WORK | own::LIMIT_VIEWS);
        let weight = |finding: &Finding| (finding.action, limit(finding), finding.severity);
        order.sort_by_key(|at| (findings.get(*at).map(weight), Reverse(*at)));
        let mut drop = vec![false; findings.len()];
        for weakest in order.iter().take(omitted) {
            if let Some(drop) = drop.get_mut(*weakest) {
                *drop = true;
            }
        }
        let mut drop = drop.into_iter();
        findings.retain(|_| !drop.next().unwrap_or(false));
    }
    omitted
}

/// The first of the findings of the highest severity that led to `would`.
pub(crate) fn strongest(findings: &[Finding], would: Action) -> Option<&Finding> {
    let led = findings.iter().filter(|finding| finding.action == would && would > Action::Allow);
    // Of equals `max_by_key` takes the last.
    led.rev().max_by_key(|finding| finding.severity)
}

struct WithId<'a> {
    id: &'a serde_json::Value,
    verdict: &'a Verdict,
}

impl Serialize for WithId<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", self.id)?;
        self.verdict.entries(&mut map)?;
        map.end()
    }
}

impl fmt::Display for Verdict {
    /// The short human form: `block CMD-DOWNLOAD-EXEC /params/arguments/command: downloaded content is run`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.action.as_str())?;
        if self.would != self.action {
            write!(f, " (would {})", self.would.as_str())?;
        }
        if let Some(finding) = self.decisive() {
            write!(f, " {} {}: {}", finding.rule, finding.pointer, finding.reason)?;
            if !finding.evidence.is_empty() {
                write!(f, " [{}]", finding.evidence)?;
            }
            let more = self.findings.len() + self.omitted - 1;
            if more > 0 {
                write!(f, " (+{more} more)")?;
            }
        }
        Ok(())
    }
}
