//! The store in memory: parts with a lock each, bounded; who fills it makes room among their own counters.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::kept::{Kept, refill};
use super::share::Share;
use super::timeline::Timeline;
use super::{CounterKey, Level, Quota, StateError, StateStore};
use crate::behavior::hash::NumberMap;
use crate::padded::Padded;

/// Parts with a lock each.
const SHARDS: usize = 16;

/// How many counters are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryLimits {
    /// Counters of one owner; the one idle longest makes room. Default 4,096, divided evenly among sixteen shards.
    pub per_owner: usize,
    /// Counters in all. Default 65,536, divided likewise.
    pub all: usize,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self { per_owner: 4_096, all: 65_536 }
    }
}

/// Counters in this process's memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    limits: MemoryLimits,
    /// Others count too.
    shares: bool,
    shards: [Padded<Mutex<Shard>>; SHARDS],
}

#[derive(Debug, Default)]
pub(super) struct Shard {
    pub(super) counters: NumberMap<CounterKey, Counter>,
    owners: NumberMap<u64, usize>,
    clock: u64,
    /// Counters that others have to hear of, or that are asked for.
    pub(super) asked: Vec<CounterKey>,
}

#[derive(Debug)]
pub(super) struct Counter {
    touched: u64,
    pub(super) time: Timeline,
    pub(super) kept: Kept,
    /// Microseconds for one token of its quota.
    refill: u64,
    /// What others have to be told of it, if they are.
    pub(super) share: Option<Box<Share>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(limits: MemoryLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// An empty store that keeps what others have to be told.
    pub(super) fn shared(limits: MemoryLimits) -> Self {
        Self { limits, shares: true, ..Self::default() }
    }

    pub(super) fn shards(&self) -> impl Iterator<Item = MutexGuard<'_, Shard>> {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn lock(&self, subject: u64) -> MutexGuard<'_, Shard> {
        let [first, ..] = &self.shards;
        // A panic elsewhere while holding the lock leaves maps that are still whole: go on with them.
        self.shards.get(subject as usize % SHARDS).unwrap_or(first).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryStore {
    /// Forgets every counter of a subject, whoever its owner is.
    pub(super) fn forget(&self, subject: u64) {
        self.lock(subject).forget(|key| key.subject == subject);
    }
}

impl Shard {
    fn forget(&mut self, gone: impl Fn(&CounterKey) -> bool) {
        let gone: Vec<_> = self.counters.keys().copied().filter(gone).collect();
        gone.into_iter().for_each(|key| self.remove(key));
    }

    /// A counter, made if it is not there.
    fn counter(&mut self, key: CounterKey, quota: &Quota, (limits, shares): (&MemoryLimits, bool)) -> &mut Counter {
        if !self.counters.contains_key(&key) {
            self.make_room(key.owner, limits);
            *self.owners.entry(key.owner).or_default() += 1;
        }
        let Self { counters, clock, asked, .. } = self;
        *clock += 1;
        let fresh = || Counter {
            touched: 0,
            time: Timeline::default(),
            kept: Kept::new(quota),
            refill: refill(quota),
            share: shares.then(|| Box::new(Share::new(*quota))),
        };
        // Who meets nobody for long doesn't see a list grow by what has been forgotten since.
        if asked.len() >= 2 * limits.all.div_ceil(SHARDS) {
            asked.retain(|key| counters.contains_key(key));
            asked.sort_unstable();
            asked.dedup();
        }
        let counter = counters.entry(key).or_insert_with(fresh);
        counter.touched = *clock;
        if counter.share.as_mut().is_some_and(|share| share.ask()) {
            asked.push(key);
        }
        counter
    }

    fn make_room(&mut self, owner: u64, limits: &MemoryLimits) {
        let own = self.owners.get(&owner).copied().unwrap_or(0);
        let (per_owner, all) = (limits.per_owner.div_ceil(SHARDS), limits.all.div_ceil(SHARDS));
        if own < per_owner && self.counters.len() < all {
            return;
        }
        let idlest = self.counters.iter().filter(|(key, _)| own == 0 || key.owner == owner);
        let idlest = idlest.min_by_key(|(_, counter)| counter.touched).map(|(key, _)| *key);
        if let Some(key) = idlest {
            self.remove(key);
        }
    }

    fn remove(&mut self, key: CounterKey) {
        if self.counters.remove(&key).is_some()
            && let Some(count) = self.owners.get_mut(&key.owner)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.owners.remove(&key.owner);
            }
        }
    }
}

impl StateStore for MemoryStore {
    fn level(&self, key: CounterKey, quota: &Quota, at: Duration) -> Result<Level, StateError> {
        let mut shard = self.lock(key.subject);
        if self.shares {
            // What others know of it is asked for.
            shard.counter(key, quota, (&self.limits, true)).time.advance(at);
        }
        let level = |counter: &Counter| counter.kept.level((quota, counter.refill), counter.time.at(at));
        Ok(shard.counters.get(&key).map_or_else(Level::default, level))
    }

