//! Answers that are known, the last used of them.

use std::collections::HashMap;

use super::answer::Judgement;

/// Bounded; when it is full, what was used least of late gives way.
#[derive(Debug, Default)]
pub(super) struct Cache {
    most: usize,
    used: u64,
    known: HashMap<[u8; 32], (u64, Judgement)>,
}

impl Cache {
    pub(super) fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    pub(super) fn take(&mut self, key: &[u8; 32]) -> Option<Judgement> {
        self.used += 1;
        let (at, judgement) = self.known.get_mut(key)?;
        *at = self.used;
        Some(judgement.clone())
    }

    pub(super) fn put(&mut self, key: [u8; 32], judgement: Judgement) {
        if self.most == 0 {
            return;
        }
        self.used += 1;
        self.known.insert(key, (self.used, judgement));
        if self.known.len() > self.most {
            // A quarter at once, so that putting costs the same on average however much is kept.
            let mut ages: Vec<u64> = self.known.values().map(|(at, _)| *at).collect();
            ages.sort_unstable();
            let bar = ages.get(ages.len() / 4).copied().unwrap_or_default();
            self.known.retain(|_, (at, _)| *at > bar);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays() {
        let judgement = Judgement::read(r#"{"score": 1, "category": "benign", "reason": ""}"#).unwrap();
        let mut cache = Cache::new(8);
        for at in 0..100 {
            cache.put([at; 32], judgement.clone());
            assert!(cache.take(&[0; 32]).is_some() && cache.known.len() <= 8, "{at}");
        }
        assert!(cache.take(&[99; 32]).is_some() && cache.take(&[50; 32]).is_none());
        let mut none = Cache::new(0);
        none.put([1; 32], judgement);
        assert!(none.take(&[1; 32]).is_none());
    }
}
