//! Bytes to tokens: strings, comments, numbers, names, operators of the common databases together.

use super::keywords::Keyword;
use crate::message::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word that means something.
    Keyword(Keyword),
    /// A name, quoted or not.
    Name,
    /// A string; `false` if it is never closed.
    String(bool),
    /// A number.
    Number,
    /// `@x`, `@@x`, `:x`, `?`, `$1`
    Variable,
    /// `=`, `==`, `<=>`, `!=`, `<>`, `<`, `>`, `<=`, `>=`
    Comparison,
    /// `||`, `&&`
    Junction,
    /// Any other operator.
    Operator,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `;`
    Semicolon,
    /// `-- …`, `# …`, `/* … */`; `true` if the rest of the text is in it.
    Comment(bool),
    /// The quote that ends the place a value stands in.
    Closing,
}

/// One token with its place.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What the text begins inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Nothing: it is SQL.
    Statement,
    /// A query, where a value belongs.
    Value,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
}

impl Start {
    pub(super) const fn quote(self) -> Option<u8> {
        match self {
            Self::Statement | Self::Value => None,
            Self::SingleQuoted => Some(b'\''),
            Self::DoubleQuoted => Some(b'"'),
        }
    }
}

/// Reads all tokens from `from` on, at most `limit`. `false` if there are more.
pub(super) fn tokens(text: &[u8], from: usize, start: Start, limit: usize, out: &mut Vec<Token>) -> bool {
    let mut lexer = Lexer { text, at: from, value: start != Start::Statement, executed: false };
    if let Some(quote) = start.quote() {
        // What stands before the quote is a string's content, whatever it is.
        let Some(close) = text.get(from..).and_then(|text| closing(text, quote)) else { return true };
        let close = from + close;
        out.push(Token { kind: TokenKind::String(true), span: Span::of_usize(from, close) });
        out.push(Token { kind: TokenKind::Closing, span: Span::of_usize(close, close + 1) });
        lexer.at = close + 1;
    }
    let mut names = 0;
    while let Some(token) = lexer.next() {
        if out.len() >= limit {
            return false;
        }
        names = if token.kind == TokenKind::Name { names + 1 } else { 0 };
        // What stands where a number belongs is SQL from its first byte, so a sentence is none, whatever comes behind.
        if start == Start::Value && names > SENTENCE {
            return true;
        }
        out.push(token);
    }
    true
}

/// No SQL has more names in a row that no comma, dot or keyword parts.
const SENTENCE: u32 = 3;

/// Whether a value can be SQL at all, told by a few bytes: a word alone is none, and behind a quote comes what continues
/// a query.
pub(super) fn is_suspect(text: &[u8], start: Start) -> bool {
    let Some(quote) = start.quote() else {
        return !text.iter().all(|byte| is_name(*byte) || matches!(byte, b'-' | b'.'));
    };
    let Some(behind) = closing(text, quote).and_then(|at| text.get(at + 1..)) else { return false };
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0 | 11 | 12 | b')');
    let rest = behind.iter().position(|byte| !blank(byte)).and_then(|at| behind.get(at..)).unwrap_or_default();
    let word =
        rest.get(..rest.iter().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count()).unwrap_or_default();
    match rest.first() {
        // `'(select …)`, `"(function(){…`
        Some(b'(') => selects(rest.get(1..).unwrap_or_default()) || rest.starts_with(b"(function"),
        // `'.sleep(5).'`, as PHP joins strings.
        Some(b'.') => rest.get(1).is_some_and(u8::is_ascii_alphabetic) && memchr::memchr(b'(', rest).is_some(),
        // An apostrophe: `O'Brien`, `it's`, `5' 10`.
        None | Some(b'0'..=b'9' | b',' | b'?' | b'\'' | b'"' | b'_') => false,
        Some(byte) if byte.is_ascii_alphabetic() => Keyword::of(word).is_some(),
        Some(_) => true,
    }
}

/// Whether `select` is the first word.
fn selects(text: &[u8]) -> bool {
    text.trim_ascii_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"select"))
}

/// The first quote that is not doubled: a doubled one is a quote in the string.
fn closing(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr(quote, text.get(at..)?)?;
        if text.get(at + 1) != Some(&quote) {
            return Some(at);
        }
        at += 2;
    }
}

