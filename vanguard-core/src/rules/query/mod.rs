//! Questions about what an analyzer understood of a field.
//!
//! A kind of question is one variant of [`Query`], one of [`Fact`], one line of [`KINDS`], and a type that `serde` reads
//! from the rule's YAML.

mod de;
mod notes;

use crate::{
    config::{problem::Problems, tree::Node},
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
    /// What decoders noticed in the field, and its text.
    Notes(Notes, &'a [u8]),
}

/// Gives the facts of a message's fields.
pub trait FactSource {
    /// Calls `visit` for each reading of each field that an analyzer understood.
    fn facts(&self, visit: &mut dyn FnMut(FieldFact<'_>));
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
}

impl Query {
    /// Where in the analysed text the facts are as asked; `None` if they are not, or are another analyzer's.
    #[must_use]
    pub fn answer(&self, fact: &Fact<'_>) -> Option<Span> {
        match (self, fact) {
            (Self::Notes(query), Fact::Notes(notes, text)) => query.matches(*notes, text),
        }
    }
}

/// Reads a question; reports what is wrong with it.
type Read = fn(&Node, &mut Problems) -> Option<Query>;

/// The keys of a rule that ask a question.
pub(super) const KINDS: &[(&str, Read)] = &[("notes", |node, problems| de::read(node, problems).map(Query::Notes))];
