//! What a command prints, where it is plain to see: `$(printf cat)`, `echo Y2F0 | base64 -d`, a here-document for `cat`.

use super::escape::escape;
use super::model::{Command, RedirectOp, Word, WordFlags};
use super::programs::known_name;
use super::scratch::{ShellScratch, slice};
use data_encoding::{BASE32, BASE64, HEXLOWER_PERMISSIVE};

/// No folded output grows beyond this.
const LONGEST: usize = 64 * 1024;

/// Whether a substitution's text begins with a program whose output can be folded: a cheap test before any work.
pub(super) fn may_fold(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let len =
        text.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b":\\'\"/$".contains(byte)).unwrap_or(text.len());
    match text.get(..len).unwrap_or_default() {
        b"echo" | b"printf" | b"cat" | b"true" | b":" | b"which" | b"command" | b"base64" | b"rev" | b"tr" | b"xxd"
        | b"" => true,
        word => word.iter().any(|byte| b"\\'\"/$".contains(byte)),
    }
}

/// Whether a substitution asks where a program lies, which it names as it is: `which node`, `command -v node 2>/dev/null`.
pub(super) fn looks_up(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b"2>/dev/null").unwrap_or(text).trim_ascii_end();
    let name = [b"which ".as_slice(), b"command -v "].iter().find_map(|asks| text.strip_prefix(*asks));
    name.is_some_and(|name| name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(byte)))
}

/// What of a word counts as plain to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plain {
    /// All of it.
    Value,
    /// Variables of unknown value too, by their names.
    Names,
}

impl Plain {
    const fn holds(self, flags: WordFlags) -> bool {
        match self {
            Self::Value => !flags.has(WordFlags::EXPANSION),
            Self::Names => !flags.has(WordFlags::SUBSTITUTION),
        }
    }
}

/// Appends what the commands print if that follows from the text alone; `false` if not. They must be one pipeline.
pub(super) fn output(s: &ShellScratch, commands: (u32, u32), out: &mut Vec<u8>) -> bool {
    output_of(s, commands, Plain::Value, out)
}

/// The same with unknown variables as they are written: `$HOME/bin`.
pub(super) fn output_as_written(s: &ShellScratch, commands: (u32, u32), out: &mut Vec<u8>) -> bool {
    output_of(s, commands, Plain::Names, out)
}

fn output_of(s: &ShellScratch, commands: (u32, u32), plain: Plain, out: &mut Vec<u8>) -> bool {
    let commands = slice(&s.commands, commands);
    let Some((first, filters)) = commands.split_first() else { return true };
    if filters.iter().any(|command| command.pipeline != first.pipeline) || !source(s, first, plain, out) {
        return false;
    }
    filters.iter().enumerate().all(|(at, command)| command.stage as usize == at + 1 && filter(s, command, out))
}

/// The text that reaches `command` on its standard input: a here-document, or what the stages before it print.
pub(super) fn input(s: &ShellScratch, index: u32, out: &mut Vec<u8>) -> bool {
    input_of(s, index, Plain::Value, out)
}

/// The same with unknown variables as they are written.
pub(super) fn input_as_written(s: &ShellScratch, index: u32, out: &mut Vec<u8>) -> bool {
    input_of(s, index, Plain::Names, out)
}

fn input_of(s: &ShellScratch, index: u32, plain: Plain, out: &mut Vec<u8>) -> bool {
    let Some(command) = s.commands.get(index as usize) else { return false };
    for redirect in slice(&s.redirects, command.redirects).iter().rev() {
        if matches!(redirect.op, RedirectOp::HereDoc | RedirectOp::HereString) {
            let known = plain == Plain::Value || plain.holds(redirect.target.flags);
            out.extend_from_slice(s.text(redirect.target.text));
            return known && !out.is_empty();
        }
        if redirect.op == RedirectOp::Read {
            return false;
        }
    }
    let first = index.saturating_sub(command.stage);
    let simple = slice(&s.commands, (first, index))
        .iter()
        .enumerate()
        .all(|(at, stage)| stage.pipeline == command.pipeline && stage.stage as usize == at);
    simple && first < index && output_of(s, (first, index), plain, out) && !out.is_empty()
}

fn source(s: &ShellScratch, command: &Command, plain: Plain, out: &mut Vec<u8>) -> bool {
    let words = slice(&s.words, command.words);
    let Some((program, args)) = words.split_first() else {
        return command.redirects.0 == command.redirects.1;
    };
    let name = base_name(s.text(program.text));
    if !args.iter().all(|word| plain.holds(word.flags)) || program.flags.has(WordFlags::EXPANSION) {
        return false;
    }
    match name {
        b"true" | b":" => true,
        b"echo" => echo(s, args, out),
        b"printf" => printf(s, args, out),
        b"cat" | b"tee" if args.iter().all(|word| s.text(word.text) == b"-") => document(s, command, plain, out),
        b"base64" | b"base32" | b"rev" | b"tr" | b"xxd" => document(s, command, plain, out) && filter(s, command, out),
        // `$(which curl)`, `$(command -v curl)`
        b"which" | b"type" => {
            args.len() == 1 && append(out, s.text(args.first().map_or(program.text, |word| word.text)))
        }
        b"command" => match args {
            [flag, name] if s.text(flag.text) == b"-v" => append(out, s.text(name.text)),
            _ => false,
        },
        _ => false,
    }
}

