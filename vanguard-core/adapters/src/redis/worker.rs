//! The thread that exchanges what was counted.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redis::{Commands, Connection, ConnectionLike, RedisResult, Script};
use serde_json::json;
use vanguard_core::Inspector;
use vanguard_core::behavior::Batch;

use super::operate::{KEPT, reset};
use super::{EVERY, Event, Exchanging, Place, RedisStore, WAIT};

/// Counters in one batch: Redis does nothing else while it takes one.
const BATCH: usize = 256;
/// Batches in one exchange.
const BATCHES: usize = 256;
/// How often Redis is asked though nothing was counted, and sessions are told.
const SELDOM: Duration = Duration::from_secs(1);
/// Seconds for which Redis knows a replica of which it hears nothing.
const KNOWN: u64 = 7 * 86_400;

impl RedisStore {
    /// Begins to exchange, in a thread of its own, and returns after the first exchange or a second, whichever is earlier. Tells others of
    /// `inspector`'s sessions, and forgets those of it that an operator resets. `told` hears when Redis goes away and comes back.
    ///
    /// # Errors
    /// If there can be no thread.
    pub fn exchange(
        self: &Arc<Self>,
        inspector: Inspector,
        told: impl FnMut(Event) + Send + 'static,
    ) -> std::io::Result<Exchanging> {
        let (stop, stopped) = channel::<()>();
        let (begin, begun) = channel::<()>();
        let (end, ended) = channel::<()>();
        let worker = Worker {
            store: Arc::clone(self),
            inspector,
            told,
            name: name(),
            script: Script::new(include_str!("exchange.lua")),
            connection: None,
            away: false,
            heard_resets: None,
            asked: None,
            published: Duration::ZERO,
        };
        thread::Builder::new().name("shared-state".to_owned()).spawn(move || {
            let mut worker = worker;
            worker.turn(false);
            drop(begin);
            loop {
                let stops = !matches!(stopped.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout));
                worker.turn(stops);
                if stops {
                    drop(end);
                    return;
                }
            }
        })?;
        // Nothing is sent: it is disconnected after the first exchange.
        let _ = begun.recv_timeout(WAIT);
        Ok(Exchanging { stop, ended })
    }
}

/// A name that no other replica has: numbers of batches count under it.
fn name() -> String {
    use std::hash::{BuildHasher, Hasher};
    // Seeded by the operating system.
    let random = || std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("{:016x}{:08x}", random(), std::process::id())
}

/// The clock that messages come by.
fn clock() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

struct Worker<F> {
    store: Arc<RedisStore>,
    inspector: Inspector,
    told: F,
    name: String,
    script: Script,
    connection: Option<Connection>,
    /// It was told that Redis is away.
    away: bool,
    /// The newest reset that was heard, by Redis's clock in microseconds.
    heard_resets: Option<u64>,
    asked: Option<Instant>,
    /// Until when sessions have been told.
    published: Duration,
}

impl<F: FnMut(Event)> Worker<F> {
    /// One exchange, if there is something to exchange.
    fn turn(&mut self, last: bool) {
        let idle = self.asked.is_some_and(|asked| asked.elapsed() < SELDOM);
        if idle && !last && self.connection.is_some() && !self.store.replica.is_behind() {
            return;
        }
        match self.exchange(last) {
            Ok(()) => {
                self.store.answers();
                if std::mem::take(&mut self.away) {
                    (self.told)(Event::Back);
                }
            }
            Err(error) => {
                // An answer that comes late would be taken for the next one's.
                self.connection = None;
                if self.store.is_away() && !std::mem::replace(&mut self.away, true) {
                    (self.told)(Event::Away(error.to_string()));
                }
            }
        }
    }

    fn exchange(&mut self, last: bool) -> RedisResult<()> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.store.place.connect()?,
        };
        // What was reset while we were away must not be told again.
        self.hear_resets(&mut connection)?;
        for subject in self.store.take_cleared() {
            reset(&mut connection, &format!("{subject:016x}"))?;
        }
        for _ in 0..BATCHES {
            self.tell(&mut connection)?;
            // Each batch that is taken is an answer, however many follow.
            self.store.answers();
            if !self.store.replica.is_behind() {
                break;
            }
        }
        let seldom = self.asked.is_none_or(|asked| asked.elapsed() >= SELDOM);
        if seldom || last {
            self.publish(&mut connection)?;
            self.asked = Some(Instant::now());
        }
        self.connection = Some(connection);
        Ok(())
    }

    /// Tells a batch and hears of its counters.
    fn tell(&self, connection: &mut dyn ConnectionLike) -> RedisResult<()> {
        let replica = &self.store.replica;
        let batch = replica.batch(BATCH, clock());
        let mut call = self.script.prepare_invoke();
        call.key(format!("vanguard:r:{}", self.name));
        for report in &batch.reports {
            call.key(Place::counters(report.key.subject));
        }
        let all: Vec<Vec<u64>> = call.arg(wire(&batch)).arg(KNOWN).invoke(connection)?;
        match all.split_first() {
            Some((first, all)) if *first == [1] => {
                let pairs = |flat: &Vec<u64>| flat.as_chunks().0.iter().map(|[one, two]| (*one, *two)).collect();
                let all: Vec<_> = all.iter().map(pairs).collect();
                replica.heard(&batch, &all, clock());
            }
            _ => replica.begin_anew(clock()),
        }
        Ok(())
    }

    /// Forgets what operators have reset since it was last asked.
    fn hear_resets(&mut self, connection: &mut Connection) -> RedisResult<()> {
        let Some(heard) = self.heard_resets else {
            let (seconds, micros): (u64, u64) = redis::cmd("TIME").query(connection)?;
            self.heard_resets = Some(seconds.saturating_mul(1_000_000).saturating_add(micros));
            return Ok(());
        };
        let resets: Vec<(String, f64)> =
            connection.zrangebyscore_withscores(Place::RESETS, format!("({heard}"), "+inf")?;
        for (id, at) in resets {
            if let Ok(subject) = u64::from_str_radix(&id, 16) {
                self.store.replica.forget(subject);
            }
            self.inspector.forget_session(&id);
            self.heard_resets = self.heard_resets.max(Some(at as u64));
        }
        Ok(())
    }

    /// Tells people of the sessions that were heard of since the last time.
    fn publish(&mut self, connection: &mut dyn ConnectionLike) -> RedisResult<()> {
        let now = clock();
        let sessions = self.inspector.sessions_since(self.published);
        if !sessions.is_empty() {
            let mut commands = redis::pipe();
            for session in &sessions {
                let (key, text) = (Place::session(&session.id), serde_json::to_string(session).unwrap_or_default());
                commands.hset(&key, &self.name, text).ignore().expire(&key, KEPT).ignore();
            }
            let () = commands.query(connection)?;
        }
        // A message's time may be a little older than the moment it was counted in.
        self.published = now.saturating_sub(SELDOM);
        Ok(())
    }
}

/// A batch as the script reads it.
fn wire(batch: &Batch) -> String {
    let counter = |report: &vanguard_core::behavior::Report| {
        json!({
            "lead": format!("{:x}.{:x}", report.key.owner, report.key.slot),
            "part": report.part, "refill": report.refill, "debt": report.debt,
            "keep": report.keep.div_ceil(1000), "added": report.added,
        })
    };
    json!({"number": batch.number, "counters": batch.reports.iter().map(counter).collect::<Vec<_>>()}).to_string()
}
