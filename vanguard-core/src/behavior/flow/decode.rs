//! What an argument may be in another spelling: percent, base64, base32, hexadecimal, backwards, thirteen letters on.

/// Shortest run that is read as an encoding.
const RUN: usize = 16;

/// How a text was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spelling {
    /// As it is.
    #[default]
    Plain,
    /// With percent signs, as in URLs.
    Percent,
    /// In base64, as files are.
    Base64,
    /// In base32.
    Base32,
    /// In hexadecimal.
    Hex,
    /// Backwards.
    Backwards,
    /// Each letter thirteen on.
    Rot13,
    /// Each letter some other number on.
    Moved,
    /// As the numbers of its letters.
    Codes,
}

impl Spelling {
    /// In words.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Percent => "percent-encoded",
            Self::Base64 => "in base64",
            Self::Base32 => "in base32",
            Self::Hex => "in hexadecimal",
            Self::Backwards => "backwards",
            Self::Rot13 => "in ROT13",
            Self::Moved => "with each letter moved on",
            Self::Codes => "as numbers of letters",
        }
    }

    /// Whether honest tools write so: in URLs, and files as base64.
    pub(crate) const fn is_usual(self) -> bool {
        matches!(self, Self::Plain | Self::Percent | Self::Base64)
    }
}

/// Percent signs undone; nothing if there are none.
pub(crate) fn percent(text: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'%', text)?;
    let digit = |at: usize| text.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (b'+', ..) => {
                out.push(b' ');
                at += 1;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    Some(out)
}

/// The runs of an alphabet in a text, decoded one behind the other; nothing if there are none.
pub(crate) fn runs(text: &[u8], spelling: Spelling) -> Option<Vec<u8>> {
    let (bits, least): (u32, usize) = match spelling {
        Spelling::Base64 => (6, RUN),
        Spelling::Base32 => (5, RUN),
        Spelling::Hex => (4, RUN),
        _ => return None,
    };
    let value = |byte: u8| -> Option<u32> {
        let value = match (spelling, byte) {
            (Spelling::Hex, _) => return (byte as char).to_digit(16),
            (Spelling::Base32, b'A'..=b'Z') => byte - b'A',
            (Spelling::Base32, b'a'..=b'z') => byte - b'a',
            (Spelling::Base32, b'2'..=b'7') => byte - b'2' + 26,
            (Spelling::Base64, b'A'..=b'Z') => byte - b'A',
            (Spelling::Base64, b'a'..=b'z') => byte - b'a' + 26,
            (Spelling::Base64, b'0'..=b'9') => byte - b'0' + 52,
            (Spelling::Base64, b'+' | b'-') => 62,
            (Spelling::Base64, b'/' | b'_') => 63,
            _ => return None,
        };
        Some(u32::from(value))
    };
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| value(**byte).is_some()).count();
        if length >= least {
            let (mut kept, mut held) = (0_u32, 0_u32);
            for byte in rest.iter().take(length) {
                kept = kept << bits | value(*byte).unwrap_or(0);
                held += bits;
                if held >= 8 {
                    held -= 8;
                    out.push((kept >> held) as u8);
                }
            }
        }
        at += length.max(1);
    }
    (!out.is_empty()).then_some(out)
}

/// How numbers of letters are written.
#[derive(Clone, Copy)]
enum Digits {
    Decimal,
    Octal,
    /// Pairs, `x68`, `u0068`.
    Hex,
    Binary,
}

