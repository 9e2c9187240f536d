//! HTML character references, as browsers read them (HTML standard 13.2.5.72 to 80).
//!
//! - Decimal and hexadecimal, with any number of leading zeros, with or without `;`, Windows-1252 in 0x80..0x9F.
//! - Names that write ASCII, spaces or something invisible, and mathematical letters (`&iopf;`): what can hide a command or
//!   a tag. Accents and symbols are no disguise and stay. The oldest names are read without `;` too, as browsers do.
//! - `&amp;amp;lt;` is taken to its end in one step ([`Notes::DOUBLE`]).
//!
//! Linear: from an `&`, each byte up to the reference's end is read once. Worst case `&#38&#38…`, or `&&&…`.

use std::ops::Range;

use super::cursor::{byte, hex_digit};
use super::notes::Notes;
use super::writer::Writer;

/// Names and what they write, sorted by name for the search.
const NAMES: [(&[u8], char); 68] = [
    (b"AMP", '&'),
    (b"DiacriticalGrave", '`'),
    (b"GT", '>'),
    (b"Hat", '^'),
    (b"LT", '<'),
    (b"NewLine", '\n'),
    (b"NoBreak", '\u{2060}'),
    (b"NonBreakingSpace", '\u{a0}'),
    (b"QUOT", '"'),
    (b"Tab", '\t'),
    (b"UnderBar", '_'),
    (b"VerticalLine", '|'),
    (b"ZeroWidthSpace", '\u{200b}'),
    (b"amp", '&'),
    (b"apos", '\''),
    (b"ast", '*'),
    (b"bsol", '\\'),
    (b"colon", ':'),
    (b"comma", ','),
    (b"commat", '@'),
    (b"dash", '\u{2010}'),
    (b"dd", 'd'),
    (b"dollar", '$'),
    (b"ee", 'e'),
    (b"emsp", '\u{2003}'),
    (b"ensp", '\u{2002}'),
    (b"equals", '='),
    (b"excl", '!'),
    (b"exponentiale", 'e'),
    (b"fflig", '\u{fb00}'),
    (b"filig", '\u{fb01}'),
    (b"fllig", '\u{fb02}'),
    (b"frasl", '\u{2044}'),
    (b"grave", '`'),
    (b"gt", '>'),
    (b"hairsp", '\u{200a}'),
    (b"ii", 'i'),
    (b"imath", 'i'),
    (b"inodot", 'i'),
    (b"lbrace", '{'),
    (b"lbrack", '['),
    (b"lcub", '{'),
    (b"lowbar", '_'),
    (b"lpar", '('),
    (b"lrm", '\u{200e}'),
    (b"lsqb", '['),
    (b"lt", '<'),
    (b"midast", '*'),
    (b"nbsp", '\u{a0}'),
    (b"num", '#'),
    (b"percnt", '%'),
    (b"period", '.'),
    (b"plus", '+'),
    (b"quest", '?'),
    (b"quot", '"'),
    (b"rbrace", '}'),
    (b"rbrack", ']'),
    (b"rcub", '}'),
    (b"rlm", '\u{200f}'),
    (b"rpar", ')'),
    (b"rsqb", ']'),
    (b"semi", ';'),
    (b"shy", '\u{ad}'),
    (b"sol", '/'),
    (b"thinsp", '\u{2009}'),
    (b"verbar", '|'),
    (b"vert", '|'),
    (b"zwnj", '\u{200c}'),
];
const LONGEST_NAME: usize = 16;

/// Names that browsers read without `;`, also in front of other letters (`&ltscript`).
const BARE: [&[u8]; 10] = [b"AMP", b"GT", b"LT", b"QUOT", b"amp", b"gt", b"lt", b"nbsp", b"quot", b"shy"];

/// What Windows-1252 has at 0x80..0x9F, which is what browsers take `&#128;` to `&#159;` for.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A character reference.
struct Read {
    span: Range<usize>,
    value: char,
    /// Where its innermost `&` stands, and how many `amp;` lie around it.
    inner: usize,
    layers: usize,
}

/// The next reference from `at` on that stands for something.
fn next(text: &[u8], mut at: usize) -> Option<Read> {
    loop {
        at += memchr::memchr(b'&', text.get(at..)?)?;
        let (inner, layers) = unwrap(text, at);
        match reference(text, inner) {
            Some((value, end)) => return Some(Read { span: at..end, value, inner, layers }),
            None if layers > 0 => return Some(Read { span: at..inner + 1, value: '&', inner, layers }),
            None => at = inner + 1,
        }
    }
}

/// Replaces the character references of `text`.
pub(super) fn decode(text: &[u8], writer: &mut Writer<'_>) -> Notes {
    let mut notes = Notes::NONE;
    let mut at = 0;
    while let Some(Read { span, value, inner, layers }) = next(text, at).filter(|_| !writer.is_full()) {
        // `&amp;` alone is one layer; what it made of itself is one more.
        if layers > usize::from(span.end == inner + 1) {
            notes |= Notes::DOUBLE;
        }
        if value == '\0' {
            notes |= Notes::NUL;
        }
        at = span.end;
        writer.replace(span, value.encode_utf8(&mut [0; 4]).as_bytes());
    }
    notes
}

