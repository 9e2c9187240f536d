//! A sliding window over amounts: bounded, and never far from exact.

/// Parts of a window. What was added counts for at least fifteen sixteenths of the window's length and never longer than all of it.
pub(crate) const PARTS: u64 = 16;

/// Amounts of the last `length` microseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    /// The part that the newest amounts are in, counted from time zero.
    newest: u64,
    parts: [u64; PARTS as usize],
}

pub(crate) const fn part_length(length: u64) -> u64 {
    let part = length / PARTS;
    if part == 0 { 1 } else { part }
}

impl Window {
    /// Adds an amount at `now`.
    pub(crate) fn add(&mut self, now: u64, length: u64, amount: u64) {
        let part = now / part_length(length);
        self.forget(part);
        if let Some(slot) = self.parts.get_mut((part % PARTS) as usize) {
            *slot = slot.saturating_add(amount);
        }
    }

    /// What was added within the window that ends at `now`.
    pub(crate) fn sum(&self, now: u64, length: u64) -> u64 {
        let part = now / part_length(length);
        let kept = |index: &u64| index + PARTS > part.max(self.newest);
        let oldest = self.newest.saturating_sub(PARTS - 1);
        let sums = (oldest..=self.newest).filter(kept).filter_map(|index| self.parts.get((index % PARTS) as usize));
        sums.fold(0, |all: u64, amount| all.saturating_add(*amount))
    }

    /// What was added within the window that ends at `now`, oldest first: how many parts ago, and how much.
    pub(crate) fn parts(&self, now: u64, length: u64) -> impl Iterator<Item = (u64, u64)> {
        let part = (now / part_length(length)).max(self.newest);
        let oldest = part.saturating_sub(PARTS - 1);
        let amount = |index: u64| self.parts.get((index % PARTS) as usize).copied().unwrap_or(0);
        (oldest..=self.newest).map(move |index| (part - index, amount(index))).filter(|(_, amount)| *amount > 0)
    }

    /// Adds what was added so many parts ago.
    pub(crate) fn add_past(&mut self, now: u64, length: u64, (age, amount): (u64, u64)) {
        self.forget(now / part_length(length));
        if age < PARTS {
            self.add(now.saturating_sub(age.saturating_mul(part_length(length))), length, amount);
        }
    }

    /// How many microseconds after `now` the sum will have come down to `most`, if nothing is added.
    pub(crate) fn until(&self, now: u64, length: u64, most: u64) -> u64 {
        let mut sum = self.sum(now, length);
        let part = part_length(length);
        let oldest = (now / part).max(self.newest).saturating_sub(PARTS - 1);
        let mut end = now;
        for index in oldest.max(self.newest.saturating_sub(PARTS - 1))..=self.newest {
            if sum <= most {
                break;
            }
            sum = sum.saturating_sub(self.parts.get((index % PARTS) as usize).copied().unwrap_or(0));
            // The part falls out when the one sixteen later begins.
            end = index.saturating_add(PARTS).saturating_mul(part);
        }
        end.saturating_sub(now)
    }

    fn forget(&mut self, part: u64) {
        if part <= self.newest {
            return;
        }
        for index in (self.newest + 1..=part).rev().take(PARTS as usize) {
            if let Some(slot) = self.parts.get_mut((index % PARTS) as usize) {
                *slot = 0;
            }
        }
        self.newest = part;
    }
}

#[cfg(test)]
mod tests {
    use super::{PARTS, Window};
    use proptest::prelude::{prop_assert, proptest};

    proptest! {
        /// Against every amount with its time.
        #[test]
        fn it_counts_what_a_naive_model_counts(
            length in 16u64..100_000,
            steps in proptest::collection::vec((0u64..30_000, 0u64..50), 1..80),
        ) {
            let (mut window, mut all, mut now) = (Window::default(), Vec::new(), 0);
            for (step, amount) in steps {
                now += step;
                window.add(now, length, amount);
                all.push((now, amount));
                let part = length / PARTS;
                let naive = |within: u64| -> u64 {
                    all.iter().filter(|(at, _)| now - at < within).map(|(_, amount)| amount).sum()
                };
                let sum = window.sum(now, length);
                prop_assert!(naive(part * (PARTS - 1)) <= sum, "{sum}");
                prop_assert!(sum <= naive(part * PARTS), "{sum}");
                let wait = window.until(now, length, sum / 2);
                prop_assert!(window.sum(now + wait, length) <= sum / 2);
                prop_assert!(wait <= length);
                prop_assert!(wait == 0 || window.sum(now + wait - 1, length) > sum / 2);
            }
        }
    }
}
