//! What Windows reads into a single path segment: streams, dropped endings, device names, short aliases.
//!
//! Sources: Microsoft, "Naming files, paths, and namespaces"; [MS-FSCC] 2.1.5 "Pathname" and 2.1.5.2.1 "8.3 filename".

use super::notes::{PathNote, PathNotes};

/// A segment as the most generous reader takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name<'t> {
    /// Nothing: empty, `.`, or only what Windows drops.
    Stay,
    /// `..`, also as `.. `.
    Up,
    /// Exactly `...`: a name, unless `.` follows (see [`PathNote::DotRun`]).
    ThreeDots,
    /// A name, without stream and dropped ending.
    Plain(&'t [u8]),
}

/// Reads one segment; adds what stands out to `notes`.
pub(super) fn read<'t>(segment: &'t [u8], notes: &mut PathNotes) -> Name<'t> {
    match segment {
        [] | [b'.'] => return Name::Stay,
        [b'.', b'.'] => return Name::Up,
        // Servlet containers take what follows a semicolon for a parameter, proxies before them for a name.
        [b'.', b'.', b';', ..] => {
            notes.insert(PathNote::DotRun);
            return Name::Up;
        }
        [first, .., last] if is_ordinary(segment, *first, *last) => return Name::Plain(segment),
        _ => {}
    }
    // The stream goes first: `..::$INDEX_ALLOCATION` is `..`.
    let segment = stream(segment, notes);
    let blank = segment.trim_ascii_end();
    if blank.iter().all(|byte| *byte == b'.') {
        if blank.len() < segment.len() {
            notes.insert(PathNote::Trailing);
        }
        return match blank.len() {
            0 | 1 => Name::Stay,
            2 => Name::Up,
            3 => Name::ThreeDots,
            _ => {
                notes.insert(PathNote::DotRun);
                Name::Up
            }
        };
    }
    let name = ending(segment);
    if name.len() < segment.len() {
        notes.insert(PathNote::Trailing);
    }
    if name.is_empty() {
        return Name::Stay;
    }
    if is_dos_device(name) {
        notes.insert(PathNote::DosName);
    }
    if is_short_alias(name) {
        notes.insert(PathNote::EightDotThree);
    }
    Name::Plain(name)
}

/// Most names: nothing here for Windows to read differently.
fn is_ordinary(segment: &[u8], first: u8, last: u8) -> bool {
    let device = matches!(first | 0x20, b'c' | b'p' | b'a' | b'n' | b'l');
    let dropped = last == b'.' || last.is_ascii_whitespace();
    !device && !dropped && segment.iter().all(|byte| *byte != b':' && *byte != b'~')
}

/// Cuts an NTFS stream off. A colon at the start is part of the name (`:memory:`).
fn stream<'t>(segment: &'t [u8], notes: &mut PathNotes) -> &'t [u8] {
    let Some(colon) = memchr::memchr(b':', segment).filter(|at| *at > 0) else { return segment };
    let (name, rest) = segment.split_at_checked(colon).unwrap_or((segment, &[]));
    let named = rest.iter().any(|byte| !byte.is_ascii_digit() && *byte != b':');
    if named {
        notes.insert(PathNote::Ads);
    }
    name
}

/// Cuts the dots and blanks off that Windows drops at the end of a name.
fn ending(name: &[u8]) -> &[u8] {
    let keep = name.iter().rposition(|byte| *byte != b'.' && !byte.is_ascii_whitespace()).map_or(0, |last| last + 1);
    name.get(..keep).unwrap_or(name)
}

