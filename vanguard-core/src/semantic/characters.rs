//! What a character is to the splitter: part of a word, a sign, a token by itself, a blank, or not there.

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
#[inline]
pub(super) fn character(text: &[u8], at: usize) -> Character {
    let byte = text.get(at).copied().unwrap_or(b' ');
    if byte.is_ascii() {
        let folded = if byte.is_ascii_digit() { b'0' } else { byte.to_ascii_lowercase() };
        let class = ASCII.get(usize::from(byte)).copied().unwrap_or(Class::Space);
        return Character { class, bytes: u64::from(folded), size: 1, end: at + 1 };
    }
    let (char, length) = char_at(text, at).unwrap_or((char::REPLACEMENT_CHARACTER, 1));
    let (class, folded) = match char {
        // Most of what is not ASCII: there is nothing to fold.
        '\u{3040}'..='\u{31ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => (Class::Single, char),
        '\u{2000}'..='\u{206f}' => (class_of(char), char),
        '\u{df}'..='\u{f6}' | '\u{f8}'..='\u{ff}' | '\u{430}'..='\u{45f}' | '\u{904}'..='\u{963}' => {
            (Class::Word, char)
        }
        _ => {
            let folded = char.to_lowercase().next().unwrap_or(char);
            (class_of(folded), folded)
        }
    };
    let mut bytes = [0; 8];
    let size = folded.encode_utf8(&mut bytes).len() as u32;
    Character { class, bytes: u64::from_le_bytes(bytes), size, end: at + length }
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
