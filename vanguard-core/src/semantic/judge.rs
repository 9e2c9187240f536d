//! From scores to findings, in the fields that a model reads as prose.

use super::thresholds::{Band, Place, Threshold, likelihood, threshold};
use super::{Best, Head, Scorer, explain};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::message::{FieldKind, Flow, Span};
use crate::policy::Profile;
use crate::rules::own;

/// Texts shorter than this say too little.
const SHORTEST: usize = 20;
/// A window of fewer different words, pairs and triples is a lone short sentence or two, of some twenty words: what it says is worth a band
/// less, however often it is said.
const FEW: u32 = 54;
/// In a script without spaces each character is a token: a lone sentence there has twice as many features, and says no more. It does not block
/// by itself.
const SINGLE: u32 = 2 * FEW;
/// The first bytes of characters from U+3000 on.
const WIDE: u8 = 0xE3;
/// A window of fewer different words, pairs and triples is not full: people who tell of a character, or of jailbreaks, write as much. To block
/// by itself such a window must reach the bar and two fifths of it.
const FULL: u32 = 112;
/// In a longer text a warning has to be surer the longer it is: each window is a chance to err, and the thresholds are of texts of about this
/// many bytes. With each doubling the bar rises by a sixth of the way to where the model blocks, five times at most.
const USUAL: usize = 2048;
/// Entries of an explanation.
const TOLD: usize = 3;

/// What the embedded model judges by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge {
    pub(crate) profile: Profile,
}

/// What was seen in a text.
pub(crate) struct Seen {
    pub(crate) head: Head,
    pub(crate) band: Band,
    pub(crate) best: Best,
    /// Per cent: how often such a score is an attack.
    likely: u8,
    /// Too little for a warning, for a text of this length; it counts only with what others find in it.
    pub(crate) faint: bool,
}

/// Where a text stands, if it is one that a model reads as prose. A prompt that was asked for stands where prose does that is sent.
pub(crate) fn place(flow: Flow, kind: FieldKind, method: Option<&str>) -> Option<Place> {
    match (flow, kind) {
        (_, FieldKind::Metadata) => Some(Place::Metadata),
        (Flow::ToClient, FieldKind::Text | FieldKind::Unknown) if method == Some("prompts/get") => {
            Some(Place::Argument)
        }
        (Flow::ToClient, FieldKind::Text | FieldKind::Unknown) => Some(Place::Result),
        (Flow::ToServer, FieldKind::Text) => Some(Place::Argument),
        _ => None,
    }
}

/// Whether the model has a say on a text: prose has words with spaces between them, or a script that needs none.
pub(crate) fn is_read(text: &[u8]) -> bool {
    text.len() >= SHORTEST && text.iter().any(|byte| *byte == b' ' || *byte >= 0x80)
}

/// Whether a window is a lone sentence in a script without spaces.
fn is_lone(text: &[u8], best: Best) -> bool {
    let window = Span::new(best.start, best.end).of(text);
    let singles = window.iter().filter(|byte| **byte >= WIDE).count();
    // Half of the tokens; each brings three features.
    best.features < SINGLE && 6 * singles >= best.features as usize
}

/// The least score of which is warned in a text of so many bytes.
fn lifted(bars: Threshold, bytes: usize) -> i32 {
    let doublings = (bytes / USUAL).checked_ilog2().unwrap_or(0).min(5) as i32;
    bars.warn + (bars.block - bars.warn) / 6 * doublings
}

impl Judge {
    /// The strongest of what the heads make of a text. By itself the model blocks what comes as data. Descriptions of tools are orders by nature:
    /// of those it warns; of what is sent, and of prompts that were asked for, it warns where elsewhere it would block. Not so if the profile is
    /// strict.
    pub(crate) fn look(self, scorer: &mut Scorer, place: Place, text: &[u8]) -> Option<Seen> {
        let bests = scorer.score(text)?;
        let seen = Head::ALL.into_iter().zip(bests).filter_map(|(head, best)| {
            let bars = threshold(place, head, self.profile)?;
            let band = bars.band(best.score)?;
            let band = match (place, head) {
                _ if self.profile == Profile::Strict => band,
                (Place::Argument, _) => (band == Band::Block).then_some(Band::Warn)?,
                (Place::Metadata, _) => band.min(Band::Firm),
                (Place::Result, Head::Jailbreak) if best.features < FULL && best.score < bars.block / 5 * 7 => {
                    band.min(Band::Firm)
                }
                (Place::Result, _) => band,
            };
            let band = match band {
                _ if best.features < FEW => band.less()?,
                Band::Block if self.profile != Profile::Strict && is_lone(text, best) => Band::Firm,
                band => band,
            };
            let faint = self.profile != Profile::Strict && best.score < lifted(bars, text.len());
            Some(Seen { head, band, best, likely: likelihood(place, head, best.score), faint })
        });
        seen.max_by_key(|seen| (!seen.faint, seen.band))
    }
}

impl Seen {
    /// The finding, without its place: `text` is what was scored.
    pub(crate) fn finding(&self, text: &[u8]) -> Finding {
        let (rule, taxonomy, what) = match self.head {
            Head::Injection => (own::SEMANTIC_INJECTION, "LLM01", "reads like an order to the model that reads it"),
            Head::Jailbreak => {
                (own::SEMANTIC_JAILBREAK, "LLM01", "reads like a prompt that argues a model out of its limits")
            }
            Head::Poisoned => {
                (own::SEMANTIC_POISONED, "MCP03", "reads like a description that instructs the model in secret")
            }
        };
        let (severity, confidence) = match self.band {
            Band::Block => (Severity::High, Confidence::Medium),
            Band::Firm => (Severity::Medium, Confidence::Medium),
            Band::Warn => (Severity::Medium, Confidence::Low),
        };
        let told: Vec<String> = explain(text, self.best, self.head, TOLD)
            .into_iter()
            .map(|entry| format!("`{}`", crate::finding::excerpt(entry.words.as_bytes())))
            .collect();
        let reason = format!(
            "the text {what}: {} weighed most ({} % likely, score {})",
            told.join(", "),
            self.likely,
            self.best.score / 16
        );
        let window = Span::new(self.best.start, self.best.end).of(text);
        let mut finding = Finding::new(rule, Layer::L2, severity, confidence).because(reason).seeing(window);
        let scheme = if taxonomy == "LLM01" { "owasp-llm" } else { "owasp-mcp" };
        finding.taxonomy = [(scheme, taxonomy)].into_iter().collect();
        finding.faint = self.faint;
        finding
    }
}
