//! JSON string literals: finding their end, decoding them, and mapping decoded bytes back.

use super::Span;
use crate::lanes::{LANES, Lanes};

/// Offset of the first `"`, `\` or control character at or after `from`; the length if there is none.
pub(super) fn find_special(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
        let plain = special_in(block);
        at += plain;
        if plain < LANES {
            return at;
        }
    }
    bytes
        .get(at..)
        .unwrap_or_default()
        .iter()
        .position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'))
        .map_or(bytes.len(), |i| at + i)
}

/// Offset of the first such byte of a block; its length if there is none.
#[inline]
pub(super) fn special_in(block: &[u8; LANES]) -> usize {
    let bytes = Lanes::of(block);
    let special = bytes.is(b'"').or(bytes.is(b'\\')).or(bytes.within(0, 0x1F));
    special.bits().trailing_zeros() as usize
}

/// One decoded escape sequence.
pub(super) struct Escape {
    /// What it stands for; U+FFFD for a lone surrogate.
    pub(super) char: char,
    /// Bytes it takes in the source, from the backslash on.
    pub(super) len: usize,
    /// Half a surrogate pair.
    pub(super) lone: bool,
}

/// Reads the escape at the start of `bytes` (a backslash). `None` if it is none.
pub(super) fn escape(bytes: &[u8]) -> Option<Escape> {
    let simple = |char| Some(Escape { char, len: 2, lone: false });
    match bytes.get(1)? {
        b'"' => simple('"'),
        b'\\' => simple('\\'),
        b'/' => simple('/'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'n' => simple('\n'),
        b'r' => simple('\r'),
        b't' => simple('\t'),
        b'u' => {
            let first = hex4(bytes.get(2..)?)?;
            let pair = (0xD800..0xDC00).contains(&first).then(|| bytes.get(6..)).flatten();
            let second = pair.filter(|rest| rest.starts_with(b"\\u")).and_then(|rest| hex4(rest.get(2..)?));
            if let Some(low) = second.filter(|low| (0xDC00..0xE000).contains(low)) {
                let char = char::from_u32(0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00))?;
                return Some(Escape { char, len: 12, lone: false });
            }
            let char = char::from_u32(first);
            Some(Escape { char: char.unwrap_or('\u{FFFD}'), len: 6, lone: char.is_none() })
        }
        _ => None,
    }
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<4>()?.iter().try_fold(0, |value, byte| Some(value << 4 | char::from(*byte).to_digit(16)?))
}

/// Maps ranges of decoded bytes back to the source. One that begins behind the last goes on from there, so that many in their
/// order cost one walk through the literal.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Aligner {
    /// The literal it stands in, without its quotes.
    inner: Span,
    /// A place of the literal, and how many bytes were decoded before it.
    at: usize,
    decoded: usize,
}

impl Aligner {
    /// `inner` is the literal without its quotes, known to be valid.
    pub(super) fn align(&mut self, inner: Span, within: Span, message: &[u8]) -> Span {
        if self.inner != inner || self.decoded > within.start as usize {
            *self = Self { inner, ..Self::default() };
        }
        let literal = inner.of(message);
        let (mut at, mut decoded) = (self.at, self.decoded);
        let (mut start, mut end) = (None, at);
        while at < literal.len() && decoded < within.end as usize {
            let (step, produced) = match literal.get(at) {
                Some(b'\\') => literal.get(at..).and_then(escape).map_or((1, 1), |e| (e.len, e.char.len_utf8())),
                _ => (1, 1),
            };
            if start.is_none() && decoded + produced > within.start as usize {
                start = Some(at);
                (self.at, self.decoded) = (at, decoded);
            }
            at += step;
            decoded += produced;
            end = at;
        }
        let start = start.unwrap_or(end);
        let base = inner.start as usize;
        Span::of_usize(base + start, base + end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_escapes_and_pairs() {
        let read = |text: &str| escape(text.as_bytes()).map(|e| (e.char, e.len, e.lone));
        assert_eq!(read(r"\n"), Some(('\n', 2, false)));
        assert_eq!(read(r"\u0041"), Some(('A', 6, false)));
        assert_eq!(read(r"\ud83d\ude00"), Some(('😀', 12, false)));
        assert_eq!(read(r"\ud83dx"), Some(('\u{FFFD}', 6, true)));
        assert_eq!(read(r"\ude00"), Some(('\u{FFFD}', 6, true)));
        assert_eq!(read(r"\ud83d\u0041"), Some(('\u{FFFD}', 6, true)));
        assert_eq!(read(r"\x41"), None);
        assert_eq!(read(r"\u00g1"), None);
        assert_eq!(read(r"\u+123"), None);
    }

    #[test]
    fn aligns_through_escapes() {
        let message = br#""ab\u00e9c\n""#;
        let inner = Span::new(1, message.len() as u32 - 1);
        let mut going_on = Aligner::default();
        for (within, source) in
            [(2..4, &br"\u00e9"[..]), (3..5, br"\u00e9c"), (5..6, br"\n"), (0..3, br"ab\u00e9"), (6..6, b"")]
        {
            let within = Span::of_usize(within.start, within.end);
            assert_eq!(Aligner::default().align(inner, within, message).of(message), source);
            assert_eq!(going_on.align(inner, within, message).of(message), source);
        }
    }

    proptest! {
        #[test]
        fn finds_the_same_as_a_plain_search(bytes in proptest::collection::vec(any::<u8>(), 0..64), from in 0usize..64) {
            let plain = bytes.iter().enumerate().skip(from).find(|(_, b)| matches!(b, 0..0x20 | b'"' | b'\\')).map_or(bytes.len(), |(i, _)| i);
            prop_assert_eq!(find_special(&bytes, from.min(bytes.len())), plain);
        }
    }
}
