//! Which packs make a set.

use sha2::{Digest, Sha256};

use crate::config::{ConfigError, Pattern, problem::Problems, tree::Source};

use super::{builtin, format::read_pack, rule::Rule, set::RuleSet};

/// Collects packs, then makes them ready.
#[derive(Clone, Debug, Default)]
pub struct RuleSetBuilder {
    builtin: bool,
    packs: Vec<(String, String)>,
    own: Vec<Rule>,
    disabled: Vec<Pattern>,
}

impl RuleSetBuilder {
    /// With the packs that come with the crate.
    #[must_use]
    pub fn builtin(mut self) -> Self {
        self.builtin = true;
        self
    }

    /// With the pack of this name (shown in problems) and text.
    #[must_use]
    pub fn pack(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.packs.push((name.into(), text.into()));
        self
    }

    /// With rules that are in no pack.
    pub(crate) fn rules(mut self, rules: Vec<Rule>) -> Self {
        self.own = rules;
        self
    }

    /// Without the rules whose id `pattern` matches.
    #[must_use]
    pub fn disable(mut self, pattern: Pattern) -> Self {
        self.disabled.push(pattern);
        self
    }

    /// Reads the packs and makes their rules ready.
    ///
    /// # Errors
    /// Every problem of every pack, with its place.
    pub fn build(self) -> Result<RuleSet, ConfigError> {
        let mut problems = Problems::new();
        let (mut rules, mut version) = (Vec::new(), String::new());
        if self.builtin {
            (rules, version) = builtin::load(&mut problems);
        }
        for (name, text) in &self.packs {
            let own = read_pack(name, text, &mut problems);
            problems.enter(Source::new(name, text));
            refuse_known(&rules, &own, &mut problems);
            rules.extend(own);
            version = hash(&[&version, name, text]);
        }
        rules.extend(self.own);
        if problems.has_errors() {
            return Err(ConfigError::new(problems));
        }
        let disabled = |rule: &mut Rule| self.disabled.iter().any(|pattern| pattern.matches(&rule.id));
        let off = rules.extract_if(.., disabled).map(|rule| rule.id).collect();
        Ok(RuleSet::new(rules).of_version(version).without(off))
    }
}

/// An id names one rule: exceptions and records rest on it.
fn refuse_known(known: &[Rule], own: &[Rule], problems: &mut Problems) {
    for rule in own.iter().filter(|rule| known.iter().any(|other| other.id == rule.id)) {
        problems
            .error_overall(format!("rule id `{}` is already taken by another pack", rule.id))
            .help("choose another id, and disable the other rule if this one replaces it");
    }
}

/// The first twelve hex digits of the SHA-256 of the parts, each preceded by its length.
fn hash(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    let bytes: [u8; 32] = digest.finalize().into();
    bytes.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use crate::{config::Pattern, rules::RuleSet};

    const PACK: &str = r"
- {id: A-ONE, title: t, severity: high, confidence: high, literal: alphabet, tests: {hit: [alphabet], miss: [alpha]}}
- {id: A-TWO, title: t, severity: high, confidence: high, literal: omegabet, tests: {hit: [omegabet], miss: [omega]}}
";

    #[test]
    fn packs_are_joined_and_rules_disabled() {
        let rules = RuleSet::builder().pack("a.yaml", PACK).disable(Pattern::new("*-TWO").unwrap()).build().unwrap();
        assert_eq!(rules.rules().iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["A-ONE"]);
        assert_eq!((rules.find("A-ONE"), rules.find("A-TWO")), (Some(0), None));
        assert_eq!(rules.pack_version().len(), 12);
        let both = RuleSet::builder().builtin().pack("a.yaml", PACK).build().unwrap();
        assert_eq!(both.rules().len(), RuleSet::builtin().rules().len() + 2);
        assert_ne!(both.pack_version(), RuleSet::builtin().pack_version());
    }

    #[test]
    fn an_id_is_taken_once() {
        let error = RuleSet::builder().pack("a.yaml", PACK).pack("b.yaml", PACK).build().unwrap_err();
        assert_eq!(error.to_string().matches("already taken by another pack").count(), 2);
    }
}
