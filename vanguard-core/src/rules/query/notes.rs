//! `notes: [tags, bidi]`: decoders noticed one of these.

use serde::{Deserialize, Deserializer, de::Error};

use crate::{message::Span, normalize::Notes};

/// Asks whether any of these was noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<Named>")]
pub struct NotesQuery(Notes);

impl From<Vec<Named>> for NotesQuery {
    fn from(names: Vec<Named>) -> Self {
        Self(names.into_iter().fold(Notes::NONE, |all, Named(note)| all | note))
    }
}

/// A note by its name.
struct Named(Notes);

const NAMES: [&str; Notes::ALL.len()] = {
    let (mut names, mut rest) = ([""; Notes::ALL.len()], Notes::ALL.as_slice());
    let mut open = names.as_mut_slice();
    while let ([name, more @ ..], [(_, known), tail @ ..]) = (open, rest) {
        *name = *known;
        (open, rest) = (more, tail);
    }
    names
};

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = Notes::ALL.into_iter().find(|(_, known)| *known == name);
        known.map(|(note, _)| Self(note)).ok_or_else(|| D::Error::unknown_variant(&name, &NAMES))
    }
}

impl NotesQuery {
    /// The whole text if one of the notes is among `notes`.
    #[must_use]
    pub fn matches(self, notes: Notes, text: &[u8]) -> Option<Span> {
        notes.intersects(self.0).then(|| Span::of_usize(0, text.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, NotesQuery};
    use crate::{message::Span, normalize::Notes};

    #[test]
    fn any_note_will_do() {
        let query = NotesQuery::from(vec![Named(Notes::TAGS), Named(Notes::BIDI)]);
        assert_eq!(query.matches(Notes::BIDI | Notes::NUL, b"text"), Some(Span::new(0, 4)));
        assert_eq!(query.matches(Notes::NUL, b"text"), None);
    }
}
