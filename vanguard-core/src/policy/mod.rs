//! From findings to an action.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `profile` | the profiles' names |
//! | `compose` | findings to one action |
//! | `names` | which methods, tools, resources and prompts may be used |
//! | `listing` | entries taken out of listings |

mod compose;
mod listing;
mod names;
mod profile;

pub(crate) use compose::Composed;
pub use profile::{Profile, Threshold};

use crate::config::{Bars, Config};

/// What is done with findings.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) config: Config,
    bars: Bars,
}

impl Policy {
    pub(crate) fn new(config: Config) -> Self {
        Self { bars: config.bars(), config }
    }
}
