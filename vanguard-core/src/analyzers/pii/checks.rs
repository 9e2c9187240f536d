//! Check digits, as their issuers define them. Each takes the characters of a number, without separators, letters in capitals.

/// The digits' values; a letter counts as 0, and forms keep letters from where digits must be.
fn values(text: &[u8]) -> impl DoubleEndedIterator<Item = u32> + '_ {
    text.iter().map(|byte| if byte.is_ascii_digit() { u32::from(byte - b'0') } else { 0 })
}

/// The number that these digits write.
pub(super) fn number(text: &[u8]) -> u64 {
    values(text).fold(0, |sum, digit| sum.wrapping_mul(10).wrapping_add(digit.into()))
}

fn digit(text: &[u8], at: usize) -> u32 {
    text.get(at..).map_or(0, |rest| values(rest).next().unwrap_or(0))
}

fn part(text: &[u8], at: usize, len: usize) -> u64 {
    number(text.get(at..at + len).unwrap_or_default())
}

/// The sum of digits times weights.
fn weighted(text: &[u8], weights: &[u32]) -> u32 {
    values(text).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

fn day_and_month(day: u64, month: u64) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

/// Luhn's: every second digit from the right counts double.
pub(super) fn luhn(text: &[u8]) -> bool {
    let sum: u32 = values(text)
        .rev()
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    sum.is_multiple_of(10)
}

/// The remainder by 97 of a number in which letters count from 10 (ISO 7064).
pub(super) fn mod97(text: impl Iterator<Item = u8>) -> u32 {
    text.fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => rest,
    })
}

/// Verhoeff's, by the dihedral group of the pentagon.
fn verhoeff(text: &[u8]) -> bool {
    const SHIFT: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let times = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let moved = |digit: u32, by: usize| (0..by).fold(digit, |digit, _| SHIFT.get(digit as usize).copied().unwrap_or(0));
    values(text).rev().enumerate().fold(0, |sum, (at, digit)| times(sum, moved(digit, at % 8))) == 0
}

pub(super) fn us_ssn(text: &[u8]) -> bool {
    let (area, group, serial) = (part(text, 0, 3), part(text, 3, 2), part(text, 5, 4));
    // Two were printed in advertisements and are nobody's; the third is what people type.
    let known = matches!(number(text), 78_051_120 | 219_099_999 | 123_456_789);
    area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && !known
}

