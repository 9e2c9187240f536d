//! Checksums and headers that providers define.

use data_encoding::BASE64URL_NOPAD;

/// Characters of a checksum: base 62 of 32 bits.
const SUM: usize = 6;

/// Whether the word's last six characters are the CRC-32 of what stands between its prefix and them, in base 62.
pub(super) fn crc32_holds(word: &[u8]) -> bool {
    let random = word.rsplit(|byte| *byte == b'_').next().unwrap_or_default();
    let Some((body, sum)) = random.len().checked_sub(SUM).and_then(|at| random.split_at_checked(at)) else {
        return false;
    };
    let mut rest = crc32(body);
    let mut digits = sum.iter().rev().map(|digit| {
        let known =
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".get((rest % 62) as usize) == Some(digit);
        rest /= 62;
        known
    });
    digits.all(|known| known) && !body.is_empty() && rest == 0
}

/// CRC-32 of IEEE 802.3, bit by bit: tokens are short, and few.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| sum >> 1 ^ 0xEDB8_8320 & (sum & 1).wrapping_neg();
    !bytes.iter().fold(!0, |sum: u32, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// Whether the word has at least eight digits, and Luhn's check holds for them.
pub(super) fn luhn_holds(word: &[u8]) -> bool {
    let digits = || word.iter().rev().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'));
    let doubled = |(at, digit): (usize, u32)| if at % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 };
    digits().count() >= 8 && digits().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// Longest header that is decoded.
const HEADER: usize = 512;

/// Whether the word's header and payload are JSON objects, and the header names an algorithm. One that a page on the format prints
/// is nobody's: its payload begins with the subject 1234567890.
pub(super) fn is_jwt(word: &[u8]) -> bool {
    const SAMPLE: &[u8] = b"eyJzdWIiOiIxMjM0NTY3ODkwI";
    let mut parts = word.split(|byte| *byte == b'.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else { return false };
    let start = header.len()
        - header.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
    let header = header.get(start..).unwrap_or_default();
    let mut bytes = [0; HEADER];
    let decoded = BASE64URL_NOPAD.decode_len(header.len()).ok().and_then(|len| {
        let room = bytes.get_mut(..len)?;
        BASE64URL_NOPAD.decode_mut(header, room).ok()
    });
    let Some(json) = decoded.and_then(|len| bytes.get(..len)) else { return false };
    let names = json.windows(5).any(|part| part == b"\"alg\"" || part == b"\"enc\"");
    json.starts_with(b"{")
        && json.ends_with(b"}")
        && names
        && (payload.starts_with(b"eyJ") || payload.len() > 16)
        && !payload.starts_with(SAMPLE)
}

#[cfg(test)]
mod tests {
    use super::{crc32, crc32_holds, is_jwt, luhn_holds};

    #[test]
    fn digits_that_check() {
        assert!(luhn_holds(b"C-7992-7398713") && !luhn_holds(b"C-7992-7398714") && !luhn_holds(b"18"));
    }

    #[test]
    fn sums() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let body = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ";
        let (mut rest, mut sum) = (crc32(body.as_bytes()), Vec::new());
        while sum.len() < 6 {
            sum.push(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(rest % 62) as usize]);
            rest /= 62;
        }
        sum.reverse();
        let token = format!("{}_{body}{}", "ghp", String::from_utf8(sum).unwrap());
        assert!(crc32_holds(token.as_bytes()), "{token}");
        assert!(!crc32_holds(token.replace('z', "y").as_bytes()));
        assert!(!crc32_holds(b"ghp_") && !crc32_holds(b"") && !crc32_holds(b"ghp_000000"));
    }

    #[test]
    fn tokens_of_json() {
        let token =
            ["eyJhbGciOiJFUzI1NiIsImtpZCI6IjdhIn0", "eyJzdWIiOiJzdmMtNDEiLCJleHAiOjE4OTM0NTYwMDB9", "c2lnbmF0dXJl"];
        assert!(is_jwt(token.join(".").as_bytes()));
        assert!(is_jwt(format!("bearer/{}", token.join(".")).as_bytes()));
        // `{"foo":"bar"}` is JSON and no header; the other is no JSON.
        assert!(!is_jwt(["eyJmb28iOiJiYXIifQ", token[1], token[2]].join(".").as_bytes()));
        assert!(!is_jwt(b"eyJhbGciOiJ.x.y") && !is_jwt(b"eyJ") && !is_jwt(b""));
        let sample = ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4ifQ", "c2ln"];
        assert!(!is_jwt(sample.join(".").as_bytes()));
    }
}
