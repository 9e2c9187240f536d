//! What a text may be, by a cheap look at its bytes: most strings are nothing that a parser has to see.

use crate::analyzers::shell;
use crate::analyzers::sql;
use crate::message::FieldKind;
use crate::values;

/// Longest text that is read as a path or a URL where nothing says that it is one: no operating system takes a longer path.
const LONGEST_NAME: usize = 8192;

/// Longest text that is read as what a form takes.
pub(super) const LONGEST_LINE: usize = 512;

/// Longest document whose values are judged one by one.
const LONGEST_DOCUMENT: usize = 32 * 1024;

/// A text of several lines that is no longer is read as an expression too: blanks and lines before a parenthesis dodge filters.
const SHORTEST: usize = 64;

/// What a text may be to a reader whose kind does not say so. Most strings are nothing of it, and are not parsed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shape {
    /// Where nothing says what it is: it has what a shell acts on, or several words of which the first is a program; a single
    /// word does what its program does without arguments. What is data has what parts commands.
    pub(super) command: bool,
    /// It has what a value needs to break out into a query.
    pub(super) value: bool,
    /// It is a line that has what calls, climbs or opens a template. Source code of many lines is what people write; who runs
    /// it says so.
    pub(super) expression: bool,
    /// It has what parts a path, or names a place to start from.
    pub(super) path: bool,
    /// It is a line with options, attributes or a form's fields: values that are paths or URLs of their own.
    pub(super) values: bool,
    /// It has what parts a host or a URL, begins as a number does, or is the one name that means this machine.
    pub(super) host: bool,
}

/// Marks of single bytes, see [`Shape`].
mod mark {
    /// A line break.
    pub(super) const LINE: u8 = 1;
    /// Another blank.
    pub(super) const BLANK: u8 = 1 << 1;
    /// Parts commands.
    pub(super) const OPERATOR: u8 = 1 << 2;
    /// Redirects or groups; calls or opens a template.
    pub(super) const GROUP: u8 = 1 << 3;
    /// Compares, comments or ends a string in a query.
    pub(super) const QUERY: u8 = 1 << 4;
    /// Parts paths.
    pub(super) const PATH: u8 = 1 << 5;
    /// Parts hosts.
    pub(super) const HOST: u8 = 1 << 6;
    /// `_`.
    pub(super) const LOW: u8 = 1 << 7;

    const fn of(byte: u8) -> u8 {
        match byte {
            b'\n' => LINE,
            0..=b' ' => BLANK,
            b';' | b'|' => OPERATOR | QUERY,
            b'&' | b'`' | b'^' => OPERATOR,
            b'$' => OPERATOR | PATH,
            b'<' | b'>' | b'(' | b'{' => GROUP,
            b'\'' | b'"' | b'=' | b'*' | b'#' => QUERY,
            b'/' | b'.' | b':' | b'%' | b'\\' => PATH | HOST,
            b'~' => PATH,
            b'@' | b'[' => HOST,
            b'_' => LOW,
            _ => 0,
        }
    }

    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    const TABLE: [u8; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = of(byte as u8);
            byte += 1;
        }
        table
    };

    /// The marks of a text.
    pub(super) fn all(text: &[u8]) -> u8 {
        let of = |byte: u8| TABLE.get(usize::from(byte)).copied().unwrap_or(0);
        let (fours, rest) = text.as_chunks::<4>();
        let marks = fours.iter().fold(0, |marks, [a, b, c, d]| marks | (of(*a) | of(*b)) | (of(*c) | of(*d)));
        rest.iter().fold(marks, |marks, byte| marks | of(*byte))
    }
}

