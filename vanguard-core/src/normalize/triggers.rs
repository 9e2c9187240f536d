//! What a string contains that a decoder could want: one fast pass, so that clean strings cost nothing more.

use std::ops::{BitOr, BitOrAssign};

/// A set of trigger marks. Empty for honest ASCII prose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Triggers(u16);

impl Triggers {
    /// Nothing to decode.
    pub const NONE: Self = Self(0);
    /// `%`.
    pub const PERCENT: Self = Self(1);
    /// `&`.
    pub const AMPERSAND: Self = Self(1 << 1);
    /// `\`.
    pub const BACKSLASH: Self = Self(1 << 2);
    /// A byte above 0x7F.
    pub const NON_ASCII: Self = Self(1 << 3);
    /// A control character other than tab, line feed and carriage return.
    pub const CONTROL: Self = Self(1 << 4);
    /// `@`: where mail addresses are looked for. No view comes of it alone.
    pub const AT: Self = Self(1 << 5);
    /// Six digits in a row, or nine with single spaces, dots or hyphens between them: where card and identity numbers are
    /// looked for. No view comes of it alone.
    pub const DIGIT: Self = Self(1 << 6);
    /// Sixteen characters in a row of the base64, base32 or hex alphabets, some of them digits or capitals; or four times
    /// `0x`. Words, paths in small letters and rules drawn with `-` or `=` don't set it.
    pub const BASE_RUN: Self = Self(1 << 7);
    /// Letters alternate with single other characters for eleven bytes: `i g n o r e`.
    pub const SPACED: Self = Self(1 << 8);
    /// Twice a digit that can stand for a letter, between letters: `pr3v10us`.
    pub const LEET: Self = Self(1 << 9);

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether the set and `other` share a mark.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing was found.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as bits, for compact tables.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of these bits.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

impl BitOr for Triggers {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Triggers {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A decimal digit, in the low byte of the class table; becomes `DIGIT` only for a run of them.
const ANY_DIGIT: u8 = 1 << 6;
/// In no alphabet of an encoding.
const OUTSIDE: u8 = 1 << 7;

/// The marks of one byte, without a branch or a table, so that a block of them is classed at once.
#[inline]
const fn class(byte: u8) -> u8 {
    const fn mark(holds: bool, bits: u8) -> u8 {
        if holds { bits } else { 0 }
    }
    let digit = byte.wrapping_sub(b'0') < 10;
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let joint = (byte == b'+') | (byte == b'/') | (byte == b'-') | (byte == b'_') | (byte == b'=');
    let layout = (byte == b'\t') | (byte == b'\n') | (byte == b'\r');
    mark(byte == b'%', Triggers::PERCENT.0 as u8)
        | mark(byte == b'&', Triggers::AMPERSAND.0 as u8)
        | mark(byte == b'\\', Triggers::BACKSLASH.0 as u8)
        | mark(byte == b'@', Triggers::AT.0 as u8)
        | mark(byte >= 0x80, Triggers::NON_ASCII.0 as u8)
        | mark((byte < 0x20) & !layout | (byte == 0x7F), Triggers::CONTROL.0 as u8)
        | mark(digit, ANY_DIGIT)
        | mark(!(digit | letter | joint), OUTSIDE)
}

/// Whether the byte belongs to base64 in either alphabet; base32 and hex are subsets.
pub(super) const fn in_alphabet(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// [`class`] of every byte, for texts that are shorter than a stride.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class(byte as u8);
        byte += 1;
    }
    table
};

/// The high bit of an ASCII letter.
#[inline]
const fn letter(byte: u8) -> u8 {
    if (byte | 0x20).wrapping_sub(b'a') < 26 { 0x80 } else { 0 }
}

/// Texts up to this length are too short for every mark of a run but those made of digits.
const SHORT: usize = 10;
/// Bytes that are looked at together.
const BLOCK: usize = 8;
/// Bytes that are classed together: a vector register.
const STRIDE: usize = 2 * BLOCK;
const ONES: u64 = 0x0101_0101_0101_0101;
const DIGITS: u64 = ONES * ANY_DIGIT as u64;
const OUTSIDES: u64 = ONES * OUTSIDE as u64;
/// Shorter runs hold less than twelve bytes in base64.
pub(super) const MIN_RUN: usize = 16;

/// What `text` contains. Linear; about 0.3 ns a byte on prose, at most about 2 ns on text made of digits.
#[must_use]
pub fn triggers(text: &[u8]) -> Triggers {
    if text.len() <= SHORT {
        let marks = text.iter().fold(0, |marks, byte| marks | CLASSES.get(usize::from(*byte)).copied().unwrap_or(0));
        let plain = Triggers(u16::from(marks & !(ANY_DIGIT | OUTSIDE)));
        if marks & ANY_DIGIT == 0 {
            return plain;
        }
        let mut digits = Digits::default();
        digits.block(text, 0, text.len());
        return plain | digits.found();
    }
    let mut scan = Scan { text, found: Triggers::NONE, seen: 0, digits: Digits::default(), before: 0 };
    let (strides, rest) = text.as_chunks::<STRIDE>();
    for (index, stride) in strides.iter().enumerate() {
        scan.stride(index * STRIDE, stride);
    }
    if !rest.is_empty() {
        // Spaces have no mark.
        let mut last = [b' '; STRIDE];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        scan.stride(strides.len() * STRIDE, &last);
    }
    let seen = scan.seen.to_le_bytes().into_iter().fold(0, |all, marks| all | marks);
    scan.found | scan.digits.found() | Triggers(u16::from(seen & !(ANY_DIGIT | OUTSIDE)))
}

/// The state of the pass over a text.
struct Scan<'a> {
    text: &'a [u8],
    found: Triggers,
    /// The marks of single bytes, one lane for each eighth.
    seen: u64,
    digits: Digits,
    /// The letters of the block before.
    before: u64,
}

impl Scan<'_> {
    #[inline]
    fn stride(&mut self, start: usize, stride: &[u8; STRIDE]) {
        let (mut classes, mut letters) = ([0; STRIDE], [0; STRIDE]);
        classes.iter_mut().zip(stride).for_each(|(to, byte)| *to = class(*byte));
        letters.iter_mut().zip(stride).for_each(|(to, byte)| *to = letter(*byte));
        let (classes, letters) = (words(&classes), words(&letters));
        let marks = classes.iter().fold(0, |all, block| all | block);
        self.seen |= marks;
        if marks & DIGITS != 0 {
            for (block, at) in classes.iter().zip((start..).step_by(BLOCK)) {
                if block & DIGITS != 0 { self.digits.block(self.text, at, at + BLOCK) } else { self.digits.reset() }
            }
        } else {
            self.digits.reset();
        }
        // Every run of fifteen covers a whole block; words of eight letters are rare enough for a closer look.
        let whole = |block: &u64| block & OUTSIDES == 0;
        if classes.iter().fold(false, |any, block| any | whole(block)) && !self.found.contains(Triggers::BASE_RUN) {
            let mut blocks = classes.iter().zip((start..).step_by(BLOCK));
            if blocks.any(|(block, at)| whole(block) && is_base_run(self.text, at)) {
                self.found |= Triggers::BASE_RUN;
            }
        }
        // Each block, and the second half of the one before with the first of it.
        let spaced = letters.iter().fold((false, self.before), |(any, before), block| {
            (any | alternates(*block) | alternates(before >> 32 | block << 32), *block)
        });
        self.before = spaced.1;
        if spaced.0 {
            self.found |= Triggers::SPACED;
        }
    }
}