    fn add(&self, key: CounterKey, quota: &Quota, amount: u64, at: Duration) -> Result<Level, StateError> {
        let mut guard = self.lock(key.subject);
        let Shard { counters, clock, .. } = &mut *guard;
        // Mostly it is there, and nobody else has to hear of it.
        let counter = match counters.get_mut(&key).filter(|counter| counter.share.is_none()) {
            Some(counter) => {
                *clock += 1;
                counter.touched = *clock;
                counter
            }
            None => guard.counter(key, quota, (&self.limits, self.shares)),
        };
        let now = counter.time.advance(at);
        counter.kept.add((quota, counter.refill), now, amount);
        if let Some(share) = counter.share.as_mut().filter(|_| amount > 0) {
            share.add(now, amount);
        }
        Ok(counter.kept.level((quota, counter.refill), now))
    }

    fn is_shared(&self) -> bool {
        self.shares
    }

    fn clear(&self, owner: u64, subject: u64) -> Result<(), StateError> {
        self.lock(subject).forget(|key| (key.owner, key.subject) == (owner, subject));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Quota = Quota { most: 3, within: Duration::from_secs(16), burst: None };
    const BUCKET: Quota = Quota { most: 60, within: Duration::from_secs(60), burst: Some(3) };

    fn key(owner: u64, subject: u64) -> CounterKey {
        CounterKey { owner, subject, slot: 0 }
    }

    #[test]
    fn a_full_counter_says_when_there_is_room_again() {
        for quota in [WINDOW, BUCKET] {
            let store = MemoryStore::default();
            let at = |second: u64| Duration::from_secs(1000 + second);
            for second in 0..3 {
                assert_eq!(store.level(key(1, 1), &quota, at(second)).unwrap().retry_after, None);
                store.add(key(1, 1), &quota, 1, at(second)).unwrap();
            }
            store.add(key(1, 1), &quota, 2, at(2)).unwrap();
            let wait = store.level(key(1, 1), &quota, at(2)).unwrap().retry_after.unwrap();
            assert!(store.level(key(1, 1), &quota, at(2) + wait).unwrap().retry_after.is_none(), "{quota:?} {wait:?}");
            store.clear(1, 1).unwrap();
            assert_eq!(store.level(key(1, 1), &quota, at(2)).unwrap(), Level::default());
        }
    }

    #[test]
    fn who_fills_the_store_forgets_only_their_own() {
        let store = MemoryStore::new(MemoryLimits { per_owner: 2 * SHARDS, all: 3 * SHARDS });
        let at = Duration::from_secs(5);
        store.add(key(7, 1), &WINDOW, 3, at).unwrap();
        for subject in 0..5000 {
            store.add(key(9, subject), &WINDOW, 1, at).unwrap();
        }
        assert_eq!(store.level(key(7, 1), &WINDOW, at).unwrap().used, 3);
        let kept: usize = store.shards.iter().map(|shard| shard.lock().unwrap().counters.len()).sum();
        assert_eq!(kept, 2 * SHARDS + 1);
    }
}
