//! The lock: for each server who it is and what it may claim. A JSON file made to be read and compared by people: definitions
//! in full, one member a line, sorted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::canonical::write_string;
use super::{Claims, Digest, Document, EntryKind, Identity, print};

/// The version of the format that is written, and the only one that is read.
pub const LOCK_VERSION: u32 = 1;

/// The locked servers by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The servers.
    pub servers: BTreeMap<String, ServerLock>,
}

/// What is locked of one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerLock {
    /// Who it is.
    pub identity: Identity,
    /// What it says of itself.
    pub claims: Claims,
}

impl ServerLock {
    /// A digest of everything the server claims: the same for servers that say the same, in whatever order.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut parts = Vec::new();
        let mut add = |name: &str, text: &str| {
            let mut line = String::new();
            write_string(name, &mut line);
            line.push(':');
            line.push_str(text);
            line.push('\n');
            parts.push(line);
        };
        let Claims { protocol, server, capabilities, instructions, .. } = &self.claims;
        for (name, text) in [("protocol", protocol), ("instructions", instructions)] {
            let mut quoted = String::new();
            write_string(text.as_deref().unwrap_or_default(), &mut quoted);
            add(name, if text.is_some() { &quoted } else { "null" });
        }
        for (name, document) in [("server", server), ("capabilities", capabilities)] {
            add(name, document.as_deref().map_or("null", Document::text));
        }
        for kind in EntryKind::ALL {
            for (name, document) in self.claims.entries(kind) {
                add(&format!("{}/{name}", kind.list()), document.text());
            }
        }
        Digest::of_parts(parts)
    }
}

impl ServerLock {
    /// Takes over what `now` says of one definition: its new form, that it is there, or that it is gone.
    pub fn accept(&mut self, kind: EntryKind, name: &str, now: &Self) {
        let entries = self.claims.entries_mut(kind);
        match now.claims.entries(kind).get(name) {
            Some(document) => drop(entries.insert(name.to_owned(), Arc::clone(document))),
            None => drop(entries.remove(name)),
        }
    }

    /// Takes over who `now` is, and all that it says of itself but its definitions.
    pub fn accept_introduction(&mut self, now: &Self) {
        let Claims { protocol, server, capabilities, instructions, .. } = now.claims.clone();
        self.identity = now.identity.clone();
        self.claims = Claims { protocol, server, capabilities, instructions, ..std::mem::take(&mut self.claims) };
    }
}

impl Lock {
    /// The lock as the text of its file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = format!("{{\n  \"vanguardLock\": {LOCK_VERSION},\n  \"servers\": {{");
        for (at, (name, server)) in self.servers.iter().enumerate() {
            out.push_str(if at == 0 { "\n    " } else { ",\n    " });
            write_string(name, &mut out);
            out.push_str(": ");
            write_server(server, &mut out);
        }
        out.push_str(if self.servers.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
        out
    }
}

fn write_server(server: &ServerLock, out: &mut String) {
    let mut object = print::Object::new(out, 3);
    let Claims { protocol, server: info, capabilities, instructions, .. } = &server.claims;
    // A struct of strings and lists is always JSON.
    let identity = serde_json::to_string(&server.identity).ok().and_then(|text| Document::parse(&text));
    object.document("identity", identity.as_ref());
    object.string("protocol", protocol.as_deref());
    object.document("server", info.as_deref());
    object.document("capabilities", capabilities.as_deref());
    object.string("instructions", instructions.as_deref());
    object.string("fingerprint", Some(&server.digest().to_string()));
    for kind in EntryKind::ALL {
        object.object(kind.list(), |entries| {
            for (name, document) in server.claims.entries(kind) {
                entries.object(name, |entry| write_entry(document, entry));
            }
        });
    }
    object.close();
}

fn write_entry(document: &Arc<Document>, entry: &mut print::Object<'_>) {
    entry.string("fingerprint", Some(&document.digest().to_string()));
    entry.object("fields", |fields| {
        for (name, digest) in document.fields() {
            fields.string(name, Some(&digest.to_string()));
        }
    });
    entry.document("definition", Some(document));
}
