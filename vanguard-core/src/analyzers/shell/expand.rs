//! What stands behind a `$`: variables set in the same text, `${…}` with its operators, `$'…'`, substitutions.
//!
//! A variable the text sets is replaced by its value. One it does not set stays as typed (`$HOME/.ssh` is evidence), except
//! between letters, where an unset variable is a way to break a word (`c${z}at`, `wh$1oami`) and counts as empty.

use super::change::change;
use super::extent::{closing_brace, closing_paren};
use super::literal;
use super::model::{Context, NONE, Via, WordFlags};
use super::posix::Posix;
use super::scratch::{Item, Origin, Variable, as_u32};
use super::word::{Draft, ELEMENT_END, Split};
use crate::message::Span;

/// `${a:-${b:-…}}`: how many are followed into each other.
const OPERANDS: u8 = 6;
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

    /// `${…}` between `start` and `stop`.
    fn parameter(&mut self, draft: &mut Draft, start: usize, stop: usize, quoted: bool) {
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
    fn operand(&mut self, draft: &mut Draft, start: usize, stop: usize, quoted: bool) {
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
    fn element(&mut self, draft: &mut Draft, name: &[u8], index: &[u8], quoted: bool) {
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

    /// `$name`, or `${name}` if `braced`.
    fn variable(&mut self, draft: &mut Draft, name: &[u8], quoted: bool, braced: bool) {
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
    fn arguments(&mut self, draft: &mut Draft, from: u32, to: u32, quoted: bool) {
        draft.flags = draft.flags.with(WordFlags::DERIVED);
        for (index, at) in (from..to).enumerate() {
            if index > 0 {
                self.part(draft);
            }
            let value = self.s.words.get(at as usize).map_or(Span::new(0, 0), |word| word.text);
            self.push_value(draft, value, split(quoted));
        }
    }

    fn variable_value(&mut self, draft: &mut Draft, variable: Variable, quoted: bool) {
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
    fn unknown(&mut self, draft: &mut Draft, name: &[u8], braced: bool) {
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

    /// `${x:1:2}`, `${x#…}`, `${x/a/b}`, `${x^^}` where the value is known, or is the first letter of a path.
    fn changed(&mut self, draft: &mut Draft, name: &[u8], operator: &[u8], typed: &[u8], quoted: bool) {
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
                    draft.flags = draft.flags.with(WordFlags::SPLICED);
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
    fn known(&self, name: &[u8]) -> Option<Variable> {
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
    fn positional(&self, name: &[u8]) -> Option<(u32, u32)> {
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

const fn split(quoted: bool) -> Split {
    if quoted { Split::Never } else { Split::Blanks }
}

/// Variables that are set wherever a shell runs: `${HOME:-x}` is never `x`.
fn is_always_set(name: &[u8]) -> bool {
    const NAMES: &str =
        "HOME PATH PWD OLDPWD USER LOGNAME SHELL TERM LANG HOSTNAME UID EUID PPID BASH BASHPID SHLVL RANDOM _";
    NAMES.split(' ').any(|one| one.as_bytes() == name)
}

/// Names nobody exports: the text itself does not set them, so they are empty.
fn is_unset(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// Bytes of line continuations that a text begins with: a shell takes them out before it reads anything.
fn continued(text: &[u8]) -> usize {
    text.chunks_exact(2).take_while(|pair| *pair == b"\\\n").count() * 2
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

/// One escape of `$'…'` and `printf` after its backslash: its bytes, how many of them, and how much of `text` it took.
pub(super) fn escape(text: &[u8]) -> ([u8; 4], usize, usize) {
    let one = |byte: u8| ([byte, 0, 0, 0], 1, 1);
    match text.first().copied() {
        Some(b'n') => one(b'\n'),
        Some(b't') => one(b'\t'),
        Some(b'r') => one(b'\r'),
        Some(b'a') => one(7),
        Some(b'b') => one(8),
        Some(b'e' | b'E') => one(27),
        Some(b'f') => one(12),
        Some(b'v') => one(11),
        Some(b'0'..=b'7') => {
            // `\0NNN` (printf, echo -e) and `\NNN`.
            let longest = if text.first() == Some(&b'0') { 4 } else { 3 };
            let (value, used) = number(text, 8, longest);
            ([value.to_le_bytes()[0], 0, 0, 0], 1, used)
        }
        Some(b'x') => match number(text.get(1..).unwrap_or_default(), 16, 2) {
            (_, 0) => ([b'\\', b'x', 0, 0], 2, 1),
            (value, used) => ([value.to_le_bytes()[0], 0, 0, 0], 1, used + 1),
        },
        Some(letter @ (b'u' | b'U')) => {
            let (value, used) = number(text.get(1..).unwrap_or_default(), 16, if letter == b'u' { 4 } else { 8 });
            match char::from_u32(value).filter(|_| used > 0) {
                Some(letter) => {
                    let mut bytes = [0; 4];
                    let len = letter.encode_utf8(&mut bytes).len();
                    (bytes, len, used + 1)
                }
                None => ([b'\\', letter, 0, 0], 2, 1),
            }
        }
        Some(b'c') => ([text.get(1).copied().unwrap_or(0) & 0x1f, 0, 0, 0], 1, 2),
        Some(byte @ (b'\\' | b'\'' | b'"' | b'?')) => one(byte),
        Some(byte) => ([b'\\', byte, 0, 0], 2, 1),
        None => ([b'\\', 0, 0, 0], 1, 0),
    }
}

fn number(text: &[u8], radix: u32, longest: usize) -> (u32, usize) {
    let mut value = 0_u32;
    let mut used = 0;
    for byte in text.iter().take(longest) {
        let Some(digit) = char::from(*byte).to_digit(radix) else { break };
        value = value.wrapping_mul(radix).wrapping_add(digit);
        used += 1;
    }
    (value, used)
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn escapes_are_read_as_bash_does() {
        for (text, bytes, used) in [
            ("x41b", "A", 3),
            ("101", "A", 3),
            ("0101", "A", 4),
            ("u0041", "A", 5),
            ("u00e9", "é", 5),
            ("U0001F600x", "😀", 9),
            ("n", "\n", 1),
            ("q", "\\q", 1),
            ("xzz", "\\x", 1),
            ("", "\\", 0),
        ] {
            let (found, len, took) = escape(text.as_bytes());
            assert_eq!((&found[..len], took), (bytes.as_bytes(), used), "{text}");
        }
    }
}
