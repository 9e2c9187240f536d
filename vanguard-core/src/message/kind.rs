//! The words for what a message and a field are. Rules, API and JSON use the same ones.

use serde::{Deserialize, Serialize};

/// The way a message travels. A sampling request flows to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// From the client (host, agent) to the server (tools).
    ToServer,
    /// From the server to the client.
    ToClient,
}

impl Flow {
    /// The opposite direction: the way an answer travels.
    #[must_use]
    pub const fn reverse(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }

    /// The word used in rules, config and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ToServer => "to_server",
            Self::ToClient => "to_client",
        }
    }
}

/// What a JSON-RPC message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Has a method and an id.
    Request,
    /// Has a method and no id.
    Notification,
    /// Answers a request with `result`.
    Result,
    /// Answers a request with `error`.
    Error,
}

/// What a string in a message is to its reader. It decides which analyzers and rules judge it (DESIGN 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum FieldKind {
    /// A file path.
    Path,
    /// A URL or URI.
    Url,
    /// A host name or address.
    Host,
    /// A shell command line.
    Command,
    /// Source code that will be run.
    Code,
    /// A database query.
    Sql,
    /// Prose, source text, data: read by people and models, run by nobody.
    Text,
    /// A name, key, enum value, cursor.
    Identifier,
    /// A description that a model reads as instruction: tool and prompt definitions, server instructions.
    Metadata,
    /// Never interpreted: base64 payloads, opaque state.
    Opaque,
    /// Nothing says what it is: judged by every analyzer, at a higher threshold.
    Unknown,
}

impl FieldKind {
    /// Every kind, in declaration order.
    pub const ALL: [Self; 11] = [
        Self::Path,
        Self::Url,
        Self::Host,
        Self::Command,
        Self::Code,
        Self::Sql,
        Self::Text,
        Self::Identifier,
        Self::Metadata,
        Self::Opaque,
        Self::Unknown,
    ];

    /// The word used in rules, config and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Url => "url",
            Self::Host => "host",
            Self::Command => "command",
            Self::Code => "code",
            Self::Sql => "sql",
            Self::Text => "text",
            Self::Identifier => "identifier",
            Self::Metadata => "metadata",
            Self::Opaque => "opaque",
            Self::Unknown => "unknown",
        }
    }
}

/// A set of field kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FieldKinds(u16);

impl FieldKinds {
    /// Every kind.
    pub const ALL: Self = Self((1 << FieldKind::ALL.len()) - 1);
    /// No kind.
    pub const NONE: Self = Self(0);

    /// The set of the given kinds.
    #[must_use]
    pub const fn of(kinds: &[FieldKind]) -> Self {
        let (mut set, mut rest) = (0, kinds);
        while let [first, tail @ ..] = rest {
            set |= 1 << (*first as u16);
            rest = tail;
        }
        Self(set)
    }

    /// Whether `kind` is in the set.
    #[must_use]
    pub const fn contains(self, kind: FieldKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The set as bits, for compact tables.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The set of these bits; unknown bits are dropped.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The kinds in the set, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = FieldKind> {
        FieldKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldKind, FieldKinds};

    #[test]
    fn a_set_holds_what_it_was_made_of() {
        let set = FieldKinds::of(&[FieldKind::Command, FieldKind::Unknown]);
        assert!(set.contains(FieldKind::Unknown) && set.contains(FieldKind::Command) && !set.contains(FieldKind::Path));
        assert_eq!(set.iter().collect::<Vec<_>>(), [FieldKind::Command, FieldKind::Unknown]);
        assert_eq!(FieldKinds::from_bits(set.bits()), set);
        assert_eq!(FieldKinds::ALL.iter().count(), FieldKind::ALL.len());
    }
}
