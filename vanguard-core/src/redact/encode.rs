//! A changed text back in the encoding it was found in: same alphabet, case, padding, lines and width of characters.

use data_encoding::{BASE32, BASE32_NOPAD, BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER};

use crate::message::Span;
use crate::normalize::Decoder;

/// Where a blob stands: in `text`, at `span`, without its padding.
pub(super) struct Blob<'a> {
    pub(super) decoder: Decoder,
    pub(super) text: &'a [u8],
    pub(super) span: Span,
}

impl Blob<'_> {
    /// The blob with `new` in place of `old`, which it held. Where nobody can say how it held it, `mark` alone is what it
    /// holds then. The span takes in its padding.
    pub(super) fn with(&self, old: &[u8], new: &[u8], mark: &[u8]) -> (Span, Vec<u8>) {
        let blob = self.span.of(self.text);
        let rest = self.text.get(self.span.end as usize..).unwrap_or_default();
        let padding = rest.iter().take(6).take_while(|byte| **byte == b'=').count();
        if self.decoder == Decoder::Hex {
            return (self.span, hex(blob, new));
        }
        let encoding = self.encoding(blob, padding > 0, rest.get(padding));
        let content = match width(blob, old, &encoding) {
            Some(Width::One) => new.to_vec(),
            Some(Width::Two { marked }) => wide(new, marked),
            None => mark.to_vec(),
        };
        let mut encoded = encoding.encode(&content).into_bytes();
        if self.decoder == Decoder::Base32 && blob.iter().any(u8::is_ascii_lowercase) {
            encoded.make_ascii_lowercase();
        }
        (Span::new(self.span.start, self.span.end + padding as u32), in_lines(blob, &encoded))
    }

    fn encoding(&self, blob: &[u8], padded: bool, next: Option<&u8>) -> Encoding {
        let letters = blob.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        // What fills its last group may be of either custom; in the middle of a word there is no padding.
        let word = next.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/_-".contains(byte));
        if self.decoder == Decoder::Base32 {
            let padded = padded || letters % 8 == 0 && !word;
            return if padded { BASE32 } else { BASE32_NOPAD };
        }
        let url = blob.iter().any(|byte| matches!(byte, b'-' | b'_'));
        let padded = padded || letters % 4 == 0 && !word && !url;
        match (url, padded) {
            (true, true) => BASE64URL,
            (true, false) => BASE64URL_NOPAD,
            (false, true) => BASE64,
            (false, false) => BASE64_NOPAD,
        }
    }
}

/// How a blob holds characters.
enum Width {
    One,
    Two { marked: bool },
}

/// How `blob` holds `text`: what encodes to the same, but for the bits that fill its last character.
fn width(blob: &[u8], text: &[u8], encoding: &Encoding) -> Option<Width> {
    let plain = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        byte => *byte,
    };
    let folds = matches!(encoding.bit_width(), 5);
    let clean = |bytes: &[u8]| -> Vec<u8> {
        let kept = bytes.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != b'=').map(plain);
        let mut kept: Vec<u8> = kept.map(|byte| if folds { byte.to_ascii_uppercase() } else { byte }).collect();
        kept.pop();
        kept
    };
    let wanted = clean(blob);
    let holds = |content: &[u8]| clean(encoding.encode(content).as_bytes()) == wanted;
    if holds(text) {
        return Some(Width::One);
    }
    [false, true].into_iter().find(|marked| holds(&wide(text, *marked))).map(|marked| Width::Two { marked })
}

/// UTF-16, little end first.
fn wide(text: &[u8], marked: bool) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let mark = marked.then_some(0xFEFF);
    mark.into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Hexadecimal in the case of `blob`, or as a list of bytes where that is one.
fn hex(blob: &[u8], new: &[u8]) -> Vec<u8> {
    let upper = blob.iter().any(|byte| (b'A'..=b'F').contains(byte));
    let mut digits = HEXLOWER.encode(new).into_bytes();
    if upper {
        digits.make_ascii_uppercase();
    }
    // `0x69, 0x67`: what stands between the first two stands between all.
    let listed = blob.starts_with(b"0x") && blob.iter().filter(|byte| matches!(byte, b'x' | b'X')).count() > 1;
    if !listed {
        return digits;
    }
    let rest = blob.get(4..).unwrap_or_default();
    let between = rest.get(..memchr::memchr(b'0', rest).unwrap_or(0)).unwrap_or_default();
    let bytes: Vec<_> = digits.chunks(2).map(|pair| [b"0x", pair].concat()).collect();
    bytes.join(between)
}

/// `encoded` in lines as long as the first of `blob`, which end as it does.
fn in_lines(blob: &[u8], encoded: &[u8]) -> Vec<u8> {
    let Some(line) = blob.iter().position(u8::is_ascii_whitespace).filter(|line| *line > 0) else {
        return encoded.to_vec();
    };
    let rest = blob.get(line..).unwrap_or_default();
    let end = rest.get(..rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()).unwrap_or_default();
    let lines: Vec<_> = encoded.chunks(line).collect();
    lines.join(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(decoder: Decoder, text: &str, blob: &str, old: &str, new: &str) -> String {
        let start = text.find(blob).unwrap();
        let span = Span::of_usize(start, start + blob.len());
        let (span, out) = Blob { decoder, text: text.as_bytes(), span }.with(old.as_bytes(), new.as_bytes(), b"gone");
        let mut whole = text.to_owned();
        whole.replace_range(span.range(), std::str::from_utf8(&out).unwrap());
        whole
    }

    #[test]
    fn padding_goes_with_its_blob() {
        assert_eq!(with(Decoder::Base64, "x YWJjZA== y", "YWJjZA", "abcd", "ab"), "x YWI= y");
        assert_eq!(with(Decoder::Base64, "x YWJj y", "YWJj", "abc", "ab"), "x YWI= y");
        assert_eq!(with(Decoder::Base64, "x YWJjZA y", "YWJjZA", "abcd", "ab"), "x YWI y");
    }

    #[test]
    fn bytes_in_a_list_stay_one() {
        assert_eq!(with(Decoder::Hex, "[0x61, 0x62]", "0x61, 0x62", "ab", "cde"), "[0x63, 0x64, 0x65]");
        assert_eq!(with(Decoder::Hex, "6A6b", "6A6b", "jk", "j"), "6A");
    }

    #[test]
    fn what_cannot_be_told_holds_the_placeholder_alone() {
        assert_eq!(with(Decoder::Base64, "/////w==", "/////w", "broken", "new"), "Z29uZQ==");
    }
}
