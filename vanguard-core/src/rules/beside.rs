//! What may stand directly beside a literal: `\bpost\b` needs a byte that is part of no word on either side.
//!
//! Most honest occurrences of a common literal fail here, at the cost of two look-ups, before anything else is asked.

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use serde::{Deserialize, Serialize};

use super::rarity::symbol_of;

/// A set of bytes, as far as the statistics of [`rarity`](super::rarity::rarity) tell them apart, and of the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside(u64);

impl Beside {
    /// Whatever stands there, or nothing.
    pub const ANY: Self = Self(u64::MAX);
    const NONE: Self = Self(0);
    /// The text begins or ends there.
    const EDGE: Self = Self(1 << 63);

    /// The set of this byte, or of the text's end.
    #[must_use]
    pub fn of(byte: Option<u8>) -> Self {
        byte.map_or(Self::EDGE, |byte| Self(1_u64.wrapping_shl(symbol_of(byte).into())))
    }

    /// Whether they share something.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// A byte of the set: a blank or another visible one.
    pub(super) fn example(self) -> Option<u8> {
        (b' '..=b'~').find(|byte| self.meets(Self::of(Some(*byte))))
    }

    /// What is in both.
    #[must_use]
    const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in one of them.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn bytes(bytes: impl IntoIterator<Item = u8>) -> Self {
        bytes.into_iter().fold(Self::NONE, |all, byte| all.or(Self::of(Some(byte))))
    }

    /// The bytes that make words for `\b`, or all others.
    fn words(are: bool) -> Self {
        let words = Self::bytes((0..=u8::MAX).filter(|byte| is_word(*byte)));
        if are { words } else { Self(!words.0) }
    }
}

/// Whether `\b` takes it for a part of a word.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What a part of a pattern puts beside the literal that it stands next to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Side {
    /// The bytes it may put there.
    some: Beside,
    /// If it may be empty: what it lets stand there.
    none: Option<Beside>,
}

impl Side {
    /// Of no part at all.
    pub(crate) const EMPTY: Self = Self { some: Beside::NONE, none: Some(Beside::ANY) };
    /// Of a part of which nothing is known.
    pub(crate) const UNKNOWN: Self = Self { some: Beside::ANY, none: Some(Beside::ANY) };

    /// With `next` farther from the literal.
    pub(crate) fn then(self, next: Self) -> Self {
        match self.none {
            Some(none) => Self { some: self.some.or(none.and(next.some)), none: next.none.map(|next| none.and(next)) },
            None => self,
        }
    }

    /// Either of them.
    pub(crate) fn or(self, other: Self) -> Self {
        let none = match (self.none, other.none) {
            (Some(a), Some(b)) => Some(a.or(b)),
            (a, b) => a.or(b),
        };
        Self { some: self.some.or(other.some), none }
    }

    /// What may stand there once nothing is left of the pattern.
    pub(crate) fn settled(self) -> Beside {
        self.some.or(self.none.unwrap_or(Beside::NONE))
    }

    /// What these parts put behind a literal that ends with `last`.
    pub(crate) fn ahead(parts: &[Hir], last: u8) -> Self {
        Self::of_all(parts.iter(), Way { ahead: true, word: is_word(last) })
    }

    /// What these parts put before a literal that begins with `first`.
    pub(crate) fn behind(parts: &[Hir], first: u8) -> Self {
        Self::of_all(parts.iter().rev(), Way { ahead: false, word: is_word(first) })
    }

    fn of_all<'h>(parts: impl Iterator<Item = &'h Hir>, way: Way) -> Self {
        let mut side = Self::EMPTY;
        for part in parts {
            if side.none.is_none() {
                break;
            }
            side = side.then(Self::of(part, way));
        }
        side
    }

    /// Recurses as deep as the pattern nests; the parser's nest limit bounds that.
    fn of(hir: &Hir, way: Way) -> Self {
        match hir.kind() {
            HirKind::Empty => Self::EMPTY,
            HirKind::Look(look) => Self { some: Beside::NONE, none: Some(way.lets(*look)) },
            HirKind::Literal(literal) => {
                let near = if way.ahead { literal.0.first() } else { literal.0.last() };
                Self { some: Beside::bytes(near.copied()), none: None }
            }
            HirKind::Class(Class::Bytes(class)) => {
                let bytes = class.ranges().iter().flat_map(|range| range.start()..=range.end());
                Self { some: Beside::bytes(bytes), none: None }
            }
            HirKind::Class(Class::Unicode(_)) => Self::UNKNOWN,
            HirKind::Capture(capture) => Self::of(&capture.sub, way),
            HirKind::Repetition(repetition) => {
                let sub = Self::of(&repetition.sub, way);
                if repetition.min == 0 { sub.or(Self::EMPTY) } else { sub.then(sub.or(Self::EMPTY)) }
            }
            HirKind::Concat(parts) if way.ahead => Self::of_all(parts.iter(), way),
            HirKind::Concat(parts) => Self::of_all(parts.iter().rev(), way),
            HirKind::Alternation(parts) => {
                let nothing = Self { some: Beside::NONE, none: None };
                parts.iter().fold(nothing, |side, part| side.or(Self::of(part, way)))
            }
        }
    }
}

