//! How much may be read into one message, and what came of one string.

use std::ops::Range;

use super::notes::Notes;

/// Caps on what is decoded. They bound memory and time for every input; a cap that is hit is reported, never silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewLimits {
    /// Views of one string. Honest strings need at most one for each way they are written; a dozen covers every decoder once.
    pub per_string: u16,
    /// How often text may be encoded in itself (base64 of percent-encoded base64 is three). Four is one more than has been
    /// seen in attacks against agents; each level at least halves what fits, except percent, which reaches its end in one.
    pub depth: u8,
    /// All views of a message together may hold this many times the message's bytes: an honest web page has URLs, entities,
    /// escapes, emoji and typographic characters, a view each; twice that is room enough …
    pub expansion: u32,
    /// … plus this many bytes, so that a short message isn't cut off for being short.
    pub floor: u32,
}

impl Default for ViewLimits {
    fn default() -> Self {
        Self { per_string: 12, depth: 4, expansion: 8, floor: 4096 }
    }
}

impl ViewLimits {
    /// The bytes that all views of a message of `message` bytes may hold together.
    #[must_use]
    pub const fn total(&self, message: usize) -> usize {
        message.saturating_mul(self.expansion as usize).saturating_add(self.floor as usize)
    }
}

/// What [`expand`](super::expand()) made of one string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    /// Everything noticed, also where no view came of it.
    pub notes: Notes,
    /// A cap was hit: some of the string was left unread. Policy makes a finding of it.
    pub exhausted: bool,
    /// The string's views, as indices into the pool.
    pub views: Range<u32>,
}
