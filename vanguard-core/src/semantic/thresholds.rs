//! What a score means: bands by place, head and profile. `training/thresholds.py` finds them on honest text that nothing was trained on
//! and writes this file's table; the doc comments of the table state the rates.

use super::Head;
use crate::policy::Profile;

/// Where a text stands: each place has honest texts of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// What a server says: results, resources, prompts.
    Result,
    /// Prose that is sent to a server.
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

type Row = [Option<Threshold>; Head::COUNT];

const fn at(warn: i32, firm: i32, block: i32) -> Option<Threshold> {
    Some(Threshold { warn, firm, block })
}

// Written by training/thresholds.py.
include!("thresholds.table");
