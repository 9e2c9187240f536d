//! Questions about what an analyzer understood of a field.

mod notes;

pub use notes::NotesQuery;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::config::tree::Node;
use crate::message::{FieldKind, Span};
use crate::normalize::Notes;

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Query {
    /// Something the decoders noticed.
    Notes(NotesQuery),
}

impl Query {
    /// The keys under which rules ask them.
    pub const NAMES: [&str; 1] = ["notes"];

    /// Reads the query that stands under `name` in a rule.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(name: &str, node: &Node) -> Result<Self, String> {
        match name {
            "notes" => parse(node).map(Self::Notes),
            _ => Err("there is no such query".to_owned()),
        }
    }

    /// Where in the analysed text the facts are as asked; `None` if they are not, or are another analyzer's.
    #[must_use]
    pub fn answer(&self, fact: &Fact<'_>) -> Option<Span> {
        match (self, fact) {
            (Self::Notes(query), Fact::Notes(notes, text)) => query.matches(*notes, text),
        }
    }
}

fn parse<T: DeserializeOwned>(node: &Node) -> Result<T, String> {
    serde_json::to_value(node).and_then(serde_json::from_value).map_err(|error| error.to_string())
}
