//! Percent-encoding (RFC 3986 section 2.1), as lax readers undo it.
//!
//! - `%25…25XX` is taken to its end in one step, whatever the number of layers ([`Notes::DOUBLE`]).
//! - A group of encoded bytes must be UTF-8; over-long forms are read too, as old decoders do ([`Notes::OVERLONG`]). What
//!   is not UTF-8 stays as written: `LIKE '%de%'` and `100%ad` are honest.
//! - `%uXXXX` is read, surrogate pairs too ([`Notes::PERCENT_U`]).
//!
//! Linear: each byte is read at most four times (once for each length a character may have). Worst case `%e0%e0…`.

use super::cursor::{byte, hex_pair, hex_quad, utf16};
use super::notes::Notes;
use super::pool::Unit;
use super::writer::Writer;

/// Undoes percent-encoding of `text`.
pub(super) fn decode(text: &[u8], writer: &mut Writer<'_>) -> Notes {
    let mut notes = Notes::NONE;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr(b'%', rest)) {
        at += found;
        if writer.is_full() {
            break;
        }
        at = match character(text, at) {
            Some(read) => {
                let end = at + read.len;
                let mut buffer = [0; 4];
                let plain = read.value.is_ascii() && read.len == 3;
                let unit = if plain { Unit { out: 1, source: 3 } } else { Unit::BLOCK };
                writer.replace_by(at..end, read.value.encode_utf8(&mut buffer).as_bytes(), unit);
                notes |= read.notes;
                if read.value == '\0' {
                    notes |= Notes::NUL;
                }
                end
            }
            // An encoded percent sign before what is no UTF-8: `100%25ad`.
            None if text.get(at..at + 3) == Some(b"%25") => {
                writer.replace_by(at..at + 3, b"%", Unit { out: 1, source: 3 });
                at + 3
            }
            None => at + 1,
        };
    }
    notes
}

struct Character {
    value: char,
    len: usize,
    notes: Notes,
}

/// The character that the encoded bytes at `at` spell.
fn character(text: &[u8], at: usize) -> Option<Character> {
    if matches!(byte(text, at + 1), b'u' | b'U') {
        let unit = |at: usize| {
            (byte(text, at) == b'%' && matches!(byte(text, at + 1), b'u' | b'U'))
                .then(|| hex_quad(text, at + 2))
                .flatten()
        };
        return utf16(at, 6, unit).map(|(value, len)| Character { value, len, notes: Notes::PERCENT_U });
    }
    let lead = encoded(text, at)?;
    let (count, bits, least) = match lead.value {
        0..0x80 => return Some(Character { value: char::from(lead.value), len: lead.len, notes: lead.notes }),
        0xC0..0xE0 => (1, lead.value & 0x1F, 0x80),
        0xE0..0xF0 => (2, lead.value & 0x0F, 0x800),
        0xF0..0xF8 => (3, lead.value & 0x07, 0x1_0000),
        _ => return None,
    };
    let (mut code, mut len, mut notes) = (u32::from(bits), lead.len, lead.notes);
    for _ in 0..count {
        let next = encoded(text, at + len).filter(|next| next.value & 0xC0 == 0x80)?;
        code = code << 6 | u32::from(next.value & 0x3F);
        len += next.len;
        notes |= next.notes;
    }
    if code < least {
        notes |= Notes::OVERLONG;
    }
    char::from_u32(code).map(|value| Character { value, len, notes })
}

struct Encoded {
    value: u8,
    len: usize,
    notes: Notes,
}

/// The byte that `%XX` at `at` spells, through any number of `25` before its digits.
fn encoded(text: &[u8], at: usize) -> Option<Encoded> {
    if byte(text, at) != b'%' {
        return None;
    }
    let digits = text.get(at + 1..).unwrap_or_default();
    let layers = digits.as_chunks::<2>().0.iter().take_while(|pair| *pair == b"25").count();
    let start = at + 1 + layers * 2;
    let (value, layers, end) = match hex_pair(text, start) {
        Some(value) => (value, layers, start + 2),
        // `%25` with nothing to decode behind it is an encoded percent sign.
        None if layers > 0 => (b'%', layers - 1, start),
        None => return None,
    };
    let notes = if layers > 0 { Notes::DOUBLE } else { Notes::NONE };
    Some(Encoded { value, len: end - at, notes })
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::super::notes::Notes;
    use super::super::testing::{decoded, one};

    #[test]
    fn plain_and_layered() {
        for (text, plain) in [
            ("%2e%2e%2Fetc%2fpasswd", "../etc/passwd"),
            ("a%20b", "a b"),
            ("%252e%252525252e/", "../"),
            ("caf%C3%A9 %e2%82%ac %f0%9f%98%80", "café € 😀"),
            ("100%25", "100%"),
            ("%25zz", "%zz"),
            ("%25%2e", "%."),
            ("%u002e%u002E%uD83D%uDE00", "..😀"),
            ("%c0%ae%c0%ae%c0%af%e0%80%af%f0%80%80%af", "..///"),
        ] {
            assert_eq!(one(Decoder::Percent, text).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn what_is_no_encoding_stays() {
        for text in
            ["100%", "50% of %d", "LIKE '%de%' %ad", "%", "%4", "%u12", "%c3", "%c3%", "%e2%82", "%zz%g1", "%ff%fe"]
        {
            assert_eq!(one(Decoder::Percent, text), None, "{text}");
        }
    }

    #[test]
    fn tricks_are_noted() {
        let notes = |text| decoded(Decoder::Percent, text).1;
        assert_eq!(notes("%2e"), Notes::NONE);
        assert_eq!(notes("%c0%af"), Notes::OVERLONG);
        assert_eq!(notes("%252e"), Notes::DOUBLE);
        assert_eq!(notes("%u002e"), Notes::PERCENT_U);
        assert_eq!(notes("a%00.png"), Notes::NUL);
    }
}
