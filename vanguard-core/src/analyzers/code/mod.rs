//! A tolerant reading of source code that will be run: what it calls, and what it imports.
//!
//! No language's grammar is meant. Python, JavaScript, Java, PHP, Ruby and Perl share strings, comments, dotted names and
//! parentheses, and a gadget is a short pattern of these: `os.system(…)`, `require('child_process').exec(…)`,
//! `Runtime.getRuntime().exec(…)`, `eval(atob(…))`, `''.__class__.__mro__`. A call that a comment or a string names is none.
//! Linear in the text, no recursion, no allocation once warm.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `fact` | what there is to know |
//! | `lexer` | bytes to tokens |
//! | `calls` | tokens to calls and imports |
//! | `gadgets` | which call means what: data alone |
//! | `magic` | lines that a notebook hands to a shell |
//! | `template` | expressions that a template engine would run |
//! | `value` | what a value is as a whole |
//! | `query` | the condition rules are made of |

mod calls;
mod fact;
mod gadgets;
mod lexer;
mod magic;
mod query;
mod template;
#[cfg(test)]
mod tests;
mod value;

pub use calls::{Call, Sink};
pub use fact::{Fact, Found};
pub use query::CodeQuery;

use crate::analyzers::{found, markup};
use crate::message::Span;
use calls::Given;

/// The reusable pools of a reading. One per thread of work; no allocation once warm.
#[derive(Debug, Default)]
pub struct CodeScratch {
    found: Vec<Found>,
    calls: Vec<Call>,
    imports: Vec<Span>,
    /// Calls whose parentheses are open; `None` for parentheses that call nothing.
    open: Vec<Option<u32>>,
    /// A call as tables have it: `object.name`.
    pair: Vec<u8>,
    /// Strings that are given to calls which hand them on.
    given: Vec<Given>,
}

impl CodeScratch {
    /// Forgets the last text and keeps the memory.
    pub fn clear(&mut self) {
        self.found.clear();
        self.calls.clear();
        self.imports.clear();
        self.open.clear();
        self.given.clear();
    }

    /// What the last reading found in `text`, which must be the text that was read.
    #[must_use]
    pub fn code<'a>(&'a self, text: &'a [u8]) -> Code<'a> {
        Code { text, scratch: self }
    }

    fn note(&mut self, fact: Fact, span: Span) {
        if self.found.last().is_none_or(|last| (last.fact, last.span) != (fact, span)) {
            self.found.push(Found { fact, span });
        }
    }
}

/// What was found in a text: a view into a [`CodeScratch`].
#[derive(Clone, Copy, Debug)]
pub struct Code<'a> {
    text: &'a [u8],
    scratch: &'a CodeScratch,
}

impl<'a> Code<'a> {
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

    /// Every call.
    #[must_use]
    pub fn calls(self) -> &'a [Call] {
        &self.scratch.calls
    }

    /// Names of modules that are imported, as written.
    #[must_use]
    pub fn imports(self) -> &'a [Span] {
        &self.scratch.imports
    }

    /// The strings of each call that hands them on to a shell, a file system or the network, in the order written.
    pub fn handed_on(self) -> impl Iterator<Item = (Sink, impl Iterator<Item = Span>)> {
        let calls = self.scratch.given.chunk_by(|one, other| one.call == other.call);
        calls.filter_map(|strings| Some((strings.first()?.sink, strings.iter().map(|string| string.span))))
    }

    /// The first place of a fact.
    #[must_use]
    pub fn first(self, fact: Fact) -> Option<Span> {
        found::first(self.found(), &fact)
    }
}

/// Reads a text as code. Any bytes give a reading; spans are offsets into `text`.
pub fn parse(text: &[u8], scratch: &mut CodeScratch) {
    scratch.clear();
    read(text, 0, scratch);
    magic::read(text, scratch);
    template::read(text, scratch);
    value::judge(text, 0, scratch);
}

/// Reads a text that should be data and that something may evaluate: as code, and if it is markup, each value in it.
pub fn parse_value(text: &[u8], scratch: &mut CodeScratch) {
    parse(text, scratch);
    if markup::is_markup(text) {
        for span in markup::values(text) {
            let until = text.get(..span.end as usize).unwrap_or_default();
            read(until, span.start as usize, scratch);
            value::judge(until, span.start as usize, scratch);
        }
    }
}

fn read(text: &[u8], from: usize, scratch: &mut CodeScratch) {
    let torn = calls::read(text, from, false, scratch);
    // A quote that nothing closes on its line is an apostrophe in one language and a string of several lines in another.
    if torn {
        calls::read(text, from, true, scratch);
    }
}
