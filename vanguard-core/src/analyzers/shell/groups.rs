//! Keywords and groups: `if`, `for`, `case`, `{ }`, `( )`, functions. The commands inside are what counts; the groups
//! themselves only say where a pipeline's stage begins and ends.

use super::expand::is_name;
use super::extent::closing_paren;
use super::model::{Function, Joined, Word, WordFlags};
use super::posix::{Frame, Posix};
use super::scratch::as_u32;
use super::word::Place;
use crate::message::Span;

/// What a frame was opened by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// The text itself.
    Top,
    /// `(`
    Subshell,
    /// `{`
    Brace,
    /// `if`
    If,
    /// `while`, `until`, `for`, `select`
    Loop,
    /// `case`, when its commands are read.
    Case,
    /// `case`, when a pattern comes next.
    Pattern,
}

impl Posix<'_, '_> {
    /// Reads a keyword where a command may begin. `false` if there is none.
    pub(super) fn keyword(&mut self) -> bool {
        let rest = self.rest().unwrap_or_default();
        let len = rest.iter().take(9).position(|byte| Self::ends(*byte)).unwrap_or(rest.len().min(9));
        let Some(word) = rest.get(..len) else { return false };
        let open = |group| self.has_open(group);
        match word {
            b"if" => self.opens(len, Group::If),
            b"while" | b"until" => self.opens(len, Group::Loop),
            b"{" => self.opens(len, Group::Brace),
            b"then" | b"elif" | b"else" if open(Group::If) => self.separates(len),
            b"do" if open(Group::Loop) => self.separates(len),
            b"fi" if open(Group::If) => self.closes(len, |group| group == Group::If),
            b"done" if open(Group::Loop) => self.closes(len, |group| group == Group::Loop),
            b"esac" if open(Group::Case) || open(Group::Pattern) => {
                self.closes(len, |group| matches!(group, Group::Case | Group::Pattern));
            }
            b"}" if open(Group::Brace) => self.closes(len, |group| group == Group::Brace),
            b"!" => self.pos += len,
            b"time" | b"coproc" if self.group_follows(len) => self.pos += len,
            b"for" | b"select" => return self.for_loop(len),
            b"case" => return self.case(len),
            b"function" => return self.function_keyword(len),
            b"[[" => self.condition(),
            _ => return false,
        }
        true
    }

    /// `(`: a subshell, `((…))`, a function's `()`, or a parenthesis where none belongs.
    pub(super) fn paren(&mut self) {
        let count = self.word_count();
        if self.function.is_some() && count <= 1 {
            self.pos += 1;
            self.open(Group::Subshell);
            return;
        }
        if count == 0 && self.peek(1) == Some(b'(') && !self.is_nested_out() {
            let start = self.pos + 2;
            if let Some(end) = closing_paren(self.text, start).filter(|end| self.text.get(end + 1) == Some(&b')')) {
                self.begin();
                self.harvest(start, end);
                self.pos = end + 2;
                return;
            }
        }
        if count == 1 && self.function_parens() {
            return;
        }
        let array = self.current_words().last().is_some_and(|word| {
            let end = word.text.range().end;
            self.s.bytes.get(end.saturating_sub(1)) == Some(&b'=') && end == self.s.bytes.len()
        });
        if array && count > 1 {
            self.array_argument();
            return;
        }
        if self.building.is_some() {
            self.end_command(Joined::Semicolon);
        }
        self.pos += 1;
        self.open(Group::Subshell);
    }

    /// `declare -a name=( … )`
    fn array_argument(&mut self) {
        let Some(word) = self.current_words().last().copied() else { return };
        let name = Span::new(word.text.start, word.text.end.saturating_sub(1));
        self.array(b"", name, self.pos);
        if let Some(variable) = self.s.variable(b"") {
            self.s.set_variable_from(name, variable);
        }
    }

