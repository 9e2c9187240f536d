//! Cards, accounts and passports: numbers with a length and a check of their own.

use super::checks::{luhn, mod97};

/// The most digits that a card has.
pub(super) const LONGEST_CARD: usize = 19;

/// What a card's number says by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Card {
    /// It is none.
    No,
    /// A length that many other numbers have; a word beside it must say that it is a card.
    Maybe,
    /// As cards mostly are.
    Yes,
}

/// Numbers that payment processors print in their documentation, for tests; those of few digits besides.
const FOR_TESTS: [u64; 9] = [
    378_282_246_310_005,
    371_449_635_398_431,
    3_056_930_009_020_004,
    36_227_206_271_667,
    3_566_002_020_360_505,
    6_011_000_990_139_424,
    5_200_828_282_828_210,
    2_223_003_122_003_222,
    6_555_900_000_604_105,
];

/// Judges the digits by the issuers' ranges (ISO/IEC 7812) and by Luhn.
pub(super) fn card(digits: &[u8]) -> Card {
    let first = |len: usize| super::checks::number(digits.get(..len).unwrap_or_default());
    let (two, three, four) = (first(2), first(3), first(4));
    let fits = match (digits.len(), digits.first()) {
        (16, Some(b'4')) => Card::Yes,
        (16, _)
            if matches!(two, 51..=55 | 62 | 65) || (2221..=2720).contains(&four) || (3528..=3589).contains(&four) =>
        {
            Card::Yes
        }
        (16, _) if four == 6011 || (644..=649).contains(&three) || (2200..=2204).contains(&four) => Card::Yes,
        (16, _) if matches!(four, 5018..=5020 | 5038 | 5893 | 6304 | 6390 | 6759 | 6761..=6763 | 9792) => Card::Yes,
        // Ranges are given to new issuers all the time.
        (16, Some(b'2'..=b'9')) => Card::Maybe,
        (15, _) if matches!(two, 34 | 37) => Card::Yes,
        (15, _) if matches!(four, 1800 | 2131) || digits.first() == Some(&b'1') => Card::Maybe,
        (14, _) if matches!(two, 36 | 38 | 39) || (300..=305).contains(&three) => Card::Maybe,
        (13 | 18 | 19, Some(b'4')) => Card::Maybe,
        (17..=19, _) if matches!(two, 62 | 65) || four == 6011 => Card::Maybe,
        (12..=19, _) if matches!(four, 5018 | 5020 | 5038 | 5893 | 6304 | 6390 | 6759 | 6761..=6763) => Card::Maybe,
        _ => Card::No,
    };
    if fits == Card::No || !luhn(digits) || few(digits) || FOR_TESTS.contains(&super::checks::number(digits)) {
        return Card::No;
    }
    fits
}

/// Whether the digits are four different ones at most: nobody's number, but many a test's.
fn few(digits: &[u8]) -> bool {
    let seen = digits.iter().fold(0_u16, |seen, digit| seen | 1 << (digit & 15));
    seen.count_ones() <= 4
}

/// The length of an account number of this country (the registry of ISO 13616).
pub(super) fn iban_length(country: [u8; 2]) -> Option<usize> {
    const LENGTHS: [(usize, &[u8]); 18] = [
        (15, b"NO"),
        (16, b"BE"),
        (18, b"DKFIFKFOGLNLSD"),
        (19, b"MKSI"),
        (20, b"ATBAEEKZLTLUMNXK"),
        (21, b"CHHRLILV"),
        (22, b"BGBHCRDEGBGEIEMERSVA"),
        (23, b"AEGIILIQOMSOTL"),
        (24, b"ADCZESMDPKROSASESKTNVG"),
        (25, b"LYPTST"),
        (26, b"ISTR"),
        (27, b"BIDJFRGRITMCMRSM"),
        (28, b"ALAZBYCYDOGTHNHULBNIPLSV"),
        (29, b"BREGPSQAUA"),
        (30, b"JOKWMUYE"),
        (31, b"MTSC"),
        (32, b"LC"),
        (33, b"RU"),
    ];
    LENGTHS.iter().find(|(_, countries)| countries.as_chunks().0.contains(&country)).map(|(length, _)| *length)
}

/// Whether an account number, without blanks, meets its check.
pub(super) fn iban(text: &[u8]) -> bool {
    let (head, rest) = text.split_at(text.len().min(4));
    mod97(rest.iter().chain(head).copied()) == 1
}

/// Length of the second line of a passport.
pub(super) const PASSPORT_LINE: usize = 44;

/// Whether this is the second line of a passport's machine-readable zone (ICAO 9303).
pub(super) fn passport_line(line: &[u8]) -> bool {
    let meets = |from: usize, to: usize| {
        let value = |byte: &u8| match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => 0,
        };
        let digits = line.get(from..to).unwrap_or_default().iter().zip([7, 3, 1].into_iter().cycle());
        let sum: u32 = digits.map(|(byte, weight)| value(byte) * weight).sum();
        line.get(to).is_some_and(|check| value(check) == sum % 10)
    };
    let allowed = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'<';
    line.len() == PASSPORT_LINE && line.iter().all(allowed) && meets(0, 9) && meets(13, 19) && meets(21, 27)
}
