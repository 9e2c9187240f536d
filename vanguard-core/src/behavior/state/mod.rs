//! Counters of behaviour: what many inspectors may share.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `timeline` | time that never goes backwards |
//! | `window`, `bucket` | how much within a time; how much at once |
//! | `kept` | what one counter keeps: a window or a bucket |
//! | `memory` | the store in this process's memory |
//! | `share` | what one counter has to tell others |
//! | `replica` | a store whose counters others count too |

mod bucket;
mod kept;
mod memory;
mod replica;
mod share;
mod timeline;
mod window;

use std::fmt;
use std::time::Duration;

use serde::Serialize;

pub(crate) use kept::micros;
pub use memory::{MemoryLimits, MemoryStore};
pub use replica::{Batch, Replica, Report};
pub(crate) use timeline::Timeline;
pub(crate) use window::Window;

/// Which counter: whose it is, of what, and which of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct CounterKey {
    /// Tenant and principal, as a hash: who fills a store makes room among their own.
    pub owner: u64,
    /// The session, principal, tool … that is counted.
    pub subject: u64,
    /// Which budget.
    pub slot: u64,
}

/// How much of something there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// So much …
    pub most: u64,
    /// … within this time.
    pub within: Duration,
    /// So much at once, refilled at that rate: a token bucket. Without it a sliding window.
    pub burst: Option<u64>,
}

/// Where a counter stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Level {
    /// How much was used, of the window or the bucket.
    pub used: u64,
    /// When there will be room for one more; nothing if there is.
    pub retry_after: Option<Duration>,
}

/// Why a store could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the store of behaviour failed: {0}")]
pub struct StateError(pub String);

/// Counters with a memory; the quota of a counter is the same each time. Atomic operations only, each linear in nothing. The store in memory is [`MemoryStore`]; one that replicas
/// share answers from its own memory too, and exchanges what was added behind it.
///
/// An error blocks the message in `balanced` and `strict`.
pub trait StateStore: fmt::Debug + Send + Sync {
    /// Where a counter stands at `at`; changes nothing.
    ///
    /// # Errors
    /// If the store can't say.
    fn level(&self, key: CounterKey, quota: &Quota, at: Duration) -> Result<Level, StateError>;

    /// Adds to a counter and tells where it stands then.
    ///
    /// # Errors
    /// If the store can't keep it.
    fn add(&self, key: CounterKey, quota: &Quota, amount: u64, at: Duration) -> Result<Level, StateError>;

    /// Whether others may add too, so that a level may rise that nobody here has added to.
    fn is_shared(&self) -> bool {
        true
    }

    /// Forgets every counter of a subject.
    ///
    /// # Errors
    /// If the store can't.
    fn clear(&self, owner: u64, subject: u64) -> Result<(), StateError>;
}
