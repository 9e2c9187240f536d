//! The JSON-RPC 2.0 envelope: what kind of message an object is, and whether every reader agrees on its id.

use super::issue::{Issue, IssueKind};
use super::tape::{NodeId, NodeKind, Tape};
use super::{Limits, MessageKind};

/// The parts of one message; node ids on its tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The object.
    pub root: NodeId,
    /// What it is; `None` if it is no JSON-RPC message.
    pub kind: Option<MessageKind>,
    /// The id, where there is one that is not null, and no second one: who reads the other would be answered in vain.
    pub id: Option<NodeId>,
    /// The method's name.
    pub method: Option<NodeId>,
    /// The params of a request or notification.
    pub params: Option<NodeId>,
    /// What the params name: their `name` (a tool, a prompt), else their `uri`. Asked for with every finding, so it is looked up once.
    pub target: Option<NodeId>,
    /// The result.
    pub result: Option<NodeId>,
    /// The error.
    pub error: Option<NodeId>,
}

impl Envelope {
    /// What it calls by `name`: a tool or a prompt.
    #[must_use]
    pub fn name<'t>(&self, tape: &'t Tape) -> Option<&'t str> {
        self.target.filter(|node| tape.key_of(*node) == b"name").and_then(|node| tape.string(node))
    }
}

/// Bytes of the longest method and of the longest name of a tool or prompt; the protocol asks for at most 128 (2025-11-25, tools). Rules and
/// exceptions compare names with every finding, and each finding's line of an exception has them.
pub const LONGEST_NAME: usize = 1024;

const KEYS: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

/// Reads the envelopes of a tape into `out` (cleared first): one, or one for each element of a batch. What is wrong is
/// added to the tape's issues. Returns whether it is a batch.
pub fn envelopes(tape: &mut Tape, message: &[u8], limits: &Limits, out: &mut Vec<Envelope>) -> bool {
    out.clear();
    match tape.node(0).map(|node| node.kind) {
        None => false,
        Some(NodeKind::Array) => {
            let mut elements = 0;
            let mut at = 1;
            let end = tape.node(0).map_or(0, |node| node.end);
            while at < end {
                elements += 1;
                if elements <= limits.batch {
                    let envelope = envelope(tape, at, message);
                    if envelope.method.is_some_and(|method| tape.text(method) == b"initialize") {
                        object_to(tape, IssueKind::BadBatch, at);
                    }
                    out.push(envelope);
                }
                at = tape.node(at).map_or(end, |node| node.end);
            }
            if elements == 0 || elements > limits.batch {
                object_to(tape, IssueKind::BadBatch, 0);
            }
            true
        }
        Some(_) => {
            out.push(envelope(tape, 0, message));
            false
        }
    }
}

/// Adds an objection to a node.
pub(crate) fn object_to(tape: &mut Tape, kind: IssueKind, node: NodeId) {
    let at = tape.node(node).map_or(0, |node| node.source.start);
    tape.issues.push(Issue { kind, at, node });
}

fn envelope(tape: &mut Tape, root: NodeId, message: &[u8]) -> Envelope {
    let mut parts = [None::<NodeId>; 6];
    let (mut odd_case, mut ids) = (None, 0);
    for (key, value) in tape.members(root) {
        let text = tape.text(key);
        let known = KEYS.iter().zip(&mut parts).find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()));
        match known {
            Some((name, part)) if text == name.as_bytes() => {
                *part = Some(value);
                ids += u32::from(*name == "id");
            }
            Some(_) => odd_case = Some(key),
            None => {}
        }
    }
    let [jsonrpc, id, method, params, result, error] = parts;
    if let Some(key) = odd_case {
        object_to(tape, IssueKind::EnvelopeCase, key);
    }
    let kind_of = |node: Option<NodeId>| node.and_then(|node| tape.node(node)).map(|node| node.kind);
    let id_kind = kind_of(id);
    let version = jsonrpc.is_some_and(|node| tape.text(node) == b"2.0" && kind_of_is_string(tape, Some(node)));
    let kind = match (kind_of(method), id_kind, kind_of(result), kind_of(error)) {
        (Some(NodeKind::String), Some(_), None, None) => Some(MessageKind::Request),
        (Some(NodeKind::String), None, None, None) => Some(MessageKind::Notification),
        (None, Some(_), Some(_), None) => Some(MessageKind::Result),
        (None, _, None, Some(NodeKind::Object)) => Some(MessageKind::Error),
        _ => None,
    };
    let params_fit = matches!(kind_of(params), None | Some(NodeKind::Object | NodeKind::Array));
    if kind.is_none() || !version || !params_fit {
        object_to(tape, IssueKind::NotJsonRpc, root);
    }
    // Only an error may carry a null id: its request could not be read (JSON-RPC 2.0 section 5).
    let null_fits = kind == Some(MessageKind::Error);
    if let Some(node) = id
        && !(agreed_token(tape, node, message) || null_fits && id_kind == Some(NodeKind::Null))
    {
        object_to(tape, IssueKind::BadId, node);
    }
    let tokens = [
        params.and_then(|p| tape.path(p, &["_meta", "progressToken"])),
        params.and_then(|p| tape.member(p, "progressToken")),
    ];
    for token in tokens.into_iter().flatten() {
        if !agreed_token(tape, token, message) {
            object_to(tape, IssueKind::BadProgressToken, token);
        }
    }
    let name = params.and_then(|params| tape.member(params, "name"));
    let fits = |node: &NodeId| tape.text(*node).len() <= LONGEST_NAME;
    let calls = method.is_some_and(|method| tape.text(method) == b"tools/call");
    let target = name.filter(fits).or_else(|| tape.member(params?, "uri").filter(|_| !calls));
    let short = method.filter(|node| kind_of_is_string(tape, Some(*node)) && fits(node));
    if let Some(long) = [method, name].into_iter().flatten().find(|node| !fits(node)) {
        object_to(tape, IssueKind::LongName, long);
    }
    for name in [method, name, id].into_iter().flatten() {
        if tape.node(name).is_some_and(|node| node.lone_surrogate) {
            object_to(tape, IssueKind::SurrogateInName, name);
        }
    }
    let id = id.filter(|_| id_kind != Some(NodeKind::Null) && ids == 1);
    Envelope { root, kind, id, method: short, params, target, result, error }
}