/// The blocks of a stride, the first byte lowest.
#[inline]
fn words(stride: &[u8; STRIDE]) -> [u64; STRIDE / BLOCK] {
    let mut words = [0; STRIDE / BLOCK];
    words.iter_mut().zip(stride.as_chunks().0).for_each(|(word, block)| *word = u64::from_le_bytes(*block));
    words
}

/// Whether the run around a block that is all alphabet could be an encoding.
fn is_base_run(text: &[u8], block: usize) -> bool {
    let (before, after) = text.split_at_checked(block).unwrap_or_default();
    // The block before isn't all alphabet, or this run has been judged already: at most two blocks are looked at twice.
    let head = before.iter().rev().take(BLOCK).take_while(|byte| in_alphabet(**byte));
    let tail = after.iter().take(MIN_RUN).take_while(|byte| in_alphabet(**byte));
    let (mut length, mut upper, mut digit, mut joined) = (0, false, false, false);
    for byte in head.chain(tail) {
        length += 1;
        upper |= byte.is_ascii_uppercase();
        digit |= byte.is_ascii_digit();
        joined |= !byte.is_ascii_alphanumeric();
    }
    // Paths of URLs and slugs (`users/list-of-2`) have no capitals; base64 of sixteen characters is without them once in four
    // thousand texts, of forty once in a billion. Hex and base32 in small letters have no joints.
    length >= MIN_RUN && (upper || digit && !joined)
}

/// Whether eight bytes alternate between letters and others.
const fn alternates(letters: u64) -> bool {
    const EVERY_OTHER: u64 = 0x0080_0080_0080_0080;
    letters == EVERY_OTHER || letters == EVERY_OTHER << 8
}

/// The state of the closer look at stretches with digits.
#[derive(Default)]
struct Digits {
    plain: u32,
    spaced: u32,
    gap: bool,
    prefixes: u32,
    leet: u32,
    long: bool,
}

impl Digits {
    fn reset(&mut self) {
        (self.plain, self.spaced, self.gap) = (0, 0, false);
    }

