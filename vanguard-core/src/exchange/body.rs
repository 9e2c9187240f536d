//! What the body of an HTTP answer carries.

use crate::message::{Framing, Limits, Tape, read};

/// What the body of an HTTP answer carries, by its media type.
///
/// ```
/// use vanguard_core::exchange::BodyKind;
///
/// assert_eq!(BodyKind::of(["Application/JSON ; charset=utf-8"], true, 200), BodyKind::Message);
/// assert_eq!(BodyKind::of(["text/event-stream"], false, 200), BodyKind::Events);
/// assert!(!BodyKind::of(["application/json"], true, 401).judges(br#"{"error":"invalid_token"}"#));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// A message: to be judged whole.
    Message,
    /// A stream of events, each with a message: to be judged one by one.
    Events,
    /// What some reader may take for a message: to be judged whole if it could be one.
    Perhaps,
    /// Nothing that a reader takes for a message.
    Nothing,
}

impl BodyKind {
    /// By every field `content-type` of the answer; `asked`: it answers a POST.
    ///
    /// A media type is read as RFC 9110 (8.3.1) says: whatever its case and its parameters. What readers don't agree on is judged: clients
    /// look for these words anywhere in the field, take the first or the last of several, or try JSON where no type is given.
    #[must_use]
    pub fn of<T: AsRef<[u8]>>(content_types: impl IntoIterator<Item = T>, asked: bool, status: u16) -> Self {
        let fields: Vec<_> = content_types.into_iter().map(|field| lower(field.as_ref())).collect();
        let fields = fields.join(",");
        let types = || fields.split(',').map(|one| one.split(';').next().unwrap_or_default().trim());
        match (fields.contains(JSON), fields.contains("text/event-stream")) {
            // What is JSON holds no event, so this is the reading that hides nothing from either.
            (true, true) => Self::Message,
            (false, true) => Self::Events,
            // MCP answers a GET by a stream only: JSON there is something else, health say.
            _ if !asked => Self::Nothing,
            // An error of HTTP, say of who checks tokens, need be no message.
            (true, false) if status < 400 && types().any(|one| one == JSON) => Self::Message,
            (true, false) => Self::Perhaps,
            (false, false) if types().all(str::is_empty) || types().any(|one| one.ends_with("+json")) => Self::Perhaps,
            (false, false) => Self::Nothing,
        }
    }

    /// Whether a whole body of this kind is judged as a message.
    #[must_use]
    pub fn judges(self, body: &[u8]) -> bool {
        match self {
            Self::Message => !body.is_empty(),
            Self::Perhaps => is_message(body),
            Self::Events | Self::Nothing => false,
        }
    }

    /// The kind's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Events => "events",
            Self::Perhaps => "perhaps",
            Self::Nothing => "nothing",
        }
    }
}

const JSON: &str = "application/json";

fn lower(field: &[u8]) -> String {
    String::from_utf8_lossy(field).to_ascii_lowercase()
}

/// Whether somebody could read it as JSON-RPC.
fn is_message(body: &[u8]) -> bool {
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii_start();
    match text.first() {
        Some(b'[') => true,
        Some(b'{') => {
            let mut tape = Tape::new();
            read(text, Framing::Body, &Limits::default(), &mut tape);
            // What is broken JSON to us need not be to another.
            !tape.is_complete() || tape.path(0, &["jsonrpc"]).is_some()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::BodyKind::{self, Events, Message, Nothing, Perhaps};

    #[test]
    fn types_are_read_whatever_their_case_and_parameters() {
        for (types, kind) in [
            (&["application/json"][..], Message),
            (&["Application/Json\t; charset=UTF-8"], Message),
            (&["application/json", "application/json;charset=utf-8"], Message),
            (&["text/plain", " application/json"], Message),
            (&["text/html, application/json"], Message),
            (&["TEXT/Event-Stream;charset=utf-8"], Events),
            (&["application/json, text/event-stream"], Message),
            (&["text/event-stream; x=\"application/json\""], Message),
            (&["text/plain; x=text/event-stream"], Events),
            (&["application/json-seq"], Perhaps),
            (&["text/plain; note=\"Application/JSON\""], Perhaps),
            (&["application/problem+json; charset=utf-8"], Perhaps),
            (&[], Perhaps),
            (&["", " "], Perhaps),
            (&["text/html"], Nothing),
            (&["application/octet-stream"], Nothing),
        ] {
            assert_eq!(BodyKind::of(types, true, 200), kind, "{types:?}");
        }
    }

    #[test]
    fn what_answers_no_post_is_a_message_only_in_an_event() {
        for types in [&["application/json"][..], &[], &["application/problem+json"]] {
            assert_eq!(BodyKind::of(types, false, 200), Nothing, "{types:?}");
        }
        assert_eq!(BodyKind::of(["text/event-stream"], false, 200), Events);
    }

    #[test]
    fn what_could_be_a_message_is_judged() {
        for body in [
            "\u{feff} {\"jsonrpc\":\"2.0\"}",
            "[]",
            "{\"jsonrpc\":",
            "{\"json\\u0072pc\":1}",
            "{\"a\":1,\"a\":2,\"jsonrpc\":1}",
        ] {
            assert!(Perhaps.judges(body.as_bytes()), "{body}");
        }
        for body in ["", "Unauthorized", "{\"error\":\"invalid_token\"}", "\"jsonrpc\"", "data: {}\n\n"] {
            assert!(!Perhaps.judges(body.as_bytes()), "{body}");
        }
        assert!(Message.judges(b"Unauthorized") && !Message.judges(b"") && !Events.judges(b"{}"));
    }
}
