//! What is known around a definition: which hosts its server has named, its tools, and those of other servers.

use std::collections::{BTreeMap, BTreeSet};

use super::meaning::{Meanings, Same};
use super::text::hosts;
use crate::integrity::lookalike::Looks;
use crate::integrity::{EntryKind, Json, Lock, ServerLock};

/// What a changed text is held against.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// Hosts that the locked texts name.
    pub(super) hosts: BTreeSet<String>,
    /// Tools of the server.
    pub(super) own: BTreeSet<String>,
    /// Tools of other servers, with their server.
    pub(super) others: BTreeMap<String, String>,
    /// What locked names look like, by kind, and those of others' tools.
    pub(super) looks: [Looks; 3],
    pub(super) others_look: Looks,
    /// What those are for.
    pub(super) others_mean: Meanings,
}

impl World {
    /// The world of `server` in `lock`.
    pub(crate) fn of(lock: &Lock, server: &str) -> Self {
        let mut world = Self::default();
        for (name, locked) in &lock.servers {
            if name == server {
                world.learn(locked);
            } else {
                for (tool, definition) in &locked.claims.tools {
                    world.others_mean.add(name, tool, definition.json());
                    world.others_look.add(tool);
                    world.others.insert(tool.clone(), name.clone());
                }
            }
        }
        world
    }

    fn learn(&mut self, server: &ServerLock) {
        let claims = &server.claims;
        let texts = [&claims.instructions, &server.identity.url].into_iter().flatten().map(String::as_str);
        let documents = [&claims.server, &claims.capabilities].into_iter().flatten();
        let entries = EntryKind::ALL.into_iter().flat_map(|kind| claims.entries(kind).values());
        let documents = documents.chain(entries).map(|document| document.text());
        self.hosts.extend(texts.chain(documents).flat_map(hosts));
        self.own.extend(claims.tools.keys().cloned());
        for (kind, looks) in EntryKind::ALL.into_iter().zip(&mut self.looks) {
            claims.entries(kind).keys().for_each(|name| looks.add(name));
        }
    }

    /// Whether the server has named `host`, or one that it is a part of.
    pub(super) fn knows(&self, host: &str) -> bool {
        let parents = host.match_indices('.').filter_map(|(at, _)| host.get(at + 1..));
        // Every schema may name its dialect.
        host == "json-schema.org"
            || self.hosts.contains(host)
            || parents.filter(|parent| parent.contains('.')).any(|parent| self.hosts.contains(parent))
    }

    /// The locked name that `name` can be taken for.
    pub(super) fn looks_like(&self, kind: EntryKind, name: &str) -> Option<(&'static str, &str)> {
        EntryKind::ALL.into_iter().zip(&self.looks).find(|(of, _)| *of == kind)?.1.of(name)
    }

    /// The tool of another server that a tool called `name` can be taken for, and that server.
    pub(super) fn collides(&self, kind: EntryKind, name: &str) -> Option<(&'static str, &str, &str)> {
        let (how, other) = self.others_look.of(name).filter(|_| kind == EntryKind::Tool)?;
        Some((how, other, self.others.get(other)?))
    }

    /// The tool of another server that does what the tool `name` does.
    pub(super) fn same(&self, kind: EntryKind, name: &str, definition: Json<'_>) -> Option<Same<'_>> {
        (kind == EntryKind::Tool).then(|| self.others_mean.of(name, definition))?
    }
}
