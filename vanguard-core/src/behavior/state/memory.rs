//! The store in memory: parts with a lock each, bounded; who fills it makes room among their own counters.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::bucket::Bucket;
use super::timeline::Timeline;
use super::window::Window;
use super::{CounterKey, Level, Quota, StateError, StateStore};

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
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    counters: HashMap<CounterKey, Counter>,
    owners: HashMap<u64, usize>,
    clock: u64,
}

#[derive(Debug)]
struct Counter {
    touched: u64,
    time: Timeline,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Window(Box<Window>),
    Bucket(Bucket),
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(limits: MemoryLimits) -> Self {
        Self { limits, shards: Default::default() }
    }

    fn lock(&self, subject: u64) -> MutexGuard<'_, Shard> {
        let [first, ..] = &self.shards;
        // A panic elsewhere while holding the lock leaves maps that are still whole: go on with them.
        self.shards.get(subject as usize % SHARDS).unwrap_or(first).lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Microseconds for one token.
fn refill(quota: &Quota) -> u64 {
    (micros(quota.within) / quota.most.max(1)).max(1)
}

impl Counter {
    fn level(&self, quota: &Quota, now: u64) -> Level {
        let (used, most, wait) = match &self.kept {
            Kept::Window(window) => {
                let (length, room) = (micros(quota.within), quota.most.saturating_sub(1));
                (window.sum(now, length), quota.most, window.until(now, length, room))
            }
            Kept::Bucket(bucket) => {
                let burst = quota.burst.unwrap_or(quota.most);
                (bucket.used(now, refill(quota)), burst, bucket.until(now, refill(quota), burst.saturating_sub(1)))
            }
        };
        Level { used, retry_after: (used >= most).then(|| Duration::from_micros(wait)) }
    }
}

impl Shard {
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
        let shard = self.lock(key.subject);
        Ok(shard.counters.get(&key).map_or_else(Level::default, |counter| counter.level(quota, counter.time.at(at))))
    }

    fn add(&self, key: CounterKey, quota: &Quota, amount: u64, at: Duration) -> Result<Level, StateError> {
        let mut shard = self.lock(key.subject);
        if !shard.counters.contains_key(&key) {
            shard.make_room(key.owner, &self.limits);
            *shard.owners.entry(key.owner).or_default() += 1;
        }
        shard.clock += 1;
        let touched = shard.clock;
        let counter = shard.counters.entry(key).or_insert_with(|| {
            let kept =
                if quota.burst.is_some() { Kept::Bucket(Bucket::default()) } else { Kept::Window(Box::default()) };
            Counter { touched, time: Timeline::default(), kept }
        });
        counter.touched = touched;
        let now = counter.time.advance(at);
        match &mut counter.kept {
            Kept::Window(window) => window.add(now, micros(quota.within), amount),
            Kept::Bucket(bucket) => bucket.take(now, refill(quota), amount),
        }
        Ok(counter.level(quota, now))
    }

    fn clear(&self, owner: u64, subject: u64) -> Result<(), StateError> {
        let mut shard = self.lock(subject);
        let gone = shard.counters.keys().filter(|key| (key.owner, key.subject) == (owner, subject));
        let gone: Vec<_> = gone.copied().collect();
        gone.into_iter().for_each(|key| shard.remove(key));
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
