//! A program's name from the word that was typed: no directory, no `.exe`, lower case.

use super::glob::shell_glob;
use super::model::{Word, WordFlags};
use super::programs::{Class, Classes, Known, all, lookup};
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

/// A program the pattern may be filled in as, a shell if there is one, and the classes of all of them together. Patterns
/// longer than any name stand for none.
pub(super) fn of_glob(pattern: &[u8]) -> Option<(&'static Known, Classes)> {
    let literal = pattern.iter().any(u8::is_ascii_alphanumeric);
    if pattern.len() > 48 || !literal {
        return None;
    }
    let (mut one, mut sum) = (None, Classes::NONE);
    for (name, classes) in all().filter(|(name, _)| shell_glob(pattern, name.as_bytes())) {
        if one.is_none() || classes.has(Class::Shell) && !sum.has(Class::Shell) {
            one = Some(name);
        }
        sum = sum.union(classes);
    }
    Some((lookup(one?.as_bytes())?, sum))
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
