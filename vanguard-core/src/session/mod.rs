//! What was learned from the traffic: the negotiated era, pending requests, tool schemas.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `name` | short strings without a heap |
//! | `origin` | what an answer answers |
//! | `output_schema` | where a tool's results can't hold a placeholder |
//! | `placeholders` | numbers of what was redacted |
//! | `held` | what was held back of listings |
//! | `tokens` | the values behind placeholders, where they are to be restored |
//! | `tool_schema` | what a tool's schema says of its arguments |
//! | `mirrors` | which arguments are said in headers, too |
//! | `knowledge` | all of it, by tenant, principal, server and session |
//! | `last` | the session of the message before |

mod held;
mod knowledge;
mod last;
mod mirrors;
mod name;
mod origin;
mod output_schema;
mod placeholders;
mod tokens;
mod tool_schema;

use held::Held;
pub(crate) use held::Listed;
pub use knowledge::{Knowledge, KnowledgeLimits, SessionExport, SessionKey};
pub(crate) use last::LastKey;
pub use name::Name;
pub use origin::{Origin, RequestId};
pub(crate) use output_schema::OutputSchema;
pub use tool_schema::ToolSchema;
