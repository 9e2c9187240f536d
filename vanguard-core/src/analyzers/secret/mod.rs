//! Whether what looks like a secret is one: it is random, its checksum holds, and nobody made it up for a document.
//!
//! A rule's pattern says where a secret may stand (`ghp_…`, `api_key = …`); a [`Check`] looks at what it found. Documents, tests and
//! templates are full of `xxxx`, `<your-key>`, `AKIAIOSFODNN7EXAMPLE` and `0123456789abcdef`, which are in the form of secrets and are none.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `random` | placeholders, runs, sequences, repetitions, words |
//! | `checksum` | checksums and headers that providers define |

mod checksum;
mod random;

use crate::message::Span;
use serde::{Deserialize, Serialize};

/// What must be true of what a pattern matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// Its last word is as machines make secrets: not one that a person made up, or left to be filled in.
    Random,
    /// Its last word is no placeholder, and not one character again and again. Enough where a name says whose key it is.
    Filled,
    /// Its last word is as people choose passwords that they keep: letters and digits, and none that a page gives as an example.
    Password,
    /// Its last word ends with its CRC-32 in base 62, as tokens of GitHub and npm do.
    Crc32,
    /// Its last word is a JSON Web Token: the header is JSON that names an algorithm.
    Jwt,
    /// The digits of its last word pass Luhn's check, as those of cards and many customers' numbers do.
    Luhn,
}

impl Check {
    /// Every check.
    pub const ALL: [Self; 6] = [Self::Random, Self::Filled, Self::Password, Self::Crc32, Self::Jwt, Self::Luhn];

    /// The word used in rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Filled => "filled",
            Self::Password => "password",
            Self::Crc32 => "crc32",
            Self::Jwt => "jwt",
            Self::Luhn => "luhn",
        }
    }

    /// What of a match in `text` passes: the match, to the end of its last word. `None` if it does not pass.
    #[must_use]
    pub fn accept(self, text: &[u8], found: Span) -> Option<Span> {
        let (whole, word) = self.parts(text, found);
        let rest = text.get(word.end as usize..).unwrap_or_default();
        let word = word.of(text);
        let passes = match self {
            Self::Random => random::is_random(word),
            Self::Filled => random::is_filled(word),
            Self::Password => random::is_password(word),
            Self::Crc32 => checksum::crc32_holds(word),
            Self::Jwt => checksum::is_jwt(word),
            Self::Luhn => checksum::luhn_holds(word),
        };
        // A secret of which the rest is left out is shown to nobody.
        let left_out = [&b"..."[..], b"\xe2\x80\xa6", b"***"].iter().any(|sign| rest.starts_with(sign));
        (passes && !left_out).then_some(whole)
    }

    /// The word that it judges: of a match, what is secret.
    pub(crate) fn word(self, text: &[u8], found: Span) -> Span {
        self.parts(text, found).1
    }

    fn parts(self, text: &[u8], found: Span) -> (Span, Span) {
        match self {
            Self::Password => {
                last_word(text, found, |byte| !byte.is_ascii_whitespace() && !b"\"'`,;:=<>(){}[]&".contains(&byte))
            }
            _ => last_word(text, found, |byte| byte.is_ascii_alphanumeric() || b"_+/.~-".contains(&byte)),
        }
    }
}

/// Longest way that is gone behind a match to the end of its word.
const LONGEST_REST: usize = 512;
/// Longest word that is looked at; of a longer one its end.
pub(super) const LONGEST_WORD: usize = 512;

/// The match with the rest of its last word, and that word.
fn last_word(text: &[u8], found: Span, is_inside: impl Fn(u8) -> bool) -> (Span, Span) {
    let matched = found.of(text);
    let behind = matched.iter().rev().take_while(|byte| !is_inside(**byte)).count();
    let mut end = found.end as usize - behind;
    if behind == 0 {
        let rest = text.get(end..).unwrap_or_default();
        end += rest.iter().take(LONGEST_REST).take_while(|byte| is_inside(**byte)).count();
    }
    // What ends a sentence is not of the word.
    let full = text.get(..end).unwrap_or_default();
    end -= full.iter().rev().take(3).take_while(|byte| **byte == b'.').count();
    let from = found.start as usize;
    let word = text.get(from.max(end.saturating_sub(LONGEST_WORD))..end).unwrap_or_default();
    let len = word.iter().rev().take_while(|byte| is_inside(**byte)).count();
    let whole = Span::of_usize(from, end.max(found.end as usize));
    (whole, Span::of_usize(end - len, end))
}

#[cfg(test)]
mod tests {
    use super::{Check, last_word};
    use crate::message::Span;

    #[test]
    fn the_last_word_of_a_match_is_judged_to_its_end() {
        for (text, matched, word) in [
            ("key = abc123def and", "key = abc1", "abc123def"),
            ("key=abc123==;", "key=abc", "abc123"),
            ("\"key\": \"abc.def\",", "\"key\": \"abc.def\"", "abc.def"),
            ("it is abc123...", "abc", "abc123"),
            ("it is abc123.", "abc", "abc123"),
            ("abc", "abc", "abc"),
        ] {
            let start = text.find(matched).unwrap();
            let (whole, last) = last_word(text.as_bytes(), Span::of_usize(start, start + matched.len()), |byte| {
                byte.is_ascii_alphanumeric() || byte == b'.'
            });
            assert_eq!(last.of(text.as_bytes()), word.as_bytes(), "{text}");
            assert!(whole.start as usize == start && whole.end as usize >= start + matched.len());
        }
    }

    #[test]
    fn what_fails_is_no_match() {
        let text = b"token=xxxxxxxxxxxxxxxxxxxx";
        assert_eq!(Check::Random.accept(text, Span::new(0, 12)), None);
        assert_eq!(Check::Random.accept(b"token=Tj2lXpF8Dbg...", Span::new(0, 12)), None);
        let text = b"token=Tj2lXpF8DbgBH2uhsr9V,";
        assert_eq!(Check::Random.accept(text, Span::new(0, 12)), Some(Span::new(0, 26)));
    }
}
