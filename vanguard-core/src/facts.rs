//! What the analyzers understand of a message, handed to the rules field by field.
//!
//! Nothing is kept: each text is parsed, the rules look, and the next one is parsed in the same memory.

use std::cell::Cell;

use crate::message::Field;
use crate::normalize::{Notes, ViewPool};
use crate::rules::{FactSource, FieldFact};

/// The analyzers' buffers.
#[derive(Debug, Default)]
pub(crate) struct FactScratch {}

/// The fields of one message, to be analyzed when rules ask.
pub(crate) struct Facts<'a> {
    fields: &'a [Field],
    arena: &'a [u8],
    pool: &'a ViewPool,
    notes: &'a [Notes],
    unread: Cell<bool>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(
        fields: &'a [Field],
        arena: &'a [u8],
        pool: &'a ViewPool,
        notes: &'a [Notes],
        _scratch: &'a mut FactScratch,
    ) -> Self {
        Self { fields, arena, pool, notes, unread: Cell::new(false) }
    }

    /// Whether an analyzer could not read all of a text.
    pub(crate) fn unread(&self) -> bool {
        self.unread.get()
    }
}

impl FactSource for Facts<'_> {
    fn facts(&self, _visit: &mut dyn FnMut(FieldFact<'_>)) {
        let _ = (self.fields, self.arena, self.pool, self.notes);
    }
}
