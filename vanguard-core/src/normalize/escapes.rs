//! Backslash escapes, as readers of JSON, JavaScript, C, Python and shells undo them inside a string.
//!
//! `\n`, `\"` and their like are everywhere in honest text and hide nothing, so a view is made only where an escape *spells*:
//! a number that gives a visible character (`\x72`, `\u0072`, `\u{72}`, `\U00000072`, `\162`) or `\/`. Then all of them are
//! undone. An escape that readers disagree on (`\d`, `\.`) stays: regexes are full of them. Bytes above ASCII that stand beside no
//! letter (`\xEF\xBB\xBF`, `\xff\xd8`) are how code writes the marks of files: no word is made of them.
//!
//! Linear: each byte is read at most twice. Worst case `\x41\x41…`.

use super::cursor::{byte, hex_digit, hex_pair, hex_quad, utf16};
use super::notes::Notes;
use super::pool::Unit;
use super::writer::Writer;

/// Undoes the escapes of `text`, if one of them spells.
pub(super) fn decode(text: &[u8], writer: &mut Writer<'_>) -> Notes {
    if !(Escapes { text, at: 0 }).any(|escape| escape.spells) {
        return Notes::NONE;
    }
    let mut notes = Notes::NONE;
    for escape in (Escapes { text, at: 0 }) {
        if writer.is_full() {
            break;
        }
        let unit = match u8::try_from(escape.len) {
            Ok(source) if escape.value.is_ascii() => Unit { out: 1, source },
            _ => Unit::BLOCK,
        };
        if escape.value == '\0' {
            notes |= Notes::NUL;
        }
        let range = escape.start..escape.start + escape.len;
        writer.replace_by(range, escape.value.encode_utf8(&mut [0; 4]).as_bytes(), unit);
    }
    notes
}

/// The escapes of a text, in order.
struct Escapes<'a> {
    text: &'a [u8],
    at: usize,
}

struct Escape {
    start: usize,
    len: usize,
    value: char,
    spells: bool,
}

impl Iterator for Escapes<'_> {
    type Item = Escape;

    fn next(&mut self) -> Option<Escape> {
        loop {
            let start = self.at + memchr::memchr(b'\\', self.text.get(self.at..)?)?;
            if let Some((value, len, spells)) = escape(self.text, start) {
                self.at = start + len;
                return Some(Escape { start, len, value, spells });
            }
            self.at = start + 2;
        }
    }
}

/// Whether the escape at `at` is one that a view may be made for: it spells, or hides a character between others that do.
pub(super) fn may_spell(text: &[u8], at: usize) -> bool {
    match byte(text, at + 1) {
        b'\\' => layered(text, at + 1),
        b'u' | b'U' | b'/' => escape(text, at).is_some(),
        b'x' | b'0'..=b'7' => {
            let hides = |value: char, len| value.is_ascii_control() || is_beside_letter(text, at, len);
            escape(text, at).is_some_and(|(value, len, spells)| spells || value.is_control() && hides(value, len))
        }
        _ => false,
    }
}

/// The character that the escape at `at` writes, its length, and whether it spells.
fn escape(text: &[u8], at: usize) -> Option<(char, usize, bool)> {
    let plain = |value: char| Some((value, 2, false));
    let (value, len) = match byte(text, at + 1) {
        b'n' => return plain('\n'),
        b't' => return plain('\t'),
        b'r' => return plain('\r'),
        b'b' => return plain('\u{8}'),
        b'f' => return plain('\u{c}'),
        b'v' => return plain('\u{b}'),
        b'a' => return plain('\u{7}'),
        b'e' => return plain('\u{1b}'),
        quote @ (b'"' | b'\'' | b'`') => return plain(char::from(quote)),
        b'\\' => return Some(('\\', 2, layered(text, at + 1))),
        b'/' => ('/', 2),
        b'x' => {
            let value = char::from(hex_pair(text, at + 2)?);
            return Some((value, 4, is_of_word(text, at, (value, 4))));
        }
        b'u' if byte(text, at + 2) == b'{' => braced(text, at + 3).map(|(value, len)| (value, len + 3))?,
        b'u' => {
            let unit = |at: usize| (text.get(at..at + 2) == Some(b"\\u")).then(|| hex_quad(text, at + 2)).flatten();
            utf16(at, 6, unit)?
        }
        b'U' => {
            let code = hex_quad(text, at + 2)? << 16 | hex_quad(text, at + 6)?;
            (char::from_u32(code)?, 10)
        }
        b'0'..=b'7' => {
            let (value, len) = octal(text, at + 1);
            return Some((value, len, is_of_word(text, at, (value, len))));
        }
        _ => return None,
    };
    Some((value, len, !value.is_control()))
}

