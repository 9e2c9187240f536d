//! A whole server: what it says of itself, and everything it defines.

use super::{Drift, DriftKind, World, added, changed, identity_drift, renamed, text};
use crate::finding::Severity;
use crate::integrity::{Claims, EntryKind, Lock, ServerLock, canonical};

/// Everything that changed since `server` was locked, in the order of a lock.
#[must_use]
pub fn drift(lock: &Lock, server: &str, now: &ServerLock) -> Vec<Drift> {
    let empty = ServerLock::default();
    let locked = lock.servers.get(server).unwrap_or(&empty);
    let mut world = World::of(lock, server);
    world.own.extend(now.claims.tools.keys().cloned());
    let mut found = identity_drift(&locked.identity, &now.identity);
    found.extend(introduction(&world, &locked.claims, &now.claims));
    for kind in EntryKind::ALL {
        let (was, is) = (locked.claims.entries(kind), now.claims.entries(kind));
        for (name, document) in is {
            match was.get(name) {
                Some(old) if old == document => {}
                Some(old) => found.extend(changed(&world, kind, name, old.json(), document.json())),
                None => {
                    let new = added(&world, kind, name, document.json()).into_iter();
                    found.extend(new.map(|drift| renamed(&world, drift, |other| is.contains_key(other))));
                }
            }
        }
        for name in was.keys().filter(|name| !is.contains_key(*name)) {
            found.push(removed(kind, name));
        }
    }
    found
}

/// A definition that is locked and no longer there.
pub(crate) fn removed(kind: EntryKind, name: &str) -> Drift {
    Drift::new(DriftKind::Removed, Severity::Low, "", format!("the {} `{name}` is gone", kind.as_str())).of(kind, name)
}

/// What changed in how a server introduces itself.
pub(crate) fn introduction(world: &World, old: &Claims, new: &Claims) -> Vec<Drift> {
    let mut found = Vec::new();
    if let (Some(was), Some(is)) = (&old.protocol, &new.protocol)
        && was != is
    {
        let drift =
            Drift::new(DriftKind::Protocol, Severity::Low, "/protocolVersion", "it speaks another protocol version");
        found.push(drift.seen(was, is));
    }
    let value = |document: &Option<std::sync::Arc<crate::integrity::Document>>, name: &str| {
        let value = document.as_ref().and_then(|document| document.json().member(name));
        value.map(|value| value.str().map_or_else(|| canonical(value), str::to_owned)).unwrap_or_default()
    };
    let (was, is) = (value(&old.server, "name"), value(&new.server, "name"));
    if was != is {
        let drift =
            Drift::new(DriftKind::Identity, Severity::Medium, "/serverInfo/name", "it calls itself by another name");
        found.push(drift.seen(&was, &is));
    }
    let (was, is) = (value(&old.server, "version"), value(&new.server, "version"));
    if was != is {
        let drift = Drift::new(DriftKind::Version, Severity::Low, "/serverInfo/version", "it is another version");
        found.push(drift.seen(&was, &is));
    }
    for member in ["title", "description", "websiteUrl", "icons"] {
        let (was, is) = (value(&old.server, member), value(&new.server, member));
        found.extend(text::compare(world, "", &was, &is, &format!("/serverInfo/{member}")));
    }
    found.extend(capabilities(old, new));
    let (was, is) = (old.instructions.as_deref().unwrap_or(""), new.instructions.as_deref().unwrap_or(""));
    found.extend(text::compare(world, "", was, is, "/instructions").into_iter().map(|drift| match drift.kind {
        DriftKind::Wording => {
            Drift { kind: DriftKind::Instructions, reason: "other instructions for the model".to_owned(), ..drift }
        }
        _ => drift,
    }));
    found
}

fn capabilities(old: &Claims, new: &Claims) -> Option<Drift> {
    let names = |claims: &Claims| -> Vec<String> {
        let document = claims.capabilities.as_ref();
        document.into_iter().flat_map(|document| document.json().members()).map(|(name, _)| name.to_owned()).collect()
    };
    let text = |claims: &Claims| claims.capabilities.as_ref().map_or("", |document| document.text()).to_owned();
    if text(old) == text(new) {
        return None;
    }
    let (was, is) = (names(old), names(new));
    let listed = |names: Vec<&String>| names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let come = listed(is.iter().filter(|name| !was.contains(name)).collect());
    let gone = listed(was.iter().filter(|name| !is.contains(name)).collect());
    let reason = match (come.is_empty(), gone.is_empty()) {
        (false, true) => format!("it offers more: {come}"),
        (true, false) => format!("it offers less: no {gone}"),
        (false, false) => format!("it offers {come} and no longer {gone}"),
        (true, true) => "it offers the same in another way".to_owned(),
    };
    Some(Drift::new(DriftKind::Capabilities, Severity::Low, "/capabilities", reason).seen(&text(old), &text(new)))
}
