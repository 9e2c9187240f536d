//! Text to tokens, in one pass and without a copy: words as runs of letters and digits, runs of punctuation, and single characters
//! of scripts that put no spaces between words. Lower case, digits as `0`, characters that nobody sees left out.
//!
//! `training/features.py` does the same in Python; the vectors in `tests/vectors/semantic.json` hold both to one result.

use super::characters::{Character, Class, character};
use crate::lanes::{LANES, Lanes};

/// Multipliers without a meaning: odd, and with many changes of bits.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const WORD: u64 = 0xFF51_AFD7_ED55_8CCD;

/// A word, a run of punctuation or a single character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Stands for its text.
    pub(super) hash: u64,
    /// Its bytes as folded, at most eight.
    pub(super) size: u32,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Bytes that are looked at together.
const CHUNK: usize = 64;
/// And those behind them that a token of the chunk's end is read with.
const READ: usize = CHUNK + 8;

/// Calls `see` with each token of `text`, in order.
#[inline]
pub(super) fn tokens(text: &[u8], mut see: impl FnMut(Token)) {
    let mut at = 0;
    while let Some(chunk) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        at = chunk_of(text, at, chunk, &mut see);
    }
    // The end, as if blanks followed.
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let mut chunk = [b' '; READ];
        chunk.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        at = chunk_of(text, at, &chunk, &mut see);
    }
}

/// The tokens that begin in a chunk and do not go on behind it. Where the next chunk begins.
#[inline(always)]
fn chunk_of(text: &[u8], first: usize, chunk: &[u8; READ], see: &mut impl FnMut(Token)) -> usize {
    let mut folded = [0; READ];
    let marks = Marks::of(chunk, &mut folded);
    if marks.others != 0 {
        return mixed(text, first, &folded, &marks, see);
    }
    let Marks { words, signs, .. } = marks;
    // Where something begins that is not what was before it: a token or the space behind one.
    let changes = (words ^ words << 1) | (signs ^ signs << 1);
    let mut starts = changes & (words | signs);
    let mut ends = changes & (words | signs) << 1;
    while ends != 0 {
        let (start, end) = (starts.trailing_zeros(), ends.trailing_zeros());
        see(plain(text, first, &folded, start, end, words >> start & 1 == 1));
        starts &= starts - 1;
        ends &= ends - 1;
    }
    match starts.trailing_zeros() as usize {
        // One that goes on for longer than the chunk.
        0 => slowly(text, first, first + CHUNK, see),
        // There is one that goes on behind the chunk, or none.
        start => first + start,
    }
}

/// As [`chunk_of`], of a chunk that is not all ASCII.
fn mixed(text: &[u8], first: usize, folded: &[u8; READ], marks: &Marks, see: &mut impl FnMut(Token)) -> usize {
    let Marks { words, signs, others } = *marks;
    let changes = (words ^ words << 1) | (signs ^ signs << 1) | (others ^ others << 1);
    let mut starts = changes & (words | signs | others);
    while starts != 0 {
        let start = starts.trailing_zeros();
        let later = changes & (!1 << start);
        let end = later.trailing_zeros();
        // What is not ASCII may be part of the token, or of the one behind it.
        if later == 0 || (others >> start | others >> end) & 1 == 1 {
            if later == 0 && start > 0 {
                return first + start as usize;
            }
            let at = slowly(text, first + start as usize, first + CHUNK, see);
            if at >= first + CHUNK {
                return at;
            }
            starts &= !0 << (at - first);
            continue;
        }
        see(plain(text, first, folded, start, end, words >> start & 1 == 1));
        starts &= starts - 1;
    }
    first + CHUNK
}

/// What the bytes of a chunk are, a bit each; neither bit is blank.
struct Marks {
    words: u64,
    signs: u64,
    /// Not ASCII.
    others: u64,
}

impl Marks {
    /// Of a chunk, folded into `folded`: what is behind it is only read where words are long, and those are folded by themselves.
    /// Apart, or the compiler takes a chunk of its own making to pieces and puts it together again.
    #[inline(never)]
    fn of(chunk: &[u8; READ], folded: &mut [u8; READ]) -> Self {
        let mut marks = Self { words: 0, signs: 0, others: 0 };
        let halves = chunk.as_chunks().0.iter().zip(folded.as_chunks_mut().0);
        for (shift, (half, folded)) in (0..).step_by(LANES).zip(halves) {
            let bytes = Lanes::of(half);
            let (letters, digits) = (bytes.with(0x20).within(b'a', b'z'), bytes.within(b'0', b'9'));
            let words = letters.or(digits);
            bytes.and_not(digits).or(letters.only(0x20)).or(digits.only(b'0')).store(folded);
            marks.words |= u64::from(words.bits()) << shift;
            marks.signs |= u64::from(bytes.within(b'!', b'~').and_not(words).bits()) << shift;
            marks.others |= u64::from(bytes.within(0x80, 0xFF).bits()) << shift;
        }
        marks
    }
}

