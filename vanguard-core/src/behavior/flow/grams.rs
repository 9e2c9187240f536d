//! Fingerprints of a text that survive what is done to it on its way: letters and digits alone, in lower case; of every eight grams of
//! twelve characters in a row the one with the least key is kept (winnowing). Nineteen characters that two texts share have one in
//! common. Of a long text only grams with small keys are kept.
//!
//! A text is read in blocks, a step at a time over all of a block, on plain numbers of sixteen bits: that is what compilers make wide
//! instructions of.

use super::super::hash::mix;

/// Characters of a gram.
pub(crate) const GRAM: usize = 12;
/// Grams in a row of which one is kept.
const WINDOW: usize = 8;
/// Grams that are looked at in one go.
const BLOCK: usize = 512;
/// A block, what its windows reach back and on, and the characters of its last gram.
const ROOM: usize = BLOCK + 4 * WINDOW + GRAM;

/// Which grams of a text are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Every one.
    All,
    /// The least of each window: two of nine.
    Least,
    /// One of so many parts of what [`Choice::Least`] keeps: those with small keys.
    Few(u16),
    /// What [`Choice::Least`] or [`Choice::Few`] of another text may have kept.
    Any,
}

impl Choice {
    /// The largest key that is kept whatever its neighbours are, if there is one.
    const fn bar(self) -> Option<i16> {
        let parts = match self {
            Self::Few(parts) => parts,
            Self::Any => 2,
            Self::All | Self::Least => return None,
        };
        let parts = if parts == 0 { 1 } else { parts };
        Some(((1_i32 << 16) * 2 / (9 * parts as i32) + i16::MIN as i32) as i16)
    }
}

/// What a byte counts as: letters in lower case, digits, all that is not ASCII; 0 is nothing.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
static COUNTS: [u8; 256] = {
    let (mut table, mut byte) = ([0_u8; 256], 0_u8);
    loop {
        table[byte as usize] = match byte {
            b'a'..=b'z' | b'0'..=b'9' | 0x80.. => byte,
            b'A'..=b'Z' => byte | 0x20,
            _ => 0,
        };
        if byte == u8::MAX {
            break table;
        }
        byte += 1;
    }
};

/// What of a text counts: letters and digits in lower case, all that is not ASCII; of an escape in a JSON string nothing. `lines` hears
/// how long `out` is at the end of each line.
pub(crate) fn normalise(text: &[u8], out: &mut Vec<u8>, mut lines: impl FnMut(usize)) {
    let mut begin = 0;
    for at in memchr::memchr2_iter(b'\\', b'\n', text) {
        // What an escape stands for may be neither.
        let Some(before) = text.get(begin..at) else { continue };
        counting(before, out);
        begin = at + 1;
        if text.get(at) == Some(&b'\n') {
            lines(out.len());
            continue;
        }
        begin += match text.get(begin) {
            Some(b'u') => 5,
            Some(b'n' | b't' | b'r' | b'b' | b'f') => 1,
            _ => 0,
        };
    }
    counting(text.get(begin..).unwrap_or_default(), out);
}

/// The bytes that count. Each is written, and the next one over it if it doesn't: no branch that text makes unforeseeable.
fn counting(text: &[u8], out: &mut Vec<u8>) {
    const CHUNK: usize = 128;
    let mut block = [0_u8; CHUNK];
    for chunk in text.chunks(CHUNK) {
        let mut used = 0;
        for byte in chunk {
            let counts = COUNTS.get(usize::from(*byte)).copied().unwrap_or(0);
            if let Some(slot) = block.get_mut(used % CHUNK) {
                *slot = counts;
            }
            used += usize::from(counts != 0);
        }
        out.extend_from_slice(block.get(..used).unwrap_or_default());
    }
}

/// Room for the keys of a block.
pub(crate) struct Room {
    keys: [i16; ROOM],
    one: [i16; ROOM],
    two: [i16; ROOM],
    kept: [u8; BLOCK],
}

impl Default for Room {
    fn default() -> Self {
        Self { keys: [0; ROOM], one: [0; ROOM], two: [0; ROOM], kept: [0; BLOCK] }
    }
}

/// Each of `from` and the one `back` behind it.
fn pairs<const BACK: usize>(from: &[i16], to: &mut [i16], of: impl Fn(i16, i16) -> i16) {
    for ((to, one), other) in to.iter_mut().zip(from).zip(from.iter().skip(BACK)) {
        *to = of(*one, *other);
    }
}

