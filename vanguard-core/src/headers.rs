//! What the headers of an HTTP request say of its body (MCP since 2026-07-28: `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name`).
//!
//! Gateways route, limit and allow by them, and the server does what the body says: where the two differ, somebody was shown one call and another is
//! made. The body is what is judged here, so a request whose headers contradict it is refused. A header that is missing is the server's to refuse: it
//! tells nobody anything. Older requests have no such headers, and what is called so there is somebody else's.

use std::borrow::Cow;

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{Envelope, Flow, Tape};
use crate::rules::own;

const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";

/// The version of the protocol that began to say in headers what the body says.
const FIRST: &str = "2026-07-28";

/// Whether a header says what a body says, too.
pub(crate) fn mirrors(name: &str) -> bool {
    [VERSION, METHOD, NAME].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Adds what the headers say otherwise than the body.
pub(crate) fn judge(inspection: &Inspection<'_>, findings: &mut Vec<Finding>) {
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
                let span = tape.node(node).map(|node| node.source).unwrap_or_default();
                findings.push(
                    Finding::new(own::HEADER_MISMATCH, Layer::L0, Severity::High, Confidence::High)
                        .because(reason)
                        .at(tape.pointer(node), span)
                        .seeing(span.of(inspection.bytes())),
                );
            }
        }
    }
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
