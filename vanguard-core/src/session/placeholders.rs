//! The numbers of placeholders: the same value has the same number as long as its session is known.

use std::collections::{HashMap, VecDeque};

/// Values remembered of one session; the oldest makes room, and would get a new number.
const REMEMBERED: usize = 1024;

/// Which values have numbers, by keyed hash: the values themselves are not kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders {
    numbers: HashMap<u64, u32>,
    order: VecDeque<u64>,
    /// The last number of each type; as many as there are types.
    last: HashMap<String, u32>,
}

impl Placeholders {
    /// The number of the value of type `kind` that hashes to `value`: its own, or the type's next.
    pub(crate) fn number(&mut self, kind: &str, value: u64) -> u32 {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.numbers.remove(&oldest);
        }
        let last = match self.last.get_mut(kind) {
            Some(last) => last,
            None => self.last.entry(kind.to_owned()).or_default(),
        };
        *last = last.saturating_add(1);
        self.numbers.insert(value, *last);
        self.order.push_back(value);
        *last
    }
}

#[cfg(test)]
mod tests {
    use super::{Placeholders, REMEMBERED};

    #[test]
    fn numbers_stay_and_memory_is_bounded() {
        let mut placeholders = Placeholders::default();
        assert_eq!((placeholders.number("a", 7), placeholders.number("a", 8), placeholders.number("b", 9)), (1, 2, 1));
        assert_eq!((placeholders.number("a", 8), placeholders.number("a", 7)), (2, 1));
        for value in 100..100 + REMEMBERED as u64 {
            placeholders.number("c", value);
        }
        assert_eq!(placeholders.numbers.len(), REMEMBERED);
        assert_eq!(placeholders.number("a", 7), 3, "forgotten: a new number, never another value's");
    }
}
