//! A token bucket: so many at once, and so many in a time.

/// How full a bucket is: it holds `burst` tokens and gets one back every `refill` microseconds. Kept as the time at which it will be full again, so it is exact and takes one number.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Bucket {
    full_at: u64,
}

impl Bucket {
    /// Tokens out, at `now`, rounded up.
    pub(crate) fn used(self, now: u64, refill: u64) -> u64 {
        // Mostly it is full, and a division takes its time.
        if self.full_at <= now { 0 } else { (self.full_at - now).div_ceil(refill.max(1)) }
    }

    /// Microseconds until it is full.
    pub(crate) fn debt(self, now: u64) -> u64 {
        self.full_at.saturating_sub(now)
    }

    /// Says that it won't be full before `debt` microseconds after `now`.
    pub(crate) fn owe(&mut self, now: u64, debt: u64) {
        self.full_at = self.full_at.max(now.saturating_add(debt));
    }

    /// Takes tokens. It may go into debt: who asks first, looks first.
    pub(crate) fn take(&mut self, now: u64, refill: u64, amount: u64) {
        self.full_at = self.full_at.max(now).saturating_add(refill.max(1).saturating_mul(amount));
    }

    /// How many microseconds after `now` at most `most` tokens will be out.
    pub(crate) fn until(self, now: u64, refill: u64, most: u64) -> u64 {
        self.full_at.saturating_sub(now).saturating_sub(refill.max(1).saturating_mul(most))
    }
}

#[cfg(test)]
mod tests {
    use super::Bucket;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    proptest! {
        /// Against a bucket that counts tokens in sixty-fourths of one.
        #[test]
        fn it_holds_what_a_naive_bucket_holds(steps in proptest::collection::vec((0u64..900, 0u64..4), 1..80)) {
            let (refill, mut bucket, mut now, mut out) = (64, Bucket::default(), 0, 0_u64);
            for (step, amount) in steps {
                now += step;
                out = out.saturating_sub(step) + amount * refill;
                bucket.take(now, refill, amount);
                prop_assert_eq!(bucket.used(now, refill), out.div_ceil(refill));
                let wait = bucket.until(now, refill, 3);
                prop_assert!(bucket.used(now + wait, refill) <= 3);
                prop_assert!(wait == 0 || bucket.used(now + wait - 1, refill) > 3);
            }
        }
    }
}
