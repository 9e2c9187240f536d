//! PowerShell's strings, and the ways a name is put together from pieces of them: `'i'+'ex'`, `[char]105`, `-join`, `-f`.

/// A kind of string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// `'…'`
    Single,
    /// `"…"`
    Double,
    /// `@'` … `'@`
    SingleDocument,
    /// `@"` … `"@`
    DoubleDocument,
}

/// The string that begins at `at` and the length of its opening. Typographic quotes count: PowerShell takes them.
pub(super) fn quote_at(text: &[u8], at: usize) -> Option<(Quote, usize)> {
    match text.get(at..)? {
        [b'@', b'\'', b'\n' | b'\r', ..] => Some((Quote::SingleDocument, 2)),
        [b'@', b'"', b'\n' | b'\r', ..] => Some((Quote::DoubleDocument, 2)),
        [b'\'', ..] => Some((Quote::Single, 1)),
        [b'"', ..] => Some((Quote::Double, 1)),
        [0xe2, 0x80, 0x98..=0x9b, ..] => Some((Quote::Single, 3)),
        [0xe2, 0x80, 0x9c..=0x9e, ..] => Some((Quote::Double, 3)),
        _ => None,
    }
}

impl Quote {
    pub(super) const fn expands(self) -> bool {
        matches!(self, Self::Double | Self::DoubleDocument)
    }

    pub(super) const fn is_document(self) -> bool {
        matches!(self, Self::SingleDocument | Self::DoubleDocument)
    }

    /// One past the string's closing quote, if its content begins at `start`; the end of the text if it is never closed.
    pub(super) fn end(self, text: &[u8], start: usize) -> usize {
        if self.is_document() {
            let close: &[u8] = if self == Self::SingleDocument { b"\n'@" } else { b"\n\"@" };
            let rest = text.get(start..).unwrap_or_default();
            return memchr::memmem::find(rest, close).map_or(text.len(), |at| start + at + 3);
        }
        let mut at = start;
        while let Some(byte) = text.get(at).copied() {
            if byte == b'`' && self == Self::Double {
                at += 2;
                continue;
            }
            match quote_at(text, at) {
                Some((quote, len)) if quote == self => {
                    let doubled = matches!(quote_at(text, at + len), Some((again, _)) if again == self);
                    if !doubled {
                        return at + len;
                    }
                    at += 2 * len;
                }
                _ => at += 1,
            }
        }
        text.len()
    }

    /// Where the content ends of a string whose content begins at `start` and that ends at `end`.
    pub(super) fn content_end(self, text: &[u8], start: usize, end: usize) -> usize {
        if self.is_document() {
            return if text.get(end.saturating_sub(2)..end).is_some_and(|close| close.ends_with(b"@")) {
                end - 3
            } else {
                end
            };
        }
        let closed = (1..=3).find(|len| {
            end.checked_sub(*len).is_some_and(|at| {
                at >= start && matches!(quote_at(text, at), Some((quote, size)) if quote == self && size == *len)
            })
        });
        end - closed.unwrap_or(0)
    }
}

/// Appends what an expression of literals stands for; `false` (and no promise about `out`) if it is more than that.
///
/// Understood: strings, `[char]105`, `[char]0x69`, `+`, a comma list with `-join`, `'{1}{0}' -f 'a','b'`, brackets around it.
pub(super) fn fold(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut pieces = Pieces { text, at: 0, chars: false };
    let joined_before = pieces.keyword(b"-join");
    let (mut count, mut format) = (0_usize, None);
    let mut starts = [0_usize; 32];
    let begin = out.len();
    loop {
        let Some(slot) = starts.get_mut(count) else { return false };
        *slot = out.len();
        if !pieces.literal(out) {
            return false;
        }
        count += 1;
        if pieces.sign(b'+') {
            count -= usize::from(format.is_none());
            // The parts of a sum are one piece: the next begins where this one began.
            if format.is_none()
                && let Some(slot) = starts.get(count).copied()
            {
                let mut more = true;
                while more {
                    if !pieces.literal(out) {
                        return false;
                    }
                    more = pieces.sign(b'+');
                }
                if let Some(again) = starts.get_mut(count) {
                    *again = slot;
                }
                count += 1;
            }
        }
        if pieces.sign(b',') {
            continue;
        }
        if count == 1 && format.is_none() && pieces.keyword(b"-f") {
            format = Some((begin, out.len()));
            continue;
        }
        break;
    }
    if pieces.keyword(b"-join") {
        let mut glue = Vec::new();
        return pieces.literal(&mut glue) && glue.is_empty() && pieces.done();
    }
    if !pieces.done() {
        return false;
    }
    match format {
        Some(format) => formatted(out, begin, format, starts.get(1..count).unwrap_or_default()),
        None => count == 1 || joined_before,
    }
}

