//! How bad and how sure a finding must be before something happens: the `thresholds` of a configuration and each profile's defaults.

use crate::finding::{Confidence, Severity};
use crate::policy::{Profile, Threshold};
use crate::verdict::Action;

/// Severities, mildest first.
pub(crate) const SEVERITIES: [Severity; 5] =
    [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
/// Confidences, least sure first.
pub(crate) const CONFIDENCES: [Confidence; 3] = [Confidence::Low, Confidence::Medium, Confidence::High];

/// The findings that come to something: all that are at least as severe and at least as sure as one of its pairs. Whatever reaches it
/// also reaches it when it is more severe or surer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Bar(u16);

impl Bar {
    /// No finding reaches it.
    pub const NEVER: Self = Self(0);

    /// The bar of these pairs: a finding reaches it if it reaches any of them.
    #[must_use]
    pub const fn of(pairs: &[Threshold]) -> Self {
        let (mut cells, mut severity) = (0, 0);
        while severity < SEVERITIES.len() {
            let mut confidence = 0;
            while confidence < CONFIDENCES.len() {
                let mut rest = pairs;
                while let [pair, tail @ ..] = rest {
                    if severity >= pair.severity as usize && confidence >= pair.confidence as usize {
                        cells |= cell(severity, confidence);
                    }
                    rest = tail;
                }
                confidence += 1;
            }
            severity += 1;
        }
        Self(cells)
    }

    /// Whether a finding of this severity and confidence reaches it.
    #[must_use]
    pub const fn reached(self, severity: Severity, confidence: Confidence) -> bool {
        self.0 & cell(severity as usize, confidence as usize) != 0
    }

    /// Whether everything that reaches this one reaches `other` too.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Reached by what reaches either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Reached by what reaches both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The fewest pairs that say the same, the least severe first; none for [`Bar::NEVER`].
    #[must_use]
    pub fn pairs(self) -> Vec<Threshold> {
        let mut pairs: Vec<Threshold> = Vec::new();
        for severity in SEVERITIES {
            let least = CONFIDENCES.into_iter().find(|confidence| self.reached(severity, *confidence));
            let Some(confidence) = least else { continue };
            // A pair of a milder severity already says it unless this one asks for less confidence.
            if pairs.last().is_none_or(|pair| confidence < pair.confidence) {
                pairs.push(Threshold { severity, confidence });
            }
        }
        pairs
    }
}

const fn cell(severity: usize, confidence: usize) -> u16 {
    1 << (severity * CONFIDENCES.len() + confidence)
}

/// What a finding comes to. [`Bars::of`] holds each profile's; a configuration can replace each of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bars {
    /// The record says so.
    pub warn: Bar,
    /// An approver is asked; without one the message is blocked.
    pub review: Bar,
    /// The message does not pass.
    pub block: Bar,
    /// In place of `block` for a finding in a field of which nothing says what it is ([`FieldKind::Unknown`](crate::FieldKind)): every
    /// analyzer judges such fields, so more of them are wrong. What reaches only `block` is a warning there.
    pub unknown_fields: Bar,
}

const fn pair(severity: Severity, confidence: Confidence) -> Threshold {
    Threshold { severity, confidence }
}

impl Bars {
    /// The profile's defaults. `monitor` judges as `balanced`; that it doesn't act is the policy's part.
    #[must_use]
    pub const fn of(profile: Profile) -> Self {
        match profile {
            Profile::Monitor | Profile::Balanced => Self {
                warn: Bar::of(&[pair(Severity::Medium, Confidence::Low)]),
                review: Bar::NEVER,
                block: Bar::of(&[pair(Severity::High, Confidence::Medium)]),
                unknown_fields: Bar::of(&[pair(Severity::High, Confidence::High)]),
            },
            Profile::Strict => Self {
                warn: Bar::of(&[pair(Severity::Low, Confidence::Low)]),
                review: Bar::NEVER,
                block: Bar::of(&[pair(Severity::Medium, Confidence::Medium), pair(Severity::High, Confidence::Low)]),
                unknown_fields: Bar::of(&[
                    pair(Severity::Medium, Confidence::High),
                    pair(Severity::High, Confidence::Medium),
                ]),
            },
        }
    }

