//! Values inside a line: what stands behind each `=`, in options, attributes, cookies and forms.
//!
//! `--file=/etc/shadow`, `<a href="file:///etc/passwd">`, `next=http://169.254.169.254/; lang=en`.

use crate::analyzers::shell::{Class, Shell};

/// Longest value that is looked at.
const LONGEST: usize = 400;

/// Each value with its place. A quoted one goes to its quote, another to what parts words, fields or tags. Of those within it that are
/// read as paths or URLs of their own (`lowerdir=/a,upperdir=/b,workdir=/c`) it takes in one: else each would be read with all behind it.
pub(crate) fn of(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    memchr::memchr_iter(b'=', text).filter_map(|equals| {
        let rest = text.get(equals + 1..)?;
        let (from, value) = match rest {
            [quote @ (b'"' | b'\''), inner @ ..] => {
                (equals + 2, inner.get(..memchr::memchr(*quote, inner).unwrap_or(inner.len()))?)
            }
            _ => {
                let ends =
                    |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'&' | b';' | b'<' | b'>' | b'"' | b'\'');
                let value = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
                (equals + 1, value.get(..nested(value).unwrap_or(value.len()))?)
            }
        };
        (value.len() > 2 && value.len() <= LONGEST).then_some((from, value))
    })
}

/// Where a value ends because the second of those within it begins.
fn nested(value: &[u8]) -> Option<usize> {
    let begins = |at: &usize| value.get(at + 1..).is_some_and(|inner| is_path(inner) || is_url(inner));
    memchr::memchr_iter(b'=', value).filter(begins).nth(1)
}

/// Each quoted attribute and each text between tags of a document, with its place.
pub(crate) fn of_markup(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    memchr::memchr2_iter(b'=', b'>', text).filter_map(|at| {
        let rest = text.get(at + 1..)?;
        let (from, end, rest) = match (text.get(at)?, rest) {
            (b'=', [quote @ (b'"' | b'\''), inner @ ..]) => (at + 2, *quote, inner),
            (b'>', _) => (at + 1, b'<', rest),
            _ => return None,
        };
        let near = rest.get(..rest.len().min(LONGEST))?;
        Some((from, near.get(..memchr::memchr(end, near)?)?))
    })
}

/// Longest text that is read as JSON.
const LONGEST_JSON: usize = 32 * 1024;

/// Most strings of it.
const MOST_STRINGS: usize = 64;

/// Whether a text is JSON from its first byte to its last: an object or a list that holds strings, and nothing beside them that JSON
/// has not. Its strings, names too, are judged in its stead, so none may be too long for that, nor may there be too many.
pub(crate) fn is_json(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let opens = match text {
        [b'{', rest @ .., b'}'] | [b'[', rest @ .., b']'] => {
            matches!(rest.trim_ascii_start().first(), Some(b'"' | b'{'))
        }
        _ => false,
    };
    if !opens || text.len() > LONGEST_JSON {
        return false;
    }
    let (mut at, mut plain, mut strings) = (0, true, 0);
    while let Some(byte) = text.get(at).filter(|_| plain) {
        if *byte == b'"' {
            let Some(len) = string(text.get(at + 1..).unwrap_or_default()) else { return false };
            strings += 1;
            if len > LONGEST || strings > MOST_STRINGS {
                return false;
            }
            at += len + 1;
        } else {
            plain = byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"{}[]:,.+-".contains(byte);
        }
        at += 1;
    }
    plain
}

/// How long a string of JSON is, up to its quote.
fn string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// Each string of JSON with its place, as it is written there: names too, which whoever fills in a template writes out as well.
pub(crate) fn of_json(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + memchr::memchr(b'"', text.get(at..)?)? + 1;
        let value = text.get(start..)?;
        let value = value.get(..string(value)?)?;
        at = start + value.len() + 1;
        Some((start, value))
    })
}

/// The addresses that programs which fetch are given on a command line, with their places.
pub(crate) fn of_commands(shell: Shell<'_>) -> impl Iterator<Item = (usize, &[u8])> {
    let fetching = shell.commands().iter().filter(|command| command.classes.has(Class::Downloader));
    let words = fetching.flat_map(move |command| shell.args(command));
    words.filter_map(move |word| {
        let text = shell.text(word.text);
        // A number with a dot may be a time or a size; four of them are an address.
        let quad = || text.first().is_some_and(u8::is_ascii_digit) && memchr::memchr_iter(b'.', text).count() == 3;
        let is_address = text.len() <= LONGEST && (is_url(text) || quad());
        is_address.then_some((word.span.start as usize, text))
    })
}

