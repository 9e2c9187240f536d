//! L0: from bytes to a message, and from a message to its fields.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `span` | byte ranges |
//! | `kind` | flow, message kind, field kinds |
//! | `limits` | how large and deep a message may be |
//! | `tape` | the parsed form: nodes and one arena of strings |
//! | `string` | JSON string literals and their escapes |
//! | `reader` | the strict one-pass reader |
//! | `issue` | what the reader objects to |
//! | `context` | what comes with the bytes |
//! | `direction` | the direction that a message shows by itself |
//! | `envelope` | JSON-RPC 2.0: request, notification, result, error, batch |
//! | `field_table` | what MCP carries where: `mcp.fields`, compiled |
//! | `key_kind` | what an argument's key and value show |
//! | `head_scan` | whom to answer for a message that the reader refuses |
//! | `fields` | every string of a message with what it is |

mod context;
mod direction;
mod envelope;
mod field_table;
mod fields;
mod head_scan;
mod issue;
mod key_kind;
mod kind;
mod limits;
mod nouns;
mod reader;
mod span;
mod string;
mod tape;

pub use context::{Context, Message, Visibility};
pub(crate) use envelope::object_to;
pub use envelope::{Envelope, LONGEST_NAME, envelopes};
pub use field_table::FieldTable;
pub use fields::Field;
pub(crate) use fields::{Tool, Walk, collect};
pub use head_scan::HeadScan;
pub use issue::{Issue, IssueKind};
pub(crate) use key_kind::{ToolHint, for_each_word};
pub use kind::{FieldKind, FieldKinds, Flow, MessageKind};
pub use limits::Limits;
pub use reader::read;
pub use span::Span;
pub(crate) use string::Aligner;
pub(crate) use tape::Places;
pub use tape::{NONE, Node, NodeId, NodeKind, Tape};

/// How a carrier marks where a message ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// One message a line (stdio): a newline inside would split it.
    Line,
    /// The message is a body of its own (HTTP, SSE data, a call in-process).
    #[default]
    Body,
}
