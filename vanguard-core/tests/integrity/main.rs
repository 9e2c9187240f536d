//! What a server claims: locked, read back, and compared with what it says later.

mod changes;
mod live;
mod lock;
mod releases;

use serde_json::Value;
use vanguard_core::integrity::{Claims, Document, Drift, EntryKind, Lock, ServerLock, drift};

/// What two servers say of themselves, by name: `initialize` and the three listings.
fn servers() -> Value {
    serde_json::from_str(include_str!("servers.json")).unwrap()
}

/// A server as locked that says `said`.
fn locked(said: &Value) -> ServerLock {
    let document = |value: &Value| Document::parse(&value.to_string()).unwrap();
    let mut claims = Claims::default();
    claims.introduce(document(&said["initialize"]).json());
    for kind in EntryKind::ALL {
        claims.list(kind, document(&said[kind.list()]).json()).unwrap();
    }
    ServerLock { claims, ..ServerLock::default() }
}

/// The lock of these servers, as it comes back from its file.
fn lock(servers: &Value) -> Lock {
    let all = servers.as_object().unwrap().iter().map(|(name, said)| (name.clone(), locked(said)));
    let lock = Lock { servers: all.collect() };
    Lock::read("vanguard.lock", &lock.to_text()).unwrap()
}

/// What changed in `notes` since it was locked beside the others.
fn changes(now: &Value) -> Vec<Drift> {
    drift(&lock(&servers()), "notes", &locked(now))
}
