//! From the command line to an inspector.

use crate::cli::{Judging, Profile};
use crate::exit::Failure;
use vanguard_core::Inspector;

/// The inspector that `--config` and `--profile` ask for.
pub(crate) fn inspector(judging: &Judging) -> Result<Inspector, Failure> {
    let mut builder = Inspector::builder();
    if let Some(profile) = judging.profile {
        builder = builder.profile(profile.into());
    }
    builder.build().map_err(|error| Failure::Config(error.to_string()))
}

impl From<Profile> for vanguard_core::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Monitor => Self::Monitor,
            Profile::Balanced => Self::Balanced,
            Profile::Strict => Self::Strict,
        }
    }
}