impl Shape {
    pub(super) fn of(kind: FieldKind, text: &[u8]) -> Self {
        use mark::{BLANK, GROUP, HOST, LINE, LOW, OPERATOR, PATH, QUERY};
        let short = text.len() <= LONGEST_LINE;
        let data = matches!(kind, FieldKind::Identifier | FieldKind::Path | FieldKind::Host | FieldKind::Url);
        if !(data || kind == FieldKind::Unknown || kind == FieldKind::Text && short) {
            return Self::default();
        }
        let marks = mark::all(text);
        let has = |wanted: u8| marks & wanted != 0;
        let calls = || {
            has(GROUP) && (!has(LINE) || text.len() <= SHORTEST)
                || has(LOW) && memchr::memchr_iter(b'_', text).any(|at| text.get(at + 1) == Some(&b'_'))
        };
        let value = has(LINE | OPERATOR | GROUP | QUERY)
            || has(BLANK) && (is_signed(text) || text.first() == Some(&b')') || sql::begins(text) || selects(text));
        match kind {
            FieldKind::Unknown => {
                let name = text.len() <= LONGEST_NAME && !has(LINE);
                let number = text.first().is_some_and(u8::is_ascii_digit);
                Self {
                    command: (has(LINE | OPERATOR | GROUP) || has(BLANK) && (has(PATH | HOST | QUERY) || is_run(text)))
                        && !is_alternation(text),
                    value,
                    expression: short && calls(),
                    path: name && has(PATH),
                    values: short && !has(LINE) && has(PATH) && memchr::memchr(b'=', text).is_some(),
                    host: name && (has(HOST) || number || text.eq_ignore_ascii_case(b"localhost")),
                }
            }
            // What a form takes; longer ones are files and letters, which quote what they like.
            FieldKind::Text => Self {
                command: !has(LINE) && has(OPERATOR) && (is_suffix(text) || is_substitution(text)),
                value: !has(LINE) && (has(QUERY | GROUP | OPERATOR) || selects(text)),
                expression: !has(LINE) && has(GROUP) && opens_template(text),
                ..Self::default()
            },
            FieldKind::Identifier => {
                let rooted = matches!(text, [b'/', next, ..] | [b'~', b'/', next, ..] if *next != b'/');
                // A share of another machine: `\\10.0.0.1\x`, `//10.0.0.1/x`.
                let share = matches!(text, [b'\\', b'\\', ..] | [b'/', b'/', b'0'..=b'9', ..]) && !has(LINE);
                let path =
                    has(PATH) && text.len() <= LONGEST_NAME && (rooted && !has(LINE) || share || may_climb(text));
                let host = short && has(HOST) && (share || is_followed(text, b':', b"//"));
                let command = has(LINE | OPERATOR)
                    || has(BLANK) && is_run(text)
                    || is_disguised(text)
                    || text.first() == Some(&b'~');
                Self { command, value, expression: short && calls(), path, host, ..Self::default() }
            }
            // A remote address or a stream wrapper where a file is named, or a whole command: `cat /etc/hosts`.
            FieldKind::Path => Self {
                command: has(LINE | OPERATOR) || has(BLANK) && is_run(text) || is_disguised(text),
                host: has(HOST) && memchr::memchr(b':', text).is_some_and(|colon| colon > 1),
                ..Self::default()
            },
            // `&` and `$` are what addresses are made of.
            FieldKind::Url => {
                let parts = |byte: &u8| matches!(byte, b';' | b'|' | b'`' | b'\n');
                let command = has(LINE | OPERATOR) && (text.iter().any(parts) || is_followed(text, b'$', b"("));
                Self { command, ..Self::default() }
            }
            _ => Self {
                command: has(LINE | OPERATOR | GROUP) || text.first() == Some(&b'~') || has(BLANK) && is_run(text),
                ..Self::default()
            },
        }
    }
}

/// Whether the first of several plain words is a program that is known; none has a longer name.
pub(super) fn is_run(text: &[u8]) -> bool {
    // `! rm x` runs `rm`.
    let lead = |byte: &&u8| **byte <= b' ' || **byte == b'!';
    // So does `/bin/rm x`.
    let places: [&[u8]; 3] = [b"/bin/", b"/usr/bin/", b"/sbin/"];
    let text = places.iter().find_map(|place| text.strip_prefix(*place)).unwrap_or(text);
    let mut name = [0; 40];
    let mut len = 0;
    for (to, byte) in name.iter_mut().zip(text.iter().skip_while(lead).take_while(|byte| **byte > b' ')) {
        *to = byte.to_ascii_lowercase();
        len += 1;
    }
    name.get(..len).and_then(shell::known_name).is_some()
}

