//! A text read as a file path, the way the most generous reader would: POSIX and Windows notation, on every platform.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `notes` | what can stand out in a path, and where it can start |
//! | `plain` | the common case, in one pass |
//! | `uri` | `file:` and other URIs, spelled-out hex |
//! | `disguise` | dots and separators in encodings that no encoder writes |
//! | `lead` | the root a path names: drive, server, device, home, variable |
//! | `names` | one segment: streams, dropped endings, device names, 8.3 aliases |
//! | `reading` | `.` and `..` resolved into one canonical form |
//! | `fold` | the case-folded form |
//!
//! One text can have several readings: where POSIX takes `\` for a letter, where a NUL ends the name for some, where a
//! `file:` URI names a host. What is dangerous is dangerous in any of them; what is safe must be safe in all.
//!
//! Percent and Unicode encodings are undone by the views; each view is parsed here as a path of its own.

mod disguise;
mod fold;
mod lead;
mod names;
mod notes;
mod plain;
mod reading;
mod uri;

pub use notes::{PathNote, PathNotes, PathRoot};

use crate::message::Span;
use reading::Builder;
use uri::Written;

/// Reusable buffers for [`parse`], and the home of its result.
#[derive(Debug, Default)]
pub struct PathScratch {
    bytes: Vec<u8>,
    segments: Vec<Span>,
    decoded: Vec<u8>,
    spelled: Vec<u8>,
    spare: Vec<u8>,
    undone: Vec<u8>,
    readings: Vec<Data>,
    notes: PathNotes,
    source: Span,
}

/// A reading's place in the buffers.
#[derive(Clone, Copy, Debug)]
struct Data {
    canonical: Span,
    segments: Span,
    folded: Span,
    folded_segments: Span,
    root: PathRoot,
    absolute: bool,
    climbs: u32,
    /// Whether only readers see it that take a path for a URL.
    cut: bool,
}

const EMPTY: Data = Data {
    canonical: Span::new(0, 0),
    segments: Span::new(0, 0),
    folded: Span::new(0, 0),
    folded_segments: Span::new(0, 0),
    root: PathRoot::Relative,
    absolute: false,
    climbs: 0,
    cut: false,
};

impl PathScratch {
    /// What the last [`parse`] found.
    #[must_use]
    pub fn path(&self) -> PathFacts<'_> {
        PathFacts { scratch: self }
    }

    /// Says that the path that was read begins at `offset` of a longer text.
    pub fn shift(&mut self, offset: usize) {
        self.source = Span::of_usize(offset, offset + self.source.range().len());
    }

    /// Forgets what was found and gives memory above `bytes` per buffer back, after a text of unusual size.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.segments.clear();
        self.readings.clear();
        self.notes = PathNotes::none();
        self.source = Span::default();
        for buffer in [&mut self.bytes, &mut self.decoded, &mut self.spelled, &mut self.spare, &mut self.undone] {
            buffer.clear();
            buffer.shrink_to(bytes);
        }
        self.segments.shrink_to(bytes / size_of::<Span>());
    }
}

/// Reads `text` as a path into `scratch`. Takes any bytes; linear in their number; allocates only when `scratch` grows.
pub fn parse(text: &[u8], scratch: &mut PathScratch) {
    let PathScratch { bytes, segments, decoded, spelled, spare, undone, readings, notes, source } = scratch;
    bytes.clear();
    segments.clear();
    readings.clear();
    *notes = PathNotes::none();
    *source = Span::of_usize(0, text.len());
    if let Some(data) = plain::read(text, bytes, segments) {
        readings.push(data);
        return;
    }
    let mut out = Readings { bytes, segments, readings, notes };
    match uri::written(text.trim_ascii()) {
        Written::Plain => {
            out.text(text, spelled, spare);
            out.disguised(text, (undone, spelled, spare));
        }
        Written::Other { web, path } => {
            out.notes.insert(if web { PathNote::WebUrl } else { PathNote::Uri });
            out.text(path, spelled, spare);
            out.disguised(path, (undone, spelled, spare));
        }
        Written::File { host, path } => {
            out.notes.insert(PathNote::FileUri);
            out.file(host, path, decoded, |out, text| out.text(text, spelled, spare));
            out.disguised(path, (undone, spelled, spare));
        }
    }
}

/// The path as it is written in `text`, without what makes a `file:` URI of it and the blanks around it: `..` is left for the
/// file system to follow.
#[must_use]
pub fn spelled(text: &[u8]) -> &[u8] {
    match uri::written(text.trim_ascii()) {
        Written::File { path, .. } => path,
        Written::Plain | Written::Other { .. } => text.trim_ascii(),
    }
}

struct Readings<'s> {
    bytes: &'s mut Vec<u8>,
    segments: &'s mut Vec<Span>,
    readings: &'s mut Vec<Data>,
    notes: &'s mut PathNotes,
}

