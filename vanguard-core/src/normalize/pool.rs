//! Where views live: one buffer for a message, reused, every byte of it traceable to the bytes it was made from.

use std::ops::Range;

use super::decoder::Decoder;
use super::notes::Notes;
use crate::message::Span;

/// Stands between two views, so that one scan over all of them finds nothing that straddles two. It is in no UTF-8 text.
pub const SEPARATOR: u8 = 0xFF;

/// Bytes of each buffer that stay from message to message.
const KEPT: usize = 1 << 20;

/// A string as one of its readers would understand it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its bytes in [`ViewPool::bytes`]: UTF-8 where the source was.
    pub span: Span,
    /// The caller's name for the string it comes from.
    pub source: u32,
    /// The view it was decoded from; `None` for the string itself.
    pub parent: Option<u32>,
    /// What made it of its parent.
    pub decoder: Decoder,
    /// How many layers of encoding were taken off, 1 at least.
    pub depth: u8,
    /// What was noticed while making this view.
    pub notes: Notes,
    /// Its alignment, in [`ViewPool::runs`].
    runs: Range<u32>,
}

/// How bytes of a view come from bytes of its parent. A run reaches to the next run's `out`, or to the view's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Where it begins, counted from the view's first byte.
    pub out: u32,
    /// The bytes of the parent, counted from the parent's first byte.
    pub source: Span,
    /// Every `unit.out` bytes come from `unit.source` bytes, in order; a zero means the run comes from `source` as a whole.
    pub unit: Unit,
}

/// The step of a run: `1:1` for a copy, `1:3` for `%XX`, `3:4` for base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Bytes of the view.
    pub out: u8,
    /// Bytes of the parent.
    pub source: u8,
}

impl Unit {
    /// Byte for byte.
    pub const COPY: Self = Self { out: 1, source: 1 };
    /// No finer alignment than the whole run.
    pub const BLOCK: Self = Self { out: 0, source: 0 };
}

impl Run {
    /// First byte of the parent for the byte at `offset` into this run.
    fn lower(&self, offset: u32) -> u32 {
        match offset.checked_div(u32::from(self.unit.out)) {
            Some(step) => (self.source.start + step * u32::from(self.unit.source)).min(self.source.end),
            None => self.source.start,
        }
    }

    /// One past the last byte of the parent for the byte at `offset` into this run.
    fn upper(&self, offset: u32) -> u32 {
        match offset.checked_div(u32::from(self.unit.out)) {
            Some(step) => (self.source.start + (step + 1) * u32::from(self.unit.source)).min(self.source.end),
            None => self.source.end,
        }
    }
}

/// All views of a message. Made once, then reused: warm, it allocates nothing.
#[derive(Debug, Default)]
pub struct ViewPool {
    pub(super) bytes: Vec<u8>,
    pub(super) runs: Vec<Run>,
    pub(super) views: Vec<View>,
    /// The text being decoded, copied out of `bytes` so that `bytes` can grow.
    pub(super) scratch: Vec<u8>,
    /// Buffers of decoders that judge what they made before they write it.
    pub(super) buffers: Vec<Vec<u8>>,
    /// Runs of base64 characters in the text being decoded.
    pub(super) base_runs: Vec<Range<usize>>,
    message: usize,
    /// Bytes of views of this message that were given up for others.
    spent: usize,
}

impl ViewPool {
    /// Makes room for the views of a message of `message` bytes; what was there before is gone.
    pub fn begin(&mut self, message: usize) {
        self.go_on();
        self.message = message;
        self.spent = 0;
        // What one huge message needed is given back.
        self.bytes.shrink_to(KEPT);
        self.runs.shrink_to(KEPT / size_of::<Run>());
        self.views.shrink_to(KEPT / size_of::<View>());
        self.scratch.shrink_to(KEPT);
        self.base_runs.shrink_to(KEPT / size_of::<Range<usize>>());
        self.buffers.iter_mut().for_each(|buffer| buffer.shrink_to(KEPT));
    }

    /// Gives the views up for those of the message's next strings, which may be as many as are left to it.
    pub(crate) fn go_on(&mut self) {
        self.spent = self.spent.saturating_add(self.bytes.len());
        self.bytes.clear();
        self.runs.clear();
        self.views.clear();
    }

    /// Empties the pool and keeps its memory.
    pub fn clear(&mut self) {
        self.begin(0);
    }

    /// The bytes of all views, a [`SEPARATOR`] between any two.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All views, parents before children; those of one source are neighbours, and their spans ascend.
    #[must_use]
    pub fn views(&self) -> &[View] {
        &self.views
    }

    /// The alignment of one view to its parent, for those who want more than [`ViewPool::source_span`].
    #[must_use]
    pub fn runs(&self, view: &View) -> &[Run] {
        self.runs.get(view.runs.start as usize..view.runs.end as usize).unwrap_or_default()
    }

    /// The text of a view; empty if there is no such view.
    #[must_use]
    pub fn text(&self, view: u32) -> &[u8] {
        self.views.get(view as usize).map_or(&[], |view| view.span.of(&self.bytes))
    }

