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

mod issue;
mod kind;
mod limits;
mod reader;
mod span;
mod string;
mod tape;

pub use issue::{Issue, IssueKind};
pub use kind::{FieldKind, FieldKinds, Flow, MessageKind};
pub use limits::Limits;
pub use reader::read;
pub use span::Span;
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
