//! The memory that an inspection works in, reused from message to message.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::behavior::Payload;
use crate::l1::L1Scratch;
use crate::message::{Envelope, Field, Tape, Walk};
use crate::normalize::host::UrlScratch;
use crate::padded::Padded;
use crate::session::{LastKey, Origin};
use crate::verdict::Versions;

/// The buffers of one inspection. Keep one per thread and pass it to [`crate::Inspector::inspect_with`], or let the
/// inspector take one from its pool. Nothing of a message outlives the next one, and no huge message keeps its memory.
#[derive(Default)]
pub struct Scratch {
    pub(crate) tape: Tape,
    pub(crate) envelopes: Vec<Envelope>,
    pub(crate) origins: Vec<Option<Origin>>,
    pub(crate) fields: Vec<Field>,
    pub(crate) walk: Walk,
    pub(crate) l1: L1Scratch,
    pub(crate) link: UrlScratch,
    pub(crate) payloads: Vec<Payload>,
    pub(crate) session: LastKey,
    /// The versions of whose verdicts were made here last, and a copy of them for these verdicts: each verdict counts itself among those who hold it,
    /// and threads that change one count wait for each other.
    versions: Option<(Arc<Versions>, Arc<Versions>)>,
}

impl Scratch {
    /// Empty buffers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same versions, held by nobody but verdicts that were made here.
    pub(crate) fn versions(&mut self, of: &Arc<Versions>) -> Arc<Versions> {
        match &self.versions {
            Some((known, own)) if Arc::ptr_eq(known, of) => Arc::clone(own),
            _ => {
                let own = Arc::new(Versions::clone(of));
                self.versions = Some((Arc::clone(of), Arc::clone(&own)));
                own
            }
        }
    }

    pub(crate) fn clear(&mut self) {
        const KEPT_FIELDS: usize = 1 << 16;
        // Views and parses grow with the strings; buffers for a megabyte of them are worth keeping.
        const LARGE: usize = 1 << 20;
        let large = self.tape.arena().len() > LARGE || self.fields.len() > KEPT_FIELDS;
        self.l1.clear(large);
        if large {
            self.link = UrlScratch::default();
            self.payloads = Vec::new();
        }
        self.tape.clear();
        self.envelopes.clear();
        self.origins.clear();
        self.fields.clear();
        self.fields.shrink_to(KEPT_FIELDS);
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its contents are somebody's message: never in a log.
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}

/// Slots with a lock each, so that threads rarely meet.
const SLOTS: usize = 16;

/// Scratches at rest. Taking one never waits: if every slot is taken or empty, a new one is made.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    slots: [Padded<Mutex<Option<Box<Scratch>>>>; SLOTS],
    next: AtomicUsize,
}

impl Pool {
    /// A scratch, and the slot that it is to go back to.
    pub(crate) fn take(&self) -> (usize, Box<Scratch>) {
        let start = self.next.load(Ordering::Relaxed);
        for offset in 0..SLOTS {
            let at = start.wrapping_add(offset) % SLOTS;
            if let Some(mut slot) = self.slots.get(at).and_then(|slot| slot.try_lock().ok())
                && let Some(scratch) = slot.take()
            {
                return (at, scratch);
            }
        }
        (self.next.fetch_add(1, Ordering::Relaxed) % SLOTS, Box::default())
    }

    pub(crate) fn put(&self, at: usize, scratch: Box<Scratch>) {
        if let Some(mut slot) = self.slots.get(at).and_then(|slot| slot.try_lock().ok()) {
            *slot = Some(scratch);
            self.next.store(at, Ordering::Relaxed);
        }
    }
}
