//! `cmd.exe`: carets, `%VAR%`, `&`, `&&`, `|`, parentheses, `for … do`, `if …`.

use super::line::{Draft, Line};
use super::model::{Joined, NONE, RedirectOp, WordFlags};
use super::scratch::{Item, ShellScratch};

/// How much of a text is looked at to guess its dialect.
const LOOKED_AT: usize = 1024;

/// Programs that only `cmd.exe` gives switches with `/` to; those that only Windows has; and those that others have too, with other paths.
const SWITCHED: [&[u8]; 16] = [
    b"del",
    b"erase",
    b"rd",
    b"rmdir",
    b"copy",
    b"xcopy",
    b"robocopy",
    b"move",
    b"dir",
    b"format",
    b"cmd",
    b"start",
    b"taskkill",
    b"tasklist",
    b"net",
    b"sc",
];
const OWN: [&[u8]; 13] = [
    b"bcdedit",
    b"vssadmin",
    b"wmic",
    b"bitsadmin",
    b"certutil",
    b"netsh",
    b"reg",
    b"schtasks",
    b"setx",
    b"attrib",
    b"icacls",
    b"takeown",
    b"diskpart",
];
const SHARED: [&[u8]; 13] = [
    b"copy",
    b"type",
    b"del",
    b"move",
    b"ren",
    b"md",
    b"rd",
    b"dir",
    b"rundll32",
    b"regsvr32",
    b"mshta",
    b"msiexec",
    b"runas",
];

/// Whether only `cmd.exe` is written like this.
pub(super) fn looks_like(text: &[u8]) -> bool {
    let head = text.get(..LOOKED_AT).unwrap_or(text);
    let first = skip_operators(head);
    let len = first.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(first.len());
    let (program, rest) = first.split_at(len);
    // A POSIX shell would look for a program of that name; `cmd.exe` takes the carets out first.
    let torn = rest.first() == Some(&b'^') && len > 0 && rest.get(1).is_some_and(u8::is_ascii_alphanumeric);
    let switched = rest.first() == Some(&b'/') || rest.trim_ascii_start().first() == Some(&b'/');
    if program.eq_ignore_ascii_case(b"powershell") && bare_paren(rest) {
        return true;
    }
    let is = |names: &[&[u8]]| names.iter().any(|name| name.eq_ignore_ascii_case(program));
    torn || is(&SWITCHED) && switched
        || is(&OWN)
        || is(&SHARED) && memchr::memchr(b'\\', rest).is_some()
        || is(&[b"for"])
            && matches!(
                rest.trim_ascii_start(),
                [b'%', ..] | [b'/', b'f' | b'F' | b'r' | b'R' | b'l' | b'L' | b'd' | b'D', ..]
            )
        || has_variable(head)
        || has_drive(head) && !head.contains(&b'$') && !head.starts_with(b"\\")
        || is(&[b"echo"]) && rest.starts_with(b".")
}

/// Whether it holds a path on a drive: `C:\`.
fn has_drive(text: &[u8]) -> bool {
    memchr::memchr_iter(b':', text).any(|at| {
        let letter = at.checked_sub(1).and_then(|before| text.get(before));
        letter.is_some_and(u8::is_ascii_alphabetic) && text.get(at + 1) == Some(&b'\\')
    })
}

/// The text behind the operators and blanks it begins with: an injected suffix starts with them.
pub(super) fn skip_operators(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'&' | b'|' | b';' | b'@'));
    text.get(start.unwrap_or(text.len())..).unwrap_or_default()
}

/// Whether a parenthesis stands outside quotes, which a POSIX shell would not take: `powershell iex(…)`.
fn bare_paren(text: &[u8]) -> bool {
    let mut quoted = false;
    for byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\'' if !quoted => return false,
            b'(' if !quoted => return true,
            _ => {}
        }
    }
    false
}

/// `%NAME%` or `%NAME:~1,2%`.
fn has_variable(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(open) = memchr::memchr(b'%', rest) {
        rest = rest.get(open + 1..).unwrap_or_default();
        let len = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(rest.len());
        if len >= 3 && rest.first().is_some_and(u8::is_ascii_alphabetic) && matches!(rest.get(len), Some(b'%' | b':')) {
            return true;
        }
    }
    false
}

