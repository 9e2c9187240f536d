//! Programs that run a command for each of many things: `find -exec`, `xargs`, `parallel`.

use super::interpreters::Code;
use super::literal;
use super::model::{Word, WordFlags};
use super::programs::{Class, Classes};
use super::scratch::{ShellScratch, as_u32, caps};
use super::unwrap::{LINES, PIPED, Unwrap};
use crate::message::Span;

impl Unwrap {
    pub(super) fn find(&self, s: &mut ShellScratch) {
        let (start, end) = self.command.words;
        let mut at = start + 1;
        while at < end {
            let runs = matches!(s.word_text(at), b"-exec" | b"-execdir" | b"-ok" | b"-okdir");
            at += 1;
            if runs {
                let first = at;
                while at < end && !matches!(s.word_text(at), b";" | b"+") {
                    at += 1;
                }
                self.inner(s, first, at);
            }
        }
    }

    pub(super) fn fd(&self, s: &mut ShellScratch) {
        let (start, end) = self.command.words;
        let runs = (start + 1..end).find(|at| matches!(s.word_text(*at), b"-x" | b"-X" | b"--exec" | b"--exec-batch"));
        if let Some(at) = runs {
            self.inner(s, at + 1, end);
        }
    }

    /// `… | xargs cmd`: where what is piped in is plain to see, it becomes arguments.
    pub(super) fn xargs(&self, s: &mut ShellScratch, first: u32, replace: Option<Span>) {
        let end = self.command.words.1;
        let mut text = std::mem::take(&mut s.spare);
        text.clear();
        let known = first < end
            && !self.reads_file(s, first)
            && literal::input(s, self.index, &mut text)
            && text.len() <= PIPED;
        if known {
            let token = replace.map(|token| if token.is_empty() { s.push_text(b"{}") } else { token });
            for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).take(LINES) {
                self.filled(s, (first, end), token, line);
            }
        } else {
            let before = s.commands.len();
            self.inner(s, first, end);
            // `xargs sh -c`, `xargs -I{} sh -c {}`: the code arrives with the data.
            let hole = replace.is_none_or(|token| token.is_empty() || s.text(token) == s.word_text(end - 1));
            if s.commands.len() > before && hole {
                self.mark_code(s, first, end, replace.is_some());
            }
        }
        s.spare = text;
    }

    /// The command that the words make with `line` put in for `token`, or behind them.
    pub(super) fn filled(&self, s: &mut ShellScratch, words: (u32, u32), token: Option<Span>, line: &[u8]) {
        let from = as_u32(s.words.len());
        if s.words.len() + (words.1 - words.0) as usize + line.len() > caps::WORDS {
            s.complete = false;
            return;
        }
        for at in words.0..words.1 {
            self.copy_word(s, at, token, line);
        }
        if token.is_none() {
            for part in line.split(u8::is_ascii_whitespace).filter(|part| !part.is_empty()) {
                let text = s.push_text(part);
                s.words.push(Word::new(text, text, self.command.span, WordFlags::DERIVED));
            }
        }
        let one = from + 1 == as_u32(s.words.len());
        if one && s.word_text(from).iter().any(|byte| b" ;|&".contains(byte)) {
            return self.text_word(s, from, (0, 0));
        }
        self.inner(s, from, as_u32(s.words.len()));
    }

    /// `xargs -a file` leaves its standard input alone.
    pub(super) fn reads_file(&self, s: &ShellScratch, first: u32) -> bool {
        (self.command.words.0 + 1..first).any(|at| {
            let text = s.word_text(at);
            text.starts_with(b"-a") || text.starts_with(b"--arg-file")
        })
    }

    pub(super) fn mark_code(&self, s: &mut ShellScratch, first: u32, end: u32, replaced: bool) {
        let ends_in_code = s.word_text(end - 1) == b"-c" && !replaced;
        let hole = replaced && end - first >= 2 && s.word_text(end.saturating_sub(2)) == b"-c";
        if (ends_in_code || hole)
            && let Some(word) = s.words.get_mut(end as usize - 1)
        {
            word.flags = word.flags.with(WordFlags::EXPANSION);
            if let Some(command) = s.commands.get_mut(self.index as usize) {
                command.code = Code::Stdin;
                command.classes = command.classes.union(Classes::of(&[Class::Interpreter]));
            }
        }
    }

    /// A copy of a word, `token` in it replaced by `value`.
    pub(super) fn copy_word(&self, s: &mut ShellScratch, at: u32, token: Option<Span>, value: &[u8]) {
        let Some(word) = s.words.get(at as usize).copied() else { return };
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            s.words.push(word);
            return;
        };
        let place = memchr::memmem::find(s.text(word.text), s.text(token));
        let Some(place) = place.filter(|_| value.len() + word.text.len() <= s.splice_budget) else {
            s.words.push(word);
            return;
        };
        s.splice_budget -= value.len() + word.text.len();
        let start = s.bytes.len();
        let from = word.text.range().start;
        s.bytes.extend_from_within(from..from + place);
        s.bytes.extend_from_slice(value);
        s.bytes.extend_from_within(from + place + token.len()..word.text.range().end);
        let text = Span::of_usize(start, s.bytes.len());
        let flags = word.flags.with(WordFlags::DERIVED).without(WordFlags::VERBATIM);
        s.words.push(Word::new(text, text, self.command.span, flags));
    }

    /// `parallel cmd ::: args`, `parallel ::: 'cmd …'`. GNU parallel hands the line it makes to a shell.
    pub(super) fn parallel(&self, s: &mut ShellScratch, first: u32) {
        let end = self.command.words.1;
        let cut = (first..end).find(|at| matches!(s.word_text(*at), b":::" | b"::::" | b":::+")).unwrap_or(end);
        let hole = (first..cut).any(|at| memchr::memmem::find(s.word_text(at), b"{}").is_some());
        let token = hole.then(|| s.push_text(b"{}"));
        if cut == first {
            for at in cut + 1..end {
                self.text_word(s, at, (0, 0));
            }
            return;
        }
        if cut == end {
            return self.xargs(s, first, token);
        }
        for at in (cut + 1..end).take(LINES) {
            let mut value = std::mem::take(&mut s.spare);
            value.clear();
            value.extend_from_slice(s.word_text(at));
            self.filled(s, (first, cut), token, &value);
            s.spare = value;
        }
    }
}
