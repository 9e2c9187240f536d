//! Reading bytes of a text at an offset without panics: what every decoder needs.

/// The byte at `at`, or 0 past the end (no decoder gives a meaning to NUL).
pub(super) fn byte(text: &[u8], at: usize) -> u8 {
    text.get(at).copied().unwrap_or(0)
}

/// Bytes that [`find`] tests together.
const BLOCK: usize = 32;

/// The first byte from `from` on that is `wanted`. Blocks without one are passed over as a whole, if `wanted` has no branch.
#[inline]
pub(super) fn find(text: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let rest = text.get(from..)?;
    // Where one is, there may be more.
    if wanted(*rest.first()?) {
        return Some(from);
    }
    let (blocks, _) = rest.as_chunks::<BLOCK>();
    let clean = blocks.iter().take_while(|block| !block.iter().fold(false, |any, byte| any | wanted(*byte)));
    let start = from + clean.count() * BLOCK;
    text.get(start..)?.iter().position(|byte| wanted(*byte)).map(|at| start + at)
}

/// The value of one hexadecimal digit.
pub(super) const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// The byte that two hexadecimal digits at `at` spell.
pub(super) fn hex_pair(text: &[u8], at: usize) -> Option<u8> {
    Some(hex_digit(byte(text, at))? << 4 | hex_digit(byte(text, at + 1))?)
}

/// The value of exactly four hexadecimal digits at `at`.
pub(super) fn hex_quad(text: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(hex_pair(text, at)?) << 8 | u32::from(hex_pair(text, at + 2)?))
}

/// The UTF-16 unit or pair of units that `unit_at(offset)` reads at `at`, where one unit takes `width` bytes of text.
/// Gives the character and how many bytes it took; a lone surrogate is U+FFFD.
pub(super) fn utf16(at: usize, width: usize, unit_at: impl Fn(usize) -> Option<u32>) -> Option<(char, usize)> {
    let high = unit_at(at)?;
    if (0xD800..0xDC00).contains(&high)
        && let Some(low @ 0xDC00..0xE000) = unit_at(at + width)
    {
        let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        return Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), width * 2));
    }
    Some((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), width))
}

/// The character that begins at `at` of valid UTF-8, and its length in bytes. Bytes that are not UTF-8 read as U+FFFD of
/// length 1, so that a caller always moves on; `None` only at the end.
pub(crate) fn char_at(text: &[u8], at: usize) -> Option<(char, usize)> {
    let first = *text.get(at)?;
    let tail = |offset: usize| u32::from(byte(text, at + offset) & 0x3F);
    let lead = u32::from(first);
    let (code, len) = match first {
        0..0x80 => return Some((char::from(first), 1)),
        0xC2..0xE0 => ((lead & 0x1F) << 6 | tail(1), 2),
        0xE0..0xF0 => ((lead & 0x0F) << 12 | tail(1) << 6 | tail(2), 3),
        0xF0..0xF5 => ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
        _ => return Some((char::REPLACEMENT_CHARACTER, 1)),
    };
    let whole = at + len <= text.len();
    Some(char::from_u32(code).filter(|_| whole).map_or((char::REPLACEMENT_CHARACTER, 1), |c| (c, len)))
}

/// The start of the character that ends just before `at`; 0 at the beginning.
pub(super) fn char_before(text: &[u8], at: usize) -> usize {
    let mut start = at.saturating_sub(1);
    while start > 0 && at - start < 4 && byte(text, start) & 0xC0 == 0x80 {
        start -= 1;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::{char_at, char_before, hex_pair, hex_quad, utf16};

    #[test]
    fn characters_are_read_as_std_reads_them() {
        let text = "aé€😀z";
        let mut at = 0;
        for expected in text.chars() {
            assert_eq!(char_at(text.as_bytes(), at), Some((expected, expected.len_utf8())));
            assert_eq!(char_before(text.as_bytes(), at + expected.len_utf8()), at);
            at += expected.len_utf8();
        }
        assert_eq!(char_at(text.as_bytes(), at), None);
        assert_eq!(char_at(b"\xff", 0), Some(('\u{fffd}', 1)));
        assert_eq!(char_at(b"\xe2\x82", 0), Some(('\u{fffd}', 1)), "cut short");
    }

    #[test]
    fn digits_and_surrogates() {
        assert_eq!(hex_pair(b"4a", 0), Some(0x4a));
        assert_eq!(hex_pair(b"4", 0), None);
        assert_eq!(hex_quad(b"20AC", 0), Some(0x20AC));
        let units = b"d83dde00";
        assert_eq!(utf16(0, 4, |at| hex_quad(units, at)), Some(('😀', 8)));
        assert_eq!(utf16(4, 4, |at| hex_quad(units, at)), Some(('\u{fffd}', 4)));
    }
}
