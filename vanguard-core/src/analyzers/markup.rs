//! The values that stand in markup: what a reader of XML or HTML gets of it.

use crate::message::Span;

/// Whether a text is markup from its first byte on: `<` and what may follow it there.
pub(super) fn is_markup(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start(), [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'?' | b'!', ..])
}

/// The values of attributes and the texts between tags, without those that are blank. One pass, no recursion.
pub(super) fn values(text: &[u8]) -> Values<'_> {
    Values { text, at: 0, tag: false }
}

/// Whether a value is that of an attribute in which build files and templates compare: `Condition="'$(A)' == ''"`, `test="a != ''"`.
pub(super) fn is_condition(text: &[u8], value: Span) -> bool {
    let before = text.get(..value.start as usize).unwrap_or_default();
    let Some(name) = before.strip_suffix(b"=\"").or_else(|| before.strip_suffix(b"='")) else { return false };
    [&b"condition"[..], b"test"].iter().any(|known| {
        let start = name.len().checked_sub(known.len());
        start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(known))
    })
}

/// See [`values`].
#[derive(Debug)]
pub(super) struct Values<'t> {
    text: &'t [u8],
    at: usize,
    /// Between `<` and `>`.
    tag: bool,
}

impl Iterator for Values<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
            let (start, len, found) = if self.tag {
                let Some(step) = memchr::memchr3(b'>', b'"', b'\'', rest) else {
                    self.at = self.text.len();
                    return None;
                };
                let mark = rest.get(step).copied().unwrap_or(b'>');
                self.at += step + 1;
                if mark == b'>' {
                    self.tag = false;
                    continue;
                }
                let value = rest.get(step + 1..).unwrap_or_default();
                let len = memchr::memchr(mark, value).unwrap_or(value.len());
                let start = self.at;
                self.at += len + 1;
                (start, len, value)
            } else {
                let len = memchr::memchr(b'<', rest).unwrap_or(rest.len());
                let start = self.at;
                self.at += len + 1;
                self.tag = true;
                (start, len, rest)
            };
            if found.get(..len).is_some_and(|value| !value.trim_ascii().is_empty()) {
                return Some(Span::of_usize(start, start + len));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_condition, is_markup, values};
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<&[u8]> {
        values(text.as_bytes()).map(|span| span.of(text.as_bytes())).collect()
    }

    #[test]
    fn values_are_attributes_and_texts() {
        let text = "<?xml version='1.0'?><a b=\"x > y\" c='1'><d>it's</d> <e/>z</a>";
        assert_eq!(found(text), [&b"1.0"[..], b"x > y", b"1", b"it's", b"z"]);
        assert_eq!(found("<a b=\"open"), [b"open"]);
        assert!(found("<").is_empty() && found("").is_empty() && found("< > <>").is_empty());
        assert!(is_markup(b" <a>") && is_markup(b"<!--") && !is_markup(b"< 3") && !is_markup(b"a<b"));
    }

    #[test]
    fn conditions_are_told_by_their_attributes() {
        let text = "<A Condition=\"x == ''\" test='y' c=\"z\">Condition=w</A>";
        let is: Vec<_> = values(text.as_bytes()).map(|span| is_condition(text.as_bytes(), span)).collect();
        assert_eq!(is, [true, true, false, false]);
    }

    proptest! {
        #[test]
        fn any_text_is_read_once(text in "[<>a'\" =]{0,60}") {
            let spans: Vec<_> = values(text.as_bytes()).collect();
            prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
            prop_assert!(spans.iter().all(|span| (span.end as usize) <= text.len()));
        }
    }
}
