//! Evidence adds up and fades: what was found before weighs on what comes.

/// Microseconds in which half of it has faded.
const HALF: f64 = 600e6;

/// How much a session has against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RiskLevel {
    Normal,
    Elevated,
    High,
    Critical,
}

impl RiskLevel {
    /// The word used in reasons and exports.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Elevated => "elevated",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The score from which on it holds.
    const fn from(self) -> f64 {
        match self {
            Self::Normal => 0.0,
            Self::Elevated => 60.0,
            Self::High => 160.0,
            Self::Critical => 400.0,
        }
    }
}

/// What a warning, something that needed approval and something blocked add.
pub(crate) const WARNED: f64 = 4.0;
pub(crate) const REVIEWED: f64 = 8.0;
pub(crate) const BLOCKED: f64 = 20.0;

/// A score that fades.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Risk {
    score: f64,
    at: u64,
}

impl Risk {
    /// The score at `now`.
    pub(crate) fn score(self, now: u64) -> f64 {
        // Most sessions have nothing against them.
        if self.score == 0.0 {
            return 0.0;
        }
        self.score * (-(now.saturating_sub(self.at) as f64) / HALF).exp2()
    }

    /// Adds evidence.
    pub(crate) fn add(&mut self, now: u64, weight: f64) {
        (self.score, self.at) = (self.score(now) + weight, now.max(self.at));
    }

    /// The level at `now`.
    pub(crate) fn level(self, now: u64) -> RiskLevel {
        // It only fades: what never came to anything needs no arithmetic.
        if self.score < RiskLevel::Elevated.from() {
            return RiskLevel::Normal;
        }
        let score = self.score(now);
        let levels = [RiskLevel::Critical, RiskLevel::High, RiskLevel::Elevated];
        levels.into_iter().find(|level| score >= level.from()).unwrap_or(RiskLevel::Normal)
    }

    /// Seconds after `now` until it is below a level, if nothing is added.
    pub(crate) fn until_below(self, now: u64, level: RiskLevel) -> u64 {
        let times = self.score(now) / level.from().max(1.0);
        if times < 1.0 { 0 } else { (times.log2() * HALF / 1e6).ceil() as u64 + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCKED, Risk, RiskLevel, WARNED};

    #[test]
    fn evidence_adds_up_and_fades() {
        let mut risk = Risk::default();
        for second in 0..25 {
            risk.add(second * 1_000_000, BLOCKED);
        }
        let now = 25_000_000;
        assert_eq!(risk.level(now), RiskLevel::Critical);
        let wait = risk.until_below(now, RiskLevel::Critical);
        assert!(risk.level(now + wait * 1_000_000) < RiskLevel::Critical && wait < 600);
        assert_eq!(risk.level(now + 3600 * 1_000_000), RiskLevel::Normal);
    }

    #[test]
    fn a_warning_now_and_then_never_adds_up() {
        let mut risk = Risk::default();
        for minute in 0..600 {
            risk.add(minute * 60_000_000, WARNED);
        }
        assert!(risk.level(600 * 60_000_000) <= RiskLevel::Elevated);
    }
}
