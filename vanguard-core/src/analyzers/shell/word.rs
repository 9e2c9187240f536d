//! One word of POSIX shell: from quotes, backslashes and expansions to the bytes the program receives.

use super::extent::{closing_paren, closing_tick};
use super::model::{Word, WordFlags};
use super::posix::Posix;
use super::scratch::{Origin, caps};
use super::{braces, tidy};
use crate::message::Span;

/// Where a word stands; it decides whether braces expand and values split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The program or an argument: may become several words, or none.
    Argument,
    /// The value of an assignment, the target of a redirect: always one word.
    Value,
    /// A here-document's body: only `$`, backticks and backslashes mean something.
    Body,
}

/// Where an expansion's value falls into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// Nowhere: it stands in quotes.
    Never,
    /// Between the elements of a list: `"${a[@]}"`.
    Elements,
    /// At blanks.
    Blanks,
}

/// Parts the elements of a list kept as one value.
pub(super) const ELEMENT_END: u8 = b'\n';

/// The word being built.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    /// Where its bytes begin in the pool.
    start: usize,
    /// Where it begins in the text.
    begin: usize,
    pub(super) flags: WordFlags,
    /// There is a word, even if it is empty: it had quotes.
    exists: bool,
    /// The last thing read was a quote, backslash or empty expansion right after a letter.
    pub(super) seam: bool,
    /// It begins where an expansion parted the word before.
    pub(super) parted: bool,
    place: Place,
}

impl Draft {
    pub(super) const fn new(start: usize, begin: usize, place: Place) -> Self {
        Self { start, begin, flags: WordFlags::NONE, exists: false, seam: false, parted: false, place }
    }

    pub(super) const fn exist(&mut self) {
        self.exists = true;
    }
}