/// Parses one text.
pub(super) fn parse(text: &[u8], item: &Item, s: &mut ShellScratch) {
    let mut parser = Cmd { text, pos: 0, line: Line::new(item, s), in_set: false, for_loop: false, open: 0 };
    while parser.step() {}
    parser.end(Joined::Newline, 0);
}

struct Cmd<'t, 's> {
    text: &'t [u8],
    pos: usize,
    line: Line<'s>,
    /// The rest of the command is `NAME=value`.
    in_set: bool,
    /// A `for` waits for its `do`.
    for_loop: bool,
    /// Parentheses that are open.
    open: u32,
}

impl Cmd<'_, '_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.pos + ahead).copied()
    }

    fn end(&mut self, joined: Joined, len: usize) {
        self.line.end_command(joined, self.pos.min(self.text.len()));
        self.pos += len;
        self.in_set = false;
        self.for_loop &= joined == Joined::Semicolon;
    }

    fn step(&mut self) -> bool {
        let Some(byte) = self.peek(0) else { return false };
        if self.line.is_full() {
            return false;
        }
        let next = self.peek(1);
        match byte {
            b' ' | b'\t' | b'\r' | b',' | b';' | b'=' => self.pos += 1,
            b'\n' => self.end(Joined::Newline, 1),
            b'&' if next == Some(b'&') => self.end(Joined::And, 2),
            b'&' => self.end(Joined::Semicolon, 1),
            b'|' if next == Some(b'|') => self.end(Joined::Or, 2),
            b'|' => self.end(Joined::Pipe, 1),
            b'(' | b')' if self.for_loop => self.pos += 1,
            // Only where a command may begin is a parenthesis one; elsewhere it is a letter.
            b'(' if self.line.word_count() == 0 => {
                self.open += 1;
                self.end(Joined::Semicolon, 1);
            }
            b')' if self.open > 0 || self.line.word_count() == 0 => {
                self.open = self.open.saturating_sub(1);
                self.end(Joined::Semicolon, 1);
            }
            b'@' if self.line.word_count() == 0 => self.pos += 1,
            b'0'..=b'9' if matches!(next, Some(b'>' | b'<')) => {
                self.pos += 1;
                self.redirect(Some(u16::from(byte - b'0')));
            }
            b'>' | b'<' => self.redirect(None),
            b':' if self.line.word_count() == 0 && next == Some(b':') => self.skip_line(),
            _ => self.word(),
        }
        true
    }

    fn skip_line(&mut self) {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        self.pos += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn redirect(&mut self, fd: Option<u16>) {
        let written = self.peek(0) == Some(b'>');
        let appended = written && self.peek(1) == Some(b'>');
        let duplicated = self.peek(1) == Some(b'&');
        let op = match (duplicated, written, appended) {
            (true, ..) => RedirectOp::Duplicate,
            (_, true, true) => RedirectOp::Append,
            (_, true, false) => RedirectOp::Write,
            _ => RedirectOp::Read,
        };
        self.pos += 1 + usize::from(appended || duplicated);
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.pos += 1;
        }
        let mut draft = self.line.begin_word(self.pos);
        self.read(&mut draft, false);
        self.line.redirect(op, fd, draft, self.pos);
    }

    fn word(&mut self) {
        let program = self.line.word_count() == 0;
        let begin = self.pos;
        let mut draft = self.line.begin_word(begin);
        self.read(&mut draft, program);
        if self.pos == begin {
            self.pos += 1;
            return;
        }
        let text: &[u8] = self.line.s.bytes.get(draft.start..).unwrap_or_default();
        if program && text.eq_ignore_ascii_case(b"rem") {
            self.line.drop_words();
            self.skip_line();
            return;
        }
        if program && text.eq_ignore_ascii_case(b"set") {
            self.in_set = true;
        } else if program && text.eq_ignore_ascii_case(b"for") {
            self.for_loop = true;
        } else if self.for_loop && text.eq_ignore_ascii_case(b"do") {
            self.for_loop = false;
            self.end(Joined::Semicolon, 0);
            return;
        } else if program && (text.eq_ignore_ascii_case(b"if") || text.eq_ignore_ascii_case(b"else")) {
            let condition = text.eq_ignore_ascii_case(b"if");
            self.line.drop_words();
            if condition {
                self.condition();
            }
            return;
        }
        self.line.end_word(draft, self.pos);
        if self.in_set && program {
            self.set();
        }
    }

    /// `set [/p] [/a] ["]NAME=value["]`: the rest of the command.
    fn set(&mut self) {
        loop {
            match self.peek(0) {
                Some(b' ' | b'\t' | b'"') => self.pos += 1,
                Some(b'/') => self.pos += 2,
                _ => break,
            }
        }
        let rest = self.text.get(self.pos..).unwrap_or_default();
        let Some(cut) = rest.iter().take(64).position(|byte| matches!(byte, b'=' | b'&' | b'|' | b'\n')) else {
            return;
        };
        if rest.get(cut) != Some(&b'=') {
            return;
        }
        let mut name = [0_u8; 64];
        let Some(slot) = name.get_mut(..cut) else { return };
        slot.copy_from_slice(rest.get(..cut).unwrap_or_default());
        slot.make_ascii_lowercase();
        self.pos += cut + 1;
        let mut draft = self.line.begin_word(self.pos);
        while self.peek(0).is_some_and(|byte| !matches!(byte, b'&' | b'|' | b'\n' | b'>' | b'<')) {
            let before = self.pos;
            self.read(&mut draft, false);
            if self.pos == before {
                let byte = self.peek(0).unwrap_or(b' ');
                self.line.push(&mut draft, &[byte]);
                self.pos += 1;
            }
        }
        let known = !draft.flags.has(WordFlags::EXPANSION);
        self.line.assign(name.get(..cut).unwrap_or_default(), draft, self.pos, known, NONE);
    }

    /// The condition of an `if`, up to the command it guards.
    fn condition(&mut self) {
        let mut wanted = 1;
        while wanted > 0 {
            while matches!(self.peek(0), Some(b' ' | b'\t')) {
                self.pos += 1;
            }
            let start = self.pos;
            let rest = self.text.get(start..).unwrap_or_default();
            let mut quoted = false;
            let len = rest
                .iter()
                .position(|byte| {
                    quoted ^= *byte == b'"';
                    !quoted && matches!(byte, b' ' | b'\t' | b'\n' | b'&' | b'|' | b'(')
                })
                .unwrap_or(rest.len());
            let word = rest.get(..len).unwrap_or_default();
            self.pos += len;
            let is = |names: &[&[u8]]| names.iter().any(|name| word.eq_ignore_ascii_case(name));
            if len == 0 {
                return;
            } else if is(&[b"not", b"/i", b"exist", b"defined", b"errorlevel", b"cmdextversion"]) {
                continue;
            } else if is(&[b"equ", b"neq", b"lss", b"leq", b"gtr", b"geq", b"=="]) {
                wanted = 1;
            } else {
                wanted -= 1;
                let after = self.text.get(self.pos..).unwrap_or_default().trim_ascii_start();
                let compares = after.starts_with(b"==")
                    || after.get(..4).is_some_and(|next| {
                        [b"equ ", b"neq ", b"lss ", b"leq ", b"gtr ", b"geq "]
                            .iter()
                            .any(|name| next.eq_ignore_ascii_case(*name))
                    });
                if compares {
                    wanted = 1;
                    if after.starts_with(b"==") {
                        self.pos = self.text.len() - after.len() + 2;
                    }
                }
            }
        }
    }

    /// Reads the bytes of one word.
    fn read(&mut self, draft: &mut Draft, program: bool) {
        let mut quoted = false;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => {
                    self.line.seam(draft);
                    draft.exists = true;
                    draft.flags = draft.flags.with(WordFlags::QUOTED);
                    quoted = !quoted;
                    self.pos += 1;
                    self.line.seam(draft);
                }
                b'%' => self.variable(draft, b'%'),
                b'!' => self.variable(draft, b'!'),
                _ if quoted => {
                    if byte == b'\n' {
                        break;
                    }
                    self.line.push(draft, &[byte]);
                    self.pos += 1;
                }
                b'^' => {
                    self.line.seam(draft);
                    self.pos += 1;
                    match self.peek(0) {
                        Some(b'\r') if self.peek(1) == Some(b'\n') => self.pos += 2,
                        Some(b'\n') => self.pos += 1,
                        Some(next) => {
                            self.line.push(draft, &[next]);
                            self.pos += 1;
                        }
                        None => {}
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' | b'&' | b'|' | b'<' | b'>' => break,
                b'(' | b')' if self.for_loop || byte == b')' && self.open > 0 => break,
                b'(' if program && is_keyword(self.line.s.bytes.get(draft.start..).unwrap_or_default()) => break,
                // `del/f`, `ping,host`: what ends a program's name.
                b'/' | b',' | b';' | b'=' if program && draft.exists => break,
                _ => {
                    if matches!(byte, b'*' | b'?') {
                        draft.flags = draft.flags.with(WordFlags::GLOB);
                    }
                    self.line.push(draft, &[byte]);
                    self.pos += 1;
                }
            }
        }
        self.line.s.unbalanced |= quoted;
    }

    /// `%NAME%`, `%NAME:~1,2%`, `%1`, `%%G`; `!NAME!` likewise.
    fn variable(&mut self, draft: &mut Draft, mark: u8) {
        let rest = self.text.get(self.pos + 1..).unwrap_or_default();
        let len = rest.iter().take(128).position(|byte| *byte == mark || matches!(byte, b' ' | b'\n' | b'"'));
        let closed = len.filter(|len| *len > 0 && rest.get(*len) == Some(&mark));
        let Some(len) = closed else {
            self.line.push(draft, &[mark]);
            self.pos += 1;
            return;
        };
        let inner = rest.get(..len).unwrap_or_default();
        let cut = memchr::memchr(b':', inner).unwrap_or(len);
        let (name, slice) = inner.split_at(cut);
        let mut folded = [0_u8; 64];
        let known = folded.get_mut(..name.len()).and_then(|slot| {
            slot.copy_from_slice(name);
            slot.make_ascii_lowercase();
            self.line.s.variable(slot).filter(|variable| variable.known)
        });
        self.pos += len + 2;
        match (known, slice.strip_prefix(b":~")) {
            (Some(variable), None) if slice.is_empty() => self.line.push_value(draft, variable.value),
            (Some(variable), Some(slice)) => {
                if let Some(part) = part_of(variable.value, slice) {
                    self.line.push_value(draft, part);
                }
                draft.flags = draft.flags.with(WordFlags::SPLICED);
            }
            _ => {
                draft.flags = draft.flags.with(WordFlags::EXPANSION);
                if !slice.is_empty() {
                    draft.flags = draft.flags.with(WordFlags::SPLICED);
                }
                self.line.push(draft, &[mark]);
                self.line.push(draft, inner);
                self.line.push(draft, &[mark]);
            }
        }
    }
}

/// `if(`, `for(`: what a parenthesis may follow without a blank.
fn is_keyword(word: &[u8]) -> bool {
    [b"if".as_slice(), b"for", b"else", b"do"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// The part of a value that `:~offset,length` names.
fn part_of(value: crate::message::Span, slice: &[u8]) -> Option<crate::message::Span> {
    let slice = std::str::from_utf8(slice).ok()?;
    let (offset, len) = slice.split_once(',').map_or((slice, None), |(offset, len)| (offset, Some(len)));
    let size = i64::try_from(value.len()).ok()?;
    let offset: i64 = offset.trim().parse().ok()?;
    let start = if offset < 0 { (size + offset).max(0) } else { offset.min(size) };
    let end = match len.map(|len| len.trim().parse::<i64>()) {
        None => size,
        Some(Ok(len)) if len < 0 => (size + len).max(start),
        Some(Ok(len)) => start.saturating_add(len).min(size),
        Some(Err(_)) => return None,
    };
    let place = |at: i64| value.start + u32::try_from(at).unwrap_or(0);
    Some(crate::message::Span::new(place(start), place(end)))
}
