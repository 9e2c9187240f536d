//! Which texts of a message are asked about, and how much of them: what is open, its surroundings, nothing secret.

use super::prompt::{cut, visible};
use crate::finding::Finding;
use crate::inspection::{FieldRef, Inspection};
use crate::mask::conceals;
use crate::message::{FieldKind, Flow, MessageKind, Span};
use crate::redact::Copies;

/// A text that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Where a finding about it points.
    pub(crate) pointer: String,
    pub(crate) span: Span,
    /// What it is, in words of ours.
    pub(crate) what: &'static str,
    /// Which rules were not sure.
    pub(crate) found: Vec<String>,
    /// As it is sent.
    pub(crate) text: String,
}

/// Texts that one message may have asked about.
const MOST: usize = 4;
/// Bytes beside a window that are searched for secrets too, so that none is cut in two and missed.
const MARGIN: usize = 16 << 10;
/// Fields of a call that are told.
const FIELDS: usize = 64;

/// What there is to ask of a message.
pub(super) struct Case<'a> {
    pub(super) inspection: &'a Inspection<'a>,
    /// Findings that warn, and about which a reader of the text could say more.
    pub(super) open: Vec<&'a Finding>,
    /// Calls to tools that run, send or reach out.
    pub(super) sinks: Vec<u32>,
    pub(super) secrets: Option<&'a Copies>,
    /// Bytes of one text.
    pub(super) most: usize,
}

/// Whether a finding is about what a text is for; that it holds a secret is not.
pub(super) fn is_about_intent(finding: &Finding) -> bool {
    finding.held.is_none() && !conceals(&finding.rule)
}

