//! A store whose counters others count too: each answers from its own memory, and they exchange what they added in batches. This is all of
//! it but the way: a carrier takes a batch, brings it to a place where all meet, and brings back what all have come to.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::kept::{micros, refill};
use super::memory::{MemoryLimits, MemoryStore};
use super::window::part_length;
use super::{CounterKey, Level, Quota, StateError, StateStore};

/// A store of one of many who count the same.
///
/// The place where all meet must take a batch once: a replica sends it again, under the same number, until it hears that it was taken.
#[derive(Debug)]
pub struct Replica {
    store: MemoryStore,
    flight: Mutex<Flight>,
}

/// The batch that is on its way.
#[derive(Debug, Default)]
struct Flight {
    number: u64,
    keys: Vec<CounterKey>,
}

/// What a replica tells, and asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number: one more than that of the batch before, beginning with 1. The same batch has the same number.
    pub number: u64,
    /// What it tells of each counter, and which it asks for.
    pub reports: Vec<Report>,
}

/// What a replica tells of one counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub key: CounterKey,
    /// Microseconds of one of a window's sixteen parts; 0 says that it is a bucket.
    pub part: u64,
    /// Microseconds for one token of a bucket.
    pub refill: u64,
    /// Microseconds for which it has to be kept.
    pub keep: u64,
    /// What the replica added. Of a window: how many parts ago, and how much. Of a bucket: at most one entry, how many microseconds ago
    /// the first of it was taken, and how many tokens: they are refilled after what all others took, none before that time.
    pub added: Vec<(u64, u64)>,
    /// Microseconds until a bucket were full of which only the replica had taken that: at least so much is added.
    pub debt: u64,
}

impl Replica {
    /// An empty store.
    #[must_use]
    pub fn new(limits: MemoryLimits) -> Self {
        Self { store: MemoryStore::shared(limits), flight: Mutex::default() }
    }

    /// The batch that goes next, with at most so many counters: the last one again, as long as nobody has said that it arrived. `at` is the
    /// clock that messages come by.
    #[must_use]
    pub fn batch(&self, most: usize, at: Duration) -> Batch {
        let mut flight = self.flight.lock().unwrap_or_else(PoisonError::into_inner);
        if flight.keys.is_empty() {
            flight.number += 1;
            for mut shard in self.store.shards() {
                let room = most.saturating_sub(flight.keys.len());
                let now = room.min(shard.asked.len());
                let keys: Vec<_> = shard.asked.drain(..now).collect();
                for key in keys {
                    let Some(counter) = shard.counters.get_mut(&key) else { continue };
                    let now = counter.time.at(at);
                    counter.share.iter_mut().for_each(|share| share.send(now));
                    flight.keys.push(key);
                }
            }
        }
        let report = |key: &CounterKey| {
            let shard = self.store.lock(key.subject);
            let counter = shard.counters.get(key)?;
            let share = counter.share.as_ref()?;
            let quota = share.quota();
            let within = micros(quota.within);
            let (added, debt) = share.tell(counter.time.at(at));
            let (part, refill) = match quota.burst {
                None => (part_length(within), 0),
                Some(_) => (0, refill(quota)),
            };
            let keep = within.max(refill.saturating_mul(quota.burst.unwrap_or(0))).saturating_mul(2);
            Some(Report { key: *key, part, refill, keep, added, debt })
        };
        Batch { number: flight.number, reports: flight.keys.iter().filter_map(report).collect() }
    }

    /// Whether counters have something to tell or to ask that nobody has heard.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        let flight = !self.flight.lock().unwrap_or_else(PoisonError::into_inner).keys.is_empty();
        flight || self.store.shards().any(|shard| !shard.asked.is_empty())
    }

    /// A batch has arrived, and this is what all have come to, counter by counter: of a window how many parts ago and how much, of a
    /// bucket one entry with the microseconds until it is full in its second place.
    pub fn heard(&self, batch: &Batch, all: &[Vec<(u64, u64)>], at: Duration) {
        let mut flight = self.flight.lock().unwrap_or_else(PoisonError::into_inner);
        if flight.number != batch.number {
            return;
        }
        flight.keys.clear();
        for (report, all) in batch.reports.iter().zip(all) {
            let mut shard = self.store.lock(report.key.subject);
            let Some(counter) = shard.counters.get_mut(&report.key) else { continue };
            let now = counter.time.at(at);
            if let Some(share) = &mut counter.share {
                counter.kept = share.hear(now, all);
            }
        }
    }

    /// The place where all meet has forgotten everything: what this replica added will be sent again, numbers begin anew.
    pub fn begin_anew(&self, at: Duration) {
        let mut flight = self.flight.lock().unwrap_or_else(PoisonError::into_inner);
        *flight = Flight::default();
        for mut shard in self.store.shards() {
            let shard = &mut *shard;
            for (key, counter) in &mut shard.counters {
                let now = counter.time.at(at);
                let Some(share) = &mut counter.share else { continue };
                share.repeat(now);
                if share.ask() {
                    shard.asked.push(*key);
                }
            }
        }
    }

    /// Forgets every counter of a subject, whoever its owner is: others have.
    pub fn forget(&self, subject: u64) {
        self.store.forget(subject);
    }
}

