//! What the strict reader objects to.

use super::tape::NodeId;

/// One objection, with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What is wrong.
    pub kind: IssueKind,
    /// The byte of the message it was seen at.
    pub at: u32,
    /// The node it concerns, or the container that was open.
    pub node: NodeId,
}

/// Why a message is refused (or, for [`IssueKind::SurrogateInText`], warned of). Most are places where two JSON
/// readers understand different things, so that what was inspected is not what is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IssueKind {
    /// Not UTF-8 (RFC 8259 section 8.1).
    Utf8,
    /// A byte order mark before the message: RFC 8259 lets a reader ignore it or refuse it.
    ByteOrderMark,
    /// Not JSON (RFC 8259).
    Syntax,
    /// A raw control character in a string (RFC 8259 section 7): some readers take it.
    ControlCharacter,
    /// The same key twice in an object: readers take the first, the last or both (RFC 8259 section 4).
    DuplicateKey,
    /// A lone surrogate in a key, method, name or id: readers replace, keep or refuse it.
    SurrogateInName,
    /// A lone surrogate in a text value, read as U+FFFD. A warning; `strict` refuses.
    SurrogateInText,
    /// A number too large for a double: readers make it infinite, exact or an error.
    NonFiniteNumber,
    /// More bytes after the message.
    TrailingBytes,
    /// A newline inside a line-framed message: it would be two messages to the other side.
    Newline,
    /// Deeper than [`super::Limits::depth`].
    TooDeep,
    /// Larger than [`super::Limits::message`].
    TooLarge,
    /// More values than [`super::Limits::nodes`].
    TooManyNodes,
    /// A string longer than [`super::Limits::string`].
    StringTooLong,
    /// Not a JSON-RPC 2.0 request, notification, response or batch.
    NotJsonRpc,
    /// An `id` that is neither string nor integer, or that readers disagree on (beyond 2^53, fraction, exponent).
    BadId,
    /// A `progressToken` that readers disagree on.
    BadProgressToken,
    /// An envelope key in another case (`Method`): case-insensitive readers (Go) take it for the real one.
    EnvelopeCase,
    /// A method, or the name of a tool or prompt, beyond [`super::LONGEST_NAME`].
    LongName,
    /// A batch where the protocol has none, an empty one, one with `initialize`, or one with too many elements.
    BadBatch,
    /// More objections than are listed: an exception for those that are must not let the others pass.
    TooManyIssues,
}

impl IssueKind {
    /// Each of them.
    pub const ALL: [Self; 21] = [
        Self::Utf8,
        Self::ByteOrderMark,
        Self::Syntax,
        Self::ControlCharacter,
        Self::DuplicateKey,
        Self::SurrogateInName,
        Self::SurrogateInText,
        Self::NonFiniteNumber,
        Self::TrailingBytes,
        Self::Newline,
        Self::TooDeep,
        Self::TooLarge,
        Self::TooManyNodes,
        Self::StringTooLong,
        Self::NotJsonRpc,
        Self::BadId,
        Self::BadProgressToken,
        Self::EnvelopeCase,
        Self::LongName,
        Self::BadBatch,
        Self::TooManyIssues,
    ];

    /// The rule id that findings of this kind carry.
    #[must_use]
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Utf8 => "L0-UTF8",
            Self::ByteOrderMark => "L0-BOM",
            Self::Syntax => "L0-SYNTAX",
            Self::ControlCharacter => "L0-CONTROL",
            Self::DuplicateKey => "L0-DUPLICATE-KEY",
            Self::SurrogateInName => "L0-SURROGATE",
            Self::SurrogateInText => "L0-SURROGATE-TEXT",
            Self::NonFiniteNumber => "L0-NUMBER",
            Self::TrailingBytes => "L0-TRAILING",
            Self::Newline => "L0-NEWLINE",
            Self::TooDeep => "L0-DEPTH",
            Self::TooLarge => "L0-SIZE",
            Self::TooManyNodes => "L0-NODES",
            Self::StringTooLong => "L0-STRING",
            Self::NotJsonRpc => "L0-JSONRPC",
            Self::BadId => "L0-ID",
            Self::BadProgressToken => "L0-PROGRESS-TOKEN",
            Self::EnvelopeCase => "L0-ENVELOPE-CASE",
            Self::LongName => "L0-NAME",
            Self::BadBatch => "L0-BATCH",
            Self::TooManyIssues => "L0-ISSUES",
        }
    }

    /// The reason in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Utf8 => "the message is not valid UTF-8",
            Self::ByteOrderMark => "the message starts with a byte order mark, which readers treat differently",
            Self::Syntax => "the message is not valid JSON",
            Self::ControlCharacter => "a string holds a raw control character, which readers treat differently",
            Self::DuplicateKey => "an object has the same key twice, and readers disagree on which one counts",
            Self::SurrogateInName => {
                "a key, method, name or id holds half a surrogate pair, which readers treat differently"
            }
            Self::SurrogateInText => "a text holds half a surrogate pair; it was read as U+FFFD",
            Self::NonFiniteNumber => "a number is too large for a double, and readers disagree on its value",
            Self::TrailingBytes => "there are more bytes after the message",
            Self::Newline => "a line-framed message has a newline inside, so the other side would read two messages",
            Self::TooDeep => "the message is nested deeper than the limit",
            Self::TooLarge => "the message is larger than the limit",
            Self::TooManyNodes => "the message has more values than the limit",
            Self::StringTooLong => "a string is longer than the limit",
            Self::NotJsonRpc => "the message is not a JSON-RPC 2.0 request, notification or response",
            Self::BadId => "the id is not a string or an integer that every reader understands alike",
            Self::BadProgressToken => {
                "the progress token is not a string or an integer that every reader understands alike"
            }
            Self::EnvelopeCase => {
                "a key of the envelope is spelled in another case, and some readers take it for the real one"
            }
            Self::TooManyIssues => "there is more wrong with the message than is listed",
            Self::LongName => "a method, or the name of a tool or prompt, is longer than any name",
            Self::BadBatch => "a batch is not allowed here, is empty, too long, or holds `initialize`",
        }
    }
}
