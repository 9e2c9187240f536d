//! What a line of `vanguard inspect` holds: a message, or an envelope around one.

use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;
use vanguard_core::{Flow, Message};

/// A line, taken apart.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    /// The envelope's id, as it stands there.
    pub(crate) id: Option<&'a RawValue>,
    /// The message as the very bytes of the line, or as decoded from `raw`.
    pub(crate) message: Cow<'a, [u8]>,
    /// Its direction, if anything says so.
    pub(crate) flow: Option<Flow>,
    /// What is wrong with the envelope; then `message` is the whole line.
    pub(crate) problem: Option<String>,
    about: About,
}

/// What an envelope says about its message.
#[derive(Debug, Default)]
struct About {
    server: Option<String>,
    session: Option<String>,
    principal: Option<String>,
    tenant: Option<String>,
    version: Option<String>,
    headers: BTreeMap<String, Values>,
    at: Option<Duration>,
}

/// What a header of HTTP says, as often as it came.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "`headers`: expected texts, or lists of texts, by their names")]
enum Values {
    One(String),
    Several(Vec<String>),
}

impl Values {
    fn all(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    flow: Option<String>,
    direction: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    raw: Option<String>,
    server: Option<String>,
    session: Option<String>,
    principal: Option<String>,
    tenant: Option<String>,
    version: Option<String>,
    headers: Option<BTreeMap<String, Values>>,
    at: Option<f64>,
}

/// The id alone, for envelopes that are wrong elsewhere.
#[derive(Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    raw: Option<&'a RawValue>,
    #[serde(borrow)]
    jsonrpc: Option<&'a RawValue>,
}

impl<'a> Line<'a> {
    /// Takes a line apart. Whatever is not an envelope is a message, right or wrong: the inspector says which.
    pub(crate) fn read(line: &'a [u8]) -> Self {
        let bare = |flow| Self { id: None, message: line.into(), flow, problem: None, about: About::default() };
        let Some(head) = object::<Id<'a>>(line) else { return bare(None) };
        // A JSON-RPC message always has `jsonrpc`, and never `message` or `raw`.
        if head.jsonrpc.is_some() || (head.message.is_none() && head.raw.is_none()) {
            return bare(Flow::guess(line));
        }
        let read = serde_json::from_slice(line).map_err(|error| error.to_string()).and_then(Self::open);
        read.unwrap_or_else(|problem| Self { id: head.id, problem: Some(format!("envelope: {problem}")), ..bare(None) })
    }

    fn open(envelope: Envelope<'a>) -> Result<Self, String> {
        let message = match (envelope.message, &envelope.raw) {
            (Some(message), None) => Cow::Borrowed(message.get().as_bytes()),
            (None, Some(raw)) => {
                Cow::Owned(BASE64.decode(raw.as_bytes()).map_err(|error| format!("`raw` is not base64: {error}"))?)
            }
            _ => return Err("`message` or `raw`, not both".to_owned()),
        };
        let flow = match (envelope.flow.as_deref(), envelope.direction.as_deref()) {
            (Some("to_server"), None) | (None, Some("request")) => Some(Flow::ToServer),
            (Some("to_client"), None) | (None, Some("response")) => Some(Flow::ToClient),
            (None, None) => Flow::guess(&message),
            (Some(_), Some(_)) => return Err("`flow` or `direction`, not both".to_owned()),
            (Some(other), None) => return Err(format!("`flow` is `to_server` or `to_client`, not `{other}`")),
            (None, Some(other)) => return Err(format!("`direction` is `request` or `response`, not `{other}`")),
        };
        let at = envelope
            .at
            .map(|at| Duration::try_from_secs_f64(at).map_err(|error| format!("`at`: {error}")))
            .transpose()?;
        let Envelope { id, server, session, principal, tenant, version, headers, .. } = envelope;
        let headers = headers.unwrap_or_default();
        let about = About { server, session, principal, tenant, version, headers, at };
        Ok(Self { id, message, flow, problem: None, about })
    }

    /// The headers of the HTTP request whose body the message is.
    pub(crate) fn headers(&self) -> Vec<(&str, &str)> {
        let each = self.about.headers.iter();
        each.flat_map(|(name, values)| values.all().iter().map(|value| (name.as_str(), value.as_str()))).collect()
    }

    /// The message with its context, its headers aside; it travels in `flow` where nothing else says so.
    pub(crate) fn inspected(&self, flow: Option<Flow>) -> Message<'_> {
        let About { server, session, principal, tenant, version, at, .. } = &self.about;
        let mut message = Message::new(self.flow.or(flow).unwrap_or(Flow::ToServer), &self.message);
        if let Some(server) = server {
            message = message.server(server);
        }
        if let Some(session) = session {
            message = message.session(session);
        }
        if let Some(principal) = principal {
            message = message.principal(principal);
        }
        if let Some(tenant) = tenant {
            message = message.tenant(tenant);
        }
        if let Some(version) = version {
            message = message.protocol(version);
        }
        if let Some(at) = at {
            message = message.at(*at);
        }
        message
    }
}

