//! Dots and separators in encodings that no encoder writes, undone as the laxest decoders do.
//!
//! What a strict reader refuses, some server once took for `../`: over-long UTF-8 with any number of wrong bits
//! (`%c0%2e`, `%c1%1c`), digits that are none (`%c1%8s`, `%c0%qf`, `%bg%qf`: IIS, MS00-078), `%uXXXX` of signs that best-fit
//! tables map to separators (`%u2215`), layers upon layers (`%%32%%65`), a `?` in a dot's place. Which of the wrong bytes
//! stand for a dot and which for a separator the spelling does not say, but their order does: twice the same is `..`, once is
//! a separator.
//!
//! Three rounds, each linear; what is undone is never longer than what was written.

/// Most layers that are undone one after the other.
const ROUNDS: usize = 3;

/// What was found in a path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Whether a dot or separator was spelled so that only a lax decoder reads it.
    pub(super) disguised: bool,
    /// Whether something stands in a dot's or separator's place that may be read as one.
    pub(super) garbled: bool,
}

impl Found {
    /// Either.
    fn any(self) -> bool {
        self.disguised || self.garbled
    }
}

/// Writes what the laxest decoder would make of `text` into `out`, with `spare` for the rounds between.
pub(super) fn undo(text: &[u8], out: &mut Vec<u8>, spare: &mut Vec<u8>) -> Found {
    let mut found = Found::default();
    out.clear();
    plain_signs(text, out, &mut found);
    for round in 0..ROUNDS {
        if memchr::memchr(b'%', out).is_none() {
            break;
        }
        std::mem::swap(out, spare);
        out.clear();
        let changed = Round { text: spare, out, found: &mut found, layered: round > 0, unit: None }.run();
        if !changed {
            break;
        }
    }
    if memchr::memchr(b'?', out).is_some() {
        question_dots(out, &mut found);
    }
    found
}

struct Round<'a> {
    text: &'a [u8],
    out: &'a mut Vec<u8>,
    found: &'a mut Found,
    /// Whether what is read now was itself encoded.
    layered: bool,
    /// The garbled unit that was read last, and where the next one must start to follow it directly.
    unit: Option<(&'a [u8], usize)>,
}

/// One encoded thing: what it spells and how long it is.
enum Read {
    /// A character that only a lax decoder reads there.
    Lax(u8, usize),
    /// A byte, encoded as it should be.
    Byte(u8, usize),
    /// A character that is no dot and no separator.
    Other(char, usize),
    /// Something that stands for a dot or a separator, or for nothing.
    Garbled(usize),
    /// Nothing, before a dot or separator: a percent sign or half a character where none can be.
    Nothing(usize),
}

impl<'a> Round<'a> {
    fn run(mut self) -> bool {
        let text = self.text;
        let mut at = 0;
        let mut changed = false;
        while let Some(next) = text.get(at..).and_then(|rest| memchr::memchr(b'%', rest)) {
            self.out.extend_from_slice(text.get(at..at + next).unwrap_or_default());
            at += next;
            let (layers, digits) = layers(text, at + 1);
            let layered = self.layered || layers > 0;
            let Some(read) = read(text, digits) else {
                self.out.push(b'%');
                at += 1;
                // `%25` is a percent sign, which the next round looks at.
                if layers > 0 {
                    at = digits;
                    changed = true;
                }
                continue;
            };
            changed = true;
            let start = at;
            at = match read {
                Read::Lax(byte, len) => {
                    self.found.disguised = true;
                    self.out.push(byte);
                    digits + len
                }
                Read::Byte(byte, len) => {
                    // Nobody encodes a dot, and nobody a separator twice.
                    self.found.disguised |= byte == b'.' || (layered && matches!(byte, b'/' | b'\\'));
                    self.out.push(byte);
                    digits + len
                }
                Read::Other(letter, len) => {
                    self.out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                    digits + len
                }
                Read::Garbled(len) => {
                    self.garbled(start, digits + len);
                    digits + len
                }
                Read::Nothing(len) => {
                    self.found.garbled = true;
                    digits + len
                }
            };
        }
        self.out.extend_from_slice(text.get(at..).unwrap_or_default());
        changed
    }

