//! What a decoder noticed besides the text: the tricks that honest writers rarely need.

use std::ops::{BitOr, BitOrAssign};

/// A set of things noticed while views were made. Each alone is a hint, not a verdict: policy and rules weigh them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Notes(u16);

impl Notes {
    /// Nothing to report.
    pub const NONE: Self = Self(0);
    /// A character was percent-encoded in more UTF-8 bytes than it needs (`%c0%af` for `/`). No encoder writes that; lax
    /// decoders read it (RFC 3629 section 3, CWE-176), strict filters in front of them don't.
    pub const OVERLONG: Self = Self(1);
    /// Text was encoded more than once (`%252e`, base64 in base64). Honest gateways do it by mistake, attackers to pass a
    /// filter that decodes once (CWE-174).
    pub const DOUBLE: Self = Self(1 << 1);
    /// `%uXXXX` was read: not in any standard, understood by IIS and by JavaScript's `unescape`.
    pub const PERCENT_U: Self = Self(1 << 2);
    /// Controls that reorder what a person sees (U+202A..202E, U+2066..2069): "Trojan Source", CVE-2021-42574.
    pub const BIDI: Self = Self(1 << 3);
    /// Characters that are never seen stood where no script or emoji needs them.
    pub const INVISIBLE: Self = Self(1 << 4);
    /// Tag characters (U+E0020..E007E) spelled ASCII that only a machine reads: "ASCII smuggling". Flags of regions,
    /// the one honest use, don't set it. Also long runs of characters without width, which spell bits.
    pub const TAGS: Self = Self(1 << 5);
    /// One word mixed Latin with letters of another script that look Latin (UTS 39).
    pub const MIXED_SCRIPT: Self = Self(1 << 6);
    /// A NUL byte: C readers stop there, others read on (CWE-158).
    pub const NUL: Self = Self(1 << 7);
    /// A base64, base32 or hex run was text.
    pub const DECODED_TEXT: Self = Self(1 << 8);
    /// A base64, base32 or hex run begins like a known file type: a program, an archive, an image.
    pub const DECODED_BINARY: Self = Self(1 << 9);
    /// A terminal would obey: escape sequences other than colours (they hide, move or overwrite what a person sees).
    pub const TERMINAL: Self = Self(1 << 10);
    /// A cap of [`ViewLimits`](super::ViewLimits) was hit: something was left unread.
    pub const EXHAUSTED: Self = Self(1 << 11);
    /// Several letters bear four marks or more: "Zalgo".
    pub const HEAPED: Self = Self(1 << 12);
    /// A word that mixes Latin with its look-alikes is part of a host: `login at sесurе.example`.
    pub const LOOKALIKE_HOST: Self = Self(1 << 13);
    /// A terminal's link shows an address of another host than it leads to.
    pub const LYING_LINK: Self = Self(1 << 14);

    /// What takes a terminal that obeys.
    pub(super) const OBEYED: Self = Self(Self::TERMINAL.0 | Self::LYING_LINK.0);

    /// Every note with the word used in rules and JSON.
    pub const ALL: [(Self, &'static str); 15] = [
        (Self::OVERLONG, "overlong"),
        (Self::DOUBLE, "double"),
        (Self::PERCENT_U, "percent_u"),
        (Self::BIDI, "bidi"),
        (Self::INVISIBLE, "invisible"),
        (Self::TAGS, "tags"),
        (Self::MIXED_SCRIPT, "mixed_script"),
        (Self::NUL, "nul"),
        (Self::DECODED_TEXT, "decoded_text"),
        (Self::DECODED_BINARY, "decoded_binary"),
        (Self::TERMINAL, "terminal"),
        (Self::EXHAUSTED, "exhausted"),
        (Self::HEAPED, "heaped"),
        (Self::LOOKALIKE_HOST, "lookalike_host"),
        (Self::LYING_LINK, "lying_link"),
    ];

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The set less `other`.
    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set and `other` share a note.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing was noted.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The words of the notes in the set, in declaration order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Self::ALL.into_iter().filter(move |(note, _)| self.contains(*note)).map(|(_, name)| name)
    }
}

impl BitOr for Notes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Notes {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::Notes;

    #[test]
    fn a_set_names_what_it_holds() {
        let set = Notes::DOUBLE | Notes::NUL;
        assert!(set.contains(Notes::NUL) && !set.contains(Notes::BIDI) && set.intersects(Notes::NUL | Notes::BIDI));
        assert_eq!(set.names().collect::<Vec<_>>(), ["double", "nul"]);
        assert!(Notes::NONE.is_empty());
    }
}
