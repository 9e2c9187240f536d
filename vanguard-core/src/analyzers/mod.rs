//! analyzers

pub mod glob;
pub mod path;
