//! normalize

pub mod flags;
pub mod path;
