//! What stands behind a `$`: variables set in the same text, `${…}` with its operators, `$'…'`, substitutions.
//!
//! A variable the text sets is replaced by its value. One it does not set stays as typed (`$HOME/.ssh` is evidence), except
//! between letters, where an unset variable is a way to break a word (`c${z}at`, `wh$1oami`) and counts as empty.

use super::escape::escape;
use super::extent::{closing_brace, closing_paren};
use super::literal;
use super::model::{Context, NONE, Via, WordFlags};
use super::posix::Posix;
use super::scratch::{Item, Origin, Variable};
use super::word::{Draft, Split};
use crate::message::Span;

/// `${a:-${b:-…}}`: how many are followed into each other.
pub(super) const OPERANDS: u8 = 6;
/// Texts longer than this are not folded: nobody hides a program's name behind more.
const FOLDED: usize = 4096;

impl Posix<'_, '_> {
    /// Reads one `$…` at the cursor.
    pub(super) fn dollar(&mut self, draft: &mut Draft, quoted: bool) {
        self.pos += continued(self.text.get(self.pos + 1..).unwrap_or_default());
        let next = self.text.get(self.pos + 1).copied().unwrap_or(b' ');
        match next {
            b'(' if self.text.get(self.pos + 2) == Some(&b'(') && self.arithmetic(draft) => {}
            b'(' => {
                let start = self.pos + 2;
                let end = closing_paren(self.text, start);
                self.s.unbalanced |= end.is_none();
                let stop = end.unwrap_or(self.text.len());
                let inner = self.text.get(start..stop).unwrap_or_default();
                self.pos = stop + usize::from(end.is_some());
                self.substitute(draft, inner, self.origin.part(start, stop), quoted);
            }
            b'{' => {
                let start = self.pos + 2;
                let end = closing_brace(self.text, start, quoted);
                self.s.unbalanced |= end.is_none();
                let stop = end.unwrap_or(self.text.len());
                self.pos = stop + usize::from(end.is_some());
                self.parameter(draft, start, stop, quoted);
            }
            b'\'' if !quoted => {
                self.seam(draft);
                self.pos += 2;
                self.ansi(draft);
                self.seam(draft);
            }
            b'"' if !quoted => {
                self.seam(draft);
                self.pos += 2;
                self.double(draft);
                self.seam(draft);
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let start = self.pos + 1;
                let rest = self.text.get(start..).unwrap_or_default();
                let len = rest.iter().position(|byte| !is_name(*byte)).unwrap_or(rest.len());
                self.pos = start + len;
                self.variable(draft, rest.get(..len).unwrap_or_default(), quoted, false);
            }
            b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => {
                self.pos += 2;
                self.variable(draft, &[next], quoted, false);
            }
            _ => {
                self.push(draft, b"$");
                self.pos += 1;
            }
        }
    }

    /// `$((…))`. Its value is a number nobody hides anything in, but substitutions inside are run.
    fn arithmetic(&mut self, draft: &mut Draft) -> bool {
        let start = self.pos + 3;
        let Some(end) = closing_paren(self.text, start) else { return false };
        if self.text.get(end + 1) != Some(&b')') {
            return false;
        }
        self.harvest(start, end);
        self.pos = end + 2;
        draft.flags = draft.flags.with(WordFlags::EXPANSION);
        self.push(draft, b"$(())");
        true
    }

    /// `$'…'` after its opening quote.
    fn ansi(&mut self, draft: &mut Draft) {
        draft.flags = draft.flags.with(WordFlags::QUOTED);
        loop {
            let rest = self.rest().unwrap_or_default();
            let Some(plain) = memchr::memchr2(b'\'', b'\\', rest) else {
                self.s.unbalanced = true;
                self.push(draft, rest);
                self.pos = self.text.len();
                return;
            };
            let (head, tail) = rest.split_at(plain);
            self.push(draft, head);
            self.pos += plain + 1;
            if tail.first() == Some(&b'\'') {
                return;
            }
            draft.flags = draft.flags.with(WordFlags::DERIVED);
            let (bytes, len, used) = escape(tail.get(1..).unwrap_or_default());
            // `$'\x63at'` hides a word where no seam shows.
            if bytes.first().is_some_and(u8::is_ascii_alphanumeric) {
                draft.flags = draft.flags.with(WordFlags::SPLICED);
            }
            self.push(draft, bytes.get(..len).unwrap_or_default());
            self.pos = (self.pos + used).min(self.text.len());
        }
    }

