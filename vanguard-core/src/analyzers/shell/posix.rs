//! POSIX shell and bash as a flat list of commands: operators, keywords and groups are read, never refused.
//!
//! A text in substitutions or behind `sh -c` is put in line and parsed on its own, so nothing here recurses with the input.

use super::documents::PendingDoc;
use super::groups::Group;
use super::model::{Context, Joined, NONE, Reach, Redirect, RedirectOp, Via, Word, WordFlags};
use super::scratch::{Item, Link, Origin, ShellScratch, as_u32, caps};
use super::word::Place;
use crate::message::Span;

/// An open group and the pipeline being read inside it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) group: Group,
    pub(super) reach: Reach,
    pub(super) context: Context,
    /// The function whose body this is.
    pub(super) function: Option<Span>,
    /// The first command of the group.
    pub(super) first: u32,
    /// The first command of the current pipeline, and of its current stage.
    pub(super) pipeline_start: u32,
    pub(super) stage_start: u32,
    /// The stage before, if this is not the first.
    pub(super) upstream: Option<(u32, u32)>,
    pub(super) pipeline: u32,
    pub(super) stage: u32,
}

/// Where the data of a substitution goes that stands in the word being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Receiver {
    /// Into that word.
    Word,
    /// Into the command's standard input: a redirect's target.
    Input,
    /// Into a variable.
    Variable,
}

/// The command being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Building {
    pub(super) words: u32,
    pub(super) redirects: u32,
    pub(super) assignments: u32,
    pub(super) begin: usize,
}

/// A parser over one text.
#[derive(Debug)]
pub(super) struct Posix<'t, 's> {
    pub(super) text: &'t [u8],
    pub(super) pos: usize,
    pub(super) origin: Origin,
    pub(super) depth: u8,
    pub(super) reach: Reach,
    pub(super) context: Context,
    pub(super) parent: u32,
    /// `$0 $1 …`
    pub(super) args: (u32, u32),
    /// The quote the text is known to begin inside of, or 0.
    pub(super) quote_open: u8,
    pub(super) operands: u8,
    pub(super) folds: u8,
    pub(super) s: &'s mut ShellScratch,
    pub(super) building: Option<Building>,
    pub(super) frames: usize,
    pub(super) documents: usize,
    pub(super) receiver: Receiver,
    /// The command a here-document's substitutions belong to, while its body is read.
    pub(super) owner: Option<u32>,
    /// The first substitution in the value being read.
    pub(super) value_item: u32,
    /// The range of the group that was just closed, for redirects behind it.
    pub(super) closed: Option<u32>,
    pub(super) function: Option<Span>,
    pub(super) join: Joined,
}

impl<'t, 's> Posix<'t, 's> {
    pub(super) fn new(text: &'t [u8], item: &Item, quote_open: u8, s: &'s mut ShellScratch) -> Self {
        Self {
            text,
            pos: 0,
            origin: item.origin,
            depth: item.depth,
            reach: item.reach,
            context: item.context,
            parent: item.parent,
            args: item.args,
            quote_open,
            operands: 0,
            folds: 0,
            frames: s.frames.len(),
            documents: s.documents.len(),
            s,
            building: None,
            receiver: Receiver::Word,
            owner: None,
            value_item: NONE,
            closed: None,
            function: None,
            join: Joined::First,
        }
    }

    /// Reads the whole text.
    pub(super) fn run(&mut self) {
        self.open(Group::Top);
        while self.step() {}
        self.end_command(Joined::Newline);
        self.read_documents();
        while self.s.frames.len() > self.frames {
            let open = self.s.frames.len() > self.frames + 1;
            self.s.unbalanced |= open;
            self.close_top();
        }
        self.s.documents.truncate(self.documents);
    }

