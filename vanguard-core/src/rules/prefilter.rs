//! One scan for the literals of all rules.
//!
//! The text is probed at every second byte with the four bytes that follow, case folded: three of them choose a word
//! of a small table, the fourth a bit of it. A literal of five bytes or more registers two
//! neighbouring windows of four, so that one of them starts on an even byte wherever the literal stands; which two is
//! decided by rarity. Only where the bit is set, and a byte beside the window is one that a literal has there, is a
//! bucket read and a literal compared. The cost per byte therefore hardly depends on the number of literals, and a text
//! made of what the table knows costs a few compares a probe: buckets are kept short when the table is built.
//!
//! Short literals are handled by the same probe. Of four bytes: the window where it starts on an even byte, else its
//! last three bytes with any fourth, or any byte with its first three, whichever stops it less often. Of three bytes:
//! itself with any fourth, else any byte with it.

use super::{
    literals::{BEHIND_ANY, MIN_LENGTH, chance},
    needle::Needle,
    rarity::rarity,
};

/// Words of 32 bits in the table: 32 KiB.
const WORDS: usize = 8192;
const SHIFT: u32 = 32 - WORDS.trailing_zeros();
/// Bytes a step of the scan probes.
const STEP: usize = 16;
/// A step reads this much beyond: its last probe starts two bytes before its end.
const AHEAD: usize = 2;
/// Windows a bucket may hold without a price; above it, each is worth some rarity.
const BUCKET: u32 = 4;
/// Bits of rarity given up to keep a bucket one shorter.
const CROWDING: u32 = 2;
/// Bytes before a window that are compared with it.
const BEFORE: usize = 8;
/// The case bit of sixteen bytes (and, cut off, of eight or four), set before bytes are compared or hashed.
const FOLD: u128 = u128::from_le_bytes([0x20; 16]);

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
    /// The bucket of each word; one more than there are words.
    buckets: Vec<Bucket>,
    windows: Vec<Window>,
    literals: Vec<Needle>,
}

/// The windows of one word, and which bytes stand beside them in their literals, so that most places need no comparison.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// Where they start among all windows.
    start: u32,
    /// By its last five bits, the byte behind the window; of each window one of both.
    behind: u32,
    /// The byte before it.
    before: u32,
    /// Where any of them matters.
    when: u8,
}

/// A window of a literal that the probe looks for. What the text must hold around it is compared at once: literals that
/// share a window differ there, and a text made of what they share must not be compared with each in full.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    /// The literal's bytes from eight before the window to eight behind its start, folded; what is not the literal's is
    /// masked.
    value: u128,
    mask: u128,
    literal: u32,
    /// Bytes from the start of the literal to the window; -1 for the window that starts a byte before it.
    offset: i32,
    /// Where the literal matters.
    when: u8,
}

impl Bucket {
    /// Adds the byte beside the window that is known and rarer.
    fn add(&mut self, window: &Window) {
        self.when |= window.when;
        let [value, mask] = [window.value, window.mask].map(u128::to_le_bytes);
        let known = |at: usize| value.get(at).copied().filter(|_| mask.get(at).is_some_and(|mask| *mask != 0));
        let (before, behind) = (known(BEFORE - 1), known(BEFORE + 4));
        let rare = |byte: Option<u8>| byte.map(|byte| rarity(&[byte]));
        match (before, behind) {
            (Some(byte), _) if rare(before) > rare(behind) => self.before |= 1_u32.wrapping_shl(byte.into()),
            (_, Some(byte)) => self.behind |= 1_u32.wrapping_shl(byte.into()),
            _ => self.behind = u32::MAX,
        }
    }

    /// Whether what stands `around` a window is beside one of these.
    fn may_be(self, around: u128) -> bool {
        let behind = self.behind.wrapping_shr((around >> (8 * (BEFORE + 4))) as u32);
        let before = self.before.wrapping_shr((around >> (8 * (BEFORE - 1))) as u32);
        (behind | before) & 1 != 0
    }
}

