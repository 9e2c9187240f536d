//! Paths as the kernel reads them: `/etc/./passwd`, `//etc//passwd` and `/x/../etc/passwd` are one file.

use crate::message::Span;

/// If the text at `text` is a path with `//`, `/./` or `/..` in it, appends its short form and returns where that lies.
/// Lexical: links are the path analyzer's business. A leading `..` stays.
pub(super) fn path(bytes: &mut Vec<u8>, text: Span) -> Option<Span> {
    let source = text.of(bytes);
    let untidy = source.windows(2).any(|pair| matches!(pair, [b'/', b'/' | b'.']));
    if !untidy || source.windows(3).any(|part| part == b"://") || source.len() > LONGEST {
        return None;
    }
    let start = bytes.len();
    let absolute = source.first() == Some(&b'/');
    if absolute {
        bytes.push(b'/');
    }
    let root = bytes.len();
    let mut at = text.range().start;
    while at < text.range().end {
        let rest = bytes.get(at..text.range().end)?;
        let end = memchr::memchr(b'/', rest).unwrap_or(rest.len());
        let part = at..at + end;
        at += end + 1;
        match bytes.get(part.clone())? {
            b"" | b"." => {}
            b".." if bytes.len() > root && last_part(bytes.get(root..)?) != b".." => {
                let keep = bytes.get(root..)?.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                bytes.truncate(root + keep);
            }
            b".." if absolute => {}
            _ => {
                if bytes.len() > root {
                    bytes.push(b'/');
                }
                bytes.extend_from_within(part);
            }
        }
    }
    let clean = Span::of_usize(start, bytes.len());
    if clean.is_empty() || clean.of(bytes) == text.of(bytes) {
        bytes.truncate(start);
        return None;
    }
    Some(clean)
}

/// Longer than any path a kernel takes (`PATH_MAX` is 4096 on Linux): not a path.
const LONGEST: usize = 8192;

fn last_part(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::path;
    use crate::message::Span;

    #[test]
    fn paths_are_tidied() {
        for (typed, clean) in [
            ("/etc/./passwd", "/etc/passwd"),
            ("//etc//passwd", "/etc/passwd"),
            ("/x/../etc/passwd", "/etc/passwd"),
            ("/../../etc/passwd", "/etc/passwd"),
            ("../../etc/./passwd", "../../etc/passwd"),
            ("a/../../b", "../b"),
            ("/etc/passwd", "/etc/passwd"),
            ("./run.sh", "./run.sh"),
            ("https://a.example//b", "https://a.example//b"),
            ("/", "/"),
            ("//", "/"),
            ("/a/..", "/"),
            ("x/..", "x/.."),
        ] {
            let mut bytes = typed.as_bytes().to_vec();
            let text = Span::of_usize(0, bytes.len());
            let found = path(&mut bytes, text).unwrap_or(text);
            assert_eq!(std::str::from_utf8(found.of(&bytes)).unwrap(), clean, "{typed}");
        }
    }
}
