//! `${…}`: what stands for a variable, and what its operators make of it.

use super::change::change;
use super::expand::{OPERANDS, continued, is_always_set, is_name, is_unset, split};
use super::model::{NONE, Via, WordFlags};
use super::posix::Posix;
use super::scratch::{Variable, as_u32};
use super::word::{Draft, ELEMENT_END};
use crate::message::Span;

impl Posix<'_, '_> {
    /// `${…}` between `start` and `stop`.
    pub(super) fn parameter(&mut self, draft: &mut Draft, start: usize, stop: usize, quoted: bool) {
        let start = start + continued(self.text.get(start..stop).unwrap_or_default());
        let inner = self.text.get(start..stop).unwrap_or_default();
        let (sigil, body) = match inner {
            [b'!', rest @ ..] if !rest.is_empty() => (b'!', rest),
            [b'#', rest @ ..] if rest.first().is_some_and(|byte| is_name(*byte)) => (b'#', rest),
            _ => (0, inner),
        };
        let len = match body.first() {
            Some(b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => 1,
            _ => body.iter().position(|byte| !is_name(*byte)).unwrap_or(body.len()),
        };
        let (name, mut rest) = body.split_at(len);
        rest = rest.get(continued(rest)..).unwrap_or_default();
        if let [b'[', tail @ ..] = rest {
            let close = memchr::memchr(b']', tail).unwrap_or(tail.len());
            let index = tail.get(..close).unwrap_or_default();
            self.harvest(start, stop);
            rest = tail.get(close + 1..).unwrap_or_default();
            if rest.is_empty() && sigil == 0 {
                self.element(draft, name, index, quoted);
                return;
            }
        }
        if sigil == b'#' {
            self.unknown(draft, inner, true);
            return;
        }
        if sigil == b'!' {
            let pointed = self.s.variable(name).filter(|variable| variable.known);
            let Some(pointed) = pointed else {
                self.unknown(draft, inner, true);
                return;
            };
            let target = self.s.text(pointed.value);
            match self.s.variable(target) {
                Some(variable) => self.variable_value(draft, variable, quoted),
                None => self.unknown(draft, inner, true),
            }
            return;
        }
        if rest.is_empty() {
            self.variable(draft, name, quoted, true);
            return;
        }
        if let (b"@" | b"*", [b':', slice @ ..], Some((start, end))) = (name, rest, self.positional(name)) {
            if let Some((from, to)) = slice_of(slice, start, end) {
                self.arguments(draft, from, to, quoted);
            } else {
                self.unknown(draft, inner, true);
            }
            return;
        }
        let at = stop - rest.len();
        let colon = rest.first() == Some(&b':');
        match (rest.get(usize::from(colon)), colon) {
            (Some(b'-' | b'='), _) => {
                if self.known(name).is_some() || is_always_set(name) {
                    self.harvest(at, stop);
                    self.variable(draft, name, quoted, true);
                } else {
                    let from = self.s.bytes.len();
                    self.operand(draft, at + 1 + usize::from(colon), stop, quoted);
                    if rest.get(usize::from(colon)) == Some(&b'=') {
                        let value = Span::of_usize(from, self.s.bytes.len());
                        self.define(name, Variable { value, known: true, ..Variable::default() });
                    }
                }
            }
            (Some(b'+'), _) if self.s.variable(name).is_none() && is_unset(name) => {
                self.harvest(at, stop);
                self.seam(draft);
                draft.flags = draft.flags.with(WordFlags::DERIVED);
            }
            (Some(b'+'), _) => self.operand(draft, at + 1 + usize::from(colon), stop, quoted),
            (Some(b'?'), _) => {
                self.harvest(at, stop);
                self.variable(draft, name, quoted, true);
            }
            _ => {
                self.harvest(at, stop);
                self.changed(draft, name, rest, inner, quoted);
            }
        }
    }

    /// The value of `${x:-word}`: a word of its own, read in place.
    pub(super) fn operand(&mut self, draft: &mut Draft, start: usize, stop: usize, quoted: bool) {
        draft.flags = draft.flags.with(WordFlags::DERIVED);
        if self.operands >= OPERANDS {
            self.s.complete = false;
            self.harvest(start, stop);
            return;
        }
        let (text, resume) = (self.text, self.pos);
        self.text = text.get(..stop).unwrap_or_default();
        self.pos = start;
        self.operands += 1;
        if quoted {
            while self.pos < stop {
                let rest = self.rest().unwrap_or_default();
                let plain = rest.iter().position(|byte| matches!(byte, b'$' | b'`')).unwrap_or(rest.len());
                let (head, _) = rest.split_at(plain);
                self.push(draft, head);
                self.pos += plain;
                match self.text.get(self.pos) {
                    Some(b'$') => self.dollar(draft, true),
                    Some(_) => self.tick(draft, true),
                    None => {}
                }
            }
        } else {
            while self.pos < stop {
                self.unquoted(draft);
                // Blanks and operators are plain here, but unquoted blanks part words.
                match self.text.get(self.pos).copied() {
                    Some(b' ' | b'\t' | b'\n') => self.part(draft),
                    Some(byte) => self.push(draft, &[byte]),
                    None => {}
                }
                self.pos += 1;
            }
        }
        self.operands -= 1;
        self.text = text;
        self.pos = resume;
    }

    /// `${a[i]}`: a whole array, or one element of it.
    pub(super) fn element(&mut self, draft: &mut Draft, name: &[u8], index: &[u8], quoted: bool) {
        let Some(variable) = self.known(name) else {
            self.unknown(draft, name, true);
            return;
        };
        if matches!(index, b"@" | b"*") {
            self.variable_value(draft, variable, quoted);
            return;
        }
        let wanted = decimal(index).unwrap_or(0);
        let value = self.s.text(variable.value);
        let mut parts = value.split(|byte| *byte == ELEMENT_END);
        let Some(part) = parts.nth(wanted) else { return };
        let start = part.as_ptr().addr() - value.as_ptr().addr();
        let base = variable.value.start + as_u32(start);
        self.push_value(draft, Span::new(base, base + as_u32(part.len())), split(quoted));
    }

    /// `${x:1:2}`, `${x#…}`, `${x/a/b}`, `${x^^}` where the value is known, or is the first letter of a path.
    pub(super) fn changed(&mut self, draft: &mut Draft, name: &[u8], operator: &[u8], typed: &[u8], quoted: bool) {
        let Some(variable) = self.known(name) else {
            // `${PATH:0:1}`: these begin with a slash wherever a shell runs.
            let rooted = [b"PATH".as_slice(), b"HOME", b"PWD", b"SHELL", b"OLDPWD", b"_"].contains(&name);
            if rooted && operator.trim_ascii() == b":0:1" {
                draft.flags = draft.flags.with(WordFlags::DERIVED).with(WordFlags::SPLICED);
                self.push(draft, b"/");
            } else {
                self.unknown(draft, typed, true);
            }
            return;
        };
        if variable.item != NONE {
            self.link(variable.item, Via::Substitution);
        }
        let mut value = self.take_literal();
        value.extend_from_slice(self.s.text(variable.value));
        let known = change(&mut value, operator);
        if known && value.len() <= self.s.splice_budget {
            draft.flags = draft.flags.with(WordFlags::DERIVED).with(WordFlags::SPLICED);
            self.push_literal(draft, &value, !quoted);
        } else {
            self.unknown(draft, typed, true);
        }
        self.return_literal(value);
    }
}

/// The arguments that `${@:2:1}` stands for, of those that `$@` does: its first is number one.
fn slice_of(slice: &[u8], start: u32, end: u32) -> Option<(u32, u32)> {
    let colon = memchr::memchr(b':', slice);
    let first = decimal(slice.get(..colon.unwrap_or(slice.len()))?)?;
    let from = start.saturating_add(u32::try_from(first.checked_sub(1)?).ok()?).min(end);
    let to = match colon {
        Some(colon) => from.saturating_add(u32::try_from(decimal(slice.get(colon + 1..)?)?).ok()?).min(end),
        None => end,
    };
    Some((from, to))
}

fn decimal(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}
