//! L0: from bytes to a message, and from a message to its fields.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `span` | byte ranges |
//! | `kind` | flow, message kind, field kinds |

mod kind;
mod span;

pub use kind::{FieldKind, FieldKinds, Flow, MessageKind};
pub use span::Span;