/// Whether a value begins as a path does that leads somewhere by itself.
pub(crate) fn is_path(value: &[u8]) -> bool {
    match value {
        [b'/' | b'\\', next, ..] => !next.is_ascii_whitespace(),
        [b'~', b'/', ..] | [b'.', b'.', b'/' | b'\\' | b'%', ..] => true,
        [drive, b':', b'/' | b'\\', ..] => drive.is_ascii_alphabetic(),
        [b'f' | b'F', ..] => value.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"file:/")),
        _ => false,
    }
}

/// Whether a value is a URL, or a host with a path behind it.
pub(crate) fn is_url(value: &[u8]) -> bool {
    let scheme = value.iter().take(16).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'+').count();
    let host = || {
        let end = memchr::memchr(b'/', value).unwrap_or(0);
        value.get(..end).is_some_and(|host| host.contains(&b'.') && !host.starts_with(b"."))
    };
    scheme > 1 && value.get(scheme..).is_some_and(|rest| rest.starts_with(b"://")) || host()
}

#[cfg(test)]
mod tests {
    use super::{is_json, is_path, is_url, of, of_json, of_markup};

    fn values(text: &str) -> Vec<&str> {
        of(text.as_bytes())
            .map(|(at, value)| {
                assert!(text.as_bytes()[at..].starts_with(value), "{text}");
                std::str::from_utf8(value).unwrap()
            })
            .collect()
    }

    #[test]
    fn each_value_is_found_in_its_place() {
        assert_eq!(values("--file=/etc/shadow -v --out='a b'"), ["/etc/shadow", "a b"]);
        assert_eq!(values(r#"<a href="file:///x" b=yes>"#), ["file:///x", "yes"]);
        assert_eq!(values("next=http://h/; lang=en&q=abc"), ["http://h/", "abc"]);
        assert_eq!(values("a=b c= d=\"e"), Vec::<&str>::new());
        assert_eq!(values("o=l=/a,u=/b,w=/c"), ["l=/a,u", "/a,u=/b,w", "/b,w=/c"]);
        assert_eq!(
            values("p=/a=b=c=d/../../etc"),
            ["/a=b=c=d/../../etc", "b=c=d/../../etc", "c=d/../../etc", "d/../../etc"]
        );
    }

    #[test]
    fn attributes_and_texts_are_found_in_their_places() {
        let text = "<a b=\"c d\" e='f' g=h>i<j/></a>";
        let found: Vec<_> = of_markup(text.as_bytes()).map(|(at, value)| (at, value.to_vec())).collect();
        let wanted = [(6, "c d"), (14, "f"), (21, "i"), (26, "")];
        assert_eq!(found, wanted.map(|(at, value)| (at, value.as_bytes().to_vec())));
    }

    #[test]
    fn strings_of_json_are_found_in_their_places() {
        let text = r#"{"a": "b c", "d": ["e\"f", {"g" : "h"}], "i": 1.5e3, "j": null}"#;
        assert!(is_json(text.as_bytes()) && is_json(b" [{\"a\": true}] ") && is_json(b"[\"a\"]"));
        let found: Vec<_> = of_json(text.as_bytes()).map(|(at, value)| (at, String::from_utf8_lossy(value))).collect();
        assert_eq!(
            found.iter().map(|(_, value)| value.as_ref()).collect::<Vec<_>>(),
            ["a", "b c", "d", "e\\\"f", "g", "h", "i", "j"]
        );
        assert!(found.iter().all(|(at, value)| text[*at..].starts_with(value.as_ref())));
        for other in
            ["", "{}", "[1]", "{a: 1}", "[\"a\"]; id", "[\"a\"]; id #]", "{\"a\": \"b}", "{\"a\": $(id)}", "[\"a\\"]
        {
            assert!(!is_json(other.as_bytes()), "{other}");
        }
        let list = |text: &str, count: usize| format!("[{}]", vec![format!("\"{text}\""); count].join(","));
        assert!(is_json(list("a", 64).as_bytes()) && is_json(list(&"a".repeat(400), 1).as_bytes()));
        assert!(!is_json(list("a", 65).as_bytes()) && !is_json(list(&"a".repeat(401), 1).as_bytes()));
    }

    #[test]
    fn values_are_told_apart() {
        for path in ["/etc/x", "~/x", "../x", r"..\x", r"C:\x", "file:///x", "..%2fx"] {
            assert!(is_path(path.as_bytes()), "{path}");
        }
        for other in ["x/y", "/ x", "a", "fil", "ab:/c"] {
            assert!(!is_path(other.as_bytes()), "{other}");
        }
        assert!(is_url(b"http://x") && is_url(b"gopher://x") && is_url(b"10.0.0.1/x"));
        assert!(!is_url(b"//x") && !is_url(b"a: b") && !is_url(b"./x.y") && !is_url(b"x.y"));
    }
}