/// Reads a JSON object. (For serde an array of the right length is a struct, too.)
fn object<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Option<T> {
    text.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::Line;
    use vanguard_core::Flow;

    const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

    #[test]
    fn a_bare_message_is_itself() {
        let line = Line::read(PING.as_bytes());
        assert_eq!((&*line.message, line.flow, line.id.is_none()), (PING.as_bytes(), Some(Flow::ToServer), true));
        for (message, flow) in [
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, Some(Flow::ToClient)),
            (r#"{"jsonrpc":"2.0","id":null,"error":{}}"#, Some(Flow::ToClient)),
            (r#"{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage"}"#, Some(Flow::ToClient)),
            (r#"{"jsonrpc":"2.0","method":"x","message":{}}"#, Some(Flow::ToServer)),
            (r#"[{"jsonrpc":"2.0"},{"a":1},{"b":1},{"c":1}]"#, None),
            ("[1,2,3,4]", None),
            ("nonsense", None),
            ("", None),
        ] {
            let line = Line::read(message.as_bytes());
            assert_eq!((&*line.message, line.flow), (message.as_bytes(), flow), "{message}");
            assert!(line.problem.is_none());
        }
    }

    #[test]
    fn an_envelope_s_message_is_its_own_bytes() {
        let message = r#"{ "id" : 1.0e0,"id":2, "z":"\u0041\ud800" ,"a":[1,2] }"#;
        let text = format!(r#" {{"other":[{{}}],"message": {message} ,"id":{{"n":1e400}},"direction":"response"}} "#);
        let line = Line::read(text.as_bytes());
        assert_eq!(std::str::from_utf8(&line.message).unwrap(), message);
        assert_eq!((line.id.unwrap().get(), line.flow), (r#"{"n":1e400}"#, Some(Flow::ToClient)));
    }

    #[test]
    fn an_envelope_says_what_is_known() {
        let text = format!(
            r#"{{"message":{PING},"server":"s","session":"t","principal":"p","version":"2025-06-18","at":1.5,"flow":"to_client"}}"#
        );
        let line = Line::read(text.as_bytes());
        let message = line.inspected(None);
        let context = message.context();
        assert_eq!((context.server, context.session, context.principal), (Some("s"), Some("t"), Some("p")));
        assert_eq!((context.protocol, context.at.unwrap().as_millis()), (Some("2025-06-18"), 1500));
        assert_eq!(message.flow(), Flow::ToClient);
    }

    #[test]
    fn headers_are_texts_or_lists_of_them() {
        let text = format!(r#"{{"message":{PING},"headers":{{"Mcp-Method":"ping","mcp-name":["a","b"],"x":[]}}}}"#);
        let headers = [("Mcp-Method", "ping"), ("mcp-name", "a"), ("mcp-name", "b")];
        assert_eq!(Line::read(text.as_bytes()).headers(), headers);
        assert!(Line::read(PING.as_bytes()).headers().is_empty());
    }

    #[test]
    fn raw_bytes_come_as_base64() {
        let line = Line::read(br#"{"id":"a","raw":"/wB7fQ=="}"#);
        assert_eq!(&*line.message, b"\xff\0{}");
    }

    #[test]
    fn a_broken_envelope_keeps_its_id_and_says_what_is_wrong() {
        for (text, expected) in [
            (r#"{"id":7,"message":{},"raw":""}"#, "`message` or `raw`, not both"),
            (r#"{"id":7,"raw":"%%%%"}"#, "`raw` is not base64"),
            (r#"{"id":7,"message":{},"flow":"up"}"#, "not `up`"),
            (r#"{"id":7,"message":{},"direction":"to_server"}"#, "not `to_server`"),
            (r#"{"id":7,"message":{},"flow":"to_server","direction":"request"}"#, "not both"),
            (r#"{"id":7,"message":{},"at":-1}"#, "`at`"),
            (r#"{"id":7,"message":{},"server":5}"#, "expected a string"),
            (r#"{"id":7,"message":{},"headers":{"a":1}}"#, "`headers`: expected texts"),
            (r#"{"id":7,"message":{},"headers":["a"]}"#, "expected a map"),
        ] {
            let line = Line::read(text.as_bytes());
            assert!(
                line.problem.as_ref().is_some_and(|problem| problem.contains(expected)),
                "{text}: {:?}",
                line.problem
            );
            assert_eq!((line.id.unwrap().get(), &*line.message), ("7", text.as_bytes()));
        }
    }
}
