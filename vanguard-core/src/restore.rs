//! Reversible redaction: a placeholder in a call to the server that its value came from becomes the value again.
//!
//! Off unless the configuration asks for it. The call is judged as it will be, with the values in it; the verdict shows none of them.

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspector::Engine;
use crate::mask::conceal;
use crate::message::{Envelope, Flow, Message, NodeKind, Span, Tape, envelopes, read};
use crate::policy::Profile;
use crate::redact::Secret;
use crate::rules::own;
use crate::verdict::{Action, Edit, Verdict, edited};

/// How a placeholder begins and ends, in text and in a URI.
const FORMS: [(&[u8], &[u8]); 2] = [(b"[REDACTED:", b"]"), (b"%5BREDACTED:", b"%5D")];
/// The longest placeholder.
const LONGEST: usize = 128;

/// A call with values in place of placeholders.
pub(crate) struct Restored {
    pub(crate) bytes: Vec<u8>,
    edits: Vec<Edit>,
    secrets: Vec<Secret>,
}

impl Engine {
    /// The call that `message` stands for; `None` if it stands for itself.
    pub(crate) fn restored(&self, message: &Message<'_>) -> Option<Restored> {
        let (config, context) = (&self.policy.config, message.context());
        let wanted = config.redaction.reversible
            && config.profile != Profile::Monitor
            && message.flow() == Flow::ToServer
            && context.server.is_some()
            && memchr::memmem::find(message.bytes(), b"REDACTED:").is_some();
        if !wanted {
            return None;
        }
        let (mut tape, mut found) = (Tape::new(), Vec::<Envelope>::new());
        read(message.bytes(), context.framing, &config.limits, &mut tape);
        envelopes(&mut tape, message.bytes(), &config.limits, &mut found);
        let [envelope] = found.as_slice() else { return None };
        let method = envelope.method.and_then(|node| tape.string(node));
        let params = envelope.params.filter(|_| method == Some("tools/call") && tape.is_complete())?;
        let arguments = tape.member(params, "arguments")?;
        let end = tape.node(arguments)?.end;
        let key = self.knowledge.key(context);
        let (mut edits, mut secrets) = (Vec::new(), Vec::new());
        for id in arguments..end {
            let Some(node) = tape.node(id).filter(|node| node.kind == NodeKind::String) else { continue };
            let text = node.text.of(tape.arena());
            for (span, mark, in_uri) in placeholders(text) {
                let Some(secret) = self.knowledge.token(key, &mark) else { continue };
                let plain = String::from_utf8_lossy(secret.reveal()).into_owned();
                let quoted = serde_json::Value::from(if in_uri { percent(&plain) } else { plain }).to_string();
                let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
                let source = tape.source_span(id, span, message.bytes());
                edits.push(Edit::restore(tape.pointer(id), source, Secret::new(inner.as_bytes())));
                secrets.push(secret);
            }
        }
        let bytes = edited(message.bytes(), &edits);
        (!edits.is_empty()).then_some(Restored { bytes, edits, secrets })
    }
}

impl Restored {
    /// The values that are in the call again.
    pub(crate) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    /// The verdict on the message as it came, from that on the call as it will be.
    pub(crate) fn verdict(self, mut verdict: Verdict) -> Verdict {
        let Self { edits, secrets, .. } = self;
        conceal(&mut verdict.findings, secrets.iter().map(Secret::reveal));
        for finding in &mut verdict.findings {
            finding.span = before(&edits, finding.span);
        }
        for asked in &mut verdict.undecided {
            for secret in &secrets {
                asked.question = asked.question.replace(&*String::from_utf8_lossy(secret.reveal()), "…");
            }
        }
        if verdict.is_blocked() {
            return verdict;
        }
        let first = edits.first().map(|edit| (edit.pointer.clone(), edit.span)).unwrap_or_default();
        let again = verdict.action == Action::Edit;
        let reason = match edits.len() {
            _ if again => "restored, it would have to be redacted again".to_owned(),
            1 => "a placeholder became what the same server had said".to_owned(),
            many => format!("{many} placeholders became what the same server had said"),
        };
        let (rule, action) =
            if again { (own::REDACT_RESIDUE, Action::Block) } else { (own::REDACT_RESTORED, Action::Edit) };
        let mut finding =
            Finding::new(rule, Layer::Policy, Severity::Info, Confidence::High).because(reason).at(first.0, first.1);
        finding.action = action;
        verdict.findings.push(finding);
        verdict.would = verdict.would.max(action);
        verdict.action = verdict.would;
        verdict.edits = if again { Vec::new() } else { edits };
        verdict
    }
}

/// Where bytes of the edited message stood before the edits.
fn before(edits: &[Edit], span: Span) -> Span {
    let back = |offset: u32, ends: bool| {
        let mut grown = 0_i64;
        for edit in edits {
            let (start, long) = (i64::from(edit.span.start) + grown, edit.len() as i64);
            let at = i64::from(offset);
            if at < start || !ends && at == start {
                break;
            }
            if at < start + long || ends && at == start + long {
                return if ends { edit.span.end } else { edit.span.start };
            }
            grown += long - edit.span.len() as i64;
        }
        u32::try_from(i64::from(offset) - grown).unwrap_or_default()
    };
    Span::new(back(span.start, false), back(span.end, true))
}

/// Each placeholder of a text: where, its plain spelling, and whether it is written for a URI.
fn placeholders(text: &[u8]) -> Vec<(Span, String, bool)> {
    let mut found = Vec::new();
    for (in_uri, (open, close)) in [false, true].into_iter().zip(FORMS) {
        for at in memchr::memmem::find_iter(text, open) {
            let rest = text.get(at..text.len().min(at + LONGEST)).unwrap_or_default();
            let Some(end) = memchr::memmem::find(rest, close) else { continue };
            let inner = String::from_utf8_lossy(rest.get(open.len()..end).unwrap_or_default());
            found.push((Span::of_usize(at, at + end + close.len()), format!("[REDACTED:{inner}]"), in_uri));
        }
    }
    found.sort_by_key(|(span, ..)| *span);
    found
}

/// A value as it stands in a URI.
fn percent(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_for_the_message_as_it_came() {
        let edits = [
            Edit::restore("/a", Span::new(10, 20), Secret::new(&[b'x'; 30])),
            Edit::restore("/b", Span::new(40, 50), Secret::new(b"yyyy")),
        ];
        for (after, came) in [
            ((0, 5), (0, 5)),
            ((12, 15), (10, 20)),
            ((10, 40), (10, 20)),
            ((45, 50), (25, 30)),
            ((60, 64), (40, 50)),
            ((70, 80), (56, 66)),
        ] {
            assert_eq!(before(&edits, Span::new(after.0, after.1)), Span::new(came.0, came.1), "{after:?}");
        }
    }

    #[test]
    fn placeholders_are_found_in_text_and_in_uris() {
        let text = b"a [REDACTED:x:1] [REDACTED:y https://h/%5BREDACTED:z:2%5D?";
        let found: Vec<_> =
            placeholders(text).into_iter().map(|(span, mark, uri)| (span.of(text).len(), mark, uri)).collect();
        assert_eq!(found[0], (14, "[REDACTED:x:1]".to_owned(), false));
        assert_eq!(found.last().unwrap(), &(18, "[REDACTED:z:2]".to_owned(), true));
        assert_eq!(percent("a+b/c"), "a%2Bb%2Fc");
    }
}