/// The letters whose numbers stand in a text one behind the other, whatever is between them; nothing if they are few.
fn codes(text: &[u8], digits: Digits) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    for word in text.split(|byte| !byte.is_ascii_alphanumeric()) {
        let (base, least, most, word) = match (digits, word) {
            (Digits::Decimal, _) => (10, 2, 3, word),
            (Digits::Octal, [b'0', b'o', rest @ ..]) | (Digits::Octal, rest) => (8, 3, 3, rest),
            (Digits::Hex, [b'u', rest @ ..]) => (16, 4, 4, rest),
            (Digits::Hex, [b'0', b'x', rest @ ..] | [b'x', rest @ ..]) | (Digits::Hex, rest) => (16, 2, 2, rest),
            (Digits::Binary, [b'0', b'b', rest @ ..]) | (Digits::Binary, rest) => (2, 7, 8, rest),
        };
        if !(least..=most).contains(&word.len()) {
            continue;
        }
        let number =
            word.iter().try_fold(0_u32, |number, digit| Some(number * base + char::from(*digit).to_digit(base)?));
        let letter = number.and_then(|number| u8::try_from(number).ok());
        out.extend(letter.filter(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')));
    }
    (out.len() >= RUN).then_some(out)
}

/// Every reading of a text but the text itself, encodings within an encoding once more. At most four times its size.
pub(crate) fn readings(text: &[u8], mut see: impl FnMut(Spelling, &[u8])) {
    const ALPHABETS: [Spelling; 3] = [Spelling::Base64, Spelling::Base32, Spelling::Hex];
    let mut plain = percent(text);
    if let Some(once) = &plain {
        see(Spelling::Percent, once);
        if let Some(twice) = percent(once).filter(|twice| twice != once) {
            see(Spelling::Percent, &twice);
            plain = Some(twice);
        }
    }
    let text = plain.as_deref().unwrap_or(text);
    for digits in [Digits::Decimal, Digits::Octal, Digits::Hex, Digits::Binary] {
        if let Some(decoded) = codes(text, digits) {
            see(Spelling::Codes, &decoded);
        }
    }
    for alphabet in ALPHABETS {
        let Some(decoded) = runs(text, alphabet) else { continue };
        see(alphabet, &decoded);
        // What is encoded twice is text of the inner alphabet; noise is not looked at again.
        if decoded.iter().take(256).all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) {
            for inner in ALPHABETS {
                if let Some(decoded) = runs(&decoded, inner) {
                    see(alphabet.max(inner), &decoded);
                }
            }
        }
    }
}

/// Each letter so many on, of a normalised text.
pub(crate) fn moved(text: &[u8], by: u8) -> Vec<u8> {
    let turn = |byte: &u8| match byte {
        b'a'..=b'z' => (byte - b'a' + by) % 26 + b'a',
        _ => *byte,
    };
    text.iter().map(turn).collect()
}

#[cfg(test)]
mod tests {
    use super::{Spelling, moved, readings};
    use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER};

    #[test]
    fn every_encoding_is_undone() {
        let text = b"customer 4711, Ann Lee, 12 Mill Road";
        let twice = BASE64.encode(HEXLOWER.encode(text).as_bytes());
        for (encoded, spelling) in [
            (BASE64.encode(text), Spelling::Base64),
            (format!("x={}", BASE64URL_NOPAD.encode(text)), Spelling::Base64),
            (BASE32_NOPAD.encode(text).to_lowercase(), Spelling::Base32),
            (HEXLOWER.encode(text), Spelling::Hex),
            (twice, Spelling::Hex),
            (text.iter().map(|byte| format!("%{byte:02x}")).collect(), Spelling::Percent),
            (text.iter().map(|byte| format!("&#{byte};")).collect(), Spelling::Codes),
            (text.iter().map(|byte| format!("\\x{byte:02x}")).collect(), Spelling::Codes),
            (text.iter().map(|byte| format!("{byte:02X}:")).collect(), Spelling::Codes),
            (text.iter().map(|byte| format!("\\{byte:03o}")).collect(), Spelling::Codes),
            (text.iter().map(|byte| format!("\\u{byte:04x}")).collect(), Spelling::Codes),
            (text.iter().map(|byte| format!("{byte:07b} ")).collect(), Spelling::Codes),
            (format!("[{}]", text.map(|byte| byte.to_string()).join(", ")), Spelling::Codes),
        ] {
            let mut found = false;
            readings(encoded.as_bytes(), |how, decoded| found |= how == spelling && decoded.starts_with(text));
            assert!(found, "{encoded}");
        }
        assert_eq!(moved(&moved(b"abc1z", 3), 23), b"abc1z");
    }
}
