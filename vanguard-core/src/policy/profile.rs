//! Profiles: how sure a finding must be, and how bad, before something happens.

use serde::{Deserialize, Serialize};

use crate::finding::{Confidence, Severity};
use crate::verdict::Action;

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

    /// What the profile does with a finding, unless the configuration says otherwise.
    #[must_use]
    pub fn thresholds(self) -> Thresholds {
        let at = |severity, confidence| Some(Threshold { severity, confidence });
        match self {
            Self::Monitor | Self::Balanced => Thresholds {
                warn: at(Severity::Medium, Confidence::Low),
                review: None,
                block: at(Severity::High, Confidence::Medium),
                block_unsure: None,
            },
            Self::Strict => Thresholds {
                warn: at(Severity::Low, Confidence::Low),
                review: None,
                block: at(Severity::Medium, Confidence::Medium),
                block_unsure: at(Severity::High, Confidence::Low),
            },
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

impl Threshold {
    fn reached(self, severity: Severity, confidence: Confidence) -> bool {
        severity >= self.severity && confidence >= self.confidence
    }
}

/// From which finding on what happens; `None` means never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Thresholds {
    /// The record says so.
    pub warn: Option<Threshold>,
    /// An approver is asked.
    pub review: Option<Threshold>,
    /// The message does not pass.
    pub block: Option<Threshold>,
    /// The message does not pass either: a second pair for what is worse and less sure.
    pub block_unsure: Option<Threshold>,
}

impl Thresholds {
    /// What a finding comes to.
    #[must_use]
    pub fn action(&self, severity: Severity, confidence: Confidence) -> Action {
        let reached = |threshold: Option<Threshold>| threshold.is_some_and(|t| t.reached(severity, confidence));
        if reached(self.block) || reached(self.block_unsure) {
            Action::Block
        } else if reached(self.review) {
            Action::Review
        } else if reached(self.warn) {
            Action::Warn
        } else {
            Action::Allow
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_severe_or_surer_never_means_less() {
        let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        let confidences = [Confidence::Low, Confidence::Medium, Confidence::High];
        for profile in Profile::ALL {
            let thresholds = profile.thresholds();
            for pair in severities.windows(2) {
                for confidence in confidences {
                    assert!(thresholds.action(pair[0], confidence) <= thresholds.action(pair[1], confidence));
                }
            }
            for pair in confidences.windows(2) {
                for severity in severities {
                    assert!(thresholds.action(severity, pair[0]) <= thresholds.action(severity, pair[1]));
                    assert!(
                        Profile::Balanced.thresholds().action(severity, pair[0])
                            <= Profile::Strict.thresholds().action(severity, pair[0])
                    );
                }
            }
        }
        assert_eq!(Profile::Balanced.thresholds().action(Severity::High, Confidence::Low), Action::Warn);
        assert_eq!(Profile::Strict.thresholds().action(Severity::High, Confidence::Low), Action::Block);
    }
}
