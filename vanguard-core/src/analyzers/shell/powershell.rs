//! PowerShell: pipelines, call operators, strings with backtick escapes, `( … )`, `{ … }`, `$( … )`, method calls.
//!
//! A method or static call is listed as a command named after the method (`DownloadString`, `FromBase64String`), since that
//! is what does the work: `(New-Object Net.WebClient).DownloadString('…') | iex`.

use super::line::{Draft, Line};
use super::model::{Context, Joined, NONE, RedirectOp, WordFlags};
use super::powershell_strings::{Quote, fold, quote_at};
use super::scratch::{Item, Origin, ShellScratch};

/// How much of a text is looked at to guess its dialect.
const LOOKED_AT: usize = 1024;

/// What only PowerShell says: what stands before its first sign, and what begins with that.
const MARKS: [(&[u8], &[u8]); 16] = [
    (b"", b"$env:"),
    (b"new", b"-object"),
    (b"invoke", b"-"),
    (b"get", b"-child"),
    (b"get", b"-content"),
    (b"set", b"-content"),
    (b"write", b"-host"),
    (b"write", b"-output"),
    (b"remove", b"-item"),
    (b"", b"[system."),
    (b"", b"[convert]::"),
    (b"start", b"-process"),
    (b"foreach", b"-object"),
    (b"out", b"-file"),
    (b"get", b"-process"),
    (b"", b"-executionpolicy"),
];

/// Whether it holds one of the marks.
fn is_marked(text: &[u8]) -> bool {
    memchr::memchr3_iter(b'-', b'$', b'[', text).any(|at| {
        let (before, from) = text.split_at(at);
        let second = from.get(1).map(u8::to_ascii_lowercase);
        let last = before.last().map(u8::to_ascii_lowercase);
        MARKS.iter().any(|(lead, mark)| {
            mark.first() == from.first()
                && (mark.len() == 1 || mark.get(1).copied() == second)
                && (lead.is_empty() || lead.last().copied() == last)
                && from.get(..mark.len()).is_some_and(|have| have.eq_ignore_ascii_case(mark))
                && before
                    .len()
                    .checked_sub(lead.len())
                    .and_then(|start| before.get(start..))
                    .is_some_and(|have| have.eq_ignore_ascii_case(lead))
        })
    })
}

/// Whether only PowerShell is written like this.
pub(super) fn looks_like(text: &[u8]) -> bool {
    let head = text.get(..LOOKED_AT).unwrap_or(text);
    is_plainly(head) || calls(head) || is_torn(head)
}

/// Whether what is called is put together, or stands between quotes: `&('i'+'ex') x`. A POSIX shell takes no `&` at the start, and nothing
/// behind the parenthesis.
fn calls(head: &[u8]) -> bool {
    match head.trim_ascii_start() {
        [b'&', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'(' | b'\'' | b'"' | b'$')),
        [b'.', b'(', ..] | [b'.', b' ', b'(', ..] => true,
        _ => false,
    }
}

/// Whether it is PowerShell but for backticks within words, which say nothing there: ``i`ex (n`ew-object net.webclient)``.
#[inline(never)]
fn without_backticks(head: &[u8]) -> bool {
    let mut whole = [0; LOOKED_AT];
    let plain = head.iter().filter(|byte| **byte != b'`');
    let len = whole.iter_mut().zip(plain).map(|(to, from)| *to = *from).count();
    is_plainly(whole.get(..len).unwrap_or_default())
}

/// Whether a word that a backtick tears is one of PowerShell's. A shell that runs what stands between two of them has blanks there, or
/// around them.
fn is_torn(head: &[u8]) -> bool {
    let inner = |at: usize| {
        let letter = |at: Option<usize>| at.and_then(|at| head.get(at)).is_some_and(u8::is_ascii_alphabetic);
        letter(at.checked_sub(1)) && letter(Some(at + 1))
    };
    memchr::memchr_iter(b'`', head).any(inner) && without_backticks(head)
}

fn is_plainly(head: &[u8]) -> bool {
    let first = super::cmd::skip_operators(head);
    let begins = |word: &[u8]| first.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    // `powershell -Command …` is a command of any shell.
    !begins(b"powershell")
        && !begins(b"pwsh")
        && !begins(b"cmd")
        && (begins(b"iex ")
            || begins(b"iex(")
            || begins(b"iwr ")
            || begins(b"irm ")
            || begins(b"gci ")
            || begins(b"sal ")
            || is_marked(head))
}

