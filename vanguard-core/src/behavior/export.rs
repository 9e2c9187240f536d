//! What is known of sessions, for people and records.

use serde::{Deserialize, Serialize};

/// What is known of one session. No content: counts, levels, names of tools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BehaviorExport {
    /// Its number, as hexadecimal digits: what `clear` takes.
    pub id: String,
    /// The tenant.
    pub tenant: Option<String>,
    /// The principal.
    pub principal: Option<String>,
    /// The session; where there is none, the server.
    pub session: Option<String>,
    /// Messages so far, those that were blocked, calls that passed.
    pub messages: u64,
    /// Messages that were blocked.
    pub blocked: u64,
    /// Calls that passed.
    pub calls: u32,
    /// Its risk: `normal`, `elevated`, `high` or `critical`.
    pub risk: String,
    /// The score behind it.
    pub score: u64,
    /// Bytes of memory it takes.
    pub bytes: usize,
    /// When it was last heard of, in seconds of its clock.
    pub last: u64,
}