/// Which way a pattern is followed from a literal, and whether the literal's byte at that end is part of a word.
#[derive(Clone, Copy)]
struct Way {
    ahead: bool,
    word: bool,
}

impl Way {
    /// What an assertion directly beside the literal lets stand there.
    fn lets(self, look: Look) -> Beside {
        let line_breaks = |bytes: &[u8]| Beside::bytes(bytes.iter().copied()).or(Beside::EDGE);
        match (look, self.ahead) {
            (Look::End, true) | (Look::Start, false) => Beside::EDGE,
            (Look::EndLF, true) | (Look::StartLF, false) => line_breaks(b"\n"),
            (Look::EndCRLF, true) | (Look::StartCRLF, false) => line_breaks(b"\r\n"),
            (Look::WordAscii, _) => Beside::words(!self.word),
            (Look::WordAsciiNegate, _) => Beside::words(self.word),
            _ => Beside::ANY,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex_automata::{meta, util::syntax};

    use super::{Beside, Side};
    use crate::rules::syntax::{derive, parse};

    fn told(side: Side) -> String {
        let beside = side.settled();
        let bytes = (0..=u8::MAX).filter(|byte| (0x20..0x7f).contains(byte) && !byte.is_ascii_uppercase());
        let known = bytes.filter(|byte| beside.meets(Beside::of(Some(*byte)))).map(char::from);
        known.chain(beside.meets(Beside::EDGE).then_some('$')).collect()
    }

    #[test]
    fn what_a_pattern_puts_beside_a_literal_is_known() {
        for (pattern, ahead, behind) in [
            ("[x-z]", "xyz", "xyz"),
            ("ab?", "a", "ab"),
            ("a?b?c", "abc", "c"),
            ("(?:a|bc){2,3}", "ab", "ac"),
            (r"\b[ a-c]", " ", " abc"),
            (r"\b", " !\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~$", "_abcdefghijklmnopqrstuvwxyz0123456789"),
            (r"(?:$|[ ,]q)", " ,$", "q"),
            (r"\d*x", "0123456789x", "x"),
        ] {
            let parts = [parse(pattern).unwrap()];
            let sorted = |text: &str| {
                let mut bytes: Vec<char> = text.chars().collect();
                bytes.sort_unstable();
                bytes
            };
            assert_eq!(sorted(&told(Side::ahead(&parts, b'k'))), sorted(ahead), "{pattern}");
            // Before a literal that begins with no part of a word.
            if pattern != "(?:$|[ ,]q)" {
                assert_eq!(sorted(&told(Side::behind(&parts, b'-'))), sorted(behind), "{pattern}");
            }
        }
    }

    const PARTS: [&str; 18] = [
        r"\b",
        r"\B",
        "^",
        "$",
        "(?m:^|$)",
        "post",
        "share",
        r"\s+",
        "[a-c]",
        "s?",
        "(?:post|share)",
        r"(?:post\b|the )",
        "(?:ing|ed)?",
        "(?:post|-){1,3}",
        "(?:share[sd]|posts?)+",
        r"(?:\bx|y)*",
        "[^o]",
        r"(?:\bpost\b)",
    ];

    proptest! {
        #[test]
        fn each_match_holds_a_literal_beside_what_it_lets_stand(
            parts in prop::collection::vec(prop::sample::select(PARTS.to_vec()), 1..6),
            text in "(?:post|share|the|s|ing|ed|-| |\n|x|y|a|_|\u{e9}){0,12}",
        ) {
            let source = parts.concat();
            let Ok(derived) = derive(&source) else { return Ok(()) };
            let config = syntax::Config::new().utf8(false).unicode(false).case_insensitive(true).dot_matches_new_line(true);
            let plain = meta::Builder::new().syntax(config).configure(meta::Config::new().utf8_empty(false)).build(&source);
            let (plain, text) = (plain.unwrap(), text.as_bytes());
            for found in plain.find_iter(text) {
                let holds = derived.literals.iter().any(|literal| found.range().any(|start| {
                    let end = start + literal.bytes.len();
                    let sides = [start.checked_sub(1).and_then(|at| text.get(at)), text.get(end)];
                    let [before, behind] = sides.map(|byte| Beside::of(byte.copied()));
                    let place = start - found.start() >= literal.min_before as usize
                        && literal.max_before.is_none_or(|max| start - found.start() <= max as usize);
                    place && end <= found.end() && text[start..end] == *literal.bytes
                        && literal.before.meets(before) && literal.behind.meets(behind)
                }));
                prop_assert!(holds || derived.literals.is_empty(), "{} {:?} {:?}", source, found, derived);
            }
        }
    }
}
