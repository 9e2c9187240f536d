//! When a model that fails is left alone.

use std::time::Duration;

/// Failures in a row after which nothing is asked for a while.
const FAILURES: u32 = 5;
/// That while. After it one question tries.
const PAUSE: Duration = Duration::from_secs(30);
/// The longest that a server can ask to be left alone.
const LONGEST: Duration = Duration::from_secs(120);

#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    until: Option<Duration>,
    trying: bool,
}

impl Breaker {
    /// Whether a question may be sent now. Of those that come after a pause only one may, until it is answered.
    pub(super) fn lets_pass(&mut self, now: Duration) -> bool {
        match self.until {
            Some(until) if now < until || self.trying => false,
            Some(_) => {
                self.trying = true;
                true
            }
            None => true,
        }
    }

    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    pub(super) fn failed(&mut self, now: Duration) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.pause(now, PAUSE);
        }
    }

    /// The server asked to be left alone for so long.
    pub(super) fn pause(&mut self, now: Duration, pause: Duration) {
        self.until = Some(now + pause.min(LONGEST)).max(self.until);
        self.trying = false;
    }

    /// Nobody waits for the question any more that was to try; the next may.
    pub(super) fn forgotten(&mut self) {
        self.trying = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_make_a_pause_and_one_tries_after_it() {
        let second = Duration::from_secs;
        let mut breaker = Breaker::default();
        for at in 0..4 {
            breaker.failed(second(at));
        }
        assert!(breaker.lets_pass(second(4)));
        breaker.failed(second(5));
        assert!(!breaker.lets_pass(second(6)) && !breaker.lets_pass(second(34)));
        assert!(breaker.lets_pass(second(35)) && !breaker.lets_pass(second(35)));
        breaker.failed(second(36));
        assert!(!breaker.lets_pass(second(65)) && breaker.lets_pass(second(66)));
        breaker.answered();
        assert!(breaker.lets_pass(second(67)) && breaker.lets_pass(second(67)));
    }
}
