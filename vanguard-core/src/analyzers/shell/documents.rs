//! Here documents: they stand behind the line that asks for them.

use super::model::{Word, WordFlags};
use super::posix::{Posix, Receiver};
use super::word::Place;
use crate::message::Span;

impl Posix<'_, '_> {
    /// Reads the bodies of the here-documents announced on the line that just ended.
    pub(super) fn read_documents(&mut self) {
        for at in self.documents..self.s.documents.len() {
            let Some(pending) = self.s.documents.get(at).copied() else { break };
            let start = self.pos.min(self.text.len());
            let (body_end, next) = self.document_end(start, pending);
            self.pos = body_end;
            let body = self.document_body(start, body_end, pending);
            self.pos = next;
            if let Some(redirect) = self.s.redirects.get_mut(pending.redirect as usize) {
                redirect.target = body;
            }
        }
        self.s.documents.truncate(self.documents);
    }

    /// Where the body ends and where reading goes on.
    pub(super) fn document_end(&mut self, start: usize, pending: PendingDoc) -> (usize, usize) {
        let mut at = start;
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            let end = memchr::memchr(b'\n', rest);
            let mut line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            while let [b'\t', tail @ ..] = line
                && pending.tabs
            {
                line = tail;
            }
            let next = at + end.map_or(rest.len(), |end| end + 1);
            if line == self.s.text(pending.delimiter)
                || line.strip_suffix(b"\r") == Some(self.s.text(pending.delimiter))
            {
                return (at, next);
            }
            at = next;
        }
        self.s.unbalanced = true;
        (self.text.len(), self.text.len())
    }

    pub(super) fn document_body(&mut self, start: usize, end: usize, pending: PendingDoc) -> Word {
        let span = self.origin.map(start, end);
        if !pending.quoted {
            let text = self.text;
            self.text = text.get(..end).unwrap_or_default();
            let kept = std::mem::replace(&mut self.receiver, Receiver::Input);
            self.owner = Some(pending.owner);
            self.pos = start;
            let before = self.s.words.len();
            self.plain_word(Place::Body);
            let word = self.s.words.get(before).copied().unwrap_or_default();
            self.s.words.truncate(before);
            self.owner = None;
            self.receiver = kept;
            self.text = text;
            return Word { span, ..word };
        }
        let body = self.text.get(start..end).unwrap_or_default();
        let from = self.s.bytes.len();
        if pending.tabs {
            for line in body.split_inclusive(|byte| *byte == b'\n') {
                let tabs = line.iter().position(|byte| *byte != b'\t').unwrap_or(line.len());
                self.s.bytes.extend_from_slice(line.get(tabs..).unwrap_or_default());
            }
        } else {
            self.s.bytes.extend_from_slice(body);
        }
        let text = Span::of_usize(from, self.s.bytes.len());
        Word::new(text, text, span, WordFlags::QUOTED)
    }
}

/// A here-document whose body begins at the next line.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingDoc {
    pub(super) redirect: u32,
    pub(super) owner: u32,
    pub(super) delimiter: Span,
    pub(super) tabs: bool,
    pub(super) quoted: bool,
}