    /// Twice the same in a row are two dots.
    fn garbled(&mut self, start: usize, end: usize) {
        self.found.garbled = true;
        let unit = self.text.get(start..end).unwrap_or_default();
        match self.unit.take() {
            Some((last, next)) if next == start && last.eq_ignore_ascii_case(unit) => {
                self.out.pop();
                self.out.extend_from_slice(b"..");
            }
            _ => {
                self.out.push(b'/');
                self.unit = Some((unit, end));
            }
        }
    }
}

/// How many `25` stand at `at`, with something behind them that they encode the percent sign of; and where that is.
fn layers(text: &[u8], at: usize) -> (usize, usize) {
    let pairs = text.get(at..).unwrap_or_default().as_chunks::<2>().0;
    let layers = pairs.iter().take_while(|pair| *pair == b"25").count();
    (layers, at + layers * 2)
}

/// What the escape spells whose digits begin at `at`.
fn read(text: &[u8], at: usize) -> Option<Read> {
    let rest = text.get(at..).unwrap_or_default();
    match rest {
        [b'u' | b'U', digits @ ..] => {
            let code = digits.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
            let code = code.and_then(|digits| u32::from_str_radix(digits, 16).ok())?;
            Some(match look_alike(code) {
                Some(byte) => Read::Lax(byte, 5),
                None => Read::Other(char::from_u32(code)?, 5),
            })
        }
        // The second layer of a byte whose digits were encoded one by one: `%%32%%65` is `%2%e`.
        [high, b'%', low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            match nibble(*high) << 4 | nibble(*low) {
                byte @ (b'.' | b'/' | b'\\') => Some(Read::Lax(byte, 3)),
                _ => None,
            }
        }
        [b'.' | b'/' | b'\\', ..] => Some(Read::Nothing(0)),
        _ if is_pair(rest) => {
            let lead = pair(rest);
            Some(if lead < 0x80 { Read::Byte(lead, 2) } else { overlong(text, at, lead) })
        }
        // `%bg%qf`: two in a row, neither of which is a byte.
        [a, b, b'%', c, d, ..] if [a, b, c, d].into_iter().all(u8::is_ascii_alphanumeric) => Some(Read::Garbled(5)),
        _ => None,
    }
}

/// A byte above ASCII whose digits begin at `at`: the first of an over-long character, or of another one.
fn overlong(text: &[u8], at: usize, lead: u8) -> Read {
    let own = Read::Byte(lead, 2);
    let more = match lead {
        0xC0 | 0xC1 => return two_bytes(text, at, lead),
        0xE0 => 2,
        0xF0 => 3,
        0xF8 => 4,
        0xFC => 5,
        _ => return own,
    };
    let (mut code, mut end) = (0, at + 2);
    for _ in 0..more {
        let Some(digits) = escape(text, end) else { return own };
        let byte = pair(text.get(digits..).unwrap_or_default());
        if byte & 0xC0 != 0x80 {
            return own;
        }
        code = code << 6 | u32::from(byte & 0x3F);
        end = digits + 2;
    }
    match u8::try_from(code) {
        Ok(byte @ (b'.' | b'/' | b'\\')) => Read::Lax(byte, end - at),
        _ => own,
    }
}

/// `%c0` or `%c1`, which begin nothing in UTF-8, with what follows: right or wrong continuation, a byte that is no
/// continuation, digits that are none.
fn two_bytes(text: &[u8], at: usize, lead: u8) -> Read {
    let end = at + 2;
    match text.get(end) {
        Some(b'.' | b'/' | b'\\') => return Read::Nothing(2),
        Some(b'%') => {}
        _ => return Read::Byte(lead, 2),
    }
    let (_, digits) = layers(text, end + 1);
    let rest = text.get(digits..).unwrap_or_default();
    if is_pair(rest) {
        let byte = pair(rest);
        let code = (lead & 1) << 6 | byte & 0x3F;
        let len = digits + 2 - at;
        return match (code, byte) {
            (b'.' | b'/' | b'\\', _) => Read::Lax(code, len),
            (_, b'.' | b'/' | b'\\') => Read::Lax(byte, len),
            // A letter of an old encoding and a blank.
            (_, b' ') => Read::Byte(lead, 2),
            _ => Read::Garbled(len),
        };
    }
    match rest {
        [a, b, ..] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => Read::Garbled(digits + 2 - at),
        _ => Read::Byte(lead, 2),
    }
}

