//! Questions about what an analyzer understood of a field.
//!
//! A kind of question is one variant of [`Query`], one of [`Fact`], one line of `KINDS`, and a type that `serde` reads
//! from the rule's YAML.
//!
//! | key | asks about | of fields |
//! | --- | --- | --- |
//! | `shell` | what a command line runs: [`ShellQuery`] | commands; data that holds what separates commands |
//! | `path` | where a path leads: [`PathQuery`] | paths, `file:` URLs |
//! | `host` | whom a URL or host reaches: [`HostQuery`] | URLs, hosts |
//! | `sql` | what a query does, or a value does to one: [`SqlQuery`] | queries; identifiers and short texts, as values in one |
//! | `code` | what code calls and imports: [`CodeQuery`] | code; one line of anything else that no one vouches for |
//! | `pii` | what personal data stands there: [`PiiQuery`] | all but opaque data |
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
        pii::{self, Pii, PiiQuery},
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
    /// What the field is, or what a part of it is to whom it is handed on.
    pub kind: FieldKind,
    /// The view that was analysed; `None` for the text as written.
    pub view: Option<u32>,
    /// Where that part stands in the text, if the fact is about a part.
    pub part: Option<Span>,
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
    /// Personal data in a text.
    Pii(Pii<'a>),
}

/// What a question can be about: one for each analyzer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Topic {
    /// What decoders noticed.
    Notes,
    /// A command line.
    Shell,
    /// A file path.
    Path,
    /// A URL or a host.
    Host,
    /// A query.
    Sql,
    /// Code.
    Code,
    /// Personal data.
    Pii,
}

/// How many topics there are.
pub(crate) const TOPICS: usize = 7;

/// Which kinds of field somebody asks about, for each topic: what nobody asks about need not be analyzed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    fields: [u16; TOPICS],
    pii: pii::Facts,
    /// Whether somebody asks for the name of a URL's file, where it needs neither a dot nor a `%`.
    files: bool,
}

impl Asked {
    /// Adds the kinds of field whose bits are set.
    pub(crate) fn ask(&mut self, query: &Query, fields: u16) {
        if let Some(asked) = self.fields.get_mut(query.topic() as usize) {
            *asked |= fields;
        }
        if let Query::Pii(query) = query {
            self.pii = query.fact.iter().fold(self.pii, |all, fact| all.with(*fact));
        }
        if let Query::Host(query) = query {
            self.files |= query.file.iter().any(|glob| !glob.as_str().contains(['.', '%']));
        }
    }

    /// The personal data that somebody asks about.
    #[must_use]
    pub const fn pii(&self) -> pii::Facts {
        self.pii
    }

    /// Whether somebody asks for the file of a URL by a name that may be plain.
    pub(crate) const fn files(&self) -> bool {
        self.files
    }

    /// Whether somebody asks about this topic of a field of this kind.
    #[must_use]
    pub fn about(&self, topic: Topic, kind: FieldKind) -> bool {
        self.fields.get(topic as usize).is_some_and(|fields| fields & (1 << kind as u16) != 0)
    }
}

/// Gives the facts of a message's fields.
pub trait FactSource {
    /// Calls `visit` for each reading of each field that an analyzer understood, at least for those that are asked about.
    /// `visit` says whether a question found something.
    fn facts(&self, asked: &Asked, visit: &mut dyn FnMut(FieldFact<'_>) -> bool);

    /// What the called tool certainly does with a field.
    fn does(&self, field: u32) -> Capabilities {
        let _ = field;
        Capabilities::NONE
    }

    /// The name of the argument that a field is, or is an element of.
    fn key(&self, field: u32) -> &[u8] {
        let _ = field;
        &[]
    }
}

/// No facts.
impl FactSource for () {
    fn facts(&self, _: &Asked, _: &mut dyn FnMut(FieldFact<'_>) -> bool) {}
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
    /// About personal data.
    Pii(PiiQuery),
}

impl Fact<'_> {
    /// What it is about.
    #[must_use]
    pub fn topic(&self) -> Topic {
        match self {
            Self::Notes(..) => Topic::Notes,
            Self::Shell(_) => Topic::Shell,
            Self::Path(..) => Topic::Path,
            Self::Host(_) => Topic::Host,
            Self::Sql(_) => Topic::Sql,
            Self::Code(_) => Topic::Code,
            Self::Pii(_) => Topic::Pii,
        }
    }
}

impl Query {
    /// What it asks about.
    #[must_use]
    pub fn topic(&self) -> Topic {
        match self {
            Self::Notes(_) => Topic::Notes,
            Self::Shell(_) => Topic::Shell,
            Self::Path(_) => Topic::Path,
            Self::Host(_) => Topic::Host,
            Self::Sql(_) => Topic::Sql,
            Self::Code(_) => Topic::Code,
            Self::Pii(_) => Topic::Pii,
        }
    }

    /// Calls `f` with each place that [`answer`](Self::answer) gives the first of, where an analyzer tells of more than one.
    pub(crate) fn answers(&self, fact: &Fact<'_>, mut f: impl FnMut(Span)) {
        match (self, fact) {
            (Self::Pii(query), Fact::Pii(pii)) => query.all(pii).for_each(f),
            _ => {
                if let Some(span) = self.answer(fact) {
                    f(span);
                }
            }
        }
    }

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
            (Self::Pii(query), Fact::Pii(pii)) => query.matches(pii),
            _ => None,
        }
    }
}

/// Reads a question; reports what is wrong with it.
type Read = fn(&Node, &mut Problems) -> Option<Query>;

/// The keys of a rule that ask a question.
pub(super) const KINDS: [(&str, Read); 7] = [
    ("shell", |node, problems| ask(node, problems, Query::Shell)),
    ("path", |node, problems| ask(node, problems, Query::Path)),
    ("host", |node, problems| ask(node, problems, Query::Host)),
    ("sql", |node, problems| ask(node, problems, Query::Sql)),
    ("code", |node, problems| ask(node, problems, Query::Code)),
    ("pii", |node, problems| ask(node, problems, Query::Pii)),
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
