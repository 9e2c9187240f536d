//! Knowledge: what a message means because of the messages before it.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::placeholders::Placeholders;
use super::tokens::Tokens;
use super::{Held, Listed, Name, Origin, RequestId, ToolSchema};
use crate::integrity::{Declared, EntryKind, Schemas};
use crate::message::{Context, Flow};
use crate::padded::Padded;
use crate::redact::Secret;

/// How much is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnowledgeLimits {
    /// Sessions of one principal; the one idle longest makes room. Default 256, divided evenly among sixteen shards.
    pub sessions_per_principal: usize,
    /// Sessions in all. Default 16,384, divided likewise. When full, the principal who asks makes room among their own.
    pub sessions: usize,
    /// Requests pending in one direction of a session; the oldest makes room, a cancelled one first. Default 4,096.
    pub pending: usize,
    /// Tools whose schema is remembered per session. Default 2,048.
    pub tools: usize,
}

/// Parts with a lock each, so that sessions rarely wait for one another.
pub(super) const SHARDS: usize = 16;

impl Default for KnowledgeLimits {
    fn default() -> Self {
        Self { sessions_per_principal: 256, sessions: 16_384, pending: 4_096, tools: 2_048 }
    }
}

/// Which session a message belongs to: tenant, principal, server and session, as a keyed hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey {
    owner: u64,
    session: u64,
}

/// What was learned from traffic. Shared by every clone of an inspector, survives a reload of the configuration, bounded.
#[derive(Debug)]
pub struct Knowledge {
    limits: KnowledgeLimits,
    hasher: RandomState,
    /// The owner of what has neither tenant nor principal, hashed once.
    nobody: u64,
    shards: [Padded<Mutex<Sessions>>; SHARDS],
}

/// The hash of what is a keyed hash already.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = self.0.rotate_left(32) ^ number;
    }

    fn finish(&self) -> u64 {
        // The lowest bits have chosen the shard.
        self.0.rotate_right(8)
    }
}

#[derive(Debug, Default)]
struct Sessions {
    by_key: HashMap<SessionKey, Session, BuildHasherDefault<AsIs>>,
    clock: u64,
}

#[derive(Debug, Default)]
struct Session {
    touched: u64,
    protocol: Option<Name>,
    /// Requests in flight to the server and to the client.
    pending: [Pending; 2],
    tools: HashMap<Name, Arc<ToolSchema>>,
    placeholders: Placeholders,
    held: Held,
    tokens: Tokens,
    declared: Declared,
}

#[derive(Debug, Default)]
struct Pending {
    by_id: HashMap<RequestId, Asked>,
    clock: u64,
}

#[derive(Debug)]
struct Asked {
    age: u64,
    origin: Origin,
    /// Who asked has taken it back: an answer may still come and is judged by it, but nobody waits for one.
    cancelled: bool,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self::new(KnowledgeLimits::default())
    }
}

impl Knowledge {
    /// Nothing known yet.
    #[must_use]
    pub fn new(limits: KnowledgeLimits) -> Self {
        let hasher = RandomState::new();
        let nobody = hasher.hash_one((None::<&str>, None::<&str>));
        Self { limits, hasher, nobody, shards: Default::default() }
    }

    /// A number that no other has.
    pub(super) const fn number(&self) -> u64 {
        self.nobody
    }

    /// The session of a message.
    #[must_use]
    pub fn key(&self, context: &Context<'_>) -> SessionKey {
        SessionKey {
            owner: match (context.tenant, context.principal) {
                (None, None) => self.nobody,
                owner => self.hasher.hash_one(owner),
            },
            session: self.hasher.hash_one((context.server, context.session)),
        }
    }

    /// The request that `id` answers. `flow` is the answer's.
    #[must_use]
    pub fn origin(&self, key: SessionKey, flow: Flow, id: &RequestId) -> Option<Origin> {
        let sessions = self.lock(key);
        let pending = sessions.by_key.get(&key)?.pending(flow.reverse());
        pending.by_id.get(id).map(|asked| asked.origin.clone())
    }

    /// Whether a request with this id that travels in `flow` waits for its answer, and was not cancelled.
    #[must_use]
    pub fn is_waiting(&self, key: SessionKey, flow: Flow, id: &RequestId) -> bool {
        let sessions = self.lock(key);
        let asked = sessions.by_key.get(&key).and_then(|session| session.pending(flow).by_id.get(id));
        asked.is_some_and(|asked| !asked.cancelled)
    }

