//! Wrappers: what of `sudo -u x env A=b cmd` is the wrapper's own, and where the command begins.

use super::Dialect;
use super::interpreters::Code;
use super::literal;
use super::model::{Assignment, Context, Word};
use super::programs::{Class, Classes, Known};
use super::scratch::{Origin, ShellScratch, as_u32, slice};
use super::unwrap::{Unwrap, enqueue_from_bytes, known_is};
use super::wrappers::{Rest, VERB_WITHIN, Wrapper, listed, wrapper_of};
use crate::message::Span;

impl Unwrap {
    pub(super) fn wrapper(&self, s: &mut ShellScratch, known: &Known) {
        let name = known.name;
        let (start, end) = self.command.words;
        let args = slice(&s.words, (start + 1, end)).iter().map(|word| s.text(word.text));
        let Some(wrapper) = wrapper_of(known.wrappers, args) else { return };
        let mut at = start + 1;
        if !wrapper.verbs.is_empty() {
            let within = (at..end).take(VERB_WITHIN);
            at = within.into_iter().find(|at| listed(wrapper.verbs, s.word_text(*at))).map_or(at, |at| at + 1);
        }
        let skip = if wrapper.rest == Rest::Nothing { u8::MAX } else { wrapper.skip };
        let mut state = Options { at, skip, replace: None, ended: false, text: false };
        self.options(s, wrapper, &mut state);
        let at = state.at.min(end);
        match (name, wrapper.rest) {
            ("xargs" | "gxargs", _) => self.xargs(s, at, state.replace),
            ("parallel", _) => self.parallel(s, at),
            ("ssh" | "su" | "sudo" | "doas" | "chroot" | "newgrp" | "nsenter" | "unshare", _)
                if at >= end && !state.text =>
            {
                // Nothing to run: an interactive shell, which reads its standard input.
                self.set_code(s, Code::Stdin);
                if let Some(command) = s.commands.get_mut(self.index as usize) {
                    command.classes = command.classes.union(Classes::of(&[Class::Interpreter]));
                }
                self.stdin(s, true);
            }
            (_, Rest::Words) => self.inner(s, at, end),
            (_, Rest::Text) if at < end => self.joined(s, at, Dialect::Posix),
            (_, Rest::One) if at < end => self.text_word(s, at, (0, 0)),
            _ => {}
        }
    }

    /// Reads over a wrapper's own options and operands.
    fn options(&self, s: &mut ShellScratch, wrapper: &Wrapper, state: &mut Options) {
        let end = self.command.words.1;
        while state.at < end {
            let text = s.word_text(state.at);
            match text {
                b"--" if !state.ended => {
                    state.ended = true;
                    state.at += 1;
                    if wrapper.dashes {
                        return;
                    }
                    continue;
                }
                [b'-', first, ..] if !state.ended => {
                    let long = *first == b'-';
                    self.option(s, wrapper, state, long);
                    continue;
                }
                _ => {}
            }
            if wrapper.assigns
                && let Some((name, value)) = literal::split_assignment(text)
            {
                self.assignment(s, state.at, name, value);
                state.at += 1;
            } else if state.skip > 0 {
                state.skip -= u8::from(state.skip != u8::MAX);
                state.at += 1;
            } else {
                return;
            }
        }
    }

