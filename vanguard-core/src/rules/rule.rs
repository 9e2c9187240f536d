//! What a rule says, as its author wrote it.

use crate::{
    finding::{Confidence, Severity},
    message::{FieldKind, FieldKinds, Flow, MessageKind},
};

use super::{condition::Condition, taxonomy::Tag};

/// A rule: what it looks for, where, and what to tell the reader of a finding.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, `FAMILY-WHAT`, unique in a rule set.
    pub id: String,
    /// One line that says what was found.
    pub title: String,
    /// How bad it is if the rule is right.
    pub severity: Severity,
    /// How sure it is in a field of a kind it names.
    pub confidence: Confidence,
    /// Which messages and fields it judges.
    pub on: Scope,
    /// What must be there.
    pub condition: Condition,
    /// Whether it reports each match in a field or the first alone.
    pub matches: Matches,
    /// Where it stands in the lists of others.
    pub taxonomy: Vec<Tag>,
    /// Why it matters, in words for the reader of a finding; the title if the author gave none.
    pub reason: String,
    /// What to do instead.
    pub fix: Option<String>,
    /// Texts it must hit.
    pub hits: Vec<Example>,
    /// Texts near to those that it must not hit.
    pub misses: Vec<Example>,
}

impl Rule {
    /// How sure a finding in a field of `kind` is: one step less where nothing says what the field is (DESIGN 3.2),
    /// unless the rule says otherwise.
    #[must_use]
    pub fn confidence_in(&self, kind: FieldKind) -> Confidence {
        let raised = kind == FieldKind::Unknown && self.on.unknown == Unknown::Raise;
        match self.confidence {
            Confidence::High if raised => Confidence::Medium,
            Confidence::Medium if raised => Confidence::Low,
            same => same,
        }
    }
}

/// Which messages and fields a rule judges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Ways of travel; both if the author gave none.
    pub flows: Vec<Flow>,
    /// Kinds of message; all if the author gave none.
    pub kinds: Vec<MessageKind>,
    /// Kinds of field.
    pub fields: FieldKinds,
    /// Methods as globs (`tools/*`); any if empty. A result counts as its request's method.
    pub methods: Vec<String>,
    /// The tool must have one of these, if it is known what the tool can do; any if empty.
    pub capabilities: Capabilities,
    /// As written, as decoded, or either.
    pub views: Views,
    /// What to do where nothing says what the field is.
    pub unknown: Unknown,
}

impl Scope {
    /// The kinds of field a rule judges if it names none: all that someone reads. Opaque data is nobody's words.
    pub const DEFAULT_FIELDS: FieldKinds = FieldKinds::of(&[
        FieldKind::Path,
        FieldKind::Url,
        FieldKind::Host,
        FieldKind::Command,
        FieldKind::Code,
        FieldKind::Sql,
        FieldKind::Text,
        FieldKind::Identifier,
        FieldKind::Metadata,
    ]);

    /// The kinds of field it judges, [`FieldKind::Unknown`] among them unless the rule says never.
    #[must_use]
    pub fn judged(&self) -> FieldKinds {
        match self.unknown {
            Unknown::Never => FieldKinds::from_bits(self.fields.bits() & !FieldKinds::of(&[FieldKind::Unknown]).bits()),
            Unknown::Raise | Unknown::Same => self.fields.union(FieldKinds::of(&[FieldKind::Unknown])),
        }
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            flows: Vec::new(),
            kinds: Vec::new(),
            fields: Self::DEFAULT_FIELDS,
            methods: Vec::new(),
            capabilities: Capabilities::NONE,
            views: Views::Any,
            unknown: Unknown::Raise,
        }
    }
}

/// How many matches a rule reports in a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Matches {
    /// The first: enough to judge the message.
    #[default]
    First,
    /// Each: for what is redacted.
    Every,
}

/// Which readings of a field a rule judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Views {
    /// Only the text as it stands in the message.
    AsWritten,
    /// Only what decoding brought to light.
    Decoded,
    /// All of them.
    #[default]
    Any,
}

/// How a rule judges a field of which nothing says what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unknown {
    /// At one step less confidence: the bar is raised.
    #[default]
    Raise,
    /// As if the field were of a kind the rule names.
    Same,
    /// Not at all.
    Never,
}

/// An example of a rule, judged as one field of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The field's text.
    pub text: String,
    /// The field's kind.
    pub field: FieldKind,
    /// The way the message travels.
    pub flow: Flow,
}

/// What a tool can do to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Capability {
    /// Reads files.
    ReadFiles,
    /// Creates, changes or deletes files.
    WriteFiles,
    /// Runs commands or code.
    Execute,
    /// Reaches hosts of the caller's choice.
    Network,
    /// Queries or changes a database.
    Database,
    /// Sends what others will read: mail, chat, posts, issues.
    Send,
}

impl Capability {
    /// Every capability, in declaration order.
    pub const ALL: [Self; 6] =
        [Self::ReadFiles, Self::WriteFiles, Self::Execute, Self::Network, Self::Database, Self::Send];

    /// The word used in rules and config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadFiles => "read_files",
            Self::WriteFiles => "write_files",
            Self::Execute => "execute",
            Self::Network => "network",
            Self::Database => "database",
            Self::Send => "send",
        }
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u8);

impl Capabilities {
    /// None.
    pub const NONE: Self = Self(0);

    /// The set of the given capabilities.
    #[must_use]
    pub fn of(capabilities: &[Capability]) -> Self {
        Self(capabilities.iter().fold(0, |set, capability| set | 1 << *capability as u8))
    }

    /// Whether it holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it holds `capability`.
    #[must_use]
    pub const fn contains(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }

    /// Whether both sets share one.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Capabilities, Capability, Scope, Unknown};
    use crate::message::FieldKind;

    #[test]
    fn unknown_fields_are_judged_unless_the_rule_says_never() {
        assert!(Scope::default().judged().contains(FieldKind::Unknown));
        let never = Scope { unknown: Unknown::Never, ..Scope::default() };
        assert!(!never.judged().contains(FieldKind::Unknown) && never.judged().contains(FieldKind::Text));
        assert!(!Scope::default().judged().contains(FieldKind::Opaque));
    }

    #[test]
    fn sets_of_capabilities_meet() {
        let both = Capabilities::of(&[Capability::Execute, Capability::Send]);
        assert!(
            both.meets(Capabilities::of(&[Capability::Send])) && !both.meets(Capabilities::of(&[Capability::Network]))
        );
        assert!(both.contains(Capability::Execute) && !both.contains(Capability::ReadFiles) && !both.is_empty());
    }
}
