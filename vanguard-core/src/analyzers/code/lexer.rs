//! Bytes to tokens: what the common languages share.

use crate::message::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword, or a variable with its sign.
    Name,
    /// A string; its span is the content.
    Text,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    Bracket,
    /// `]`
    Unbracket,
    /// `.`, `?.`, `->`, `::`
    Dot,
    /// `,`
    Comma,
    /// The end of a line, `;`
    End,
    /// Anything else.
    Other,
}

/// One token with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// Walks a text.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    /// Whether a string may go over lines.
    lines: bool,
    /// A quote stood on its line alone.
    pub(super) torn: bool,
    /// The kind of the last token: a `/` behind an operand divides, any other begins a regex or comment.
    last: Kind,
    /// Up to where it is known that nothing closes `'`, `"`, `'''`, `"""`, `/*`: each is looked for once.
    unclosed: [usize; 5],
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t [u8], from: usize, lines: bool) -> Self {
        Self { text, at: from, lines, torn: false, last: Kind::End, unclosed: [0; 5] }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn token(&mut self, kind: Kind, len: usize) -> Option<Token> {
        let span = Span::of_usize(self.at, (self.at + len).min(self.text.len()));
        self.at += len;
        self.last = kind;
        Some(Token { kind, span })
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        loop {
            let rest = self.rest();
            let operand = matches!(self.last, Kind::Name | Kind::Text | Kind::Close | Kind::Unbracket);
            match rest {
                [] => return None,
                [b' ' | b'\t' | b'\r', ..] => self.at += 1,
                [b'\\', b'\n', ..] => self.at += 2,
                [b'/', b'*', ..] if let Some(len) = self.closes(4, 2, b"*/") => self.at += len,
                // Behind an operand it is Python's division; a comment there is read as code, which is the safer error.
                [b'/', b'/', ..] if !operand => self.skip_line(),
                [b'/', b'/', ..] => return self.token(Kind::Other, 2),
                // `#name` may be JavaScript's private field, and `$#name` is Perl's last index.
                [b'#', next, ..] if !is_name(*next) && *next != b'{' => self.skip_line(),
                [b'/', ..] if !operand && let Some(len) = self.regex() => return self.token(Kind::Other, len),
                [quote @ (b'\'' | b'"'), ..] => {
                    if let Some((open, len)) = self.string(*quote) {
                        let span = Span::of_usize(self.at + open, self.at + len - open);
                        self.at += len;
                        self.last = Kind::Text;
                        return Some(Token { kind: Kind::Text, span });
                    }
                    return self.token(Kind::Other, 1);
                }
                [b'?', b'.', ..] | [b'-', b'>', ..] | [b':', b':', ..] => return self.token(Kind::Dot, 2),
                [SEPARATOR, ..] if is_separator(rest) => return self.token(Kind::End, 3),
                [byte, ..] if is_name(*byte) => {
                    let ends = |(at, byte): (usize, &u8)| match *byte {
                        SEPARATOR => rest.get(at..).is_some_and(is_separator),
                        byte => !is_name(byte),
                    };
                    let len = rest.iter().enumerate().position(ends).unwrap_or(rest.len());
                    return self.token(Kind::Name, len);
                }
                [byte, ..] => {
                    let kind = match byte {
                        b'(' => Kind::Open,
                        b')' => Kind::Close,
                        b'[' => Kind::Bracket,
                        b']' => Kind::Unbracket,
                        b'.' => Kind::Dot,
                        b',' => Kind::Comma,
                        b'\n' | b';' => Kind::End,
                        _ => Kind::Other,
                    };
                    return self.token(kind, 1);
                }
            }
        }
    }

    fn skip_line(&mut self) {
        self.at += end_of_line(self.rest()).unwrap_or(self.rest().len());
    }

    /// Bytes from here to the end of the next `mark`, looked for behind `open` bytes.
    fn closes(&mut self, which: usize, open: usize, mark: &[u8]) -> Option<usize> {
        if self.unclosed.get(which).is_some_and(|until| self.at < *until) {
            return None;
        }
        let found = memchr::memmem::find(self.rest().get(open..)?, mark);
        if found.is_none()
            && let Some(until) = self.unclosed.get_mut(which)
        {
            *until = self.text.len();
        }
        found.map(|at| open + at + mark.len())
    }

    /// The length of the quotes and of the whole string; `None` if it is never closed.
    fn string(&mut self, quote: u8) -> Option<(usize, usize)> {
        let double = usize::from(quote == b'"');
        let mark = [quote; 3];
        if self.rest().starts_with(&mark)
            && let Some(len) = self.closes(2 + double, 3, &mark)
        {
            return Some((3, len));
        }
        if self.unclosed.get(double).is_some_and(|until| self.at < *until) {
            return None;
        }
        let rest = self.rest();
        let mut at = 1;
        loop {
            let step = rest.get(at..).and_then(|rest| memchr::memchr3(quote, b'\\', b'\n', rest));
            let Some(step) = step else { break at = rest.len() };
            at += step;
            match rest.get(at) {
                Some(b'\\') => at += 2,
                Some(b'\n') if self.lines => at += 1,
                Some(b'\n') => break,
                _ => return Some((1, at + 1)),
            }
        }
        self.torn = true;
        if let Some(until) = self.unclosed.get_mut(double) {
            *until = self.at + at.max(1);
        }
        None
    }

    /// The length of a regex literal, which closes on its line.
    fn regex(&self) -> Option<usize> {
        let rest = self.rest();
        let (mut at, mut class) = (1, false);
        // Longer ones are not looked for, so that a text of slashes stays cheap.
        while let Some(byte) = rest.get(at).filter(|_| at < LONGEST_REGEX) {
            match byte {
                b'\\' => at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => return Some(at + 1),
                b'\n' => return None,
                _ => {}
            }
            at += 1;
        }
        None
    }
}

/// Where a comment ends: Python, PHP and JavaScript take a carriage return for the end of a line, JavaScript U+2028 and U+2029 too.
pub(super) fn end_of_line(text: &[u8]) -> Option<usize> {
    let ends = |at: &usize| text.get(*at..).is_some_and(|rest| rest.first() != Some(&SEPARATOR) || is_separator(rest));
    memchr::memchr3_iter(b'\n', b'\r', SEPARATOR, text).find(ends)
}

/// The first byte of U+2028 and U+2029.
const SEPARATOR: u8 = 0xE2;

const fn is_separator(text: &[u8]) -> bool {
    matches!(text, [SEPARATOR, 0x80, 0xA8 | 0xA9, ..])
}

const LONGEST_REGEX: usize = 256;

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}
