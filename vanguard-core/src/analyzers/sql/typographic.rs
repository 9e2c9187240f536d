//! Quotes and dashes beyond ASCII that a database, or the driver before it, turns into the plain ones (best fit), in a value
//! that holds what SQL needs besides. Honest names have the quotes (`O’Brien`) and are judged like those with plain ones.

/// Writes `text` with such signs replaced, each by as many bytes, so that places stay what they are. `false` if there are none.
pub(super) fn plain(text: &[u8], out: &mut Vec<u8>) -> bool {
    // A quote or dash alone does nothing; most texts that have one are prose.
    let signs = |byte: &u8| matches!(byte, b'=' | b'<' | b'>' | b'#' | b';' | b'(' | b'-' | b'|');
    let mut high = memchr::memchr2_iter(0xE2, 0xCA, text).chain(memchr::memchr_iter(0xC2, text)).peekable();
    if high.peek().is_none() || !text.iter().any(signs) && !text.ends_with(DASH) {
        return false;
    }
    let words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    if words.take(SENTENCE).count() == SENTENCE {
        return false;
    }
    out.clear();
    let mut found = false;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (len, with): (usize, &[u8]) = match rest {
            // ‘ ’ ‚ ‛ ′
            [0xE2, 0x80, 0x98..=0x9B | 0xB2, ..] => (3, b"'  "),
            // “ ” „ ‟ ″
            [0xE2, 0x80, 0x9C..=0x9F | 0xB3, ..] => (3, b"\"  "),
            // – —
            [0xE2, 0x80, 0x93 | 0x94, ..] => (3, b"-- "),
            // ´ ʹ ʻ ʼ ʽ ˈ
            [0xC2, 0xB4, ..] | [0xCA, 0xB9 | 0xBB..=0xBD, ..] => (2, b"' "),
            _ => (1, rest.get(..1).unwrap_or_default()),
        };
        found |= len > 1;
        out.extend_from_slice(with);
        at += len;
    }
    found
}

/// As many words are a sentence, whose writer's program makes such signs.
const SENTENCE: usize = 4;

/// `–`
const DASH: &[u8] = "–".as_bytes();

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn signs_keep_their_length() {
        let mut out = Vec::new();
        for (text, wanted) in [
            ("1’ or ‘1’=‘1", Some("1'   or '  1'  ='  1")),
            ("x´=1", Some("x' =1")),
            ("admin’–", Some("admin'  -- ")),
            ("l’or et l’argent", None),
            ("a=b", None),
            ("é=1", None),
        ] {
            let found = plain(text.as_bytes(), &mut out);
            assert_eq!(found.then(|| String::from_utf8_lossy(&out).into_owned()).as_deref(), wanted, "{text}");
        }
    }
}
