//! One scan for the literals of all rules.
//!
//! The text is probed at every second byte with the four bytes that follow, case folded: three of them choose a word
//! of a table that fits the first-level cache, the fourth a bit of it. A literal of five bytes or more registers two
//! neighbouring windows of four, so that one of them starts on an even byte wherever the literal stands; which two is
//! decided by rarity. Only where the bit is set is a bucket read and a literal compared. The cost per byte therefore
//! hardly depends on the number of literals, and a text made of what the table knows costs a few compares a probe:
//! buckets are kept short when the table is built.
//!
//! Short literals are handled by the same probe. Of four bytes: the window where it starts on an even byte, else its
//! last three bytes with any fourth, or any byte with its first three, whichever three are rarer. Of three bytes:
//! itself with any fourth, else any byte with it.

use super::{literals::MIN_LENGTH, rarity::rarity};

/// Words of 32 bits in the table: 16 KiB.
const WORDS: usize = 4096;
const SHIFT: u32 = 32 - WORDS.trailing_zeros();
/// Bytes a step of the scan probes.
const STEP: usize = 16;
/// A step reads this much beyond: its last probe starts two bytes before its end.
const AHEAD: usize = 2;
/// Windows a bucket should hold at most; the build looks for other windows of the literal before it exceeds this.
const BUCKET: usize = 4;
/// The case bit, set in every byte before bytes are compared or hashed.
const FOLD: u32 = 0x2020_2020;
const LOW3: u32 = 0x00FF_FFFF;

/// Where a literal stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Index of the literal in the list the table was built from.
    pub literal: u32,
    /// Its first byte in the text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// The table. Immutable once built; shared by all threads.
#[derive(Debug)]
pub struct Prefilter {
    table: Box<[u32; WORDS]>,
    /// Where the bucket of each word starts in `windows`; one more than there are words.
    buckets: Vec<u32>,
    windows: Vec<Window>,
    /// Where each literal starts in `bytes`; one more than there are literals.
    starts: Vec<u32>,
    bytes: Vec<u8>,
}

/// Four folded bytes of a literal (or fewer, by `mask`) and where in it they stand.
#[derive(Clone, Copy, Debug)]
struct Window {
    gram: u32,
    mask: u32,
    literal: u32,
    /// Bytes from the start of the literal to the window; -1 for the window that starts a byte before it.
    offset: i32,
}