    /// `name ()`: what follows is the body of a function.
    fn function_parens(&mut self) -> bool {
        let Some(word) = self.current_words().first().copied() else { return false };
        let mut at = self.pos + 1;
        while matches!(self.text.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        if self.text.get(at) != Some(&b')') || word.flags.has(WordFlags::EXPANSION) {
            return false;
        }
        // The word stays until a group follows: without one, `f()` is taken for a call.
        self.pos = at + 1;
        self.function = Some(word.text);
        true
    }

    fn function_keyword(&mut self, len: usize) -> bool {
        let mut at = self.pos + len;
        while matches!(self.text.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let rest = self.text.get(at..).unwrap_or_default();
        let end = rest.iter().position(|byte| Self::ends(*byte)).unwrap_or(rest.len());
        if end == 0 || at == self.pos + len {
            return false;
        }
        let name = self.s.push_text(rest.get(..end).unwrap_or_default());
        self.pos = at + end;
        self.blanks();
        if self.peek(0) == Some(b'(') && self.peek(1) == Some(b')') {
            self.pos += 2;
        }
        self.function = Some(name);
        true
    }

    /// Forgets the command being read.
    pub(super) fn drop_building(&mut self) {
        if let Some(building) = self.building.take() {
            self.s.words.truncate(building.words as usize);
        }
    }

    fn opens(&mut self, len: usize, group: Group) {
        self.pos += len;
        self.open(group);
    }

    fn separates(&mut self, len: usize) {
        self.pos += len;
        self.end_command(Joined::Semicolon);
    }

    fn closes(&mut self, len: usize, wanted: impl Fn(Group) -> bool) {
        self.pos += len;
        self.end_command(Joined::Semicolon);
        self.close(wanted);
    }

    /// Closes the innermost group of the wanted kind, and what was left open inside it.
    pub(super) fn close(&mut self, wanted: impl Fn(Group) -> bool) {
        let frames = self.s.frames.get(self.frames + 1..).unwrap_or_default();
        if !frames.iter().any(|frame| wanted(frame.group)) {
            self.s.unbalanced = true;
            return;
        }
        while let Some(frame) = self.s.frames.last().copied() {
            self.close_top();
            if wanted(frame.group) {
                break;
            }
        }
    }

    /// Closes the innermost group. Its commands become part of the stage that holds it.
    pub(super) fn close_top(&mut self) {
        let Some(frame) = self.s.frames.pop() else { return };
        let end = self.command_index();
        if let Some(name) = frame.function {
            self.s.functions.push(Function { name, body: (frame.first, end) });
        }
        self.closed = Some(frame.first);
    }

    /// `for name in words`, `for ((…))`, `select`. The words are kept as those of a command named `for`.
    fn for_loop(&mut self, len: usize) -> bool {
        let start = self.pos;
        let mut at = start + len;
        while matches!(self.text.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let rest = self.text.get(at..).unwrap_or_default();
        if rest.starts_with(b"((") {
            self.pos = at;
            let Some(end) = closing_paren(self.text, at + 2) else { return true };
            self.harvest(at + 2, end);
            self.pos = (end + 2).min(self.text.len());
            self.loop_head();
            return true;
        }
        let name = rest.get(..rest.iter().position(|byte| !is_name(*byte)).unwrap_or(rest.len())).unwrap_or_default();
        if name.is_empty() || at == start + len {
            return false;
        }
        self.pos = at + name.len();
        let after = self.pos;
        while matches!(self.peek(0), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.pos += 1;
        }
        let listed = self.rest().is_some_and(|rest| {
            rest.starts_with(b"in") && rest.get(2).is_none_or(|byte| Self::ends(*byte)) && self.pos > after
        });
        if !listed {
            // `for x; do`, `for x do`: runs through the arguments.
            self.pos = after;
            let runs = self.rest().is_some_and(|rest| {
                let rest = rest.trim_ascii_start();
                rest.starts_with(b";") || rest.starts_with(b"do") || rest.is_empty()
            });
            if !runs {
                self.pos = start;
                return false;
            }
            self.loop_head();
            return true;
        }
        self.pos += 2;
        self.open(Group::Loop);
        self.begin();
        let keyword = self.s.push_text(b"for");
        let span = self.origin.map(start, start + len);
        self.s.words.push(Word::new(keyword, keyword, span, WordFlags::NONE));
        let first = self.s.words.len();
        loop {
            self.blanks();
            match self.peek(0) {
                None | Some(b'\n' | b';' | b'&' | b'|' | b')') => break,
                Some(_) => self.add_word(),
            }
        }
        let words = (as_u32(first), as_u32(self.s.words.len()));
        self.assign_list(name, words);
        true
    }

    /// Opens a loop whose head holds no command: what ends the head parts none.
    fn loop_head(&mut self) {
        self.open(Group::Loop);
        self.blanks();
        let rest = self.rest().unwrap_or_default();
        let body = rest.strip_prefix(b";").unwrap_or(rest).trim_ascii_start();
        let begins = body.starts_with(b"do") && body.get(2).is_none_or(|byte| Self::ends(*byte));
        if begins {
            self.pos = self.text.len() - body.len() + 2;
        }
    }

    /// `case word in`
    fn case(&mut self, len: usize) -> bool {
        let start = self.pos;
        self.pos += len;
        self.blanks();
        let before = self.s.words.len();
        if self.pos == start + len || self.peek(0).is_none_or(Self::ends) {
            self.pos = start;
            return false;
        }
        self.plain_word(Place::Value);
        let mut at = self.pos;
        while matches!(self.text.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        self.s.words.truncate(before);
        let rest = self.text.get(at..).unwrap_or_default();
        if !rest.starts_with(b"in") || !rest.get(2).is_some_and(|byte| Self::ends(*byte)) {
            self.pos = start;
            return false;
        }
        self.pos = at + 2;
        self.open(Group::Case);
        self.expect_pattern();
        true
    }

    pub(super) fn in_case(&self) -> bool {
        self.s.frames.last().is_some_and(|frame| frame.group == Group::Case)
    }

    pub(super) fn in_pattern(&self) -> bool {
        self.s.frames.last().is_some_and(|frame| frame.group == Group::Pattern)
    }

    pub(super) fn expect_pattern(&mut self) {
        if let Some(frame) = self.s.frames.last_mut().filter(|frame| frame.group == Group::Case) {
            frame.group = Group::Pattern;
        }
    }

    /// One token of a `case` pattern.
    pub(super) fn case_pattern(&mut self, byte: u8) {
        match byte {
            b')' => {
                self.pos += 1;
                if let Some(frame) = self.s.frames.last_mut() {
                    frame.group = Group::Case;
                }
            }
            b'\n' | b'(' | b'|' | b';' | b'&' | b'<' | b'>' => self.pos += 1,
            b'#' => {
                let rest = self.rest().unwrap_or_default();
                self.pos += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            _ => {
                let rest = self.rest().unwrap_or_default();
                if rest.starts_with(b"esac") && rest.get(4).is_none_or(|byte| Self::ends(*byte)) {
                    self.closes(4, |group| group == Group::Pattern);
                    return;
                }
                let (words, before) = (self.s.words.len(), self.pos);
                self.plain_word(Place::Value);
                self.s.words.truncate(words);
                self.pos += usize::from(self.pos == before);
            }
        }
    }

    /// `[[ … ]]`, whose operators are words.
    fn condition(&mut self) {
        self.begin();
        loop {
            while matches!(self.peek(0), Some(b' ' | b'\t' | b'\n' | b'\r')) {
                self.pos += 1;
            }
            let Some(byte) = self.peek(0) else {
                self.s.unbalanced = true;
                return;
            };
            if matches!(byte, b'&' | b'|' | b'(' | b')' | b'<' | b'>' | b';') {
                if byte == b';' {
                    return;
                }
                let text = self.s.push_text(&[byte]);
                let span = self.origin.map(self.pos, self.pos + 1);
                self.s.words.push(Word::new(text, text, span, WordFlags::NONE));
                self.pos += 1;
                continue;
            }
            let last = self
                .rest()
                .is_some_and(|rest| rest.starts_with(b"]]") && rest.get(2).is_none_or(|byte| Self::ends(*byte)));
            self.add_word();
            if last {
                return;
            }
        }
    }

    fn has_open(&self, group: Group) -> bool {
        self.s.frames.get(self.frames..).unwrap_or_default().iter().any(|frame: &Frame| frame.group == group)
    }

    fn group_follows(&self, len: usize) -> bool {
        let rest = self.text.get(self.pos + len..).unwrap_or_default().trim_ascii_start();
        matches!(rest.first(), Some(b'{' | b'(')) && rest.len() < self.text.len() - self.pos - len
    }
}
