//! A program's name from the word that was typed: no directory, no `.exe`, lower case.

use super::glob::{Letters, ShellPattern};
use super::model::{Word, WordFlags};
use super::programs::{Class, Classes, Known, each_known};
use crate::message::Span;

/// Endings Windows leaves out.
const ENDINGS: [&[u8]; 4] = [b".exe", b".cmd", b".bat", b".com"];

/// The folded base name; pushed to `bytes` only if it differs from what lies there.
pub(super) fn base(bytes: &mut Vec<u8>, program: Word) -> Span {
    let text = program.text.of(bytes);
    if matches!(text, b"$SHELL" | b"$BASH" | b"$0") {
        // Whatever it is, it is a shell.
        let from = bytes.len();
        bytes.extend_from_slice(b"sh");
        return Span::of_usize(from, bytes.len());
    }
    if memchr::memmem::find(text, b"://").is_some() {
        // A URL in a program's place is no program named after its last part.
        return program.text;
    }
    let mut start = text.iter().rposition(|byte| matches!(byte, b'/' | b'\\')).map_or(0, |at| at + 1);
    if start == text.len() {
        start = 0;
    }
    let mut name = text.get(start..).unwrap_or_default();
    if program.flags.has(WordFlags::EXPANSION) {
        let known = without_expansions(name);
        if !known.is_empty() {
            name = known;
        }
    }
    let mut end = start + (text.len() - start);
    start = text.len() - name.len().min(text.len());
    if program.flags.has(WordFlags::EXPANSION) {
        // `name` may end before the text does.
        start = name.as_ptr().addr().saturating_sub(text.as_ptr().addr()).min(text.len());
        end = start + name.len();
    }
    if let Some(ending) = ENDINGS.iter().find(|ending| {
        name.len() > ending.len()
            && name.get(name.len() - ending.len()..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    }) {
        end -= ending.len();
    }
    let offset = program.text.range().start;
    let place = Span::of_usize(offset + start, offset + end);
    if !place.of(bytes).iter().any(u8::is_ascii_uppercase) {
        return place;
    }
    let from = bytes.len();
    bytes.extend_from_within(place.range());
    if let Some(copy) = bytes.get_mut(from..) {
        copy.make_ascii_lowercase();
    }
    Span::of_usize(from, bytes.len())
}

/// `${prefix}gcc`, `$()cat` without the part nobody knows.
fn without_expansions(name: &[u8]) -> &[u8] {
    let mut rest = name;
    while let [b'$', tail @ ..] = rest {
        rest = match tail {
            [b'(', b')', tail @ ..] => tail,
            [b'{', tail @ ..] => memchr::memchr(b'}', tail).and_then(|at| tail.get(at + 1..)).unwrap_or_default(),
            _ => {
                let len = tail.iter().position(|byte| !super::expand::is_name(*byte)).unwrap_or(tail.len());
                tail.get(len..).unwrap_or_default()
            }
        };
    }
    let end = memchr::memchr(b'$', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Whether the name stands for others than itself: in `/usr/b[i]n/cat` it is the folder that does. Of what has neither letter nor
/// digit nobody knows what it stands for, and no program's name is as long as what is left out here.
pub(super) fn is_pattern(name: &[u8]) -> bool {
    memchr::memchr3(b'*', b'?', b'[', name).is_some() && name.len() <= 48 && name.iter().any(u8::is_ascii_alphanumeric)
}

/// A program the pattern may be filled in as, a shell or else an interpreter if there is one, and the classes of all of them
/// together.
pub(super) fn of_glob(pattern: &[u8]) -> Option<(&'static Known, Classes)> {
    let pattern = ShellPattern::new(pattern);
    let (mut one, mut sum) = (None, Classes::NONE);
    let rank = |known: &Known| (known.classes.has(Class::Shell), known.classes.has(Class::Interpreter));
    for known in each_known().filter(|known| pattern.fills(known.name.as_bytes(), known.holds)) {
        if one.is_none_or(|one| rank(one) < rank(known)) {
            one = Some(known);
        }
        sum = sum.union(known.classes);
    }
    Some((one?, sum))
}

/// Programs of nearly every machine, first what an attack would rather run.
const COMMON: [&str; 71] = [
    "sh", "bash", "dash", "zsh", "ksh", "ash", "busybox", "python3", "python", "perl", "ruby", "php", "node", "lua",
    "curl", "wget", "nc", "ncat", "netcat", "socat", "ssh", "scp", "rm", "dd", "shred", "cat", "tac", "head", "tail",
    "less", "more", "nl", "od", "xxd", "base64", "cp", "mv", "tee", "ln", "chmod", "chown", "sudo", "su", "env",
    "printenv", "nohup", "xargs", "find", "awk", "sed", "grep", "crontab", "mkfs", "shutdown", "reboot", "kill",
    "killall", "useradd", "passwd", "insmod", "iptables", "openssl", "tar", "zip", "git", "docker", "ping", "nslookup",
    "id", "whoami", "uname",
];

/// A program's name and its bytes.
type Common = (&'static str, Letters);

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where a fault is a build error")]
const fn each<const N: usize>(names: [&'static str; N]) -> [Common; N] {
    let mut all = [("", Letters::of(b"")); N];
    let mut at = 0;
    while at < N {
        all[at] = (names[at], Letters::of(names[at].as_bytes()));
        at += 1;
    }
    all
}

static EACH: [Common; COMMON.len()] = each(COMMON);

/// The first of the most common programs that the pattern may be filled in as: what is left of the look where there were many.
pub(super) fn common_of_glob(pattern: &[u8]) -> Option<&'static str> {
    let pattern = ShellPattern::new(pattern);
    EACH.iter().find(|(name, holds)| pattern.fills(name.as_bytes(), *holds)).map(|(name, _)| *name)
}

/// Decodes base64 of UTF-16LE, as PowerShell's `-EncodedCommand` takes it, into UTF-8. `false` if it is none.
pub(super) fn decode_utf16(text: &[u8], out: &mut Vec<u8>) -> bool {
    let trimmed: &[u8] = text.trim_ascii();
    let padding = trimmed.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = trimmed.get(..trimmed.len() - padding).unwrap_or_default();
    let Ok(bytes) = data_encoding::BASE64_NOPAD.decode(body) else { return false };
    let units = bytes.chunks_exact(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    for letter in char::decode_utf16(units) {
        let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    !out.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{COMMON, common_of_glob, is_pattern, of_glob};
    use crate::analyzers::shell::programs::{Class, known_name};

    #[test]
    fn a_pattern_stands_for_the_worst_it_may_be() {
        for (pattern, name) in [("b?sh", "bash"), ("ba*", "bash"), ("p?thon", "python"), ("c[a]t", "cat"), ("r?", "rm")]
        {
            let (known, classes) = of_glob(pattern.as_bytes()).unwrap();
            assert!(is_pattern(pattern.as_bytes()));
            assert_eq!(common_of_glob(pattern.as_bytes()), Some(name));
            assert!(classes.has(Class::Shell) == (name == "bash") || classes.has(Class::Interpreter), "{known:?}");
        }
        assert_eq!(of_glob(b"p?thon").unwrap().0.name, "python");
        assert!(of_glob(b"zz?zz").is_none() && common_of_glob(b"zz?zz").is_none());
        for name in ["cat", "", "?", "*", "(*)", &"a?".repeat(40)] {
            assert!(!is_pattern(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn the_common_programs_are_known() {
        for name in COMMON {
            assert!(known_name(name.as_bytes()).is_some(), "{name}");
        }
    }
}
