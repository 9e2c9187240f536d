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
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
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

    pub(crate) fn add(&mut self, quota: &Quota, now: u64, amount: u64) {
        match self {
            Self::Window(window) => window.add(now, micros(quota.within), amount),
            Self::Bucket(bucket) => bucket.take(now, refill(quota), amount),
        }
    }

    pub(crate) fn level(&self, quota: &Quota, now: u64) -> Level {
        let (used, most, wait) = match self {
            Self::Window(window) => {
                let (length, room) = (micros(quota.within), quota.most.saturating_sub(1));
                let used = window.sum(now, length);
                (used, quota.most, if used >= quota.most { window.until(now, length, room) } else { 0 })
            }
            Self::Bucket(bucket) => {
                let burst = quota.burst.unwrap_or(quota.most);
                (bucket.used(now, refill(quota)), burst, bucket.until(now, refill(quota), burst.saturating_sub(1)))
            }
        };
        Level { used, retry_after: (used >= most).then(|| Duration::from_micros(wait)) }
    }
}