fn document(s: &ShellScratch, command: &Command, plain: Plain, out: &mut Vec<u8>) -> bool {
    let bodies = slice(&s.redirects, command.redirects);
    let Some(body) = bodies.iter().find(|one| matches!(one.op, RedirectOp::HereDoc | RedirectOp::HereString)) else {
        return false;
    };
    plain.holds(body.target.flags) && append(out, s.text(body.target.text))
}

fn append(out: &mut Vec<u8>, text: &[u8]) -> bool {
    out.extend_from_slice(text.get(..LONGEST).unwrap_or(text));
    out.len() <= LONGEST
}

fn echo(s: &ShellScratch, args: &[Word], out: &mut Vec<u8>) -> bool {
    let mut escapes = false;
    let mut rest = args;
    while let [first, tail @ ..] = rest
        && let [b'-', flags @ ..] = s.text(first.text)
        && !flags.is_empty()
        && flags.iter().all(|flag| matches!(flag, b'n' | b'e' | b'E'))
    {
        escapes |= flags.contains(&b'e');
        rest = tail;
    }
    for (at, word) in rest.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        if escapes {
            unescape(s.text(word.text), out);
        } else {
            out.extend_from_slice(s.text(word.text));
        }
    }
    out.push(b'\n');
    out.len() <= LONGEST
}

/// `printf FORMAT ARG…` with `%s`, `%b`, `%c`, `%d`, `%x`; the format is used again while arguments are left.
fn printf(s: &ShellScratch, args: &[Word], out: &mut Vec<u8>) -> bool {
    let args = match args {
        [first, rest @ ..] if s.text(first.text) == b"--" => rest,
        _ => args,
    };
    let Some((format, mut rest)) = args.split_first() else { return true };
    let format = s.text(format.text);
    if format.starts_with(b"-v") {
        return false;
    }
    loop {
        let before = rest.len();
        let mut at = 0;
        while let Some(byte) = format.get(at).copied() {
            at += 1;
            match byte {
                b'\\' => {
                    let (bytes, len, used) = escape(format.get(at..).unwrap_or_default());
                    out.extend_from_slice(bytes.get(..len).unwrap_or_default());
                    at += used;
                }
                b'%' if format.get(at) == Some(&b'%') => {
                    out.push(b'%');
                    at += 1;
                }
                b'%' => {
                    while format.get(at).is_some_and(|byte| b"-+ #0123456789.".contains(byte)) {
                        at += 1;
                    }
                    let kind = format.get(at).copied().unwrap_or(b's');
                    at += 1;
                    let value = rest.split_first().map_or(&[][..], |(word, tail)| {
                        rest = tail;
                        s.text(word.text)
                    });
                    match kind {
                        b'b' => unescape(value, out),
                        b'c' => out.extend_from_slice(value.get(..1).unwrap_or_default()),
                        b's' | b'd' | b'i' | b'u' | b'q' => out.extend_from_slice(value),
                        _ => return false,
                    }
                }
                _ => out.push(byte),
            }
            if out.len() > LONGEST {
                return false;
            }
        }
        if rest.is_empty() || rest.len() == before {
            return true;
        }
    }
}

fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        if byte == b'\\' {
            let (bytes, len, used) = escape(text.get(at..).unwrap_or_default());
            out.extend_from_slice(bytes.get(..len).unwrap_or_default());
            at += used;
        } else {
            out.push(byte);
        }
    }
}

