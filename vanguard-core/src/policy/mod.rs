//! From findings to an action.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `profile` | profiles and their thresholds |
//! | `compose` | findings to one action |
//! | `listing` | entries taken out of listings |

mod compose;
mod listing;
mod profile;

pub(crate) use compose::Composed;
pub use profile::{Profile, Threshold, Thresholds};

use crate::verdict::{Action, DenyAs};

/// What is done with findings.
#[derive(Debug)]
pub(crate) struct Policy {
    pub(crate) profile: Profile,
    pub(crate) thresholds: Thresholds,
    pub(crate) deny_as: DenyAs,
    pub(crate) when_undecided: Action,
}
