//! What the analyzers understand of a message, handed to the rules field by field.
//!
//! Nothing is kept: each text is parsed, the rules look, and the next one is parsed in the same memory.

use std::cell::{Cell, RefCell};

use crate::message::{Field, FieldKind};
use crate::normalize::{Decoder, Notes, ViewPool};
use crate::rules::{Fact, FactSource, FieldFact};

/// The analyzers' buffers.
#[derive(Debug, Default)]
pub(crate) struct FactScratch {}

/// The fields of one message, to be analyzed when rules ask.
pub(crate) struct Facts<'a> {
    fields: &'a [Field],
    arena: &'a [u8],
    pool: &'a ViewPool,
    notes: &'a [Notes],
    scratch: RefCell<&'a mut FactScratch>,
    unread: Cell<bool>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(
        fields: &'a [Field],
        arena: &'a [u8],
        pool: &'a ViewPool,
        notes: &'a [Notes],
        scratch: &'a mut FactScratch,
    ) -> Self {
        Self { fields, arena, pool, notes, scratch: RefCell::new(scratch), unread: Cell::new(false) }
    }

    /// Whether an analyzer could not read all of a text.
    pub(crate) fn unread(&self) -> bool {
        self.unread.get()
    }
}

impl FactSource for Facts<'_> {
    fn facts(&self, visit: &mut dyn FnMut(FieldFact<'_>)) {
        let Ok(mut scratch) = self.scratch.try_borrow_mut() else { return };
        let mut views = self.pool.views().iter().zip(0_u32..).peekable();
        for ((at, field), notes) in (0_u32..).zip(self.fields).zip(self.notes) {
            let text = field.text.of(self.arena);
            let mut tell =
                |view: Option<u32>, fact: Fact<'_>| visit(FieldFact { field: at, kind: field.kind, view, fact });
            if !notes.is_empty() {
                tell(None, Fact::Notes(*notes, text));
            }
            let mut complete = scratch.analyze(field.kind, text, &mut |fact| tell(None, fact));
            while let Some((view, index)) = views.next_if(|(view, _)| view.source == at) {
                if is_read_as(field.kind, view.decoder) {
                    let text = view.span.of(self.pool.bytes());
                    complete &= scratch.analyze(field.kind, text, &mut |fact| tell(Some(index), fact));
                }
            }
            if !complete {
                self.unread.set(true);
            }
        }
    }
}

impl FactScratch {
    /// Parses one text by what it is and tells each fact. Returns whether all of it could be read.
    fn analyze(&mut self, kind: FieldKind, text: &[u8], tell: &mut dyn FnMut(Fact<'_>)) -> bool {
        let _ = (kind, text, tell);
        true
    }
}

/// Whether the reader of a field of this kind undoes this encoding, so that the view is what it acts on. A shell undoes its own
/// quoting (its parser does), but no percent-encoding; nobody runs what base64 in the middle of a path spells.
fn is_read_as(kind: FieldKind, decoder: Decoder) -> bool {
    match decoder {
        Decoder::Visible | Decoder::Unicode => true,
        Decoder::Percent => matches!(kind, FieldKind::Path | FieldKind::Url | FieldKind::Host | FieldKind::Unknown),
        Decoder::Entities | Decoder::Escapes => kind == FieldKind::Unknown,
        _ => false,
    }
}
