//! Code that a sentence quotes the way Markdown does: ``What does `chmod u+s` do?``
//!
//! A shell would run what stands between backquotes; who reads a sentence reads it.

/// Words that make a sentence of what stands around quoted code.
const WORDS: usize = 3;

/// Of those, the ones that are no names: `New York City` is a value.
const PLAIN: usize = 2;

/// Writes a sentence to `out` with the code it quotes blanked out, so that places stay what they are. Returns whether it is one: words
/// stand around the code, and each piece of code stands by itself.
pub(super) fn without_code(text: &[u8], out: &mut Vec<u8>) -> bool {
    let Some(first) = memchr::memchr(b'`', text) else { return false };
    out.clear();
    out.extend_from_slice(text);
    let mut at = first;
    while let Some(open) = text.get(at..).and_then(|rest| memchr::memchr(b'`', rest)).map(|step| at + step) {
        let ticks = text.get(open..).unwrap_or_default().iter().take_while(|byte| **byte == b'`').count();
        let before = open.checked_sub(1).and_then(|place| text.get(place));
        let Some(end) = closing(text, open + ticks, ticks) else { return false };
        let after = text.get(end);
        let apart = before.is_none_or(|byte| byte.is_ascii_whitespace() || b"(['\"*_>".contains(byte))
            && after.is_none_or(|byte| byte.is_ascii_whitespace() || b".,;:!?)]'\"*_".contains(byte));
        if !apart || end == open + 2 * ticks {
            return false;
        }
        out.get_mut(open..end).unwrap_or_default().fill(b'x');
        at = end;
    }
    is_sentence(out)
}

/// Where as many backquotes end as began before `from`.
fn closing(text: &[u8], from: usize, ticks: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let start = at + memchr::memchr(b'`', text.get(at..)?)?;
        let run = text.get(start..).unwrap_or_default().iter().take_while(|byte| **byte == b'`').count();
        at = start + run;
        if run == ticks {
            return Some(at);
        }
    }
}

/// Whether enough words stand outside of what was blanked out: letters, and what ends a word of a sentence.
fn is_sentence(blanked: &[u8]) -> bool {
    let (mut words, mut plain) = (0, 0);
    for word in blanked.split(u8::is_ascii_whitespace) {
        let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'\'' || !byte.is_ascii());
        let letters = letters.count();
        let rest = word.get(letters..).unwrap_or_default();
        let is_word = letters > 1 && rest.iter().all(|byte| b".,;:!?)".contains(byte)) && !word.starts_with(b"xx");
        words += usize::from(is_word || word == b"a" || word == b"I");
        plain += usize::from(is_word && !word.first().is_some_and(u8::is_ascii_uppercase));
    }
    words >= WORDS && plain >= PLAIN
}

#[cfg(test)]
mod tests {
    use super::without_code;

    #[test]
    fn sentences_lose_the_code_they_quote() {
        let mut out = Vec::new();
        for (text, left) in [
            ("What does `chmod u+s` do here?", "What does xxxxxxxxxxx do here?"),
            ("Run ``a `b` c`` in the shell; then stop", "Run xxxxxxxxxxx in the shell; then stop"),
            ("please explain this: `id`", "please explain this: xxxx"),
            ("use\n```\nrm -rf /\n```\nwith great care", "use\nxxxxxxxxxxxxxxxx\nwith great care"),
        ] {
            assert!(without_code(text.as_bytes(), &mut out), "{text}");
            assert_eq!(String::from_utf8_lossy(&out), left);
        }
    }

    #[test]
    fn values_keep_theirs() {
        let mut out = Vec::new();
        for text in [
            "New York City `id`",
            "Paris `id`",
            "a`id`",
            "x; `id`",
            "the name of the host is a`id`b",
            "this one never ends `id",
            "and this is empty `` it is",
            "`a` `b` `c` `d`",
            "no code at all in here",
            "cat /etc/passwd /etc/hosts `id`",
            "",
        ] {
            assert!(!without_code(text.as_bytes(), &mut out), "{text}");
        }
    }
}
