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
    let digits = word.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = word.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    // Words of a language have no digits in them; names in code change their case now and then.
    let switches = word
        .windows(2)
        .filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()))
        .count();
    let long = word.len() >= 16;
    let mixed = digits > 0 || long && (switches * 5 > word.len() || word.iter().all(u8::is_ascii_uppercase));
    mixed
        && letters > 0
        && !is_words(word)
        && !is_filled_in(word)
        && !has_run(word)
        && !repeats(word)
        && is_varied(word)
}

pub(super) fn is_filled(word: &[u8]) -> bool {
    let one = longest(word, |by| by == 0).0;
    !is_filled_in(word) && !is_words(word) && one < RUN
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
    let in_words: usize = word.split(|byte| b"-_./".contains(byte)).filter(is_word).map(<[u8]>::len).sum();
    in_words * 2 > word.len()
}

/// Whether it says that it stands for something else.
fn is_filled_in(word: &[u8]) -> bool {
    // Most places begin none of them, which their first two letters tell.
    let may_begin = |pair: &[u8]| pair_bit(pair).is_some_and(|bit| PAIRS & bit != 0);
    let places = word.windows(2).enumerate().filter(|(_, pair)| may_begin(pair));
    let mut tails = places.filter_map(|(at, _)| word.get(at..));
    tails.any(|tail| {
        PLACEHOLDERS.iter().any(|known| tail.get(..known.len()).is_some_and(|part| part.eq_ignore_ascii_case(known)))
    })
}

/// A bit for the first two letters of a text, shared by few pairs.
const fn pair_bit(text: &[u8]) -> Option<u128> {
    let [first, second, ..] = text else { return None };
    let [first, second] = [(*first | 0x20) as u32, (*second | 0x20) as u32];
    Some(1 << ((first * 31 + second) % 128))
}

/// The bits of all [`PLACEHOLDERS`].
const PAIRS: u128 = {
    let mut bits = 0;
    let mut rest: &[&[u8]] = &PLACEHOLDERS;
    while let [known, tail @ ..] = rest {
        if let Some(bit) = pair_bit(known) {
            bits |= bit;
        }
        rest = tail;
    }
    bits
};

/// Whether its longest part is a row of one character, or of characters that count: `aaaaaaaa`, `12345678`, `hgfedcba`, `abc123def456`.
fn has_run(word: &[u8]) -> bool {
    let part = word.split(|byte| b"-_.".contains(byte)).max_by_key(|part| part.len()).unwrap_or_default();
    // From 9 to 0 and from z to a it counts on; from 9 to a it does in hex.
    let (same, up, down) =
        (|by: i16| by == 0, |by: i16| matches!(by, 1 | -9 | -25 | 40), |by: i16| matches!(by, -1 | 9 | 25 | -40));
    // Two in five steps of a kind: a run is made of them.
    let counts = |wanted: fn(i16) -> bool| longest(part, wanted).1 * 5 > part.len() * 2;
    longest(part, same).0 >= RUN || counts(up) || counts(down)
}

/// The longest run of steps of this kind, and how many there are in all.
fn longest(word: &[u8], wanted: impl Fn(i16) -> bool) -> (usize, usize) {
    let (mut run, mut longest, mut all) = (0, 0, 0);
    for pair in word.windows(2) {
        let [a, b] = pair else { continue };
        let by = i16::from(b.to_ascii_lowercase()) - i16::from(a.to_ascii_lowercase());
        run = if wanted(by) { run + 1 } else { 0 };
        all += usize::from(run > 0);
        longest = longest.max(run);
    }
    (longest, all)
}

/// Whether most of it is what stood a few places before.
fn repeats(word: &[u8]) -> bool {
    (1..=UNIT.min(word.len() / 2)).any(|unit| {
        let pairs = word.iter().zip(word.get(unit..).unwrap_or_default());
        // More than eight in ten are the same: nearly all words have a fifth of others at once.
        let others = (word.len() - unit).div_ceil(5);
        pairs.filter(|(a, b)| a != b).take(others).count() < others
    })
}

/// Whether it has as many different characters as chance gives a word of hex of this length.
fn is_varied(word: &[u8]) -> bool {
    let seen = word.iter().fold(0_u128, |seen, byte| seen | 1 << (byte & 0x7F));
    seen.count_ones() as usize >= (word.len() / 3).clamp(5, 9)
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
