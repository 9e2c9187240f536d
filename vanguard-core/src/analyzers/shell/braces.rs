//! Brace expansion: `{cat,/etc/passwd}` is two words, `/{etc,x}/passwd` too, `{a..e}` five.
//!
//! Total work is bounded by the bytes the expansion may produce, whatever is nested in it.

use super::extent::{closing_ansi, closing_brace, closing_paren, closing_tick};
use super::posix::Posix;
use super::scratch::Origin;

/// No word becomes more words than this.
const WORDS: usize = 256;
/// No range counts further; `{1..1000}` hides nothing and stays as typed.
const RANGE: u32 = 64;
/// Braces inside braces.
const NESTED: usize = 32;
/// Total bytes one word may grow to, above twice its size.
const BYTES: usize = 8192;
/// What a word costs beside its bytes, in bytes.
const WORD: usize = 16;
/// A byte no UTF-8 text holds: ends a word in the queue.
const END: u8 = 0xff;

/// The end of the word at `start` if braces in it may expand, else `None`. Looks no further than the word.
pub(super) fn word_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    let (mut depth, mut expands) = (0_usize, false);
    loop {
        let rest = text.get(at..)?;
        at += rest.iter().position(|byte| !is_plain(*byte) || depth > 0 && *byte == b'.').unwrap_or(rest.len());
        match text.get(at).copied() {
            None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')') => {
                return expands.then_some(at);
            }
            Some(b'{') => depth += 1,
            Some(b',') => expands |= depth > 0,
            Some(b'.') => expands |= text.get(at + 1) == Some(&b'.'),
            Some(b'}') => depth = depth.saturating_sub(1),
            Some(_) => at = skip(text, at)?,
        }
        at += 1;
    }
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'.' | b':' | b'=' | b'@' | b'%' | b'+')
}

/// The last byte of the quote, escape or expansion that begins at `at`; `at` itself if none does.
fn skip(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at).copied()? {
        b'\\' => Some(at + 1),
        b'\'' => Some(at + 1 + memchr::memchr(b'\'', text.get(at + 1..)?)?),
        b'"' => {
            let mut inner = at + 1;
            loop {
                match text.get(inner).copied()? {
                    b'"' => return Some(inner),
                    b'\'' => {}
                    b'$' if text.get(inner + 1) == Some(&b'\'') => {}
                    _ => inner = skip(text, inner)?,
                }
                inner += 1;
            }
        }
        b'`' => closing_tick(text, at + 1),
        b'$' => match text.get(at + 1) {
            Some(b'(') => closing_paren(text, at + 2),
            Some(b'{') => closing_brace(text, at + 2, false),
            Some(b'\'') => closing_ansi(text, at + 2),
            _ => Some(at),
        },
        _ => Some(at),
    }
}

/// Reads the words that the braces of the word up to `end` make.
pub(super) fn expand(parser: &mut Posix<'_, '_>, end: usize) {
    let start = parser.pos;
    let typed = parser.text.get(start..end).unwrap_or_default();
    let mut queue = std::mem::take(&mut parser.s.braces);
    let mut word = std::mem::take(&mut parser.s.brace_word);
    queue.clear();
    queue.extend_from_slice(typed);
    queue.push(END);
    let limit = typed.len().saturating_mul(2).saturating_add(BYTES).min(parser.s.splice_budget);
    let span = parser.origin.map(start, end);
    let (mut made, mut grown) = (0, 0);
    // The queue is a stack of words not looked at yet, the next one last, each closed by END.
    while queue.pop().is_some() {
        let from = queue.iter().rposition(|byte| *byte == END).map_or(0, |at| at + 1);
        word.clear();
        word.extend_from_slice(queue.get(from..).unwrap_or_default());
        queue.truncate(from);
        if made >= WORDS || grown >= limit {
            parser.s.complete = false;
            parser.side_word(&word, Origin::Coarse(span));
            break;
        }
        if split(&word, &mut queue, limit) {
            grown += queue.len() - from;
        } else {
            made += 1;
            grown += WORD;
            parser.side_word(&word, Origin::Coarse(span));
        }
    }
    parser.s.splice_budget = parser.s.splice_budget.saturating_sub(grown);
    parser.s.braces = queue;
    parser.s.brace_word = word;
    parser.pos = end;
}

