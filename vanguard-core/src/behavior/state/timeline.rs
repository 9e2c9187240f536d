//! Time that never goes backwards, from clocks that do.

use std::time::Duration;

use super::kept::micros;

/// How far a clock may jump back and be waited for; threads and hooks see messages in a slightly different order. What jumps back
/// further was set anew.
const JITTER: u64 = 60_000_000;

/// The time of one state: it advances as the clock it is told advances. A clock that is set back stops it for a moment, never longer;
/// one that is set forward takes it along, as if that time had passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timeline {
    told: u64,
    now: u64,
    begun: bool,
}

impl Timeline {
    /// The time, once the clock says `at`.
    pub(crate) fn at(mut self, at: Duration) -> u64 {
        self.advance(at)
    }

    /// Advances to what the clock says and tells the time, in microseconds.
    pub(crate) fn advance(&mut self, at: Duration) -> u64 {
        let told = micros(at);
        if !self.begun {
            (self.begun, self.told, self.now) = (true, told, told);
        } else if told >= self.told {
            self.now = self.now.saturating_add(told - self.told);
            self.told = told;
        } else if self.told - told > JITTER {
            self.told = told;
        }
        self.now
    }

    /// The time without a clock: where it stood.
    pub(crate) const fn now(self) -> u64 {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::Timeline;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use std::time::Duration;

    #[test]
    fn a_clock_that_is_set_back_does_not_stop_time_for_long() {
        let mut time = Timeline::default();
        let mut at = |secs| time.advance(Duration::from_secs(secs)) / 1_000_000;
        assert_eq!((at(1000), at(1010), at(1009), at(1012)), (1000, 1010, 1010, 1012));
        // Set back by an hour: no time passes at that instant, and then it goes on.
        assert_eq!((at(4612), at(1012), at(1022)), (4612, 4612, 4622));
    }

    proptest! {
        #[test]
        fn it_never_goes_back_and_advances_as_the_clock_does(steps in proptest::collection::vec(any::<u32>(), 1..40)) {
            let (mut time, mut last) = (Timeline::default(), 0);
            for step in steps {
                let at = Duration::from_millis(u64::from(step));
                let now = time.advance(at);
                prop_assert!(now >= last);
                prop_assert_eq!(time.at(at), now);
                prop_assert_eq!(time.now(), now);
                last = now;
            }
        }
    }
}
