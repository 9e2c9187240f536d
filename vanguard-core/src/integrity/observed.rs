//! Declared against observed: arguments and results that are not what the tool's own schemas say. Told, never stopped: schemas are often
//! wrong, and servers have to check by themselves.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Document, Json, mismatch};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{Flow, MessageKind, NodeId, Span, Tape};
use crate::rules::own;
use crate::session::{Knowledge, Name, SessionKey};
use crate::verdict::Action;

/// Bytes of schemas remembered for a session.
const MOST: usize = 8 << 20;

/// What a tool declares.
#[derive(Debug)]
pub(crate) struct Schemas {
    input: Option<Document>,
    output: Option<Document>,
}

impl Schemas {
    /// Of a tool's definition.
    pub(crate) fn of(tape: &Tape, tool: NodeId, bytes: &[u8]) -> Self {
        let schema = |name| tape.member(tool, name).map(|node| Document::of(Json::new(tape, node, bytes)));
        Self { input: schema("inputSchema"), output: schema("outputSchema") }
    }

    fn size(&self) -> usize {
        [&self.input, &self.output].into_iter().flatten().map(|document| document.text().len()).sum()
    }
}

/// What the tools of a session declare, within bounds.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    tools: HashMap<Name, Arc<Schemas>>,
    bytes: usize,
}

impl Declared {
    pub(crate) fn declare(&mut self, name: &str, schemas: Schemas, most: usize) {
        let key = Name::new(name);
        if let Some(old) = self.tools.remove(&key) {
            self.bytes = self.bytes.saturating_sub(old.size());
        }
        let bytes = self.bytes.saturating_add(schemas.size());
        if self.tools.len() < most && bytes <= MOST {
            self.bytes = bytes;
            self.tools.insert(key, Arc::new(schemas));
        }
    }

    pub(crate) fn of(&self, name: &str) -> Option<Arc<Schemas>> {
        self.tools.get(&Name::new(name)).cloned()
    }
}

/// Adds what is not as declared.
pub(crate) fn judge(
    inspection: &Inspection<'_>,
    (knowledge, key): (&Knowledge, SessionKey),
    findings: &mut Vec<Finding>,
) {
    let tape = inspection.tape();
    for (element, envelope) in (0_u32..).zip(inspection.envelopes()) {
        if inspection.method(element) != Some("tools/call") {
            continue;
        }
        let Some(schemas) = inspection.target(element).and_then(|tool| knowledge.declared(key, tool)) else { continue };
        match (envelope.kind, inspection.flow()) {
            (Some(MessageKind::Request), Flow::ToServer) => {
                let arguments = envelope.params.and_then(|params| tape.member(params, "arguments"));
                if let (Some(schema), Some(arguments)) = (&schemas.input, arguments) {
                    findings.extend(told(inspection, own::SCHEMA_ARGUMENTS, "the arguments are", schema, arguments));
                }
            }
            (Some(MessageKind::Result), Flow::ToClient) => {
                let content = envelope.result.and_then(|result| tape.member(result, "structuredContent"));
                if let (Some(schema), Some(content)) = (&schemas.output, content) {
                    findings.extend(told(inspection, own::SCHEMA_RESULT, "the result is", schema, content));
                }
            }
            _ => {}
        }
    }
}

fn told(inspection: &Inspection<'_>, rule: &str, what: &str, schema: &Document, node: NodeId) -> Option<Finding> {
    let tape = inspection.tape();
    let found = mismatch(schema.json(), Json::new(tape, node, inspection.bytes()))?;
    let span = tape.node(node).map_or(Span::default(), |node| node.source);
    let mut finding = Finding::new(rule, Layer::Policy, Severity::Low, Confidence::High)
        .because(format!("{what} not as the tool declares: {}", found.reason))
        .at(format!("{}{}", tape.pointer(node), found.pointer), span);
    finding.action = Action::Warn;
    Some(finding)
}
