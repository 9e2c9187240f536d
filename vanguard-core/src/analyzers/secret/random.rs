//! Whether a word is random, or something that a person wrote in a secret's place.

/// What people write in a secret's place. None is shorter than four letters: a random word of forty holds one of four in one of ten thousand.
const PLACEHOLDERS: [&[u8]; 17] = [
    b"example",
    b"sample",
    b"your",
    b"placeholder",
    b"changeme",
    b"change-me",
    b"change_me",
    b"dummy",
    b"redacted",
    b"insert",
    b"replace",
    b"xxxxx",
    b"fake",
    b"foobar",
    b"password",
    b"token-here",
    b"key-here",
];

/// Steps of one character that no random word has in a row.
const RUN: usize = 7;
/// Longest unit that is looked for again and again.
const UNIT: usize = 12;

pub(super) fn is_random(word: &[u8]) -> bool {
    let made = Made::of(word);
    // Words of a language have no digits in them; names in code change their case now and then.
    let long = word.len() >= 16;
    let mixed = made.digits > 0 || long && (made.switches * 5 > word.len() || made.capitals == word.len());
    mixed
        && made.letters > 0
        && made.is_varied(word.len())
        && !is_words(word)
        && !is_filled_in(word)
        && !has_run(word)
        && (made.is_too_varied_to_repeat(word.len()) || !repeats(word))
}

/// Where in a count of [`KINDS`] each kind is counted.
const DIGITS: u32 = 0;
const CAPITALS: u32 = 16;
const SMALL: u32 = 32;

/// One of its kind, for each byte.
const KINDS: [u64; 256] = {
    let mut kinds = [0; 256];
    let (mut rest, mut byte): (&mut [u64], u8) = (&mut kinds, 0);
    while let [kind, tail @ ..] = rest {
        *kind = match byte {
            b'0'..=b'9' => 1 << DIGITS,
            b'A'..=b'Z' => 1 << CAPITALS,
            b'a'..=b'z' => 1 << SMALL,
            _ => 0,
        };
        (rest, byte) = (tail, byte.wrapping_add(1));
    }
    kinds
};

/// What a word is made of.
struct Made {
    digits: usize,
    letters: usize,
    capitals: usize,
    /// Capitals behind small letters.
    switches: usize,
    /// How many different ASCII characters.
    different: usize,
}

impl Made {
    /// In one look at each byte. `word` is no longer than [`LONGEST_WORD`](super::LONGEST_WORD), so no count runs over.
    fn of(word: &[u8]) -> Self {
        let (mut counts, mut switches, mut before, mut seen) = (0_u64, 0, 0, [0_u64; 2]);
        for byte in word {
            let kind = KINDS.get(usize::from(*byte)).copied().unwrap_or_default();
            counts += kind;
            switches += (before >> SMALL) & (kind >> CAPITALS) & 1;
            before = kind;
            if let Some(half) = seen.get_mut(usize::from(byte >> 6 & 1)) {
                *half |= 1 << (byte & 63);
            }
        }
        let count = |at: u32| (counts >> at & 0xFFFF) as usize;
        let [digits, capitals, small] = [DIGITS, CAPITALS, SMALL].map(count);
        let different = seen.iter().map(|half| half.count_ones() as usize).sum();
        Self { digits, letters: capitals + small, capitals, switches: switches as usize, different }
    }

    /// Whether most of it can't be what stood a few places before: then it would be made of one unit's characters and the fifth that differ.
    fn is_too_varied_to_repeat(&self, len: usize) -> bool {
        self.different > UNIT + len.div_ceil(5)
    }

    /// Whether there are as many different characters as chance gives a word of hex of this length.
    fn is_varied(&self, len: usize) -> bool {
        self.different >= (len / 3).clamp(5, 9)
    }
}

pub(super) fn is_filled(word: &[u8]) -> bool {
    !is_filled_in(word) && !is_words(word) && Steps::of(word).longest < RUN
}

/// Shortest password that anybody should take for one.
const SHORTEST: usize = 6;

pub(super) fn is_password(word: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| word.iter().any(is);
    let chosen = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    // A path or a call is how to get one.
    let got = word.contains(&b'/') || word.first().is_some_and(|first| b"$%*@#.".contains(first));
    word.len() >= SHORTEST
        && chosen
        && !got
        && !is_filled_in(word)
        && !has_run(word)
        && !repeats(word)
        && !is_words(word)
}

/// Whether most of it is words with signs between: `my-service-token-2`.
fn is_words(word: &[u8]) -> bool {
    let is_word = |part: &&[u8]| {
        let one_case = part.iter().all(u8::is_ascii_lowercase) || part.iter().all(u8::is_ascii_uppercase);
        (3..=14).contains(&part.len()) && one_case
    };
    let in_words: usize = word.split(|byte| matches!(byte, b'-'..=b'/' | b'_')).filter(is_word).map(<[u8]>::len).sum();
    in_words * 2 > word.len()
}

/// Whether it says that it stands for something else.
fn is_filled_in(word: &[u8]) -> bool {
    // Most places begin none of them, which their first four letters tell.
    let may_begin = |four: &[u8]| HEADS.get(slot(four) / 64).is_some_and(|bits| bits >> (slot(four) % 64) & 1 == 1);
    let mut places = word.windows(4).enumerate().filter(|(_, four)| may_begin(four));
    places.any(|(at, _)| {
        let tail = word.get(at..).unwrap_or_default();
        PLACEHOLDERS.iter().any(|known| tail.get(..known.len()).is_some_and(|part| part.eq_ignore_ascii_case(known)))
    })
}