impl Window {
    fn new((literal, bytes, when): (u32, &[u8], u8), offset: i32) -> Self {
        let (mut value, mut mask) = ([0; 16], [0; 16]);
        for (index, (value, mask)) in (offset - BEFORE as i32..).zip(value.iter_mut().zip(&mut mask)) {
            if let Some(byte) = usize::try_from(index).ok().and_then(|index| bytes.get(index)) {
                (*value, *mask) = (*byte | 0x20, 0xff);
            }
        }
        Self { value: u128::from_le_bytes(value), mask: u128::from_le_bytes(mask), literal, offset, when }
    }
}

impl Prefilter {
    /// A table of these literals, ASCII letters in lower case, each with the bits of where it matters. Literals below
    /// [`MIN_LENGTH`] bytes are never found.
    #[must_use]
    pub fn new<'a>(literals: impl IntoIterator<Item = (&'a [u8], u8)>) -> Self {
        let mut build = Build { windows: Vec::new(), load: vec![0; WORDS] };
        let mut needles = Vec::new();
        for (index, (literal, when)) in (0_u32..).zip(literals) {
            needles.push(Needle::new(literal));
            build.add((index, literal, when));
        }
        let Build { windows: found, load } = build;
        let mut table: Box<[u32; WORDS]> = Box::new([0; WORDS]);
        // Each window's place among all is known from how many there are of each word.
        let mut end = 0;
        let mut buckets: Vec<Bucket> = load
            .iter()
            .chain([&0])
            .map(|count| {
                let bucket = Bucket { start: end, ..Bucket::default() };
                end += count;
                bucket
            })
            .collect();
        let mut free: Vec<u32> = buckets.iter().map(|bucket| bucket.start).collect();
        let mut windows = vec![Window::default(); found.len()];
        for (word, bits, window) in found {
            let (Some(known), Some(bucket), Some(at)) =
                (table.get_mut(word), buckets.get_mut(word), free.get_mut(word))
            else {
                continue;
            };
            *known |= bits;
            bucket.add(&window);
            if let Some(slot) = windows.get_mut(*at as usize) {
                *slot = window;
            }
            *at += 1;
        }
        Self { table, buckets, windows, literals: needles }
    }

    /// Calls `found` for each occurrence of each literal that shares a bit with `when`, in an order that never goes back by
    /// more than a literal's length. `found` returns whether to go on.
    #[inline]
    pub fn scan(&self, text: &[u8], when: u8, mut found: impl FnMut(Occurrence) -> bool) {
        let (mut at, mut rest) = (0, text);
        while let Some(chunk) = rest.first_chunk::<{ STEP + AHEAD }>() {
            let hits = self.probe(chunk);
            if hits != 0 && !self.resolve(text, (at, when), hits, &mut found) {
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
            if hits != 0 && !self.resolve(text, (at, when), hits, &mut found) {
                return;
            }
            at += STEP;
        }
    }

    /// The windows of the chunk that may be ones of the table, a bit each.
    #[inline]
    #[expect(clippy::indexing_slicing, reason = "the hash has as many bits as the table has words")]
    fn probe(&self, chunk: &[u8; STEP + AHEAD]) -> u32 {
        let [a, b, c, d, e, f, g, h] =
            windows(chunk).map(|window| self.table[word_of(window)].wrapping_shr(window >> 24) & 1);
        (a | b << 1 | c << 2 | d << 3) | (e | f << 1 | g << 2 | h << 3) << 4
    }

    /// Compares the literals behind these windows of the step at `at`.
    #[inline(never)]
    fn resolve(
        &self,
        text: &[u8],
        (at, when): (usize, u8),
        mut hits: u32,
        found: &mut impl FnMut(Occurrence) -> bool,
    ) -> bool {
        while hits != 0 {
            let at = at + 2 * hits.trailing_zeros() as usize;
            hits &= hits - 1;
            let around = around(text, at) | FOLD;
            let word = word_of((around >> (8 * BEFORE)) as u32);
            let Some([bucket, next]) = self.buckets.get(word..).and_then(<[Bucket]>::first_chunk) else { continue };
            if bucket.when & when == 0 || !bucket.may_be(around) {
                continue;
            }
            for window in self.windows.get(bucket.start as usize..next.start as usize).unwrap_or_default() {
                if (around ^ window.value) & window.mask == 0
                    && window.when & when != 0
                    && !self.report(text, at, window, found)
                {
                    return false;
                }
            }
        }
        true
    }

    /// Compares the rest of the literal whose window stands at `at`. Few windows come this far: what it needs must not
    /// crowd the registers of the loop that calls it.
    #[inline(never)]
    fn report(&self, text: &[u8], at: usize, window: &Window, found: &mut impl FnMut(Occurrence) -> bool) -> bool {
        let Window { literal, offset, .. } = *window;
        let Some(start) = at.checked_add_signed(-(offset as isize)) else { return true };
        let Some(needle) = self.literals.get(literal as usize).filter(|needle| needle.is_at(text, start)) else {
            return true;
        };
        found(Occurrence { literal, start, end: start + needle.len })
    }

    fn bucket(&self, word: usize) -> &[Window] {
        let [start, end] =
            [word, word + 1].map(|index| self.buckets.get(index).map_or(0, |bucket| bucket.start as usize));
        self.windows.get(start..end).unwrap_or_default()
    }

    /// The longest bucket: how many windows one probe compares at worst.
    #[must_use]
    pub fn longest_bucket(&self) -> usize {
        (0..WORDS).map(|word| self.bucket(word).len()).max().unwrap_or_default()
    }
}

