//! How a value leaves its place in a query.
//!
//! A value between quotes is a string until its first quote; what stands behind it is SQL if it goes on as SQL does: an
//! operator with an operand, a junction with a condition, a comment, a semicolon with a statement. `O'Brien` goes on with a
//! name and is a name. A value without quotes around it is SQL from the start, but so is prose; there only what no sentence
//! has counts.

mod condition;
mod grammar;

use super::SqlScratch;
use super::fact::Fact;
use super::functions::function;
use super::keywords::Keyword;
use super::lexer::{Start, Token, TokenKind};
use super::statements;
use crate::message::Span;

/// Judges one reading of a value.
pub(super) fn judge(text: &[u8], start: Start, s: &mut SqlScratch) {
    statements::obfuscation(text, s);
    let ends = |token: &Token| token.kind == TokenKind::Comment(true) && !is_number_format(text, token.span);
    let tail = s.tokens.last().copied().filter(ends);
    s.tokens.retain(|token| !matches!(token.kind, TokenKind::Comment(_)));
    let tokens = std::mem::take(&mut s.tokens);
    let quoted = start != Start::Value;
    let mut reader = Reader { text, tokens: &tokens, quoted, tail, s };
    let first = if quoted { 2 } else { 0 };
    // A quote that nothing breaks out of is an apostrophe, and what stands behind it is prose.
    let breaks = !quoted || reader.break_out(first);
    if breaks {
        // What is a statement from its first word on is a query that someone wrote; it breaks out of nothing.
        if quoted || !reader.statement(0) {
            reader.scan(first);
        }
        if !quoted {
            reader.whole();
        }
        statements::judge_calls_of_value(text, quoted, &tokens, s);
    }
    s.tokens = tokens;
}

/// Whether a quote opens something in a sentence: a space stands before it, or one and then brackets and quotes that open, and two
/// words or more before that. One that closes a value follows the value, or begins the text.
fn is_opening(text: &[u8], quote: Span) -> bool {
    let mut before = text.get(..quote.start as usize).unwrap_or_default();
    while let Some((b'(' | b'[' | b'{' | b'`' | b'"' | b'\'', rest)) = before.split_last() {
        before = rest;
    }
    let words = before.split(u8::is_ascii_whitespace).filter(|word| word.iter().any(u8::is_ascii_alphabetic));
    let behind = text.get(quote.end as usize..).unwrap_or_default();
    // A sign or two and the quote again: `bash "&&" vs ";"`.
    let sign = behind.iter().take(4).position(|byte| quote.of(text).first() == Some(byte)).is_some_and(|len| {
        len > 0 && !behind.iter().take(len).any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_digit())
    });
    // Code that a sentence shows between backquotes is quoted behind one word as well.
    let shown = text.get(..quote.start as usize).is_some_and(|head| head.ends_with(b"`")) && behind.contains(&b'`');
    let least = if sign || shown || behind.first().is_some_and(u8::is_ascii_alphanumeric) { 1 } else { 2 };
    before.last().is_some_and(u8::is_ascii_whitespace) && words.take(2).count() >= least
}

/// Whether what looks like a comment is a format of numbers in a spreadsheet's formula: `=TEXT(A1, "#,##0")`.
fn is_number_format(text: &[u8], comment: Span) -> bool {
    let body = comment.of(text);
    let format = [&b"#,##0"[..], b"#,###", b"#0", b"#."].iter().any(|begin| body.starts_with(begin));
    format && text.starts_with(b"=") && text.ends_with(b")")
}

/// Whether a text ends with a quote that stands by itself, begins with a comma and ends with a quote, or is quoted strings in a row:
/// `login '`, `,note"`, `'eve', 'x'`. No name is spelled so; a plural ends with a quote as well (`parents'`).
fn is_torn(text: &[u8]) -> bool {
    let [head @ .., quote @ (b'\'' | b'"')] = text else { return false };
    let alone = !head.contains(quote);
    let row = text.first() == Some(quote) && {
        let inner = head.get(1..).unwrap_or_default();
        let end = memchr::memchr(*quote, inner).unwrap_or(inner.len());
        inner.get(end + 1..).is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b','))
    };
    row || alone && (matches!(head.last(), Some(b' ' | b',' | b')')) || head.first() == Some(&b','))
}

