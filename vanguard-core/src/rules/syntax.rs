//! How a pattern is read, and what it requires.
//!
//! The syntax is that of the `regex` crate on bytes, with these defaults: ASCII case ignored (`(?-i)` brings it back),
//! `.` also matches line breaks, `\w`, `\d`, `\s`, `\b` mean ASCII, `^` and `$` are the ends of the field's text.

use std::sync::Arc;

use regex_syntax::{ParserBuilder, hir::Hir};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::literals::{self, Literal};

/// Most bytes one automaton may take.
pub const MAX_AUTOMATON: usize = 512 * 1024;
/// Deepest nesting of a pattern.
const MAX_NEST: u32 = 32;
/// Longest pattern, in bytes.
const MAX_SOURCE: usize = 8192;

/// Bytes beside a literal that most often are what a pattern asks for.
const BESIDE: usize = 4;

/// Why a pattern is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// It is not a regex, or not one we take.
    #[error("{reason}")]
    Syntax {
        /// First byte of the offending part, in the pattern.
        start: usize,
        /// One past its last byte.
        end: usize,
        /// What is wrong, in lower case without a period.
        reason: String,
    },
    /// It matches the empty text, so it would match everywhere.
    #[error("it matches the empty text, so it would match everywhere")]
    MatchesEmpty,
    /// Its automaton exceeds [`MAX_AUTOMATON`], or building it would take too long.
    #[error("its automaton takes more than {} KiB or too long to build; wide counted gaps and long counted classes multiply its states", MAX_AUTOMATON / 1024)]
    TooBig,
}

/// What is derived from a pattern's text once: at build time for the built-in packs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// Each match holds one of these; empty if nothing can be required.
    #[serde(serialize_with = "plain", deserialize_with = "shared")]
    pub literals: Arc<[Literal]>,
    /// Bytes of the longest match; `None` if there is no bound.
    pub max_len: Option<u32>,
    /// What it costs to look for its literals, as [`literals::cost`] says.
    pub cost: f64,
    /// How often one of its literals stands in ordinary text where little more than the literal is asked for: what is
    /// confirmed then is nearly as common.
    pub bare: f64,
}

fn plain<S: Serializer>(literals: &[Literal], serializer: S) -> Result<S::Ok, S::Error> {
    literals.serialize(serializer)
}

fn shared<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<[Literal]>, D::Error> {
    Vec::deserialize(deserializer).map(Into::into)
}

impl Derived {
    /// Whether each literal stands at one distance from the start of the match, so that one anchored try decides.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        !self.literals.is_empty() && self.literals.iter().all(|literal| literal.fixed().is_some())
    }
}

/// Reads a pattern and derives what it requires.
///
/// # Errors
/// [`PatternError::Syntax`] or [`PatternError::MatchesEmpty`].
pub fn derive(source: &str) -> Result<Derived, PatternError> {
    let hir = parse(source)?;
    let properties = hir.properties();
    if properties.minimum_len().is_none_or(|len| len == 0) {
        return Err(PatternError::MatchesEmpty);
    }
    let max_len = properties.maximum_len().map(|len| u32::try_from(len).unwrap_or(u32::MAX));
    let literals = literals::required(&hir);
    let longest = max_len.map_or(usize::MAX, |len| len as usize);
    let bare = literals.iter().filter(|literal| longest <= literal.bytes.len() + BESIDE);
    let bare = bare.map(|literal| literals::chance(&literal.bytes)).sum();
    Ok(Derived { cost: literals::cost(&literals), bare, literals: literals.into(), max_len })
}

/// Alternatives as one pattern.
pub(crate) fn any_of<'t>(mut sources: impl Iterator<Item = &'t str>) -> String {
    let first = sources.next().unwrap_or_default().to_owned();
    match sources.next() {
        None => first,
        Some(second) => {
            let rest: String = sources.map(|source| format!("|(?:{source})")).collect();
            format!("(?:{first})|(?:{second}){rest}")
        }
    }
}

/// Reads a pattern with our defaults.
pub(crate) fn parse(source: &str) -> Result<Hir, PatternError> {
    if source.len() > MAX_SOURCE {
        let reason = format!("it is longer than {MAX_SOURCE} bytes");
        return Err(PatternError::Syntax { start: MAX_SOURCE, end: source.len(), reason });
    }
    let mut parser = ParserBuilder::new()
        .utf8(false)
        .unicode(false)
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .nest_limit(MAX_NEST)
        .build();
    parser.parse(source).map_err(|error| {
        let (span, reason) = match &error {
            regex_syntax::Error::Parse(error) => (*error.span(), error.kind().to_string()),
            regex_syntax::Error::Translate(error) => (*error.span(), error.kind().to_string()),
            other => return PatternError::Syntax { start: 0, end: source.len(), reason: other.to_string() },
        };
        PatternError::Syntax { start: span.start.offset, end: span.end.offset, reason }
    })
}

#[cfg(test)]
mod tests {
    use super::{PatternError, derive};

    #[test]
    fn bad_patterns_are_refused_with_their_place() {
        assert_eq!(derive("a*").unwrap_err(), PatternError::MatchesEmpty);
        let PatternError::Syntax { start, end, .. } = derive("abc(def").unwrap_err() else { panic!("not syntax") };
        assert_eq!((start, end), (3, 4));
        assert!(matches!(derive(r"(a)\1"), Err(PatternError::Syntax { .. })));
    }

    #[test]
    fn one_place_needs_one_try() {
        assert!(derive("alphabet").unwrap().is_fixed() && !derive("[ab]{1,2}alphabet").unwrap().is_fixed());
        assert_eq!(derive("ab{1,3}").unwrap().max_len, Some(4));
        assert_eq!(derive("ab+").unwrap().max_len, None);
    }
}
