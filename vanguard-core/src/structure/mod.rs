//! What is judged by how a message is built and not by the words of one string: links that a client opens or shows, the schemas and
//! hints of definitions, the forms that a server puts before a person, deletions whose condition is empty, and policies that give all away.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `definition` | arguments of a tool that gather what it has no use for |
//! | `hint` | what a tool's hints say and its definition takes back |
//! | `form`, `wanted`, `languages` | what a server asks a person for |
//! | `gap` | texts that go on where nobody looks |
//! | `link` | URLs that a client opens, shows or loads |
//! | `schema` | what a JSON Schema makes of its reader: references elsewhere, bombs, patterns that never end |
//! | `redos`, `ambiguity` | whether a pattern takes time without measure |
//! | `digits` | how many digits a pattern asks for |
//! | `expansion` | how large a schema is once its references are followed |
//! | `grant` | what a policy that is an object gives away |
//! | `mail` | rules that hand mail on and delete it |
//! | `store` | what a call has a document store lose for good |

mod ambiguity;
mod definition;
mod digits;
mod expansion;
mod form;
mod gap;
mod grant;
mod hint;
mod languages;
mod link;
mod mail;
mod redos;
mod schema;
mod store;
mod wanted;

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{Flow, MessageKind, NodeId, NodeKind, Span, Tape};
use crate::normalize::host::UrlScratch;

/// Adds what is found in what a server sends, and in calls.
pub(crate) fn judge(inspection: &Inspection<'_>, url: &mut UrlScratch, findings: &mut Vec<Finding>) {
    if inspection.flow() != Flow::ToClient {
        calls(inspection, findings);
        return;
    }
    link::judge(inspection, url, findings);
    gap::judge(inspection, findings);
    let tape = inspection.tape();
    let mut steps = schema::STEPS;
    for (element, envelope) in (0_u32..).zip(inspection.envelopes()) {
        let mut own = Of { inspection, findings, steps: &mut steps };
        match envelope.kind {
            Some(MessageKind::Request) => {
                let asks = matches!(inspection.method(element), Some("elicitation/create" | "sampling/createMessage"));
                own.ask(envelope.params.filter(|_| asks));
            }
            Some(MessageKind::Result) => {
                let Some(result) = envelope.result else { continue };
                tape.member(result, "tools")
                    .into_iter()
                    .flat_map(|list| tape.elements(list))
                    .for_each(|tool| own.tool(tool));
                // What a server asks for in a result is asked for all the same (2026-07-28).
                let asked = tape.member(result, "inputRequests");
                let asked = asked.into_iter().flat_map(|requests| tape.members(requests));
                asked.for_each(|(_, request)| own.ask(tape.member(request, "params")));
            }
            _ => {}
        }
    }
}

fn calls(inspection: &Inspection<'_>, findings: &mut Vec<Finding>) {
    let tape = inspection.tape();
    for (element, envelope) in (0_u32..).zip(inspection.envelopes()) {
        let Some(name) = inspection.target_bytes(element).filter(|name| store::is_telling(name)) else { continue };
        if let Some(arguments) = envelope.params.and_then(|params| tape.member(params, "arguments")) {
            store::judge(inspection, name, arguments, findings);
            grant::judge(inspection, arguments, findings);
            mail::judge(inspection, arguments, findings);
        }
    }
}

/// One message of an inspection.
struct Of<'a, 'f> {
    inspection: &'a Inspection<'a>,
    findings: &'f mut Vec<Finding>,
    steps: &'f mut u64,
}

impl Of<'_, '_> {
    /// What a server asks of a client: a form, or an answer of its model with tools of the server's.
    fn ask(&mut self, params: Option<NodeId>) {
        let tape = self.inspection.tape();
        let Some(params) = params else { return };
        if let Some(form) = tape.member(params, "requestedSchema") {
            schema::judge(self.inspection, form, self.steps, self.findings);
            form::judge(self.inspection, params, form, self.findings);
        }
        tape.member(params, "tools").into_iter().flat_map(|list| tape.elements(list)).for_each(|tool| self.tool(tool));
    }

    fn tool(&mut self, tool: NodeId) {
        hint::judge(self.inspection, tool, self.findings);
        definition::judge(self.inspection, tool, self.findings);
        for (key, value) in self.inspection.tape().members(tool) {
            if matches!(self.inspection.tape().text(key), b"inputSchema" | b"outputSchema") {
                schema::judge(self.inspection, value, self.steps, self.findings);
            }
        }
    }
}

/// A finding of ours, with its place in the lists of threats.
struct Sign {
    rule: &'static str,
    severity: Severity,
    confidence: Confidence,
    taxonomy: &'static [(&'static str, &'static str)],
}

impl Sign {
    /// The finding at a node; `seen` is what shows it.
    fn at(&self, inspection: &Inspection<'_>, node: NodeId, seen: &[u8], reason: impl Into<String>) -> Finding {
        let tape = inspection.tape();
        let span = tape.node(node).map_or(Span::default(), |node| node.source);
        let mut finding = Finding::new(self.rule, Layer::L1, self.severity, self.confidence)
            .because(reason)
            .at(tape.pointer(node), span)
            .seeing(seen);
        finding.taxonomy = self.taxonomy.iter().copied().collect();
        finding
    }
}

/// The text of a string value; nothing for other nodes.
fn words(tape: &Tape, node: NodeId) -> Option<&[u8]> {
    tape.node(node).filter(|node| node.kind == NodeKind::String).map(|_| tape.text(node))
}

/// Whether a word is in a list of words parted by blanks.
fn is_among(word: &[u8], list: &str) -> bool {
    !word.is_empty() && list.split(' ').any(|known| known.as_bytes() == word)
}