/// Whether the text begins as what is put behind a command: with what parts commands, or with the end of a string and that.
/// Rows of tables and escaped characters begin so too.
pub(super) fn is_suffix(text: &[u8]) -> bool {
    let parts = |rest: &[u8]| match rest.trim_ascii_start() {
        [b'|', b'|', ..] | [b';', ..] | [b'&', b' ' | b'&', ..] => true,
        [b'|', ..] => !rest.trim_ascii_end().ends_with(b"|"),
        _ => false,
    };
    let text = text.trim_ascii_start();
    let word = text.iter().take(32).position(|byte| matches!(byte, b'\'' | b'"' | b' '));
    let closed = word.filter(|at| text.get(*at) != Some(&b' ')).and_then(|at| text.get(at + 1..));
    parts(text) || closed.is_some_and(parts)
}

/// Whether all of a text is what a shell would fill in: `$(curl x.example)`.
fn is_substitution(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    text.starts_with(b"$(") && text.ends_with(b")")
}

/// Whether a text opens with operators that parentheses enclose, and nothing else: `(;|&&)\s*rm`. No shell reads that; patterns
/// begin so. What follows an open parenthesis is read by cmd.exe: `(& whoami`.
fn is_alternation(text: &[u8]) -> bool {
    let [b'(', rest @ ..] = text.trim_ascii_start() else { return false };
    let signs = rest.iter().take_while(|byte| matches!(byte, b';' | b'|' | b'&' | b'\\')).count();
    signs > 0 && rest.get(signs) == Some(&b')')
}

/// Whether a value of a document begins so, or is one word, what parts commands and more: `10.0.0.1; id`, `x | sh`, `$(id)`.
pub(super) fn is_behind(text: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-:/".contains(byte);
    let text = text.trim_ascii();
    let rest = text.get(text.iter().take(64).take_while(|byte| word(byte)).count()..).unwrap_or_default();
    is_suffix(text)
        || rest.len() < text.len() && is_suffix(rest)
        || matches!(rest, [b'`', _, .., b'`'] | [b'$', b'(', _, .., b')'])
}

/// Whether a text may be a document of attributes and texts between tags, or of strings. Of those that go by the name of a text, one that says so
/// itself: what people write is a page, which quotes what it likes.
pub(super) fn is_markup(kind: FieldKind, text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    text.len() <= LONGEST_DOCUMENT
        && match kind {
            FieldKind::Unknown => text.first() == Some(&b'<') || values::is_json(text),
            FieldKind::Text => text.starts_with(b"<?xml"),
            _ => false,
        }
}

/// Whether a text has what opens a template or a piece of code in a page: `{…`, `<%`, `<?`, `<#`, `@(`.
fn opens_template(text: &[u8]) -> bool {
    memchr::memchr2_iter(b'{', b'<', text)
        .any(|at| text.get(at) == Some(&b'{') || matches!(text.get(at + 1), Some(b'%' | b'?' | b'#')))
        || is_followed(text, b'@', b"(")
}

/// Whether a name may be a program that is spelled as nobody types it: out of braces, or with patterns in its place.
pub(super) fn is_disguised(text: &[u8]) -> bool {
    match text.first() {
        Some(b'{') => memchr::memchr(b',', text).is_some(),
        Some(b'/') => memchr::memchr2(b'[', b'?', text).is_some(),
        _ => false,
    }
}

/// Whether `rest` stands behind a byte somewhere. To prepare a search for it takes longer than most texts do.
fn is_followed(text: &[u8], byte: u8, rest: &[u8]) -> bool {
    memchr::memchr_iter(byte, text).any(|at| text.get(at + 1..).is_some_and(|behind| behind.starts_with(rest)))
}