    fn block(&mut self, text: &[u8], start: usize, end: usize) {
        let before = |at: usize| at.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or(0);
        for at in start..end {
            let Some(byte) = text.get(at).copied() else { return };
            if byte.is_ascii_digit() {
                self.plain += 1;
                self.spaced += 1;
                self.gap = false;
                self.long |= self.plain >= 6 || self.spaced >= 9;
            } else if matches!(byte, b' ' | b'-' | b'.') && self.spaced > 0 && !self.gap {
                (self.plain, self.gap) = (0, true);
            } else {
                self.reset();
                if byte == b'x' && before(at) == b'0' {
                    self.prefixes += 1;
                }
            }
            if matches!(byte, b'0' | b'1' | b'3' | b'4' | b'5' | b'7')
                && before(at).is_ascii_alphabetic()
                && text.get(at + 1).is_some_and(u8::is_ascii_alphabetic)
            {
                self.leet += 1;
            }
        }
    }

    fn found(&self) -> Triggers {
        let mut found = Triggers::NONE;
        if self.long {
            found |= Triggers::DIGIT;
        }
        if self.prefixes >= 4 {
            found |= Triggers::BASE_RUN;
        }
        if self.leet >= 2 {
            found |= Triggers::LEET;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Triggers, triggers};
    use proptest::prelude::*;

    fn has(text: &str, trigger: Triggers) -> bool {
        triggers(text.as_bytes()).contains(trigger)
    }

    #[test]
    fn prose_has_none() {
        for text in [
            "The quick brown fox jumps over the lazy dog, again and again; then it sleeps (for an hour).\n\tEnd.",
            "internationalization and responsibilities",
            "see /usr/local/share/doc/readme and some-kebab-case-name_with_underscores",
            "==================== heading --------------------",
            "a b or c d e; plan B is in section 4",
            "{\"name\": \"value\", \"list\": [1, 2, 3]}",
            "",
        ] {
            assert_eq!(triggers(text.as_bytes()), Triggers::NONE, "{text}");
        }
    }

    #[test]
    fn each_mark_is_found_wherever_it_stands() {
        let cases = [
            ("%", Triggers::PERCENT),
            ("&", Triggers::AMPERSAND),
            ("\\", Triggers::BACKSLASH),
            ("é", Triggers::NON_ASCII),
            ("\u{0}", Triggers::CONTROL),
            ("\u{7f}", Triggers::CONTROL),
            ("@", Triggers::AT),
            ("123456", Triggers::DIGIT),
            ("4111 1111 1111 1111", Triggers::DIGIT),
            ("123-45-6789", Triggers::DIGIT),
            ("aWdub3JlIHByZXZp", Triggers::BASE_RUN),
            ("726d202d7266202f", Triggers::BASE_RUN),
            ("NFTW433SMUQHA4TF", Triggers::BASE_RUN),
            ("0x69,0x67,0x6e,0x6f", Triggers::BASE_RUN),
            ("i g n o r e  p r e v", Triggers::SPACED),
            ("i-g-n-o-r-e-a-l-l", Triggers::SPACED),
            ("1gn0re pr3v1ous", Triggers::LEET),
        ];
        for (needle, mark) in cases {
            for lead in 0..20 {
                let text = format!("{}.{needle}. and so on", " lorem".repeat(4).split_at(lead).0);
                assert!(has(&text, mark), "{text}");
            }
        }
    }

    #[test]
    fn near_misses() {
        assert!(!has("12345, 2024-01-15 x", Triggers::DIGIT));
        assert!(!has("aWdub3JlIHByZXZ.", Triggers::BASE_RUN), "fifteen");
        assert!(!has("k8s and h264", Triggers::LEET));
        assert!(!has("U S A", Triggers::SPACED));
        assert!(!has("    int x = y;", Triggers::SPACED));
    }

    proptest! {
        #[test]
        fn byte_marks_are_exact(text in proptest::collection::vec(any::<u8>(), 0..80)) {
            let found = triggers(&text);
            for (mark, test) in [
                (Triggers::PERCENT, (|b: u8| b == b'%') as fn(u8) -> bool),
                (Triggers::AMPERSAND, |b| b == b'&'),
                (Triggers::BACKSLASH, |b| b == b'\\'),
                (Triggers::NON_ASCII, |b| b >= 0x80),
                (Triggers::CONTROL, |b| b == 0x7f || b < 0x20 && !b"\t\n\r".contains(&b)),
                (Triggers::AT, |b| b == b'@'),
            ] {
                prop_assert_eq!(found.contains(mark), text.iter().any(|b| test(*b)));
            }
        }

        #[test]
        fn sixteen_of_an_alphabet_are_found(lead in "[ .,]{0,20}", run in "([A-Za-z0-9+/]{15}[A-Z]|[a-z0-9]{15}[0-9])", tail in "[ .,]{0,20}") {
            let text = format!("{lead}{run}{tail}");
            prop_assert!(has(&text, Triggers::BASE_RUN));
        }
    }
}
