//! What changed since a server was locked, in words: not that a hash differs but what a definition now allows, claims or says.
//!
//! | file | what it compares |
//! | --- | --- |
//! | `kind` | what a change can be, and how much it weighs |
//! | `world` | what is known around a definition: hosts, tools of this server and of others |
//! | `claims` | a whole server |
//! | `entry` | one tool, prompt or resource template |
//! | `hints` | a tool's annotations |
//! | `schema` | input schemas, keyword by keyword |
//! | `keyword` | what a keyword's change means |
//! | `merged` | a schema with what it refers to |
//! | `carries` | what kind of values a schema lets through |
//! | `text` | texts that a model reads |
//! | `meaning` | what a tool is for, to find two for the same thing |
//! | `identity` | the program or address |

mod carries;
mod claims;
mod entry;
mod hints;
mod identity;
mod keyword;
mod kind;
mod meaning;
mod merged;
mod schema;
mod text;
mod world;

pub use claims::drift;
pub(crate) use claims::{introduction, removed};
pub(crate) use entry::{added, changed, renamed};
pub use identity::identity_drift;
pub use kind::DriftKind;
pub(crate) use world::World;

use serde::Serialize;

use super::EntryKind;
use crate::finding::{Confidence, Finding, Layer, Severity, excerpt};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Drift {
    /// What it is.
    pub kind: DriftKind,
    /// How much it weighs: up to `low` it is what honest releases do.
    pub severity: Severity,
    /// What changed: a tool, a prompt, a resource template; the server itself if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryKind>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where in its definition: an RFC 6901 pointer.
    pub pointer: String,
    /// What it means.
    pub reason: String,
    /// How it was, shortened.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// How it is, shortened.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Drift {
    /// A change of the server itself, or of a part that [`Drift::of`] names later.
    #[must_use]
    pub(crate) fn new(
        kind: DriftKind,
        severity: Severity,
        pointer: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            severity,
            entry: None,
            name: None,
            pointer: pointer.into(),
            reason: reason.into(),
            before: String::new(),
            after: String::new(),
        }
    }

    /// Whose change it is.
    #[must_use]
    pub(crate) fn of(mut self, kind: EntryKind, name: &str) -> Self {
        self.entry = Some(kind);
        self.name = Some(name.to_owned());
        self
    }

    /// What it was and is, for a reader; shortened.
    #[must_use]
    pub(crate) fn seen(mut self, before: &str, after: &str) -> Self {
        let (before, after) = (before.as_bytes(), after.as_bytes());
        let same = before.iter().zip(after).take_while(|(a, b)| a == b).count();
        // A long text is shown from shortly before the place where the two part.
        let from = if before.len().max(after.len()) > 120 { same.saturating_sub(24) } else { 0 };
        let cut = |text: &[u8]| {
            let from = (0..=from).rev().find(|at| text.get(*at).is_none_or(|byte| byte & 0xC0 != 0x80)).unwrap_or(0);
            let start = if from > 0 { "…" } else { "" };
            format!("{start}{}", excerpt(text.get(from..).unwrap_or_default()))
        };
        self.before = cut(before);
        self.after = cut(after);
        self
    }
}

/// A changed text in which something was found weighs more than other words; what weighs as much by itself stays as it is. What a rule
/// is not sure of is told by itself, and is no more for being new.
#[must_use]
pub fn suspect(drift: Drift, found: &Finding) -> Drift {
    let heavy = drift.severity > Severity::Medium || drift.kind == DriftKind::Removed;
    if heavy || !is_suspicious(found) {
        return drift;
    }
    let reason = format!("{}, and {} finds something in it", drift.reason, found.rule);
    Drift { kind: DriftKind::Suspicious, severity: Severity::High, reason, ..drift }
}

/// Whether a finding makes a changed text suspicious. What the embedded model only warns of does not: it knows words, and honest
/// descriptions give orders too.
pub(crate) fn is_suspicious(found: &Finding) -> bool {
    let least = if found.layer == Layer::L2 { Severity::High } else { Severity::Medium };
    found.severity >= least && found.confidence >= Confidence::Medium
}
