//! Types of secrets from the configuration, as rules like those of a pack.

use crate::analyzers::secret::Check;
use crate::config::Redaction;
use crate::finding::{Confidence, Severity};
use crate::rules::rule::{Matches, Rule, Scope, Unknown};
use crate::rules::{Condition, syntax::derive};

/// A rule for each type of one's own, `SECRET-OWN-` and its name. A pattern that can't be used was refused when it was loaded.
pub(crate) fn rules(redaction: &Redaction) -> Vec<Rule> {
    let rule = |(name, custom): (&String, &crate::config::CustomType)| {
        let title = format!("A value of type {name}");
        let check = custom.check.as_deref();
        Some(Rule {
            id: format!("SECRET-OWN-{}", name.to_ascii_uppercase()),
            severity: Severity::Medium,
            confidence: Confidence::High,
            on: Scope { unknown: Unknown::Same, ..Scope::default() },
            condition: Condition::Pattern { source: custom.regex.clone(), derived: derive(&custom.regex).ok()? },
            check: Check::ALL.into_iter().find(|known| Some(known.as_str()) == check),
            matches: Matches::Every,
            taxonomy: Vec::new(),
            reason: "the configuration says that it is secret".to_owned(),
            title,
            fix: None,
            hits: Vec::new(),
            misses: Vec::new(),
        })
    };
    redaction.custom.iter().filter_map(rule).collect()
}