/// Whether a byte written by its number is a visible character: above ASCII, one beside a letter.
fn is_of_word(text: &[u8], at: usize, (value, len): (char, usize)) -> bool {
    !value.is_control() && (value.is_ascii() || is_beside_letter(text, at, len))
}

/// Whether a letter stands before or behind what is written at `at`. The digits of another byte are none.
fn is_beside_letter(text: &[u8], at: usize, len: usize) -> bool {
    let letter = |at: usize| byte(text, at).is_ascii_alphabetic();
    let digit = at.checked_sub(4).is_some_and(|start| text.get(start..start + 2) == Some(b"\\x"));
    at.checked_sub(1).is_some_and(letter) && !digit || letter(at + len)
}

/// How many backslashes in a row are looked past for an escape that was escaped: four layers.
const LAYERS: usize = 16;

/// Whether the backslashes from `at` lead up to an escape that spells: `\\u0072` is one, escaped once more.
fn layered(text: &[u8], at: usize) -> bool {
    let more = text.get(at..).unwrap_or_default().iter().take(LAYERS).take_while(|byte| **byte == b'\\').count();
    let last = at + more.saturating_sub(1);
    byte(text, last + 1) != b'\\' && escape(text, last).is_some_and(|(_, _, spells)| spells)
}

/// `72}` after `\u{`, with any number of leading zeros.
fn braced(text: &[u8], start: usize) -> Option<(char, usize)> {
    let (mut code, mut at) = (0_u32, start);
    while let Some(digit) = hex_digit(byte(text, at)) {
        code = (code << 4 | u32::from(digit)).min(0x11_0000);
        at += 1;
    }
    (at > start && byte(text, at) == b'}').then_some(())?;
    Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), at + 1 - start))
}

/// Up to three octal digits after the backslash; the length counts it.
fn octal(text: &[u8], start: usize) -> (char, usize) {
    let digits = text.get(start..).unwrap_or_default().iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
    let (code, len) = digits.fold((0_u32, 0), |(code, len), digit| (code << 3 | u32::from(digit - b'0'), len + 1));
    // Three digits reach 0777; one byte is meant.
    (char::from_u32(code & 0xFF).unwrap_or(char::REPLACEMENT_CHARACTER), len + 1)
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::super::notes::Notes;
    use super::super::testing::{decoded, one};

    #[test]
    fn escapes_that_spell_are_undone() {
        for (text, plain) in [
            (r"\x72\x6d -rf", "rm -rf"),
            (r"\u0072\u006D", "rm"),
            (r"\u{72}\u{00006d}", "rm"),
            (r"\U00000072m", "rm"),
            (r"\162\155\40", "rm "),
            (r"\/etc\/passwd", "/etc/passwd"),
            (r"\ud83d\ude00", "😀"),
            (r#"say \"hi\"\n\x21"#, "say \"hi\"\n!"),
            (r"\\x41", r"\x41"),
            (r"\d\x41", r"\dA"),
            (r"r\xe9v\xe8le", "révèle"),
            (r"\xff\x41", "ÿA"),
        ] {
            assert_eq!(one(Decoder::Escapes, text).as_deref(), Some(plain), "{text}");
        }
        assert_eq!(decoded(Decoder::Escapes, r"\x41\0").1, Notes::NUL);
    }

    #[test]
    fn honest_backslashes_make_no_view() {
        for text in [
            r"C:\Users\name\temp",
            r"\d+\.\w{2,3}\b",
            r#"print(\"hello\n\")"#,
            r"\033[31mred\x1b[0m",
            r"s/(a)/\1/",
            r"\u12",
            r"\x4",
            r"\u{}",
            r"\u{110000",
            r"\",
            r"C:\\Users\\name",
            r#"starts_with(b"\xEF\xBB\xBF")"#,
            r"[0xff] \377\330\377",
        ] {
            assert_eq!(one(Decoder::Escapes, text), None, "{text}");
        }
    }
}