impl StateStore for Replica {
    fn level(&self, key: CounterKey, quota: &Quota, at: Duration) -> Result<Level, StateError> {
        self.store.level(key, quota, at)
    }

    fn add(&self, key: CounterKey, quota: &Quota, amount: u64, at: Duration) -> Result<Level, StateError> {
        self.store.add(key, quota, amount, at)
    }

    fn clear(&self, owner: u64, subject: u64) -> Result<(), StateError> {
        self.store.clear(owner, subject)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

    use super::*;

    const WINDOW: Quota = Quota { most: 50, within: Duration::from_secs(16), burst: None };
    const BUCKET: Quota = Quota { most: 60, within: Duration::from_secs(60), burst: Some(20) };
    const KEY: CounterKey = CounterKey { owner: 1, subject: 2, slot: 3 };

    /// Where replicas meet, as plainly as can be.
    #[derive(Default)]
    struct Meeting {
        seen: HashMap<usize, u64>,
        parts: HashMap<(CounterKey, u64), u64>,
        full_at: HashMap<CounterKey, u64>,
    }

    impl Meeting {
        /// What all have come to; nothing if it knows nothing of a replica that has been here.
        fn take(&mut self, from: usize, batch: &Batch, now: u64) -> Option<Vec<Vec<(u64, u64)>>> {
            let seen = self.seen.get(&from).copied();
            if seen.is_none() && batch.number > 1 {
                return None;
            }
            let again = seen.is_some_and(|seen| seen >= batch.number);
            self.seen.insert(from, batch.number);
            let mut all = Vec::new();
            for report in &batch.reports {
                let added = report.added.iter().filter(|_| !again);
                let Some(newest) = now.checked_div(report.part) else {
                    let full = self.full_at.entry(report.key).or_default();
                    for (age, tokens) in added {
                        *full = ((*full).max(now - age) + tokens * report.refill).max((*full).max(now) + report.debt);
                    }
                    all.push(vec![(0, full.saturating_sub(now))]);
                    continue;
                };
                for (age, amount) in added {
                    *self.parts.entry((report.key, newest - age)).or_default() += amount;
                }
                let part = |age: u64| Some((age, *self.parts.get(&(report.key, newest - age))?));
                all.push((0..16).filter_map(part).collect());
            }
            Some(all)
        }
    }

    fn exchange(meeting: &mut Meeting, from: usize, replica: &Replica, at: Duration) {
        while {
            let batch = replica.batch(4, at);
            match meeting.take(from, &batch, at.as_micros() as u64) {
                Some(all) => replica.heard(&batch, &all, at),
                None => replica.begin_anew(at),
            }
            replica.is_behind()
        } {}
    }

    fn used(replica: &Replica, quota: &Quota, at: Duration) -> u64 {
        replica.level(KEY, quota, at).unwrap().used
    }

    #[test]
    fn what_one_adds_the_other_counts() {
        for quota in [WINDOW, BUCKET] {
            let (mut meeting, replicas) = (Meeting::default(), [(); 2].map(|()| Replica::new(MemoryLimits::default())));
            let at = Duration::from_secs(1000);
            replicas[0].add(KEY, &quota, 7, at).unwrap();
            replicas[1].add(KEY, &quota, 5, at).unwrap();
            for turn in [0, 1, 0] {
                used(&replicas[turn], &quota, at);
                exchange(&mut meeting, turn, &replicas[turn], at);
            }
            assert_eq!([used(&replicas[0], &quota, at), used(&replicas[1], &quota, at)], [12, 12]);
            // One that begins later knows after its first exchange.
            let third = Replica::new(MemoryLimits::default());
            assert_eq!(used(&third, &quota, at), 0);
            exchange(&mut meeting, 2, &third, at);
            assert_eq!(used(&third, &quota, at), 12);
            third.forget(KEY.subject);
            assert_eq!(used(&third, &quota, at), 0);
        }
    }

    #[test]
    fn a_batch_counts_once_whether_or_not_its_answer_arrives() {
        for quota in [WINDOW, BUCKET] {
            let (mut meeting, replica) = (Meeting::default(), Replica::new(MemoryLimits::default()));
            let at = Duration::from_secs(1000);
            exchange(&mut meeting, 0, &replica, at);
            replica.add(KEY, &quota, 6, at).unwrap();
            // The first is taken and its answer lost; then more is added, and the same batch goes again.
            let batch = replica.batch(9, at);
            meeting.take(0, &batch, 1_000_000_000);
            replica.add(KEY, &quota, 3, at).unwrap();
            assert_eq!(replica.batch(9, at).number, batch.number);
            exchange(&mut meeting, 0, &replica, at);
            exchange(&mut meeting, 0, &replica, at);
            assert_eq!(used(&replica, &quota, at), 9, "{quota:?}");
            // All is forgotten: what living replicas added comes back, once.
            meeting = Meeting::default();
            for _ in 0..3 {
                exchange(&mut meeting, 0, &replica, at);
            }
            assert_eq!(used(&replica, &quota, at), 9, "{quota:?}");
        }
    }

    #[test]
    fn a_store_that_meets_nobody_for_long_stays_bounded() {
        let replica = Replica::new(MemoryLimits { per_owner: 64, all: 128 });
        for subject in 0..20_000 {
            let key = CounterKey { owner: subject % 7, subject, slot: 0 };
            replica.add(key, &WINDOW, 1, Duration::from_secs(9)).unwrap();
        }
        let (kept, asked) = replica
            .store
            .shards()
            .fold((0, 0), |(kept, asked), shard| (kept + shard.counters.len(), asked + shard.asked.len()));
        assert!(kept <= 128 + 16 && asked <= 2 * 128 + 16, "{kept} {asked}");
    }

    /// Who adds, how much, after how many milliseconds; and whether the meeting hears, hears but can't answer, or has forgotten.
    fn steps() -> impl Strategy<Value = Vec<(usize, u64, u64, u8)>> {
        proptest::collection::vec((0usize..3, 0u64..9, 0u64..1500, 0u8..12), 1..60)
    }

    proptest! {
        /// Against one window that all share, whatever gets lost on the way.
        #[test]
        fn replicas_count_as_one(steps in steps()) {
            let mut meeting = Meeting::default();
            let replicas = [(); 3].map(|()| Replica::new(MemoryLimits::default()));
            let (mut at, mut adds) = (Duration::from_secs(5000), Vec::new());
            for (who, amount, wait, fate) in steps {
                at += Duration::from_millis(wait);
                replicas[who].add(KEY, &WINDOW, amount, at).unwrap();
                adds.push((at, amount));
                match fate {
                    0 => meeting = Meeting::default(),
                    1..5 => {
                        let batch = replicas[who].batch(9, at);
                        if meeting.take(who, &batch, at.as_micros() as u64).is_none() {
                            replicas[who].begin_anew(at);
                        }
                    }
                    5..8 => {}
                    _ => exchange(&mut meeting, who, &replicas[who], at),
                }
            }
            // Twice around: who had to begin anew tells in the first, all hear in the second.
            for turn in 0..6 {
                used(&replicas[turn % 3], &WINDOW, at);
                exchange(&mut meeting, turn % 3, &replicas[turn % 3], at);
            }
            let within = |seconds: u64| -> u64 {
                adds.iter().filter(|(then, _)| at - *then < Duration::from_secs(seconds)).map(|(_, amount)| amount).sum()
            };
            let counts = replicas.each_ref().map(|replica| used(replica, &WINDOW, at));
            prop_assert_eq!(counts[0], counts[1]);
            prop_assert_eq!(counts[0], counts[2]);
            prop_assert!(within(15) <= counts[0] && counts[0] <= within(16), "{counts:?} {} {}", within(15), within(16));
        }

        /// Against one bucket that all share.
        #[test]
        fn a_shared_bucket_looks_emptier_by_what_it_refills_in_two_seconds_at_most(steps in steps()) {
            let mut meeting = Meeting::default();
            let replicas = [(); 3].map(|()| Replica::new(MemoryLimits::default()));
            let one = MemoryStore::default();
            let mut at = Duration::from_secs(5000);
            for (who, amount, wait, fate) in steps {
                at += Duration::from_millis(wait);
                one.add(KEY, &BUCKET, amount, at).unwrap();
                replicas[who].add(KEY, &BUCKET, amount, at).unwrap();
                if fate > 4 {
                    exchange(&mut meeting, who, &replicas[who], at);
                }
            }
            for turn in 0..6 {
                used(&replicas[turn % 3], &BUCKET, at);
                exchange(&mut meeting, turn % 3, &replicas[turn % 3], at);
            }
            let exact = one.level(KEY, &BUCKET, at).unwrap().used;
            prop_assert!(used(&replicas[0], &BUCKET, at) <= exact + 3);
        }
    }

    #[test]
    fn what_each_could_take_alone_all_together_can_not() {
        let (mut meeting, replicas) = (Meeting::default(), [(); 2].map(|()| Replica::new(MemoryLimits::default())));
        // Each takes nine tenths of what is refilled, and they meet each tenth of a second.
        let quota = Quota { most: 6000, within: Duration::from_secs(60), burst: Some(20) };
        let mut passed = 0;
        for millis in 0..10_000 {
            let at = Duration::from_secs(1000) + Duration::from_millis(millis);
            for (turn, replica) in replicas.iter().enumerate() {
                if (millis + turn as u64 * 5).is_multiple_of(11)
                    && replica.level(KEY, &quota, at).unwrap().retry_after.is_none()
                {
                    replica.add(KEY, &quota, 1, at).unwrap();
                    passed += 1;
                }
                if (millis + turn as u64 * 50).is_multiple_of(100) {
                    exchange(&mut meeting, turn, replica, at);
                }
            }
        }
        // 1,000 are refilled in ten seconds, 20 are there at once, and each may pass what it is asked between two exchanges.
        assert!((980..=1_040).contains(&passed), "{passed}");
    }
}
