//! What compares: `or 1=1`, `and sleep(5)`.

use super::super::fact::Fact;
use super::super::functions::{function, is_common};
use super::super::keywords::Keyword;
use super::super::lexer::TokenKind;
use super::super::statements;
use super::Reader;

impl Reader<'_> {
    /// A condition from `at` on: what it is, and its last token.
    pub(super) fn condition(&self, start: usize) -> Option<(Fact, usize)> {
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
    pub(super) fn other_side(&self, comparison: usize) -> usize {
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
    pub(super) fn call_condition(&self, at: usize, open: usize) -> Option<(Fact, usize)> {
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
}
