//! Questions about what an analyzer understood of a field.

use std::marker::PhantomData;

use crate::config::tree::Node;
use crate::message::{FieldKind, Span};

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
    #[doc(hidden)]
    None(PhantomData<&'a ()>),
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
    #[doc(hidden)]
    None,
}

impl Query {
    /// The keys under which rules ask them.
    pub const NAMES: [&str; 0] = [];

    /// Reads the query that stands under `name` in a rule.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(name: &str, _node: &Node) -> Result<Self, String> {
        Err(format!("there is no query called `{name}`"))
    }

    /// Where in the analysed text the facts are as asked; `None` if they are not, or are another analyzer's.
    #[must_use]
    pub fn answer(&self, _fact: &Fact<'_>) -> Option<Span> {
        None
    }
}
