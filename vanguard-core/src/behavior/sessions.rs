//! The sessions of an inspector: bounded, and who mints them makes room among their own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::session::Session;
use crate::config::BehaviorMemory;
use crate::message::Context;
use crate::padded::Padded;
use crate::session::Name;

use super::hash::{NumberMap, hash_all};

/// Parts with a lock each.
const SHARDS: usize = 32;
/// Sessions of one owner in a shard at most.
const PER_OWNER: usize = 512;
/// Messages of a part between two looks for idle sessions, part by part, and how many are put to rest at once.
const EVERY: u64 = 64;
const AT_ONCE: usize = 64;
/// Bytes that an idle session may keep.
const RESTING: usize = 8 << 10;
/// Microseconds after which a session is idle.
const IDLE: u64 = 600_000_000;

/// Whose session it is, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub(crate) owner: u64,
    pub(crate) subject: u64,
}

impl Id {
    /// Where what a principal's sessions share stands.
    pub(crate) const fn of_owner(self) -> Self {
        Self { owner: self.owner, subject: self.owner }
    }

    /// The session of a message: what the carrier calls one, whatever the server; else a principal with a server. A server alone is
    /// nobody's session: many may stand behind it.
    pub(crate) fn of(context: &Context<'_>) -> Option<Self> {
        let owner = hash_all(&[context.tenant, context.principal]);
        let subject = match (context.session, context.principal.or(context.tenant)) {
            (Some(session), _) => hash_all(&[context.tenant, context.principal, Some(session)]),
            (None, Some(_)) => hash_all(&[context.tenant, context.principal, context.server, None]),
            (None, None) => return None,
        };
        Some(Self { owner, subject })
    }
}

/// The names that a session goes by.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) tenant: Option<Name>,
    pub(crate) principal: Option<Name>,
    pub(crate) session: Option<Name>,
}

/// A session, as those hold it who have a message of it at hand.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Slot {
    session: Mutex<Session>,
    /// Which message of its part it was touched by last.
    touched: AtomicU64,
    /// When that was, by its own clock.
    at: AtomicU64,
}

impl Slot {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Session> {
        // A panic elsewhere leaves counts that are still whole: go on with them.
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Entry {
    names: Names,
    slot: Arc<Slot>,
    /// What it took when it was last weighed.
    bytes: usize,
}

#[derive(Debug, Default)]
struct Shard {
    by_id: NumberMap<Id, Entry>,
    bytes: usize,
}

/// Some of the sessions, behind a lock of their own.
#[derive(Debug, Default)]
struct Part {
    shard: Mutex<Shard>,
    /// Messages of its sessions so far. A count of all messages would be the one thing that every thread changes.
    turn: AtomicU64,
}

impl Part {
    fn lock(&self) -> MutexGuard<'_, Shard> {
        self.shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every session that is known.
#[derive(Debug)]
pub(crate) struct Sessions {
    memory: BehaviorMemory,
    parts: [Padded<Part>; SHARDS],
}

impl Sessions {
    pub(crate) fn new(memory: BehaviorMemory) -> Self {
        Self { memory, parts: Default::default() }
    }

    fn part(&self, id: Id) -> &Part {
        let [first, ..] = &self.parts;
        self.parts.get(id.subject as usize % SHARDS).unwrap_or(first)
    }

    fn shard(&self, id: Id) -> MutexGuard<'_, Shard> {
        self.part(id).lock()
    }

    /// A session, if it is known.
    pub(crate) fn get(&self, id: Id) -> Option<Arc<Slot>> {
        self.shard(id).by_id.get(&id).map(|entry| Arc::clone(&entry.slot))
    }

    /// A session, made if it is not known.
    pub(crate) fn open(&self, id: Id, context: &Context<'_>) -> Arc<Slot> {
        let part = self.part(id);
        let mut shard = part.lock();
        if let Some(entry) = shard.by_id.get(&id) {
            return Arc::clone(&entry.slot);
        }
        let own = shard.by_id.keys().filter(|known| known.owner == id.owner).count();
        if own >= PER_OWNER {
            shard.evict(id.owner, false);
        }
        let name = |name: Option<&str>| name.map(Name::new);
        let names = Names {
            tenant: name(context.tenant),
            principal: name(context.principal),
            session: name(context.session.or(context.server)),
        };
        let slot = Arc::new(Slot { touched: part.turn.load(Ordering::Relaxed).into(), ..Slot::default() });
        shard.by_id.insert(id, Entry { names, slot: Arc::clone(&slot), bytes: 0 });
        slot
    }