/// Pushes what the first brace group of `word` makes, the last first. `false` if it has none, or would make too much.
fn split(word: &[u8], queue: &mut Vec<u8>, limit: usize) -> bool {
    let Some((open, close)) = group(word) else { return false };
    let (head, tail) = (word.get(..open).unwrap_or_default(), word.get(close + 1..).unwrap_or_default());
    let body = word.get(open + 1..close).unwrap_or_default();
    let mut push = |part: &[u8]| {
        queue.extend_from_slice(head);
        queue.extend_from_slice(part);
        queue.extend_from_slice(tail);
        queue.push(END);
    };
    if let Some((first, last, letters)) = range(body) {
        for step in (0..=first.abs_diff(last)).rev() {
            let value = if first <= last { first + step } else { first - step };
            match char::from_u32(value).filter(|_| letters) {
                Some(letter) => push(letter.encode_utf8(&mut [0; 4]).as_bytes()),
                None => push(decimal(value, &mut [0; 10])),
            }
        }
        return true;
    }
    let mut commas = [0_usize; WORDS];
    let Some(count) = find_commas(body, &mut commas) else { return false };
    if (head.len() + tail.len()).saturating_mul(count) > limit {
        return false;
    }
    let mut end = body.len();
    for comma in commas.get(..count).unwrap_or_default().iter().rev() {
        push(body.get(comma + 1..end).unwrap_or_default());
        end = *comma;
    }
    push(body.get(..end).unwrap_or_default());
    true
}

/// The places of the braces of the outermost group that expands.
fn group(word: &[u8]) -> Option<(usize, usize)> {
    let mut open = [(0_usize, false); NESTED];
    let (mut depth, mut at) = (0, 0);
    let mut best: Option<(usize, usize)> = None;
    while let Some(byte) = word.get(at).copied() {
        match byte {
            b'{' => {
                *open.get_mut(depth)? = (at, false);
                depth += 1;
            }
            b',' if depth > 0 => {
                if let Some(slot) = open.get_mut(depth - 1) {
                    slot.1 = true;
                }
            }
            b'}' if depth > 0 => {
                depth -= 1;
                let (start, comma) = open.get(depth).copied()?;
                let expands = comma || range(word.get(start + 1..at)?).is_some();
                if expands && best.is_none_or(|(first, _)| start < first) {
                    best = Some((start, at));
                    if depth == 0 {
                        return best;
                    }
                }
            }
            _ => at = skip(word, at)?,
        }
        at += 1;
    }
    best
}

/// The commas outside inner braces and quotes; `None` if they are too many.
fn find_commas(body: &[u8], commas: &mut [usize]) -> Option<usize> {
    let (mut at, mut depth, mut count) = (0, 0_usize, 0);
    while let Some(byte) = body.get(at).copied() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                *commas.get_mut(count)? = at;
                count += 1;
            }
            _ => at = skip(body, at)?,
        }
        at += 1;
    }
    Some(count)
}

/// `1..5`, `a..e`: first, last, and whether they are letters.
fn range(body: &[u8]) -> Option<(u32, u32, bool)> {
    if body.len() > 16 {
        return None;
    }
    let (first, last) = std::str::from_utf8(body).ok()?.split_once("..")?;
    if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
        return (first.abs_diff(last) <= RANGE).then_some((first, last, false));
    }
    let letter =
        |text: &str| text.bytes().next().filter(|byte| text.len() == 1 && byte.is_ascii_alphabetic()).map(u32::from);
    Some((letter(first)?, letter(last)?, true))
}

/// The digits of `value`, written into `buffer`.
fn decimal(mut value: u32, buffer: &mut [u8; 10]) -> &[u8] {
    let mut start = buffer.len();
    for slot in buffer.iter_mut().rev() {
        *slot = b'0' + u8::try_from(value % 10).unwrap_or(0);
        start -= 1;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    buffer.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{group, word_end};

    #[test]
    fn only_words_with_a_comma_or_range_expand() {
        for (text, end) in [
            ("{a,b}", Some(5)),
            ("x{a,b}y z", Some(7)),
            ("{a}", None),
            ("'{a,b}'", None),
            ("\"{a,b}\"", None),
            ("\\{a,b", None),
            ("{1..3}", Some(6)),
            ("${a,b}", None),
            ("a,b", None),
            ("{a,\"$(x y)\"} z", Some(12)),
            ("{print $1}", None),
        ] {
            assert_eq!(word_end(text.as_bytes(), 0), end, "{text}");
        }
    }

    #[test]
    fn the_outermost_group_comes_first() {
        assert_eq!(group(b"x{a,b{c,d}}"), Some((1, 10)));
        assert_eq!(group(b"{{a,b}"), Some((1, 5)));
        assert_eq!(group(b"{a}{b,c}"), Some((3, 7)));
        assert_eq!(group(b"{}"), None);
    }
}
