//! What may stand where in SQL, and goes on as no sentence does.

use super::super::keywords::Keyword;
use super::super::lexer::{Token, TokenKind};
use super::Reader;

impl Reader<'_> {
    /// `UNION [ALL] SELECT` with a list, or another operation on sets.
    pub(super) fn set_operation(&self, at: usize) -> Option<usize> {
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
    pub(super) fn is_list(&self, at: usize) -> bool {
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
    pub(super) fn is_statement(&self, at: usize) -> bool {
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
    pub(super) fn is_object(&self, at: usize) -> bool {
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
    pub(super) fn strong_statement(&self, at: usize) -> bool {
        matches!(self.keyword(at), Some(Keyword::Waitfor | Keyword::Exec | Keyword::Execute | Keyword::Declare))
    }

    /// `ORDER BY 5`, `GROUP BY a`, `HAVING 1=1`, `LIMIT 1`, `PROCEDURE analyse(`, `INTO OUTFILE`.
    pub(super) fn clause(&self, at: usize) -> bool {
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
    pub(super) fn is_constant(&self, at: usize) -> bool {
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
    pub(super) fn is_operand(&self, at: usize) -> bool {
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
    pub(super) fn is_value_end(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(
                TokenKind::Number | TokenKind::String(_) | TokenKind::Close | TokenKind::Closing | TokenKind::Variable
            )
        )
    }
}

/// Whether a first word only prepares what follows: a transaction, a setting, a lock, a look at the plan.
pub(super) fn prepares(word: &[u8]) -> bool {
    const WORDS: [&[u8]; 16] = [
        b"begin",
        b"start",
        b"commit",
        b"rollback",
        b"savepoint",
        b"set",
        b"pragma",
        b"use",
        b"lock",
        b"explain",
        b"analyze",
        b"vacuum",
        b"show",
        b"describe",
        b"declare",
        b"go",
    ];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}
