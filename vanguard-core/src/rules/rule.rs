//! What a rule says, as its author wrote it.

use crate::{
    analyzers::secret::Check,
    config::{Capabilities, Pattern},
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
    /// What must be true of what its patterns match.
    pub check: Option<Check>,
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
    /// Methods by pattern (`tools/*`); any if empty. A result counts as its request's method.
    pub methods: Vec<Pattern>,
    /// Tools by pattern (`*_template`); any if empty, and none if it is not known which tool is called.
    pub tools: Vec<Pattern>,
    /// Names of arguments by pattern (`x?filename`); any if empty. An element of a list has the list's.
    pub keys: Vec<Pattern>,
    /// The tool must have one of these, if it is known what the tool can do; any if empty.
    pub capabilities: Capabilities,
    /// The tool must certainly do one of these with the field; any if empty. Known for arguments of calls alone.
    pub does: Capabilities,
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
            tools: Vec::new(),
            keys: Vec::new(),
            capabilities: Capabilities::NONE,
            does: Capabilities::NONE,
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
    /// The tool that is called; `None` for one whose name says nothing.
    pub tool: Option<String>,
    /// The argument's name, which then says what it is; `None` for the plainest name of its kind.
    pub key: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{Scope, Unknown};
    use crate::message::FieldKind;

    #[test]
    fn unknown_fields_are_judged_unless_the_rule_says_never() {
        assert!(Scope::default().judged().contains(FieldKind::Unknown));
        let never = Scope { unknown: Unknown::Never, ..Scope::default() };
        assert!(!never.judged().contains(FieldKind::Unknown) && never.judged().contains(FieldKind::Text));
        assert!(!Scope::default().judged().contains(FieldKind::Opaque));
    }
}
