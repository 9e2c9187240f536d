//! What a layer found: the common currency of signatures, analyzers, L2 and L3.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use crate::message::Span;
use crate::redact::Secret;
use crate::verdict::Action;

/// How bad it is if the finding is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a line in a log.
    Info,
    /// A weakness.
    Low,
    /// Harm needs a second step.
    Medium,
    /// Harm by itself.
    High,
    /// The machine, its data or its secrets are lost.
    Critical,
}

impl Severity {
    /// The word used in rules, config and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure the finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Honest traffic often looks like this.
    Low,
    /// Honest traffic sometimes looks like this.
    Medium,
    /// Honest traffic does not look like this.
    High,
}

impl Confidence {
    /// The word used in rules, config and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The layer a finding comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The strict reader and the JSON-RPC envelope.
    L0,
    /// Signatures and analyzers.
    L1,
    /// Semantic scoring.
    L2,
    /// Behaviour over a session.
    L3,
    /// Lists, zones and limits of the configuration.
    Policy,
}

/// Where a finding stands in the lists of threats: ids by scheme (`owasp-mcp` → `MCP05`). Findings of one rule share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taxonomy(Arc<BTreeMap<String, Vec<String>>>);

impl Deref for Taxonomy {
    type Target = BTreeMap<String, Vec<String>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Taxonomy {
    /// Of pairs of a scheme and an id.
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(tags: I) -> Self {
        let mut ids = BTreeMap::<String, Vec<String>>::new();
        for (scheme, id) in tags {
            ids.entry(scheme.to_owned()).or_default().push(id.to_owned());
        }
        Self(Arc::new(ids))
    }
}

impl Serialize for Taxonomy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().serialize(serializer)
    }
}

/// One thing that a layer found, with everything a person needs to judge it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's id (`CMD-DOWNLOAD-EXEC`, `L0-DUPLICATE-KEY`).
    pub rule: String,
    /// Where it comes from.
    pub layer: Layer,
    /// How bad it is if right.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// What policy made of it: the highest of these is the verdict.
    pub action: Action,
    /// RFC 6901 pointer to the value; in a batch it starts with the element's index.
    pub pointer: String,
    /// The bytes of the message it stands in.
    pub span: Span,
    /// What was seen, decoded, at most 160 bytes; secrets are masked.
    pub evidence: String,
    /// Taxonomy ids by scheme.
    pub taxonomy: Taxonomy,
    /// Why, in words.
    pub reason: String,
    /// The line of configuration that would allow it.
    pub allow: String,
    /// Seconds after which it may be tried again, where time mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// It lies in a field of which nothing says what it is: such fields are judged by everything, so more must be sure.
    #[serde(skip)]
    pub unknown_field: bool,
    /// What it found, if that is secret: for redaction, and taken away before anybody sees the finding.
    #[serde(skip)]
    pub(crate) held: Option<Secret>,
    /// Worth nothing by itself: it counts only together with what others find.
    #[serde(skip)]
    pub(crate) faint: bool,
}

impl Finding {
    /// A finding at a place. Its action is decided by policy.
    #[must_use]
    pub fn new(rule: impl Into<String>, layer: Layer, severity: Severity, confidence: Confidence) -> Self {
        Self {
            rule: rule.into(),
            layer,
            severity,
            confidence,
            action: Action::Allow,
            pointer: String::new(),
            span: Span::default(),
            evidence: String::new(),
            taxonomy: Taxonomy::default(),
            reason: String::new(),
            allow: String::new(),
            retry_after: None,
            unknown_field: false,
            held: None,
            faint: false,
        }
    }

    /// With a reason in words.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// With its place: pointer and bytes of the message.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>, span: Span) -> Self {
        self.pointer = pointer.into();
        // Thousands of findings may stand below one long path. Whole steps go: a part of one might show a part of a secret.
        if self.pointer.len() > LONGEST_POINTER {
            let steps = self.pointer.match_indices('/').map(|(at, _)| at);
            let end = steps.take_while(|at| *at <= LONGEST_POINTER).last().unwrap_or(0);
            self.pointer.truncate(end);
            self.pointer.push_str("/…");
        }
        self.span = span;
        self
    }

    /// With what was seen; cut to 160 bytes. The caller masks secrets.
    #[must_use]
    pub fn seeing(mut self, evidence: &[u8]) -> Self {
        self.evidence = excerpt(evidence);
        self
    }
}

/// Bytes of the longest pointer that a finding has.
const LONGEST_POINTER: usize = 2048;

/// Longest evidence in bytes: enough to recognise a command, too little to leak a file.
const EVIDENCE: usize = 160;

/// The start of a text, printable: control characters and invalid bytes are shown escaped, so that a log line stays one line
/// and a terminal is never driven by what was found.
#[must_use]
pub fn excerpt(text: &[u8]) -> String {
    let plain = text.iter().take(EVIDENCE).take_while(|byte| matches!(byte, b' '..=b'~')).count();
    let (plain, rest) = text.split_at_checked(plain).unwrap_or((text, &[]));
    let mut out = String::with_capacity(plain.len() + if rest.is_empty() { 0 } else { '…'.len_utf8() });
    out.push_str(&String::from_utf8_lossy(plain));
    for chunk in rest.get(..rest.len().min(EVIDENCE * 4)).unwrap_or(rest).utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                char if char.is_control() || is_invisible(char) => {
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(char));
                }
                char => out.push(char),
            }
            if out.len() > EVIDENCE {
                out.push('…');
                return out;
            }
        }
        chunk.invalid().iter().for_each(|byte| {
            let _ = write!(out, "\\x{byte:02x}");
        });
    }
    out
}

/// Format characters that a terminal does not show or lets reorder text (Unicode TR 36).
pub(crate) fn is_invisible(char: char) -> bool {
    matches!(u32::from(char),
        0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_pointer_is_cut_between_its_steps() {
        let at = |pointer: &str| {
            Finding::new("X", Layer::L1, Severity::Low, Confidence::Low).at(pointer, Span::default()).pointer
        };
        assert_eq!(at("/params/a"), "/params/a");
        assert_eq!(at(&format!("/params/a/{}", "k".repeat(5000))), "/params/a/…");
        assert!(at(&"/key".repeat(5000)).len() <= LONGEST_POINTER + 4);
    }

    #[test]
    fn an_excerpt_is_one_short_printable_line() {
        assert_eq!(excerpt(b"a\nb\x1b[31m\xff"), "a\\nb\\u{1b}[31m\\xff");
        assert_eq!(excerpt("x\u{202e}y".as_bytes()), "x\\u{202e}y");
        assert!(excerpt(&b"x".repeat(1000)).len() < 170);
    }
}
