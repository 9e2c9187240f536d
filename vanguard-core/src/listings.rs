//! Listings in which nothing was found, by their fingerprint: the same one again need not be judged again. Clients ask for them at every
//! start and every `list_changed`, and hardly ever are they others.

use std::sync::{Mutex, PoisonError};

use crate::inspection::Inspection;
use crate::integrity::Digest;
use crate::message::{MessageKind, NodeKind};

/// Fingerprints remembered; some servers' pages.
const KEPT: usize = 128;
/// Shorter listings are judged as fast as they are hashed.
const SHORTEST: usize = 1024;

/// Fingerprints of listings in which the rules found nothing. The rules and their configuration never change, so neither would
/// their answer.
#[derive(Debug)]
pub(crate) struct Listings {
    clean: Mutex<([Option<Digest>; KEPT], usize)>,
}

impl Default for Listings {
    fn default() -> Self {
        Self { clean: Mutex::new(([None; KEPT], 0)) }
    }
}

impl Listings {
    /// The fingerprint of a listing that answers a request which is known: all of the message but its id, the method, and the server.
    pub(crate) fn fingerprint(inspection: &Inspection<'_>) -> Option<Digest> {
        let (bytes, tape) = (inspection.bytes(), inspection.tape());
        let [envelope] = inspection.envelopes() else { return None };
        let method = inspection.origin(0)?.method();
        let is_listing =
            matches!(method, "tools/list" | "prompts/list" | "resources/list" | "resources/templates/list");
        if envelope.kind != Some(MessageKind::Result) || !is_listing || bytes.len() < SHORTEST {
            return None;
        }
        // A string could say something.
        let id = tape.node(envelope.id?).filter(|node| node.kind == NodeKind::Number)?;
        let before = bytes.get(..id.source.start as usize)?;
        let after = bytes.get(id.source.end as usize..)?;
        let server = inspection.context().server.unwrap_or_default().as_bytes();
        let lengths = [server.len(), method.len(), before.len()].map(usize::to_le_bytes);
        Some(Digest::of_parts([lengths.as_flattened(), server, method.as_bytes(), before, after]))
    }

    /// Whether nothing was found in it before.
    pub(crate) fn is_clean(&self, listing: Digest) -> bool {
        self.clean.lock().unwrap_or_else(PoisonError::into_inner).0.contains(&Some(listing))
    }

    /// Nothing was found in it. The oldest makes room.
    pub(crate) fn add(&self, listing: Digest) {
        let (clean, next) = &mut *self.clean.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = clean.get_mut(*next % KEPT) {
            *place = Some(listing);
        }
        *next = next.wrapping_add(1);
    }
}