    /// What a finding comes to; `unknown`: it lies in a field of unknown kind.
    #[must_use]
    pub const fn action(&self, severity: Severity, confidence: Confidence, unknown: bool) -> Action {
        let block = if unknown { self.unknown_fields } else { self.block };
        if block.reached(severity, confidence) {
            Action::Block
        } else if self.review.reached(severity, confidence) {
            Action::Review
        } else if self.warn.reached(severity, confidence) || self.block.reached(severity, confidence) {
            Action::Warn
        } else {
            Action::Allow
        }
    }
}

/// The bars a configuration sets itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BarOverrides {
    /// In place of the profile's `warn`.
    pub warn: Option<Bar>,
    /// In place of the profile's `review`.
    pub review: Option<Bar>,
    /// In place of the profile's `block`.
    pub block: Option<Bar>,
    /// In place of the profile's `unknown_fields`.
    pub unknown_fields: Option<Bar>,
}

impl BarOverrides {
    /// The bars that hold under `profile`. A bar that was not set follows one that was: `block` lowered alone lowers `review` and `warn`
    /// with it (never turning `never` into something), and `unknown_fields` is never reached by what doesn't reach `block`.
    #[must_use]
    pub fn under(&self, profile: Profile) -> Bars {
        let default = Bars::of(profile);
        let block = self.block.unwrap_or(default.block);
        let at_least = |bar: Bar, stronger: Bar| if bar == Bar::NEVER { bar } else { bar.union(stronger) };
        let review = at_least(self.review.unwrap_or(default.review), block);
        let warn = at_least(self.warn.unwrap_or(default.warn), block.union(review));
        let unknown_fields = self.unknown_fields.unwrap_or(default.unknown_fields).intersection(block);
        Bars { warn, review, block, unknown_fields }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::{Bar, BarOverrides, Bars, CONFIDENCES, SEVERITIES, pair};
    use crate::finding::{Confidence, Severity};
    use crate::policy::Profile;
    use crate::verdict::Action;

    #[test]
    fn profiles_grow_stricter() {
        for severity in SEVERITIES {
            for confidence in CONFIDENCES {
                let action = |profile: Profile, unknown| Bars::of(profile).action(severity, confidence, unknown);
                assert!(action(Profile::Balanced, false) <= action(Profile::Strict, false));
                for profile in Profile::ALL {
                    assert!(action(profile, true) <= action(profile, false));
                    assert_eq!(BarOverrides::default().under(profile), Bars::of(profile));
                }
            }
        }
        let balanced = Bars::of(Profile::Balanced);
        assert_eq!(balanced.action(Severity::Critical, Confidence::Medium, false), Action::Block);
        assert_eq!(balanced.action(Severity::Critical, Confidence::Medium, true), Action::Warn);
        assert_eq!(balanced.action(Severity::Critical, Confidence::Low, false), Action::Warn);
        assert_eq!(balanced.action(Severity::Low, Confidence::High, false), Action::Allow);
    }

    #[test]
    fn a_bar_set_alone_takes_the_weaker_ones_along() {
        let low = Bar::of(&[pair(Severity::Low, Confidence::Low)]);
        let bars = BarOverrides { block: Some(low), ..BarOverrides::default() }.under(Profile::Balanced);
        assert_eq!((bars.warn, bars.review), (low, Bar::NEVER));
        let never = BarOverrides { block: Some(Bar::NEVER), ..BarOverrides::default() }.under(Profile::Strict);
        assert_eq!((never.block, never.unknown_fields), (Bar::NEVER, Bar::NEVER));
    }

    proptest! {
        #[test]
        fn pairs_say_the_same_and_are_monotone(pairs in proptest::collection::vec((0usize..5, 0usize..3), 0..4)) {
            let pairs: Vec<_> = pairs.into_iter().map(|(s, c)| pair(SEVERITIES[s], CONFIDENCES[c])).collect();
            let bar = Bar::of(&pairs);
            prop_assert_eq!(Bar::of(&bar.pairs()), bar);
            prop_assert!(bar.pairs().len() <= pairs.len());
            for (s, severity) in SEVERITIES.into_iter().enumerate() {
                for (c, confidence) in CONFIDENCES.into_iter().enumerate() {
                    let by_definition = pairs.iter().any(|p| severity >= p.severity && confidence >= p.confidence);
                    prop_assert_eq!(bar.reached(severity, confidence), by_definition, "{} {}", s, c);
                }
            }
        }
    }
}
