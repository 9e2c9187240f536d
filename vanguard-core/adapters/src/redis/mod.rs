//! Counters of behaviour that several processes share by Redis (5 and later) or Valkey.
//!
//! A message's path asks this process's memory and nothing else. A thread of its own tells Redis what was counted, all 100 ms while something
//! is counted, and hears what all have counted. So what one process lets pass, another knows within two exchanges: 0.2 s and the round
//! trips. In that time each may pass what its own view of a budget leaves; of a budget that is shared by N processes, no more than N − 1
//! times what they pass in two exchanges goes beyond it.
//!
//! A batch counts once, whether or not its answer arrives. When Redis loses what it held, living processes tell again what they counted;
//! what processes counted that have ended since is lost then, and of a Redis that loses its last second, that second.
//!
//! Shared are the counters of budgets, what operators reset, and for people what [`vanguard_core::Inspector::sessions`] tells. Sequences, data flow,
//! fragments, sweeps and risk stay with the process that saw them: one session belongs to one process.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `worker` | the thread that exchanges |
//! | `exchange.lua` | what Redis does with a batch, in one step |
//! | `operate` | sessions for operators: listed and reset |

mod operate;
mod worker;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::{Client, Connection, RedisResult};
use vanguard_core::behavior::{CounterKey, Level, MemoryLimits, Quota, Replica, StateError, StateStore};
use vanguard_core::config::WhenAway;

pub use operate::{Operator, SharedSession};

/// Milliseconds between two exchanges.
const EVERY: Duration = Duration::from_millis(100);
/// How long to wait for Redis, each time.
const WAIT: Duration = Duration::from_secs(1);
/// Redis is away when it has not answered for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// What happened to the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Redis has not answered for two seconds; why.
    Away(String),
    /// It answers again.
    Back,
}

/// Why a state could not be opened or asked.
#[derive(Debug, thiserror::Error)]
#[error("the shared state at {at}: {error}")]
pub struct RedisError {
    at: String,
    error: redis::RedisError,
}

/// A store that other processes share.
#[derive(Debug)]
pub struct RedisStore {
    place: Place,
    when_away: WhenAway,
    replica: Replica,
    /// When Redis has last answered, in milliseconds since `begun`.
    answered: AtomicU64,
    begun: Instant,
    /// Subjects that were cleared here, for the others.
    cleared: Mutex<Vec<u64>>,
}

/// Where Redis is, and under which names things stand there.
#[derive(Clone, Debug)]
struct Place {
    client: Client,
    at: String,
}

impl Place {
    fn of(url: &str) -> Result<Self, RedisError> {
        // Said without the URL: it may hold a password.
        let client = Client::open(url).map_err(|error| RedisError { at: "this URL".to_owned(), error })?;
        let at = client.get_connection_info().addr().to_string();
        Ok(Self { client, at })
    }

    fn connect(&self) -> RedisResult<Connection> {
        let connection = self.client.get_connection_with_timeout(WAIT)?;
        connection.set_read_timeout(Some(WAIT))?;
        connection.set_write_timeout(Some(WAIT))?;
        Ok(connection)
    }

    fn counters(subject: u64) -> String {
        format!("vanguard:c:{subject:016x}")
    }

    fn session(id: &str) -> String {
        format!("vanguard:s:{id}")
    }

    const RESETS: &str = "vanguard:resets";
}

/// The thread that exchanges. Dropped, it goes on; [`Exchanging::finish`] ends it.
#[derive(Debug)]
pub struct Exchanging {
    stop: Sender<()>,
    ended: Receiver<()>,
}

impl Exchanging {
    /// Tells what is left to be told and ends; a Redis that doesn't answer is waited for no longer than a second.
    pub fn finish(self) {
        drop(self.stop);
        // Nothing is sent: it is disconnected at the end.
        let _ = self.ended.recv_timeout(WAIT);
    }
}

impl RedisStore {
    /// A store for `redis://…`, `valkey://…` (without TLS) or `redis+unix://…`. Nothing is asked yet: [`RedisStore::exchange`] begins.
    ///
    /// # Errors
    /// If it is no such URL.
    pub fn new(url: &str, when_away: WhenAway) -> Result<Arc<Self>, RedisError> {
        Ok(Arc::new(Self {
            place: Place::of(url)?,
            when_away,
            replica: Replica::new(MemoryLimits::default()),
            answered: AtomicU64::new(0),
            begun: Instant::now(),
            cleared: Mutex::default(),
        }))
    }

    /// Where it is: host and port, or a socket's path.
    #[must_use]
    pub fn at(&self) -> &str {
        &self.place.at
    }

    /// Whether Redis has not answered for two seconds.
    #[must_use]
    pub fn is_away(&self) -> bool {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let since = now.saturating_sub(self.answered.load(Ordering::Relaxed));
        Duration::from_millis(since) > PATIENCE
    }

    fn answers(&self) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.answered.store(now, Ordering::Relaxed);
    }

    fn take_cleared(&self) -> Vec<u64> {
        std::mem::take(&mut *self.cleared.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl StateStore for RedisStore {
    fn level(&self, key: CounterKey, quota: &Quota, at: Duration) -> Result<Level, StateError> {
        if self.when_away == WhenAway::Block && self.is_away() {
            return Err(StateError(format!("the shared state at {} is away", self.place.at)));
        }
        self.replica.level(key, quota, at)
    }

    fn add(&self, key: CounterKey, quota: &Quota, amount: u64, at: Duration) -> Result<Level, StateError> {
        self.replica.add(key, quota, amount, at)
    }

    fn clear(&self, owner: u64, subject: u64) -> Result<(), StateError> {
        self.cleared.lock().unwrap_or_else(PoisonError::into_inner).push(subject);
        self.replica.clear(owner, subject)
    }
}