    /// `$name`, or `${name}` if `braced`.
    pub(super) fn variable(&mut self, draft: &mut Draft, name: &[u8], quoted: bool, braced: bool) {
        if name == b"IFS" && self.s.variable(name).is_none() {
            draft.flags = draft.flags.with(WordFlags::DERIVED).with(WordFlags::SPLICED);
            if quoted {
                self.push(draft, b" ");
            } else {
                self.part(draft);
            }
            return;
        }
        if let Some(range) = self.positional(name) {
            self.arguments(draft, range.0, range.1, quoted);
            return;
        }
        match self.known(name) {
            Some(variable) => self.variable_value(draft, variable, quoted),
            None => {
                if let Some(variable) = self.s.variable(name).filter(|variable| variable.item != NONE) {
                    self.link(variable.item, Via::Substitution);
                }
                self.unknown(draft, name, braced);
            }
        }
    }

    /// The arguments from one word to before another.
    pub(super) fn arguments(&mut self, draft: &mut Draft, from: u32, to: u32, quoted: bool) {
        draft.flags = draft.flags.with(WordFlags::DERIVED);
        for (index, at) in (from..to).enumerate() {
            if index > 0 {
                self.part(draft);
            }
            let value = self.s.words.get(at as usize).map_or(Span::new(0, 0), |word| word.text);
            self.push_value(draft, value, split(quoted));
        }
    }

    pub(super) fn variable_value(&mut self, draft: &mut Draft, variable: Variable, quoted: bool) {
        if variable.item != NONE {
            self.link(variable.item, Via::Substitution);
        }
        if variable.value.is_empty() {
            self.seam(draft);
            draft.flags = draft.flags.with(WordFlags::DERIVED);
            return;
        }
        let split = if quoted && variable.list { Split::Elements } else { split(quoted) };
        self.push_value(draft, variable.value, split);
    }

    /// An expansion whose value nobody can know from the text.
    pub(super) fn unknown(&mut self, draft: &mut Draft, name: &[u8], braced: bool) {
        let left = self.last(draft).is_some_and(|byte| byte.is_ascii_alphanumeric());
        let next = self.text.get(self.pos).copied();
        let quotes = self.rest().unwrap_or_default().iter().position(|byte| !matches!(byte, b'\'' | b'"' | b'\\'));
        let right = quotes.and_then(|at| self.text.get(self.pos + at)).is_some_and(u8::is_ascii_alphanumeric);
        let special = matches!(name, [b'@' | b'*' | b'!' | b'1'..=b'9']);
        let unset = is_unset(name);
        let ended = next.is_none_or(|byte| byte == b'/' || Self::ends(byte));
        if left && right || special && (left || right || draft.parted) || unset && left && ended {
            self.seam(draft);
            draft.flags = draft.flags.with(WordFlags::DERIVED);
            if right || special {
                draft.flags = draft.flags.with(WordFlags::SPLICED);
            }
            return;
        }
        draft.flags = draft.flags.with(WordFlags::EXPANSION);
        draft.seam = false;
        let open = braced && right;
        self.push(draft, if open { b"${" } else { b"$" });
        self.push(draft, name);
        if open {
            self.push(draft, b"}");
        }
    }

    /// Appends bytes made by folding; unquoted, they fall into words at blanks.
    pub(super) fn push_literal(&mut self, draft: &mut Draft, value: &[u8], split: bool) {
        draft.flags = draft.flags.with(WordFlags::DERIVED);
        if value.len() > self.s.splice_budget {
            self.s.complete = false;
            return;
        }
        self.s.splice_budget -= value.len();
        for byte in value {
            if split && self.splits(*byte) {
                self.part(draft);
            } else {
                draft.exist();
                self.s.bytes.push(*byte);
            }
        }
    }

    /// A command substitution: its text is parsed in its turn; where its output is plain to see, it stands in the word.
    pub(super) fn substitute(&mut self, draft: &mut Draft, inner: &[u8], origin: Origin, quoted: bool) {
        let item = self.enqueue(inner, origin, Context::Substitution);
        if let Some(item) = item {
            self.link(item, Via::Substitution);
        }
        draft.flags = draft.flags.with(WordFlags::SUBSTITUTION);
        // All of the word says where a program lies: nothing is hidden by it.
        let ends = |byte: Option<&u8>| byte.is_none_or(|byte| Self::ends(*byte));
        let rest = self.rest().unwrap_or_default();
        let alone = self.last(draft).is_none()
            && (ends(rest.first()) || quoted && rest.first() == Some(&b'"') && ends(rest.get(1)));
        if inner.len() <= FOLDED && self.folds < 3 && literal::may_fold(inner) && self.s.may_fold() {
            let mut out = self.take_literal();
            let known = self.fold(inner, &mut out);
            if known {
                while out.last() == Some(&b'\n') {
                    out.pop();
                }
                if out.is_empty() {
                    draft.flags = draft.flags.with(WordFlags::DERIVED);
                    self.seam(draft);
                } else {
                    let hides = !(alone && literal::looks_up(inner));
                    draft.flags = draft.flags.with(if hides { WordFlags::SPLICED } else { WordFlags::DERIVED });
                    self.push_literal(draft, &out, !quoted);
                }
            }
            self.return_literal(out);
            if known {
                return;
            }
        }
        draft.flags = draft.flags.with(WordFlags::EXPANSION);
        self.push(draft, b"$()");
    }

