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

/// Features are told apart by so many bits. With 16, what attacks say and what honest people say meet in the same buckets too often; with 18
/// no more is found.
const BITS: u32 = 17;
/// The weights of the heads side by side, a bucket after the other: 2^17 times [`Head::COUNT`], and a byte more, so that every bucket
/// can be read as four.
static WEIGHTS: [u8; SIZE + 1] = {
    let mut padded = [0; SIZE + 1];
    padded.split_at_mut(SIZE).0.copy_from_slice(include_bytes!("weights.bin"));
    padded
};
const SIZE: usize = Head::COUNT << BITS;

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

/// Sums over the tokens of a block.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// The first and the last head, 16 bits each, and the one between them; each weight is 128 too large, so that none is negative.
    outer: u32,
    inner: u32,
    features: u32,
    /// What the features count, in halves.
    halves: u32,
    tokens: u32,
    start: usize,
    end: usize,
}

impl Sums {
    /// Adds a feature if the block has not had it: without a branch, since whether it has can't be foretold.
    #[inline]
    fn add(&mut self, bucket: u32, share: u32, seen: &mut Seen) {
        let at = bucket as usize * Head::COUNT;
        let entry = WEIGHTS.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
        let is_new = u32::from(seen.is_new(bucket));
        let entry = (u32::from_le_bytes(entry) ^ 0x0080_8080) & is_new.wrapping_neg();
        self.outer += (entry & 0x00FF_00FF) * share;
        self.inner += (entry >> 8 & 0xFF) * share;
        self.features += is_new;
        self.halves += is_new * share;
    }

    /// Twice the sums: what counts half is whole.
    fn heads(&self) -> [i64; Head::COUNT] {
        [self.outer & 0xFFFF, self.inner, self.outer >> 16].map(|sum| i64::from(sum) - 128 * i64::from(self.halves))
    }
}

/// What a block has had: a feature counts once in it, or a word said twenty times would outweigh what is said. A place stands for 32
/// buckets, and holds the number of the block that had one of them last.
#[derive(Debug)]
struct Seen {
    last: Box<[u8; PLACES]>,
    block: u8,
}

const PLACES: usize = 1 << 12;

impl Default for Seen {
    fn default() -> Self {
        Self { last: Box::new([0; PLACES]), block: 0 }
    }
}

impl Seen {
    /// Begins a block that has had nothing.
    #[inline]
    fn clear(&mut self) {
        self.block = self.block.wrapping_add(1);
        if self.block == 0 {
            self.last.fill(0);
            self.block = 1;
        }
    }

    #[inline]
    fn is_new(&mut self, bucket: u32) -> bool {
        let Some(place) = self.last.get_mut(bucket as usize % PLACES) else { return false };
        std::mem::replace(place, self.block) != self.block
    }
}

/// The buckets of the word, the pair and the triple that end with the last of three tokens. `None` where there are fewer.
#[inline]
pub(super) fn buckets(before: [Option<u64>; 2], hash: u64) -> [Option<u32>; 3] {
    let bucket = |hash: u64| (hash.wrapping_mul(TRIPLE) >> (64 - BITS)) as u32;
    let pair = before[1].map(|one| one.wrapping_mul(PAIR).wrapping_add(hash));
    let triple = before[0].zip(before[1]).map(|(two, one)| {
        let pair = two.wrapping_mul(PAIR).wrapping_add(one);
        pair.wrapping_mul(PAIR).wrapping_add(hash)
    });
    [Some(bucket(hash)), pair.map(bucket), triple.map(bucket)]
}

/// The weights of a bucket.
pub(super) fn weights(bucket: u32) -> [i32; Head::COUNT] {
    let at = bucket as usize * Head::COUNT;
    let weights = WEIGHTS.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    weights.map(|weight: u8| i32::from(weight.cast_signed()))
}

/// The best window of each head; `None` if the text has no token.
#[must_use]
pub fn score(text: &[u8]) -> Option<[Best; Head::COUNT]> {
    Scorer::default().score(text)
}

/// Scores texts, one after the other. Making one allocates; scoring does not.
#[derive(Debug, Default)]
pub(crate) struct Scorer {
    seen: Seen,
}

impl Scorer {
    /// As [`score`].
    pub(crate) fn score(&mut self, text: &[u8]) -> Option<[Best; Head::COUNT]> {
        let mut windows = Windows::default();
        let mut block = Block::default();
        tokens(text, |token| {
            if block.tokens == BLOCK {
                windows.add(block.sums(&mut self.seen));
            }
            block.push(token);
        });
        if block.tokens > 0 {
            windows.add(block.sums(&mut self.seen));
        }
        windows.finish()
    }
}

/// The tokens of a block, behind the last two of the one before it.
#[derive(Default)]
struct Block {
    hashes: [u64; BLOCK as usize + 2],
    tokens: u32,
    /// Whether there is a block before it.
    goes_on: bool,
    start: usize,
    end: usize,
}

impl Block {
    #[inline]
    fn push(&mut self, token: Token) {
        if self.tokens == 0 {
            self.start = token.start;
        }
        if let Some(place) = self.hashes.get_mut(self.tokens as usize + 2) {
            *place = token.hash;
        }
        self.tokens += 1;
        self.end = token.end;
    }

    /// What its features weigh. The next block begins.
    fn sums(&mut self, seen: &mut Seen) -> Sums {
        let mut sums = Sums { tokens: self.tokens, start: self.start, end: self.end, ..Sums::default() };
        seen.clear();
        let triples = self.hashes.windows(3).take(self.tokens as usize);
        for (at, triple) in triples.enumerate() {
            let &[two, one, hash] = triple else { continue };
            if self.goes_on || at >= 2 {
                let all = buckets([Some(two), Some(one)], hash);
                for (bucket, share) in all.into_iter().zip(SHARES) {
                    sums.add(bucket.unwrap_or_default(), share as u32, seen);
                }
            } else {
                // The first two tokens of a text have nothing before them, or one token.
                let all = buckets([None, Some(one).filter(|_| at == 1)], hash);
                for (bucket, share) in all.into_iter().zip(SHARES) {
                    bucket.into_iter().for_each(|bucket| sums.add(bucket, share as u32, seen));
                }
            }
        }
        let [first, second, .., last, end] = &mut self.hashes;
        (*first, *second) = (*last, *end);
        (self.tokens, self.goes_on) = (0, true);
        sums
    }
}

/// The windows of a text, of which the best is kept.
#[derive(Default)]
struct Windows {
    previous: Option<Sums>,
    best: Option<[Best; Head::COUNT]>,
}

impl Windows {
    /// The next block: it ends a window and begins another. Once in 24 tokens, so it shall not stand in their way.
    #[inline(never)]
    fn add(&mut self, block: Sums) {
        if let Some(previous) = self.previous.replace(block) {
            self.window(previous, block);
        }
    }

    fn window(&mut self, one: Sums, two: Sums) {
        let root = i64::from(ROOTS.get((one.features + two.features) as usize).copied().unwrap_or(1).max(1));
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
        // A block that stands alone is a window.
        if let Some(only) = self.previous.filter(|_| self.best.is_none()) {
            self.window(only, Sums { end: only.end, ..Sums::default() });
        }
        self.best
    }
}
