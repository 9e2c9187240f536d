//! What happens to secrets: by type or class and direction; types of one's own, and canaries.

use std::collections::BTreeMap;
use std::fmt;

use crate::config::model::Place;
use crate::config::problem::{Problems, quoted};
use crate::config::suggest::closest;
use crate::message::Flow;
use crate::redact::Class;

/// What is done with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// It passes without a word.
    Allow,
    /// It passes, and the record says so.
    Warn,
    /// Every copy of it in the message is replaced by a placeholder.
    Redact,
    /// The message does not pass.
    Block,
    /// The message does not pass where it takes the secret to another machine, to people, or nobody knows where; else as `Thresholds`.
    Guard,
    /// What the thresholds say of any finding as severe and sure.
    Thresholds,
}

impl Treatment {
    /// Every treatment.
    pub const ALL: [Self; 6] = [Self::Allow, Self::Warn, Self::Redact, Self::Block, Self::Guard, Self::Thresholds];

    /// The word used in config.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Redact => "redact",
            Self::Block => "block",
            Self::Guard => "guard",
            Self::Thresholds => "thresholds",
        }
    }
}

/// What is done in each direction; `None` leaves it to the class, or to its default.
#[derive(Clone, Debug, Default)]
pub struct Directions {
    /// In what a server says.
    pub to_client: Option<Treatment>,
    /// In what a server is told.
    pub to_server: Option<Treatment>,
    pub(crate) place: Option<Place>,
}

impl Directions {
    /// What is said of a direction.
    #[must_use]
    pub const fn of(&self, flow: Flow) -> Option<Treatment> {
        match flow {
            Flow::ToClient => self.to_client,
            Flow::ToServer => self.to_server,
        }
    }
}

/// A type of secret of one's own.
#[derive(Clone, Debug)]
pub struct CustomType {
    /// What it looks like.
    pub regex: String,
    /// What else must be true of what the pattern matches: the word of a [`Check`](crate::analyzers::secret::Check).
    pub check: Option<String>,
    /// What is done with it.
    pub directions: Directions,
}

/// A planted string. Its value is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Canary(String);

impl Canary {
    /// The canary of this value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Canary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canary(…)")
    }
}

/// What happens to secrets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Redaction {
    /// By the name of a type (`github-token`) or a class (`provider-keys`); a type's own wins.
    pub types: BTreeMap<String, Directions>,
    /// Types of one's own, by name.
    pub custom: BTreeMap<String, CustomType>,
    /// Planted strings, by name.
    pub canaries: BTreeMap<String, Canary>,
    /// Whether a placeholder in a call to the server that its value came from becomes the value again.
    pub reversible: bool,
}

impl Redaction {
    /// What happens to a secret of this type and class that travels in `flow`.
    pub(crate) fn treatment(&self, kind: &str, class: Class, flow: Flow) -> Treatment {
        let said = |name: &str| self.types.get(name).and_then(|directions| directions.of(flow));
        let own = || self.custom.get(kind).and_then(|custom| custom.directions.of(flow));
        said(kind).or_else(own).or_else(|| said(class.as_str())).unwrap_or_else(|| class.default(flow))
    }

