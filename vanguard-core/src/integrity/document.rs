//! A definition as a lock keeps it: in canonical form, read, with its fingerprint.

use super::canonical::canonical;
use super::{Digest, Json};
use crate::message::{Framing, Limits, Tape, read};

/// A JSON value of its own, in canonical form.
#[derive(Debug)]
pub struct Document {
    text: String,
    tape: Tape,
    digest: Digest,
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Document {}

impl Document {
    /// A copy of `value`.
    #[must_use]
    pub fn of(value: Json<'_>) -> Self {
        let text = canonical(value);
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &limits(), &mut tape);
        let digest = Digest::of(&text);
        Self { text, tape, digest }
    }

    /// Reads a JSON text; `None` if it is not JSON that every reader understands alike.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut tape = Tape::new();
        read(text.as_bytes(), Framing::Body, &limits(), &mut tape);
        let sound = tape.is_complete() && tape.issues().is_empty();
        sound.then(|| Self::of(Json::new(&tape, 0, text.as_bytes())))
    }

    /// The value.
    #[must_use]
    pub fn json(&self) -> Json<'_> {
        Json::new(&self.tape, 0, self.text.as_bytes())
    }

    /// Its canonical form.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The SHA-256 of its canonical form.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The SHA-256 of the canonical form of each of its members, sorted by name.
    #[must_use]
    pub fn fields(&self) -> Vec<(&str, Digest)> {
        self.json().by_name().into_iter().map(|(name, value)| (name, Digest::of(canonical(value)))).collect()
    }
}

/// What a message may hold, a lock may: its definitions lie some levels deeper there.
pub(super) fn limits() -> Limits {
    let usual = Limits::default();
    Limits { depth: usual.depth.saturating_add(128), message: usual.message.saturating_mul(4), ..usual }
}

#[cfg(test)]
mod tests {
    use super::Document;

    #[test]
    fn order_and_spelling_count_for_nothing() {
        let of = |text| Document::parse(text).unwrap();
        let one = of(r#"{"name":"a","n":1.0,"t":"\u0041"}"#);
        assert_eq!(one, of("{ \"t\": \"A\", \"n\": 1e0, \"name\": \"a\" }"));
        assert_ne!(one, of(r#"{"name":"b","n":1,"t":"A"}"#));
        assert_eq!(one.fields().len(), 3);
        assert_eq!(one.fields()[0].1, of("1").digest());
        assert!(Document::parse(r#"{"a":1,"a":2}"#).is_none() && Document::parse("{").is_none());
    }
}
