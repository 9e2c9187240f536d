//! One scan for the literals of all rules.
//!
//! The text is probed at every second byte with the four bytes that follow, case folded: three of them choose a word
//! of a small table, the fourth a bit of it. A literal of five bytes or more registers two windows of four, one an even
//! number of bytes behind its start and one an odd, so that one of them starts on an even byte wherever the literal
//! stands; which two is decided by rarity. Only where the bit is set are the literals compared that have a window of
//! these four bytes. The cost per byte therefore hardly depends on the number of literals, and a text made of what the
//! table knows costs a few compares a probe: windows are spread when the table is built.
//!
//! Short literals are handled by the same probe. Of four bytes: the window where it starts on an even byte, else its
//! last three bytes with any fourth, or any byte with its first three, whichever stops it less often. Of three bytes:
//! itself with any fourth, else any byte with it.

use super::{
    literals::{self, MIN_LENGTH},
    needle::Needle,
};

/// Words of 32 bits in the table: 32 KiB.
const WORDS: usize = 8192;
const SHIFT: u32 = 32 - WORDS.trailing_zeros();
/// Bytes a step of the scan probes.
const STEP: usize = 16;
/// A step reads this much beyond: its last probe starts two bytes before its end.
const AHEAD: usize = 2;
/// Which list of windows, by the hash of all four bytes.
type Slot = u16;
const SLOTS: usize = 1 << Slot::BITS;
/// Windows that four bytes may have without a price; above it, each is worth some rarity.
const CROWD: u32 = 4;
/// Bits of rarity given up to keep a list one shorter.
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
    /// Where each slot's windows start in `order`; one more than there are slots.
    slots: Box<[u32; SLOTS + 1]>,
    /// Indices of windows. One that any byte may begin or end is in the slot of each.
    order: Vec<u32>,
    windows: Vec<Window>,
    literals: Vec<Needle>,
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
        Self::of(literals.into_iter().map(|(bytes, when)| (bytes, when, literals::windows(bytes, |_| 0))))
    }

    /// The same, their windows known.
    pub(super) fn of<'a>(literals: impl IntoIterator<Item = (&'a [u8], u8, [i8; 2])>) -> Self {
        let mut build = Build::new();
        let mut needles = Vec::new();
        for (index, (literal, when, windows)) in (0_u32..).zip(literals) {
            needles.push(Needle::new(literal));
            build.add((index, literal, when), windows);
        }
        let Build { table, windows, listed, mut load } = build;
        // Each slot's end, then, as windows are put in from behind, its start.
        let mut end = 0;
        for count in load.iter_mut() {
            end += *count;
            *count = end;
        }
        let mut order = vec![0; listed.len()];
        for (slot, window) in listed.into_iter().rev() {
            let Some(at) = load.get_mut(usize::from(slot)) else { continue };
            *at -= 1;
            if let Some(place) = order.get_mut(*at as usize) {
                *place = window;
            }
        }
        Self { table, slots: load, order, windows, literals: needles }
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
            for index in self.list(slot_of((around >> (8 * BEFORE)) as u32)) {
                let Some(window) = self.windows.get(*index as usize) else { continue };
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

    /// The windows of a slot.
    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "the hash has as many bits as there are slots, and one more has an end"
    )]
    fn list(&self, slot: Slot) -> &[u32] {
        let slot = usize::from(slot);
        self.order.get(self.slots[slot] as usize..self.slots[slot + 1] as usize).unwrap_or_default()
    }

    /// The longest list: how many windows one probe compares at worst.
    #[must_use]
    pub fn longest_list(&self) -> usize {
        (0..=Slot::MAX).map(|slot| self.list(slot).len()).max().unwrap_or_default()
    }
}

/// The sixteen bytes around a window; zeros where the text has none.
#[inline]
fn around(text: &[u8], window: usize) -> u128 {
    match window.checked_sub(BEFORE).and_then(|start| text.get(start..)).and_then(<[u8]>::first_chunk) {
        Some(inside) => u128::from_le_bytes(*inside),
        None => around_edge(text, window),
    }
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

/// Where the windows of these four bytes, folded, are listed. Of the first and of the last only the place among the letters
/// counts, so that any byte in their place is one of 32.
#[inline]
fn slot_of(window: u32) -> Slot {
    ((window & 0x1FFF_FF1F).wrapping_mul(0x9E37_79B1) >> (u32::BITS - Slot::BITS)) as Slot
}

/// Made where it stays: it would fill a thread's small stack.
fn zeros() -> Box<[u32; SLOTS + 1]> {
    vec![0; SLOTS + 1].into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([0; SLOTS + 1]))
}

struct Build {
    table: Box<[u32; WORDS]>,
    windows: Vec<Window>,
    /// Slots and the indices of their windows.
    listed: Vec<(Slot, u32)>,
    /// Windows per slot so far.
    load: Box<[u32; SLOTS + 1]>,
}

impl Build {
    fn new() -> Self {
        Self { table: Box::new([0; WORDS]), windows: Vec::new(), listed: Vec::new(), load: zeros() }
    }

    fn add(&mut self, literal: (u32, &[u8], u8), windows: [i8; 2]) {
        let (_, bytes, _) = literal;
        if bytes.len() < MIN_LENGTH {
            return;
        }
        let four = |at: i8| usize::try_from(at).ok().and_then(|at| bytes.get(at..at + 4));
        let crowded = windows.into_iter().filter_map(four).any(|window| self.crowd(window) > 0);
        let windows = if crowded { literals::windows(bytes, |window| self.crowd(window)) } else { windows };
        for offset in windows {
            self.register(literal, offset.into());
        }
    }

    /// What a window is worth less since its list is too long.
    fn crowd(&self, window: &[u8]) -> u32 {
        let four = window.first_chunk().map_or(0, |four| u32::from_le_bytes(*four) | FOLD as u32);
        let load = self.load.get(usize::from(slot_of(four))).copied().unwrap_or(0);
        CROWDING * load.saturating_sub(CROWD)
    }

    /// The window at `offset`. Where it begins before the literal or ends behind it, any byte will do: bytes that differ
    /// only in their upper bits are one to the hash.
    fn register(&mut self, literal: (u32, &[u8], u8), offset: i32) {
        let byte = |at: i32| usize::try_from(offset + at).ok().and_then(|at| literal.1.get(at)).copied();
        let [first, second, third, fourth] = [byte(0), byte(1), byte(2), byte(3)];
        let all = |known: Option<u8>| known.map_or(0x20..=0x3f, |byte| byte..=byte);
        let index = u32::try_from(self.windows.len()).unwrap_or(u32::MAX);
        for (first, fourth) in all(first).flat_map(|first| all(fourth).map(move |fourth| (first, fourth))) {
            let bytes = [first, second.unwrap_or(0), third.unwrap_or(0), fourth];
            self.push(u32::from_le_bytes(bytes) | FOLD as u32, index);
        }
        self.windows.push(Window::new(literal, offset));
    }

    fn push(&mut self, four: u32, window: u32) {
        if let Some(word) = self.table.get_mut(word_of(four)) {
            *word |= 1_u32.wrapping_shl(four >> 24);
        }
        let slot = slot_of(four);
        if let Some(load) = self.load.get_mut(usize::from(slot)) {
            *load += 1;
        }
        self.listed.push((slot, window));
    }
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
    fn lists_stay_short() {
        let words: Vec<String> = (0..2000).map(|n| format!("pass{:x}word", n * 7919)).collect();
        let filter = everywhere(words.iter().map(|word| word.as_bytes()));
        assert!(filter.longest_list() <= 12, "{}", filter.longest_list());
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
