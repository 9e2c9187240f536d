//! The model: a weight for each hashed word, pair and triple, and the score of the best window of a text.
//!
//! Integer arithmetic only, so that every platform says the same. One pass, no memory beyond a few sums; a hostile text costs what an
//! honest one does.

use super::Head;
use super::split::{Token, tokens};

/// Tokens of a block. A window is two blocks, and each block is in two windows: some 250 characters of English, half overlapping.
const BLOCK: u32 = 24;
/// A window counts as if it had at least so many features, so that a lone word says little.
const LEAST: usize = 48;
/// Halves of its weight that a word, a pair and a triple count: a word alone says little of what a text is for.
pub(super) const SHARES: [i32; 3] = [1, 2, 2];
/// Parts of a point that a score counts.
const PARTS: i64 = 16;

/// The weights of the heads side by side, a bucket after the other: 2^16 times [`Head::COUNT`].
static WEIGHTS: &[[u8; Head::COUNT]] = include_bytes!("weights.bin").as_chunks().0;

const PAIR: u64 = 0xC4CE_B9FE_1A85_EC53;
const TRIPLE: u64 = 0x2545_F491_4F6C_DD1D;

/// 4096 times the root of each number of features that a window can have.
static ROOTS: [u32; 6 * BLOCK as usize + 1] = {
    let mut roots = [0; 6 * BLOCK as usize + 1];
    let mut count = 0;
    while count < roots.len() {
        let least = if count < LEAST { LEAST } else { count };
        #[expect(clippy::indexing_slicing, reason = "a constant table")]
        {
            roots[count] = ((least as u64) << 24).isqrt() as u32;
        }
        count += 1;
    }
    roots
};

/// What one head makes of a text: its best window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Best {
    /// In parts of a point, 16 to a point; what it means differs by head: see [`super::Threshold`].
    pub score: i32,
    /// The window's first byte.
    pub start: u32,
    /// One past the window's last byte.
    pub end: u32,
    /// Tokens in the window.
    pub tokens: u32,
}

/// Sums over consecutive tokens.
#[derive(Clone, Copy, Default)]
struct Sums {
    words: Lanes,
    phrases: Lanes,
    tokens: u32,
    start: usize,
    end: usize,
}

/// Sums of all heads in one number, 16 bits each; each weight is 128 too large, so that none is negative.
#[derive(Clone, Copy, Default)]
struct Lanes {
    sums: u64,
    features: u32,
}

impl Lanes {
    /// Adds a feature if the block has not had it: without a branch, since whether it has can't be foretold.
    #[inline]
    fn add(&mut self, bucket: u16, seen: &mut Seen) {
        let [a, b, c] =
            WEIGHTS.get(usize::from(bucket)).copied().unwrap_or_default().map(|weight| u64::from(weight ^ 0x80));
        let counts = u64::from(seen.is_new(bucket));
        self.sums += (a | (b << 16) | (c << 32)) & counts.wrapping_neg();
        self.features += counts as u32;
    }

    fn heads(self) -> [i64; Head::COUNT] {
        [0, 16, 32].map(|lane| (self.sums >> lane & 0xFFFF) as i64 - 128 * i64::from(self.features))
    }
}

/// What a block has had: a feature counts once in it, or a word said twenty times would outweigh what is said. A bit stands for 16 buckets.
#[derive(Clone, Copy)]
struct Seen([u64; 64]);

impl Default for Seen {
    fn default() -> Self {
        Self([0; 64])
    }
}

