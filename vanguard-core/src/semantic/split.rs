//! Text to tokens, in one pass and without a copy: words as runs of letters and digits, runs of punctuation, and single characters
//! of scripts that put no spaces between words. Lower case, digits as `0`, characters that nobody sees left out.
//!
//! `training/features.py` does the same in Python; the vectors in `tests/vectors/semantic.json` hold both to one result.

use super::characters::{Character, Class, character};

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

/// Bytes that are looked at together.
const CHUNK: usize = 64;

/// Calls `see` with each token of `text`, in order.
#[inline]
pub(super) fn tokens(text: &[u8], mut see: impl FnMut(Token)) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let marks = rest.first_chunk().map_or_else(|| Marks::of_end(rest), Marks::of);
        at = chunk_of(text, at, &marks, &mut see);
    }
}

/// The tokens that begin in a chunk and do not go on behind it. Where the next chunk begins.
#[inline]
fn chunk_of(text: &[u8], first: usize, marks: &Marks, see: &mut impl FnMut(Token)) -> usize {
    let Marks { words, signs, others } = *marks;
    // Where something begins that is not what was before it: a token or the space behind one.
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
            let mut at = one(text, first + start as usize, see);
            while at < first + CHUNK && text.get(at).is_some_and(|byte| !byte.is_ascii()) {
                at = one(text, at, see);
            }
            if at >= first + CHUNK {
                return at;
            }
            starts &= !0 << (at - first);
            continue;
        }
        see(plain(text, first + start as usize, first + end as usize, words >> start & 1 == 1));
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
    /// Of the end of a text, as if blanks followed.
    fn of_end(rest: &[u8]) -> Self {
        let mut chunk = [b' '; CHUNK];
        chunk.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        Self::of(&chunk)
    }

    #[inline]
    fn of(chunk: &[u8; CHUNK]) -> Self {
        let (mut words, mut signs, mut others) = ([0; CHUNK], [0; CHUNK], [0; CHUNK]);
        for (((byte, word), sign), other) in chunk.iter().zip(&mut words).zip(&mut signs).zip(&mut others) {
            let is_word = byte.is_ascii_alphanumeric();
            *word = u8::from(is_word) << 7;
            *sign = u8::from(byte.is_ascii_graphic() & !is_word) << 7;
            *other = byte & 0x80;
        }
        Self { words: gathered(&words), signs: gathered(&signs), others: gathered(&others) }
    }
}

/// The highest bit of each byte, side by side.
#[inline]
fn gathered(bytes: &[u8; CHUNK]) -> u64 {
    let parts = bytes.as_chunks().0.iter().rev();
    parts.fold(0, |all, part| all << 8 | (u64::from_le_bytes(*part) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56)
}

/// A token of ASCII of which the ends are known.
#[inline]
fn plain(text: &[u8], start: usize, end: usize, is_word: bool) -> Token {
    // Of signs the first eight count.
    let last = if is_word { end } else { end.min(start + 8) };
    let (mut hash, mut at) = (SEED, start);
    while last - at > 8 {
        hash = mix(hash, fold(eight(text, at)).0);
        at += 8;
    }
    let part = fold(eight(text, at)).0 & (u64::MAX >> (64 - 8 * (last - at)));
    Token { hash: mix(hash, part), start, end }
}

/// The token at `at`, if one begins there, whatever it is. Where to go on.
fn one(text: &[u8], at: usize, see: &mut impl FnMut(Token)) -> usize {
    let first = character(text, at);
    let token = match first.class {
        Class::Space | Class::Skip => return first.end,
        Class::Single => Token { hash: mix(SEED, first.bytes), start: at, end: first.end },
        Class::Word | Class::Punctuation => run(text, at, first),
    };
    see(token);
    token.end
}

/// The word or the signs that begin with this character, character by character.
fn run(text: &[u8], start: usize, first: Character) -> Token {
    let mut hash = Hash::default();
    let class = first.class;
    let (mut at, mut last) = (start, start);
    if class == Class::Word && first.size == 1 {
        // Eight bytes at a time while it is ASCII.
        while let (folded, 0) = fold(eight(text, at)) {
            hash.eight(folded);
            at += 8;
            last = at;
        }
    }
    let mut next = if at == start { first } else { character(text, at) };
    loop {
        if next.class == class {
            hash.add(next);
            last = next.end;
        } else if next.class != Class::Skip {
            break;
        }
        at = next.end;
        if at >= text.len() {
            break;
        }
        next = character(text, at);
    }
    Token { hash: hash.finish(class), start, end: last }
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

    #[test]
    fn a_word_hashes_the_same_whichever_way_it_is_read() {
        for length in 1..40 {
            let text = "abcdefghijklmnopqrstuvwxyz0000000000000000".get(..length).unwrap();
            assert_eq!(hashes(text), [run(text.as_bytes(), 0, character(text.as_bytes(), 0)).hash], "{text}");
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
            let (mut chunks, mut single) = (Vec::new(), Vec::new());
            tokens(text.as_bytes(), |token| chunks.push(token));
            let mut at = 0;
            while at < text.len() {
                at = one(text.as_bytes(), at, &mut |token| single.push(token));
            }
            assert_eq!(chunks, single, "{text:?}");
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