impl Prefilter {
    /// A table of these literals, ASCII letters in lower case. Literals below [`MIN_LENGTH`] bytes are never found.
    #[must_use]
    pub fn new<'a>(literals: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut build = Build { windows: Vec::new(), load: vec![0; WORDS] };
        let (mut starts, mut bytes) = (vec![0], Vec::new());
        for (index, literal) in (0_u32..).zip(literals) {
            bytes.extend_from_slice(literal);
            starts.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            build.add(index, literal);
        }
        let mut windows = build.windows;
        windows.sort_by_key(|(word, _)| *word);
        let mut table: Box<[u32; WORDS]> = Box::new([0; WORDS]);
        for (word, window) in &windows {
            if let Some(bits) = table.get_mut(*word) {
                *bits |= if window.mask == u32::MAX { 1_u32.wrapping_shl(window.gram >> 24) } else { u32::MAX };
            }
        }
        let below = |word: usize| windows.partition_point(|(other, _)| *other < word);
        let buckets = (0..=WORDS).map(|word| u32::try_from(below(word)).unwrap_or(u32::MAX)).collect();
        Self { table, buckets, windows: windows.into_iter().map(|(_, window)| window).collect(), starts, bytes }
    }

    /// Calls `found` for each occurrence of each literal, in an order that never goes back by more than a literal's
    /// length. `found` returns whether to go on.
    #[inline]
    pub fn scan(&self, text: &[u8], mut found: impl FnMut(Occurrence) -> bool) {
        let (mut at, mut rest) = (0, text);
        while let Some(chunk) = rest.first_chunk::<{ STEP + AHEAD }>() {
            let hits = self.probe(chunk);
            if hits != 0 && !self.resolve(text, at, chunk, hits, &mut found) {
                return;
            }
            rest = rest.get(STEP..).unwrap_or_default();
            at += STEP;
        }
        // What is left is shorter than a chunk and up to two bytes longer than a step. The zeros behind it may set
        // bits, but literals are compared with the text alone.
        let mut tail = [0_u8; 2 * STEP + AHEAD];
        for (to, from) in tail.iter_mut().zip(rest) {
            *to = *from;
        }
        for rest in [tail.first_chunk(), tail.get(STEP..).and_then(<[u8]>::first_chunk)] {
            let Some(chunk) = rest else { return };
            let hits = self.probe(chunk);
            if hits != 0 && !self.resolve(text, at, chunk, hits, &mut found) {
                return;
            }
            at += STEP;
        }
    }

    /// One bit per probe whose window may be one of the table.
    #[inline]
    fn probe(&self, chunk: &[u8; STEP + AHEAD]) -> u32 {
        let table = &self.table;
        let mut hits = 0;
        macro_rules! probe {
            ($($index:literal)*) => {$(
                let window = u32::from_le_bytes([
                    chunk[2 * $index], chunk[2 * $index + 1], chunk[2 * $index + 2], chunk[2 * $index + 3],
                ]);
                hits |= (table[word_of(window)].wrapping_shr(window >> 24) & 1) << $index;
            )*};
        }
        #[expect(clippy::indexing_slicing, reason = "the hash has as many bits as the table has words")]
        {
            probe!(0 1 2 3 4 5 6 7);
        }
        hits
    }

    /// Compares the literals behind the probes in `hits`.
    #[cold]
    #[inline(never)]
    fn resolve(
        &self,
        text: &[u8],
        at: usize,
        chunk: &[u8; STEP + AHEAD],
        mut hits: u32,
        found: &mut impl FnMut(Occurrence) -> bool,
    ) -> bool {
        while hits != 0 {
            let probe = 2 * hits.trailing_zeros() as usize;
            hits &= hits - 1;
            let Some(window) = chunk.get(probe..).and_then(<[u8]>::first_chunk) else { continue };
            let window = u32::from_le_bytes(*window);
            let bucket = self.bucket(word_of(window));
            for candidate in bucket.iter().filter(|candidate| ((window | FOLD) ^ candidate.gram) & candidate.mask == 0)
            {
                let Some(start) = (at + probe).checked_add_signed(-(candidate.offset as isize)) else { continue };
                let literal = self.literal(candidate.literal);
                let end = start + literal.len();
                if text.get(start..end).is_some_and(|place| place.eq_ignore_ascii_case(literal))
                    && !found(Occurrence { literal: candidate.literal, start, end })
                {
                    return false;
                }
            }
        }
        true
    }

    fn bucket(&self, word: usize) -> &[Window] {
        let [start, end] = [word, word + 1].map(|index| self.buckets.get(index).map_or(0, |at| *at as usize));
        self.windows.get(start..end).unwrap_or_default()
    }

    fn literal(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let [start, end] = [index, index + 1].map(|index| self.starts.get(index).map_or(0, |at| *at as usize));
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// The longest bucket: how many windows one probe compares at worst.
    #[must_use]
    pub fn longest_bucket(&self) -> usize {
        (0..WORDS).map(|word| self.bucket(word).len()).max().unwrap_or_default()
    }
}

/// The word of the table that the first three bytes of a window choose.
#[inline]
fn word_of(window: u32) -> usize {
    (((window | FOLD) & LOW3).wrapping_mul(0x9E37_79B1) >> SHIFT) as usize
}

struct Build {
    windows: Vec<(usize, Window)>,
    /// Windows per word so far.
    load: Vec<usize>,
}

impl Build {
    fn add(&mut self, literal: u32, bytes: &[u8]) {
        match bytes {
            [a, b, c, d] => {
                self.register(Window { gram: gram(&[*a, *b, *c, *d]), mask: u32::MAX, literal, offset: 0 });
                if rarity(&[*a, *b, *c]) > rarity(&[*b, *c, *d]) {
                    self.register_behind_any([*a, *b, *c], literal);
                } else {
                    self.register(Window { gram: gram(&[*b, *c, *d]), mask: LOW3, literal, offset: 1 });
                }
            }
            [a, b, c] => {
                self.register(Window { gram: gram(&[*a, *b, *c]), mask: LOW3, literal, offset: 0 });
                self.register_behind_any([*a, *b, *c], literal);
            }
            _ if bytes.len() > MIN_LENGTH => {
                let pairs = || (0_i32..).zip(bytes.windows(5));
                let chosen = pairs().min_by_key(|(_, pair)| {
                    let load = halves(pair).map(|half| self.load.get(word_of(gram(half))).copied().unwrap_or(0));
                    let crowded = load.iter().map(|load| load.saturating_sub(BUCKET - 1)).sum::<usize>();
                    (crowded, u32::MAX - halves(pair).map(rarity).into_iter().min().unwrap_or(0))
                });
                if let Some((offset, pair)) = chosen {
                    for (half, offset) in halves(pair).into_iter().zip(offset..) {
                        self.register(Window { gram: gram(half), mask: u32::MAX, literal, offset });
                    }
                }
            }
            _ => {}
        }
    }

