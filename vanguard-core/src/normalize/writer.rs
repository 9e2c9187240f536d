//! The pen of every decoder: appends a view to the pool, keeps its alignment, and stops at the cap before it is passed.

use std::ops::Range;

use super::decoder::Decoder;
use super::excerpt;
use super::notes::Notes;
use super::pool::{Run, SEPARATOR, Unit, View, ViewPool, narrow};
use crate::message::Span;

/// Runs of a message kept apart; beyond, neighbours are joined: spans grow wider but still enclose, memory stays bounded
/// (1 MiB). Honest messages need a few thousand.
const MAX_RUNS: usize = 1 << 16;

/// Writes one view of a parent text.
///
/// A decoder names what it replaces, in ascending order, and everything between is copied; or it writes pieces, and
/// nothing else gets in. A view to which nothing was written is dropped.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pool: &'a mut ViewPool,
    text: &'a [u8],
    start: usize,
    before: usize,
    first_run: usize,
    cap: usize,
    /// Bytes of the parent that have been dealt with.
    done: usize,
    changed: bool,
    full: bool,
    /// Whether what lies far from any change is left out.
    sparse: bool,
}

/// Whose view is being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) source: u32,
    pub(super) parent: Option<u32>,
    pub(super) decoder: Decoder,
    pub(super) depth: u8,
}

impl<'a> Writer<'a> {
    /// A pen for a view of `text`; the pool's bytes never grow beyond `cap`. A `sparse` one leaves out what lies far from any
    /// change (see [`excerpt`]).
    pub(super) fn new(pool: &'a mut ViewPool, text: &'a [u8], cap: usize, sparse: bool) -> Self {
        let (before, first_run) = (pool.bytes.len(), pool.runs.len());
        let mut full = false;
        if before != 0 {
            full = before >= cap;
            if !full {
                pool.bytes.push(SEPARATOR);
            }
        }
        let start = pool.bytes.len();
        Self { pool, text, start, before, first_run, cap, done: 0, changed: false, full, sparse }
    }

    /// Whether the cap was hit: what follows is not written, and a decoder may stop.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Whether anything was written that isn't a copy.
    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// Copies the parent up to `range`, then writes `bytes` in its place.
    pub(super) fn replace(&mut self, range: Range<usize>, bytes: &[u8]) {
        self.replace_by(range, bytes, Unit::BLOCK);
    }

    /// The same for bytes that come in steps of `unit`.
    pub(super) fn replace_by(&mut self, range: Range<usize>, bytes: &[u8], unit: Unit) {
        self.copy(range.start);
        self.put(range, bytes, unit);
    }

    /// Writes `bytes` for `range` of the parent, after a line break if it isn't the first piece; copies nothing.
    pub(super) fn piece(&mut self, range: Range<usize>, bytes: &[u8], unit: Unit) {
        if self.pool.bytes.len() > self.start {
            // A decoder may go over the text twice: what it finds then stands before what it found at first.
            self.append(self.done.min(range.start)..range.start, b"\n", Unit::BLOCK);
        }
        self.done = range.start;
        self.put(range, bytes, unit);
    }

    /// The same for characters that are made one by one.
    pub(super) fn piece_of(&mut self, range: Range<usize>, chars: impl Iterator<Item = char>, unit: Unit) {
        let mut buffer = self.take_buffer();
        collect(chars, self.room(), &mut buffer);
        self.piece(range, &buffer, unit);
        self.give_buffer(buffer);
    }

    /// [`Writer::replace`] for characters that are made one by one. Does nothing if they are what stands there already.
    pub(super) fn replace_with(&mut self, range: Range<usize>, chars: impl Iterator<Item = char>) {
        let mut buffer = self.take_buffer();
        collect(chars, self.room(), &mut buffer);
        if self.text.get(range.clone()) != Some(buffer.as_slice()) {
            self.replace(range, &buffer);
        }
        self.give_buffer(buffer);
    }

    /// How many bytes still fit.
    fn room(&self) -> usize {
        self.cap.saturating_sub(self.pool.bytes.len())
    }

    /// A reused buffer, empty; to be given back.
    pub(super) fn take_buffer(&mut self) -> Vec<u8> {
        let mut buffer = self.pool.buffers.pop().unwrap_or_default();
        buffer.clear();
        buffer
    }

