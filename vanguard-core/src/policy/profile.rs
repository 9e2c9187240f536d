//! Profiles and thresholds by name; `config::Bars` holds what each profile does.

use serde::{Deserialize, Serialize};

use crate::finding::{Confidence, Severity};

/// A set of thresholds with a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Judges as `balanced` and never acts: at most a warning, nothing is edited, malformed messages pass.
    Monitor,
    /// Blocks what is harmful and not honest; the default.
    #[default]
    Balanced,
    /// Blocks also what honest traffic seldom is.
    Strict,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::Monitor, Self::Balanced, Self::Strict];

    /// The word used in config, command line and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monitor => "monitor",
            Self::Balanced => "balanced",
            Self::Strict => "strict",
        }
    }
}

/// A finding reaches it if it is at least as severe and at least as sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// The least severity.
    pub severity: Severity,
    /// The least confidence.
    pub confidence: Confidence,
}
