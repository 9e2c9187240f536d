//! What one counter keeps: a window or a bucket.

use std::time::Duration;

use super::bucket::Bucket;
use super::window::Window;
use super::{Level, Quota};

/// What one counter keeps.
#[derive(Clone, Debug)]
pub(crate) enum Kept {
    Window(Box<Window>),
    Bucket(Bucket),
}

pub(crate) fn micros(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000).saturating_add(u64::from(time.subsec_micros()))
}

/// Microseconds for one token.
pub(crate) fn refill(quota: &Quota) -> u64 {
    (micros(quota.within) / quota.most.max(1)).max(1)
}

impl Kept {
    /// Nothing yet.
    pub(crate) fn new(quota: &Quota) -> Self {
        if quota.burst.is_some() { Self::Bucket(Bucket::default()) } else { Self::Window(Box::default()) }
    }

    /// Adds an amount. `refill` is that of the quota: a division, so whoever asks often keeps it.
    pub(crate) fn add(&mut self, (quota, refill): (&Quota, u64), now: u64, amount: u64) {
        match self {
            Self::Window(window) => window.add(now, micros(quota.within), amount),
            Self::Bucket(bucket) => bucket.take(now, refill, amount),
        }
    }

    pub(crate) fn level(&self, (quota, refill): (&Quota, u64), now: u64) -> Level {
        let (used, most, wait) = match self {
            Self::Window(window) => {
                let (length, room) = (micros(quota.within), quota.most.saturating_sub(1));
                let used = window.sum(now, length);
                (used, quota.most, if used >= quota.most { window.until(now, length, room) } else { 0 })
            }
            Self::Bucket(bucket) => {
                let burst = quota.burst.unwrap_or(quota.most);
                (bucket.used(now, refill), burst, bucket.until(now, refill, burst.saturating_sub(1)))
            }
        };
        Level { used, retry_after: (used >= most).then(|| Duration::from_micros(wait)) }
    }
}