/// `CON`, `PRN`, `AUX`, `NUL`, `COM0`-`COM9`, `LPT0`-`LPT9` (also with ¹²³), `CONIN$`, `CONOUT$`, `CLOCK$`, with any extension.
pub(super) fn is_dos_device(name: &[u8]) -> bool {
    if !matches!(name.first().map(|byte| byte | 0x20), Some(b'c' | b'p' | b'a' | b'n' | b'l')) {
        return false;
    }
    let dot = name.iter().position(|byte| *byte == b'.').unwrap_or(name.len());
    let stem = name.get(..dot).unwrap_or(name).trim_ascii_end();
    if !(3..=7).contains(&stem.len()) {
        return false;
    }
    let is = |word: &[u8]| stem.eq_ignore_ascii_case(word);
    if [&b"con"[..], b"prn", b"aux", b"nul", b"conin$", b"conout$", b"clock$"].into_iter().any(is) {
        return true;
    }
    let Some((port, number)) = stem.split_at_checked(3) else { return false };
    let numbered = matches!(number, [b'0'..=b'9'] | [0xC2, 0xB9 | 0xB2 | 0xB3]);
    numbered && (port.eq_ignore_ascii_case(b"com") || port.eq_ignore_ascii_case(b"lpt"))
}

/// Up to six characters, `~`, one or two digits, an extension of at most three characters.
fn is_short_alias(name: &[u8]) -> bool {
    let Some(tilde) = memchr::memchr(b'~', name.get(..name.len().min(8)).unwrap_or(name)) else { return false };
    let rest = name.get(tilde + 1..).unwrap_or_default();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let extension = rest.get(digits..).unwrap_or_default();
    let short = match extension {
        [] => true,
        [b'.', tail @ ..] => tail.len() <= 3 && !tail.contains(&b'.'),
        _ => false,
    };
    (1..=6).contains(&tilde) && (1..=2).contains(&digits) && short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(segment: &str) -> (Name<'_>, Vec<PathNote>) {
        let mut notes = PathNotes::none();
        let name = read(segment.as_bytes(), &mut notes);
        (name, notes.iter().collect())
    }

    #[test]
    fn windows_readings() {
        use PathNote::*;
        let cases: [(&str, &str, &[PathNote]); 18] = [
            ("id_rsa.", "id_rsa", &[Trailing]),
            (".env . .", ".env", &[Trailing]),
            ("web.config::$DATA", "web.config", &[Ads]),
            ("notes.txt:hidden", "notes.txt", &[Ads]),
            ("main.rs:42:7", "main.rs", &[]),
            (":memory:", ":memory:", &[]),
            ("CON", "CON", &[DosName]),
            ("nul.tar.gz", "nul.tar.gz", &[DosName]),
            ("aux .c", "aux .c", &[DosName]),
            ("COM1", "COM1", &[DosName]),
            ("COM¹", "COM¹", &[DosName]),
            ("LPT10", "LPT10", &[]),
            ("console", "console", &[]),
            ("PROGRA~1", "PROGRA~1", &[EightDotThree]),
            ("CREDEN~12.TXT", "CREDEN~12.TXT", &[EightDotThree]),
            ("backup~", "backup~", &[]),
            ("a~1.text", "a~1.text", &[]),
            ("v1..v2", "v1..v2", &[]),
        ];
        for (segment, name, notes) in cases {
            assert_eq!(case(segment), (Name::Plain(name.as_bytes()), notes.to_vec()), "{segment}");
        }
    }

    #[test]
    fn dots_alone() {
        assert_eq!(case(""), (Name::Stay, vec![]));
        assert_eq!(case("."), (Name::Stay, vec![]));
        assert_eq!(case(".."), (Name::Up, vec![]));
        assert_eq!(case(".. "), (Name::Up, vec![PathNote::Trailing]));
        assert_eq!(case("..::$INDEX_ALLOCATION"), (Name::Up, vec![PathNote::Ads]));
        assert_eq!(case("..."), (Name::ThreeDots, vec![]));
        assert_eq!(case("...."), (Name::Up, vec![PathNote::DotRun]));
        assert_eq!(case("  "), (Name::Stay, vec![PathNote::Trailing]));
        assert_eq!(case(". ."), (Name::Stay, vec![PathNote::Trailing]));
    }
}