/// Bytes that end or change an unquoted word.
static SPECIAL: [bool; 256] = marks(b" \t\n\r;&|()<>'\"\\$`*?[");
/// Bytes that stand for themselves wherever they are in a word.
static PLAIN: [bool; 256] = marks(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@%+");
/// Bytes that end an unquoted word.
static ENDS: [bool; 256] = marks(b" \t\n;&|()<>");

const fn marks(bytes: &[u8]) -> [bool; 256] {
    let (mut table, mut rest) = ([false; 256], bytes);
    while let [first, tail @ ..] = rest {
        #[expect(clippy::indexing_slicing, reason = "a byte indexes 256 entries")]
        {
            table[*first as usize] = true;
        }
        rest = tail;
    }
    table
}

fn marked(table: &[bool; 256], byte: u8) -> bool {
    table.get(byte as usize).copied().unwrap_or(false)
}

/// Whether a `[` has its `]` in the same word; `[` alone is a program.
fn closes_soon(text: &[u8]) -> bool {
    let word = text.iter().take(BRACKET).skip(1).take_while(|byte| !marked(&ENDS, **byte));
    word.into_iter().any(|byte| *byte == b']')
}

/// A bracket expression longer than this is none.
const BRACKET: usize = 64;

impl Posix<'_, '_> {
    /// Reads the word at the cursor and appends what it becomes to the words. Returns how many that is.
    pub(super) fn word(&mut self, place: Place) -> usize {
        let before = self.s.words.len();
        if self.quote_open == 0 && place == Place::Argument && self.plain() {
            return 1;
        }
        if place == Place::Argument
            && let Some(end) = braces::word_end(self.text, self.pos)
        {
            braces::expand(self, end);
            return self.s.words.len() - before;
        }
        self.plain_word(place);
        self.s.words.len() - before
    }

    /// Reads a word in which nothing means anything: most words are such, and this is most of their cost saved.
    fn plain(&mut self) -> bool {
        let rest = self.rest().unwrap_or_default();
        let len = rest.iter().position(|byte| !marked(&PLAIN, *byte)).unwrap_or(rest.len());
        if len == 0
            || rest.get(len).is_some_and(|byte| !marked(&ENDS, *byte) || matches!(rest.get(len + 1), Some(b'(')))
        {
            return false;
        }
        let (head, _) = rest.split_at(len);
        let text = self.s.push_text(head);
        let clean = if memchr::memchr(b'/', head).is_some() { tidy::path(&mut self.s.bytes, text) } else { None };
        let span = self.origin.map(self.pos, self.pos + len);
        self.pos += len;
        self.s.words.push(Word::new(text, clean.unwrap_or(text), span, WordFlags::NONE));
        true
    }

    /// The same without braces.
    pub(super) fn plain_word(&mut self, place: Place) {
        let mut draft = Draft::new(self.s.bytes.len(), self.pos, place);
        draft.exists = place != Place::Argument;
        if self.quote_open != 0 && self.pos == 0 {
            // The text is known to stand inside somebody else's quotes: it begins inside them.
            match self.quote_open {
                b'\'' => self.single(&mut draft),
                _ => self.double(&mut draft),
            }
        }
        if place == Place::Body {
            self.body(&mut draft);
        } else {
            self.unquoted(&mut draft);
        }
        self.finish(&mut draft);
    }

    pub(super) fn unquoted(&mut self, draft: &mut Draft) {
        while let Some(rest) = self.rest() {
            let plain = rest.iter().position(|byte| marked(&SPECIAL, *byte)).unwrap_or(rest.len());
            if plain > 0 {
                let (head, _) = rest.split_at(plain);
                self.push(draft, head);
                self.pos += plain;
                continue;
            }
            let Some(byte) = rest.first().copied() else { break };
            match byte {
                b'\'' => {
                    self.seam(draft);
                    self.pos += 1;
                    self.single(draft);
                    self.seam(draft);
                }
                b'"' => {
                    self.seam(draft);
                    self.pos += 1;
                    self.double(draft);
                    self.seam(draft);
                }
                b'\\' => self.backslash(draft),
                b'$' => self.dollar(draft, false),
                b'`' => self.tick(draft, false),
                b'[' if !closes_soon(rest) => {
                    self.push(draft, b"[");
                    self.pos += 1;
                }
                b'*' | b'?' | b'[' => {
                    draft.flags = draft.flags.with(WordFlags::GLOB);
                    self.push(draft, &[byte]);
                    self.pos += 1;
                }
                b'\r' if rest.get(1).is_none_or(|next| *next == b'\n') => {
                    // A line end written on Windows; to a shell the CR is part of the word, to a reader it is not.
                    self.pos += 1;
                }
                b'\r' => {
                    self.push(draft, b"\r");
                    self.pos += 1;
                }
                b'<' | b'>' if rest.get(1) == Some(&b'(') => self.process(draft, byte == b'>'),
                _ => break,
            }
        }
    }

    /// Up to the closing `'`.
    fn single(&mut self, draft: &mut Draft) {
        draft.exists = true;
        draft.flags = draft.flags.with(WordFlags::QUOTED);
        let rest = self.rest().unwrap_or_default();
        let end = memchr::memchr(b'\'', rest);
        self.s.unbalanced |= end.is_none();
        let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        self.push(draft, text);
        self.pos += text.len() + usize::from(end.is_some());
    }

    /// Up to the closing `"`.
    pub(super) fn double(&mut self, draft: &mut Draft) {
        draft.exists = true;
        draft.flags = draft.flags.with(WordFlags::QUOTED);
        loop {
            let rest = self.rest().unwrap_or_default();
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'`'));
            let text = rest.get(..plain.unwrap_or(rest.len())).unwrap_or_default();
            self.push(draft, text);
            self.pos += text.len();
            let Some(plain) = plain else {
                self.s.unbalanced = true;
                return;
            };
            match rest.get(plain) {
                Some(b'"') => {
                    self.pos += 1;
                    return;
                }
                Some(b'\\') => self.escape_in(draft, b"\"\\$`"),
                Some(b'$') => self.dollar(draft, true),
                _ => self.tick(draft, true),
            }
        }
    }

    /// A here-document's body up to the end of the text.
    fn body(&mut self, draft: &mut Draft) {
        while let Some(rest) = self.rest().filter(|rest| !rest.is_empty()) {
            let plain = rest.iter().position(|byte| matches!(byte, b'\\' | b'$' | b'`')).unwrap_or(rest.len());
            let (head, tail) = rest.split_at(plain);
            self.push(draft, head);
            self.pos += plain;
            match tail.first() {
                Some(b'\\') => self.escape_in(draft, b"\\$`"),
                Some(b'$') => self.dollar(draft, true),
                Some(_) => self.tick(draft, true),
                None => {}
            }
        }
    }

    fn backslash(&mut self, draft: &mut Draft) {
        match self.text.get(self.pos + 1).copied() {
            Some(b'\n') => {
                // A continued line: nothing is left of it, so it can hide a word like an empty quote.
                self.pos += 2;
                self.seam(draft);
            }
            Some(byte) => {
                self.seam(draft);
                draft.exists = true;
                self.push(draft, &[byte]);
                self.pos += 2;
            }
            None => {
                self.push(draft, b"\\");
                self.pos += 1;
            }
        }
    }

    /// A backslash inside quotes: it protects only `special` and the line end.
    fn escape_in(&mut self, draft: &mut Draft, special: &[u8]) {
        match self.text.get(self.pos + 1).copied() {
            Some(b'\n') => {}
            Some(byte) if special.contains(&byte) => self.push(draft, &[byte]),
            Some(byte) => self.push(draft, &[b'\\', byte]),
            None => {
                self.push(draft, b"\\");
                self.pos += 1;
                return;
            }
        }
        self.pos += 2;
    }

    /// `` `…` ``
    pub(super) fn tick(&mut self, draft: &mut Draft, quoted: bool) {
        let start = self.pos + 1;
        let end = closing_tick(self.text, start);
        self.s.unbalanced |= end.is_none();
        let stop = end.unwrap_or(self.text.len());
        let inner = self.text.get(start..stop).unwrap_or_default();
        self.pos = stop + usize::from(end.is_some());
        if memchr::memchr(b'\\', inner).is_none() {
            self.substitute(draft, inner, self.origin.part(start, stop), quoted);
            return;
        }
        let mut plain = std::mem::take(&mut self.s.spare);
        plain.clear();
        let mut bytes = inner.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match bytes.peek().copied() {
                Some(next) if byte == b'\\' && (matches!(next, b'`' | b'\\' | b'$') || quoted && next == b'"') => {
                    plain.push(next);
                    bytes.next();
                }
                _ => plain.push(byte),
            }
        }
        self.substitute(draft, &plain, Origin::Coarse(self.origin.map(start, stop)), quoted);
        self.s.spare = plain;
    }

    /// `<(…)` and `>(…)`.
    fn process(&mut self, draft: &mut Draft, written: bool) {
        let start = self.pos + 2;
        let end = closing_paren(self.text, start);
        self.s.unbalanced |= end.is_none();
        let stop = end.unwrap_or(self.text.len());
        self.pos = stop + usize::from(end.is_some());
        let inner = self.text.get(start..stop).unwrap_or_default();
        self.process_item(inner, self.origin.part(start, stop), written);
        draft.flags = draft.flags.with(WordFlags::SUBSTITUTION).with(WordFlags::EXPANSION);
        self.push(draft, if written { b">()" } else { b"<()" });
    }

    /// Notes that a quote, a backslash or an empty expansion stands here.
    pub(super) fn seam(&mut self, draft: &mut Draft) {
        draft.seam = self.last(draft).is_some_and(|byte| byte.is_ascii_alphanumeric());
    }

    /// The last byte of the word so far.
    pub(super) fn last(&self, draft: &Draft) -> Option<u8> {
        self.s.bytes.get(draft.start..).and_then(<[u8]>::last).copied()
    }

    /// Appends bytes as they are.
    pub(super) fn push(&mut self, draft: &mut Draft, bytes: &[u8]) {
        let Some(first) = bytes.first() else { return };
        if draft.seam && first.is_ascii_alphanumeric() {
            draft.flags = draft.flags.with(WordFlags::SPLICED);
        }
        draft.seam = false;
        draft.exists = true;
        self.s.bytes.extend_from_slice(bytes);
    }

    /// Appends what an expansion produced; unquoted, it falls into words at blanks.
    pub(super) fn push_value(&mut self, draft: &mut Draft, value: Span, split: Split) {
        draft.flags = draft.flags.with(WordFlags::DERIVED);
        if value.len() > self.s.splice_budget {
            self.s.complete = false;
            draft.flags = draft.flags.with(WordFlags::EXPANSION);
            return;
        }
        self.s.splice_budget -= value.len();
        draft.seam = false;
        let split = if draft.place == Place::Argument { split } else { Split::Never };
        for at in value.range() {
            let Some(byte) = self.s.bytes.get(at).copied() else { break };
            let parts = match split {
                Split::Never => false,
                Split::Elements => byte == ELEMENT_END,
                Split::Blanks => self.splits(byte),
            };
            if parts {
                self.part(draft);
            } else {
                if split == Split::Blanks && matches!(byte, b'*' | b'?' | b'[') {
                    draft.flags = draft.flags.with(WordFlags::GLOB);
                }
                draft.exists = true;
                self.s.bytes.push(byte);
            }
        }
    }

    /// Ends the word here and begins the next within the same source word.
    pub(super) fn part(&mut self, draft: &mut Draft) {
        if draft.exists && draft.place == Place::Argument {
            let (begin, place, flags) = (draft.begin, draft.place, draft.flags);
            self.finish(draft);
            *draft = Draft::new(self.s.bytes.len(), begin, place);
            draft.parted = true;
            // What hid the first half hides the second: `a$(b)${IFS}c`.
            if flags.has(WordFlags::DERIVED) {
                draft.flags = WordFlags::DERIVED;
            }
        }
    }

    fn finish(&mut self, draft: &mut Draft) {
        if !draft.exists {
            return;
        }
        if self.s.words.len() >= caps::WORDS {
            self.s.complete = false;
            return;
        }
        let text = Span::of_usize(draft.start, self.s.bytes.len());
        let span = self.origin.map(draft.begin, self.pos.max(draft.begin));
        let opened = self.text.get(draft.begin).is_some_and(|byte| matches!(byte, b'\'' | b'"'));
        let mut flags = draft.flags;
        if matches!(self.origin, Origin::Exact(_))
            && opened
            && !flags.has(WordFlags::DERIVED)
            && text.len() + 2 == span.len()
        {
            flags = flags.with(WordFlags::VERBATIM);
        }
        let clean = tidy::path(&mut self.s.bytes, text).unwrap_or(text);
        self.s.words.push(Word::new(text, clean, span, flags));
    }

    /// Whether an unquoted word ends before `byte`.
    pub(super) fn ends(byte: u8) -> bool {
        marked(&ENDS, byte)
    }
}
