//! What a character is to the splitter: part of a word, a sign, a token by itself, a blank, or not there.

use std::sync::LazyLock;

use crate::normalize::char_at;

/// What a character is to the splitter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
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

/// A character as it is read.
#[derive(Clone, Copy)]
pub(super) struct Character {
    pub(super) class: Class,
    /// Folded, in UTF-8, the first byte lowest; and how many they are.
    pub(super) bytes: u64,
    pub(super) size: u32,
    /// Where the next begins.
    pub(super) end: usize,
}

/// The character at `at`; past the end a blank.
#[inline(always)]
pub(super) fn character(text: &[u8], at: usize) -> Character {
    let byte = text.get(at).copied().unwrap_or(b' ');
    if byte.is_ascii() {
        let folded = if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_lowercase() };
        let class = ASCII.get(usize::from(byte)).copied().unwrap_or(Class::Space);
        return Character { class, bytes: u64::from(folded), size: 1, end: at + 1 };
    }
    let second = text.get(at + 1).copied();
    if let (0xC2..0xE0, Some(second)) = (byte, second)
        && let Some(folded) = FOLDED.get(usize::from(byte & 0x1F) << 6 | usize::from(second & 0x3F))
    {
        return folded.character(at + 2);
    }
    wide(text, at)
}

/// As [`character`], of what takes more than two bytes.
#[inline(never)]
fn wide(text: &[u8], at: usize) -> Character {
    let (char, length) = char_at(text, at).unwrap_or((char::REPLACEMENT_CHARACTER, 1));
    let folded = if char < CASELESS { FOLDED.get(char as usize).copied() } else { None };
    folded.unwrap_or_else(|| Folded::of(char)).character(at + length)
}

/// What becomes of a character.
#[derive(Clone, Copy)]
struct Folded {
    class: Class,
    size: u8,
    bytes: u32,
}

impl Folded {
    #[inline]
    fn of(char: char) -> Self {
        let class = match char {
            // Most of what is written without spaces.
            '\u{3040}'..='\u{31ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => Class::Single,
            _ => class_of(char),
        };
        let code = char as u32;
        let tail = |shift: u32| 0x80 | code >> shift & 0x3F;
        // UTF-8, without a detour through memory.
        let (bytes, size) = match code {
            0..0x80 => (code, 1),
            0x80..0x800 => (0xC0 | code >> 6 | tail(0) << 8, 2),
            0x800..0x1_0000 => (0xE0 | code >> 12 | tail(6) << 8 | tail(0) << 16, 3),
            _ => (0xF0 | code >> 18 | tail(12) << 8 | tail(6) << 16 | tail(0) << 24, 4),
        };
        Self { class, size, bytes }
    }

    #[inline]
    fn character(self, end: usize) -> Character {
        Character { class: self.class, bytes: u64::from(self.bytes), size: u32::from(self.size), end }
    }
}

/// The characters of the scripts that have capitals, folded: to look for a capital's small letter takes long. Behind them nothing is folded.
static FOLDED: LazyLock<Vec<Folded>> =
    LazyLock::new(|| ('\0'..CASELESS).map(|char| Folded::of(char.to_lowercase().next().unwrap_or(char))).collect());
const CASELESS: char = '\u{3000}';

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
pub(super) const fn class_of(char: char) -> Class {
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

    #[test]
    fn characters_are_folded_and_told_apart() {
        for char in ('\u{80}'..='\u{10ffff}').filter(|char| (*char as u32).is_multiple_of(3) || *char < '\u{4000}') {
            let folded = if char < CASELESS { char.to_lowercase().next().unwrap() } else { char };
            let mut bytes = [0; 8];
            let size = folded.encode_utf8(&mut bytes).len();
            let found = character(char.to_string().as_bytes(), 0);
            assert_eq!((found.bytes, found.size as usize), (u64::from_le_bytes(bytes), size), "{char:?}");
            assert!(found.class == class_of(folded) && found.end == char.len_utf8(), "{char:?}");
        }
    }
}