    pub(super) fn rest(&self) -> Option<&'t [u8]> {
        self.text.get(self.pos..)
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.pos + ahead).copied()
    }

    /// Reads one token. `false` at the end of the text.
    fn step(&mut self) -> bool {
        if self.quote_open != 0 && self.pos == 0 {
            self.add_word();
            return self.pos < self.text.len();
        }
        self.blanks();
        let Some(byte) = self.peek(0) else { return false };
        if self.s.commands.len() >= caps::COMMANDS || self.s.words.len() >= caps::WORDS {
            self.s.complete = false;
            return false;
        }
        if self.in_pattern() {
            self.case_pattern(byte);
            return true;
        }
        let next = self.peek(1);
        match byte {
            b'\n' if self.function.is_some() => self.pos += 1,
            b'\n' => {
                self.pos += 1;
                self.end_command(Joined::Newline);
                self.read_documents();
            }
            b'#' => {
                let rest = self.rest().unwrap_or_default();
                self.pos += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            b';' => self.semicolon(next),
            b'&' => match next {
                Some(b'&') => self.operator(2, Joined::And),
                Some(b'>') => {
                    self.pos += 1;
                    self.redirect(None);
                }
                _ => self.operator(1, Joined::Background),
            },
            b'|' => match next {
                Some(b'|') => self.operator(2, Joined::Or),
                Some(b'&') => self.operator(2, Joined::Pipe),
                _ => self.operator(1, Joined::Pipe),
            },
            b'(' => self.paren(),
            b')' => {
                self.pos += 1;
                self.end_command(Joined::Semicolon);
                self.close(|group| group == Group::Subshell);
            }
            b'<' | b'>' if next == Some(b'(') => self.add_word(),
            b'<' | b'>' => self.redirect(None),
            b'0'..=b'9' if self.descriptor() => {}
            b'{' if self.function.is_some() => {
                self.pos += 1;
                self.open(Group::Brace);
            }
            _ => {
                let special =
                    (self.building.is_none() || self.function.is_some()) && self.keyword() || self.assignment();
                if !special {
                    self.add_word();
                }
            }
        }
        true
    }

    pub(super) fn blanks(&mut self) {
        while let Some(rest) = self.rest() {
            match rest {
                [b' ' | b'\t', ..] => self.pos += 1,
                [b'\r', b'\n', ..] => self.pos += 1,
                [b'\\', b'\n', ..] => self.pos += 2,
                _ => break,
            }
        }
    }

    fn operator(&mut self, len: usize, joined: Joined) {
        self.pos += len;
        self.end_command(joined);
    }

    fn semicolon(&mut self, next: Option<u8>) {
        let ends_case = matches!(next, Some(b';' | b'&')) && self.in_case();
        self.pos += if ends_case { 2 + usize::from(self.peek(2) == Some(b'&')) } else { 1 };
        self.end_command(Joined::Semicolon);
        if ends_case {
            self.expect_pattern();
        }
    }

    /// `2>file`, `10<&1`.
    fn descriptor(&mut self) -> bool {
        let rest = self.rest().unwrap_or_default();
        let len = rest.iter().take(5).position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        if !matches!(rest.get(len), Some(b'<' | b'>')) || rest.get(len + 1) == Some(&b'(') {
            return false;
        }
        let fd =
            rest.get(..len).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
        self.begin();
        self.pos += len;
        self.redirect(fd);
        true
    }

    /// Begins a command where none is being read.
    pub(super) fn begin(&mut self) {
        if self.building.is_none() {
            self.building = Some(Building {
                words: as_u32(self.s.words.len()),
                redirects: as_u32(self.s.redirects.len()),
                assignments: as_u32(self.s.assignments.len()),
                begin: self.pos,
            });
        }
    }

    pub(super) fn add_word(&mut self) {
        self.begin();
        let before = self.pos;
        self.word(Place::Argument);
        if self.pos == before {
            // A byte that begins no word: read over it, so that the end is always reached.
            self.pos += 1;
        }
    }

    /// How many words the command being read has.
    pub(super) fn word_count(&self) -> usize {
        self.building.map_or(0, |building| self.s.words.len() - building.words as usize)
    }

    pub(super) fn redirect(&mut self, fd: Option<u16>) {
        self.begin();
        let rest = self.rest().unwrap_or_default();
        let (op, len) = match rest {
            [b'<', b'<', b'<', ..] => (RedirectOp::HereString, 3),
            [b'<', b'<', b'-', ..] => (RedirectOp::HereDoc, 3),
            [b'<', b'<', ..] => (RedirectOp::HereDoc, 2),
            [b'<', b'>', ..] => (RedirectOp::ReadWrite, 2),
            [b'<' | b'>', b'&', ..] => (RedirectOp::Duplicate, 2),
            [b'<', ..] => (RedirectOp::Read, 1),
            [b'>', b'>', ..] => (RedirectOp::Append, 2),
            [b'>', b'|', ..] => (RedirectOp::Write, 2),
            _ => (RedirectOp::Write, 1),
        };
        let written = rest.first() == Some(&b'>');
        let tabs = op == RedirectOp::HereDoc && len == 3;
        self.pos += len;
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.pos += 1;
        }
        let target = self.value(Receiver::Input);
        let named = !target.text.of(&self.s.bytes).iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
        // `>& file` writes to a file, `>&2` and `>&-` to a descriptor.
        let op = if op == RedirectOp::Duplicate && written && named { RedirectOp::Write } else { op };
        if op == RedirectOp::HereDoc {
            let pending = PendingDoc {
                redirect: as_u32(self.s.redirects.len()),
                owner: self.command_index(),
                delimiter: target.text,
                tabs,
                quoted: target.flags.has(WordFlags::QUOTED) || target.text.len() != target.span.len(),
            };
            self.s.documents.push(pending);
        }
        self.s.redirects.push(Redirect { op, fd, target });
    }

    /// Reads one word that is not an argument.
    pub(super) fn value(&mut self, receiver: Receiver) -> Word {
        let kept = std::mem::replace(&mut self.receiver, receiver);
        self.value_item = NONE;
        let before = self.s.words.len();
        self.plain_word(Place::Value);
        self.receiver = kept;
        let word = self.s.words.get(before).copied().unwrap_or_default();
        self.s.words.truncate(before);
        word
    }

    /// The index the command being read will have.
    pub(super) fn command_index(&self) -> u32 {
        as_u32(self.s.commands.len())
    }

    /// Notes that the output of `item` goes where the cursor is.
    pub(super) fn link(&mut self, item: u32, via: Via) {
        self.push_link(item, via, false);
    }

    pub(super) fn push_link(&mut self, item: u32, via: Via, reversed: bool) {
        if self.folds > 0 {
            return;
        }
        let word = match self.receiver {
            Receiver::Word => as_u32(self.s.words.len()),
            Receiver::Input => NONE,
            Receiver::Variable => {
                if self.value_item == NONE {
                    self.value_item = item;
                }
                return;
            }
        };
        let peer = self.owner.unwrap_or(self.command_index());
        self.s.links.push(Link { item, peer: (peer, peer + 1), word, via, reversed });
    }

    /// Whether no further group can be opened.
    pub(super) fn is_nested_out(&self) -> bool {
        self.s.frames.len() - self.frames >= caps::NESTING
    }

    /// Opens a group.
    pub(super) fn open(&mut self, group: Group) {
        let top = self.s.frames.get(self.frames..).and_then(<[Frame]>::last).copied();
        if self.is_nested_out() {
            self.s.complete = false;
            return;
        }
        let function = self.function.take();
        if function.is_some() {
            self.drop_building();
        }
        let (reach, context) = top.map_or((self.reach, self.context), |top| (top.reach, top.context));
        let context = match group {
            _ if function.is_some() => Context::Function,
            Group::Subshell => Context::Subshell,
            _ => context,
        };
        let first = self.command_index();
        let pipeline = self.s.pipelines;
        self.s.pipelines += 1;
        self.s.frames.push(Frame {
            group,
            reach: if top.is_some() { reach.through(context) } else { reach },
            context,
            function,
            first,
            pipeline_start: first,
            stage_start: first,
            upstream: None,
            pipeline,
            stage: 0,
        });
        self.closed = None;
    }
}