    /// Puts the substitutions between `start` and `stop` in line without building a word of the rest.
    pub(super) fn harvest(&mut self, start: usize, stop: usize) {
        let mut at = start;
        while let Some(step) =
            self.text.get(at..stop).and_then(|rest| rest.iter().position(|byte| matches!(byte, b'$' | b'`' | b'\\')))
        {
            at += step;
            let (open, close) = match (self.text.get(at), self.text.get(at + 1)) {
                (Some(b'$'), Some(b'(')) => (at + 2, closing_paren(self.text, at + 2)),
                (Some(b'`'), _) => (at + 1, super::extent::closing_tick(self.text, at + 1)),
                (Some(b'\\'), _) => {
                    at += 2;
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            let close = close.unwrap_or(stop).min(stop);
            let inner = self.text.get(open..close).unwrap_or_default();
            if let Some(item) = self.enqueue(inner, self.origin.part(open, close), Context::Substitution) {
                self.link(item, Via::Substitution);
            }
            at = close + 1;
        }
    }

    /// A variable whose value is known to the byte.
    pub(super) fn known(&self, name: &[u8]) -> Option<Variable> {
        self.s.variable(name).filter(|variable| variable.known)
    }

    /// Whether an unquoted expansion falls apart at `byte`.
    pub(super) fn splits(&self, byte: u8) -> bool {
        match self.s.variable(b"IFS").filter(|variable| variable.known) {
            Some(ifs) => self.s.text(ifs.value).contains(&byte),
            None => matches!(byte, b' ' | b'\t' | b'\n'),
        }
    }

    /// The words `$1`, `$@` … stand for, where the text was given arguments.
    pub(super) fn positional(&self, name: &[u8]) -> Option<(u32, u32)> {
        let (start, end) = self.args;
        if start >= end {
            return None;
        }
        match name {
            b"@" | b"*" => Some((start + 1, end)),
            [digit @ b'0'..=b'9'] => {
                let at = start + u32::from(digit - b'0');
                Some(if at < end { (at, at + 1) } else { (end, end) })
            }
            _ => None,
        }
    }

    fn enqueue(&mut self, text: &[u8], origin: Origin, context: Context) -> Option<u32> {
        if self.folds > 0 || text.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let item = Item {
            text: (0, 0),
            origin,
            dialect: super::Dialect::Posix,
            context,
            reach: self.reach.through(context),
            parent: self.command_index(),
            depth: self.depth + 1,
            args: self.args,
            commands: (0, 0),
        };
        self.s.enqueue(text, item)
    }

    /// A process substitution's text.
    pub(super) fn process_item(&mut self, text: &[u8], origin: Origin, written: bool) {
        if let Some(item) = self.enqueue(text, origin, Context::ProcessSubstitution) {
            self.push_link(item, Via::Process, written);
        }
    }
}

pub(super) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

pub(super) const fn split(quoted: bool) -> Split {
    if quoted { Split::Never } else { Split::Blanks }
}

/// Variables that are set wherever a shell runs: `${HOME:-x}` is never `x`.
pub(super) fn is_always_set(name: &[u8]) -> bool {
    const NAMES: &str =
        "HOME PATH PWD OLDPWD USER LOGNAME SHELL TERM LANG HOSTNAME UID EUID PPID BASH BASHPID SHLVL RANDOM _";
    NAMES.split(' ').any(|one| one.as_bytes() == name)
}

/// Names nobody exports: the text itself does not set them, so they are empty.
pub(super) fn is_unset(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// Bytes of line continuations that a text begins with: a shell takes them out before it reads anything.
pub(super) fn continued(text: &[u8]) -> usize {
    text.chunks_exact(2).take_while(|pair| *pair == b"\\\n").count() * 2
}