impl Case<'_> {
    /// The texts, the gravest first.
    pub(super) fn subjects(mut self) -> Vec<Subject> {
        self.open.sort_by_key(|finding| std::cmp::Reverse((finding.severity, finding.confidence)));
        let mut subjects: Vec<(u32, Subject)> = Vec::new();
        for finding in &self.open {
            let Some(field) = self.field(finding) else { continue };
            let call = self.is_call(field.element());
            let known = subjects.iter_mut().find(|(key, _)| *key == if call { field.element() } else { field.node() });
            if let Some((_, subject)) = known {
                if !subject.found.contains(&finding.rule) && subject.found.len() < 8 {
                    subject.found.push(finding.rule.clone());
                }
            } else if subjects.len() < MOST {
                let (key, text) = if call {
                    (field.element(), self.call(field.element()))
                } else {
                    (field.node(), self.window(field, self.most))
                };
                let text = text + &self.decoded(finding, field);
                let subject = Subject {
                    pointer: finding.pointer.clone(),
                    span: finding.span,
                    what: what(self.inspection.flow(), field.kind(), call),
                    found: vec![finding.rule.clone()],
                    text,
                };
                subjects.push((key, subject));
            }
        }
        for element in &self.sinks {
            if subjects.len() < MOST && !subjects.iter().any(|(key, _)| key == element) {
                // What is asked about is the call whole, not one of its texts.
                let envelope = self.inspection.envelopes().get(*element as usize);
                let params = envelope.and_then(|envelope| envelope.params);
                let tape = self.inspection.tape();
                let subject = Subject {
                    pointer: params.map(|params| tape.pointer(params)).unwrap_or_default(),
                    span: params.and_then(|params| tape.node(params)).map(|node| node.source).unwrap_or_default(),
                    what: what(self.inspection.flow(), FieldKind::Unknown, true),
                    found: Vec::new(),
                    text: self.call(*element),
                };
                subjects.push((*element, subject));
            }
        }
        subjects.into_iter().map(|(_, subject)| subject).filter(|subject| !subject.text.trim().is_empty()).collect()
    }

    fn is_call(&self, element: u32) -> bool {
        self.inspection.flow() == Flow::ToServer && self.inspection.method(element) == Some("tools/call")
    }

    /// The string that a finding points into.
    fn field(&self, finding: &Finding) -> Option<FieldRef<'_>> {
        let inside = |field: &FieldRef<'_>| {
            let source = field.source();
            source.start <= finding.span.start && finding.span.start < source.end
        };
        let field = self.inspection.fields().find(inside)?;
        let kind = self.inspection.envelopes().get(field.element() as usize)?.kind;
        (kind != Some(MessageKind::Notification)).then_some(field)
    }

    fn fields(&self, element: u32) -> impl Iterator<Item = FieldRef<'_>> {
        self.inspection.fields().filter(move |field| field.element() == element)
    }

    /// A call: its tool and its arguments, what is open in full, the rest as far as it fits.
    fn call(&self, element: u32) -> String {
        let tool = self.inspection.target(element).unwrap_or_default();
        let mut out = format!("tool: {}\n", cut(tool, 200));
        let is_open = |field: &FieldRef<'_>| {
            let source = field.source();
            self.open.iter().any(|finding| source.start <= finding.span.start && finding.span.start < source.end)
        };
        for wanted in [true, false] {
            for field in self.fields(element).filter(|field| is_open(field) == wanted).take(FIELDS) {
                let left = self.most.saturating_sub(out.len());
                let room = if wanted { left / 2 } else { left };
                if room < 16 || field.text().is_empty() || field.text() == tool {
                    continue;
                }
                out.push_str(cut(field.key(), 100));
                out.push_str(": ");
                out.push_str(&self.window(field, room));
                out.push('\n');
            }
        }
        out
    }

    /// At most so many bytes of a text around what was found in it, without secrets.
    fn window(&self, field: FieldRef<'_>, most: usize) -> String {
        let (text, source) = (field.text(), field.source());
        let found = self
            .open
            .iter()
            .map(|finding| finding.span)
            .find(|span| source.start <= span.start && span.start < source.end);
        // Escapes make the source longer than the text, evenly enough for a window.
        let at = found.map_or(0, |span| {
            let share =
                u64::from(span.start - source.start) * text.len() as u64 / u64::from(source.len().max(1) as u32);
            usize::try_from(share).unwrap_or(0)
        });
        let half = most / 2;
        let start = boundary(text, at.saturating_sub(half).min(text.len().saturating_sub(most)));
        let end = boundary(text, (start + most).min(text.len()));
        let mut out = self.without_secrets(text, start, end);
        if start > 0 {
            out.insert_str(0, "[…] ");
        }
        if end < text.len() {
            out.push_str(" […]");
        }
        out
    }

    /// Bytes `start` to `end` of a text; a secret that reaches into them is a placeholder.
    fn without_secrets(&self, text: &str, start: usize, end: usize) -> String {
        let (from, to) = (boundary(text, start.saturating_sub(MARGIN)), boundary(text, (end + MARGIN).min(text.len())));
        let (wide, start, end) = (text.get(from..to).unwrap_or_default(), start - from, end - from);
        let (mut out, mut at) = (Vec::new(), start);
        for change in self.secrets.map(|secrets| secrets.changes(wide.as_bytes())).unwrap_or_default() {
            let (left, right) = (change.span.start as usize, change.span.end as usize);
            if right <= at || left >= end {
                continue;
            }
            out.extend_from_slice(wide.as_bytes().get(at..left.max(at)).unwrap_or_default());
            out.extend_from_slice(&change.text);
            at = right;
        }
        out.extend_from_slice(wide.as_bytes().get(at..end).unwrap_or_default());
        String::from_utf8_lossy(&out).into_owned()
    }

    /// What a finding saw, where that isn't in the text as it is written.
    fn decoded(&self, finding: &Finding, field: FieldRef<'_>) -> String {
        let seen = finding.evidence.trim_end_matches('…');
        let plain = seen.replace("\\n", "\n").replace("\\t", "\t");
        if seen.is_empty() || field.text().contains(&plain) || visible(field.text()).contains(&plain) {
            return String::new();
        }
        let clean = self.secrets.map_or_else(|| seen.to_owned(), |secrets| secrets.plainly(seen));
        format!("\n[in there, decoded:] {clean}")
    }
}

fn what(flow: Flow, kind: FieldKind, call: bool) -> &'static str {
    match (flow, kind) {
        (Flow::ToServer, _) if call => "a call that the agent makes to a tool",
        (Flow::ToServer, _) => "what the agent sends to a server",
        (Flow::ToClient, FieldKind::Metadata) => {
            "a description by a server of what it offers, read by the agent's model"
        }
        (Flow::ToClient, _) => "content from a server, read by the agent's model",
    }
}

fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
