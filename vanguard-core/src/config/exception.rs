//! Exceptions: findings that are honest here, why, and until when.

use std::time::Duration;

use crate::config::date;
use crate::config::model::Place;
use crate::config::pattern::Pattern;
use crate::config::problem::Problems;

/// A finding that is honest here. What it leaves out matches everything.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exception {
    /// The rule's id.
    pub rule: Pattern,
    /// The server's configured name. A message without one is not meant.
    pub server: Option<Pattern>,
    /// The tool called, or whose result it is. A message of no tool is not meant.
    pub tool: Option<Pattern>,
    /// The place in the message.
    pub pointer: Option<PointerPattern>,
    /// Why, for the record.
    pub reason: String,
    /// From when on it no longer applies.
    pub expires: Option<Expiry>,
    pub(crate) place: Option<Place>,
    pub(crate) rule_place: Option<Place>,
}

/// What an exception is asked about: one finding in one message.
#[derive(Clone, Copy, Debug, Default)]
pub struct Occasion<'a> {
    /// The rule's id.
    pub rule: &'a str,
    /// The server's configured name, if known.
    pub server: Option<&'a str>,
    /// The tool called, or whose result it is.
    pub tool: Option<&'a str>,
    /// RFC 6901 pointer to the value found.
    pub pointer: &'a str,
    /// The time, since the Unix epoch. Without it an exception that expires doesn't apply.
    pub now: Option<Duration>,
}

impl Exception {
    /// An exception for `rule`, everywhere and for good.
    #[must_use]
    pub fn new(rule: Pattern, reason: impl Into<String>) -> Self {
        Self {
            rule,
            server: None,
            tool: None,
            pointer: None,
            reason: reason.into(),
            expires: None,
            place: None,
            rule_place: None,
        }
    }

    /// Whether the finding is excepted.
    #[must_use]
    pub fn applies(&self, to: &Occasion<'_>) -> bool {
        let meant = |pattern: &Option<Pattern>, name: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| name.is_some_and(|name| pattern.matches(name)))
        };
        self.rule.matches(to.rule)
            && meant(&self.server, to.server)
            && meant(&self.tool, to.tool)
            && self.pointer.as_ref().is_none_or(|pointer| pointer.covers(to.pointer))
            && self.expires.as_ref().is_none_or(|expires| to.now.is_some_and(|now| now < expires.at))
    }

    /// Whether its time is over; `now` counts from the Unix epoch.
    #[must_use]
    pub fn has_expired(&self, now: Duration) -> bool {
        self.expires.as_ref().is_some_and(|expires| now >= expires.at)
    }

    pub(crate) fn report(&self, problems: &mut Problems, message: &str, help: &str) {
        Place::warn(self.place.as_ref(), problems, message).help(help);
    }
}

/// When an exception ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// As written.
    pub written: String,
    /// Since the Unix epoch.
    pub at: Duration,
}

impl Expiry {
    /// Reads an RFC 3339 date (its first second, UTC) or date-time.
    ///
    /// # Errors
    /// What is wrong and what would be right.
    pub fn parse(text: &str) -> Result<Self, (&'static str, &'static str)> {
        Ok(Self { written: text.to_owned(), at: date::parse(text)? })
    }
}

/// A JSON pointer (RFC 6901) in which `*` stands for any one step. It covers what it points to and everything beneath.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointerPattern(String);

impl PointerPattern {
    /// What the schema says of the same text.
    pub(crate) const PATTERN: &str = "^(/([^~/]|~[01])*)+$";

    /// Reads a pointer; `None` if it doesn't begin with `/` or has a `~` without `0` or `1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut tildes = text.split('~');
        let fine = text.starts_with('/') && tildes.next().is_some() && tildes.all(|rest| rest.starts_with(['0', '1']));
        fine.then(|| Self(text.to_owned()))
    }

    /// Whether `pointer` is or lies beneath what is meant.
    #[must_use]
    pub fn covers(&self, pointer: &str) -> bool {
        let mut steps = pointer.split('/');
        self.0.split('/').all(|meant| steps.next().is_some_and(|step| meant == "*" || meant == step))
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Exception, Expiry, Occasion, PointerPattern};
    use crate::config::pattern::Pattern;

    #[test]
    fn a_pointer_covers_itself_and_what_lies_beneath() {
        let covers = |pattern: &str, pointer: &str| PointerPattern::parse(pattern).unwrap().covers(pointer);
        assert!(
            covers("/params/arguments", "/params/arguments") && covers("/params/arguments", "/params/arguments/a/b")
        );
        assert!(!covers("/params/arguments", "/params/argumentsX") && !covers("/params/arguments", "/params"));
        assert!(
            covers("/result/content/*/text", "/result/content/12/text")
                && !covers("/result/*/text", "/result/a/b/text")
        );
        assert!(covers("/a~1b", "/a~1b"));
        for text in ["", "params", "/a~", "/a~2", "a/b"] {
            assert_eq!(PointerPattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_exception_applies_only_to_what_it_names_and_in_its_time() {
        let mut exception = Exception::new(Pattern::new("CMD-*").unwrap(), "ours");
        let occasion = Occasion { rule: "CMD-X", pointer: "/params", ..Occasion::default() };
        assert!(exception.applies(&occasion));
        assert!(!exception.applies(&Occasion { rule: "PATH-X", ..occasion }));
        exception.tool = Some(Pattern::new("run").unwrap());
        assert!(!exception.applies(&occasion), "no tool");
        let occasion = Occasion { tool: Some("run"), ..occasion };
        assert!(exception.applies(&occasion));
        exception.expires = Some(Expiry::parse("1970-01-02").unwrap());
        assert!(!exception.applies(&occasion), "the time is not known");
        let at = |seconds| Some(Duration::from_secs(seconds));
        assert!(exception.applies(&Occasion { now: at(86_399), ..occasion }));
        assert!(!exception.applies(&Occasion { now: at(86_400), ..occasion }));
        assert!(exception.has_expired(Duration::from_secs(86_400)));
    }
}