    /// Remembers a request that travels in `flow`. Returns whether its id was free.
    pub fn ask(&self, key: SessionKey, flow: Flow, origin: Origin) -> bool {
        self.with(key, |session, limits| {
            let pending = session.pending_mut(flow);
            if pending.by_id.len() >= limits.pending {
                let oldest = pending.by_id.iter().min_by_key(|(_, asked)| (!asked.cancelled, asked.age));
                let oldest = oldest.map(|(id, _)| id.clone());
                oldest.and_then(|id| pending.by_id.remove(&id));
            }
            pending.clock += 1;
            let asked = Asked { age: pending.clock, origin, cancelled: false };
            pending.by_id.insert(asked.origin.id().clone(), asked).is_none()
        })
    }

    /// Forgets the request that `id` answered. `flow` is the answer's.
    pub fn answered(&self, key: SessionKey, flow: Flow, id: &RequestId) -> Option<Origin> {
        let mut sessions = self.lock(key);
        let pending = sessions.by_key.get_mut(&key)?.pending_mut(flow.reverse());
        pending.by_id.remove(id).map(|asked| asked.origin)
    }

    /// Notes that the side that asked has cancelled its request `id`. `flow` is the request's. An answer that was under
    /// way may still come (MCP, cancellation), so what it answers stays known.
    pub fn cancelled(&self, key: SessionKey, flow: Flow, id: &RequestId) {
        let mut sessions = self.lock(key);
        let asked = sessions.by_key.get_mut(&key).and_then(|session| session.pending_mut(flow).by_id.get_mut(id));
        if let Some(asked) = asked {
            asked.cancelled = true;
        }
    }

    /// Every request in flight in `flow` that was not cancelled, oldest first; all are forgotten. For a carrier whose
    /// other side is gone.
    #[must_use]
    pub fn take_pending(&self, key: SessionKey, flow: Flow) -> Vec<Origin> {
        let mut sessions = self.lock(key);
        let Some(session) = sessions.by_key.get_mut(&key) else { return Vec::new() };
        let mut pending: Vec<_> = session.pending_mut(flow).by_id.drain().map(|(_, asked)| asked).collect();
        pending.retain(|asked| !asked.cancelled);
        pending.sort_unstable_by_key(|asked| asked.age);
        pending.into_iter().map(|asked| asked.origin).collect()
    }

    /// The protocol version that the session negotiated.
    #[must_use]
    pub fn protocol(&self, key: SessionKey) -> Option<Name> {
        self.lock(key).by_key.get(&key)?.protocol.clone()
    }

    /// Remembers the protocol version that the session negotiated.
    pub fn negotiated(&self, key: SessionKey, protocol: &str) {
        self.with(key, |session, _| session.protocol = Some(Name::new(protocol)));
    }

    /// What the schema of a tool says, if its listing has been seen.
    #[must_use]
    pub fn tool(&self, key: SessionKey, name: &str) -> Option<Arc<ToolSchema>> {
        self.lock(key).by_key.get(&key)?.tools.get(&Name::new(name)).cloned()
    }

    /// Remembers a tool's schema.
    pub fn listed(&self, key: SessionKey, name: &str, schema: ToolSchema) {
        self.with(key, |session, limits| {
            if session.tools.len() < limits.tools || session.tools.contains_key(&Name::new(name)) {
                session.tools.insert(Name::new(name), Arc::new(schema));
            }
        });
    }

    /// The numbers of secrets of these types in a session; `None` is a session that nobody has named. Without `keep` nothing changes.
    pub(crate) fn numbers(&self, key: Option<SessionKey>, keep: bool, secrets: &[(String, &[u8])]) -> Vec<u32> {
        let number = |placeholders: &mut Placeholders| {
            let each =
                secrets.iter().map(|(kind, secret)| placeholders.number(kind, self.hasher.hash_one((kind, secret))));
            each.collect()
        };
        match key {
            Some(key) if keep => self.with(key, |session, _| number(&mut session.placeholders)),
            Some(key) => {
                let known = self.lock(key).by_key.get(&key).map(|session| session.placeholders.clone());
                number(&mut known.unwrap_or_default())
            }
            None => number(&mut Placeholders::default()),
        }
    }

    /// Remembers what a tool declares.
    pub(crate) fn declare(&self, key: SessionKey, name: &str, schemas: Schemas) {
        self.with(key, |session, limits| session.declared.declare(name, schemas, limits.tools));
    }

