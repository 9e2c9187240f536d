//! Text to tokens, in one pass and without a copy: words as runs of letters and digits, runs of punctuation, and single characters
//! of scripts that put no spaces between words. Lower case, digits as `0`, characters that nobody sees left out.
//!
//! `training/features.py` does the same in Python; the vectors in `tests/vectors/semantic.json` hold both to one result.

use crate::normalize::char_at;

/// Multipliers without a meaning: odd, and with many changes of bits.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const WORD: u64 = 0xFF51_AFD7_ED55_8CCD;

/// A word, a run of punctuation or a single character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Stands for its text.
    pub(super) hash: u64,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a character is to the splitter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Stands between tokens.
    Space,
    /// Part of a word.
    Word,
    /// Part of a run of punctuation.
    Punctuation,
    /// A token by itself.
    Single,
    /// Not there.
    Skip,
}

/// Calls `see` with each token of `text`, in order.
#[inline]
pub(super) fn tokens(text: &[u8], mut see: impl FnMut(Token)) {
    let mut at = 0;
    while let Some(&first) = text.get(at) {
        at = match ASCII.get(usize::from(first)) {
            Some(Class::Space) => at + 1,
            Some(Class::Word) => {
                let token = word(text, at);
                see(token);
                // Most words have a blank behind them.
                token.end + usize::from(text.get(token.end) == Some(&b' '))
            }
            Some(Class::Punctuation) => {
                let token = signs(text, at);
                see(token);
                token.end
            }
            _ => {
                let (class, _, end) = character(text, at);
                match class {
                    Class::Space | Class::Skip => end,
                    class => {
                        let token = run(text, at, class);
                        see(token);
                        token.end
                    }
                }
            }
        };
    }
}

/// The word at `start`, which begins with an ASCII letter or digit: eight bytes at a time while it is ASCII.
#[inline]
fn word(text: &[u8], start: usize) -> Token {
    let (mut hash, mut at) = (SEED, start);
    loop {
        let bytes = eight(text, at);
        let (folded, other) = fold(bytes);
        // The bytes before the first that is no letter or digit.
        let length = other.trailing_zeros() / 8;
        if length == 8 {
            hash = mix(hash, folded);
            at += 8;
            continue;
        }
        let end = at + length as usize;
        if text.get(end).is_some_and(|byte| *byte >= 0x80) {
            return run(text, start, Class::Word);
        }
        if length > 0 {
            hash = mix(hash, folded & ((1 << (length * 8)) - 1));
        }
        return Token { hash, start, end };
    }
}

/// The run of punctuation at `start`, which begins in ASCII.
#[inline]
fn signs(text: &[u8], start: usize) -> Token {
    let mut end = start + 1;
    while let Some(&next) = text.get(end) {
        match ASCII.get(usize::from(next)) {
            Some(Class::Punctuation) => end += 1,
            Some(Class::Skip) => return run(text, start, Class::Punctuation),
            _ => break,
        }
    }
    let length = end - start;
    let bytes = eight(text, start);
    let part = if length < 8 { bytes & ((1 << (length * 8)) - 1) } else { bytes };
    Token { hash: mix(SEED, part), start, end }
}

/// The token of this class at `start`, character by character.
fn run(text: &[u8], start: usize, class: Class) -> Token {
    let mut hash =
        Hasher { hash: SEED, part: 0, held: 0, left: if class == Class::Punctuation { 8 } else { usize::MAX } };
    let (mut at, mut last) = (start, start);
    while at < text.len() {
        let (here, char, end) = character(text, at);
        if here == class {
            hash.write(char);
            last = end;
            if class == Class::Single {
                break;
            }
        } else if here != Class::Skip {
            break;
        }
        at = end;
    }
    Token { hash: hash.finish(), start, end: last }
}

/// The class of the character at `at`, folded, and where it ends.
fn character(text: &[u8], at: usize) -> (Class, char, usize) {
    let (char, length) = char_at(text, at).unwrap_or(('\u{fffd}', 1));
    let folded = match char {
        '0'..='9' => '0',
        '\0'..='\x7f' => char.to_ascii_lowercase(),
        // Most of what is not ASCII: there is nothing to fold.
        '\u{3040}'..='\u{31ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => {
            return (Class::Single, char, at + length);
        }
        '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{ff}' | '\u{430}'..='\u{45f}' | '\u{904}'..='\u{963}' => {
            return (Class::Word, char, at + length);
        }
        _ => char.to_lowercase().next().unwrap_or(char),
    };
    (class_of(folded), folded, at + length)
}

/// The first eight bytes at `at`, the first lowest; zeros past the end.
#[inline]
fn eight(text: &[u8], at: usize) -> u64 {
    match text.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => last(text.get(at..).unwrap_or_default()),
    }
}

/// Fewer bytes than eight, as [`eight`] gives them.
#[cold]
fn last(rest: &[u8]) -> u64 {
    rest.iter().rev().fold(0, |bytes, byte| (bytes << 8) | u64::from(*byte))
}

/// Eight bytes folded, and a bit at the top of each that is no ASCII letter or digit.
#[inline]
const fn fold(bytes: u64) -> (u64, u64) {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let low = bytes & !HIGH;
    // A sum reaches the top bit from the bound on; without the top bits no sum carries into its neighbour.
    let digit = (low + (0x80 - 0x30) * ONES) & !(low + (0x80 - 0x3A) * ONES) & HIGH;
    let lower = low | (0x20 * ONES);
    let letter = (lower + (0x80 - 0x61) * ONES) & !(lower + (0x80 - 0x7B) * ONES) & HIGH;
    // Digits lose their low four bits: `0`. Letters gain the bit of lower case.
    let folded = (bytes | (letter >> 2)) & !((digit >> 7) * 0x0F);
    (folded, (!(digit | letter) | bytes) & HIGH)
}

