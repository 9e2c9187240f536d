//! Words read aside, and substitutions whose output is plain to see.

use super::Dialect;
use super::literal;
use super::model::{NONE, Word};
use super::posix::Posix;
use super::scratch::{Item, Origin, ShellScratch, as_u32, slice};
use super::word::Place;
use crate::message::Span;

impl Posix<'_, '_> {
    /// Reads one word from a text of its own, which stands for a part of this one.
    pub(super) fn side_word(&mut self, text: &[u8], origin: Origin) {
        let item = Item {
            text: (0, 0),
            origin,
            dialect: Dialect::Posix,
            context: self.context,
            reach: self.reach,
            parent: self.parent,
            depth: self.depth,
            args: self.args,
            commands: (0, 0),
        };
        let (folds, receiver, owner) = (self.folds, self.receiver, self.owner);
        let mut side = Posix::new(text, &item, 0, self.s);
        (side.folds, side.receiver, side.owner) = (folds, receiver, owner);
        side.plain_word(Place::Argument);
    }

    /// Reads `inner` on the side and appends what it would print, if that is plain to see.
    pub(super) fn fold(&mut self, inner: &[u8], out: &mut Vec<u8>) -> bool {
        let marks = Marks::of(self.s);
        let item = Item {
            text: (0, 0),
            origin: Origin::Coarse(Span::new(0, 0)),
            dialect: Dialect::Posix,
            context: self.context,
            reach: self.reach,
            parent: NONE,
            depth: self.depth,
            args: self.args,
            commands: (0, 0),
        };
        let (folds, complete, unbalanced) = (self.folds + 1, self.s.complete, self.s.unbalanced);
        let mut side = Posix::new(inner, &item, 0, self.s);
        side.folds = folds;
        side.run();
        let commands = (marks.commands, self.command_index());
        let known = literal::output(self.s, commands, out);
        marks.restore(self.s);
        (self.s.complete, self.s.unbalanced) = (complete, unbalanced);
        known
    }

    pub(super) fn take_literal(&mut self) -> Vec<u8> {
        let mut buffer = self.s.literals.get_mut(self.folds as usize).map(std::mem::take).unwrap_or_default();
        buffer.clear();
        buffer
    }

    pub(super) fn return_literal(&mut self, buffer: Vec<u8>) {
        if let Some(slot) = self.s.literals.get_mut(self.folds as usize) {
            *slot = buffer;
        }
    }

    /// The words of the command being read.
    pub(super) fn current_words(&self) -> &[Word] {
        let start = self.building.map_or(self.s.words.len(), |building| building.words as usize);
        slice(&self.s.words, (as_u32(start), as_u32(self.s.words.len())))
    }
}

/// How full the pools were: what a parse on the side wrote is taken back.
#[derive(Clone, Copy)]
struct Marks {
    bytes: usize,
    words: usize,
    commands: u32,
    redirects: usize,
    assignments: usize,
    edges: usize,
    functions: usize,
    variables: usize,
    names: usize,
    documents: usize,
    frames: usize,
}

impl Marks {
    fn of(s: &ShellScratch) -> Self {
        Self {
            bytes: s.bytes.len(),
            words: s.words.len(),
            commands: as_u32(s.commands.len()),
            redirects: s.redirects.len(),
            assignments: s.assignments.len(),
            edges: s.edges.len(),
            functions: s.functions.len(),
            variables: s.variables.len(),
            names: s.names.len(),
            documents: s.documents.len(),
            frames: s.frames.len(),
        }
    }

    fn restore(self, s: &mut ShellScratch) {
        s.bytes.truncate(self.bytes);
        s.words.truncate(self.words);
        s.commands.truncate(self.commands as usize);
        s.redirects.truncate(self.redirects);
        s.assignments.truncate(self.assignments);
        s.edges.truncate(self.edges);
        s.functions.truncate(self.functions);
        s.variables.truncate(self.variables);
        s.names.truncate(self.names);
        s.documents.truncate(self.documents);
        s.frames.truncate(self.frames);
    }
}