/// Parses one text.
pub(super) fn parse(text: &[u8], item: &Item, s: &mut ShellScratch) {
    let mut parser = PowerShell { text, pos: 0, origin: item.origin, line: Line::new(item, s) };
    while parser.step() {}
    parser.end(Joined::Newline, 0);
}

struct PowerShell<'t, 's> {
    text: &'t [u8],
    pos: usize,
    origin: Origin,
    line: Line<'s>,
}

impl<'t> PowerShell<'t, '_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.pos + ahead).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.pos..).unwrap_or_default()
    }

    fn end(&mut self, joined: Joined, len: usize) {
        self.line.end_command(joined, self.pos.min(self.text.len()));
        self.pos += len;
    }

    fn step(&mut self) -> bool {
        let Some(byte) = self.peek(0) else { return false };
        if self.line.is_full() {
            return false;
        }
        let next = self.peek(1);
        let first = self.line.word_count() == 0;
        match byte {
            b' ' | b'\t' | b',' | b')' | b'}' => self.pos += 1,
            b'`' if matches!(next, Some(b'\n')) => self.pos += 2,
            b'`' if next == Some(b'\r') => self.pos += 2 + usize::from(self.peek(2) == Some(b'\n')),
            // A carriage return alone ends a line, too (about_Parsing).
            b'\n' | b'\r' => self.end(Joined::Newline, 1),
            b';' => self.end(Joined::Semicolon, 1),
            b'|' if next == Some(b'|') => self.end(Joined::Or, 2),
            b'|' => self.end(Joined::Pipe, 1),
            b'&' if next == Some(b'&') => self.end(Joined::And, 2),
            b'&' if first => self.pos += 1,
            // What is called may be put together: `.('i'+'ex') x`.
            b'.' if first && (next == Some(b'(') || next == Some(b' ') && self.peek(2) == Some(b'(')) => self.pos += 1,
            b'&' => self.end(Joined::Background, 1),
            b'#' => {
                let rest = self.rest();
                self.pos += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            }
            b'<' if next == Some(b'#') => {
                let rest = self.rest();
                self.pos += memchr::memmem::find(rest, b"#>").map_or(rest.len(), |at| at + 2);
            }
            b'{' => self.block(),
            b'>' | b'<' => self.redirect(None),
            b'0'..=b'9' | b'*' if next == Some(b'>') => {
                self.pos += 1;
                self.redirect(byte.is_ascii_digit().then(|| u16::from(byte - b'0')));
            }
            b'$' if first && self.assignment() => {}
            _ => self.word(),
        }
        true
    }

    /// A script block: run by the command it is given to.
    fn block(&mut self) {
        let start = self.pos + 1;
        let end = self.closing(start, b'{', b'}');
        let inner = self.text.get(start..end).unwrap_or_default();
        let draft = self.line.begin_word(self.pos);
        self.line.enqueue(inner, self.origin.part(start, end), Context::Inner);
        self.pos = (end + 1).min(self.text.len());
        let mut draft = draft;
        self.line.push(&mut draft, b"{}");
        draft.flags = draft.flags.with(WordFlags::EXPANSION);
        self.line.end_word(draft, self.pos);
    }

    fn redirect(&mut self, fd: Option<u16>) {
        let read = self.peek(0) == Some(b'<');
        let appended = self.peek(1) == Some(b'>');
        let duplicated = self.peek(1) == Some(b'&');
        let op = match (duplicated, read, appended) {
            (true, ..) => RedirectOp::Duplicate,
            (_, true, _) => RedirectOp::Read,
            (_, _, true) => RedirectOp::Append,
            _ => RedirectOp::Write,
        };
        self.pos += 1 + usize::from(appended || duplicated);
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.pos += 1;
        }
        let mut draft = self.line.begin_word(self.pos);
        self.read(&mut draft);
        self.line.redirect(op, fd, draft, self.pos);
    }

    /// `$name = …`: the value is a statement of its own, whose output the variable holds.
    fn assignment(&mut self) -> bool {
        let rest = self.rest();
        let len = rest.iter().skip(1).position(|byte| !is_name(*byte)).map_or(rest.len(), |len| len + 1);
        let after = rest.get(len..).unwrap_or_default();
        let blanks = after.len() - after.trim_ascii_start().len();
        let after = after.trim_ascii_start();
        let equals = match after {
            [b'=', next, ..] if *next != b'=' => 1,
            [b'+', b'=', ..] => 2,
            _ => return false,
        };
        let mut name = [0_u8; 64];
        let Some(slot) = name.get_mut(..len - 1) else { return false };
        slot.copy_from_slice(rest.get(1..len).unwrap_or_default());
        slot.make_ascii_lowercase();
        let start = self.pos + len + blanks + equals;
        let end = self.statement_end(start);
        let value = self.text.get(start..end).unwrap_or_default();
        let mut draft = self.line.begin_word(self.pos);
        let mut folded = self.line.s.literals.first_mut().map(std::mem::take).unwrap_or_default();
        folded.clear();
        let known = fold(value, &mut folded) && folded.len() <= self.line.s.splice_budget;
        let mut item = NONE;
        if known {
            self.line.s.splice_budget -= folded.len();
            self.line.push(&mut draft, &folded);
        } else {
            item = self.line.enqueue(value, self.origin.part(start, end), Context::Substitution).unwrap_or(NONE);
            draft.flags = draft.flags.with(WordFlags::EXPANSION).with(WordFlags::SUBSTITUTION);
        }
        if let Some(slot) = self.line.s.literals.first_mut() {
            *slot = folded;
        }
        self.pos = end;
        self.line.assign(name.get(..len - 1).unwrap_or_default(), draft, end, known, item);
        true
    }

    /// The end of the statement that begins at `start`: a `;` or line end outside quotes and brackets.
    fn statement_end(&self, start: usize) -> usize {
        let mut at = start;
        let mut depth = 0_usize;
        while let Some(byte) = self.text.get(at).copied() {
            match byte {
                b'`' => at += 1,
                b'(' | b'{' => depth += 1,
                b')' | b'}' if depth == 0 => return at,
                b')' | b'}' => depth -= 1,
                b';' | b'\n' if depth == 0 => return at,
                _ => {
                    if let Some((quote, len)) = quote_at(self.text, at) {
                        at = quote.end(self.text, at + len);
                        continue;
                    }
                }
            }
            at += 1;
        }
        self.text.len()
    }

    /// The place of the bracket that closes the one before `start`; the end of the text if there is none.
    fn closing(&mut self, start: usize, open: u8, close: u8) -> usize {
        let (mut at, mut depth) = (start, 1_usize);
        while let Some(byte) = self.text.get(at).copied() {
            if byte == b'`' {
                at += 1;
            } else if byte == open {
                depth += 1;
            } else if byte == close {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            } else if let Some((quote, len)) = quote_at(self.text, at) {
                at = quote.end(self.text, at + len);
                continue;
            }
            at += 1;
        }
        self.line.s.unbalanced = true;
        self.text.len()
    }

    fn word(&mut self) {
        let begin = self.pos;
        let mut draft = self.line.begin_word(begin);
        self.read(&mut draft);
        if self.pos == begin {
            self.pos += 1;
            return;
        }
        self.line.end_word(draft, self.pos);
    }

    /// Reads the bytes of one word.
    fn read(&mut self, draft: &mut Draft) {
        let mut expression = false;
        while let Some(byte) = self.peek(0) {
            if let Some((quote, len)) = quote_at(self.text, self.pos) {
                self.line.seam(draft);
                self.pos += len;
                self.quoted(draft, quote);
                self.line.seam(draft);
                expression = true;
                continue;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'|' | b'&' | b'{' | b'}' | b')' | b',' | b'<' | b'>' => break,
                b'(' if draft.exists && !expression => break,
                b'(' => {
                    self.group(draft, self.pos + 1);
                    expression = true;
                }
                b'@' if self.peek(1) == Some(b'(') => {
                    self.group(draft, self.pos + 2);
                    expression = true;
                }
                b'[' => {
                    let rest = self.rest();
                    let len = memchr::memchr2(b']', b'\n', rest).map_or(rest.len(), |at| at + 1);
                    self.line.push(draft, rest.get(..len).unwrap_or_default());
                    self.pos += len;
                    expression = true;
                }
                b'.' | b':' if expression && self.member(draft) => {}
                b'$' => {
                    self.dollar(draft);
                    expression = true;
                }
                b'`' => {
                    self.line.seam(draft);
                    if let Some(next) = self.peek(1) {
                        self.line.push(draft, &[next]);
                    }
                    self.pos = (self.pos + 2).min(self.text.len());
                }
                0xe2 if matches!(self.rest(), [_, 0x80, 0x93..=0x95, ..]) => {
                    // PowerShell takes the typographic dashes for `-`.
                    self.line.push(draft, b"-");
                    self.pos += 3;
                }
                _ => {
                    if matches!(byte, b'*' | b'?') {
                        draft.flags = draft.flags.with(WordFlags::GLOB);
                    }
                    self.line.push(draft, &[byte]);
                    self.pos += 1;
                }
            }
        }
    }

    /// `( … )`: what is plain text in it stands in the word, the rest is parsed in its turn.
    fn group(&mut self, draft: &mut Draft, start: usize) {
        let end = self.closing(start, b'(', b')');
        self.pos = (end + 1).min(self.text.len());
        let inner = self.text.get(start..end).unwrap_or_default();
        let mut folded = self.line.s.literals.first_mut().map(std::mem::take).unwrap_or_default();
        folded.clear();
        if fold(inner, &mut folded) && folded.len() <= self.line.s.splice_budget {
            self.line.s.splice_budget -= folded.len();
            draft.flags = draft.flags.with(WordFlags::DERIVED).with(WordFlags::SPLICED);
            draft.exists = true;
            self.line.push(draft, &folded);
        } else {
            self.substitute(inner, start, end);
            draft.flags = draft.flags.with(WordFlags::EXPANSION).with(WordFlags::SUBSTITUTION);
            self.line.push(draft, b"$()");
        }
        if let Some(slot) = self.line.s.literals.first_mut() {
            *slot = folded;
        }
    }

    fn substitute(&mut self, inner: &[u8], start: usize, end: usize) {
        if let Some(item) = self.line.enqueue(inner, self.origin.part(start, end), Context::Substitution) {
            self.line.link(item);
        }
    }

    /// `.Name(…)`, `::Name(…)`, `.Name`: a call becomes a command of its own.
    fn member(&mut self, draft: &mut Draft) -> bool {
        let rest = self.rest();
        let sign = if rest.starts_with(b"::") { 2 } else { 1 };
        let name = rest.get(sign..).unwrap_or_default();
        let name = name.strip_prefix(b"'").or(name.strip_prefix(b"\"")).unwrap_or(name);
        let quote = rest.len() - sign - name.len();
        let len = name.iter().position(|byte| !is_name(*byte)).unwrap_or(name.len());
        if len == 0 || rest.starts_with(b":") && sign == 1 {
            return false;
        }
        let called = self.pos + sign + len + 2 * quote;
        self.line.push(draft, rest.get(..sign).unwrap_or_default());
        self.line.push(draft, name.get(..len).unwrap_or_default());
        if self.text.get(called) != Some(&b'(') {
            self.pos = called.min(self.text.len());
            return true;
        }
        let end = self.closing(called + 1, b'(', b')');
        let mut call = std::mem::take(&mut self.line.s.spare);
        call.clear();
        call.extend_from_slice(name.get(..len).unwrap_or_default());
        call.push(b' ');
        call.extend_from_slice(self.text.get(called + 1..end).unwrap_or_default());
        let origin = Origin::Coarse(self.origin.map(self.pos, end));
        if let Some(item) = self.line.enqueue(&call, origin, Context::Substitution) {
            self.line.link(item);
        }
        self.line.s.spare = call;
        draft.flags = draft.flags.with(WordFlags::EXPANSION).with(WordFlags::SUBSTITUTION);
        self.line.push(draft, b"()");
        self.pos = (end + 1).min(self.text.len());
        true
    }

    /// `$name`, `${name}`, `$env:NAME`, `$( … )`.
    fn dollar(&mut self, draft: &mut Draft) {
        if self.peek(1) == Some(b'(') {
            let start = self.pos + 2;
            let end = self.closing(start, b'(', b')');
            self.pos = (end + 1).min(self.text.len());
            self.substitute(self.text.get(start..end).unwrap_or_default(), start, end);
            draft.flags = draft.flags.with(WordFlags::EXPANSION).with(WordFlags::SUBSTITUTION);
            self.line.push(draft, b"$()");
            return;
        }
        let rest = self.rest().get(1..).unwrap_or_default();
        let braced = rest.first() == Some(&b'{');
        let (name, len) = if braced {
            let end = memchr::memchr2(b'}', b'\n', rest).unwrap_or(rest.len());
            (rest.get(1..end).unwrap_or_default(), (end + 1).min(rest.len()))
        } else {
            let end = rest.iter().position(|byte| !is_name(*byte) && *byte != b':').unwrap_or(rest.len());
            let end = if rest.get(end.saturating_sub(1)) == Some(&b':') { end - 1 } else { end };
            (rest.get(..end).unwrap_or_default(), end)
        };
        self.pos += len + 1;
        let mut folded = [0_u8; 64];
        let variable = folded.get_mut(..name.len()).and_then(|slot| {
            slot.copy_from_slice(name);
            slot.make_ascii_lowercase();
            self.line.s.variable(slot)
        });
        match variable {
            Some(variable) if variable.known => self.line.push_value(draft, variable.value),
            other => {
                if let Some(variable) = other.filter(|variable| variable.item != NONE) {
                    self.line.link(variable.item);
                }
                draft.flags = draft.flags.with(WordFlags::EXPANSION);
                self.line.push(draft, b"$");
                self.line.push(draft, name);
            }
        }
    }

    /// The inside of a string up to its end.
    fn quoted(&mut self, draft: &mut Draft, quote: Quote) {
        draft.exists = true;
        draft.flags = draft.flags.with(WordFlags::QUOTED);
        let end = quote.end(self.text, self.pos);
        let stop = quote.content_end(self.text, self.pos, end);
        while self.pos < stop {
            let Some(byte) = self.peek(0) else { break };
            if quote.expands()
                && byte == b'$'
                && self.peek(1).is_some_and(|next| is_name(next) || matches!(next, b'(' | b'{'))
            {
                self.dollar(draft);
            } else if quote.expands() && byte == b'`' {
                let next = self.peek(1).unwrap_or(b'`');
                let plain = match next {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'0' => 0,
                    other => other,
                };
                self.line.push(draft, &[plain]);
                self.pos += 2;
            } else if !quote.is_document()
                && let Some((_, len)) = quote_at(self.text, self.pos).filter(|(one, _)| *one == quote)
            {
                // A doubled quote stands for one.
                self.line.push(draft, self.text.get(self.pos..self.pos + len).unwrap_or_default());
                self.pos += 2 * len;
            } else {
                self.line.push(draft, &[byte]);
                self.pos += 1;
            }
        }
        self.pos = self.pos.max(end).min(self.text.len());
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::{MARKS, looks_like};

    #[test]
    fn each_mark_is_seen_in_any_case_wherever_it_stands() {
        for (lead, mark) in MARKS {
            let mark = [lead, mark].concat();
            for text in [mark.clone(), mark.to_ascii_uppercase(), [b"x -y $z [", mark.as_slice(), b" a"].concat()] {
                assert!(looks_like(&text), "{}", text.escape_ascii());
                assert!(
                    !looks_like(&text[..text.len() - if text.ends_with(b" a") { 3 } else { 1 }]),
                    "{}",
                    text.escape_ascii()
                );
            }
        }
        for text in ["i`ex (irm x)", "N`ew-Obj`ect x", "i`e`x x", "&('i'+'ex') x", "& 'iex' x", ".('iex') x", "& $a x"]
        {
            assert!(looks_like(text.as_bytes()), "{text}");
        }
        for text in ["ls `date`", "echo a`date`b", "&& id", "& id", "./x (a)", ". 'x'", "x`y`z"] {
            assert!(!looks_like(text.as_bytes()), "{text}");
        }
        for text in ["ls -l", "get -x", "a-object", "old-object", "$en:x", "[systemx", "-", "", "in-voke"] {
            assert!(!looks_like(text.as_bytes()), "{text}");
        }
    }
}
