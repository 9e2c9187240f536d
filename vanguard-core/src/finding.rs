//! What a layer found: the common currency of signatures, analyzers, L2 and L3.

use serde::{Deserialize, Serialize};

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
