//! Types and classes of secrets, by the rule that found them.

use crate::config::Treatment;
use crate::finding::Confidence;
use crate::message::Flow;

/// What kinds of secrets there are to a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Keys that sign or decrypt.
    PrivateKeys,
    /// Tokens and keys in a form that their provider documents.
    ProviderKeys,
    /// Passwords, and keys known by the name or place they stand in.
    Credentials,
    /// The same where honest text often looks alike.
    Assignments,
    /// Numbers that states, banks and issuers give to people.
    PersonalData,
}

impl Class {
    /// Every class.
    pub(crate) const ALL: [Self; 5] =
        [Self::PrivateKeys, Self::ProviderKeys, Self::Credentials, Self::Assignments, Self::PersonalData];

    /// The word used in config.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKeys => "private-keys",
            Self::ProviderKeys => "provider-keys",
            Self::Credentials => "credentials",
            Self::Assignments => "assignments",
            Self::PersonalData => "personal-data",
        }
    }

    /// What happens to it where the configuration says nothing.
    pub(crate) const fn default(self, flow: Flow) -> Treatment {
        match (flow, self) {
            (Flow::ToClient, Self::PrivateKeys | Self::ProviderKeys | Self::Credentials) => Treatment::Redact,
            (Flow::ToServer, Self::PrivateKeys | Self::ProviderKeys) => Treatment::Guard,
            _ => Treatment::Thresholds,
        }
    }

    /// The class of what a rule finds; `confidence` is the rule's.
    pub(crate) fn of(rule: &str, confidence: Confidence) -> Option<Self> {
        if rule.starts_with("PII-") {
            return Some(Self::PersonalData);
        }
        let kind = rule.strip_prefix("SECRET-")?;
        Some(match (kind, confidence) {
            ("PRIVATE-KEY" | "PRIVATE-KEY-SENT" | "AGE-KEY" | "NOSTR" | "WIREGUARD" | "GCP-SERVICE-ACCOUNT", _) => {
                Self::PrivateKeys
            }
            ("STRIPE-KEY" | "OPENAI-STYLE" | "IN-URL" | "PROVIDER-A" | "PROVIDER-B" | "ENVIRONMENT", _)
            | (_, Confidence::High) => Self::ProviderKeys,
            (_, Confidence::Medium) => Self::Credentials,
            (_, Confidence::Low) => Self::Assignments,
        })
    }
}

/// The name of what a rule finds, as in placeholders and config: `SECRET-GITHUB-TOKEN` finds a `github-token`.
pub(crate) fn type_of(rule: &str) -> String {
    match rule {
        "SECRET-AWS-KEY-ID" => "aws-access-key".to_owned(),
        // The same thing, seen on its way out.
        "SECRET-PRIVATE-KEY-SENT" => "private-key".to_owned(),
        "SECRET-IN-URL" => "url-credential".to_owned(),
        "PII-SENT" => "personal".to_owned(),
        _ => {
            let known = ["SECRET-OWN-", "SECRET-", "PII-"].iter().find_map(|family| rule.strip_prefix(family));
            let name = known.unwrap_or(rule);
            name.to_ascii_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, type_of};
    use crate::finding::Confidence;

    #[test]
    fn rules_name_types_and_classes() {
        assert_eq!(type_of("SECRET-AWS-KEY-ID"), "aws-access-key");
        assert_eq!(type_of("PII-CARD"), "card");
        assert_eq!(Class::of("SECRET-GITHUB-TOKEN", Confidence::High), Some(Class::ProviderKeys));
        assert_eq!(Class::of("SECRET-PASSWORD", Confidence::Low), Some(Class::Assignments));
        assert_eq!(Class::of("SECRET-PRIVATE-KEY", Confidence::High), Some(Class::PrivateKeys));
        assert_eq!(Class::of("PII-IBAN", Confidence::Low), Some(Class::PersonalData));
        assert_eq!(Class::of("CMD-HOST", Confidence::High), None);
    }
}
