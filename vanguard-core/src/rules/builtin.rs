//! The packs that come with the crate.

/// Name and text of each pack.
pub(crate) const PACKS: [(&str, &str); 1] = [("hidden.yaml", include_str!("../../rules/hidden.yaml"))];
