//! One walk over a file's tree, along the table of keys: every problem is reported, with its place and what would be right.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `shape` | the walk |
//! | `text` | the forms of text |
//! | `order` | what must hold between values, across files |
//! | `doubt` | what is allowed and probably not meant |

mod doubt;
mod order;
mod shape;
mod text;

pub(crate) use doubt::warn;
pub(crate) use order::{Written, WrittenBars};
pub(crate) use shape::check;
