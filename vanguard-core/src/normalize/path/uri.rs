//! Paths written as URIs: RFC 8089 `file:` in all its lax spellings, and what other schemes put after their authority.

use super::is_separator;

/// What a text that may be a URI holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<'t> {
    /// No URI: the text is the path.
    Plain,
    /// `file:`. Still percent-encoded; query and fragment are gone.
    File { host: &'t [u8], path: &'t [u8] },
    /// Another scheme, and what follows `://`.
    Other { web: bool, path: &'t [u8] },
}

/// Wrappers that readers strip before they look at the scheme behind: Java's `url:` and `jar:`, urllib's `local_file:` (CVE-2019-9948).
const WRAPPERS: [&[u8]; 5] = [b"url:", b"jar:", b"local_", b"view-source:", b"blob:"];
const WEB: [&[u8]; 6] = [b"http", b"https", b"ws", b"wss", b"ftp", b"sftp"];

/// Tells how `text` is written.
pub(super) fn written(text: &[u8]) -> Written<'_> {
    let mut text = text;
    // Each round takes at least one byte; wrappers of wrappers are not worth more than a few.
    for _ in 0..4 {
        let Some(rest) = WRAPPERS.iter().find_map(|wrapper| strip(text, wrapper)) else { break };
        if scheme(rest).is_none() && !WRAPPERS.iter().any(|wrapper| strip(rest, wrapper).is_some()) {
            break;
        }
        text = rest;
    }
    let Some((name, rest)) = scheme(text) else { return Written::Plain };
    if name.eq_ignore_ascii_case(b"file") {
        return file(rest);
    }
    match rest {
        [b'/', b'/', path @ ..] => Written::Other { web: WEB.iter().any(|web| name.eq_ignore_ascii_case(web)), path },
        _ => Written::Plain,
    }
}

fn file(rest: &[u8]) -> Written<'_> {
    let end = memchr::memchr2(b'?', b'#', rest).unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or(rest);
    match rest {
        [a, b, after @ ..] if is_separator(*a) && is_separator(*b) => {
            let end = after.iter().position(|byte| is_separator(*byte)).unwrap_or(after.len());
            let (host, path) = after.split_at_checked(end).unwrap_or((after, &[]));
            // `file://C:/x`, `file://~/x`, `file://./x`: what stands in the host's place is no host.
            let no_host = matches!(host, [letter, b':' | b'|'] if letter.is_ascii_alphabetic())
                || host.first().is_some_and(|byte| matches!(byte, b'~' | b'.' | b'$' | b'%'));
            if no_host {
                Written::File { host: &[], path: after }
            } else if host.eq_ignore_ascii_case(b"localhost") || host == b"127.0.0.1" {
                Written::File { host: &[], path }
            } else {
                Written::File { host, path }
            }
        }
        _ => Written::File { host: &[], path: rest },
    }
}

/// A scheme of at least two letters (one is a drive) and what follows its colon.
fn scheme(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if !text.first().is_some_and(u8::is_ascii_alphabetic) {
        return None;
    }
    let end =
        text.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-' | b'_')))?;
    let (name, rest) = text.split_at_checked(end)?;
    match rest {
        [b':', rest @ ..] if name.len() > 1 => Some((name, rest)),
        _ => None,
    }
}

fn strip<'t>(text: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Appends `text` with its percent escapes undone, once.
pub(super) fn percent_decode(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'%', rest) {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at..).unwrap_or_default();
        match tail {
            [_, high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(nibble(*high) << 4 | nibble(*low));
                rest = after;
            }
            [percent, after @ ..] => {
                out.push(*percent);
                rest = after;
            }
            [] => return,
        }
    }
    out.extend_from_slice(rest);
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10) & 0x0F,
    }
}

/// Whether dots and separators are spelled as hex numbers, `..0x2f` or `0x2e0x2e`: path fuzzers write it, and some filters decode it.
pub(super) fn has_hex_spelling(text: &[u8]) -> bool {
    memchr::memchr_iter(b'x', text).filter_map(|x| x.checked_sub(1)).filter(|at| text.get(*at) == Some(&b'0')).any(
        |at| {
            let dots = at.checked_sub(2).and_then(|start| text.get(start..at)) == Some(b"..");
            match text.get(at + 2..).unwrap_or_default() {
                [b'2', b'f' | b'F', ..] | [b'5', b'c' | b'C', ..] => dots,
                [b'2', b'e' | b'E', b'0', b'x', b'2', b'e' | b'E', ..] => true,
                _ => false,
            }
        },
    )
}

/// Appends `text` with `0x2e`, `0x2f` and `0x5c` undone.
pub(super) fn hex_decode(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memmem::find(rest, b"0x") {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        let tail = rest.get(at..).unwrap_or_default();
        let (byte, taken) = match tail {
            [_, _, b'2', b'e' | b'E', ..] => (b'.', 4),
            [_, _, b'2', b'f' | b'F', ..] => (b'/', 4),
            [_, _, b'5', b'c' | b'C', ..] => (b'\\', 4),
            _ => (b'0', 1),
        };
        out.push(byte);
        rest = tail.get(taken..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_told_from_paths() {
        let file =
            |host: &'static str, path: &'static str| Written::File { host: host.as_bytes(), path: path.as_bytes() };
        let other = |web, path: &'static str| Written::Other { web, path: path.as_bytes() };
        let cases = [
            ("/etc/passwd", Written::Plain),
            (r"C:\x", Written::Plain),
            ("c://x", Written::Plain),
            ("note: //x", Written::Plain),
            ("src/main.rs:42", Written::Plain),
            ("mailto:a@b", Written::Plain),
            ("file:///etc/passwd", file("", "/etc/passwd")),
            ("FILE:/etc/passwd", file("", "/etc/passwd")),
            ("file:etc/passwd", file("", "etc/passwd")),
            ("file://localhost/etc/passwd?x#y", file("", "/etc/passwd")),
            (r"file://\/\/etc/passwd", file("", r"\/\/etc/passwd")),
            ("file://srv/share/x", file("srv", "/share/x")),
            ("file://C:/x", file("", "C:/x")),
            ("file:///C|/x", file("", "/C|/x")),
            ("url:file:///x", file("", "/x")),
            ("view-source:file:///x", file("", "/x")),
            ("local_file:///etc/x", file("", "/etc/x")),
            ("local_settings.py", Written::Plain),
            ("https://x.example/a", other(true, "x.example/a")),
            ("repo://docs/../x", other(false, "docs/../x")),
        ];
        for (text, expected) in cases {
            assert_eq!(written(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn escapes_are_undone_once() {
        let decode = |text: &str| {
            let mut out = Vec::new();
            percent_decode(text.as_bytes(), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(decode("%2e%2E%2f%252e%zz%4"), "../%2e%zz%4");
    }

    #[test]
    fn hex_spelling_needs_dots() {
        assert!(has_hex_spelling(b"/..0x2f..0x2fetc/passwd"));
        assert!(has_hex_spelling(b"0x2e0x2e/x"));
        assert!(!has_hex_spelling(b"contracts/0x2e5c.json"));
        assert!(!has_hex_spelling(b"0x2f"));
        let mut out = Vec::new();
        hex_decode(b"0x2e0x2e0x5cetc0x2fpasswd-0x41", &mut out);
        assert_eq!(out, br"..\etc/passwd-0x41");
    }
}