    fn option(&self, s: &mut ShellScratch, wrapper: &Wrapper, state: &mut Options, long: bool) {
        let at = state.at;
        state.at += 1;
        let Some(word) = s.words.get(at as usize).copied() else { return };
        let text = s.text(word.text);
        if long {
            let cut = memchr::memchr(b'=', text).unwrap_or(text.len());
            let name = text.get(..cut).unwrap_or_default();
            if name == b"--replace" {
                state.replace = Some(Span::new(word.text.start + as_u32((cut + 1).min(text.len())), word.text.end));
            }
            if listed(wrapper.text, name) {
                state.text = true;
                if cut < text.len() {
                    self.part_of_word(s, word, cut + 1);
                } else {
                    state.at += 1;
                    self.text_word(s, at + 1, (0, 0));
                }
            } else if cut == text.len() && listed(wrapper.long, name) {
                state.at += 1;
            }
            return;
        }
        // `-oProxyCommand=…` runs its value.
        if wrapper.text.starts_with("-o") {
            let value = if text == b"-o" { at + 1 } else { at };
            let bytes = self.text(s, value);
            let from = usize::from(value == at) * 2;
            if let Some(option) = bytes.get(from..)
                && let Some(cut) = option.iter().position(|byte| matches!(byte, b'=' | b' '))
                && [b"proxycommand".as_slice(), b"localcommand", b"knownhostscommand"]
                    .iter()
                    .any(|name| option.get(..cut).is_some_and(|option| option.eq_ignore_ascii_case(name)))
                && let Some(word) = s.words.get(value as usize).copied()
            {
                self.part_of_word(s, word, from + cut + 1);
            }
        }
        let letters = Span::new(word.text.start + 1, word.text.end);
        for place in 0..letters.len() {
            let Some(letter) = s.text(letters).get(place).copied() else { break };
            let last = place + 1 == letters.len();
            if wrapper.text.split_ascii_whitespace().any(|option| option.as_bytes() == [b'-', letter]) {
                state.text = true;
                if last {
                    state.at += 1;
                    if at + 1 < self.command.words.1 {
                        self.text_word(s, at + 1, (0, 0));
                    }
                } else {
                    self.part_of_word(s, word, place + 2);
                }
                return;
            }
            if wrapper.values.contains(&letter) {
                let value = if last { s.words.get(at as usize + 1).map(|word| word.text) } else { None };
                let glued = Span::new(word.text.start + as_u32(place + 2), word.text.end);
                if letter == b'I' {
                    state.replace = Some(value.unwrap_or(glued));
                }
                state.at += u32::from(last);
                return;
            }
            if letter == b'i' && known_is(s, self.command.name, "xargs") {
                state.replace = Some(Span::new(word.text.start + as_u32(place + 2), word.text.end));
                return;
            }
        }
    }

    /// Puts the part of a word's text from `from` on in line.
    fn part_of_word(&self, s: &mut ShellScratch, word: Word, from: usize) {
        let text = Span::new((word.text.start + as_u32(from)).min(word.text.end), word.text.end);
        let item = self.item(Origin::Coarse(word.span), Context::Inner, Dialect::Posix, (0, 0));
        enqueue_from_bytes(s, text, item);
    }

    /// Notes `NAME=value` among a wrapper's arguments as an assignment of the command that runs.
    fn assignment(&self, s: &mut ShellScratch, at: u32, name: usize, value: usize) {
        let Some(word) = s.words.get(at as usize).copied() else { return };
        let own = self.command.assignments;
        let Some(command) = s.commands.get_mut(self.index as usize) else { return };
        // The pool only grows at its end: assignments before the command and those among its arguments lie together only
        // if there were none before.
        if own.0 == own.1 && command.assignments.0 == command.assignments.1 {
            command.assignments = (as_u32(s.assignments.len()), as_u32(s.assignments.len()));
        }
        if command.assignments.1 as usize != s.assignments.len() {
            for at in command.assignments.0..command.assignments.1 {
                if let Some(old) = s.assignments.get(at as usize).copied() {
                    s.assignments.push(old);
                }
            }
            let count = command.assignments.1 - command.assignments.0;
            command.assignments = (as_u32(s.assignments.len()) - count, as_u32(s.assignments.len()));
        }
        let name = Span::new(word.text.start, word.text.start + as_u32(name));
        let text = Span::new(word.text.start + as_u32(value), word.text.end);
        s.assignments.push(Assignment { name, value: Word { text, clean: text, ..word } });
        command.assignments.1 += 1;
    }
}

/// What is known while a wrapper's options are read.
struct Options {
    at: u32,
    skip: u8,
    /// The token that `xargs -I` replaces.
    replace: Option<Span>,
    /// `--` was read.
    ended: bool,
    /// An option held the text that is run.
    text: bool,
}
