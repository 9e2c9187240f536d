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
/// A block of which the tokens have no more bytes than these says nothing: letters and signs in turn are no prose, and would cost most.
const DENSE: u32 = 2 * BLOCK;
/// Halves of its weight that a word, a pair and a triple count: a word alone says little of what a text is for.
pub(super) const SHARES: [i32; 3] = [1, GROUP, GROUP];
const GROUP: i32 = 2;
/// Parts of a point that a score counts.
const PARTS: i32 = 16;

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
    /// Different words, pairs and triples in the window.
    pub features: u32,
}

/// Sums of weights side by side, 16 bits each: of the first head, the last, the one between them, and how many features there are. Each
/// weight is 128 too large, so that none is negative.
#[derive(Clone, Copy, Default)]
struct Lanes {
    /// Of words.
    words: u64,
    /// Of pairs and triples.
    groups: u64,
}

impl Lanes {
    fn plus(self, other: Self) -> Self {
        Self { words: self.words + other.words, groups: self.groups + other.groups }
    }

    const fn count(self) -> u64 {
        (self.words >> 48) + (self.groups >> 48)
    }

    /// Twice the sums: what counts half is whole.
    fn heads(self) -> [i32; Head::COUNT] {
        let of = |shift: u32| {
            let sum = |lanes: u64| (lanes >> shift & 0xFFFF) as i32 - 128 * (lanes >> 48) as i32;
            sum(self.words) + sum(self.groups) * GROUP
        };
        [of(0), of(32), of(16)]
    }
}

/// What the tokens of a block weigh.
#[derive(Clone, Copy, Default)]
struct Sums {
    /// What the block has, each feature once.
    all: Lanes,
    /// What of it the block before has not.
    fresh: Lanes,
    start: usize,
    end: usize,
}

/// Features of a block: their weights and a count of one in four bytes, and the block that had each of them last. Added up when all are there:
/// several at once, and without a branch.
struct Features<const N: usize> {
    entries: [u32; N],
    last: [u32; N],
}

impl<const N: usize> Features<N> {
    const fn new() -> Self {
        Self { entries: [0; N], last: [0; N] }
    }

    #[inline]
    fn put(&mut self, at: usize, bucket: u32, seen: &mut Seen) {
        if let Some((entry, last)) = self.entries.get_mut(at).zip(self.last.get_mut(at)) {
            *entry = u32::from_le_bytes(padded(bucket)) & 0x00FF_FFFF ^ 0x0180_8080;
            *last = u32::from(seen.see(bucket));
        }
    }

    /// Sums of the features that neither this block nor, of the second, the one before it had.
    #[inline]
    fn sums(&self, block: u8) -> [u64; 2] {
        let block = u32::from(block);
        let (mut all, mut fresh) = ([0; 2], [0; 2]);
        for (entry, last) in self.entries.iter().zip(&self.last) {
            let one = entry & u32::from(*last != block).wrapping_neg();
            let two = one & u32::from(*last != block - 1).wrapping_neg();
            for (sums, entry) in [(&mut all, one), (&mut fresh, two)] {
                sums[0] += entry & 0x00FF_00FF;
                sums[1] += entry >> 8 & 0x00FF_00FF;
            }
        }
        [all, fresh].map(|[even, odd]: [u32; 2]| u64::from(even) | u64::from(odd) << 32)
    }
}

/// What was seen where: a feature counts once in a window, or a word said twenty times would outweigh what is said, and a sentence said twice
/// itself. A place stands for 32 buckets, and holds the number of the block that had one of them last.
#[derive(Debug)]
struct Seen {
    last: Box<[u8; PLACES]>,
    block: u8,
}

const PLACES: usize = 1 << 12;

impl Default for Seen {
    fn default() -> Self {
        Self { last: Box::new([0; PLACES]), block: 1 }
    }
}

impl Seen {
    /// Begins a text: no block has the number before its first.
    fn begin(&mut self) {
        self.next();
    }

    /// Begins the next block.
    #[inline]
    fn next(&mut self) {
        if self.block == u8::MAX {
            // What the last block had stays known.
            self.last.iter_mut().for_each(|place| *place = u8::from(*place == u8::MAX));
            self.block = 1;
        }
        self.block += 1;
    }

