//! What was found as a secret is never shown: not in the finding that found it, nor in any other.

use std::collections::HashSet;

use crate::finding::{Finding, excerpt};
use crate::redact::Secret;

/// Bytes of a secret that stay readable: enough to tell an AWS key from a GitHub token, too few to use.
const SHOWN: usize = 4;

/// Whether findings of this rule hold secrets or personal data: its family says so.
pub(crate) fn conceals(rule: &str) -> bool {
    rule.starts_with("SECRET-") || rule.starts_with("PII-")
}

/// The first characters of a secret and its length.
pub(crate) fn masked(secret: &[u8]) -> String {
    let shown = if secret.len() >= 4 * SHOWN { secret.get(..SHOWN).unwrap_or_default() } else { &[] };
    format!("{}…({} bytes)", excerpt(shown), secret.len())
}

/// Takes each secret out of the evidence and the pointers of all findings.
pub(crate) fn conceal<'a>(findings: &mut [Finding], secrets: impl Iterator<Item = &'a [u8]>) {
    let told = Told::of(findings);
    for secret in secrets.filter(|secret| told.may_show(secret)) {
        let (plain, mask) = (String::from_utf8_lossy(secret), masked(secret));
        let step = plain.replace('~', "~0").replace('/', "~1");
        for finding in findings.iter_mut() {
            finding.evidence = without(&finding.evidence, &plain, &mask);
            if finding.pointer.contains(&step) {
                finding.pointer = finding.pointer.replace(&step, &mask);
            }
            for words in [&mut finding.reason, &mut finding.allow] {
                if words.contains(&*plain) {
                    *words = words.replace(&*plain, &mask);
                }
            }
        }
    }
}

/// `text` without these values; `None` if it has none of them.
pub(crate) fn rid_of(text: &str, held: &[Secret]) -> Option<String> {
    let plain = |secret: &Secret| String::from_utf8_lossy(secret.reveal()).into_owned();
    let inside = held.iter().map(|secret| (plain(secret), secret)).filter(|(plain, _)| text.contains(plain.as_str()));
    let masked = inside.fold(None, |out: Option<String>, (plain, secret)| {
        Some(out.unwrap_or_else(|| text.to_owned()).replace(&plain, &masked(secret.reveal())))
    });
    masked.filter(|out| out != text)
}

/// A part of a secret that would tell something.
type Part = [u8; SHOWN + 1];

/// Which parts findings tell: a message may hold a hundred thousand secrets, and hardly any is in their words.
struct Told {
    parts: HashSet<Part>,
    /// With which of them an evidence begins: it may begin within a secret.
    first: HashSet<Part>,
}

impl Told {
    fn of(findings: &[Finding]) -> Self {
        let first = findings.iter().filter_map(|finding| parts(finding.evidence.as_bytes()).next()).collect();
        let (mut all, mut before) = (HashSet::new(), [""; 2]);
        for finding in findings {
            // What a rule says of one secret it says of the next.
            let rules_own = [finding.reason.as_str(), finding.allow.as_str()];
            let new = rules_own.into_iter().zip(before).filter(|(words, before)| words != before);
            let words = new.map(|(words, _)| words).chain([finding.evidence.as_str(), &finding.pointer]);
            all.extend(words.flat_map(|words| parts(words.as_bytes())));
            before = rules_own;
        }
        Self { parts: all, first }
    }

    fn may_show(&self, secret: &[u8]) -> bool {
        if secret.len() <= SHOWN + 1 {
            return !secret.is_empty();
        }
        let plain = String::from_utf8_lossy(secret);
        let begins = |text: &str| parts(text.as_bytes()).next().is_some_and(|part| self.parts.contains(&part));
        // As a step of a pointer it is written otherwise.
        let in_pointer = || plain.contains(['~', '/']) && begins(&plain.replace('~', "~0").replace('/', "~1"));
        begins(&plain) || in_pointer() || parts(plain.as_bytes()).any(|part| self.first.contains(&part))
    }
}

fn parts(text: &[u8]) -> impl Iterator<Item = Part> {
    text.windows(SHOWN + 1).filter_map(|part| part.try_into().ok())
}

/// Takes what findings hold away from them: each value once.
pub(crate) fn take_held(findings: &mut [Finding]) -> Vec<Secret> {
    let mut held: Vec<_> = findings.iter_mut().filter_map(|finding| finding.held.take()).collect();
    held.sort_unstable();
    held.dedup();
    held
}

/// `evidence` without `secret`, whole or, where the evidence is cut short or begins in the middle of it, in part.
fn without(evidence: &str, secret: &str, mask: &str) -> String {
    let mut out = evidence.replace(secret, mask);
    let body = out.trim_end_matches('…').len();
    let telling = || secret.char_indices().map(|(at, _)| at).filter(|at| *at > SHOWN);
    let ends = |head: &&str| out.get(..body).is_some_and(|text| text.ends_with(*head));
    let cut = telling().filter_map(|at| secret.get(..at)).rfind(ends);
    if let Some(head) = cut {
        out.replace_range(body - head.len().., mask);
    }
    let rest = |at: usize| secret.get(at..).filter(|tail| tail.len() > SHOWN);
    let begun = secret.char_indices().filter_map(|(at, _)| rest(at)).find(|tail| out.starts_with(tail)).map(str::len);
    if let Some(len) = begun {
        out.replace_range(..len, mask);
    }
    if out.len() > SHOWN && secret.contains(out.trim_end_matches('…')) { mask.to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Layer, Severity};

    #[test]
    fn no_finding_shows_a_secret() {
        let secret = "AKIA0123456789ABCDEF";
        let finding = |evidence: &str| {
            Finding::new("X", Layer::L1, Severity::High, Confidence::High)
                .at(format!("/params/{secret}"), crate::message::Span::default())
                .seeing(evidence.as_bytes())
        };
        let long = format!("{}{secret}", "x".repeat(150));
        let mut findings = [
            finding(&format!("curl -H {secret} x")),
            finding(secret),
            finding(&long),
            finding("0123456789ABCDEF x"),
            finding("A0123456789"),
        ];
        conceal(&mut findings, std::iter::once(secret.as_bytes()));
        for finding in &findings {
            assert!(!finding.evidence.contains("0123456") && !finding.pointer.contains("0123456"), "{finding:?}");
        }
        assert_eq!(findings[0].evidence, "curl -H AKIA…(20 bytes) x");
        assert_eq!(masked(b"hunter2"), "…(7 bytes)");
    }
}
