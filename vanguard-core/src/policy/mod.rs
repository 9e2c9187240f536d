//! From findings to an action.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `profile` | the profiles' names |
//! | `compose` | findings to one action |
//! | `fusion` | what several layers say of one text |
//! | `disclosure` | what happens to what is secret |
//! | `names` | which methods, tools, resources and prompts may be used |
//! | `zones` | safe zones, and what a tool can do |
//! | `listing` | entries taken out of listings |

mod compose;
mod disclosure;
mod fusion;
mod listing;
mod names;
mod profile;
mod zones;

pub(crate) use compose::Composed;
pub use listing::Poisoned;
pub use profile::{Profile, Threshold};

use std::collections::BTreeMap;

use crate::config::{Bars, Config, ConfigError};
use zones::ZoneSet;
pub(crate) use zones::done_with;

/// What is done with findings.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) config: Config,
    bars: Bars,
    zones: ZoneSet,
    server_zones: BTreeMap<String, ZoneSet>,
}

impl Policy {
    /// The policy of a configuration.
    ///
    /// # Errors
    /// Zones that name no folder plainly.
    pub(crate) fn new(config: Config) -> Result<Self, ConfigError> {
        let (zones, server_zones) = zones::read(&config)?;
        Ok(Self { bars: config.bars(), config, zones, server_zones })
    }
}
