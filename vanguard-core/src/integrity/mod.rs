//! What a server claims, pinned and checked: `vanguard.lock`.
//!
//! A [`Lock`] holds for each server who it is ([`Identity`]) and what it says of itself ([`Claims`]), each definition in canonical
//! form with fingerprints. [`drift()`] says what changed since, in words.
//!
//! ```
//! use vanguard_core::integrity::{Claims, Document, EntryKind, Lock, ServerLock, drift};
//!
//! let listing = |text: &str| {
//!     let mut claims = Claims::default();
//!     let result = Document::parse(text).unwrap();
//!     claims.list(EntryKind::Tool, result.json()).unwrap();
//!     ServerLock { claims, ..ServerLock::default() }
//! };
//! let then = listing(r#"{"tools": [{"name": "add", "annotations": {"readOnlyHint": true}}]}"#);
//! let lock = Lock { servers: [("sums".to_owned(), then)].into() };
//! assert_eq!(Lock::read("vanguard.lock", &lock.to_text()).as_ref(), Ok(&lock));
//!
//! let now = listing(r#"{"tools": [{"annotations": {"readOnlyHint": false}, "name": "add"}]}"#);
//! let changes = drift(&lock, "sums", &now);
//! assert_eq!(changes[0].reason, "the tool no longer says that it only reads");
//! ```
//!
//! | file | what it holds |
//! | --- | --- |
//! | `json` | a value on a tape |
//! | `canonical` | RFC 8785 |
//! | `digest` | SHA-256 |
//! | `document` | a definition of its own |
//! | `identity` | who a server is |
//! | `claims` | what it says of itself |
//! | `lock`, `lock_reader`, `print` | the file |
//! | `drift` | what changed, in words |
//! | `signature` | signatures over locks and rule packs (feature `signatures`) |
//! | `watch`, `told` | a lock held against live traffic |
//! | `conform` | whether a value is what a schema says |
//! | `observed` | arguments and results against what tools declare |
//! | `lookalike` | names that can be taken for one another |

mod canonical;
mod claims;
mod conform;
mod digest;
mod document;
mod drift;
mod identity;
mod json;
mod lock;
mod lock_reader;
mod lookalike;
mod observed;
mod print;
#[cfg(feature = "signatures")]
pub mod signature;
mod told;
mod watch;

pub use canonical::{canonical, write_canonical};
pub use claims::{ClaimError, Claims, Entries, EntryKind};
pub use conform::{Mismatch, mismatch};
pub use digest::{Digest, NotADigest};
pub use document::Document;
pub use drift::{Drift, DriftKind, drift, identity_drift, suspect};
pub use identity::{Artifact, Identity, Package, Tls, recorded};
pub use json::Json;
pub use lock::{LOCK_VERSION, Lock, ServerLock};
pub use lock_reader::LockError;
pub use lookalike::lookalike;
pub(crate) use observed::{Declared, Schemas, judge as judge_observed};
pub use watch::DriftMode;
pub(crate) use watch::Watch;