/// A bit of [`HEADS`] for the first four letters of a text, whatever their case.
const fn slot(text: &[u8]) -> usize {
    let [a, b, c, d, ..] = text else { return 0 };
    let head = u32::from_le_bytes([*a, *b, *c, *d]) | 0x2020_2020;
    (head.wrapping_mul(0x9E37_79B1) >> 22) as usize
}

/// The bits of all [`PLACEHOLDERS`].
const HEADS: [u64; 16] = {
    let mut bits = [0; 16];
    let mut rest: &[&[u8]] = &PLACEHOLDERS;
    while let [known, tail @ ..] = rest {
        let (mut words, mut left): (&mut [u64], usize) = (&mut bits, slot(known));
        while let [word, others @ ..] = words {
            if left < 64 {
                *word |= 1 << left;
                break;
            }
            (words, left) = (others, left - 64);
        }
        rest = tail;
    }
    bits
};

/// Whether its longest part is a row of one character, or of characters that count: `aaaaaaaa`, `12345678`, `hgfedcba`, `abc123def456`.
fn has_run(word: &[u8]) -> bool {
    let parts = word.split(|byte| matches!(byte, b'-' | b'_' | b'.'));
    let part = parts.max_by_key(|part| part.len()).unwrap_or_default();
    let Steps { longest, up, down } = Steps::of(part);
    // Two in five steps of a kind: a run is made of them.
    longest >= RUN || up.max(down) * 5 > part.len() * 2
}

/// The steps from each character of a word to the next, without regard to case.
struct Steps {
    /// The longest row of one character, in steps.
    longest: usize,
    up: usize,
    down: usize,
}

impl Steps {
    fn of(word: &[u8]) -> Self {
        let mut steps = Self { longest: 0, up: 0, down: 0 };
        let mut row = 0;
        for (before, byte) in word.iter().zip(word.get(1..).unwrap_or_default()) {
            // No two bytes of a text lie so far apart that a step around the end of a byte is one of these.
            let by = byte.to_ascii_lowercase().wrapping_sub(before.to_ascii_lowercase()).cast_signed();
            row = if by == 0 { row + 1 } else { 0 };
            steps.longest = steps.longest.max(row);
            // From 9 to 0 and from z to a it counts on; from 9 to a it does in hex.
            steps.up += usize::from((by == 1) | (by == -9) | (by == -25) | (by == 40));
            steps.down += usize::from((by == -1) | (by == 9) | (by == 25) | (by == -40));
        }
        steps
    }
}

/// Whether most of it is what stood a few places before.
fn repeats(word: &[u8]) -> bool {
    (1..=UNIT.min(word.len() / 2)).any(|unit| {
        let (front, behind) = (word.get(..word.len() - unit), word.get(unit..));
        let pairs = front.unwrap_or_default().chunks(128).zip(behind.unwrap_or_default().chunks(128));
        // Counted in bytes, many at a time.
        let differ = |(a, b): (&[u8], &[u8])| usize::from(a.iter().zip(b).map(|(a, b)| u8::from(a != b)).sum::<u8>());
        // More than eight in ten are the same: nearly all words have a fifth of others at once.
        pairs.map(differ).sum::<usize>() < (word.len() - unit).div_ceil(5)
    })
}

#[cfg(test)]
mod tests {
    use super::{is_password, is_random};
    use proptest::prelude::*;

    #[test]
    fn what_people_write_in_a_secrets_place_is_none() {
        for word in [
            "AKIAIOSFODNN7EXAMPLE",
            "AKIAXXXXXXXXXXXXXXXX",
            "sk-your-key-1234",
            "abcdefghijklmnop1234",
            "1234567890abcdef1234567890abcdef",
            "0123456789",
            "deadbeefdeadbeefdeadbeef",
            "00000000000000000000000000000000000TUVWXYZ",
            "abc123abc123abc123",
            "abc123def456ghi789jkl",
            "my-service-token",
            "super-secret-jwt-signing-key-32",
            "getAccessTokenFromStore",
            "aaaa1aaaabaaaa",
            "changeme123",
            "",
            "1",
        ] {
            assert!(!is_random(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn passwords() {
        for word in ["Tr0ub4dor3", "hunter2x", "q8Wn2xTz", "7f3Kq9sL!x"] {
            assert!(is_password(word.as_bytes()), "{word}");
        }
        for word in
            ["password1", "12345678", "changeme1", "hunter", "$DB_PW1", "/run/secrets/db1", "abc12", "user_name_2", ""]
        {
            assert!(!is_password(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn what_machines_make_is() {
        for word in [
            "9f86d081884c7d659a2feaa0c55ad015",
            "Tj2lXpF8DbgBH2uhsr9Vu9ea392opAn4",
            "xoxb-511111111111-e03d02840a0b9379c",
            "k3w45678901PqWmZx82LtYb5",
            "3f2b7c1a-9d4e-4b8a-8f11-5c6d7e8f9a0b",
            "kP3AzpnTRIspVmuc6J7oRj1bKKZ7t3asI2lbWOH6",
            "hM9LL1FHy4SAzpzUruZ/hw9uD1qKH8+jV6EkvGFV",
            "x7Kq2Pv9",
        ] {
            assert!(is_random(word.as_bytes()), "{word}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { max_global_rejects: 1 << 16, ..ProptestConfig::default() })]
        #[test]
        fn random_words_mostly_are(words in prop::collection::vec("[0-9a-f]{32}|[A-Za-z0-9]{24}|[A-Za-z0-9_-]{43}", 40)) {
            let random = words.iter().filter(|word| is_random(word.as_bytes())).count();
            prop_assert!(random >= 37, "{words:?}");
        }
    }
}