    /// The last block that had the feature; now it is this one.
    #[inline]
    fn see(&mut self, bucket: u32) -> u8 {
        self.last.get_mut(bucket as usize % PLACES).map_or(0, |place| std::mem::replace(place, self.block))
    }
}

/// What stands for a word, its bits moved up: where the highest of them say the bucket.
#[inline]
pub(super) const fn single(hash: u64) -> u64 {
    hash.wrapping_mul(TRIPLE)
}

/// What stands for the pair of two words, or of a pair and the word behind it.
#[inline]
pub(super) const fn joined(before: u64, word: u64) -> u64 {
    before.wrapping_mul(PAIR).wrapping_add(word)
}

/// The bucket of a word, a pair or a triple.
#[inline]
pub(super) const fn bucket(of: u64) -> u32 {
    (of >> (64 - BITS)) as u32
}

/// The weights of a bucket, and a byte that means nothing.
#[inline]
fn padded(bucket: u32) -> [u8; 4] {
    let at = bucket as usize * Head::COUNT;
    WEIGHTS.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default()
}

/// The weights of a bucket.
pub(super) fn weights(bucket: u32) -> [i32; Head::COUNT] {
    let [one, two, three, _] = padded(bucket);
    [one, two, three].map(|weight| i32::from(weight.cast_signed()))
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
        self.seen.begin();
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
    /// Bytes of the tokens, at most eight of each.
    bytes: u32,
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
            *place = single(token.hash);
        }
        self.tokens += 1;
        self.bytes += token.size;
        self.end = token.end;
    }

    /// What its features weigh. The next block begins.
    fn sums(&mut self, seen: &mut Seen) -> Sums {
        let mut sums = Sums { start: self.start, end: self.end, ..Sums::default() };
        seen.next();
        if self.tokens < BLOCK || self.bytes > DENSE {
            self.weigh(&mut sums, seen);
        }
        let [first, second, .., last, end] = &mut self.hashes;
        (*first, *second) = (*last, *end);
        (self.tokens, self.bytes, self.goes_on) = (0, 0, true);
        sums
    }

    fn weigh(&self, sums: &mut Sums, seen: &mut Seen) {
        let (mut words, mut groups) =
            (Features::<{ BLOCK as usize }>::new(), Features::<{ 2 * BLOCK as usize }>::new());
        let [first, second, rest @ ..] = &self.hashes;
        let (mut one, mut pair) = (*second, joined(*first, *second));
        // The first two tokens of a text have nothing before them, or one token.
        let (mut pairs, mut triples) = (self.goes_on, self.goes_on);
        for (at, word) in rest.iter().take(self.tokens as usize).enumerate() {
            let (next, triple) = (joined(one, *word), joined(pair, *word));
            words.put(at, bucket(*word), seen);
            if pairs {
                groups.put(2 * at, bucket(next), seen);
            }
            if triples {
                groups.put(2 * at + 1, bucket(triple), seen);
            }
            (one, pair) = (*word, next);
            (pairs, triples) = (true, pairs);
        }
        let ([all_words, fresh_words], [all, fresh]) = (words.sums(seen.block), groups.sums(seen.block));
        sums.all = Lanes { words: all_words, groups: all };
        sums.fresh = Lanes { words: fresh_words, groups: fresh };
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
        let sums = one.all.plus(two.fresh);
        let features = sums.count() as u32;
        let root = ROOTS.get(features as usize).copied().unwrap_or(1).max(1).cast_signed();
        let window = Best { score: 0, start: one.start as u32, end: two.end as u32, features };
        let first = self.best.is_none();
        let bests = self.best.get_or_insert([window; Head::COUNT]);
        for (best, sum) in bests.iter_mut().zip(sums.heads()) {
            // 48 words, pairs and triples, together five halves of at most 127 each, times 2^15: it fits.
            let sum = sum * (2048 * PARTS);
            // Most windows are no better than the best so far, which is told without a division.
            if first || i64::from(sum) > i64::from(best.score) * i64::from(root) {
                let score = sum / root;
                if first || score > best.score {
                    *best = Best { score, ..window };
                }
            }
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