    /// Any byte, then these three. Bytes that differ only in the case bit are one to the hash.
    fn register_behind_any(&mut self, [a, b, c]: [u8; 3], literal: u32) {
        for before in (0..=u8::MAX).filter(|before| before & 0x20 != 0) {
            self.register(Window { gram: gram(&[before, a, b, c]), mask: u32::MAX, literal, offset: -1 });
        }
    }

    fn register(&mut self, window: Window) {
        let word = word_of(window.gram);
        if let Some(load) = self.load.get_mut(word) {
            *load += 1;
        }
        self.windows.push((word, window));
    }
}

/// The two windows of four in five bytes.
fn halves(pair: &[u8]) -> [&[u8]; 2] {
    [pair.get(..4).unwrap_or_default(), pair.get(1..).unwrap_or_default()]
}

/// Up to four bytes as a folded window; missing ones are zero (and masked by the caller).
fn gram(bytes: &[u8]) -> u32 {
    let mut window = [0; 4];
    for (to, from) in window.iter_mut().zip(bytes) {
        *to = *from;
    }
    let missing = 8 * (4 - bytes.len().min(4)) as u32;
    (u32::from_le_bytes(window) | FOLD) & u32::MAX.wrapping_shr(missing)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Occurrence, Prefilter};

    fn scan(literals: &[&[u8]], text: &[u8]) -> Vec<Occurrence> {
        scan_with(&Prefilter::new(literals.iter().copied()), text)
    }

    fn scan_with(filter: &Prefilter, text: &[u8]) -> Vec<Occurrence> {
        let mut found = Vec::new();
        filter.scan(text, |occurrence| {
            found.push(occurrence);
            true
        });
        found.sort_by_key(|o| (o.start, o.literal));
        found
    }

    fn plain(literals: &[&[u8]], text: &[u8]) -> Vec<Occurrence> {
        let mut found = Vec::new();
        for start in 0..text.len() {
            for (index, literal) in literals.iter().enumerate() {
                let end = start + literal.len();
                if text.get(start..end).is_some_and(|place| place.eq_ignore_ascii_case(literal)) {
                    found.push(Occurrence { literal: index as u32, start, end });
                }
            }
        }
        found
    }

    const LITERALS: [&[u8]; 9] =
        [b"sk-", b"ghp_", b"/etc/shadow", b"aaaaa", b"aaaa", b"password", b"pass", b"@[]", b"\xd0\xb8\xd0\xb3"];

    #[test]
    fn case_is_folded_and_nothing_else() {
        assert_eq!(scan(&[b"ghp_"], b"xGHP_ ghp\x7f").len(), 1);
        assert_eq!(scan(&[b"a@b[c"], b"a`b{c A@B[C").len(), 1);
    }

    #[test]
    fn every_place_is_seen() {
        let filter = Prefilter::new(LITERALS);
        for literal in LITERALS {
            for before in 0..40 {
                for after in 0..20 {
                    let text = [vec![b'.'; before], literal.to_vec(), vec![b'.'; after]].concat();
                    assert_eq!(scan_with(&filter, &text), plain(&LITERALS, &text), "{before} {after} {literal:?}");
                }
            }
        }
    }

    #[test]
    fn buckets_stay_short() {
        let words: Vec<String> = (0..2000).map(|n| format!("pass{:x}word", n * 7919)).collect();
        let filter = Prefilter::new(words.iter().map(|word| word.as_bytes()));
        assert!(filter.longest_bucket() <= 12, "{}", filter.longest_bucket());
    }

    #[test]
    fn a_scan_stops_when_told() {
        let mut count = 0;
        Prefilter::new([&b"abcd"[..]]).scan(&b"abcd".repeat(50), |_| {
            count += 1;
            count < 3
        });
        assert_eq!(count, 3);
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            parts in prop::collection::vec(prop_oneof![
                prop::sample::select(LITERALS.to_vec()).prop_map(<[u8]>::to_vec),
                prop::sample::select(LITERALS.to_vec()).prop_map(<[u8]>::to_ascii_uppercase),
                prop::collection::vec(any::<u8>(), 0..5),
            ], 0..30)
        ) {
            let text = parts.concat();
            prop_assert_eq!(scan(&LITERALS, &text), plain(&LITERALS, &text));
        }
    }
}