    /// The view that holds the byte at `offset` of [`ViewPool::bytes`], for a scan over all of them.
    #[must_use]
    pub fn view_at(&self, offset: u32) -> Option<u32> {
        let after = self.views.partition_point(|view| view.span.start <= offset);
        let (index, view) =
            self.views.get(..after)?.iter().enumerate().rev().find(|(_, view)| !view.span.is_empty())?;
        (offset < view.span.end).then(|| u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The bytes of the original string that `part` of a view (counted from the view's first byte) was made from. It
    /// encloses them always, and is exact where the decoder is; what lies outside the view is clamped to it.
    #[must_use]
    pub fn source_span(&self, view: u32, part: Span) -> Span {
        let (mut at, mut part) = (Some(view), part);
        while let Some(view) = at.and_then(|index| self.views.get(index as usize)) {
            part = self.parent_span(view, part);
            // A parent always stands before its child; anything else would be a loop.
            at = view.parent.filter(|parent| Some(*parent) < at);
        }
        part
    }

    fn parent_span(&self, view: &View, part: Span) -> Span {
        let runs = self.runs(view);
        let run_at = |offset: u32| {
            let after = runs.partition_point(|run| run.out <= offset);
            runs.get(after.saturating_sub(1)).map(|run| (run, offset.saturating_sub(run.out)))
        };
        let Some((first, into)) = run_at(part.start) else { return Span::new(0, 0) };
        let start = first.lower(into);
        if part.is_empty() {
            return Span::new(start, start);
        }
        let end = run_at(part.end - 1).map_or(start, |(last, into)| last.upper(into));
        Span::new(start, end.max(start))
    }

    /// How long `bytes` may grow for this message.
    pub(super) fn cap(&self, limits: &super::limits::ViewLimits) -> usize {
        limits.total(self.message).saturating_sub(self.spent).min(u32::MAX as usize)
    }

    pub(super) fn push(&mut self, mut view: View, first_run: usize) {
        view.runs = narrow(first_run)..narrow(self.runs.len());
        self.views.push(view);
    }

    /// Takes the bytes of the last view away; its alignment stays for those made from it.
    pub(super) fn blank_last(&mut self) {
        if let Some(view) = self.views.last_mut() {
            self.bytes.truncate((view.span.start as usize).saturating_sub(1));
            let end = narrow(self.bytes.len());
            view.span = Span::new(end, end);
        }
    }

    /// Takes back the last view.
    pub(super) fn pop(&mut self) {
        if let Some(view) = self.views.pop() {
            self.bytes.truncate((view.span.start as usize).saturating_sub(1));
            self.runs.truncate(view.runs.start as usize);
        }
    }
}

impl View {
    /// A view still without alignment, for [`ViewPool::push`].
    pub(super) fn new(span: Span, source: u32, parent: Option<u32>, decoder: Decoder, depth: u8, notes: Notes) -> Self {
        Self { span, source, parent, decoder, depth, notes, runs: 0..0 }
    }
}

/// Offsets fit: the pool is capped below 4 GiB.
pub(super) fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{SEPARATOR, ViewPool};
    use crate::message::{FieldKind, Span};
    use crate::normalize::{ViewLimits, expand, triggers};

    fn pool_of(texts: &[&str]) -> ViewPool {
        let mut pool = ViewPool::default();
        pool.begin(texts.iter().map(|text| text.len()).sum());
        for (source, text) in (0..).zip(texts) {
            let marks = triggers(text.as_bytes());
            expand(text.as_bytes(), marks, FieldKind::Text, source, &ViewLimits::default(), &mut pool);
        }
        pool
    }

    #[test]
    fn views_are_apart_and_found_by_offset() {
        let pool = pool_of(&["%41b", "clean", "x%2e%2Ey"]);
        assert_eq!(pool.bytes(), b"Ab\xffx..y");
        assert_eq!(pool.views().iter().map(|view| view.source).collect::<Vec<_>>(), [0, 2]);
        assert_eq!([0, 1, 2, 3, 6, 7].map(|at| pool.view_at(at)), [Some(0), Some(0), None, Some(1), Some(1), None]);
        assert_eq!(pool.bytes()[2], SEPARATOR);
    }

    #[test]
    fn parts_map_back() {
        let pool = pool_of(&["ab%2e%2e/etc", "%%32%35%32e"]);
        let at = |start, end| pool.source_span(0, Span::new(start, end));
        assert_eq!(at(0, 2), Span::new(0, 2));
        assert_eq!(at(2, 3), Span::new(2, 5));
        assert_eq!(at(3, 6), Span::new(5, 10), "a dot, a slash and a letter");
        assert_eq!(at(2, 2), Span::new(2, 2));
        assert_eq!(at(90, 99), Span::new(12, 12));
        let last = pool.views().len() as u32 - 1;
        assert_eq!(pool.text(last), b".");
        assert_eq!(pool.source_span(last, Span::new(0, 1)), Span::new(0, 11), "through every parent");
        assert_eq!(pool.source_span(99, Span::new(1, 2)), Span::new(1, 2), "no such view");
    }

    #[test]
    fn a_cleared_pool_starts_anew() {
        let mut pool = pool_of(&["%41"]);
        pool.clear();
        assert!(pool.bytes().is_empty() && pool.views().is_empty());
    }
}
