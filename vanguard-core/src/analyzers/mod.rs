//! analyzers

pub mod glob;
pub mod network;
pub mod path;