#[inline]
const fn mix(hash: u64, part: u64) -> u64 {
    let mixed = (hash ^ part).wrapping_mul(WORD);
    mixed ^ (mixed >> 32)
}

/// The hash of bytes that come one at a time, as `mix` makes it of eight.
struct Hasher {
    hash: u64,
    part: u64,
    held: u32,
    /// How many bytes it still takes.
    left: usize,
}

impl Hasher {
    fn write(&mut self, char: char) {
        for byte in char.encode_utf8(&mut [0; 4]).bytes() {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            self.part |= u64::from(byte) << (self.held * 8);
            self.held += 1;
            if self.held == 8 {
                self.hash = mix(self.hash, self.part);
                (self.part, self.held) = (0, 0);
            }
        }
    }

    const fn finish(&self) -> u64 {
        if self.held == 0 { self.hash } else { mix(self.hash, self.part) }
    }
}

/// The classes of ASCII; what is not ASCII stands as `Skip` and is looked at as a character.
static ASCII: [Class; 256] = {
    let mut classes = [Class::Skip; 256];
    let mut byte = 0;
    while byte < 0x80 {
        #[expect(clippy::indexing_slicing, reason = "a constant table of 256")]
        {
            classes[byte] = class_of(byte as u8 as char);
        }
        byte += 1;
    }
    classes
};

/// The class of a folded character.
const fn class_of(char: char) -> Class {
    match char as u32 {
        0..=0x20 | 0x7F..=0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000 => Class::Space,
        0xAD
        | 0x34F
        | 0x61C
        | 0x180E
        | 0x200B..=0x200F
        | 0x202A..=0x202E
        | 0x2060..=0x206F
        | 0xFE00..=0xFE0F
        | 0xFEFF
        | 0xE0000..=0xE0FFF => Class::Skip,
        0xE00..=0xEFF
        | 0x1000..=0x109F
        | 0x1100..=0x11FF
        | 0x1780..=0x17FF
        | 0x2E80..=0x2FFF
        | 0x3040..=0x31FF
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xAC00..=0xD7AF
        | 0xF900..=0xFAFF
        | 0xFF66..=0xFF9D
        | 0x20000..=0x3FFFF => Class::Single,
        0x21..=0x2F
        | 0x3A..=0x40
        | 0x5B..=0x60
        | 0x7B..=0x7E
        | 0xA1..=0xA9
        | 0xAB..=0xB4
        | 0xB6..=0xB9
        | 0xBB..=0xBF
        | 0xD7
        | 0xF7
        | 0x60C
        | 0x61B
        | 0x61F
        | 0x6D4
        | 0x964
        | 0x965
        | 0x2010..=0x2027
        | 0x2030..=0x205E
        | 0x2070..=0x2BFF
        | 0x3001..=0x303F
        | 0xFE10..=0xFE6F
        | 0xFF00..=0xFF0F
        | 0xFF1A..=0xFF20
        | 0xFF3B..=0xFF40
        | 0xFF5B..=0xFF65
        | 0xFFF0..=0xFFFF
        | 0x1F000..=0x1FAFF => Class::Punctuation,
        _ => Class::Word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        tokens(text.as_bytes(), |token| out.push(&text[token.start..token.end]));
        out
    }

    fn hashes(text: &str) -> Vec<u64> {
        let mut out = Vec::new();
        tokens(text.as_bytes(), |token| out.push(token.hash));
        out
    }

    #[test]
    fn words_punctuation_and_single_characters_are_tokens() {
        assert_eq!(
            words("Don't read_file(42)!! \n再见 über-Maß"),
            ["Don", "'", "t", "read", "_", "file", "(", "42", ")!!", "再", "见", "über", "-", "Maß"]
        );
    }

    #[test]
    fn case_digits_and_what_is_not_seen_make_no_difference() {
        let plain = hashes("internationalisation of 12345678901 things");
        assert_eq!(plain, hashes("InterNATIONalisation OF 98765432100 Things"));
        assert_eq!(plain, hashes("inter\u{200b}national\u{ad}isation \u{feff}of 12345678901 th\u{2060}ings"));
        assert_ne!(plain, hashes("internationalisatiom of 12345678901 things"));
    }

    #[test]
    fn a_word_hashes_the_same_whichever_way_it_is_read() {
        for length in 1..40 {
            let text = "abcdefghijklmnopqrstuvwxyz0000000000000000".get(..length).unwrap();
            assert_eq!(hashes(text), [run(text.as_bytes(), 0, Class::Word).hash], "{text}");
        }
    }

    #[test]
    fn the_table_of_eight_bytes_agrees_with_the_classes() {
        for byte in 0..=u8::MAX {
            let (folded, other) = fold(u64::from(byte));
            let is_word = byte < 0x80 && class_of(char::from(byte)) == Class::Word;
            assert_eq!(other & 0x80 == 0, is_word, "{byte:#x}");
            let expected = if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_lowercase() };
            assert!(!is_word || folded as u8 == expected, "{byte:#x}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_move_on() {
        let mut seen = 0;
        tokens(b"\xff\xfe a\xc3 \xe2\x80 b\xf0", |token| {
            assert!(token.start < token.end);
            seen += 1;
        });
        assert!(seen > 2);
    }
}
