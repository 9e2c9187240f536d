//! Fingerprints of a text that survive what is done to it on its way: letters and digits alone, in lower case; of every eight hashes
//! in a row of twelve characters the least is kept (winnowing). Nineteen characters that two texts share have one in common.

use super::super::hash::mix;

/// Characters under one hash.
pub(crate) const GRAM: usize = 12;
/// Hashes of which the least is kept.
const WINDOW: usize = 8;
const BASE: u64 = 0x0100_0000_01b3;
/// `BASE` to the power of [`GRAM`].
const OUT: u64 = {
    let (mut power, mut at) = (1_u64, 0);
    while at < GRAM {
        power = power.wrapping_mul(BASE);
        at += 1;
    }
    power
};

/// What of a text counts: letters and digits in lower case, all that is not ASCII; of an escape in a JSON string nothing.
pub(crate) fn normalise(text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | 0x80.. => out.push(*byte),
            b'A'..=b'Z' => out.push(byte | 0x20),
            b'\\' => match text.get(at) {
                Some(b'u') => at += 5,
                Some(b'n' | b't' | b'r' | b'b' | b'f') => at += 1,
                _ => {}
            },
            _ => {}
        }
    }
}

/// Calls `keep` with each fingerprint of a normalised text and where it begins. `dense`: with every hash.
pub(crate) fn grams(text: &[u8], dense: bool, mut keep: impl FnMut(u64, usize)) {
    let mut rolling = 0_u64;
    let mut ring = [(u64::MAX, 0_usize); WINDOW];
    let mut least = (u64::MAX, 0_usize);
    let mut told = usize::MAX;
    for (at, byte) in text.iter().enumerate() {
        rolling = rolling.wrapping_mul(BASE).wrapping_add(u64::from(*byte) + 1);
        let Some(start) = (at + 1).checked_sub(GRAM) else { continue };
        if let Some(out) = start.checked_sub(1).and_then(|before| text.get(before)) {
            rolling = rolling.wrapping_sub(OUT.wrapping_mul(u64::from(*out) + 1));
        }
        let hash = mix(rolling, GRAM as u64);
        if dense {
            keep(hash, start);
            continue;
        }
        if let Some(slot) = ring.get_mut(start % WINDOW) {
            *slot = (hash, start);
        }
        if hash <= least.0 {
            least = (hash, start);
        } else if start - least.1 >= WINDOW {
            least = ring.iter().rev().copied().min().unwrap_or(least);
        }
        if start + 1 >= WINDOW && least.1 != told {
            told = least.1;
            keep(least.0, least.1);
        }
    }
    // A text of fewer hashes than one window has its least.
    if !dense && told == usize::MAX && least.0 != u64::MAX {
        keep(least.0, least.1);
    }
}

/// Whether the characters under a hash say something: runs of one character and rulers don't.
pub(crate) fn is_distinctive(text: &[u8], start: usize) -> bool {
    let Some(gram) = text.get(start..start + GRAM) else { return false };
    let mut seen = [0_u64; 4];
    for byte in gram {
        if let Some(word) = seen.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }
    seen.iter().map(|word| word.count_ones()).sum::<u32>() >= 5
}

#[cfg(test)]
mod tests {
    use super::{GRAM, grams, normalise};
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    fn of(text: &[u8]) -> Vec<u64> {
        let mut found = Vec::new();
        grams(text, false, |hash, _| found.push(hash));
        found
    }

    #[test]
    fn spelling_does_not_count() {
        let plain = |text: &str| {
            let mut out = Vec::new();
            normalise(text.as_bytes(), &mut out);
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
        fn every_hash_is_of_its_characters_alone(text in "[a-c]{12,60}") {
            let bytes = text.as_bytes();
            let mut at = 0;
            grams(bytes, true, |hash, start| {
                assert_eq!(start, at);
                at += 1;
                let mut alone = 0;
                grams(&bytes[start..start + GRAM], true, |hash, _| alone = hash);
                assert_eq!(hash, alone);
            });
            prop_assert_eq!(at, bytes.len() - GRAM + 1);
        }
    }
}
