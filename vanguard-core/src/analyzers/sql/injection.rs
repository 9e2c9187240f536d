//! How a value leaves its place in a query.
//!
//! A value between quotes is a string until its first quote; what stands behind it is SQL if it goes on as SQL does: an
//! operator with an operand, a junction with a condition, a comment, a semicolon with a statement. `O'Brien` goes on with a
//! name and is a name. A value without quotes around it is SQL from the start, but so is prose; there only what no sentence
//! has counts.

use super::SqlScratch;
use super::fact::Fact;
use super::functions::{function, is_common};
use super::keywords::Keyword;
use super::lexer::{Start, Token, TokenKind};
use super::statements;
use crate::message::Span;

/// Judges one reading of a value.
pub(super) fn judge(text: &[u8], start: Start, s: &mut SqlScratch) {
    statements::obfuscation(text, s);
    let tail = s.tokens.last().copied().filter(|token| token.kind == TokenKind::Comment(true));
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
    let least = if sign || behind.first().is_some_and(u8::is_ascii_alphanumeric) { 1 } else { 2 };
    before.last().is_some_and(u8::is_ascii_whitespace) && words.take(2).count() >= least
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
        for fact in fact.into_iter().chain(fragment.then_some(Fact::Fragment)).chain(ended.then_some(Fact::Ended)) {
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

    /// Whether a value is a statement from its first word on; judges what it does.
    fn statement(&mut self, first: usize) -> bool {
        let is_one = self.is_statement(first);
        if is_one {
            let mut end = first;
            while self.kind(end).is_some_and(|kind| kind != TokenKind::Semicolon) {
                end += 1;
            }
            let statement = self.tokens.get(first..end).unwrap_or_default();
            statements::judge_statement(self.text, statement, self.s);
        }
        is_one
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

    /// A condition from `at` on: what it is, and its last token.
    fn condition(&self, start: usize) -> Option<(Fact, usize)> {
        let mut at = start;
        let mut opened = false;
        while matches!(self.kind(at), Some(TokenKind::Open))
            || self.keyword(at) == Some(Keyword::Not)
            || self.kind(at) == Some(TokenKind::Operator) && matches!(self.name(at), b"!" | b"~" | b"-" | b"+")
        {
            opened |= self.kind(at) == Some(TokenKind::Open);
            at += 1;
        }
        if self.keyword(at) == Some(Keyword::Exists) || opened && self.keyword(at) == Some(Keyword::Select) {
            return self.is_list(at + 1).then_some((Fact::Condition, at + 1));
        }
        let first = self.kind(at)?;
        let constant = self.is_constant(at);
        let mut next = at + 1;
        if matches!(first, TokenKind::Name | TokenKind::Keyword(_) | TokenKind::Variable) && !constant {
            while self.kind(next) == Some(TokenKind::Dot) {
                next += 2;
            }
            if self.kind(next) == Some(TokenKind::Open) {
                return self.call_condition(at, next);
            }
            if matches!(first, TokenKind::Keyword(keyword) if keyword.is_verb() || keyword.is_junction()) {
                return None;
            }
        }
        // `("a")=("a`
        while opened && constant && self.kind(next) == Some(TokenKind::Close) {
            next += 1;
        }
        let compares = match self.kind(next) {
            Some(TokenKind::Comparison) => true,
            Some(TokenKind::Keyword(keyword)) => keyword.is_comparison() || keyword == Keyword::Not,
            _ => false,
        };
        if compares {
            let other = self.other_side(next);
            let closes = self.tokens.len() <= next + 1;
            return match (constant, self.is_constant(other) || closes) {
                (true, true) => Some((Fact::Tautology, other)),
                (false, false) if !self.quoted && start != 1 && self.kind(other) != Some(TokenKind::Open) => {
                    // `a = b`: of names alone, only of one with itself.
                    (self.name(at).eq_ignore_ascii_case(self.name(other))).then_some((Fact::Tautology, other))
                }
                _ => Some((Fact::Condition, other)),
            };
        }
        if !constant {
            let broken = self.kind(next) == Some(TokenKind::Operator) && self.tokens.len() <= next + 1;
            let tail = self.tokens.len() <= next && self.tail.is_some();
            return (self.quoted && (broken || tail)).then_some((Fact::Condition, next));
        }
        // `or 1`, `or true`, `or ''-'`: a constant by itself is a condition where a number is a truth value.
        let operated = self.kind(next) == Some(TokenKind::Operator)
            && (self.is_constant(next + 1) || self.tokens.len() <= next + 1);
        let truth = matches!(self.keyword(at), Some(Keyword::True | Keyword::False));
        let ended = self.ends(next) || self.quoted && self.kind(next) == Some(TokenKind::Semicolon);
        let finished = ended && (self.quoted || self.tail.is_some() || start <= 2 && truth);
        if start == 1 && !self.quoted && self.kind(next) == Some(TokenKind::Operator) {
            return Some((Fact::Condition, next));
        }
        let chained =
            self.kind(next) == Some(TokenKind::Junction) || self.keyword(next).is_some_and(Keyword::is_junction);
        (operated && self.quoted || finished || chained && self.quoted).then_some((Fact::Tautology, next))
    }

    /// The right side of a comparison: behind `NOT`, `SOUNDS LIKE`, `SIMILAR TO`, brackets and signs.
    fn other_side(&self, comparison: usize) -> usize {
        let mut at = comparison + 1;
        while matches!(
            self.keyword(at),
            Some(Keyword::Like | Keyword::To | Keyword::Not | Keyword::In | Keyword::Any | Keyword::All)
        ) || self.kind(at) == Some(TokenKind::Operator)
            || self.kind(at) == Some(TokenKind::Open) && !matches!(self.keyword(at + 1), Some(Keyword::Select))
        {
            at += 1;
        }
        at
    }

    /// `and sleep(5)`, `or substring(…) = 'x`: a call in a condition's place.
    fn call_condition(&self, at: usize, open: usize) -> Option<(Fact, usize)> {
        let name = self.tokens.get(at..open).map(statements::span_of)?.of(self.text);
        let known = function(name).is_some_and(|_| self.quoted || !is_common(name)) || self.keyword(at).is_some();
        let adjacent = self
            .tokens
            .get(open - 1)
            .zip(self.tokens.get(open))
            .is_some_and(|(one, two)| one.span.end == two.span.start);
        // `1 and ascii(…) > 64`: what is computed is compared with a number.
        let numbered = self.kind(0) == Some(TokenKind::Number) && at == 2 && {
            let last = self.tokens.len().saturating_sub(1);
            self.kind(last) == Some(TokenKind::Number)
                && self.kind(last.saturating_sub(1)) == Some(TokenKind::Comparison)
                && self.kind(last.saturating_sub(2)) == Some(TokenKind::Close)
        };
        (known || (self.quoted || numbered) && adjacent).then_some((Fact::Condition, open))
    }

    /// `UNION [ALL] SELECT` with a list, or another operation on sets.
    fn set_operation(&self, at: usize) -> Option<usize> {
        let mut next = at + 1;
        while matches!(self.kind(next), Some(TokenKind::Open | TokenKind::Keyword(Keyword::All | Keyword::Distinct))) {
            next += 1;
        }
        match self.keyword(next) {
            Some(Keyword::Select) if self.is_list(next + 1) || self.quoted && self.tokens.len() > next + 1 => {
                Some(next + 1)
            }
            Some(Keyword::Values | Keyword::Table) if self.kind(next + 1) == Some(TokenKind::Open) => Some(next + 1),
            _ => None,
        }
    }

    /// Whether what a `SELECT` picks begins at `at`, and not the rest of a sentence.
    fn is_list(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(TokenKind::Number | TokenKind::String(_) | TokenKind::Variable | TokenKind::Open) => true,
            Some(TokenKind::Operator) => matches!(self.name(at), b"*" | b"-" | b"+" | b"~" | b"!"),
            Some(TokenKind::Keyword(
                Keyword::Null
                | Keyword::Distinct
                | Keyword::Top
                | Keyword::Case
                | Keyword::Cast
                | Keyword::True
                | Keyword::If
                | Keyword::User,
            )) => true,
            // `select all that apply` is a sentence.
            Some(TokenKind::Keyword(Keyword::All)) => {
                !matches!(self.kind(at + 1), Some(TokenKind::Name))
                    || matches!(self.kind(at + 2), Some(TokenKind::Comma | TokenKind::Open | TokenKind::Dot))
                    || self.keyword(at + 2) == Some(Keyword::From)
            }
            Some(TokenKind::Name | TokenKind::Keyword(_)) => {
                matches!(
                    self.kind(at + 1),
                    Some(TokenKind::Comma | TokenKind::Open | TokenKind::Dot | TokenKind::Junction)
                ) || self.quoted && self.kind(at + 1) == Some(TokenKind::Close)
                    || self.keyword(at + 1) == Some(Keyword::From)
                    || self.keyword(at + 1) == Some(Keyword::Group) && self.keyword(at + 2) == Some(Keyword::By)
                    || self.tokens.len() == at + 1 && self.tail.is_some()
            }
            _ => false,
        }
    }

    /// Whether a statement begins at `at`: a verb with what must follow it.
    fn is_statement(&self, at: usize) -> bool {
        // `print 'x'`, as SQL Server has it.
        if self.quoted && self.name(at) == b"print" && matches!(self.kind(at + 1), Some(TokenKind::String(_))) {
            return true;
        }
        let Some(verb) = self.keyword(at).filter(|verb| verb.is_verb()) else { return false };
        let next = self.kind(at + 1);
        let name = matches!(next, Some(TokenKind::Name));
        let one_of = |words: &[Keyword]| self.keyword(at + 1).is_some_and(|keyword| words.contains(&keyword));
        match verb {
            Keyword::Select => self.is_list(at + 1),
            Keyword::Insert | Keyword::Replace | Keyword::Merge => one_of(&[Keyword::Into]),
            Keyword::Update => name && (at + 1..at + 6).any(|at| self.keyword(at) == Some(Keyword::Set)),
            Keyword::Delete => one_of(&[Keyword::From]),
            Keyword::Drop | Keyword::Create | Keyword::Alter => {
                one_of(&[
                    Keyword::Table,
                    Keyword::Database,
                    Keyword::Schema,
                    Keyword::User,
                    Keyword::Role,
                    Keyword::Login,
                    Keyword::View,
                    Keyword::Index,
                    Keyword::Procedure,
                    Keyword::Function,
                    Keyword::Trigger,
                    Keyword::Column,
                    Keyword::Tablespace,
                ]) && self.is_object(at + 2)
                    || one_of(&[Keyword::Temporary, Keyword::Or])
                    || name && self.ends(at + 2) && self.tail.is_some()
            }
            Keyword::Truncate => one_of(&[Keyword::Table]) || name && self.ends(at + 2),
            Keyword::Grant | Keyword::Revoke => {
                self.tokens.iter().skip(at).take(32).any(|token| token.kind == TokenKind::Keyword(Keyword::To)) && !name
            }
            Keyword::Exec | Keyword::Execute => match next {
                Some(TokenKind::Open | TokenKind::Variable | TokenKind::String(_)) => true,
                Some(TokenKind::Name) => {
                    self.kind(at + 2) == Some(TokenKind::Dot) || self.name(at + 1).contains(&b'_') || self.ends(at + 2)
                }
                _ => one_of(&[Keyword::Immediate]),
            },
            Keyword::Waitfor => one_of(&[Keyword::Delay]),
            Keyword::Declare | Keyword::Set => matches!(next, Some(TokenKind::Variable)) || one_of(&[Keyword::Global]),
            Keyword::Load => self.name(at + 1).eq_ignore_ascii_case(b"data"),
            Keyword::Bulk => one_of(&[Keyword::Insert]),
            Keyword::Attach | Keyword::Backup | Keyword::Restore => one_of(&[Keyword::Database]),
            Keyword::Copy => {
                name && (at + 2..at + 4).any(|at| matches!(self.keyword(at), Some(Keyword::To | Keyword::From)))
                    || next == Some(TokenKind::Open) && self.keyword(at + 2) == Some(Keyword::Select)
            }
            Keyword::Prepare => name && self.keyword(at + 2) == Some(Keyword::From),
            Keyword::If => {
                let acts = |token: &Token| {
                    matches!(
                        token.kind,
                        TokenKind::Keyword(Keyword::Select | Keyword::Waitfor | Keyword::Exec | Keyword::Drop)
                    )
                };
                next == Some(TokenKind::Open) && self.tokens.iter().skip(at).take(64).any(acts)
            }
            Keyword::Shutdown => self.ends(at + 1),
            Keyword::Show => one_of(&[Keyword::Table]) || name && self.ends(at + 2) && self.tail.is_some(),
            Keyword::Call => name && self.kind(at + 2) == Some(TokenKind::Open),
            Keyword::Values => next == Some(TokenKind::Open),
            Keyword::Handler => name,
            Keyword::Pragma => name && self.ends(at + 2),
            Keyword::With => name && self.keyword(at + 2) == Some(Keyword::As),
            _ => false,
        }
    }

    /// Whether an object's name stands at `at` and no sentence goes on behind it: `drop table tennis practice` does.
    fn is_object(&self, at: usize) -> bool {
        let mut at = at;
        while matches!(self.keyword(at), Some(Keyword::If | Keyword::Not | Keyword::Exists)) {
            at += 1;
        }
        while self.kind(at + 1) == Some(TokenKind::Dot) {
            at += 2;
        }
        matches!(
            self.kind(at),
            Some(TokenKind::Name | TokenKind::String(_) | TokenKind::Operator | TokenKind::Variable)
        ) && (!matches!(self.kind(at + 1), Some(TokenKind::Name)) || matches!(self.name(at).first(), Some(b'`' | b'[')))
    }

    /// A statement that may follow a bracket without a semicolon, as SQL Server takes it: `)) waitfor delay …`.
    fn strong_statement(&self, at: usize) -> bool {
        matches!(self.keyword(at), Some(Keyword::Waitfor | Keyword::Exec | Keyword::Execute | Keyword::Declare))
    }

    /// `ORDER BY 5`, `GROUP BY a`, `HAVING 1=1`, `LIMIT 1`, `PROCEDURE analyse(`, `INTO OUTFILE`.
    fn clause(&self, at: usize) -> bool {
        let by = self.keyword(at + 1) == Some(Keyword::By);
        match self.keyword(at) {
            Some(Keyword::Order | Keyword::Group) => {
                by && match self.kind(at + 2) {
                    Some(TokenKind::Number) => true,
                    Some(TokenKind::Name) => {
                        self.quoted
                            && (self.ends(at + 3)
                                || self.kind(at + 3) == Some(TokenKind::Comma)
                                || self.keyword(at + 3) == Some(Keyword::Having))
                    }
                    Some(TokenKind::Open) => true,
                    _ => false,
                }
            }
            Some(Keyword::Having) => self.condition(at + 1).is_some(),
            Some(Keyword::Where) => self.quoted && self.condition(at + 1).is_some(),
            Some(Keyword::Limit) => {
                self.kind(at + 1) == Some(TokenKind::Number) && (self.quoted || self.tail.is_some())
            }
            Some(Keyword::Procedure) => self.kind(at + 2) == Some(TokenKind::Open),
            Some(Keyword::Into) => matches!(self.keyword(at + 1), Some(Keyword::Outfile | Keyword::Dumpfile)),
            Some(Keyword::Collate | Keyword::As) => self.quoted && self.tail.is_some(),
            Some(keyword) => self.quoted && keyword.is_verb() && self.is_statement(at),
            None => false,
        }
    }

    /// A number, a string, or a word for a value. A string left open is one: the query closes it.
    fn is_constant(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(
                TokenKind::Number
                    | TokenKind::String(_)
                    | TokenKind::Keyword(Keyword::True | Keyword::False | Keyword::Null)
            )
        )
    }

    /// A number, an open string, a call or a subquery: what continues a string by an operator. A closed string between
    /// words is prose (`the 'a' + 'b' test`).
    fn is_operand(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(TokenKind::Number) => self.ends(at + 1) || self.kind(at + 1) != Some(TokenKind::Name),
            Some(TokenKind::String(closed)) => !closed || self.tail.is_some(),
            Some(TokenKind::Open) => {
                self.keyword(at + 1) == Some(Keyword::Select) || self.kind(at + 1) == Some(TokenKind::String(false))
            }
            Some(TokenKind::Name | TokenKind::Keyword(_)) => self.kind(at + 1) == Some(TokenKind::Open),
            Some(TokenKind::Variable) => self.name(at).starts_with(b"@@"),
            _ => false,
        }
    }

    /// Whether a value may end with this token.
    fn is_value_end(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(
                TokenKind::Number | TokenKind::String(_) | TokenKind::Close | TokenKind::Closing | TokenKind::Variable
            )
        )
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
