//! What the headers of an HTTP request say of its body (MCP since 2026-07-28: `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name`, and `Mcp-Param-…` for
//! the arguments that a tool's schema wants said so).
//!
//! Gateways route, limit and allow by them, and the server does what the body says: where the two differ, somebody was shown one call and another is
//! made. The body is what is judged here, so a request whose headers contradict it is refused. A header that is missing is the server's to refuse: it
//! tells nobody anything. Older requests have no such headers, and what is called so there is somebody else's. So is a parameter that the tool's schema
//! doesn't know; where nobody has seen the schema, one that is called as an argument is taken for it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{Envelope, Flow, NodeId, NodeKind, Tape};
use crate::rules::own;
use crate::session::ToolSchema;

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";
/// What stands before the name of an argument.
const PARAMETER: &str = "mcp-param-";

/// The arguments that a request may say in headers: real ones say one or two, and each is looked for in the body.
const PARAMETERS: usize = 64;

/// The version of the protocol that began to say in headers what the body says.
const FIRST: &str = "2026-07-28";

/// Whether a header says what a body says, too.
pub(crate) fn mirrors(name: &str) -> bool {
    [VERSION, METHOD, NAME].iter().any(|known| name.eq_ignore_ascii_case(known)) || parameter(name).is_some()
}

/// Adds what the headers say otherwise than the body. `tool` knows the schemas that were listed.
pub(crate) fn judge(
    inspection: &Inspection<'_>,
    tool: impl Fn(&str) -> Option<Arc<ToolSchema>>,
    findings: &mut Vec<Finding>,
) {
    if inspection.context().headers.is_empty() || inspection.flow() != Flow::ToServer {
        return;
    }
    let tape = inspection.tape();
    for envelope in inspection.envelopes() {
        let Some(method) = envelope.method else { continue };
        let version = version(tape, envelope);
        let said = version.and_then(|node| tape.string(node));
        if !said.into_iter().chain(values(inspection, VERSION)).chain(inspection.context().protocol).any(|v| v >= FIRST)
        {
            continue;
        }
        let name = name(tape, envelope, method);
        let compared = [
            (VERSION, version, "the header `MCP-Protocol-Version` names another version than the message"),
            (METHOD, Some(method), "the header `Mcp-Method` names another method than the message"),
            (NAME, name, "the header `Mcp-Name` names something else than the message"),
        ];
        for (header, node, reason) in compared {
            let Some(node) = node else { continue };
            let body = tape.string(node);
            if values(inspection, header).any(|value| decoded(value).as_deref() != body) {
                findings.push(mismatch(inspection, node, reason));
            }
        }
        if tape.text(method) == b"tools/call" {
            parameters(inspection, envelope, &tool, findings);
        }
    }
}

fn mismatch(inspection: &Inspection<'_>, node: NodeId, reason: &'static str) -> Finding {
    let tape = inspection.tape();
    let span = tape.node(node).map(|node| node.source).unwrap_or_default();
    Finding::new(own::HEADER_MISMATCH, Layer::L0, Severity::High, Confidence::High)
        .because(reason)
        .at(tape.pointer(node), span)
        .seeing(span.of(inspection.bytes()))
}

