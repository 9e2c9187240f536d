//! Addresses: mail, telephone, bitcoin.

use sha2::{Digest, Sha256};

use crate::message::Span;

/// The longest local part of a mail address, and the longest domain (RFC 5321).
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 253;

/// Local parts that are no person's.
const NOBODY: [&str; 9] =
    ["git", "no-reply", "noreply", "donotreply", "do-not-reply", "notifications", "user", "example", "root"];
/// Top-level names that are kept for documents and tests (RFC 2606, 6761).
const RESERVED: [&str; 6] = ["example", "invalid", "test", "local", "localhost", "internal"];

fn is_one_of(list: &[&str], word: &[u8]) -> bool {
    list.iter().any(|one| one.as_bytes().eq_ignore_ascii_case(word))
}

/// The mail address around the `@` at `at`, where none begins before `from`.
pub(super) fn email(text: &[u8], at: usize, from: usize) -> Option<Span> {
    let before = text.get(from.max(at.saturating_sub(LONGEST_LOCAL))..at)?;
    let in_local = |byte: &u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let local = before.iter().rev().take_while(|byte| in_local(byte)).count();
    let mut local = before.get(before.len() - local..)?;
    while let [b'.' | b'_' | b'%' | b'+' | b'-', rest @ ..] = local {
        local = rest;
    }
    let rest = text.get(at + 1..)?;
    let in_domain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-".contains(byte);
    let mut domain = rest.get(..rest.iter().take(LONGEST_DOMAIN).take_while(|byte| in_domain(byte)).count())?;
    while let [shorter @ .., b'.' | b'-'] = domain {
        domain = shorter;
    }
    let mut labels = domain.rsplit(|byte| *byte == b'.');
    let (top, second) = (labels.next()?, labels.next()?);
    let is_name = top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic) && !second.is_empty() && !local.is_empty();
    let nobody = is_one_of(&NOBODY, local)
        || is_one_of(&["noreply"], second)
        || labels.any(|label| is_one_of(&["noreply"], label));
    let reserved = is_one_of(&RESERVED, top) || is_one_of(&["example"], second);
    (is_name && !nobody && !reserved).then(|| Span::of_usize(at - local.len(), at + 1 + domain.len()))
}

/// Most digits of a telephone number (E.164), and the fewest that are taken for one.
const PHONE: std::ops::RangeInclusive<usize> = 8..=15;

/// The end of the international number whose first digit stands at `start`, behind a `+`.
pub(super) fn phone(text: &[u8], start: usize) -> Option<usize> {
    let (mut digits, mut count, mut end, mut gap) = ([0_u8; 15], 0, start, 0);
    for (at, byte) in text.iter().enumerate().skip(start).take(32) {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(count)? = *byte;
                (count, end, gap) = (count + 1, at + 1, 0);
            }
            b' ' | b'-' | b'.' | b'(' | b')' if gap < 2 => gap += 1,
            byte if byte.is_ascii_alphanumeric() || *byte == b'_' => break,
            _ => break,
        }
    }
    let digits = digits.get(..count)?;
    let glued = text.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric());
    (PHONE.contains(&count) && digits.first() != Some(&b'0') && !glued && !is_fiction(digits)).then_some(end)
}

/// 555-01xx, which is given to nobody so that films and documents can print it.
pub(super) fn is_fiction(digits: &[u8]) -> bool {
    digits.len() >= 7 && digits.get(digits.len() - 7..).is_some_and(|last| last.starts_with(b"55501"))
        || super::checks::is_made_up(digits)
}

/// Whether a word is a bitcoin address: base58 with the start of a double SHA-256, or bech32.
pub(super) fn bitcoin(word: &[u8]) -> bool {
    match word {
        [b'1' | b'3', ..] if (26..=35).contains(&word.len()) => base58_checked(word),
        [b'b' | b'B', b'c' | b'C', b'1', rest @ ..] if matches!(rest.len(), 39 | 59) => bech32_checked(rest),
        _ => false,
    }
}

fn base58_checked(word: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = [0_u8; 25];
    for letter in word {
        let Some(value) = ALPHABET.iter().position(|known| known == letter) else { return false };
        let mut carry = value as u32;
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 58;
            *byte = (carry & 0xFF) as u8;
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let (payload, check) = bytes.split_at(21);
    Sha256::digest(Sha256::digest(payload)).starts_with(check)
}

fn bech32_checked(data: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let step = |sum: u32, value: u32| {
        let top = sum >> 25;
        let bits = GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
        bits.fold((sum & 0x1ff_ffff) << 5 ^ value, |sum, (_, generator)| sum ^ generator)
    };
    // The name `bc`, spread as BIP 173 says.
    let start = [3, 3, 0, 2, 3].into_iter().fold(1, step);
    let letter =
        |byte: &u8| ALPHABET.iter().position(|known| *known == byte.to_ascii_lowercase()).map(|value| value as u32);
    let sum = data.iter().try_fold(start, |sum, byte| letter(byte).map(|value| step(sum, value)));
    matches!(sum, Some(1 | 0x2bc8_30a3))
}