/// Replaces `{0}{1}…` in a format by the pieces behind it.
fn formatted(out: &mut Vec<u8>, begin: usize, format: (usize, usize), starts: &[usize]) -> bool {
    let source = out.get(begin..).unwrap_or_default().to_vec();
    let end = out.len();
    let piece = |index: usize| {
        let start = starts.get(index)?;
        source.get(start - begin..starts.get(index + 1).copied().unwrap_or(end) - begin)
    };
    out.truncate(begin);
    let mut rest = source.get(..format.1 - begin).unwrap_or_default();
    while let Some(open) = memchr::memchr(b'{', rest) {
        out.extend_from_slice(rest.get(..open).unwrap_or_default());
        let Some(close) = memchr::memchr(b'}', rest) else { return false };
        let index = rest
            .get(open + 1..close)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| digits.parse().ok());
        let Some(part) = index.and_then(piece) else { return false };
        out.extend_from_slice(part);
        if out.len() > LONGEST {
            return false;
        }
        rest = rest.get(close + 1..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    true
}

/// No folded text grows beyond this.
const LONGEST: usize = 16 * 1024;

struct Pieces<'t> {
    text: &'t [u8],
    at: usize,
    /// Numbers stand for characters: a `[char]` came before.
    chars: bool,
}

impl Pieces<'_> {
    fn blanks(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn done(&mut self) -> bool {
        self.blanks();
        self.at >= self.text.len()
    }

    fn sign(&mut self, sign: u8) -> bool {
        self.blanks();
        let found = self.text.get(self.at) == Some(&sign);
        self.at += usize::from(found);
        found
    }

    fn keyword(&mut self, word: &[u8]) -> bool {
        self.blanks();
        let found = self.text.get(self.at..self.at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
        if found {
            self.at += word.len();
        }
        found
    }

    /// A string without expansions, or a character by number.
    fn literal(&mut self, out: &mut Vec<u8>) -> bool {
        self.blanks();
        loop {
            if self.keyword(b"[char]") || self.keyword(b"[char[]]") {
                self.chars = true;
            } else if !self.keyword(b"[string]") && !self.sign(b'(') {
                break;
            }
        }
        let known = self.value(out);
        while known && self.sign(b')') {}
        known
    }

    fn value(&mut self, out: &mut Vec<u8>) -> bool {
        self.blanks();
        if let Some((quote, len)) = quote_at(self.text, self.at) {
            let start = self.at + len;
            let end = quote.end(self.text, start);
            let content = self.text.get(start..quote.content_end(self.text, start, end)).unwrap_or_default();
            self.at = end;
            if quote.expands() && content.iter().any(|byte| matches!(byte, b'$' | b'`')) {
                return false;
            }
            out.extend_from_slice(content);
            return out.len() <= LONGEST;
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let Some(digits) = rest.get(..len).and_then(|digits| std::str::from_utf8(digits).ok()) else { return false };
        let value =
            digits.strip_prefix("0x").map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
        let Some(letter) = value.filter(|_| self.chars).and_then(char::from_u32) else { return false };
        self.at += len;
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn literals_are_put_together() {
        for (text, folded) in [
            ("'i'+'ex'", "iex"),
            (" 'i' + \"e\" + 'x' ", "iex"),
            ("'iex'", "iex"),
            ("[char]105+[char]101+[char]0x78", "iex"),
            ("'i','e','x' -join ''", "iex"),
            ("-join 'i','e','x'", "iex"),
            ("-join [char[]](105,101,120)", "iex"),
            ("('i'+'e')+'x'", "iex"),
            ("\"{1}{0}\" -f 'ex','i'", "iex"),
            ("'a b'", "a b"),
        ] {
            let mut out = Vec::new();
            assert!(fold(text.as_bytes(), &mut out), "{text}");
            assert_eq!(String::from_utf8(out).unwrap(), folded, "{text}");
        }
        for text in ["$x", "'a','b'", "Get-Date", "1+2", "\"$x\"", "", "'a' 'b'"] {
            assert!(!fold(text.as_bytes(), &mut Vec::new()), "{text}");
        }
    }
}
