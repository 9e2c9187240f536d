//! POSIX shell and bash as a flat list of commands: operators, keywords and groups are read, never refused.
//!
//! A text in substitutions or behind `sh -c` is put in line and parsed on its own, so nothing here recurses with the input.

use super::Dialect;
use super::groups::Group;
use super::interpreters::Code;
use super::literal;
use super::model::{
    Assignment, Command, Context, Edge, Joined, NONE, Reach, Redirect, RedirectOp, Via, Word, WordFlags,
};
use super::programs::Classes;
use super::scratch::{Item, Link, Origin, ShellScratch, Variable, as_u32, caps, slice};
use super::word::{ELEMENT_END, Place};
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
    pipeline_start: u32,
    stage_start: u32,
    /// The stage before, if this is not the first.
    upstream: Option<(u32, u32)>,
    pipeline: u32,
    stage: u32,
}

/// A here-document whose body begins at the next line.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingDoc {
    redirect: u32,
    owner: u32,
    delimiter: Span,
    tabs: bool,
    quoted: bool,
}

/// Where the data of a substitution goes that stands in the word being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Receiver {
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
    redirects: u32,
    assignments: u32,
    begin: usize,
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
    documents: usize,
    receiver: Receiver,
    /// The command a here-document's substitutions belong to, while its body is read.
    owner: Option<u32>,
    /// The first substitution in the value being read.
    value_item: u32,
    /// The range of the group that was just closed, for redirects behind it.
    pub(super) closed: Option<u32>,
    pub(super) function: Option<Span>,
    join: Joined,
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

    fn redirect(&mut self, fd: Option<u16>) {
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
    fn value(&mut self, receiver: Receiver) -> Word {
        let kept = std::mem::replace(&mut self.receiver, receiver);
        self.value_item = NONE;
        let before = self.s.words.len();
        self.plain_word(Place::Value);
        self.receiver = kept;
        let word = self.s.words.get(before).copied().unwrap_or_default();
        self.s.words.truncate(before);
        word
    }

    /// `NAME=value`, `NAME+=value`, `NAME[i]=value`, `NAME=(…)` before a program.
    fn assignment(&mut self) -> bool {
        if self.word_count() > 0 {
            return false;
        }
        let rest = self.rest().unwrap_or_default();
        let Some((name, value)) = literal::split_assignment(rest) else { return false };
        self.begin();
        let appended = rest.get(value.saturating_sub(2)) == Some(&b'+');
        let (name, start) = (rest.get(..name).unwrap_or_default(), self.pos);
        let name_span = self.s.push_text(name);
        self.pos += value;
        if self.peek(0) == Some(b'(') {
            self.array(name, name_span, start);
            return true;
        }
        let mut word = self.value(Receiver::Variable);
        let old = self.s.variable(name).filter(|old| appended && old.known);
        if let Some(old) = old.filter(|old| old.value.len() <= self.s.splice_budget) {
            self.s.splice_budget -= old.value.len();
            let from = self.s.bytes.len();
            self.s.bytes.extend_from_within(old.value.range());
            self.s.bytes.extend_from_within(word.text.range());
            word.text = Span::of_usize(from, self.s.bytes.len());
            word.clean = word.text;
        }
        word.span = self.origin.map(start, self.pos);
        let known = !word.flags.has(WordFlags::EXPANSION) && (!appended || old.is_some());
        let variable = Variable { value: word.text, known, item: self.value_item, ..Variable::default() };
        self.define(name, variable);
        self.s.assignments.push(Assignment { name: name_span, value: word });
        true
    }

    /// `NAME=( … )` from its parenthesis on.
    pub(super) fn array(&mut self, name: &[u8], name_span: Span, start: usize) {
        self.pos += 1;
        self.value_item = NONE;
        let first = self.s.words.len();
        let kept = std::mem::replace(&mut self.receiver, Receiver::Variable);
        loop {
            self.blanks();
            match self.peek(0) {
                None => {
                    self.s.unbalanced = true;
                    break;
                }
                Some(b')') => {
                    self.pos += 1;
                    break;
                }
                Some(_) => {
                    let before = self.pos;
                    self.word(Place::Argument);
                    self.pos += usize::from(self.pos == before);
                }
            }
        }
        self.receiver = kept;
        let words = (as_u32(first), as_u32(self.s.words.len()));
        let value = self.assign_list(name, words);
        self.s.words.truncate(first);
        let span = self.origin.map(start, self.pos);
        let value = Word { text: value, clean: value, span, flags: WordFlags::DERIVED };
        self.s.assignments.push(Assignment { name: name_span, value });
    }

    /// Sets a variable to a list: an array, or what a loop runs through.
    pub(super) fn assign_list(&mut self, name: &[u8], words: (u32, u32)) -> Span {
        let start = self.s.bytes.len();
        let mut known = true;
        for index in words.0..words.1 {
            let Some(word) = self.s.words.get(index as usize).copied() else { break };
            if self.s.bytes.len() - start + word.text.len() > LIST {
                known = false;
                break;
            }
            if index > words.0 {
                self.s.bytes.push(ELEMENT_END);
            }
            known &= !word.flags.has(WordFlags::EXPANSION);
            self.s.bytes.extend_from_within(word.text.range());
        }
        let value = Span::of_usize(start, self.s.bytes.len());
        self.define(name, Variable { value, list: true, known, item: self.value_item, ..Variable::default() });
        value
    }

    /// Sets a variable for the rest of the text.
    pub(super) fn define(&mut self, name: &[u8], variable: Variable) {
        if self.folds == 0 {
            self.s.set_variable(name, variable);
        }
    }

    /// Ends the command being read; `joined` says what follows it.
    pub(super) fn end_command(&mut self, joined: Joined) {
        let ended = self.building.take();
        if let Some(building) = ended {
            self.push_command(building);
        }
        self.function = self.function.filter(|_| ended.is_none() && joined == Joined::Newline);
        let end = self.command_index();
        let Some(frame) = self.s.frames.last_mut() else { return };
        if joined == Joined::Background {
            let started = (frame.pipeline_start as usize)..(end as usize);
            self.s.commands.get_mut(started).into_iter().flatten().for_each(|command| command.background = true);
        }
        let stage = (frame.stage_start, end);
        if let Some(from) = frame.upstream.take()
            && stage.0 < stage.1
        {
            self.s.edges.push(Edge { from, into: stage, word: NONE, via: Via::Pipe });
        }
        frame.stage_start = end;
        if joined == Joined::Pipe {
            frame.upstream = (stage.0 < stage.1).then_some(stage);
            frame.stage += 1;
        } else if ended.is_some() || stage.0 < stage.1 || joined != Joined::Newline {
            frame.pipeline_start = end;
            frame.pipeline = self.s.pipelines;
            frame.stage = 0;
            self.s.pipelines += 1;
        }
        if ended.is_some() || joined != Joined::Newline {
            self.join = joined;
        }
        self.closed = None;
    }

    fn push_command(&mut self, building: Building) {
        let words = (building.words, as_u32(self.s.words.len()));
        self.declared(words);
        let top = self.s.frames.last().copied();
        let group = self.closed.filter(|_| words.0 == words.1);
        let index = self.command_index();
        let command = Command {
            words,
            own: words.1,
            assignments: (building.assignments, as_u32(self.s.assignments.len())),
            redirects: (building.redirects, as_u32(self.s.redirects.len())),
            name: Span::new(0, 0),
            classes: Classes::NONE,
            code: Code::None,
            context: top.map_or(self.context, |frame| frame.context),
            reach: top.map_or(self.reach, |frame| frame.reach),
            parent: self.parent,
            depth: self.depth,
            pipeline: top.map_or(0, |frame| frame.pipeline),
            stage: top.map_or(0, |frame| frame.stage),
            joined: self.join,
            background: false,
            span: self.origin.map(building.begin, self.end_of_command(building.begin)),
        };
        if let Some(first) = group {
            // `done < <(…)`: what the redirect of a group reads, every command in the group may read.
            self.s.links.iter_mut().rev().take_while(|link| link.peer.0 == index).for_each(|link| link.peer.0 = first);
        }
        self.s.commands.push(command);
    }

    /// The end of the command's text: the cursor without the operator and blanks behind it.
    fn end_of_command(&self, begin: usize) -> usize {
        let text = self.text.get(begin..self.pos).unwrap_or_default();
        let text = text.trim_ascii_end();
        let len = text
            .iter()
            .rposition(|byte| !matches!(byte, b';' | b'&' | b'|' | b')'))
            .map_or(text.len(), |last| last + 1);
        begin + text.get(..len).unwrap_or_default().trim_ascii_end().len()
    }

    /// `export A=b`, `set -- a b`, `read x <<< b`: commands that set variables.
    fn declared(&mut self, words: (u32, u32)) {
        if self.folds > 0 {
            return;
        }
        match self.s.word_text(words.0) {
            b"export" | b"declare" | b"typeset" | b"local" | b"readonly" | b"alias" => {
                for at in words.0 + 1..words.1 {
                    let Some(word) = self.s.words.get(at as usize).copied() else { break };
                    let Some((name, value)) = literal::split_assignment(self.s.text(word.text)) else { continue };
                    let name = Span::new(word.text.start, word.text.start + as_u32(name));
                    let text = Span::new(word.text.start + as_u32(value), word.text.end);
                    self.s.assignments.push(Assignment { name, value: Word { text, clean: text, ..word } });
                    let known = !word.flags.has(WordFlags::EXPANSION);
                    let item = self.item_of_word(at);
                    self.s.set_variable_from(name, Variable { value: text, known, item, ..Variable::default() });
                }
            }
            b"set" if self.s.word_text(words.0 + 1) == b"--" => self.args = (words.0 + 1, words.1),
            b"set" if !matches!(self.s.word_text(words.0 + 1).first(), None | Some(b'-' | b'+')) => self.args = words,
            b"shift" => {
                let by = std::str::from_utf8(self.s.word_text(words.0 + 1)).ok().and_then(|by| by.parse().ok());
                self.args.0 = self.args.0.saturating_add(by.unwrap_or(1_u32)).min(self.args.1);
            }
            _ => {}
        }
    }

    /// The substitution that stands in a word just read.
    fn item_of_word(&self, word: u32) -> u32 {
        let own = |link: &&Link| link.peer.0 >= self.command_index();
        self.s.links.iter().rev().take_while(own).find(|link| link.word == word).map_or(NONE, |link| link.item)
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

    /// Reads the bodies of the here-documents announced on the line that just ended.
    fn read_documents(&mut self) {
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
    fn document_end(&mut self, start: usize, pending: PendingDoc) -> (usize, usize) {
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

    fn document_body(&mut self, start: usize, end: usize, pending: PendingDoc) -> Word {
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
        Word { text, clean: text, span, flags: WordFlags::QUOTED }
    }

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

/// A list longer than this is not carried into the loop's body; its words are still those of the `for` command itself.
const LIST: usize = 512;

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