/// Writes `text` to `out` with its references replaced. Returns whether one of them stands for what parts, starts or groups
/// commands: markup has no need to write that so, unlike `<`, `&` and quotes.
pub(crate) fn plain(text: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let (mut at, mut hides) = (0, false);
    while let Some(Read { span, value, .. }) = next(text, at) {
        hides |= matches!(value, ';' | '|' | '$' | '`' | '{' | '\n');
        out.extend_from_slice(text.get(at..span.start).unwrap_or_default());
        out.extend_from_slice(value.encode_utf8(&mut [0; 4]).as_bytes());
        at = span.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    hides
}

/// Steps over the `amp;` of `&amp;amp;lt;`: gives where the last `&` would stand, and how many there were.
fn unwrap(text: &[u8], at: usize) -> (usize, usize) {
    let rest = text.get(at + 1..).unwrap_or_default();
    let layers = rest.as_chunks::<4>().0.iter().take_while(|chunk| chunk.eq_ignore_ascii_case(b"amp;")).count();
    // The `;` of the last layer stands where the `&` it writes would.
    (at + layers * 4, layers)
}

/// Whether the `&` at `at` begins a character reference that is read.
pub(super) fn is_reference(text: &[u8], at: usize) -> bool {
    reference(text, at).is_some()
}

/// The reference whose `&` (or the `;` that stands for it) is at `at`, and where it ends.
fn reference(text: &[u8], at: usize) -> Option<(char, usize)> {
    if byte(text, at + 1) == b'#' { number(text, at + 2) } else { name(text, at + 1) }
}

fn number(text: &[u8], start: usize) -> Option<(char, usize)> {
    let (radix, first) = if byte(text, start) | 0x20 == b'x' { (16, start + 1) } else { (10, start) };
    let digit = |at: usize| hex_digit(byte(text, at)).map(u32::from).filter(|digit| *digit < radix);
    let (mut code, mut at) = (0_u32, first);
    while let Some(digit) = digit(at) {
        // Beyond Unicode it stays beyond, however many digits follow.
        code = (code * radix + digit).min(0x11_0000);
        at += 1;
    }
    if at == first {
        return None;
    }
    let value = match code {
        0x80..0xA0 => WINDOWS_1252.get(code as usize - 0x80).copied(),
        _ => char::from_u32(code),
    };
    let end = at + usize::from(byte(text, at) == b';');
    Some((value.unwrap_or(char::REPLACEMENT_CHARACTER), end))
}

fn name(text: &[u8], start: usize) -> Option<(char, usize)> {
    let rest = text.get(start..).unwrap_or_default();
    let letters = rest.iter().take(LONGEST_NAME).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let whole = rest.get(..letters).unwrap_or_default();
    if byte(rest, letters) == b';'
        && let Some(value) = named(whole).or_else(|| mathematical(whole))
    {
        return Some((value, start + letters + 1));
    }
    let bare = BARE.iter().find(|name| whole.starts_with(name))?;
    let end = start + bare.len();
    Some((named(bare)?, end + usize::from(byte(text, end) == b';')))
}

fn named(name: &[u8]) -> Option<char> {
    let found = NAMES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    NAMES.get(found).map(|(_, value)| *value)
}

/// `&aopf;`, `&bscr;`, `&cfr;`: the letter in double-struck, script and Fraktur.
fn mathematical(name: &[u8]) -> Option<char> {
    match name {
        [letter, b'o', b'p', b'f'] | [letter, b's', b'c', b'r'] | [letter, b'f', b'r']
            if letter.is_ascii_alphabetic() =>
        {
            Some(char::from(*letter))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decoder::Decoder;
    use super::super::notes::Notes;
    use super::super::testing::{decoded, one};
    use super::{LONGEST_NAME, NAMES};

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted_by(|(a, _), (b, _)| a < b));
        assert!(NAMES.iter().all(|(name, _)| name.len() <= LONGEST_NAME));
    }

    #[test]
    fn references_are_read_as_browsers_do() {
        for (text, plain) in [
            ("&lt;script&gt;", "<script>"),
            ("&ltscript&gt", "<script>"),
            ("&LT;b", "<b"),
            ("&#105;&#x67;&#X6E;ore", "ignore"),
            ("&#0000105gnore", "ignore"),
            ("&#x69gnore", "\u{69}gnore"),
            ("java&Tab;script&colon;alert&lpar;1&rpar;", "java\tscript:alert(1)"),
            ("&sol;etc&sol;passwd", "/etc/passwd"),
            ("&iopf;&gscr;&nfr;ore", "ignore"),
            ("&amp;lt;b&amp;amp;gt;", "<b>"),
            ("a &amp; b", "a & b"),
            ("&#128;&#0;", "€\0"),
            ("&#x110000;&#99999999999999999999;", "\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(one(Decoder::Entities, text).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_stays() {
        for text in ["a && b", "AT&T", "?x=1&y=2&eacute;", "&", "&#", "&#x", "&#xg", "&unknown;", "&copy=1", "&;"] {
            assert_eq!(one(Decoder::Entities, text), None, "{text}");
        }
    }

    #[test]
    fn values_are_written_plainly_and_needless_references_told() {
        let mut out = Vec::new();
        for (text, value, hides) in [
            ("a &amp;&amp; b", "a && b", false),
            ("x&#59;y&lt;", "x;y<", true),
            ("&#x7B;a,b&rcub;", "{a,b}", true),
            ("&amp;amp;#36;x", "$x", true),
            ("AT&T &", "AT&T &", false),
            ("", "", false),
        ] {
            assert_eq!((super::plain(text.as_bytes(), &mut out), out.as_slice()), (hides, value.as_bytes()), "{text}");
        }
    }

    #[test]
    fn layers_are_noted() {
        assert_eq!(decoded(Decoder::Entities, "&amp;").1, Notes::NONE);
        assert_eq!(decoded(Decoder::Entities, "&amp;lt;").1, Notes::DOUBLE);
        assert_eq!(decoded(Decoder::Entities, "&amp;amp;").1, Notes::DOUBLE);
        assert_eq!(one(Decoder::Entities, &format!("&{}lt;", "amp;".repeat(20_000))).as_deref(), Some("<"));
    }
}