/// The sixteen bytes around a window; zeros where the text has none.
#[inline]
fn around(text: &[u8], window: usize) -> u128 {
    let inside = window.checked_sub(BEFORE).and_then(|start| text.get(start..)).and_then(<[u8]>::first_chunk);
    inside.copied().map_or_else(|| around_edge(text, window), u128::from_le_bytes)
}

#[cold]
fn around_edge(text: &[u8], window: usize) -> u128 {
    let mut bytes = [0; 16];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = (window + index).checked_sub(BEFORE).and_then(|at| text.get(at)).copied().unwrap_or(0);
    }
    u128::from_le_bytes(bytes)
}

/// The windows at the even bytes of a chunk, folded.
#[inline]
fn windows(chunk: &[u8; STEP + AHEAD]) -> [u32; 8] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r] = *chunk;
    let first = u64::from_le_bytes([a, b, c, d, e, f, g, h]) | FOLD as u64;
    let second = u64::from_le_bytes([i, j, k, l, m, n, o, p]) | FOLD as u64;
    let ahead = u64::from(u16::from_le_bytes([q, r])) | FOLD as u64;
    [
        first as u32,
        (first >> 16) as u32,
        (first >> 32) as u32,
        (first >> 48 | second << 16) as u32,
        second as u32,
        (second >> 16) as u32,
        (second >> 32) as u32,
        (second >> 48 | ahead << 16) as u32,
    ]
}

/// The word of the table that the first three bytes of a folded window choose: the fourth is shifted out, and of the
/// first only its place among the letters counts, so that any byte in its place is one of 32.
#[inline]
fn word_of(window: u32) -> usize {
    ((window & 0xFFFF_FF1F).wrapping_mul(0x9E37_79B1 << 8) >> SHIFT) as usize
}

struct Build {
    /// The word a window chooses, the bits of it, the window.
    windows: Vec<(usize, u32, Window)>,
    /// Windows per word so far.
    load: Vec<u32>,
}

