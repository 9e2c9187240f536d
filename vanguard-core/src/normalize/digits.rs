//! The closer look at stretches with digits: long numbers, lists of numbers that characters have, letters replaced by digits.
//!
//! Linear; stretches with too few digits for any of it are not looked at.

use super::triggers::{ANY_DIGIT, BLOCK, CHUNK, Triggers, marks};

/// Fewer digits are no long number with gaps, and no list of numbers.
const FEWEST: u32 = 9;

/// Shorter texts hold no list: twelve numbers of two digits, with something between them.
const SHORTEST_LIST: usize = 35;

/// The state of the closer look at stretches with digits.
#[derive(Default)]
pub(super) struct Digits {
    plain: u32,
    spaced: u32,
    gap: bool,
    prefixes: u32,
    leet: u32,
    long: bool,
    /// Digits of the number that is being read, what it is worth, and whether all are 0 or 1.
    width: u32,
    value: u32,
    binary: bool,
    /// Numbers in a row that a character has, and the same of pairs of hexadecimal digits.
    codes: u32,
    pairs: u32,
    /// Binary digits in a row.
    bits: u32,
    coded: bool,
    /// Chunks with digits that follow one another up to here, the digits in them, and whether they are looked at.
    chunks: usize,
    count: u32,
    looked: bool,
    /// The digits of the last two chunks, a bit each, the last in the upper half.
    recent: u64,
}

impl Digits {
    fn reset(&mut self) {
        (self.plain, self.spaced, self.gap) = (0, 0, false);
    }

    /// Ends all lists of numbers.
    fn unlist(&mut self) {
        // Most blocks come after none with a digit.
        if self.width | self.codes | self.pairs | self.bits == 0 {
            return;
        }
        self.end_number();
        (self.width, self.codes, self.pairs, self.bits) = (0, 0, 0, 0);
    }

    /// Counts the number that ends here.
    fn end_number(&mut self) {
        // Octal numbers of letters read as decimal ones are below 177.
        let figures = matches!(self.width, 2 | 3) && matches!(self.value, 9..=176);
        self.codes = if figures || self.binary && matches!(self.width, 6..=8) { self.codes + 1 } else { 0 };
        self.coded |= self.codes >= 12;
    }

    /// Takes in one more byte of what may be a list of numbers.
    fn list(&mut self, text: &[u8], at: usize, byte: u8) {
        if byte.is_ascii_digit() {
            let start = self.width == 0;
            self.value = (if start { 0 } else { self.value.saturating_mul(10) }).saturating_add(u32::from(byte - b'0'));
            self.binary = (start || self.binary) && byte <= b'1';
            self.bits = if byte <= b'1' { self.bits + 1 } else { 0 };
            self.width += 1;
            self.coded |= self.bits >= 56;
            return;
        }
        self.bits = 0;
        if byte.is_ascii_alphabetic() {
            (self.codes, self.width) = (0, 0);
            if !byte.is_ascii_hexdigit() {
                self.pairs = 0;
            }
            return;
        }
        let behind = |back: usize| at.checked_sub(back).and_then(|at| text.get(at)).copied().unwrap_or(b' ');
        if behind(1).is_ascii_alphanumeric() {
            let pair =
                behind(1).is_ascii_hexdigit() && behind(2).is_ascii_hexdigit() && !behind(3).is_ascii_alphanumeric();
            self.pairs = if pair { self.pairs + 1 } else { 0 };
            self.end_number();
            self.coded |= self.pairs >= 12;
        }
        self.width = 0;
    }

    /// Takes in the chunk at `at`, of which `digits` and `letters` are such, a bit each.
    #[inline]
    pub(super) fn chunk(&mut self, text: &[u8], at: usize, (digits, letters): (u32, u32)) {
        if digits == 0 {
            if self.chunks > 0 {
                self.leave();
            }
            return;
        }
        self.chunks += 1;
        self.count += digits.count_ones();
        self.recent = self.recent >> CHUNK | u64::from(digits) << CHUNK;
        // A digit before a letter may stand for one, or begin `0x`.
        let behind = text.get(at + CHUNK).is_some_and(u8::is_ascii_alphabetic);
        let joined = digits & (letters >> 1 | u32::from(behind) << (CHUNK - 1));
        if self.looked || self.count >= FEWEST || joined != 0 || has_run_of_six(self.recent) {
            self.look(text, at + CHUNK);
        }
    }

    /// The stretch with digits is at an end.
    fn leave(&mut self) {
        self.reset();
        self.unlist();
        (self.chunks, self.count, self.looked, self.recent) = (0, 0, false, 0);
    }

    /// Looks at what of the stretch up to `end` was not looked at.
    #[inline(never)]
    fn look(&mut self, text: &[u8], end: usize) {
        let new = if self.looked { 1 } else { self.chunks };
        self.looked = true;
        for at in (end.saturating_sub(new * CHUNK)..end.min(text.len())).step_by(BLOCK) {
            let block = text.get(at..text.len().min(at + BLOCK)).unwrap_or_default();
            if marks(block) & ANY_DIGIT != 0 {
                self.block(text, at, at + BLOCK);
            } else {
                self.reset();
                self.unlist();
            }
        }
    }

    pub(super) fn block(&mut self, text: &[u8], start: usize, end: usize) {
        let may_list = text.len() >= SHORTEST_LIST;
        let before = |at: usize| at.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or(0);
        for at in start..end {
            let Some(byte) = text.get(at).copied() else { return };
            if may_list {
                self.list(text, at, byte);
            }
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

    pub(super) fn found(&self) -> Triggers {
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
        if self.coded {
            found |= Triggers::NUMBERS;
        }
        found
    }
}

/// Whether six neighbouring bits are set.
const fn has_run_of_six(bits: u64) -> bool {
    let two = bits & bits >> 1;
    two & two >> 2 & two >> 4 != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, CHUNK, Digits, Triggers};

    /// What is found where every stretch with digits is looked at.
    fn all(text: &[u8]) -> Triggers {
        let mut digits = Digits::default();
        for (at, chunk) in (0..).step_by(CHUNK).zip(text.chunks(CHUNK)) {
            let mut padded = [b' '; CHUNK];
            padded[..chunk.len()].copy_from_slice(chunk);
            for (at, block) in (at..).step_by(BLOCK).zip(padded.chunks(BLOCK)) {
                if block.iter().any(u8::is_ascii_digit) {
                    digits.block(text, at, at + BLOCK);
                } else {
                    digits.reset();
                    digits.unlist();
                }
            }
        }
        digits.found()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_where_few_digits_are(parts in prop::collection::vec("[0-9]{1,3}[ .=-]|[01]{8} |0x[0-9a-f]{2}|[a-f3]{3}|r3v1| {1,40}|[a-z, ]{1,9}|[1-9]{6}", 0..60)) {
            let text = parts.concat();
            let text = text.as_bytes();
            if text.len() > 10 {
                let seen = Triggers::DIGIT.and(Triggers::LEET).and(Triggers::NUMBERS).bits();
                prop_assert_eq!(super::super::triggers(text).bits() & seen, all(text).bits() & seen);
            }
        }
    }
}
