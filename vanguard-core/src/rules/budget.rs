//! Work allowed on a message, counted in bytes stepped, not in time: the same message always costs the same.

/// What is left of the work allowed. Once nothing is left, matching stops and says so: a message that exhausts its
/// budget was not fully judged, and the caller must report that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    left: u64,
}

impl Budget {
    /// `steps` bytes of automaton work; a candidate costs a few beside what it steps over.
    #[must_use]
    pub const fn new(steps: u64) -> Self {
        Self { left: steps }
    }

    /// Steps left.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// Whether matching was cut short.
    #[must_use]
    pub const fn is_exhausted(&self) -> bool {
        self.left == 0
    }

    /// Takes `steps`; false if that exhausts it.
    pub const fn spend(&mut self, steps: u64) -> bool {
        self.left = self.left.saturating_sub(steps);
        self.left != 0
    }

    /// Voids it: what could not be judged must not look judged.
    pub(crate) const fn exhaust(&mut self) {
        self.left = 0;
    }

    /// The most bytes one walk may step over.
    pub(crate) fn limit(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX)
    }
}

impl Default for Budget {
    /// No bound worth the name; for tests and offline use.
    fn default() -> Self {
        Self::new(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_is_spent_is_gone() {
        let mut budget = Budget::new(10);
        assert!(budget.spend(9) && !budget.is_exhausted());
        assert!(!budget.spend(9) && budget.is_exhausted());
        assert_eq!(budget.left(), 0);
    }
}