    /// An error for each name that is no type and no class; `types` are those of the rules.
    pub(crate) fn check(&self, types: &[String]) -> Problems {
        let mut problems = Problems::new();
        let known = || types.iter().map(String::as_str).chain(Class::ALL.map(Class::as_str));
        let custom = self.custom.iter().map(|(name, custom)| (name, &custom.directions, 1));
        for (name, directions, own) in self.types.iter().map(|(name, said)| (name, said, 0)).chain(custom) {
            let taken = own > 0 && known().filter(|one| one == name).count() > own;
            if !taken && known().any(|one| one == name) {
                continue;
            }
            let message = match taken {
                true => format!("a type or class of secrets is already called {}", quoted(name)),
                false => format!("no type or class of secrets is called {}", quoted(name)),
            };
            let problem = match &directions.place {
                Some(place) => {
                    problems.enter(place.source.clone());
                    problems.error(place.span, message)
                }
                None => problems.error_overall(message),
            };
            match closest(name, known()) {
                _ if taken => problem.help("choose another name for this one"),
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => {
                    problem.help("a type is the rule's id in small letters without `SECRET-` or `PII-`: `github-token`")
                }
            };
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, load, show};

    fn config(text: &str) -> Config {
        load([("vanguard.yaml", text)]).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_type_wins_over_its_class_and_both_over_the_default() {
        let redaction = config("redaction: {types: {provider-keys: {to_client: warn}, github-token: {to_client: allow}, credentials: block}}").redaction;
        let of = |kind: &str, class, flow| redaction.treatment(kind, class, flow);
        assert_eq!(of("github-token", Class::ProviderKeys, Flow::ToClient), Treatment::Allow);
        assert_eq!(of("npm", Class::ProviderKeys, Flow::ToClient), Treatment::Warn);
        assert_eq!(of("npm", Class::ProviderKeys, Flow::ToServer), Treatment::Guard);
        assert_eq!(of("netrc", Class::Credentials, Flow::ToServer), Treatment::Block);
    }

    #[test]
    fn problems_name_their_place_and_what_is_right() {
        let text = concat!(
            "redaction:\n",
            "  types: {github-token: {to_client: redakt}}\n",
            "  custom:\n",
            "    Employee: {regex: 'EMP-[0-9]{6}'}\n",
            "    badge: {regex: 'B-[0-9', check: lun}\n",
            "    none: {check: random}\n",
            "  canaries:\n",
            "    short: abc123\n",
        );
        let error = load([("vanguard.yaml", text)]).unwrap_err().to_string();
        insta::assert_snapshot!(error);
        assert!(!error.contains("abc123"));
    }

    #[test]
    fn a_canary_s_line_is_covered_in_every_problem() {
        for (name, text) in [
            ("a.yaml", "redaction: {canaries: {vault: planted-7731, Vault: planted-7731-b}, unheard: 1}\n"),
            ("a.yaml", "redaction:\n  canaries:\n    Vault Key: planted-7731\n    other: [planted-7731]\n"),
            ("a.yaml", "redaction:\n  canaries:\n\n    a: planted-7731\n    b: \"planted-7731\n    c: 'd\n"),
            ("a.yaml", "redaction: {canaries: {\n a: planted-7731,\nb: [planted-7731],\n}, x: 1}\n"),
            ("a.yaml", "redaction:\n  canary: {a: planted-7731}\n"),
            ("a.yaml", "redaction:\n  Canaries:\n    a: planted-7731\n    a: planted-7731\n"),
            ("a.json", "{\"redaction\": {\"canaries\": {\"a\": \"planted-7731\", \"a\": \"planted-7731\"}}}"),
            ("a.json", "{\"redaction\": {\"canaries\": {\n\"a\": \"planted-7731\"\n\"b\": \"planted-7731\"}}}"),
            ("a.json", "{\"redaction\": {\"canaries\": {\"a\": \"planted-7731}}}"),
            ("a.toml", "[redaction.canaries]\nA = \"planted-7731\"\nb = planted-7731\n"),
            ("a.toml", "redaction.canaries.a = \"planted-7731\nb = 1\n"),
            ("a.toml", "[redaction]\ncanaries = { a = \"planted-7731\", A = 7731 }\n"),
        ] {
            let error = load([(name, text)]).unwrap_err().to_string();
            assert!(!error.contains("7731") && error.contains("-->"), "{text}\n{error}");
        }
        // What stands behind them is shown.
        let error = load([("a.yaml", "redaction:\n  canaries:\n    a: planted-7731\n  typs: {}\n")]).unwrap_err();
        assert!(error.to_string().contains("typs: {}"), "{error}");
        let error = load([("a.toml", "[redaction.canaries]\na = \"planted-7731\"\n[limit]\nx = 1\n")]).unwrap_err();
        assert!(error.to_string().contains("[limit]"), "{error}");
    }

    #[test]
    fn a_canary_is_shown_nowhere_and_counts_all_the_same() {
        let one = config("redaction: {canaries: {vault: planted-7731-string}}");
        assert!(!format!("{one:?}{}{}", show(&one), serde_json::to_string(&one).unwrap()).contains("7731"));
        let other = config("redaction: {canaries: {vault: planted-7732-string}}");
        assert_ne!(one, other);
        assert_ne!(one.hash(), other.hash());
    }
}