impl Room {
    /// The keys of every gram of a text: they depend on its characters alone.
    fn find_keys(&mut self, text: &[u8]) {
        let Self { keys, one, two, .. } = self;
        let folded = |by: i16| move |one: i16, other: i16| one.wrapping_mul(by).wrapping_add(other);
        let most = text.len().min(ROOM);
        let upto = |short: usize| ..most.saturating_sub(short);
        one.iter_mut().zip(text).for_each(|(to, byte)| *to = i16::from(*byte));
        pairs::<1>(one.get(upto(0)).unwrap_or_default(), two, folded(0x4f6d));
        pairs::<2>(two.get(upto(1)).unwrap_or_default(), one, folded(0x2b91));
        // Fours in one, eights in two.
        pairs::<4>(one.get(upto(3)).unwrap_or_default(), two, folded(0x6a35));
        let eights = two.get(upto(GRAM - 1)).unwrap_or_default();
        for ((key, eight), four) in keys.iter_mut().zip(eights).zip(one.iter().skip(8)) {
            let folded = eight.wrapping_mul(0x35c7).wrapping_add(*four);
            *key = (folded ^ (folded >> 7)).wrapping_mul(0x5a2d);
        }
    }

    /// For each of `count` grams the greatest of the least keys of the windows that it stands in, into `one`: it is the least of one of
    /// them if its own is not greater.
    fn find_bars(&mut self, count: usize) {
        const REACH: usize = WINDOW - 1;
        let Self { keys, one, two, .. } = self;
        // Fewer than a window are one.
        keys.iter_mut().take(WINDOW).skip(count).for_each(|key| *key = i16::MAX);
        let count = count.max(WINDOW);
        let upto = |short: usize| ..count - short;
        pairs::<1>(keys.get(upto(0)).unwrap_or_default(), one, i16::min);
        pairs::<2>(one.get(upto(1)).unwrap_or_default(), two, i16::min);
        pairs::<4>(two.get(upto(3)).unwrap_or_default(), one, i16::min);
        let windows = count - REACH;
        let around = windows + 2 * REACH;
        two.iter_mut().take(REACH).for_each(|beyond| *beyond = i16::MIN);
        two.iter_mut().skip(REACH).zip(one.iter().take(windows)).for_each(|(to, least)| *to = *least);
        two.iter_mut().take(around).skip(REACH + windows).for_each(|beyond| *beyond = i16::MIN);
        pairs::<1>(two.get(..around).unwrap_or_default(), one, i16::max);
        pairs::<2>(one.get(..around - 1).unwrap_or_default(), two, i16::max);
        pairs::<4>(two.get(..around - 3).unwrap_or_default(), one, i16::max);
    }
}

/// Calls `keep` with the fingerprint of each gram of a normalised text that is kept, and where it begins.
pub(crate) fn grams(text: &[u8], choice: Choice, room: &mut Room, mut keep: impl FnMut(u64, usize)) {
    let Some(count) = (text.len() + 1).checked_sub(GRAM) else { return };
    if choice == Choice::All {
        let all = text.windows(GRAM).filter_map(|gram| gram.first_chunk());
        return all.enumerate().for_each(|(start, gram)| keep(fingerprint(gram), start));
    }
    for begin in (0..count).step_by(BLOCK) {
        let end = (begin + BLOCK).min(count);
        // The windows of its first and of its last gram.
        let first = begin.saturating_sub(WINDOW - 1);
        let last = (end + WINDOW - 1).min(count);
        room.find_keys(text.get(first..last + GRAM - 1).unwrap_or_default());
        let least = !matches!(choice, Choice::Few(_));
        if least {
            room.find_bars(last - first);
        }
        let Room { keys, one, kept, .. } = &mut *room;
        let few = choice.bar().unwrap_or(i16::MIN);
        let here = || keys.iter().skip(begin - first);
        if least {
            let bars = one.iter().skip(begin - first);
            kept.iter_mut()
                .zip(here().zip(bars))
                .for_each(|(kept, (key, bar))| *kept = u8::from(*key <= few.max(*bar)));
        } else {
            kept.iter_mut().zip(here()).for_each(|(kept, key)| *kept = u8::from(*key <= few));
        }
        for at in memchr::memchr_iter(1, kept.get(..end - begin).unwrap_or_default()) {
            if let Some(gram) = text.get(begin + at..).and_then(<[u8]>::first_chunk) {
                keep(fingerprint(gram), begin + at);
            }
        }
    }
}