/// Sends `text` through a filter whose effect is known.
fn filter(s: &ShellScratch, command: &Command, text: &mut Vec<u8>) -> bool {
    let words = slice(&s.words, command.words);
    let Some((program, args)) = words.split_first() else { return false };
    let has = |wanted: &[&[u8]]| args.iter().any(|word| wanted.contains(&s.text(word.text)));
    match base_name(s.text(program.text)) {
        b"cat" | b"tee" => args.iter().all(|word| s.text(word.text) == b"-"),
        b"base64" | b"gbase64" if has(&[b"-d", b"-D", b"--decode", b"-di", b"-id"]) => decode(text, true),
        b"base32" if has(&[b"-d", b"--decode"]) => decode(text, false),
        b"openssl" if has(&[b"-d"]) && has(&[b"base64", b"-base64", b"-a"]) => decode(text, true),
        b"xxd" if args.iter().any(|word| s.text(word.text).starts_with(b"-r") || s.text(word.text) == b"-p") => {
            text.retain(u8::is_ascii_hexdigit);
            text.truncate(text.len() & !1);
            HEXLOWER_PERMISSIVE.decode(text).is_ok_and(|bytes| replace(text, &bytes))
        }
        b"rev" => {
            let ended = text.pop_if(|byte| *byte == b'\n').is_some();
            text.split_mut(|byte| *byte == b'\n').for_each(<[u8]>::reverse);
            if ended {
                text.push(b'\n');
            }
            true
        }
        b"tr" => match args {
            [flag, set] if s.text(flag.text) == b"-d" => {
                let set = Set::of(s.text(set.text));
                let mut dropped = [false; 256];
                for byte in set.bytes() {
                    if let Some(slot) = dropped.get_mut(*byte as usize) {
                        *slot = true;
                    }
                }
                text.retain(|byte| !dropped.get(*byte as usize).copied().unwrap_or(false));
                true
            }
            [from, to] if !s.text(from.text).starts_with(b"-") => {
                let (from, to) = (Set::of(s.text(from.text)), Set::of(s.text(to.text)));
                let mut table = [0; 256];
                (0..=u8::MAX).zip(&mut table).for_each(|(byte, slot)| *slot = byte);
                for (at, byte) in from.bytes().iter().enumerate() {
                    if let (Some(new), Some(slot)) =
                        (to.bytes().get(at).or(to.bytes().last()), table.get_mut(*byte as usize))
                    {
                        *slot = *new;
                    }
                }
                text.iter_mut().for_each(|byte| *byte = table.get(*byte as usize).copied().unwrap_or(*byte));
                true
            }
            _ => false,
        },
        _ => false,
    }
}

fn decode(text: &mut Vec<u8>, base64: bool) -> bool {
    text.retain(|byte| !byte.is_ascii_whitespace());
    while base64 && text.last() == Some(&b'=') {
        text.pop();
    }
    // `base64 -d` prints what it can and complains afterwards.
    let spare = text.len() % 4;
    let decoded = if base64 {
        text.truncate(text.len() - usize::from(spare == 1));
        data_encoding::BASE64_NOPAD.decode(text).or_else(|_| BASE64.decode(text))
    } else {
        BASE32.decode(text)
    };
    decoded.is_ok_and(|bytes| replace(text, &bytes))
}

fn replace(text: &mut Vec<u8>, bytes: &[u8]) -> bool {
    text.clear();
    text.extend_from_slice(bytes);
    true
}

/// The set of a `tr` argument in its order, ranges written out.
struct Set {
    bytes: [u8; 256],
    len: usize,
}

impl Set {
    fn of(text: &[u8]) -> Self {
        let mut set = Self { bytes: [0; 256], len: 0 };
        let mut at = 0;
        while let Some(byte) = text.get(at).copied() {
            if byte == b'\\' {
                let (bytes, _, used) = escape(text.get(at + 1..).unwrap_or_default());
                set.add(bytes.first().copied().unwrap_or(b'\\'));
                at += 1 + used;
                continue;
            }
            match (text.get(at + 1), text.get(at + 2)) {
                (Some(b'-'), Some(last)) if *last >= byte => {
                    (byte..=*last).for_each(|byte| set.add(byte));
                    at += 3;
                }
                _ => {
                    set.add(byte);
                    at += 1;
                }
            }
        }
        set
    }

    fn add(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = byte;
            self.len += 1;
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

fn base_name(program: &[u8]) -> &[u8] {
    let base = program.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    known_name(base).map_or(base, str::as_bytes)
}

/// `NAME=`, `NAME+=`, `NAME[i]=`: the length of the name, and where the value begins.
pub(super) fn split_assignment(text: &[u8]) -> Option<(usize, usize)> {
    let name = text.iter().position(|byte| !super::expand::is_name(*byte))?;
    if name == 0 || text.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let mut at = name;
    if text.get(at) == Some(&b'[') {
        // An index is short; a longer bracket is a pattern.
        let close = text.get(at..)?.iter().take(64).position(|byte| matches!(byte, b']' | b'\n' | b' '))?;
        at += close;
        if text.get(at) != Some(&b']') {
            return None;
        }
        at += 1;
    }
    at += usize::from(text.get(at) == Some(&b'+'));
    (text.get(at) == Some(&b'=')).then_some((name, at + 1))
}

#[cfg(test)]
mod tests {
    use super::split_assignment;

    #[test]
    fn assignments_are_told_from_words() {
        for (text, found) in [
            ("a=b", Some((1, 2))),
            ("PATH+=:x", Some((4, 6))),
            ("a[0]=b", Some((1, 5))),
            ("=b", None),
            ("1a=b", None),
            ("a-b=c", None),
            ("--a=b", None),
            ("a", None),
            ("a[x y]=b", None),
        ] {
            assert_eq!(split_assignment(text.as_bytes()), found, "{text}");
        }
    }
}