impl Seen {
    #[inline]
    fn is_new(&mut self, bucket: u16) -> bool {
        let bit = 1 << (bucket % 64);
        let Some(word) = self.0.get_mut(usize::from(bucket / 64 % 64)) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

/// The buckets of the word, the pair and the triple that end with the last of three tokens. `None` where there are fewer.
#[inline]
pub(super) fn buckets(before: [Option<u64>; 2], hash: u64) -> [Option<u16>; 3] {
    let bucket = |hash: u64| (hash.wrapping_mul(TRIPLE) >> 48) as u16;
    let pair = before[1].map(|one| one.wrapping_mul(PAIR).wrapping_add(hash));
    let triple = before[0].zip(before[1]).map(|(two, one)| {
        let pair = two.wrapping_mul(PAIR).wrapping_add(one);
        pair.wrapping_mul(PAIR).wrapping_add(hash)
    });
    [Some(bucket(hash)), pair.map(bucket), triple.map(bucket)]
}

/// The weights of a bucket.
#[inline]
pub(super) fn weights(bucket: u16) -> [i32; Head::COUNT] {
    WEIGHTS
        .get(usize::from(bucket))
        .map_or([0; Head::COUNT], |weights| weights.map(|weight| i32::from(weight.cast_signed())))
}

/// The best window of each head; `None` if the text has no token.
#[must_use]
pub fn score(text: &[u8]) -> Option<[Best; Head::COUNT]> {
    let mut scorer = Scorer::default();
    tokens(text, |token| scorer.add(token));
    scorer.finish()
}

#[derive(Default)]
struct Scorer {
    before: [Option<u64>; 2],
    previous: Option<Sums>,
    current: Sums,
    seen: Seen,
    best: Option<[Best; Head::COUNT]>,
}

impl Scorer {
    #[inline]
    fn add(&mut self, token: Token) {
        if self.current.tokens == BLOCK {
            self.close();
        }
        let sums = &mut self.current;
        if sums.tokens == 0 {
            sums.start = token.start;
        }
        let [word, pair, triple] = buckets(self.before, token.hash);
        if let Some(bucket) = word {
            sums.words.add(bucket, &mut self.seen);
        }
        for bucket in [pair, triple].into_iter().flatten() {
            sums.phrases.add(bucket, &mut self.seen);
        }
        sums.tokens += 1;
        sums.end = token.end;
        self.before = [self.before[1], Some(token.hash)];
    }

    /// The current block is full: it ends a window and begins the next.
    fn close(&mut self) {
        let full = std::mem::take(&mut self.current);
        self.seen = Seen::default();
        if let Some(previous) = self.previous.replace(full) {
            self.window(previous, full);
        }
    }

    fn window(&mut self, one: Sums, two: Sums) {
        let root = i64::from(ROOTS.get((one.features() + two.features()) as usize).copied().unwrap_or(1).max(1));
        let window = Best { score: 0, start: one.start as u32, end: two.end as u32, tokens: one.tokens + two.tokens };
        let mut scores = [window; Head::COUNT];
        for ((best, one), two) in scores.iter_mut().zip(one.heads()).zip(two.heads()) {
            best.score = ((one + two) * 2048 * PARTS / root) as i32;
        }
        match &mut self.best {
            Some(best) => best
                .iter_mut()
                .zip(scores)
                .filter(|(best, new)| new.score > best.score)
                .for_each(|(best, new)| *best = new),
            None => self.best = Some(scores),
        }
    }

    fn finish(mut self) -> Option<[Best; Head::COUNT]> {
        let last = std::mem::take(&mut self.current);
        match self.previous {
            Some(previous) if last.tokens > 0 => self.window(previous, last),
            // A block that stands alone is a window.
            Some(only) if self.best.is_none() => self.window(only, Sums::default().ending(only.end)),
            None if last.tokens > 0 => self.window(last, Sums::default().ending(last.end)),
            _ => {}
        }
        self.best
    }
}

impl Sums {
    const fn features(&self) -> u32 {
        self.words.features + self.phrases.features
    }

    /// Twice the sums: what counts half is whole.
    fn heads(&self) -> [i64; Head::COUNT] {
        let (words, phrases) = (self.words.heads(), self.phrases.heads());
        let [word, phrase] = [SHARES[0], SHARES[1]].map(i64::from);
        let mut heads = words.map(|sum| sum * word);
        heads.iter_mut().zip(phrases).for_each(|(head, sum)| *head += sum * phrase);
        heads
    }

    const fn ending(mut self, end: usize) -> Self {
        self.end = end;
        self
    }
}