/// Whether a quote stands in source code that builds a query: behind another kind of quote or an equals sign.
fn is_embedded(text: &[u8], quote: Span) -> bool {
    let before = text.get(..quote.start as usize).unwrap_or_default();
    let mark = if quote.of(text) == b"'" { b'"' } else { b'\'' };
    before.iter().any(|byte| *byte == mark || *byte == b'=')
}

struct Reader<'t> {
    text: &'t [u8],
    tokens: &'t [Token],
    quoted: bool,
    /// The comment that swallows the rest.
    tail: Option<Token>,
    s: &'t mut SqlScratch,
}

impl<'t> Reader<'t> {
    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    fn keyword(&self, at: usize) -> Option<Keyword> {
        match self.kind(at) {
            Some(TokenKind::Keyword(keyword)) => Some(keyword),
            _ => None,
        }
    }

    fn name(&self, at: usize) -> &'t [u8] {
        self.tokens.get(at).map_or(&[], |token| token.span.of(self.text))
    }

    /// From one token to another, both included.
    fn span(&self, from: usize, to: usize) -> Span {
        let last = self.tokens.get(to.min(self.tokens.len().saturating_sub(1)));
        match (self.tokens.get(from), last) {
            (Some(first), Some(last)) => Span::new(first.span.start, last.span.end.max(first.span.end)),
            _ => self.tail.map_or(Span::new(0, 0), |tail| tail.span),
        }
    }

    /// Whether the text ends at `at`, but for a comment, brackets and semicolons.
    fn ends(&self, at: usize) -> bool {
        self.tokens
            .get(at..)
            .unwrap_or_default()
            .iter()
            .all(|token| matches!(token.kind, TokenKind::Close | TokenKind::Semicolon))
    }

    /// What stands behind the closing quote.
    fn break_out(&mut self, first: usize) -> bool {
        if self.tokens.len() < first || self.is_quoted_word(first) {
            return false;
        }
        let mut at = first;
        while self.kind(at) == Some(TokenKind::Close) {
            at += 1;
        }
        let from = first - 1;
        let goes_on = match self.kind(at) {
            None => self.tail.is_some_and(|tail| is_bare(tail.span.of(self.text))),
            Some(TokenKind::Semicolon) if self.is_script(at + 1) => {
                self.s.note(Fact::Condition, self.span(at + 1, at + 2));
                true
            }
            Some(TokenKind::Semicolon) => self.ends(at) || self.is_statement(at + 1),
            Some(TokenKind::Junction) => self.condition(at + 1).is_some() || self.is_operand(at + 1),
            Some(TokenKind::Keyword(keyword)) => match keyword {
                _ if keyword.is_junction() => self.condition(at + 1).is_some(),
                Keyword::Union | Keyword::Except | Keyword::Intersect | Keyword::Minus => {
                    self.set_operation(at).is_some()
                }
                _ if keyword.is_comparison() => self.is_constant(at + 1) || self.keyword(at + 1) == Some(Keyword::Not),
                _ => self.clause(at),
            },
            Some(TokenKind::Comparison) => self.is_constant(at + 1) || self.kind(at + 1) == Some(TokenKind::Open),
            // `')] | //user`: XPath.
            Some(TokenKind::Operator) if self.name(at) == b"]" => self.is_step(at + 1),
            Some(TokenKind::Operator) => self.is_operand(at + 1),
            Some(TokenKind::Open) if self.name(at + 1) == b"function" => {
                self.s.note(Fact::Condition, self.span(at, at + 1));
                self.kind(at + 2) == Some(TokenKind::Open)
            }
            Some(TokenKind::Open) => self.keyword(at + 1) == Some(Keyword::Select) && self.is_list(at + 2),
            Some(TokenKind::Dot) => self.kind(at + 2) == Some(TokenKind::Open) && function(self.name(at + 1)).is_some(),
            _ => false,
        };
        // A bare comment at the end makes an operator behind the quote what it looks like: `x'=email--`.
        let swallowed = self.tail.is_some_and(|tail| is_bare(tail.span.of(self.text)))
            && matches!(
                self.kind(at),
                Some(TokenKind::Junction | TokenKind::Comparison | TokenKind::Operator | TokenKind::Keyword(_))
            );
        let goes_on = goes_on || swallowed;
        if goes_on {
            self.s.note(Fact::BreakOut, self.span(from, at));
            if let Some(quote) = self.tokens.get(from).map(|token| token.span) {
                if is_opening(self.text, quote) {
                    self.s.note(Fact::Quoted, quote);
                }
                if is_embedded(self.text, quote) {
                    self.s.note(Fact::Embedded, quote);
                }
            }
            if let Some(tail) = self.tail {
                self.s.note(Fact::CommentTail, tail.span);
            }
            if at == first
                && self.tokens.first().is_some_and(|inner| inner.span.of(self.text).trim_ascii().is_empty())
                && matches!(self.kind(at), Some(TokenKind::Keyword(_)))
            {
                self.s.note(Fact::Leads, self.span(from, at));
            }
        }
        goes_on
    }

    /// Whether the quote begins a word of prose: `'and' is a word`, `the "or" gate`. What breaks out goes on with a string
    /// or number behind the second quote: `'or'1'='1`.
    fn is_quoted_word(&self, first: usize) -> bool {
        let (Some(quote), Some(word)) = (self.tokens.get(first - 1), self.tokens.get(first)) else { return false };
        let at = |place: u32| self.text.get(place as usize).copied().unwrap_or(b' ');
        let before = quote.span.start.checked_sub(1).map_or(b' ', at);
        let mark = at(quote.span.start);
        let rest = self.text.get(word.span.end as usize + 1..).unwrap_or_default();
        let next = rest.trim_ascii_start().first().copied().unwrap_or(b' ');
        matches!(word.kind, TokenKind::Keyword(_))
            && quote.span.end == word.span.start
            && at(word.span.end) == mark
            && (before.is_ascii_whitespace() || matches!(before, b'(' | b'['))
            && !rest.first().is_some_and(u8::is_ascii_alphanumeric)
            && !(next == mark || next.is_ascii_digit())
    }

    /// Patterns at every token.
    fn scan(&mut self, first: usize) {
        for at in first..self.tokens.len() {
            match self.kind(at) {
                Some(TokenKind::Junction) => self.junction(at),
                Some(TokenKind::Keyword(keyword)) if keyword.is_junction() => self.junction(at),
                Some(TokenKind::Keyword(Keyword::Union | Keyword::Except | Keyword::Intersect)) => {
                    if let Some(end) = self.set_operation(at) {
                        self.s.note(Fact::UnionSelect, self.span(at, end));
                    }
                }
                Some(TokenKind::Keyword(
                    Keyword::Order | Keyword::Group | Keyword::Having | Keyword::Limit | Keyword::Procedure,
                )) => {
                    let placed = self.quoted || at == first || self.is_value_end(at - 1);
                    if placed && self.clause(at) {
                        self.s.note(Fact::ClauseProbe, self.span(at, at + 2));
                    }
                }
                Some(TokenKind::Open)
                    if self.keyword(at + 1) == Some(Keyword::Select) && self.is_list(at + 2)
                        || self.keyword(at + 1) == Some(Keyword::Case)
                            && self.keyword(at + 2) == Some(Keyword::When) =>
                {
                    self.s.note(Fact::Subquery, self.span(at, at + 2));
                }
                Some(TokenKind::Semicolon) => self.stacked(at),
                Some(TokenKind::Close) if self.is_statement(at + 1) && self.strong_statement(at + 1) => {
                    self.s.note(Fact::Stacked, self.span(at + 1, self.tokens.len()));
                }
                _ => {}
            }
        }
        statements::anywhere(self.tokens.get(first..).unwrap_or_default(), self.s);
    }

    /// What a value is as a whole, where it has no quotes around it.
    fn whole(&mut self) {
        let all = self.span(0, self.tokens.len());
        let kinds = |at: usize| self.tokens.get(at).map(|token| token.kind);
        let last = self.tokens.len().saturating_sub(1);
        let bare = self.tail.is_some_and(|tail| is_bare(tail.span.of(self.text)));
        let fact = match self.tokens {
            // `hex(`, `length?(`, `year]=(`: asks whether something filters calls.
            [name, junk @ .., open]
                if open.kind == TokenKind::Open
                    && junk.len() <= 2
                    && junk.iter().all(|token| {
                        matches!(
                            token.kind,
                            TokenKind::Operator | TokenKind::Comparison | TokenKind::Dot | TokenKind::Variable
                        )
                    })
                    && (function(name.span.of(self.text)).is_some()
                        || name.kind == TokenKind::Keyword(Keyword::If)) =>
            {
                Some(Fact::Unfinished)
            }
            [one, comparison, two]
                if comparison.kind == TokenKind::Comparison
                    && matches!((one.kind, two.kind), (TokenKind::Number, TokenKind::Number)) =>
            {
                Some(Fact::Comparison)
            }
            // `1 like 1`, `3 between 2 and 4`
            [one, operator, two, ..]
                if (one.kind, two.kind) == (TokenKind::Number, TokenKind::Number)
                    && (operator.kind == TokenKind::Keyword(Keyword::Like) && self.tokens.len() == 3
                        || self.tokens.len() == 5
                            && operator.span.of(self.text).eq_ignore_ascii_case(b"between")
                            && kinds(4) == Some(TokenKind::Number)) =>
            {
                Some(Fact::Tautology)
            }
            [one, is, .., null]
                if one.kind == TokenKind::Number
                    && (is.kind, null.kind) == (TokenKind::Keyword(Keyword::Is), TokenKind::Keyword(Keyword::Null)) =>
            {
                Some(Fact::Tautology)
            }
            // `name,1=1`, `'a' < 'b'`
            [.., comma, one, equals, two]
                if comma.kind == TokenKind::Comma
                    && equals.kind == TokenKind::Comparison
                    && one.kind == TokenKind::Number
                    && one.span.of(self.text) == two.span.of(self.text) =>
            {
                Some(Fact::Tautology)
            }
            [one, comparison, two, ..]
                if comparison.kind == TokenKind::Comparison
                    && (one.kind, two.kind) == (TokenKind::String(true), TokenKind::String(true))
                    && !two.span.of(self.text).contains(&b' ') =>
            {
                Some(Fact::Tautology)
            }
            // `if(4=4,…)`, `case when 4=4 …`
            [one, two, ..]
                if matches!(
                    (one.kind, two.kind),
                    (TokenKind::Keyword(Keyword::If), TokenKind::Open)
                        | (TokenKind::Keyword(Keyword::Case), TokenKind::Keyword(Keyword::When))
                ) =>
            {
                self.condition(2).map(|(fact, _)| fact).filter(|fact| *fact == Fact::Tautology)
            }
            [close, goes_on, ..]
                if close.kind == TokenKind::Close
                    && matches!(goes_on.kind, TokenKind::Keyword(keyword) if keyword.is_junction()
                        || keyword.is_comparison() && matches!(kinds(2), Some(TokenKind::Open))
                        || keyword == Keyword::When && matches!(kinds(2), Some(TokenKind::Number))) =>
            {
                Some(Fact::Fragment)
            }
            [name, open, .., colons, _] | [name, open, .., colons, _, _]
                if matches!(name.kind, TokenKind::Name | TokenKind::Keyword(_))
                    && open.kind == TokenKind::Open
                    && colons.span.of(self.text) == b"::"
                    && self.before(colons) == Some(TokenKind::Close) =>
            {
                Some(Fact::Cast)
            }
            _ => None,
        };
        let junction = |at: usize| match kinds(at) {
            Some(TokenKind::Keyword(keyword)) => keyword.is_junction(),
            kind => kind == Some(TokenKind::Junction),
        };
        // The quote that the query has closes it: `name LIKE '`, `or a = "`.
        let open = matches!(kinds(last), Some(TokenKind::String(false)))
            && last > 0
            && match kinds(last - 1) {
                Some(TokenKind::Keyword(keyword)) => keyword.is_comparison(),
                kind => kind == Some(TokenKind::Comparison),
            };
        let fragment = open && (last <= 2 || junction(0))
            || bare && junction(0) && self.condition(1).is_some()
            || bare && junction(last) && last > 0;
        let wordless = |tail: Token| {
            let tail = tail.span.of(self.text);
            !tail.starts_with(b"#") && !tail.iter().any(u8::is_ascii_alphanumeric)
        };
        let ended = self.tail.is_some_and(wordless) && matches!(kinds(last), Some(TokenKind::Semicolon));
        for fact in fact
            .into_iter()
            .chain(fragment.then_some(Fact::Fragment))
            .chain(ended.then_some(Fact::Ended))
            .chain(is_torn(self.text).then_some(Fact::Torn))
        {
            self.s.note(fact, all);
        }
    }

    /// What stands before a token of the reading.
    fn before(&self, token: &Token) -> Option<TokenKind> {
        let at = self.tokens.iter().rposition(|one| one.span == token.span)?;
        self.kind(at.checked_sub(1)?)
    }

    /// Whether JavaScript that goes on as a document store's condition does begins at `at`: `return true`.
    fn is_script(&self, at: usize) -> bool {
        let next = self.kind(at + 1);
        match self.name(at) {
            b"return" => matches!(
                next,
                Some(TokenKind::Number | TokenKind::Operator | TokenKind::Keyword(Keyword::True | Keyword::False))
            ),
            b"while" | b"function" => next == Some(TokenKind::Open),
            b"do" => self.name(at + 1) == b"{",
            b"var" | b"let" => self.name(at + 2) == b"=",
            _ => self.name(at + 1) == b"=" && self.name(at + 2) == b"new",
        }
    }

    /// Whether XPath goes on behind a condition: `| //user`, `/a`, `[b`.
    fn is_step(&self, at: usize) -> bool {
        match self.name(at) {
            b"|" => self.name(at + 1) == b"/",
            b"/" => self.name(at + 1) == b"/" || matches!(self.kind(at + 1), Some(TokenKind::Name)),
            _ => false,
        }
    }

    fn stacked(&mut self, at: usize) {
        let end = (at + 1..self.tokens.len())
            .find(|end| self.kind(*end) == Some(TokenKind::Semicolon))
            .unwrap_or(self.tokens.len());
        if !self.is_statement(at + 1) {
            return;
        }
        let statement = self.tokens.get(at + 1..end).unwrap_or_default();
        self.s.note(Fact::Stacked, statements::span_of(statement));
        statements::judge_statement(self.text, statement, self.s);
    }

    /// Whether a value is a statement from its first word on, or a script that opens with what prepares one (`BEGIN;`,
    /// `SET x TO y;`); judges what the first statement does.
    fn statement(&mut self, first: usize) -> bool {
        let Some(first) = self.behind_preparation(first) else { return false };
        let end = self.end_of_statement(first);
        let statement = self.tokens.get(first..end).unwrap_or_default();
        statements::judge_statement(self.text, statement, self.s);
        true
    }

    /// Where the first statement begins behind any that only prepare it, if there is one.
    fn behind_preparation(&self, first: usize) -> Option<usize> {
        let mut at = first;
        while !self.is_statement(at) {
            if !grammar::prepares(self.name(at)) {
                return None;
            }
            at = self.end_of_statement(at) + 1;
        }
        Some(at)
    }

    fn end_of_statement(&self, first: usize) -> usize {
        let rest = self.tokens.get(first..).unwrap_or_default();
        first + rest.iter().position(|token| token.kind == TokenKind::Semicolon).unwrap_or(rest.len())
    }

    fn junction(&mut self, at: usize) {
        let Some((fact, end)) = self.condition(at + 1) else { return };
        // In a value without quotes a sentence may compare names: only a fragment that begins with the junction, or stands
        // behind a number, string or bracket, is one that was meant to be put into a query.
        let placed = self.quoted || at == 0 || at == 1 && self.is_value_end(0);
        if fact == Fact::Tautology || placed {
            self.s.note(fact, self.span(at, end));
        }
    }
}

/// A comment that says nothing: `--`, `-- -`, `--+`, `#`, `/*`. One with words in it may be a dash in a sentence.
fn is_bare(comment: &[u8]) -> bool {
    let body =
        comment.strip_prefix(b"/*").or(comment.strip_prefix(b"--")).or(comment.strip_prefix(b"#")).unwrap_or(comment);
    // `1/2" -- 3/4"` are inches.
    let inches = body.trim_ascii().first().is_some_and(u8::is_ascii_digit) && body.contains(&b'"');
    let letters = body.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    !inches && letters <= 4 && !body.first().is_some_and(u8::is_ascii_digit)
}