pub(super) fn us_itin(text: &[u8]) -> bool {
    part(text, 0, 3) >= 900 && matches!(part(text, 3, 2), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

pub(super) fn au_tfn(text: &[u8]) -> bool {
    weighted(text, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

pub(super) fn au_medicare(text: &[u8]) -> bool {
    (2..=6).contains(&digit(text, 0)) && weighted(text, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digit(text, 8)
}

pub(super) fn be_national(text: &[u8]) -> bool {
    let (born, check) = (part(text, 0, 9), part(text, 9, 2));
    // A 2 stands before the number of who was born since 2000. Who has no date of birth has a month beyond.
    let holds = |number: u64| 97 - number % 97 == check;
    (0..=12).contains(&(part(text, 2, 2) % 20))
        && part(text, 4, 2) <= 31
        && (holds(born) || holds(2_000_000_000 + born))
}

fn mod11_of_brazil(text: &[u8], weights: &[u32]) -> u32 {
    match weighted(text, weights) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    }
}

pub(super) fn br_cpf(text: &[u8]) -> bool {
    mod11_of_brazil(text, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(text, 9)
        && mod11_of_brazil(text, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(text, 10)
}

pub(super) fn br_cnpj(text: &[u8]) -> bool {
    mod11_of_brazil(text, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(text, 12)
        && mod11_of_brazil(text, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == digit(text, 13)
}

pub(super) fn ca_sin(text: &[u8]) -> bool {
    !matches!(digit(text, 0), 0 | 8) && luhn(text)
}

/// The check digit of European article numbers, which AHV numbers are.
pub(super) fn ch_ahv(text: &[u8]) -> bool {
    text.starts_with(b"756") && weighted(text, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

pub(super) fn cn_resident(text: &[u8]) -> bool {
    let sum = weighted(text, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    (1900..2030).contains(&part(text, 6, 4))
        && day_and_month(part(text, 12, 2), part(text, 10, 2))
        && text.last() == b"10X98765432".get(sum as usize % 11)
}

pub(super) fn de_steuer_id(text: &[u8]) -> bool {
    let mut counts = [0_u8; 10];
    for digit in values(text).take(10) {
        if let Some(count) = counts.get_mut(digit as usize) {
            *count += 1;
        }
    }
    // Of its first ten digits one stands there twice or three times, no other more than once.
    let many = counts.iter().filter(|count| **count > 1).count();
    let product = values(text).take(10).fold(10, |product, digit| match (product + digit) % 10 {
        0 => 20 % 11,
        sum => 2 * sum % 11,
    });
    many == 1
        && !text.starts_with(b"0")
        && counts.iter().all(|count| *count <= 3)
        && (11 - product) % 10 == digit(text, 10)
}

/// A date of birth; since 2007 numbers are given that meet no check digit.
pub(super) fn dk_cpr(text: &[u8]) -> bool {
    day_and_month(part(text, 0, 2), part(text, 2, 2))
}

fn dni_letter(number: u64) -> Option<&'static u8> {
    b"TRWAGMYFPDXBNJZSQVHLCKE".get(usize::try_from(number % 23).unwrap_or(0))
}

pub(super) fn es_dni(text: &[u8]) -> bool {
    text.last() == dni_letter(part(text, 0, 8))
}

pub(super) fn es_nie(text: &[u8]) -> bool {
    let lead = match text.first() {
        Some(b'X') => 0,
        Some(b'Y') => 10_000_000,
        Some(b'Z') => 20_000_000,
        _ => return false,
    };
    text.last() == dni_letter(lead + part(text, 1, 7))
}

pub(super) fn fi_hetu(text: &[u8]) -> bool {
    let number = part(text, 0, 6) * 1000 + part(text, text.len().saturating_sub(4), 3);
    let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(usize::try_from(number % 31).unwrap_or(0));
    let century =
        text.get(6).is_some_and(|sign| !sign.is_ascii_uppercase() || matches!(sign, b'A'..=b'F' | b'U'..=b'Y'));
    century && day_and_month(part(text, 0, 2), part(text, 2, 2)) && text.last() == check
}

pub(super) fn fr_nir(text: &[u8]) -> bool {
    let month = part(text, 3, 2);
    // Months beyond 12 stand for who has no known date of birth.
    matches!(digit(text, 0), 1..=4 | 7 | 8)
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && part(text, 5, 2) != 0
        && 97 - part(text, 0, 13) % 97 == part(text, 13, 2)
}

pub(super) fn gb_nhs(text: &[u8]) -> bool {
    11 - weighted(text, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11 == if digit(text, 9) == 0 { 11 } else { digit(text, 9) }
}

pub(super) fn gb_nino(text: &[u8]) -> bool {
    let [first, second, ..] = text else { return false };
    !b"DFIQUV".contains(first)
        && !b"DFIOQUV".contains(second)
        && ![b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].iter().any(|never| text.starts_with(*never))
        && text.last().is_some_and(|suffix| (b'A'..=b'D').contains(suffix))
}

pub(super) fn ie_pps(text: &[u8]) -> bool {
    let second = text.get(8).map_or(0, |letter| u32::from(letter.saturating_sub(b'@')) * 9);
    let sum = weighted(text, &[8, 7, 6, 5, 4, 3, 2]) + second;
    text.get(7) == b"WABCDEFGHIJKLMNOPQRSTUV".get(sum as usize % 23)
}

pub(super) fn in_aadhaar(text: &[u8]) -> bool {
    digit(text, 0) > 1 && verhoeff(text)
}

pub(super) fn in_pan(text: &[u8]) -> bool {
    text.get(3).is_some_and(|kind| b"ABCFGHJLPT".contains(kind))
}

/// Each character counts by its place: those at odd ones by a table of the ministry.
pub(super) fn it_codice_fiscale(text: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let index = |byte: u8| u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte.saturating_sub(b'A') });
    let value = |(at, byte): (usize, &u8)| {
        let index = index(*byte);
        if at % 2 == 0 { ODD.get(index as usize).copied().unwrap_or(0) } else { index }
    };
    let sum: u32 = text.iter().take(15).enumerate().map(value).sum();
    let month = text.get(8).is_some_and(|month| b"ABCDEHLMPRST".contains(month));
    // A woman's day of birth counts from 41.
    month && day_and_month(part(text, 9, 2) % 40, 1) && text.last().map(|check| index(*check)) == Some(sum % 26)
}

pub(super) fn jp_my_number(text: &[u8]) -> bool {
    let check = match weighted(text, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    check == digit(text, 11)
}

/// A date of birth and a sex. Numbers given since October 2020 meet no check digit: see [`kr_checked`].
pub(super) fn kr_rrn(text: &[u8]) -> bool {
    day_and_month(part(text, 4, 2), part(text, 2, 2)) && (1..=8).contains(&digit(text, 6))
}

pub(super) fn kr_checked(text: &[u8]) -> bool {
    kr_rrn(text) && (11 - weighted(text, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10 == digit(text, 12)
}

pub(super) fn mx_curp(text: &[u8]) -> bool {
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        // Ñ has the place behind N.
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte.saturating_sub(b'O')) + 25,
    };
    let sum: u32 = text.iter().take(17).map(value).zip((2..=18).rev()).map(|(value, weight)| value * weight).sum();
    day_and_month(part(text, 8, 2), part(text, 6, 2)) && (10 - sum % 10) % 10 == digit(text, 17)
}

pub(super) fn nl_bsn(text: &[u8]) -> bool {
    let sum = weighted(text, &[9, 8, 7, 6, 5, 4, 3, 2]);
    number(text) != 0 && sum % 11 == digit(text, 8)
}

pub(super) fn no_fodselsnummer(text: &[u8]) -> bool {
    // A foreigner's day counts from 41.
    day_and_month(part(text, 0, 2) % 40, part(text, 2, 2) % 40)
        && weighted(text, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(text, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

pub(super) fn pl_pesel(text: &[u8]) -> bool {
    day_and_month(part(text, 4, 2), part(text, 2, 2) % 20)
        && weighted(text, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

pub(super) fn pt_nif(text: &[u8]) -> bool {
    let check = match weighted(text, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    !matches!(digit(text, 0), 0 | 4 | 7) && check == digit(text, 8)
}

pub(super) fn ro_cnp(text: &[u8]) -> bool {
    let check = match weighted(text, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
        10 => 1,
        rest => rest,
    };
    digit(text, 0) != 0 && day_and_month(part(text, 5, 2), part(text, 3, 2)) && check == digit(text, 12)
}

/// Ten digits, or twelve with the century. The day of a coordination number counts from 61.
pub(super) fn se_personnummer(text: &[u8]) -> bool {
    let text = text.get(text.len().saturating_sub(10)..).unwrap_or_default();
    day_and_month(part(text, 4, 2) % 60, part(text, 2, 2)) && luhn(text)
}

pub(super) fn sg_nric(text: &[u8]) -> bool {
    let sum = weighted(text.get(1..).unwrap_or_default(), &[2, 7, 6, 5, 4, 3, 2]);
    let check = |letters: &[u8], more: u32| text.last() == letters.get((sum + more) as usize % 11);
    match text.first() {
        Some(b'S') => check(b"JZIHGFEDCBA", 0),
        Some(b'T') => check(b"JZIHGFEDCBA", 4),
        Some(b'F') => check(b"XWUTRQPNMLK", 0),
        Some(b'G') => check(b"XWUTRQPNMLK", 4),
        _ => false,
    }
}

pub(super) fn th_id(text: &[u8]) -> bool {
    let sum = weighted(text, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digit(text, 0) != 0 && (11 - sum % 11) % 10 == digit(text, 12)
}

pub(super) fn tr_tckn(text: &[u8]) -> bool {
    let odd = weighted(text, &[7, 0, 7, 0, 7, 0, 7, 0, 7]);
    let even = weighted(text, &[0, 9, 0, 9, 0, 9, 0, 9]);
    digit(text, 0) != 0 && (odd + even) % 10 == digit(text, 9) && weighted(text, &[1; 10]) % 10 == digit(text, 10)
}

pub(super) fn za_id(text: &[u8]) -> bool {
    day_and_month(part(text, 4, 2), part(text, 2, 2)) && digit(text, 10) < 3 && luhn(text)
}

/// All the same, or counting up or down.
pub(super) fn is_made_up(text: &[u8]) -> bool {
    let digits = || text.iter().filter(|byte| byte.is_ascii_digit());
    let steps = |by: u8| digits().zip(digits().skip(1)).all(|(a, b)| (b - b'0') == (a - b'0' + by) % 10);
    steps(0) || steps(1) || steps(9)
}
