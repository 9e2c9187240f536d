//! `notes: [bidi, tags]`: what the decoders noticed.

use serde::{Deserialize, Serialize};

use crate::message::Span;
use crate::normalize::Notes;

/// One of these was noticed in the field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct NotesQuery(Vec<(Notes, &'static str)>);

impl NotesQuery {
    /// The whole text if one of the notes was made of it: what was noticed has no better place.
    #[must_use]
    pub fn matches(&self, notes: Notes, text: &[u8]) -> Option<Span> {
        self.0.iter().any(|(note, _)| notes.intersects(*note)).then(|| Span::of_usize(0, text.len()))
    }
}

impl TryFrom<Vec<String>> for NotesQuery {
    type Error = String;

    fn try_from(words: Vec<String>) -> Result<Self, String> {
        let known = || Notes::ALL.map(|(_, name)| name).join(", ");
        let note = |word: String| {
            let found = Notes::ALL.into_iter().find(|(_, name)| *name == word);
            found.ok_or_else(|| format!("there is no note `{word}`; there are {}", known()))
        };
        words.into_iter().map(note).collect::<Result<_, _>>().map(Self)
    }
}

impl From<NotesQuery> for Vec<String> {
    fn from(query: NotesQuery) -> Self {
        query.0.into_iter().map(|(_, name)| name.to_owned()).collect()
    }
}