    /// Notes that a session has had a message. `at`: the time by the carrier's clock, in microseconds; `bytes`: what it takes now, if
    /// that is worth weighing.
    pub(crate) fn touch(&self, id: Id, slot: &Slot, at: u64, bytes: Option<usize>) {
        let turn = self.part(id).turn.fetch_add(1, Ordering::Relaxed);
        slot.touched.store(turn, Ordering::Relaxed);
        slot.at.store(at, Ordering::Relaxed);
        if let Some(bytes) = bytes {
            self.weigh(id, bytes);
        }
        if turn.is_multiple_of(EVERY) {
            self.rest(turn, at);
        }
    }

    /// Notes what a session takes now, and makes room if all take too much.
    fn weigh(&self, id: Id, bytes: usize) {
        let mut guard = self.shard(id);
        let shard = &mut *guard;
        let most = self.memory.all / SHARDS;
        let Some(entry) = shard.by_id.get_mut(&id) else { return };
        let before = std::mem::replace(&mut entry.bytes, bytes);
        shard.bytes = (shard.bytes + bytes).saturating_sub(before);
        while shard.bytes > most && shard.by_id.len() > 1 {
            if !shard.evict(id.owner, true) {
                break;
            }
        }
    }

    /// Now and then, part by part: sessions that have gone quiet give back what they don't need.
    fn rest(&self, turn: u64, at: u64) {
        let Some(part) = self.parts.get((turn / EVERY) as usize % SHARDS) else { return };
        let mut shard = part.lock();
        let shard = &mut *shard;
        let forget = self.memory.forget_after.saturating_mul(1_000_000);
        let idle = |entry: &&mut Entry| {
            entry.bytes > RESTING && at.saturating_sub(entry.slot.at.load(Ordering::Relaxed)) > IDLE
        };
        for entry in shard.by_id.values_mut().filter(idle).take(AT_ONCE) {
            let Ok(mut session) = entry.slot.session.try_lock() else { continue };
            let since = session.time.now().saturating_sub(forget);
            session.rest(since);
            session.weighed = session.bytes();
            let before = std::mem::replace(&mut entry.bytes, session.weighed);
            shard.bytes = (shard.bytes + entry.bytes).saturating_sub(before);
        }
    }

    /// The session with this number.
    pub(crate) fn find(&self, subject: u64) -> Option<Id> {
        let shard = self.shard(Id { owner: 0, subject });
        shard.by_id.keys().find(|id| id.subject == subject).copied()
    }

    /// Every session that was heard of since `since`, with its names.
    pub(crate) fn all(&self, since: u64) -> Vec<(Id, Names, Arc<Slot>)> {
        let mut all = Vec::new();
        for part in &self.parts {
            let shard = part.lock();
            let recent = shard.by_id.iter().filter(|(_, entry)| entry.slot.at.load(Ordering::Relaxed) >= since);
            all.extend(recent.map(|(id, entry)| (*id, entry.names.clone(), Arc::clone(&entry.slot))));
        }
        all
    }

    /// Forgets a session.
    pub(crate) fn clear(&self, id: Id) -> bool {
        let mut shard = self.shard(id);
        let entry = shard.by_id.remove(&id);
        shard.bytes = shard.bytes.saturating_sub(entry.as_ref().map_or(0, |entry| entry.bytes));
        entry.is_some()
    }
}

impl Shard {
    /// Forgets the idlest session of an owner; if they have this one alone and `anybody` may go, of the owner who takes most.
    fn evict(&mut self, owner: u64, anybody: bool) -> bool {
        let own = self.by_id.keys().filter(|id| id.owner == owner).count();
        let mut whose = owner;
        if anybody && own < 2 {
            let mut taken: HashMap<u64, usize> = HashMap::new();
            for (id, entry) in &self.by_id {
                *taken.entry(id.owner).or_default() += entry.bytes;
            }
            whose = taken.into_iter().max_by_key(|(owner, bytes)| (*bytes, *owner)).map_or(owner, |(owner, _)| owner);
        }
        let candidates = self.by_id.iter().filter(|(id, _)| id.owner == whose);
        let Some(id) =
            candidates.min_by_key(|(_, entry)| entry.slot.touched.load(Ordering::Relaxed)).map(|(id, _)| *id)
        else {
            return false;
        };
        let gone = self.by_id.remove(&id).map_or(0, |entry| entry.bytes);
        self.bytes = self.bytes.saturating_sub(gone);
        true
    }
}