/// A token of ASCII of which the ends are known, in a chunk that begins at `first`.
#[inline(always)]
fn plain(text: &[u8], first: usize, folded: &[u8; READ], start: u32, end: u32, is_word: bool) -> Token {
    let (start, length) = ((start % 64) as usize, end - start);
    let bytes = folded.get(start..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    let (start, end) = (first + start, first + start + length as usize);
    // Of signs the first eight count.
    if length > 8 && is_word {
        return Token { hash: long(text, start, end), size: 8, start, end };
    }
    let size = length.min(8);
    Token { hash: mix(SEED, u64::from_le_bytes(bytes) & (u64::MAX >> (64 - 8 * size))), size, start, end }
}

/// The hash of a word of ASCII that is longer than eight bytes.
#[inline(never)]
fn long(text: &[u8], start: usize, end: usize) -> u64 {
    let (mut hash, mut at) = (SEED, start);
    while end - at > 8 {
        hash = mix(hash, fold(eight(text, at)).0);
        at += 8;
    }
    mix(hash, fold(eight(text, at)).0 & (u64::MAX >> (64 - 8 * (end - at))))
}

/// Tokens of whatever characters, one character after the other, until `limit` or until one begins with eight bytes of ASCII. Where to go on.
#[inline(never)]
fn slowly(text: &[u8], first: usize, limit: usize, see: &mut impl FnMut(Token)) -> usize {
    let (mut at, mut class) = (first, Class::Space);
    let (mut hash, mut start, mut end) = (Hash::default(), first, first);
    // Eight bytes at a time while they are ASCII letters and digits.
    if text.get(first).is_some_and(u8::is_ascii) {
        while let (folded, 0) = fold(eight(text, at)) {
            hash.eight(folded);
            at += 8;
            (class, end) = (Class::Word, at);
        }
    }
    loop {
        let next = character(text, at);
        match next.class {
            Class::Skip => {}
            same @ (Class::Word | Class::Punctuation) if same == class => {
                hash.add(next);
                end = next.end;
            }
            other => {
                if matches!(class, Class::Word | Class::Punctuation) {
                    see(Token { hash: hash.finish(class), size: hash.size(), start, end });
                }
                if at >= limit || at > first && other != Class::Space && eight(text, at) & HIGH == 0 {
                    return at;
                }
                class = other;
                if class == Class::Single {
                    let hash = mix(SEED, next.bytes);
                    see(Token { hash, size: next.size, start: at, end: next.end });
                } else {
                    (hash, start, end) = (Hash::default(), at, next.end);
                    hash.add(next);
                }
            }
        }
        at = next.end;
    }
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

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * ONES;

/// Eight bytes folded, and a bit at the top of each that is no ASCII letter or digit.
#[inline]
const fn fold(bytes: u64) -> (u64, u64) {
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

/// The hash of characters that come one at a time, as `mix` makes it of eight bytes.
struct Hash {
    /// After the first eight bytes.
    first: u64,
    /// After all that were mixed, in so many rounds.
    mixed: u64,
    rounds: u32,
    /// What was not mixed yet, and how many bytes it is.
    part: u64,
    held: u32,
}

impl Default for Hash {
    fn default() -> Self {
        Self { first: SEED, mixed: SEED, rounds: 0, part: 0, held: 0 }
    }
}

impl Hash {
    #[inline]
    fn eight(&mut self, bytes: u64) {
        self.mixed = mix(self.mixed, bytes);
        if self.rounds == 0 {
            self.first = self.mixed;
        }
        self.rounds += 1;
    }

    #[inline]
    fn add(&mut self, char: Character) {
        self.part |= char.bytes << (8 * self.held);
        self.held += char.size;
        if self.held >= 8 {
            self.eight(self.part);
            self.held -= 8;
            // What the part had no room for.
            self.part = if self.held == 0 { 0 } else { char.bytes >> (8 * (char.size - self.held)) };
        }
    }

    /// How many bytes it was made of, at most eight.
    const fn size(&self) -> u32 {
        if self.rounds > 0 { 8 } else { self.held }
    }

    /// Of signs the first eight bytes count.
    const fn finish(&self, class: Class) -> u64 {
        if self.rounds > 0 && (self.held == 0 || matches!(class, Class::Punctuation)) {
            return if matches!(class, Class::Punctuation) { self.first } else { self.mixed };
        }
        mix(self.mixed, self.part)
    }
}

#[cfg(test)]
mod tests {
    use super::super::characters::class_of;
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

    /// One character after the other.
    fn slow(text: &str) -> Vec<Token> {
        let (mut out, mut at) = (Vec::new(), 0);
        while at < text.len() {
            at = slowly(text.as_bytes(), at, text.len(), &mut |token| out.push(token));
        }
        out
    }

    #[test]
    fn a_word_hashes_the_same_whichever_way_it_is_read() {
        for length in 1..40 {
            let text = "abcdefghijklmnopqrstuvwxyz0000000000000000".get(..length).unwrap();
            let hash = hashes(text);
            assert_eq!(hash, [slow(text)[0].hash], "{text}");
            // What nobody sees keeps it from being read eight bytes at a time.
            assert_eq!(hash, [slow(&format!("\u{200b}{text}"))[0].hash], "{text}");
        }
    }

    #[test]
    fn a_chunk_at_a_time_and_a_character_at_a_time_are_the_same() {
        let pieces = [
            "a",
            "Foo",
            "12",
            "!?",
            "\u{2014}",
            "\u{e9}",
            "\u{65e5}",
            "\u{200b}",
            " ",
            "\n\t",
            "unforeseeably-long",
            "...........",
            "\u{fc}bergro\u{df}e",
            "\u{1f600}",
            "K",
            "\u{7f}",
            "internationalisation",
            "_",
            "  ",
            "\u{3002}",
        ];
        let mut state = 7_u64;
        for round in 0..300 {
            let mut text = String::new();
            while text.len() < 40 + round {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            let mut chunks = Vec::new();
            tokens(text.as_bytes(), |token| chunks.push(token));
            assert_eq!(chunks, slow(&text), "{text:?}");
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