impl Readings<'_> {
    fn text(&mut self, text: &[u8], spelled: &mut Vec<u8>, spare: &mut Vec<u8>) {
        if uri::has_hex_spelling(text) {
            self.notes.insert(PathNote::HexSpelling);
            spelled.clear();
            uri::hex_decode(text, spelled);
            self.pieces(spelled, spare);
        } else {
            self.pieces(text, spare);
        }
    }

    /// Reads the path behind a spelling that only lax decoders read, or one after another in the same text.
    fn disguised(&mut self, text: &[u8], (undone, spelled, spare): (&mut Vec<u8>, &mut Vec<u8>, &mut Vec<u8>)) {
        let escaped = || [&b"\\x"[..], b"\\u"].iter().any(|mark| memchr::memmem::find(text, mark).is_some());
        if memchr::memchr3(b'%', b'?', b'&', text).is_some() || !text.is_ascii() || escaped() {
            let found = disguise::undo(text, undone, spare);
            if found.disguised {
                self.notes.insert(PathNote::Disguised);
            }
            // What is garbled is a path only if it climbs.
            if found.disguised || found.garbled && memchr::memmem::find(undone, b"..").is_some() {
                self.text(undone, spelled, spare);
            }
        }
        // Who takes it for a URL cuts what follows: `/etc/passwd#.png`.
        if let Some(end) = memchr::memchr3(b'?', b'#', b';', text).filter(|end| *end > 0) {
            let from = self.readings.len();
            self.read(text.get(..end).unwrap_or_default());
            self.readings.iter_mut().skip(from).for_each(|data| data.cut = true);
        }
        if let Some(second) = second(text) {
            self.notes.insert(PathNote::Second);
            self.read(second);
        }
    }

    fn file(&mut self, host: &[u8], path: &[u8], decoded: &mut Vec<u8>, mut text: impl FnMut(&mut Self, &[u8])) {
        let mut read = |prefix: &[&[u8]], path: &[u8]| {
            decoded.clear();
            prefix.iter().for_each(|part| decoded.extend_from_slice(part));
            uri::percent_decode(path, decoded);
            // The old `C|` for `C:`, RFC 8089 appendix E.2.2.
            if let [b'/', letter, bar @ b'|', ..] | [letter, bar @ b'|', ..] = decoded.as_mut_slice()
                && letter.is_ascii_alphabetic()
            {
                *bar = b':';
            }
            text(self, decoded);
        };
        if host.is_empty() {
            read(&[], path);
            return;
        }
        // Windows asks the server; many readers drop the host; naive ones only drop `file:/`.
        read(&[b"\\\\", host], path);
        read(&[], path);
        read(&[b"/", host], path);
    }

    fn pieces(&mut self, text: &[u8], spare: &mut Vec<u8>) {
        let Some(nul) = memchr::memchr(0, text) else {
            self.read(text);
            if memchr::memchr_iter(b'\\', text).any(|at| text.get(at..).is_some_and(|rest| rest.starts_with(br"\.\.")))
            {
                self.notes.insert(PathNote::EscapedDots);
                spare.clear();
                spare.extend(text.iter().filter(|byte| **byte != b'\\'));
                self.read(spare);
            }
            return;
        };
        self.notes.insert(PathNote::Nul);
        self.read(text.get(..nul).unwrap_or_default());
        for from in [nul + 1, 0] {
            spare.clear();
            spare.extend(text.get(from..).unwrap_or_default().iter().filter(|byte| **byte != 0));
            self.read(spare);
        }
    }

    fn read(&mut self, text: &[u8]) {
        let (data, differs) = Builder::new(self.bytes, self.segments, self.notes).generous(text);
        self.keep(data);
        if differs {
            let data = Builder::new(self.bytes, self.segments, self.notes).posix(text);
            self.keep(data);
        }
    }

    fn keep(&mut self, mut data: Data) {
        (data.folded, data.folded_segments) = fold::append(self.bytes, self.segments, data.canonical, data.segments);
        self.readings.push(data);
    }
}

/// A path that begins at a root behind a blank or line break (`+`, where a form was sent): `notes.txt /etc/shadow`.
fn second(text: &[u8]) -> Option<&[u8]> {
    let begins = |at: &usize| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let rooted = match text.get(*at..).unwrap_or_default() {
            [b'/', next, ..] => next.is_ascii_alphanumeric() || *next == b'.',
            [b'~', b'/', ..] => true,
            [b'.', b'.', b'/' | b'\\', ..] => true,
            _ => false,
        };
        rooted && before.is_some_and(|byte| byte.is_ascii_whitespace() || *byte == b'+')
    };
    // Prose goes on behind a path that it mentions.
    let last = text.trim_ascii_end();
    let word = last.iter().rposition(|byte| byte.is_ascii_whitespace()).unwrap_or(0);
    let at = memchr::memrchr3_iter(b'/', b'~', b'.', last).take_while(|at| *at >= word).find(begins)?;
    last.get(at..)
}