    /// What a tool declares, if that is remembered.
    pub(crate) fn declared(&self, key: SessionKey, name: &str) -> Option<Arc<Schemas>> {
        self.lock(key).by_key.get(&key)?.declared.of(name)
    }

    /// Remembers one page of a listing: each entry's name, and whether it was held back.
    pub(crate) fn paged<'n>(
        &self,
        key: SessionKey,
        kind: EntryKind,
        entries: impl Iterator<Item = Listed<'n>>,
        last: bool,
    ) {
        self.with(key, |session, limits| session.held.page(kind, entries, last, limits.tools));
    }

    /// Whether an earlier page of the listing that is under way has an entry `name`.
    pub(crate) fn was_paged(&self, key: SessionKey, kind: EntryKind, name: &str) -> bool {
        self.lock(key).by_key.get(&key).is_some_and(|session| session.held.was_paged(kind, name))
    }

    /// Whether `name` was held back when it was last listed.
    pub(crate) fn is_held(&self, key: SessionKey, kind: EntryKind, name: &str, is_locked: bool) -> bool {
        self.lock(key).by_key.get(&key).is_some_and(|session| session.held.is_held(kind, name, is_locked))
    }

    /// Keeps what placeholders stand for, for calls to the server that said it.
    pub(crate) fn keep_tokens(&self, key: SessionKey, marked: &[(Secret, String)]) {
        self.with(key, |session, _| marked.iter().for_each(|(secret, mark)| session.tokens.keep(mark, secret)));
    }

    /// What a placeholder stands for in this session.
    pub(crate) fn token(&self, key: SessionKey, mark: &str) -> Option<Secret> {
        self.lock(key).by_key.get(&key)?.tokens.value(mark)
    }

    /// A copy of what is known, for a record or a report: sessions by number, with their pending requests and tools.
    #[must_use]
    pub fn export(&self) -> Vec<SessionExport> {
        let shards = self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner));
        shards.flat_map(|sessions| sessions.by_key.values().map(Session::export).collect::<Vec<_>>()).collect()
    }

    fn lock(&self, key: SessionKey) -> MutexGuard<'_, Sessions> {
        let [first, ..] = &self.shards;
        let shard = self.shards.get(key.session as usize % SHARDS).unwrap_or(first);
        // A panic elsewhere while holding the lock leaves maps that are still whole: go on with them.
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, key: SessionKey, change: impl FnOnce(&mut Session, &KnowledgeLimits) -> T) -> T {
        let mut sessions = self.lock(key);
        sessions.clock += 1;
        let now = sessions.clock;
        if !sessions.by_key.contains_key(&key) {
            sessions.make_room(key.owner, &self.limits);
        }
        let session = sessions.by_key.entry(key).or_default();
        session.touched = now;
        change(session, &self.limits)
    }
}

impl Sessions {
    /// Makes room for one more session of `owner`: their own idlest goes first, so that one who mints sessions starves
    /// only themselves. Only where they have none, the idlest of all goes.
    fn make_room(&mut self, owner: u64, limits: &KnowledgeLimits) {
        let (per_principal, all) = (limits.sessions_per_principal.div_ceil(SHARDS), limits.sessions.div_ceil(SHARDS));
        if self.by_key.len() < per_principal.min(all) {
            return;
        }
        let own = self.by_key.keys().filter(|key| key.owner == owner).count();
        if own < per_principal && self.by_key.len() < all {
            return;
        }
        let idlest = |all: bool| {
            let candidates = self.by_key.iter().filter(|(key, _)| all || key.owner == owner);
            candidates.min_by_key(|(_, session)| session.touched).map(|(key, _)| *key)
        };
        if let Some(key) = idlest(own == 0) {
            self.by_key.remove(&key);
        }
    }
}

impl Session {
    fn pending(&self, flow: Flow) -> &Pending {
        let [to_server, to_client] = &self.pending;
        if flow == Flow::ToServer { to_server } else { to_client }
    }

    fn pending_mut(&mut self, flow: Flow) -> &mut Pending {
        let [to_server, to_client] = &mut self.pending;
        if flow == Flow::ToServer { to_server } else { to_client }
    }

    fn export(&self) -> SessionExport {
        let origins = |flow| {
            let mut pending: Vec<_> = self.pending(flow).by_id.values().collect();
            pending.sort_unstable_by_key(|asked| asked.age);
            pending.into_iter().map(|asked| asked.origin.clone()).collect()
        };
        let mut tools: Vec<_> = self.tools.keys().cloned().collect();
        tools.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        SessionExport {
            protocol: self.protocol.clone(),
            to_server: origins(Flow::ToServer),
            to_client: origins(Flow::ToClient),
            tools,
        }
    }
}