    /// Keeps a buffer for the next use.
    pub(super) fn give_buffer(&mut self, buffer: Vec<u8>) {
        self.pool.buffers.push(buffer);
    }

    /// Copies the parent up to, not including, `end`.
    fn copy(&mut self, end: usize) {
        let text = self.text;
        if self.sparse
            && let Some(cut) = excerpt::gap(text, self.done..end)
        {
            self.append(self.done..cut.start, text.get(self.done..cut.start).unwrap_or_default(), Unit::COPY);
            self.append(cut.clone(), excerpt::MARK, Unit::BLOCK);
            self.done = cut.end;
        }
        if let Some(gap) = text.get(self.done..end).filter(|gap| !gap.is_empty()) {
            self.append(self.done..end, gap, Unit::COPY);
            self.done = end;
        }
    }

    fn put(&mut self, range: Range<usize>, bytes: &[u8], unit: Unit) {
        self.changed = true;
        self.append(range.clone(), bytes, unit);
        self.done = range.end;
    }

    fn append(&mut self, range: Range<usize>, bytes: &[u8], unit: Unit) {
        if self.full || bytes.len() > self.room() {
            self.full = true;
            return;
        }
        if bytes.is_empty() {
            return;
        }
        let out = narrow(self.pool.bytes.len() - self.start);
        self.align(out, Span::of_usize(range.start, range.end), unit);
        self.pool.bytes.extend_from_slice(bytes);
    }

    fn align(&mut self, out: u32, source: Span, unit: Unit) {
        let coarse = self.pool.runs.len() >= MAX_RUNS;
        if let Some(last) = self.pool.runs.get_mut(self.first_run..).and_then(<[Run]>::last_mut) {
            let steps = out.saturating_sub(last.out).checked_div(u32::from(last.unit.out));
            let whole = steps.map(|steps| steps * u32::from(last.unit.source));
            if last.unit == unit
                && last.source.end == source.start
                && whole == Some(last.source.end - last.source.start)
            {
                last.source.end = source.end;
                return;
            }
            if coarse {
                last.unit = Unit::BLOCK;
                last.source.end = last.source.end.max(source.end);
                return;
            }
        }
        self.pool.runs.push(Run { out, source, unit });
    }

    /// Drops what was written.
    fn discard(self) {
        self.pool.bytes.truncate(self.before);
        self.pool.runs.truncate(self.first_run);
    }

    /// Completes a view that replaces: the rest of the parent is copied. `None` if nothing was replaced or the same text
    /// is there already (then nothing is kept).
    pub(super) fn finish(mut self, origin: Origin, notes: Notes, siblings: u32) -> Option<u32> {
        if self.changed {
            self.copy(self.text.len());
        }
        self.finish_pieces(origin, notes, siblings)
    }

    /// Completes a view of pieces.
    pub(super) fn finish_pieces(self, origin: Origin, mut notes: Notes, siblings: u32) -> Option<u32> {
        let (written, earlier) = self.pool.bytes.split_at_checked(self.start).map(|(e, w)| (w, e)).unwrap_or_default();
        let known = |view: &View| view.span.len() == written.len() && view.span.of(earlier) == written;
        let rest = self.pool.views.get(siblings as usize..).unwrap_or_default();
        if !self.changed || written.is_empty() || written == self.text || rest.iter().any(known) {
            self.discard();
            return None;
        }
        if self.full {
            notes |= Notes::EXHAUSTED;
        }
        let span = Span::of_usize(self.start, self.pool.bytes.len());
        let Origin { source, parent, decoder, depth } = origin;
        self.pool.push(View::new(span, source, parent, decoder, depth, notes), self.first_run);
        Some(narrow(self.pool.views.len() - 1))
    }
}

/// Writes characters until they would be more than fits: what is longer than `room` is refused later, so that nothing
/// that expands is produced beyond the cap.
fn collect(chars: impl Iterator<Item = char>, room: usize, buffer: &mut Vec<u8>) {
    for value in chars {
        buffer.extend_from_slice(value.encode_utf8(&mut [0; 4]).as_bytes());
        if buffer.len() > room {
            return;
        }
    }
}
