//! What a score means: bands by place, head and profile. `training/thresholds.py` finds them on honest text that nothing was trained on
//! and writes this file's table; the doc comments of the table state the rates.

use super::Head;
use crate::policy::Profile;

/// Where a text stands: each place has honest texts of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What a server says: results, resources.
    Result,
    /// Prose that is sent to a server, and prompts that were asked for.
    Argument,
    /// Descriptions, and the rest of what a server says of itself.
    Metadata,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 3] = [Self::Result, Self::Argument, Self::Metadata];

    /// The word used in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Argument => "argument",
            Self::Metadata => "metadata",
        }
    }
}

/// How sure the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Band {
    /// Worth a warning. With a signature's finding in the same message it blocks.
    Warn,
    /// Worth a warning. Blocks also what comes from, or goes to, where harm is done.
    Firm,
    /// Blocks by itself.
    Block,
}

impl Band {
    /// The band below; `None` below the first.
    #[must_use]
    pub const fn less(self) -> Option<Self> {
        match self {
            Self::Warn => None,
            Self::Firm => Some(Self::Warn),
            Self::Block => Some(Self::Firm),
        }
    }

    /// The word used in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Firm => "firm",
            Self::Block => "block",
        }
    }
}

/// The least score of each band, in parts of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// For [`Band::Warn`].
    pub warn: i32,
    /// For [`Band::Firm`].
    pub firm: i32,
    /// For [`Band::Block`].
    pub block: i32,
}

impl Threshold {
    /// The band of a score; `None` below all.
    #[must_use]
    pub const fn band(self, score: i32) -> Option<Band> {
        if score >= self.block {
            Some(Band::Block)
        } else if score >= self.firm {
            Some(Band::Firm)
        } else if score >= self.warn {
            Some(Band::Warn)
        } else {
            None
        }
    }
}

/// The thresholds that hold; `None` where a head has no say.
#[must_use]
pub const fn threshold(place: Place, head: Head, profile: Profile) -> Option<Threshold> {
    let (balanced, strict) = match place {
        Place::Result | Place::Argument => TEXT,
        Place::Metadata => METADATA,
    };
    let table = match profile {
        Profile::Strict => strict,
        Profile::Monitor | Profile::Balanced => balanced,
    };
    let mut rest: &[Option<Threshold>] = &table;
    let mut at = head as usize;
    while let [first, tail @ ..] = rest {
        if at == 0 {
            return *first;
        }
        (at, rest) = (at - 1, tail);
    }
    None
}

/// Of a hundred texts that score so, how many are attacks, if one of a hundred that a model reads is: calibrated on honest text that nothing
/// was trained on, and on sources of attacks that were left out of training whole (`training/leave_out.py`).
#[must_use]
pub fn likelihood(place: Place, head: Head, score: i32) -> u8 {
    let steps = match place {
        Place::Result | Place::Argument => TEXT_LIKELY,
        Place::Metadata => METADATA_LIKELY,
    };
    let steps = steps.get(head as usize).copied().unwrap_or_default();
    steps.iter().rfind(|(least, _)| score >= *least).map_or(0, |(_, percent)| *percent)
}

/// The least score of each step, and the per cent from there on.
type Steps = &'static [(i32, u8)];

type Row = [Option<Threshold>; Head::COUNT];

const fn at(warn: i32, firm: i32, block: i32) -> Option<Threshold> {
    Some(Threshold { warn, firm, block })
}

// Written by training/thresholds.py.
include!("thresholds.table");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_score_is_never_less_likely() {
        for place in Place::ALL {
            for head in Head::ALL {
                let told: Vec<u8> = (-500..6000).map(|score| likelihood(place, head, score)).collect();
                assert!(told.is_sorted(), "{place:?} {head:?}");
                assert!(told.first() == Some(&0) && told.iter().all(|percent| *percent <= 100));
            }
            // Who blocks by itself is more likely right than wrong.
            let bar = threshold(place, Head::Injection, Profile::Balanced).unwrap();
            assert!(likelihood(place, Head::Injection, bar.block) >= 50);
            assert!(likelihood(place, Head::Injection, bar.warn) < likelihood(place, Head::Injection, bar.block));
        }
    }
}