/// Where the digits of the escape at `at` begin, if there is one.
fn escape(text: &[u8], at: usize) -> Option<usize> {
    let (_, digits) = (text.get(at) == Some(&b'%')).then(|| layers(text, at + 1))?;
    is_pair(text.get(digits..)?).then_some(digits)
}

/// Signs that look like a dot or a separator, or that best-fit tables and fuzzers take for one.
fn look_alike(code: u32) -> Option<u8> {
    match code {
        0x2E | 0x2024 | 0xFE52 | 0xFF0E => Some(b'.'),
        0x2F | 0x2044 | 0x2215 | 0x2571 | 0x29F8 | 0xFF0F => Some(b'/'),
        0x5C | 0x2216 | 0x29F5 | 0x29F9 | 0xFE68 | 0xFF3C => Some(b'\\'),
        // Nobody's characters: `%uEFC8`, `%uF025`.
        0xE000..=0xF8FF => Some(b'/'),
        _ => None,
    }
}

/// Copies `text` with what looks like a dot or separator, or is escaped as in a page or a string, replaced by it.
fn plain_signs(text: &[u8], out: &mut Vec<u8>, found: &mut Found) {
    // Two of them are the signs' first bytes in UTF-8.
    let may_begin = |byte: &u8| matches!(byte, 0xE2 | 0xEF | b'&' | b'\\');
    let mut rest = text;
    while let Some(at) = rest.iter().position(may_begin) {
        let (before, here) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        out.extend_from_slice(before);
        let read = if matches!(here, [b'&' | b'\\', ..]) { escaped(here) } else { sign(here) };
        let first = here.first().copied().unwrap_or_default();
        let (byte, taken) = read.inspect(|_| found.garbled = true).unwrap_or((first, 1));
        out.push(byte);
        rest = here.get(taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

/// The dot or separator that the sign at the start looks like, and its length.
fn sign(text: &[u8]) -> Option<(u8, usize)> {
    let sign = text.get(..3).and_then(|bytes| std::str::from_utf8(bytes).ok())?.chars().next()?;
    look_alike(u32::from(sign)).map(|byte| (byte, 3))
}

/// `&#46;`, `&#x2e;`, `&period;`, `\x2e`, `\u002e`: dots and separators alone.
fn escaped(text: &[u8]) -> Option<(u8, usize)> {
    const NAMED: [(&[u8], u8); 3] = [(b"&period;", b'.'), (b"&sol;", b'/'), (b"&bsol;", b'\\')];
    let (digits, radix, before) = match text {
        [b'\\', b'x' | b'X', rest @ ..] => (rest.get(..2)?, 16, 2),
        [b'\\', b'u' | b'U', rest @ ..] => (rest.get(..4)?, 16, 2),
        [b'&', b'#', b'x' | b'X', rest @ ..] => (until_semicolon(rest)?, 16, 3),
        [b'&', b'#', rest @ ..] => (until_semicolon(rest)?, 10, 2),
        _ => return NAMED.iter().find(|(name, _)| text.starts_with(name)).map(|(name, byte)| (*byte, name.len())),
    };
    let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?;
    let byte = u8::try_from(code).ok().filter(|byte| matches!(byte, b'.' | b'/' | b'\\'))?;
    let end = usize::from(text.first() == Some(&b'&'));
    Some((byte, before + digits.len() + end))
}

/// A short run up to a semicolon.
fn until_semicolon(text: &[u8]) -> Option<&[u8]> {
    let end = text.iter().take(8).position(|byte| *byte == b';')?;
    text.get(..end)
}

/// A segment of a dot and a question mark, which stands for any character; two question marks only beside another disguise.
fn question_dots(out: &mut [u8], found: &mut Found) {
    let disguised = found.any();
    for segment in out.split_mut(|byte| matches!(byte, b'/' | b'\\')) {
        let dots = match segment {
            [b'.', b'?'] | [b'?', b'.'] => true,
            [b'?', b'?'] => disguised,
            _ => false,
        };
        if dots {
            found.garbled = true;
            segment.fill(b'.');
        }
    }
}

fn is_pair(rest: &[u8]) -> bool {
    matches!(rest, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// The byte that two hexadecimal digits spell.
fn pair(rest: &[u8]) -> u8 {
    match rest {
        [high, low, ..] => nibble(*high) << 4 | nibble(*low),
        _ => 0,
    }
}

fn nibble(digit: u8) -> u8 {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> (String, Found) {
        let (mut out, mut spare) = (Vec::new(), Vec::new());
        let found = undo(text.as_bytes(), &mut out, &mut spare);
        (String::from_utf8_lossy(&out).into_owned(), found)
    }

    #[test]
    fn every_lax_spelling_of_a_climb() {
        for (text, path) in [
            ("%2e%2e/x", "../x"),
            ("%c0%2e%c0%2e%c0%2fx", "../x"),
            ("%c0%6e%c0%6e%c1%1cx", r"..\x"),
            ("%e0%80%ae%e0%80%ae%f0%80%80%afx", "../x"),
            ("%f8%80%80%80%ae.%fc%80%80%80%80%afx", "../x"),
            ("..%u2215x%uF025y", "../x/y"),
            ("%uff0e%uff0e%u2216x", r"..\x"),
            ("..%255c..%25252fx", r"..\../x"),
            ("%%32%%65%%32%%65%%32%%66x", "../x"),
            ("%%32%65%%32%65/x", "../x"),
            ("%25c0%25ae%25c0%25ae%25c0%25afx", "../x"),
            (r"/%25%5c..%25%5c..x", r"/\..\..x"),
            ("%c0.%c0.%c0/x", "../x"),
        ] {
            let (out, found) = case(text);
            assert_eq!((out.as_str(), found.any()), (path, true), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_stands_for_what_its_order_says() {
        for (text, path) in [
            ("%c0%fe%c0%fe%c1%8setc%c1%8spasswd", "../etc/passwd"),
            ("..%bg%qf..%bg%qfetc", "../../etc"),
            ("%c0%5e%c0%5e/x", "../x"),
            (".?%c1%afetc", "../etc"),
            ("??%c0%qf??%c0%qfetc", "../../etc"),
            ("?./?./x", "../../x"),
            ("..∕..⁄x", "../../x"),
            ("&#46;&#x2e;&sol;&#0046;./x", "../../x"),
            (r"\x2e\u002e/..\x2fx", "../../x"),
            ("..∖．．＼x", r"..\..\x"),
        ] {
            let (out, found) = case(text);
            assert_eq!((out.as_str(), found.garbled), (path, true), "{text}");
        }
    }

    #[test]
    fn honest_names_are_no_disguise() {
        for text in [
            "a%20b",
            "docs%2Fx.md",
            "%C0%20propos.txt",
            "caf%C3%A9.txt",
            "50%of",
            "what?.md",
            "a/??/b",
            "%d%s",
            "%",
            "%u",
            "100%25",
            "%25u",
            "%E4%BD%A0.txt",
        ] {
            let (out, found) = case(text);
            assert!(!found.disguised && !found.garbled, "{text}: {out}");
        }
    }

    #[test]
    fn a_stray_percent_sign_is_no_disguise_alone() {
        for (text, read) in [("100%/x", "100/x"), ("growth 5%.csv", "growth 5.csv")] {
            assert_eq!(case(text), (read.into(), Found { disguised: false, garbled: true }), "{text}");
        }
    }

    #[test]
    fn never_longer_and_total() {
        for text in
            ["%c0%qf%c0%qf%c0%qf", "%%%%%%", "%2525252525252e", "%c0%", "%c1%2", "%f8%80", "%u12", "%2%", "%bg%q"]
        {
            let (out, _) = case(text);
            assert!(out.len() <= text.len(), "{text}: {out}");
        }
    }
}
