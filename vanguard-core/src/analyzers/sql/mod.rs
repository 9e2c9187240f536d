//! A tolerant reading of SQL: what statements there are, and whether a value that should be data breaks out of its place.
//!
//! Two questions, two entrances. [`parse`] reads a text whose job is to be SQL (a query tool's argument): what do its
//! statements do? [`parse_value`] reads a text that a program puts into a query (a name, a filter, an id): it is read once
//! as it stands, once from inside `'…'` and once from inside `"…"`, and what would be SQL behind the closing quote is
//! found. Facts of all readings lie together; each has its place in the text.
//!
//! No grammar of any one database is meant: tokens are common ground, and a fact is a short pattern of tokens. Linear in
//! the text, no allocation once warm.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `lexer`, `keywords` | bytes to tokens |
//! | `fact`, `functions` | what there is to know; which function means what |
//! | `statements` | what statements do |
//! | `injection` | how a value leaves its place |
//! | `typographic` | quotes and dashes that word processors make, which databases take for the plain ones |
//! | `query` | the condition rules are made of |

mod fact;
mod functions;
mod injection;
mod keywords;
mod lexer;
mod query;
mod statements;
#[cfg(test)]
mod tests;
mod typographic;

pub use fact::{Fact, Found};
pub use keywords::Keyword;
pub use lexer::{Token, TokenKind};
pub use query::SqlQuery;
pub use statements::Statement;

use crate::analyzers::{found, markup};
use crate::message::Span;
use lexer::Start;

/// No text has more tokens than this read; the rest is reported as [`Fact::Incomplete`].
const TOKENS: usize = 256 * 1024;

/// The reusable pools of an SQL reading. One per thread of work; no allocation once warm.
#[derive(Debug, Default)]
pub struct SqlScratch {
    tokens: Vec<Token>,
    found: Vec<Found>,
    statements: Vec<Statement>,
    calls: Vec<Span>,
    names: Vec<Span>,
    /// The text with its typographic quotes and dashes as a database reads them.
    plain: Vec<u8>,
    /// How many calls and names earlier readings of the text left.
    earlier: (usize, usize),
}

impl SqlScratch {
    /// Forgets the last text and keeps the memory.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.found.clear();
        self.statements.clear();
        self.calls.clear();
        self.names.clear();
    }

    /// What the last reading found in `text`, which must be the text that was read.
    #[must_use]
    pub fn sql<'a>(&'a self, text: &'a [u8]) -> Sql<'a> {
        Sql { text, scratch: self }
    }

    fn note(&mut self, fact: Fact, span: Span) {
        // One place, one fact: the readings of a value overlap.
        if !self.found.iter().rev().take(16).any(|one| one.fact == fact && one.span == span) {
            self.found.push(Found { fact, span });
        }
    }
}

/// What was found in a text: a view into an [`SqlScratch`].
#[derive(Clone, Copy, Debug)]
pub struct Sql<'a> {
    text: &'a [u8],
    scratch: &'a SqlScratch,
}

impl<'a> Sql<'a> {
    /// The text that was read.
    #[must_use]
    pub const fn text(self) -> &'a [u8] {
        self.text
    }

    /// Every fact with its place.
    #[must_use]
    pub fn found(self) -> &'a [Found] {
        &self.scratch.found
    }

    /// The statements, in their order. A value has none but those behind a quote or semicolon.
    #[must_use]
    pub fn statements(self) -> &'a [Statement] {
        &self.scratch.statements
    }

    /// The names of functions that are called, dotted as written. Of a value, those of all its readings.
    #[must_use]
    pub fn calls(self) -> &'a [Span] {
        &self.scratch.calls
    }

    /// The names that are used, dotted as written (`mysql.user`), without keywords.
    #[must_use]
    pub fn names(self) -> &'a [Span] {
        &self.scratch.names
    }

    /// The first place of a fact.
    #[must_use]
    pub fn first(self, fact: Fact) -> Option<Span> {
        found::first(self.found(), &fact)
    }
}

/// Reads a text whose job is to be SQL. Any bytes give a reading; spans are offsets into `text`.
pub fn parse(text: &[u8], scratch: &mut SqlScratch) {
    scratch.clear();
    read(text, 0, Start::Statement, scratch);
    statements::judge(text, scratch);
    statements::judge_calls(text, scratch);
}

/// Reads a text that a program puts into a query. Any bytes give a reading; spans are offsets into `text`.
pub fn parse_value(text: &[u8], scratch: &mut SqlScratch) {
    scratch.clear();
    if is_signs(text) {
        scratch.note(Fact::Signs, Span::of_usize(0, text.len()));
    }
    value(text, 0, scratch);
    let mut plain = std::mem::take(&mut scratch.plain);
    if typographic::plain(text, &mut plain) {
        value(&plain, 0, scratch);
    }
    scratch.plain = plain;
    // Who reads markup puts its values into a query, each by itself.
    if markup::is_markup(text) {
        for span in markup::values(text).filter(|span| !markup::is_condition(text, *span)) {
            value(text.get(..span.end as usize).unwrap_or_default(), span.start as usize, scratch);
        }
    }
}

/// Whether a text is nothing but quotes of both kinds, or one junction.
fn is_signs(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let quotes = text.len() > 1 && text.len() < 5 && text.iter().all(|byte| b"'\"`\\".contains(byte));
    quotes && text.contains(&b'\'') && text.contains(&b'"') || matches!(text, b"&&" | b"||")
}

/// Reads the value that begins at `from` and goes to the end of `text`.
fn value(text: &[u8], from: usize, scratch: &mut SqlScratch) {
    for start in [Start::Value, Start::SingleQuoted, Start::DoubleQuoted] {
        // Every name and sentence of every call comes here; what can't be SQL is not read as such.
        if lexer::is_suspect(text.get(from..).unwrap_or_default(), start) {
            read(text, from, start, scratch);
            injection::judge(text, start, scratch);
        }
    }
}

/// Whether a text's first word is one of SQL: `or true`, `ORDER BY 7-- `.
#[must_use]
pub fn begins(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let len = text.iter().take(16).take_while(|byte| byte.is_ascii_alphabetic()).count();
    Keyword::of(text.get(..len).unwrap_or_default()).is_some()
}

fn read(text: &[u8], from: usize, start: Start, scratch: &mut SqlScratch) {
    scratch.tokens.clear();
    if !lexer::tokens(text, from, start, TOKENS, &mut scratch.tokens) {
        scratch.note(Fact::Incomplete, Span::of_usize(0, text.len()));
    }
    let first = if start.quote().is_some() { 2 } else { 0 };
    scratch.earlier = (scratch.calls.len(), scratch.names.len());
    lexer::names(scratch.tokens.get(first..).unwrap_or_default(), &mut scratch.names, &mut scratch.calls);
}