/// Collects dotted names, and those that are called.
pub(super) fn names(tokens: &[Token], names: &mut Vec<Span>, calls: &mut Vec<Span>) {
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let is_call = |at: usize| matches!(tokens.get(at), Some(next) if next.kind == TokenKind::Open);
        match token.kind {
            // `if(`, `replace(`, `left(`: keywords that are functions too.
            TokenKind::Keyword(_) if is_call(at) => calls.push(token.span),
            TokenKind::Name | TokenKind::Variable => {
                let mut end = token.span.end;
                while let [dot, part, ..] = tokens.get(at..).unwrap_or_default()
                    && dot.kind == TokenKind::Dot
                    && matches!(part.kind, TokenKind::Name | TokenKind::Keyword(_) | TokenKind::Dot)
                {
                    // `master..xp_cmdshell` leaves the owner out.
                    let skipped = usize::from(part.kind == TokenKind::Dot);
                    end = tokens.get(at + 1 + skipped).map_or(part.span.end, |last| last.span.end);
                    at += 2 + skipped;
                }
                let span = Span::new(token.span.start, end);
                if is_call(at) {
                    calls.push(span);
                } else if token.kind == TokenKind::Name {
                    names.push(span);
                }
            }
            _ => {}
        }
    }
}

struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    /// A value's `#` is a comment; in a statement it may begin a temporary table's name.
    value: bool,
    /// Inside `/*! … */`, which MySQL runs.
    executed: bool,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn token(&mut self, kind: TokenKind, len: usize) -> Option<Token> {
        let start = self.at;
        self.at = (start + len).min(self.text.len());
        Some(Token { kind, span: Span::of_usize(start, self.at) })
    }

    fn next(&mut self) -> Option<Token> {
        loop {
            let rest = self.rest();
            // Databases take more for a blank than programs that filter blanks do: VT, FF, NUL, no-break space.
            match rest {
                [b' ' | b'\t' | b'\r' | b'\n' | 0 | 11 | 12, ..] => self.at += 1,
                [0xc2, 0xa0, ..] => self.at += 2,
                [b'*', b'/', ..] if self.executed => {
                    self.executed = false;
                    self.at += 2;
                }
                [b'/', b'*', b'!', ..] => {
                    let digits = rest.iter().skip(3).take(6).take_while(|byte| byte.is_ascii_digit()).count();
                    self.executed = true;
                    return self.token(TokenKind::Comment(false), 3 + digits);
                }
                _ => break,
            }
        }
        let byte = *self.rest().first()?;
        let (next, third) = (self.peek(1), self.peek(2));
        match byte {
            b'/' if next == b'*' => {
                let close = memchr::memmem::find(self.rest().get(2..).unwrap_or_default(), b"*/");
                let len = close.map_or(self.rest().len(), |at| at + 4);
                self.token(TokenKind::Comment(close.is_none()), len)
            }
            b'-' if next == b'-' && !third.is_ascii_digit() => self.line_comment(),
            b'#' if self.value || next == b' ' || next == 0 || next == b'\n' => self.line_comment(),
            // SQL Server's temporary tables: `#t`, `##t`.
            b'#' if next.is_ascii_alphabetic() || next == b'#' => self.word(TokenKind::Name, 2),
            b'\'' => self.string(byte, 1),
            b'"' => self.string(byte, 1),
            b'n' | b'N' | b'e' | b'E' | b'x' | b'X' | b'b' | b'B' if next == b'\'' => self.string(b'\'', 2),
            b'`' => self.quoted(b'`'),
            b'[' if next.is_ascii_alphabetic() || next == b'_' => self.quoted(b']'),
            b'$' if next == b'$' || next.is_ascii_alphabetic() || next == b'_' => self.dollar(),
            b'$' if next.is_ascii_digit() => self.word(TokenKind::Variable, 1),
            b'@' if next == b'@' => self.word(TokenKind::Variable, 2),
            b'@' => self.word(TokenKind::Variable, 1),
            b':' if next.is_ascii_alphabetic() => self.word(TokenKind::Variable, 1),
            b'?' => self.token(TokenKind::Variable, 1),
            b'0'..=b'9' => self.number(),
            b'.' if next.is_ascii_digit() => self.number(),
            b'(' => self.token(TokenKind::Open, 1),
            b')' => self.token(TokenKind::Close, 1),
            b',' => self.token(TokenKind::Comma, 1),
            b'.' => self.token(TokenKind::Dot, 1),
            b';' => self.token(TokenKind::Semicolon, 1),
            b'|' if next == b'|' => self.token(TokenKind::Junction, 2),
            b'&' if next == b'&' => self.token(TokenKind::Junction, 2),
            b'<' if next == b'=' && third == b'>' => self.token(TokenKind::Comparison, 3),
            b'<' | b'>' | b'=' | b'!' if matches!((byte, next), (_, b'=') | (b'<', b'>')) => {
                self.token(TokenKind::Comparison, 2)
            }
            b'<' | b'>' | b'=' => self.token(TokenKind::Comparison, 1),
            b':' if matches!(next, b':' | b'=') => self.token(TokenKind::Operator, 2),
            _ if is_name(byte) => {
                let len = name_len(self.rest());
                let keyword = Keyword::of(self.rest().get(..len).unwrap_or_default());
                self.token(keyword.map_or(TokenKind::Name, TokenKind::Keyword), len)
            }
            _ => self.token(TokenKind::Operator, 1),
        }
    }

    fn line_comment(&mut self) -> Option<Token> {
        let rest = self.rest();
        // A carriage return alone ends it for PostgreSQL; what others read as more of the comment is then judged, the safer error.
        let end = memchr::memchr2(b'\n', b'\r', rest);
        let len = end.unwrap_or(rest.len());
        self.token(TokenKind::Comment(end.is_none()), len)
    }

    /// A string whose content begins after `prefix` bytes. A doubled quote stands for one. A backslash before a quote is
    /// read as MySQL does, unless what follows shows that the string ended there.
    fn string(&mut self, quote: u8, prefix: usize) -> Option<Token> {
        let rest = self.rest();
        let mut at = prefix;
        loop {
            let Some(step) = rest.get(at..).and_then(|rest| memchr::memchr2(quote, b'\\', rest)) else {
                let len = rest.len();
                return self.token(TokenKind::String(false), len);
            };
            at += step;
            match (rest.get(at), rest.get(at + 1)) {
                (Some(b'\\'), Some(next)) if *next == quote => {
                    let behind = rest.get(at + 2).copied().unwrap_or(b' ');
                    if self.value || matches!(behind, b' ' | b',' | b')' | b';' | b'\n') {
                        at += 1;
                        return self.token(TokenKind::String(true), at + 1);
                    }
                    at += 2;
                }
                (Some(b'\\'), _) => at += 2,
                (_, Some(next)) if *next == quote => at += 2,
                _ => return self.token(TokenKind::String(true), at + 1),
            }
        }
    }

    fn quoted(&mut self, close: u8) -> Option<Token> {
        let rest = self.rest().get(1..).unwrap_or_default();
        let len = memchr::memchr2(close, b'\n', rest).map_or(rest.len(), |at| at + 1);
        self.token(TokenKind::Name, len + 1)
    }

    /// `$$ … $$`, `$tag$ … $tag$`
    fn dollar(&mut self) -> Option<Token> {
        let rest = self.rest();
        let tag =
            rest.iter().skip(1).take(32).position(|byte| !is_name(*byte) || *byte == b'$').map_or(0, |len| len + 2);
        let Some(mark) = rest.get(..tag).filter(|mark| mark.len() > 1 && mark.ends_with(b"$")) else {
            return self.word(TokenKind::Variable, 1);
        };
        let close = memchr::memmem::find(rest.get(tag..).unwrap_or_default(), mark);
        let len = close.map_or(rest.len(), |at| at + 2 * tag);
        self.token(TokenKind::String(close.is_some()), len)
    }

    fn word(&mut self, kind: TokenKind, sign: usize) -> Option<Token> {
        let len = sign + name_len(self.rest().get(sign..).unwrap_or_default());
        self.token(kind, len)
    }

    fn number(&mut self) -> Option<Token> {
        let rest = self.rest();
        if matches!(rest, [b'0', b'x' | b'X' | b'b' | b'B', next, ..] if next.is_ascii_hexdigit()) {
            let len = rest.iter().skip(2).position(|byte| !byte.is_ascii_hexdigit()).map_or(rest.len(), |len| len + 2);
            return self.token(TokenKind::Number, len);
        }
        let mut len = rest.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b'.')).unwrap_or(rest.len());
        if matches!(rest.get(len), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(rest.get(len + 1), Some(b'+' | b'-')));
            if rest.get(len + 1 + sign).is_some_and(u8::is_ascii_digit) {
                len += 1 + sign;
                len += rest.get(len..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
            }
        }
        // `123abc` is a name to most databases, and an id to everyone.
        let letters = name_len(rest.get(len..).unwrap_or_default());
        let glued = rest.get(len..len + letters).unwrap_or_default();
        if letters > 0 && Keyword::of(glued).is_none() {
            return self.token(TokenKind::Name, len + letters);
        }
        self.token(TokenKind::Number, len)
    }
}

/// How long a name the text begins with. SQL Server parts words by a no-break space, too; the look-out for it is part of the one
/// pass, so that a text of nothing but such words is not read once for each.
fn name_len(text: &[u8]) -> usize {
    let ends = |(at, byte): (usize, &u8)| !is_name(*byte) || *byte == 0xc2 && text.get(at + 1) == Some(&0xa0);
    text.iter().enumerate().position(ends).unwrap_or(text.len())
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..)
}
