//! Redaction: every copy of what was found as a secret is put out of a message, and nothing else is touched.
//!
//! Detection says where a secret stands; here it is asked where else the same value stands: in other fields, in URIs, in JSON inside
//! strings, behind percent signs and JSON escapes, in base64. Each copy is replaced by a typed, numbered placeholder
//! (`[REDACTED:aws-access-key:1]`) in the encoding it stood in. What comes of it is read and judged again: it must be the same
//! message with the same ids, and hold nothing of what was to go.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `secret` | a value that is never shown |
//! | `canary` | planted strings on their way out |
//! | `class` | types and classes of secrets, by the rule that found them |
//! | `extent` | which bytes of a match are the secret |
//! | `copies` | the copies of known values in one text, in every encoding |
//! | `custom` | types from the configuration, as rules |
//! | `encode` | a changed text back in the encoding it was found in |
//! | `plan` | the edits of a whole message |

mod canary;
mod class;
mod copies;
mod custom;
mod encode;
mod extent;
mod plan;
mod secret;

pub(crate) use canary::Canaries;
pub(crate) use class::{Class, type_of};
pub(crate) use copies::Copies;
pub(crate) use custom::rules as custom_rules;
pub(crate) use extent::value;
pub(crate) use plan::{Obstacle, plan, residue};
pub(crate) use secret::Secret;
