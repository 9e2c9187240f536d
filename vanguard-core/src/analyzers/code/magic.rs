//! Lines that a notebook hands to a shell: `!pip install x`, and all below `%%bash`.

use super::CodeScratch;
use super::calls::{Call, Given, Sink};
use crate::message::Span;

/// Words that begin a cell whose other lines are a script.
const CELLS: [&[u8]; 4] = [b"%%bash", b"%%sh", b"%%script", b"%%system"];

/// Most lines of one cell that are handed on.
const MOST: usize = 32;

/// Adds what a shell is given, as if a call had been given it.
pub(super) fn read(text: &[u8], scratch: &mut CodeScratch) {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(text.len());
    let first = text.get(start..).unwrap_or_default();
    if first.first() == Some(&b'%') && CELLS.iter().any(|cell| first.starts_with(cell)) {
        let line = memchr::memchr(b'\n', first).unwrap_or(first.len());
        hand_on(Span::of_usize(start, start + line), Span::of_usize(start + line, text.len()), scratch);
        return;
    }
    for at in memchr::memchr_iter(b'!', text).filter(|at| begins_line(text, *at)).take(MOST) {
        let behind = text.get(at + 1..).unwrap_or_default();
        // `!done(x)` and `!== x` are an expression's; a command's name has a blank or the end behind it.
        let name = behind.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_./~-".contains(byte)).count();
        let ends = behind.get(name).is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|'));
        if name > 0 && ends {
            let line = memchr::memchr(b'\n', behind).unwrap_or(behind.len());
            hand_on(Span::of_usize(at, at + 1), Span::of_usize(at + 1, at + 1 + line), scratch);
        }
    }
}

/// Whether only blanks stand before a place on its line.
fn begins_line(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(16)..at).unwrap_or_default();
    let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match before.len().checked_sub(blanks + 1).and_then(|last| before.get(last)) {
        Some(byte) => *byte == b'\n',
        None => at < 16,
    }
}

fn hand_on(name: Span, span: Span, scratch: &mut CodeScratch) {
    let call = u32::try_from(scratch.calls.len()).unwrap_or(u32::MAX);
    let sink = Sink::Command;
    scratch.calls.push(Call { name, object: None, argument: None, inline: false, sink: Some(sink) });
    scratch.given.push(Given { call, sink, span });
}