/// What is known of one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SessionExport {
    /// The negotiated protocol version.
    pub protocol: Option<Name>,
    /// Requests in flight to the server, oldest first.
    pub to_server: Vec<Origin>,
    /// Requests in flight to the client, oldest first.
    pub to_client: Vec<Origin>,
    /// Names of the tools whose schema is known.
    pub tools: Vec<Name>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Envelope, Framing, Limits, Message, Tape, envelopes, read};

    fn origin(text: &str) -> Origin {
        let (mut tape, mut found) = (Tape::new(), Vec::<Envelope>::new());
        read(text.as_bytes(), Framing::Line, &Limits::default(), &mut tape);
        envelopes(&mut tape, text.as_bytes(), &Limits::default(), &mut found);
        Origin::of(&tape, &found[0], text.as_bytes()).unwrap()
    }

    fn ping(id: &str) -> Origin {
        origin(&format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"x"}}}}"#))
    }

    #[test]
    fn an_answer_finds_its_request_by_id_type_and_direction() {
        let known = Knowledge::default();
        let key = known.key(Message::to_server(b"").session("a").context());
        assert!(known.ask(key, Flow::ToServer, ping("7")));
        assert!(!known.ask(key, Flow::ToServer, ping("7")));
        assert_eq!(known.origin(key, Flow::ToClient, ping("7").id()).unwrap().target(), Some("x"));
        assert_eq!(known.origin(key, Flow::ToClient, ping("\"7\"").id()), None);
        assert_eq!(known.origin(key, Flow::ToServer, ping("7").id()), None);
        let other = known.key(Message::to_server(b"").session("b").context());
        assert_eq!(known.origin(other, Flow::ToClient, ping("7").id()), None);
        assert!(known.answered(key, Flow::ToClient, ping("7").id()).is_some());
        assert_eq!(known.answered(key, Flow::ToClient, ping("7").id()), None);
    }

    #[test]
    fn who_mints_sessions_starves_only_themselves() {
        let known = Knowledge::new(KnowledgeLimits {
            sessions_per_principal: 3 * SHARDS,
            sessions: 4 * SHARDS,
            pending: 2,
            tools: 1,
        });
        let honest = known.key(Message::to_server(b"").principal("honest").session("s").context());
        known.ask(honest, Flow::ToServer, ping("1"));
        for session in 0..1000 {
            let name = session.to_string();
            let key = known.key(Message::to_server(b"").principal("greedy").session(&name).context());
            known.ask(key, Flow::ToServer, ping("1"));
        }
        assert!(known.origin(honest, Flow::ToClient, ping("1").id()).is_some());
        assert_eq!(known.export().len(), 3 * SHARDS + 1);
    }

    #[test]
    fn pending_requests_and_tools_are_bounded() {
        let known = Knowledge::new(KnowledgeLimits { sessions_per_principal: 48, sessions: 64, pending: 2, tools: 1 });
        let key = known.key(Message::to_server(b"").context());
        for id in ["1", "2", "3"] {
            known.ask(key, Flow::ToServer, ping(id));
        }
        assert_eq!(known.origin(key, Flow::ToClient, ping("1").id()), None);
        known.listed(key, "a", ToolSchema::default());
        known.listed(key, "b", ToolSchema::default());
        assert!(known.tool(key, "a").is_some() && known.tool(key, "b").is_none());
        let pending: Vec<_> = known.take_pending(key, Flow::ToServer).iter().map(|o| o.id().clone()).collect();
        assert_eq!(pending, [ping("2").id().clone(), ping("3").id().clone()]);
    }

    #[test]
    fn a_cancelled_request_is_still_known_but_makes_room_first() {
        let known = Knowledge::new(KnowledgeLimits { pending: 2, ..KnowledgeLimits::default() });
        let key = known.key(Message::to_server(b"").context());
        known.ask(key, Flow::ToServer, ping("1"));
        known.ask(key, Flow::ToServer, ping("2"));
        known.cancelled(key, Flow::ToServer, ping("2").id());
        known.cancelled(key, Flow::ToClient, ping("1").id());
        assert!(known.origin(key, Flow::ToClient, ping("2").id()).is_some());
        known.ask(key, Flow::ToServer, ping("3"));
        assert_eq!(known.origin(key, Flow::ToClient, ping("2").id()), None);
        assert_eq!(known.take_pending(key, Flow::ToServer), [ping("1"), ping("3")]);
    }
}
