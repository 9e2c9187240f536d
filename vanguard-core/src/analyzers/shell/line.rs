//! What PowerShell and `cmd.exe` share: words and commands put together one after the other.

use super::interpreters::Code;
use super::model::{Assignment, Command, Context, Edge, Joined, NONE, Redirect, RedirectOp, Via, Word, WordFlags};
use super::programs::Classes;
use super::scratch::{Item, Link, Origin, ShellScratch, Variable, as_u32, caps};
use super::tidy;
use crate::message::Span;

/// A command line being put together.
#[derive(Debug)]
pub(super) struct Line<'s> {
    pub(super) s: &'s mut ShellScratch,
    item: Item,
    words: u32,
    redirects: u32,
    assignments: u32,
    begin: Option<usize>,
    stage_start: u32,
    pipeline_start: u32,
    upstream: Option<(u32, u32)>,
    pipeline: u32,
    stage: u32,
    join: Joined,
}

/// A word being put together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) start: usize,
    pub(super) begin: usize,
    pub(super) flags: WordFlags,
    pub(super) exists: bool,
    seam: bool,
}

impl<'s> Line<'s> {
    pub(super) fn new(item: &Item, s: &'s mut ShellScratch) -> Self {
        let commands = as_u32(s.commands.len());
        let pipeline = s.pipelines;
        s.pipelines += 1;
        Self {
            words: as_u32(s.words.len()),
            redirects: as_u32(s.redirects.len()),
            assignments: as_u32(s.assignments.len()),
            s,
            item: *item,
            begin: None,
            stage_start: commands,
            pipeline_start: commands,
            upstream: None,
            pipeline,
            stage: 0,
            join: Joined::First,
        }
    }

    pub(super) fn is_full(&mut self) -> bool {
        let full = self.s.commands.len() >= caps::COMMANDS || self.s.words.len() >= caps::WORDS;
        self.s.complete &= !full;
        full
    }

    pub(super) fn command_index(&self) -> u32 {
        as_u32(self.s.commands.len())
    }

    pub(super) fn word_index(&self) -> u32 {
        as_u32(self.s.words.len())
    }

    pub(super) fn word_count(&self) -> usize {
        self.s.words.len() - self.words as usize
    }

    /// Forgets the words read so far for the current command.
    pub(super) fn drop_words(&mut self) {
        self.s.words.truncate(self.words as usize);
        self.begin = None;
    }

    pub(super) fn begin_word(&mut self, at: usize) -> Draft {
        self.begin.get_or_insert(at);
        Draft { start: self.s.bytes.len(), begin: at, flags: WordFlags::NONE, exists: false, seam: false }
    }

    pub(super) fn push(&mut self, draft: &mut Draft, bytes: &[u8]) {
        let Some(first) = bytes.first() else { return };
        if draft.seam && first.is_ascii_alphanumeric() {
            draft.flags = draft.flags.with(WordFlags::SPLICED);
        }
        draft.seam = false;
        draft.exists = true;
        self.s.bytes.extend_from_slice(bytes);
    }

    /// Appends the value of a variable.
    pub(super) fn push_value(&mut self, draft: &mut Draft, value: Span) {
        draft.flags = draft.flags.with(WordFlags::DERIVED);
        draft.exists = true;
        if value.len() > self.s.splice_budget {
            self.s.complete = false;
            draft.flags = draft.flags.with(WordFlags::EXPANSION);
            return;
        }
        self.s.splice_budget -= value.len();
        self.s.bytes.extend_from_within(value.range());
    }

    /// Notes that a quote or an escape stands here.
    pub(super) fn seam(&mut self, draft: &mut Draft) {
        let last = self.s.bytes.get(draft.start..).and_then(<[u8]>::last);
        draft.seam = last.is_some_and(u8::is_ascii_alphanumeric);
    }

    fn word_of(&mut self, draft: Draft, end: usize) -> Word {
        let text = Span::of_usize(draft.start, self.s.bytes.len());
        let span = self.item.origin.map(draft.begin, end.max(draft.begin));
        let clean = tidy::path(&mut self.s.bytes, text).unwrap_or(text);
        Word::new(text, clean, span, draft.flags)
    }

    pub(super) fn end_word(&mut self, draft: Draft, end: usize) {
        if draft.exists {
            let word = self.word_of(draft, end);
            self.s.words.push(word);
        }
    }

    pub(super) fn redirect(&mut self, op: RedirectOp, fd: Option<u16>, draft: Draft, end: usize) {
        let target = self.word_of(draft, end);
        self.s.redirects.push(Redirect { op, fd, target });
    }

    pub(super) fn assign(&mut self, name: &[u8], draft: Draft, end: usize, known: bool, item: u32) {
        let value = self.word_of(draft, end);
        let name_span = self.s.push_text(name);
        self.s.assignments.push(Assignment { name: name_span, value });
        self.s.set_variable(name, Variable { value: value.text, known, item, ..Variable::default() });
    }

    /// Puts a text in line that the current command holds.
    pub(super) fn enqueue(&mut self, text: &[u8], origin: Origin, context: Context) -> Option<u32> {
        if text.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let item = Item {
            origin,
            context,
            reach: self.item.reach.through(context),
            parent: self.command_index(),
            depth: self.item.depth + 1,
            commands: (0, 0),
            ..self.item
        };
        self.s.enqueue(text, item)
    }

    /// Notes that the output of `item` goes into the word being read.
    pub(super) fn link(&mut self, item: u32) {
        let peer = self.command_index();
        let word = self.word_index();
        self.s.links.push(Link { item, peer: (peer, peer + 1), word, via: Via::Substitution, reversed: false });
    }

    pub(super) fn end_command(&mut self, joined: Joined, end: usize) {
        let began = self.begin.take();
        if let Some(begin) = began {
            let command = Command {
                words: (self.words, as_u32(self.s.words.len())),
                own: as_u32(self.s.words.len()),
                assignments: (self.assignments, as_u32(self.s.assignments.len())),
                redirects: (self.redirects, as_u32(self.s.redirects.len())),
                name: Span::new(0, 0),
                classes: Classes::NONE,
                place: None,
                code: Code::None,
                context: self.item.context,
                reach: self.item.reach,
                parent: self.item.parent,
                depth: self.item.depth,
                pipeline: self.pipeline,
                stage: self.stage,
                joined: self.join,
                background: false,
                span: self.item.origin.map(begin, end),
            };
            self.s.commands.push(command);
        }
        self.words = as_u32(self.s.words.len());
        self.redirects = as_u32(self.s.redirects.len());
        self.assignments = as_u32(self.s.assignments.len());
        let index = self.command_index();
        if joined == Joined::Background {
            let started = self.pipeline_start as usize..index as usize;
            self.s.commands.get_mut(started).into_iter().flatten().for_each(|command| command.background = true);
        }
        let stage = (self.stage_start, index);
        if let Some(from) = self.upstream.take()
            && stage.0 < stage.1
        {
            self.s.edges.push(Edge { from, into: stage, word: NONE, via: Via::Pipe });
        }
        self.stage_start = index;
        if joined == Joined::Pipe {
            self.upstream = (stage.0 < stage.1).then_some(stage);
            self.stage += 1;
        } else if began.is_some() || joined != Joined::Newline {
            self.pipeline_start = index;
            self.pipeline = self.s.pipelines;
            self.s.pipelines += 1;
            self.stage = 0;
        }
        if began.is_some() || joined != Joined::Newline {
            self.join = joined;
        }
    }
}
