//! Case folding for matching: what a file system that ignores case takes for the same name.

use crate::message::Span;

/// Appends the folded form of `names` (spans into `bytes`) and of what stands before and between them.
///
/// ASCII is lowered; other letters are lowered one by one, `ſ` is `s`, and characters that HFS+ skips in names are dropped
/// (CVE-2014-9390). Where nothing changes in length, the spans of the names are only moved.
pub(super) fn append(bytes: &mut Vec<u8>, segments: &mut Vec<Span>, canonical: Span, names: Span) -> (Span, Span) {
    let start = bytes.len();
    let first = segments.len();
    if canonical.of(bytes).is_ascii() {
        bytes.extend_from_within(canonical.range());
        if let Some(folded) = bytes.get_mut(start..) {
            folded.make_ascii_lowercase();
        }
        let shift = u32::try_from(start).unwrap_or(u32::MAX).saturating_sub(canonical.start);
        for index in names.range() {
            if let Some(span) = segments.get(index).copied() {
                segments.push(Span::new(span.start.saturating_add(shift), span.end.saturating_add(shift)));
            }
        }
    } else {
        let mut done = canonical.start as usize;
        for index in names.range() {
            let Some(span) = segments.get(index).copied() else { continue };
            fold_range(bytes, done, span.start as usize);
            let name = bytes.len();
            fold_range(bytes, span.start as usize, span.end as usize);
            segments.push(Span::of_usize(name, bytes.len()));
            done = span.end as usize;
        }
        fold_range(bytes, done, canonical.end as usize);
    }
    (Span::of_usize(start, bytes.len()), Span::of_usize(first, segments.len()))
}

/// Appends the folded form of `bytes[from..to]`, a character at a time; bytes that are no UTF-8 stay.
fn fold_range(bytes: &mut Vec<u8>, from: usize, to: usize) {
    let mut at = from;
    while at < to {
        let window = bytes.get(at..to.min(at.saturating_add(4))).unwrap_or_default();
        let Some(lead) = window.first().copied() else { return };
        if lead.is_ascii() {
            let rest = bytes.get(at..to).unwrap_or_default();
            let run = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
            let start = bytes.len();
            bytes.extend_from_within(at..at + run);
            bytes.get_mut(start..).into_iter().for_each(<[u8]>::make_ascii_lowercase);
            at += run;
            continue;
        }
        let width = match lead {
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            _ => 4,
        };
        let letter =
            window.get(..width).and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|s| s.chars().next());
        let Some(letter) = letter else {
            bytes.push(lead);
            at += 1;
            continue;
        };
        at += width;
        if is_skipped(letter) {
            continue;
        }
        let mut buffer = [0; 4];
        if letter == 'ſ' {
            bytes.push(b's');
        } else {
            for lower in letter.to_lowercase() {
                bytes.extend_from_slice(lower.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
}

/// Characters that HFS+ leaves out when it compares names (Apple TN1150, "ignorable" in its case-folding table).
fn is_skipped(letter: char) -> bool {
    matches!(letter, '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{206A}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::super::{PathScratch, parse};

    #[test]
    fn names_that_a_file_system_takes_for_the_same() {
        let mut scratch = PathScratch::default();
        for (text, folded) in [
            ("/A/.SSH/Id_Rsa", "/a/.ssh/id_rsa"),
            ("/a/.g\u{200C}it/x", "/a/.git/x"),
            ("/a/.\u{17F}\u{17F}h/id_rsa", "/a/.ssh/id_rsa"),
            ("/a/\u{212A}eys/ÄÖ.txt", "/a/keys/äö.txt"),
        ] {
            parse(text.as_bytes(), &mut scratch);
            let facts = scratch.path();
            assert_eq!(facts.folded(), folded.as_bytes(), "{text}");
            let names: Vec<_> = facts.main().folded_segments().collect();
            assert_eq!(names.join(&b'/'), folded.as_bytes()[1..]);
        }
        parse(b"/a/\xFF\xC3/B", &mut scratch);
        assert_eq!(scratch.path().folded(), b"/a/\xFF\xC3/b");
    }
}