impl Build {
    fn add(&mut self, literal: (u32, &[u8], u8)) {
        let (_, bytes, _) = literal;
        match bytes {
            [a, b, c, _] => {
                self.register(literal, 0);
                if chance(&[*a, *b, *c]) + BEHIND_ANY < chance(bytes.get(1..).unwrap_or_default()) {
                    self.register_behind_any(literal);
                } else {
                    self.register(literal, 1);
                }
            }
            [_, _, _] => {
                self.register(literal, 0);
                self.register_behind_any(literal);
            }
            _ if bytes.len() > MIN_LENGTH => {
                let worth = |half: &[u8]| {
                    let load = self.load.get(word_of(gram(half))).copied().unwrap_or(0);
                    rarity(half).saturating_sub(CROWDING * load.saturating_sub(BUCKET))
                };
                // The last of the best pairs of neighbours.
                let (mut before, mut best) = (None, None);
                for (at, window) in (0_i32..).zip(bytes.windows(4)) {
                    let worth = worth(window);
                    let pair = before.map(|before: u32| before.min(worth));
                    if pair.is_some() && pair >= best.map(|(worth, _)| worth) {
                        best = pair.map(|worth| (worth, at - 1));
                    }
                    before = Some(worth);
                }
                if let Some((_, offset)) = best {
                    self.register(literal, offset);
                    self.register(literal, offset + 1);
                }
            }
            _ => {}
        }
    }

    /// The window at `offset`; if the literal ends before its fourth byte, any fourth will do.
    fn register(&mut self, literal: (u32, &[u8], u8), offset: i32) {
        let rest = usize::try_from(offset).ok().and_then(|offset| literal.1.get(offset..)).unwrap_or_default();
        let window = Window::new(literal, offset);
        match rest {
            [_, _, _, fourth, ..] => self.push(gram(rest), 1_u32.wrapping_shl((*fourth).into()), window),
            _ => self.push(gram(rest), u32::MAX, window),
        }
    }

    /// Any byte, then the literal. Bytes that differ only in their upper bits are one to the hash.
    fn register_behind_any(&mut self, literal: (u32, &[u8], u8)) {
        let [a, b, c, ..] = *literal.1 else { return };
        for before in 0x20..0x40 {
            let window = Window::new(literal, -1);
            self.push(gram(&[before, a, b]), 1_u32.wrapping_shl(c.into()), window);
        }
    }

    fn push(&mut self, gram: u32, bits: u32, window: Window) {
        let word = word_of(gram);
        if let Some(load) = self.load.get_mut(word) {
            *load += 1;
        }
        self.windows.push((word, bits, window));
    }
}

/// The first three bytes, folded, as a window whose fourth does not matter.
fn gram(bytes: &[u8]) -> u32 {
    let mut window = [0; 4];
    for (to, from) in window.iter_mut().zip(bytes.iter().take(3)) {
        *to = *from;
    }
    u32::from_le_bytes(window) | FOLD as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Occurrence, Prefilter};

    fn scan(literals: &[&[u8]], text: &[u8]) -> Vec<Occurrence> {
        scan_with(&everywhere(literals.iter().copied()), text)
    }

    fn everywhere<'a>(literals: impl IntoIterator<Item = &'a [u8]>) -> Prefilter {
        Prefilter::new(literals.into_iter().map(|literal| (literal, 1)))
    }

    fn scan_with(filter: &Prefilter, text: &[u8]) -> Vec<Occurrence> {
        let mut found = Vec::new();
        filter.scan(text, 1, |occurrence| {
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
        let filter = everywhere(LITERALS);
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
        let filter = everywhere(words.iter().map(|word| word.as_bytes()));
        assert!(filter.longest_bucket() <= 12, "{}", filter.longest_bucket());
    }

    #[test]
    fn what_does_not_matter_is_not_told() {
        let filter = Prefilter::new([(&b"abcd"[..], 1), (b"abcdef", 2), (b"xyz", 6)]);
        for (when, expected) in [(1, vec![0]), (2, vec![1, 2]), (4, vec![2]), (8, vec![])] {
            let mut found = Vec::new();
            filter.scan(b"abcdef xyz", when, |occurrence| {
                found.push(occurrence.literal);
                true
            });
            assert_eq!(found, expected, "{when}");
        }
    }

    #[test]
    fn a_scan_stops_when_told() {
        let mut count = 0;
        everywhere([&b"abcd"[..]]).scan(&b"abcd".repeat(50), 1, |_| {
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