/// The hash of a gram.
fn fingerprint(gram: &[u8; GRAM]) -> u64 {
    let [head, tail] = [gram.first_chunk(), gram.last_chunk()].map(|half| half.copied().unwrap_or_default());
    mix(u64::from_le_bytes(head), u64::from_le_bytes(tail))
}

/// Whether the characters of a gram say something: runs of one character and rulers don't.
pub(crate) fn is_distinctive(text: &[u8], start: usize) -> bool {
    let Some(gram) = text.get(start..).and_then(<[u8]>::first_chunk::<GRAM>) else { return false };
    // A digit may count as a letter, which makes few grams look poorer than they are.
    let seen = gram.iter().fold(0_u64, |seen, byte| seen | 1 << (byte & 63));
    // At least five.
    (0..4).fold(seen, |seen, _| seen & seen.wrapping_sub(1)) != 0
}

#[cfg(test)]
mod tests {
    use super::{Choice, GRAM, Room, grams, normalise};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn of(text: &[u8]) -> Vec<u64> {
        kept(text, Choice::Least).into_iter().map(|(hash, _)| hash).collect()
    }

    fn kept(text: &[u8], choice: Choice) -> Vec<(u64, usize)> {
        let mut found = Vec::new();
        grams(text, choice, &mut Room::default(), |hash, start| found.push((hash, start)));
        found
    }

    #[test]
    fn spelling_does_not_count() {
        let plain = |text: &str| {
            let mut out = Vec::new();
            normalise(text.as_bytes(), &mut out, |_| ());
            String::from_utf8(out).unwrap()
        };
        assert_eq!(plain("Ann Lee, <ann@x.example>\n\t2"), "annleeannxexample2");
        assert_eq!(plain(r#"{"a":"b\n\u0041\"c\\d"}"#), "abcd");
        assert_eq!(plain("ÄÖ 1"), "ÄÖ1");
    }

    proptest! {
        #[test]
        fn what_two_texts_share_is_found(
            before in "[a-z]{0,30}", shared in "[a-z0-9]{19,40}", behind in "[a-z]{0,30}", other in "[0-9]{0,30}",
        ) {
            let one = of(format!("{before}{shared}{behind}").as_bytes());
            let two = of(format!("{other}{shared}").as_bytes());
            prop_assert!(one.iter().any(|hash| two.contains(hash)));
        }

        #[test]
        fn every_gram_is_judged_by_its_characters_and_its_windows_alone(text in "[a-z0-9]{12,900}", ahead in 0_usize..600) {
            let bytes = text.as_bytes();
            let all = kept(bytes, Choice::All);
            prop_assert_eq!(all.len(), bytes.len() - GRAM + 1);
            let key = |start: usize| {
                let mut room = Room::default();
                room.find_keys(&bytes[start..start + GRAM]);
                room.keys[0]
            };
            let keys: Vec<_> = (0..all.len()).map(key).collect();
            let size = keys.len().min(8);
            let least = |at: usize| {
                let mut windows = (at.saturating_sub(size - 1)..=at.min(keys.len() - size)).map(|from| &keys[from..from + size]);
                windows.any(|window| window.iter().min() == Some(&keys[at]))
            };
            let expected: Vec<_> = all.iter().copied().filter(|(_, start)| least(*start)).collect();
            prop_assert_eq!(&kept(bytes, Choice::Least), &expected);
            // Wherever in a longer text it stands.
            let longer = format!("{}{text}", "x1".repeat(ahead));
            let there: Vec<_> = kept(longer.as_bytes(), Choice::Least).into_iter().map(|(hash, _)| hash).collect();
            let inner = expected.iter().filter(|(_, start)| *start >= 8);
            prop_assert!(inner.clone().all(|(hash, _)| there.contains(hash)));
            let any = kept(bytes, Choice::Any);
            prop_assert!(expected.iter().all(|one| any.contains(one)));
            for parts in 2..5 {
                prop_assert!(kept(bytes, Choice::Few(parts)).iter().all(|one| any.contains(one)));
            }
        }
    }

    #[test]
    fn of_a_long_text_as_many_are_kept_as_are_asked_for() {
        let text: String = (0..9000_u32).map(|at| format!("{:x}", at.wrapping_mul(0x9e37_79b9))).collect();
        let count = |choice| kept(text.as_bytes(), choice).len() as f64 / text.len() as f64;
        assert!((0.20..0.24).contains(&count(Choice::Least)), "{}", count(Choice::Least));
        for parts in 1..9 {
            let share = count(Choice::Few(parts)) * f64::from(parts) * 4.5;
            assert!((0.9..1.1).contains(&share), "{parts} {share}");
        }
    }
}