fn kind_of_is_string(tape: &Tape, node: Option<NodeId>) -> bool {
    node.and_then(|node| tape.node(node)).is_some_and(|node| node.kind == NodeKind::String)
}

/// A string, or an integer literal that doubles and 64-bit integers hold alike: at most 2^53, no fraction, no exponent,
/// no negative zero.
fn agreed_token(tape: &Tape, id: NodeId, message: &[u8]) -> bool {
    let Some(node) = tape.node(id) else { return false };
    match node.kind {
        NodeKind::String => true,
        NodeKind::Number => {
            let text = node.source.of(message);
            let digits = text.strip_prefix(b"-").unwrap_or(text);
            let value = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
            value.is_some_and(|value| value <= 1 << 53) && text != b"-0"
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Framing, read};
    use super::*;

    fn judge(text: &str) -> (Vec<Option<MessageKind>>, Vec<IssueKind>) {
        let (mut tape, mut out) = (Tape::new(), Vec::new());
        read(text.as_bytes(), Framing::Line, &Limits::default(), &mut tape);
        envelopes(&mut tape, text.as_bytes(), &Limits::default(), &mut out);
        (out.iter().map(|e| e.kind).collect(), tape.issues().iter().map(|i| i.kind).collect())
    }

    #[test]
    fn tells_the_four_kinds() {
        use MessageKind::{Error, Notification, Request, Result};
        for (text, kind) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, Request),
            (r#"{"jsonrpc":"2.0","id":"a","method":"x","params":{}}"#, Request),
            (r#"{"jsonrpc":"2.0","method":"x"}"#, Notification),
            (r#"{"jsonrpc":"2.0","id":1,"result":null}"#, Result),
            (r#"{"jsonrpc":"2.0","id":null,"error":{}}"#, Error),
            (r#"{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}"#, Error),
        ] {
            assert_eq!(judge(text), (vec![Some(kind)], vec![]), "{text}");
        }
    }

    #[test]
    fn refuses_names_that_nothing_has() {
        let call = |method: &str, name: &str| {
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{"name":"{name}","uri":"x:y"}}}}"#)
        };
        let (fits, long) = ("n".repeat(LONGEST_NAME), "n".repeat(LONGEST_NAME + 1));
        assert_eq!(judge(&call("tools/call", &fits)), (vec![Some(MessageKind::Request)], vec![]));
        assert_eq!(judge(&call("tools/call", &long)), (vec![Some(MessageKind::Request)], vec![IssueKind::LongName]));
        assert_eq!(judge(&call(&long, "t")), (vec![Some(MessageKind::Request)], vec![IssueKind::LongName]));
    }

    #[test]
    fn refuses_ids_that_readers_disagree_on() {
        for id in ["null", "1.0", "1e2", "9007199254740993", "-0", "true", "[1]", "{}", "-9007199254740993"] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
            assert_eq!(judge(&text).1, [IssueKind::BadId], "{id}");
        }
        for id in ["0", "-7", "9007199254740992", r#""9007199254740993""#] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
            assert_eq!(judge(&text).1, [], "{id}");
        }
        let token = r#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"progressToken":1.5}}}"#;
        assert_eq!(judge(token).1, [IssueKind::BadProgressToken]);
    }

    #[test]
    fn refuses_what_is_no_json_rpc() {
        for text in [
            "1",
            r#""x""#,
            "{}",
            r#"{"id":1,"method":"x"}"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"x"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","result":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":1,"error":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","params":"y"}"#,
            r#"{"jsonrpc":"2.0","result":1}"#,
        ] {
            assert_eq!(judge(text).1, [IssueKind::NotJsonRpc], "{text}");
        }
        assert_eq!(
            judge(r#"{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}"#).1,
            [IssueKind::EnvelopeCase]
        );
        assert_eq!(
            judge("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\\ud800\"}").1,
            [IssueKind::SurrogateInText, IssueKind::SurrogateInName]
        );
    }

    #[test]
    fn reads_batches_element_by_element() {
        let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        assert_eq!(
            judge(&format!("[{ping},1]")),
            (vec![Some(MessageKind::Request), None], vec![IssueKind::NotJsonRpc])
        );
        assert_eq!(judge("[]").1, [IssueKind::BadBatch]);
        let initialize = ping.replace("ping", "initialize");
        assert_eq!(judge(&format!("[{ping},{initialize}]")).1, [IssueKind::BadBatch]);
        assert_eq!(judge(&format!("[{}]", vec![ping; 257].join(","))).1, [IssueKind::BadBatch]);
    }
}