/// Adds the arguments of a call that its headers say otherwise.
fn parameters(
    inspection: &Inspection<'_>,
    envelope: &Envelope,
    tool: impl Fn(&str) -> Option<Arc<ToolSchema>>,
    findings: &mut Vec<Finding>,
) {
    let headers = inspection.context().headers.iter();
    let said: Vec<_> =
        headers.filter_map(|(name, value)| Some((parameter(name)?, value.trim_matches([' ', '\t'])))).collect();
    if said.is_empty() {
        return;
    }
    let (tape, params) = (inspection.tape(), envelope.params.unwrap_or(envelope.root));
    let arguments = tape.member(params, "arguments").unwrap_or(params);
    if said.len() > PARAMETERS {
        let reason = "more headers `Mcp-Param-…` than can be held against the arguments";
        findings.push(mismatch(inspection, arguments, reason));
        return;
    }
    let mut compare = |of: &dyn Fn(&str) -> bool, argument: Option<NodeId>| {
        let argument = argument.filter(|node| tape.node(*node).is_some_and(|node| node.kind != NodeKind::Null));
        if said.iter().any(|(name, value)| of(name) && !argument.is_some_and(|node| says(inspection, value, node))) {
            let reason = match argument {
                Some(_) => "a header `Mcp-Param-…` says otherwise than the argument that it is of",
                None => "a header `Mcp-Param-…` is of an argument that the call doesn't have",
            };
            findings.push(mismatch(inspection, argument.unwrap_or(arguments), reason));
        }
    };
    if let Some(schema) = envelope.name(tape).and_then(tool) {
        for mirror in schema.mirrors() {
            if said.iter().any(|(name, _)| mirror.is(name)) {
                compare(&|name| mirror.is(name), mirror.argument(tape, arguments));
            }
        }
        return;
    }
    for (key, value) in tape.members(arguments) {
        let plain = [NodeKind::Bool, NodeKind::Number, NodeKind::String];
        if tape.node(value).is_some_and(|node| plain.contains(&node.kind)) {
            compare(&|name| tape.text(key).eq_ignore_ascii_case(name.as_bytes()), Some(value));
        }
    }
}

/// What a header of this name says an argument of: the name behind `Mcp-Param-`.
fn parameter(name: &str) -> Option<&str> {
    let (head, name) = name.split_at_checked(PARAMETER.len())?;
    head.eq_ignore_ascii_case(PARAMETER).then_some(name)
}

/// Whether a header's value is that of an argument; numbers are compared as such.
fn says(inspection: &Inspection<'_>, value: &str, argument: NodeId) -> bool {
    let (tape, Some(said)) = (inspection.tape(), decoded(value)) else { return false };
    let Some(node) = tape.node(argument) else { return false };
    let written = || std::str::from_utf8(node.source.of(inspection.bytes())).unwrap_or_default();
    match node.kind {
        NodeKind::String => tape.string(argument) == Some(&*said),
        NodeKind::Bool => written() == said,
        NodeKind::Number => same_number(&said, written()),
        _ => false,
    }
}

/// Whether two numbers are the same, however they are written (`42`, `42.0`).
fn same_number(one: &str, other: &str) -> bool {
    if let (Ok(one), Ok(other)) = (one.parse::<i128>(), other.parse::<i128>()) {
        return one == other;
    }
    // Rust takes words for numbers, too.
    let written = |number: &str| !number.bytes().any(|byte| byte.is_ascii_alphabetic() && byte | 0x20 != b'e');
    let (Ok(first), Ok(second)) = (one.parse::<f64>(), other.parse::<f64>()) else { return false };
    written(one) && first == second
}

/// Every value of a header: one that is there twice is read by some as the first and by others as the last.
fn values<'a>(inspection: &Inspection<'a>, header: &'static str) -> impl Iterator<Item = &'a str> {
    let headers = inspection.context().headers;
    let named = headers.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(header));
    named.map(|(_, value)| value.trim_matches([' ', '\t']))
}

/// The version that a message says it is of.
fn version(tape: &Tape, envelope: &Envelope) -> Option<u32> {
    tape.path(envelope.params?, &["_meta", "io.modelcontextprotocol/protocolVersion"])
}

/// What `Mcp-Name` names: a tool or a prompt by its name, a resource by its URI. Where the body has none, the params, which are no string and
/// so equal nothing.
fn name(tape: &Tape, envelope: &Envelope, method: u32) -> Option<u32> {
    let key = match tape.text(method) {
        b"tools/call" | b"prompts/get" => "name",
        b"resources/read" => "uri",
        _ => return None,
    };
    Some(envelope.params.and_then(|params| tape.member(params, key)).or(envelope.params).unwrap_or(envelope.root))
}

/// A header's value as it is meant: what HTTP can't carry is sent as base64 between marks. `None` where that is broken.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    let Some(encoded) = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) else {
        return Some(Cow::Borrowed(value));
    };
    let bytes = data_encoding::BASE64.decode(encoded.as_bytes()).ok()?;
    String::from_utf8(bytes).ok().map(Cow::Owned)
}
