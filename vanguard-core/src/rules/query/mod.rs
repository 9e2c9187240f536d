//! Questions about what an analyzer understood of a field.
//!
//! A kind of question is one variant of [`Query`], one of [`Fact`], one line of [`KINDS`], and a type that `serde` reads
//! from the rule's YAML.
//!
//! | key | asks about | of fields |
//! | --- | --- | --- |
//! | `shell` | what a command line runs: [`ShellQuery`] | commands; data that holds what separates commands |
//! | `path` | where a path leads: [`PathQuery`] | paths, `file:` URLs |
//! | `host` | whom a URL or host reaches: [`HostQuery`] | URLs, hosts |
//! | `sql` | what a query does, or a value does to one: [`SqlQuery`] | queries; identifiers and short texts, as values in one |
//! | `code` | what code calls and imports: [`CodeQuery`] | code; one line of anything else that no one vouches for |
//! | `notes` | what decoders noticed: [`NotesQuery`] | all |
//!
//! Where nothing says what a field is, all of them are asked; `sql` then reads it as a value.

mod de;
mod notes;

use serde::de::DeserializeOwned;

use crate::{
    analyzers::{
        code::{Code, CodeQuery},
        network::{HostQuery, UrlView},
        path::{PathQuery, PathView, Zones},
        shell::{Shell, ShellQuery},
        sql::{Sql, SqlQuery},
    },
    config::{Capabilities, problem::Problems, tree::Node},
    message::{FieldKind, Span},
    normalize::Notes,
};

pub use notes::NotesQuery;

/// What analyzers understood of one reading of a field.
#[derive(Clone, Copy, Debug)]
pub struct FieldFact<'a> {
    /// The field, as its segments number it.
    pub field: u32,
    /// What the field is.
    pub kind: FieldKind,
    /// The view that was analysed; `None` for the text as written.
    pub view: Option<u32>,
    /// What was understood.
    pub fact: Fact<'a>,
}

/// Facts of one analyzer.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fact<'a> {
    /// What the decoders noticed, and the text they noticed it in.
    Notes(Notes, &'a [u8]),
    /// A command line.
    Shell(&'a Shell<'a>),
    /// A file path, and the zones that it may lie in.
    Path(&'a PathView<'a>, &'a Zones),
    /// A URL or a host.
    Host(&'a UrlView<'a>),
    /// A query, or what of a value would be one.
    Sql(&'a Sql<'a>),
    /// Code that is run, or what of a value would be.
    Code(&'a Code<'a>),
}

/// Gives the facts of a message's fields.
pub trait FactSource {
    /// Calls `visit` for each reading of each field that an analyzer understood.
    fn facts(&self, visit: &mut dyn FnMut(FieldFact<'_>));

    /// What the called tool certainly does with a field.
    fn does(&self, field: u32) -> Capabilities {
        let _ = field;
        Capabilities::NONE
    }
}

/// No facts.
impl FactSource for () {
    fn facts(&self, _: &mut dyn FnMut(FieldFact<'_>)) {}
}

/// A question about facts.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Query {
    /// About what decoders noticed.
    Notes(NotesQuery),
    /// About what a command line runs.
    Shell(Box<ShellQuery>),
    /// About where a path leads.
    Path(Box<PathQuery>),
    /// About where a URL or host leads.
    Host(Box<HostQuery>),
    /// About what a query does, or a value does to one.
    Sql(Box<SqlQuery>),
    /// About what code calls.
    Code(Box<CodeQuery>),
}

impl Query {
    /// Where in the analysed text the facts are as asked; `None` if they are not, or are another analyzer's.
    #[must_use]
    pub fn answer(&self, fact: &Fact<'_>) -> Option<Span> {
        match (self, fact) {
            (Self::Notes(query), Fact::Notes(notes, text)) => query.matches(*notes, text),
            (Self::Shell(query), Fact::Shell(shell)) => query.matches(shell),
            (Self::Path(query), Fact::Path(path, zones)) => query.matches_view(path, zones),
            (Self::Host(query), Fact::Host(url)) => query.matches_view(url),
            (Self::Sql(query), Fact::Sql(sql)) => query.matches(sql),
            (Self::Code(query), Fact::Code(code)) => query.matches(code),
            _ => None,
        }
    }
}

/// Reads a question; reports what is wrong with it.
type Read = fn(&Node, &mut Problems) -> Option<Query>;

/// The keys of a rule that ask a question.
pub(super) const KINDS: [(&str, Read); 6] = [
    ("shell", |node, problems| ask(node, problems, Query::Shell)),
    ("path", |node, problems| ask(node, problems, Query::Path)),
    ("host", |node, problems| ask(node, problems, Query::Host)),
    ("sql", |node, problems| ask(node, problems, Query::Sql)),
    ("code", |node, problems| ask(node, problems, Query::Code)),
    ("notes", |node, problems| ask(node, problems, Query::Notes)),
];

/// Reads a question that asks for something. One that asks for nothing would hold for every text.
fn ask<T: Default + PartialEq + DeserializeOwned>(
    node: &Node,
    problems: &mut Problems,
    query: fn(T) -> Query,
) -> Option<Query> {
    let asked: T = de::read(node, problems)?;
    if asked == T::default() {
        problems.error(node.span, "an empty question asks for nothing");
        return None;
    }
    Some(query(asked))
}
