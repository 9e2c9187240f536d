//! Sessions that processes share, for operators.

use std::collections::HashMap;

use redis::{Commands, Connection, ConnectionLike, RedisResult, Script};
use vanguard_core::behavior::BehaviorExport;

use super::{Place, RedisError};

/// Seconds for which a session is listed of which nothing more is heard.
pub(super) const KEPT: i64 = 86_400;

/// What is known of a session by all processes that share the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedSession {
    /// What is known of it: messages, blocked ones and calls are those of all, the risk is the highest.
    pub session: BehaviorExport,
    /// How many processes have seen it.
    pub processes: usize,
}

/// Looks at a shared state and resets sessions in it.
pub struct Operator {
    at: String,
    connection: Connection,
}

impl Operator {
    /// Connects.
    ///
    /// # Errors
    /// If it is no URL of a Redis, or nobody answers there.
    pub fn connect(url: &str) -> Result<Self, RedisError> {
        let place = Place::of(url)?;
        let connection = place.connect().map_err(|error| RedisError { at: place.at.clone(), error })?;
        Ok(Self { at: place.at, connection })
    }

    /// Every session that was heard of within a day, by its id.
    ///
    /// # Errors
    /// If Redis doesn't answer.
    pub fn sessions(&mut self) -> Result<Vec<SharedSession>, RedisError> {
        self.read().map_err(|error| RedisError { at: self.at.clone(), error })
    }

    fn read(&mut self) -> RedisResult<Vec<SharedSession>> {
        let mut keys: Vec<String> = Vec::new();
        for key in self.connection.scan_match(Place::session("*"))? {
            keys.push(key?);
        }
        keys.sort_unstable();
        keys.dedup();
        let mut all = Vec::new();
        for key in keys {
            let told: HashMap<String, String> = self.connection.hgetall(&key)?;
            // What another version has written is not ours to read.
            let mut told = told.values().filter_map(|text| serde_json::from_str(text).ok());
            let Some(first) = told.next() else { continue };
            let mut shared = SharedSession { session: first, processes: 1 };
            told.for_each(|other| shared.add(other));
            all.push(shared);
        }
        Ok(all)
    }

    /// Forgets a session: its counters here, and within a second what each process knows of it. Returns whether it was known.
    ///
    /// # Errors
    /// If Redis doesn't answer.
    pub fn reset(&mut self, id: &str) -> Result<bool, RedisError> {
        reset(&mut self.connection, id).map_err(|error| RedisError { at: self.at.clone(), error })
    }
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Operator").field("at", &self.at).finish_non_exhaustive()
    }
}

impl SharedSession {
    fn add(&mut self, other: BehaviorExport) {
        let session = &mut self.session;
        self.processes += 1;
        session.messages = session.messages.saturating_add(other.messages);
        session.blocked = session.blocked.saturating_add(other.blocked);
        session.calls = session.calls.saturating_add(other.calls);
        session.bytes = session.bytes.saturating_add(other.bytes);
        session.last = session.last.max(other.last);
        if other.score > session.score {
            (session.score, session.risk) = (other.score, other.risk);
        }
    }
}

/// Forgets a session, and says so to those who share it.
pub(super) fn reset(connection: &mut dyn ConnectionLike, id: &str) -> RedisResult<bool> {
    const SCRIPT: &str = "
        local time = redis.call('TIME')
        local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
        local known = redis.call('DEL', KEYS[1], KEYS[2])
        redis.call('ZADD', KEYS[3], string.format('%.0f', now), ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now - ARGV[2] * 1000000))
        redis.call('EXPIRE', KEYS[3], ARGV[2])
        return known";
    let subject = u64::from_str_radix(id, 16).unwrap_or_default();
    let script = Script::new(SCRIPT);
    let mut call = script.prepare_invoke();
    call.key(Place::counters(subject)).key(Place::session(id)).key(Place::RESETS).arg(id).arg(KEPT);
    let known: u64 = call.invoke(connection)?;
    Ok(known > 0)
}
