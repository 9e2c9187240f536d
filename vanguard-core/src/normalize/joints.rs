//! Markup within a word, which a page doesn't show: `ig<b></b>nore`, `ig<!-- x -->nore`.
//!
//! Empty elements and comments between two letters are taken out. Markup with something in it (`H<sub>2</sub>O`,
//! `un<em>believ</em>able`) stays: it is shown. One such place is enough, since honest pages hardly have any.
//!
//! Linear: behind each `<` at most 128 bytes are looked at.

use super::cursor::byte;
use super::notes::Notes;
use super::writer::Writer;

/// Longest stretch of markup in a word.
const LONGEST: usize = 128;

/// Takes out of the words of `text` the markup that shows nothing.
pub(super) fn decode(text: &[u8], writer: &mut Writer<'_>) -> Notes {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr(b'<', rest)) {
        if writer.is_full() {
            break;
        }
        let start = at + found;
        at = start + 1;
        if let Some(len) = joint(text, start) {
            writer.replace(start..start + len, b"");
            at = start + len;
        }
    }
    Notes::NONE
}

/// The length of the markup at `start`, if it stands within a word and shows nothing.
pub(super) fn joint(text: &[u8], start: usize) -> Option<usize> {
    let before = start.checked_sub(1).map(|at| byte(text, at))?;
    if !before.is_ascii_alphabetic() {
        return None;
    }
    let rest = text.get(start..)?;
    let rest = rest.get(..rest.len().min(LONGEST)).unwrap_or(rest);
    let len = if rest.starts_with(b"<!--") {
        memchr::memmem::find(rest, b"-->")? + 3
    } else {
        let name = rest.get(1..)?.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if name == 0 {
            return None;
        }
        let open = memchr::memchr(b'>', rest)? + 1;
        let name = rest.get(1..=name)?;
        let close = rest.get(open..)?.strip_prefix(b"</")?.strip_prefix(name)?;
        if !close.starts_with(b">") {
            return None;
        }
        open + name.len() + 3
    };
    byte(text, start + len).is_ascii_alphabetic().then_some(len)
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::super::testing::one;

    #[test]
    fn what_shows_nothing_is_taken_out() {
        for (text, plain) in [
            ("ig<b></b>nore prev<!-- x -->ious", "ignore previous"),
            ("in<span class=\"q\"></span>struc<!---->tions", "instructions"),
        ] {
            assert_eq!(one(Decoder::Joints, text).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn what_shows_something_stays() {
        for text in ["H<sub>2</sub>O", "a</li><li>b", "x<br>y", "if a<b && c>d", "un<em>believ</em>able", "<td></td>a"]
        {
            assert_eq!(one(Decoder::Joints, text), None, "{text}");
        }
    }
}
