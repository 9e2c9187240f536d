//! What one counter has to tell the others who count it.

use super::Quota;
use super::kept::{Kept, micros, refill};

/// Tokens that were taken longer ago, in microseconds, were refilled since as far as could be: only what is still out is told of them.
/// Fresher ones are told in full, since a bucket that several empty refills once for all of them. So what is told late makes a
/// bucket look emptier by no more than it refills in this time.
const LATE: u64 = 2_000_000;

/// What this process added to a counter: what is not sent yet, what is on its way, what the others know.
#[derive(Debug)]
pub(crate) struct Share {
    quota: Quota,
    unsent: Own,
    sent: Own,
    known: Own,
    /// It stands in the list of those that go with the next batch.
    asked: bool,
}

/// Additions of this process.
#[derive(Clone, Debug)]
struct Own {
    kept: Kept,
    /// When the first was made.
    first: Option<u64>,
    tokens: u64,
}

impl Own {
    fn new(quota: &Quota) -> Self {
        Self { kept: Kept::new(quota), first: None, tokens: 0 }
    }

    fn add(&mut self, quota: &Quota, now: u64, amount: u64) {
        self.kept.add((quota, refill(quota)), now, amount);
        self.first.get_or_insert(now);
        self.tokens = self.tokens.saturating_add(amount);
    }

    /// Takes in what was added after it.
    fn absorb(&mut self, quota: &Quota, now: u64, later: &Self) {
        let Some(first) = later.first else { return };
        match (&mut self.kept, &later.kept) {
            (Kept::Window(window), Kept::Window(later)) => {
                let length = micros(quota.within);
                later.parts(now, length).for_each(|part| window.add_past(now, length, part));
            }
            (Kept::Bucket(bucket), Kept::Bucket(other)) => {
                bucket.take(first, refill(quota), later.tokens);
                bucket.owe(now, other.debt(now));
            }
            _ => {}
        }
        self.first.get_or_insert(first);
        self.tokens = self.tokens.saturating_add(later.tokens);
    }
}

impl Share {
    pub(crate) fn new(quota: Quota) -> Self {
        let own = Own::new(&quota);
        Self { quota, unsent: own.clone(), sent: own.clone(), known: own, asked: false }
    }

    pub(crate) fn quota(&self) -> &Quota {
        &self.quota
    }

    /// Whether it has to be put into the list.
    pub(crate) fn ask(&mut self) -> bool {
        !std::mem::replace(&mut self.asked, true)
    }

    pub(crate) fn add(&mut self, now: u64, amount: u64) {
        self.unsent.add(&self.quota, now, amount);
    }

    /// It is taken from the list, and what is not sent goes on its way.
    pub(crate) fn send(&mut self, now: u64) {
        self.asked = false;
        let unsent = std::mem::replace(&mut self.unsent, Own::new(&self.quota));
        self.sent.absorb(&self.quota, now, &unsent);
    }

    /// What is on its way: for a window how many parts ago and how much; for a bucket how many microseconds ago and how many tokens,
    /// and how long until it would be full if nobody else took of it.
    pub(crate) fn tell(&self, now: u64) -> (Vec<(u64, u64)>, u64) {
        let Own { kept, first, tokens } = &self.sent;
        match (kept, first) {
            (Kept::Window(window), _) => (window.parts(now, micros(self.quota.within)).collect(), 0),
            (Kept::Bucket(bucket), Some(first)) => {
                let age = now.saturating_sub(*first);
                (vec![if age > LATE { (0, 0) } else { (age, *tokens) }], bucket.debt(now))
            }
            (Kept::Bucket(_), None) => (Vec::new(), 0),
        }
    }

    /// What was on its way has arrived; this is what all have come to. Gives what the counter keeps from now on.
    pub(crate) fn hear(&mut self, now: u64, all: &[(u64, u64)]) -> Kept {
        let sent = std::mem::replace(&mut self.sent, Own::new(&self.quota));
        self.known.absorb(&self.quota, now, &sent);
        let mut heard = Own::new(&self.quota);
        match &mut heard.kept {
            Kept::Window(window) => {
                all.iter().rev().for_each(|part| window.add_past(now, micros(self.quota.within), *part));
            }
            Kept::Bucket(bucket) => all.iter().for_each(|(_, debt)| bucket.owe(now, *debt)),
        }
        heard.absorb(&self.quota, now, &self.unsent);
        heard.kept
    }

    /// The others have forgotten everything: all of it is to be sent again.
    pub(crate) fn repeat(&mut self, now: u64) {
        let mut all = std::mem::replace(&mut self.known, Own::new(&self.quota));
        for later in [&self.sent, &self.unsent] {
            all.absorb(&self.quota, now, later);
        }
        (self.unsent, self.sent) = (all, Own::new(&self.quota));
    }
}
