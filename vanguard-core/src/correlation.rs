//! Answers that answer nothing, and ids that are taken, in flight or in the same batch: told where a host shows all traffic of a session.

use std::collections::HashSet;

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{MessageKind, Span, Visibility};
use crate::rules::own;
use crate::session::{Knowledge, RequestId, SessionKey};

/// Adds what is wrong with the ids of a message.
pub(crate) fn judge(
    inspection: &Inspection<'_>,
    (knowledge, key): (&Knowledge, SessionKey),
    findings: &mut Vec<Finding>,
) {
    if inspection.context().visibility != Visibility::Full {
        return;
    }
    let tape = inspection.tape();
    // A batch says everything at once: what it says twice is not in flight yet.
    let is_batch = inspection.envelopes().len() > 1;
    let (mut asked, mut answered) = (HashSet::new(), HashSet::new());
    for (element, envelope) in (0_u32..).zip(inspection.envelopes()) {
        let Some((node, id)) = envelope.id.zip(RequestId::of(tape, envelope, inspection.bytes())) else { continue };
        let flow = inspection.flow();
        let wrong = match envelope.kind {
            Some(MessageKind::Request) => knowledge.is_waiting(key, flow, &id).then_some((
                own::ID_REUSED,
                Confidence::High,
                "a request with this id still waits for its answer",
            )),
            Some(MessageKind::Result | MessageKind::Error) if inspection.origin(element).is_none() => {
                let twin = twin(&id).is_some_and(|twin| knowledge.origin(key, flow, &twin).is_some());
                Some(if twin {
                    (
                        own::ID_TYPE,
                        Confidence::High,
                        "the request has this id as another type, a string for a number or the reverse",
                    )
                } else {
                    (own::ID_UNKNOWN, Confidence::Medium, "no request has this id, or it has been answered")
                })
            }
            _ => None,
        };
        let twice = || {
            let (seen, reason) = match envelope.kind {
                Some(MessageKind::Request) => (&mut asked, "another request of this batch has this id"),
                Some(MessageKind::Result | MessageKind::Error) => {
                    (&mut answered, "another answer of this batch has this id")
                }
                _ => return None,
            };
            (is_batch && !seen.insert(id)).then_some((own::ID_REUSED, Confidence::High, reason))
        };
        let wrong = wrong.or_else(twice);
        if let Some((rule, confidence, reason)) = wrong {
            let span = tape.node(node).map_or(Span::default(), |node| node.source);
            findings.push(
                Finding::new(rule, Layer::L0, Severity::Medium, confidence)
                    .because(reason)
                    .at(tape.pointer(node), span)
                    .seeing(span.of(inspection.bytes())),
            );
        }
    }
}

/// The id that careless readers take for this one: `"7"` for `7`.
fn twin(id: &RequestId) -> Option<RequestId> {
    match id {
        RequestId::Number(number) => Some(RequestId::String(crate::session::Name::new(&number.to_string()))),
        RequestId::String(text) => text.as_str().parse().ok().map(RequestId::Number),
    }
}