/// Whether the text begins as a number does.
fn is_signed(text: &[u8]) -> bool {
    text.trim_ascii_start().first().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+'))
}

/// Whether `select` stands in the text.
fn selects(text: &[u8]) -> bool {
    memchr::memchr2_iter(b'c', b'C', text).any(|at| {
        at.checked_sub(4)
            .and_then(|start| text.get(start..start + 6))
            .is_some_and(|word| word.eq_ignore_ascii_case(b"select"))
    })
}

/// Whether a text that is no path by its kind has what climbs: `..` beside a separator, or an encoded dot.
pub(super) fn may_climb(text: &[u8]) -> bool {
    let separated = |at: usize| {
        let around = [at.checked_sub(1), Some(at + 2)].into_iter().flatten();
        around.filter_map(|at| text.get(at)).any(|byte| matches!(byte, b'/' | b'\\' | b'%' | b';'))
    };
    let dots = || {
        let mut behind = 0;
        memchr::memchr_iter(b'.', text).any(|at| {
            let found = at >= behind && text.get(at + 1) == Some(&b'.');
            behind = if found { at + 2 } else { behind };
            found && separated(at)
        })
    };
    dots()
        || memchr::memchr_iter(b'%', text).any(|at| {
            let digits = text.get(at + 1..).unwrap_or_default();
            matches!(
                digits,
                [b'2', b'e' | b'E', ..] | [b'c' | b'C', b'0', ..] | [b'u' | b'U', _, ..] | [b'2', b'5', ..]
            )
        })
}

#[cfg(test)]
mod tests {
    use super::Shape;
    use crate::message::FieldKind;

    fn unknown(text: &str) -> Shape {
        Shape::of(FieldKind::Unknown, text.as_bytes())
    }

    #[test]
    fn what_runs_or_breaks_out_is_read() {
        for text in
            ["RM -rf x", "curl x", "Remove-Item C:\\x", "foo ~/.ssh/id_rsa", "x;y", "$(y)", "a\nb", "b''ash -c x"]
        {
            assert!(unknown(text).command, "{text}");
        }
        for (pattern, command) in [(r"(;|&&)\s*rm", "(;ls | sh"), (r"(\|)x", "(& whoami"), ("(&)", "(;|ls")] {
            assert!(!unknown(pattern).command && unknown(command).command, "{pattern} {command}");
        }
        for text in ["1 or 1", "-1 union all", "x union select y", "x'or'1'='1", "1;drop", "1=1", "a\nb"] {
            assert!(unknown(text).value, "{text}");
            assert!(Shape::of(FieldKind::Identifier, text.as_bytes()).value, "{text}");
        }
        for text in ["/etc/passwd", "..\\x", "~root", "$HOME", ".env", "file:x"] {
            assert!(unknown(text).path, "{text}");
        }
        for text in ["10.0.0.1", "2130706433", "x.example", "LOCALHOST", "[::1]", "u@h"] {
            assert!(unknown(text).host, "{text}");
        }
        for text in ["f(x)", "{{7}}", "a.__class__", "<%= x"] {
            assert!(unknown(text).expression, "{text}");
        }
    }

    #[test]
    fn a_text_is_read_as_a_command_where_it_begins_behind_one() {
        for text in ["; id", "| whoami", "&& ls", "'; id; '", "a' ; cat /etc/hosts #", "\"|sh"] {
            assert!(Shape::of(FieldKind::Text, text.as_bytes()).command, "{text}");
        }
        for text in ["a; b", "| a | b |", "&lt;b&gt;", "it's; fine", "say 'x'; then y", "plain", ";\n; a comment"] {
            assert!(!Shape::of(FieldKind::Text, text.as_bytes()).command, "{text}");
        }
    }

    #[test]
    fn what_is_plain_is_not() {
        for text in ["", "red", "item three", "Weekly report", "some_name", "a-b"] {
            let Shape { command, value, expression, path, values, host } = unknown(text);
            assert!(!(command || value || expression || path || values || host), "{text}");
        }
    }
}