fn is_separator(byte: u8) -> bool {
    byte == b'/' || byte == b'\\'
}

/// What a path says: a view into the [`PathScratch`] it was parsed into.
#[derive(Clone, Copy)]
pub struct PathFacts<'s> {
    scratch: &'s PathScratch,
}

impl std::fmt::Debug for PathFacts<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PathFacts")
            .field("readings", &self.readings().collect::<Vec<_>>())
            .field("notes", &self.notes())
            .finish()
    }
}

impl<'s> PathFacts<'s> {
    /// The reading a tolerant program on any system would take first.
    #[must_use]
    pub fn main(self) -> PathReading<'s> {
        PathReading { scratch: self.scratch, data: self.scratch.readings.first().copied().unwrap_or(EMPTY) }
    }

    /// Every reading, the main one first; at most thirty-two.
    pub fn readings(self) -> impl Iterator<Item = PathReading<'s>> {
        self.scratch.readings.iter().map(move |data| PathReading { scratch: self.scratch, data: *data })
    }

    /// The main reading's canonical form: one spelling per root, `/` between names, no `.`, `..` only at the start of what
    /// has no root. Parsing it gives it again.
    #[must_use]
    pub fn canonical(self) -> &'s [u8] {
        self.main().canonical()
    }

    /// The main reading's canonical form, case-folded.
    #[must_use]
    pub fn folded(self) -> &'s [u8] {
        self.main().folded()
    }

    /// The names of the main reading, without the root and without leading `..`.
    pub fn segments(self) -> impl Iterator<Item = &'s [u8]> {
        self.main().segments()
    }

    /// Where the main reading starts.
    #[must_use]
    pub fn root(self) -> PathRoot {
        self.main().root()
    }

    /// Whether the main reading does not depend on a current folder.
    #[must_use]
    pub fn absolute(self) -> bool {
        self.main().absolute()
    }

    /// The most `..` that leave the start in any reading; for an absolute path, those that go above its root.
    #[must_use]
    pub fn climbs(self) -> u32 {
        self.readings().map(PathReading::climbs).max().unwrap_or(0)
    }

    /// Whether `..` occurs in any reading, wherever it leads.
    #[must_use]
    pub fn has_dotdot(self) -> bool {
        self.notes().has(PathNote::DotDot)
    }

    /// What stands out in the spelling.
    #[must_use]
    pub fn notes(self) -> PathNotes {
        self.scratch.notes
    }

    /// The bytes of the text that was read: all of it.
    #[must_use]
    pub fn source_span(self) -> Span {
        self.scratch.source
    }
}

/// One way to read a path.
#[derive(Clone, Copy)]
pub struct PathReading<'s> {
    scratch: &'s PathScratch,
    data: Data,
}

impl std::fmt::Debug for PathReading<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:?} {:?} climbs {}", self.root(), String::from_utf8_lossy(self.canonical()), self.climbs())
    }
}

impl<'s> PathReading<'s> {
    /// The canonical form, in the case it was written in.
    #[must_use]
    pub fn canonical(self) -> &'s [u8] {
        self.data.canonical.of(&self.scratch.bytes)
    }

    /// The canonical form, case-folded.
    #[must_use]
    pub fn folded(self) -> &'s [u8] {
        self.data.folded.of(&self.scratch.bytes)
    }

    /// The names after the root, in the case they were written in.
    pub fn segments(self) -> impl ExactSizeIterator<Item = &'s [u8]> + Clone {
        self.spans(self.data.segments)
    }

    /// The names after the root, case-folded.
    pub fn folded_segments(self) -> impl ExactSizeIterator<Item = &'s [u8]> + Clone {
        self.spans(self.data.folded_segments)
    }

    /// The `index`th name after the root, case-folded.
    #[must_use]
    pub fn folded_segment(self, index: usize) -> Option<&'s [u8]> {
        let range = self.data.folded_segments.range();
        let at = range.start.checked_add(index).filter(|at| *at < range.end)?;
        self.scratch.segments.get(at).map(|span| span.of(&self.scratch.bytes))
    }

    /// Whether only those see it who take a path for a URL and cut it at `?`, `#` or `;`.
    #[must_use]
    pub fn is_cut(self) -> bool {
        self.data.cut
    }

    /// Where it starts.
    #[must_use]
    pub fn root(self) -> PathRoot {
        self.data.root
    }

    /// Whether it does not depend on a current folder. A home folder counts as known.
    #[must_use]
    pub fn absolute(self) -> bool {
        self.data.absolute
    }

    /// How many `..` leave the start; for an absolute path, go above its root.
    #[must_use]
    pub fn climbs(self) -> u32 {
        self.data.climbs
    }

    fn spans(self, which: Span) -> impl ExactSizeIterator<Item = &'s [u8]> + Clone {
        let spans = self.scratch.segments.get(which.range()).unwrap_or_default();
        spans.iter().map(move |span| span.of(&self.scratch.bytes))
    }
}

#[cfg(test)]
mod tests;
