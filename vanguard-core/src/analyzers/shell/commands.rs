//! Commands as they end, and what they set: variables, arrays, arguments.

use super::interpreters::Code;
use super::literal;
use super::model::{Assignment, Command, Edge, Joined, NONE, Via, Word, WordFlags};
use super::posix::{Building, Posix, Receiver};
use super::programs::Classes;
use super::scratch::{Link, Variable, as_u32};
use super::word::{ELEMENT_END, Place};
use crate::message::Span;

/// A list longer than this is not carried into the loop's body; its words are still those of the `for` command itself.
const LIST: usize = 512;

impl Posix<'_, '_> {
    /// `NAME=value`, `NAME+=value`, `NAME[i]=value`, `NAME=(…)` before a program.
    pub(super) fn assignment(&mut self) -> bool {
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
        let value = Word::new(value, value, span, WordFlags::DERIVED);
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

    pub(super) fn push_command(&mut self, building: Building) {
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
            place: None,
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
    pub(super) fn end_of_command(&self, begin: usize) -> usize {
        let text = self.text.get(begin..self.pos).unwrap_or_default();
        let text = text.trim_ascii_end();
        let len = text
            .iter()
            .rposition(|byte| !matches!(byte, b';' | b'&' | b'|' | b')'))
            .map_or(text.len(), |last| last + 1);
        begin + text.get(..len).unwrap_or_default().trim_ascii_end().len()
    }

    /// `export A=b`, `set -- a b`, `read x <<< b`: commands that set variables.
    pub(super) fn declared(&mut self, words: (u32, u32)) {
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
    pub(super) fn item_of_word(&self, word: u32) -> u32 {
        let own = |link: &&Link| link.peer.0 >= self.command_index();
        self.s.links.iter().rev().take_while(own).find(|link| link.word == word).map_or(NONE, |link| link.item)
    }
}
