//! What a rule looks for, and what that costs.

use serde::Serialize;

use super::{bits, trial::Trial};
use crate::rules::{chain::Chain, condition::Condition, pattern::Pattern, query::Topic, rule::Rule};

/// What a rule costs: texts without its literals cost nothing, but for what its questions need.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cost {
    /// The literals of which every text that its patterns match holds one, ASCII letters in lower case; the most common first.
    pub literals: Vec<String>,
    /// Bytes of ordinary text from one of them to the next, on average; `None` without literals.
    pub every: Option<f64>,
    /// The analyzers that it asks: `shell`, `path`, `host`, `sql`, `code`, `notes` and so on.
    pub asks: Vec<&'static str>,
    /// What the worst text found for its patterns repeats; empty without patterns.
    pub worst: String,
    /// Matcher's steps a byte on that text. A message is allowed sixteen for all rules.
    pub steps_per_byte: f64,
}

/// What `rule` costs, tried on texts made of its own words. Deterministic; takes milliseconds.
#[must_use]
pub fn cost(rule: &Rule) -> Cost {
    let (mut literals, mut asks) = (Vec::new(), Vec::new());
    rule.condition.visit(false, &mut |atom, _| match atom {
        Condition::Query(query) => asks.push(name(query.topic())),
        Condition::Pattern { derived, .. } => literals.extend(derived.literals.iter().map(|one| one.bytes.clone())),
        Condition::Sequence(parts) => {
            let [first, then] = [&parts.first, &parts.then].map(|(text, derived)| Pattern::with(text, derived.clone()));
            let chain = Chain::new(first, then, 0, b"");
            literals.extend(chain.sought().derived().literals.iter().map(|one| one.bytes.clone()));
        }
        _ => {}
    });
    literals.sort_unstable_by_key(|literal| (bits(literal), literal.clone()));
    literals.dedup();
    asks.sort_unstable();
    asks.dedup();
    let common: f64 = literals.iter().map(|literal| f64::exp2(-f64::from(bits(literal)))).sum();
    let worst = Trial::of(rule).worst();
    Cost {
        every: (!literals.is_empty()).then(|| 1.0 / common),
        literals: literals.iter().map(|literal| String::from_utf8_lossy(literal).into_owned()).collect(),
        asks,
        worst: String::from_utf8_lossy(&worst.unit).into_owned(),
        steps_per_byte: worst.steps as f64 / worst.bytes as f64,
    }
}

fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::Notes => "notes",
        Topic::Shell => "shell",
        Topic::Path => "path",
        Topic::Host => "host",
        Topic::Sql => "sql",
        Topic::Code => "code",
        Topic::Pii => "pii",
    }
}

#[cfg(test)]
mod tests {
    use super::cost;
    use crate::{config::problem::Problems, rules::format::read_pack};

    #[test]
    fn a_rule_tells_what_it_looks_for_and_asks() {
        let pack = "- {id: A-ONE, title: t, severity: high, confidence: high, any: [{regex: 'alph[a-z]{1,3}quartz'}, {shell: {pipe: {from: [curl], into: [sh]}}}], tests: {hit: [alphaquartz], miss: [b]}}";
        let mut problems = Problems::new();
        let rules = read_pack("a.yaml", pack, &mut problems);
        assert!(problems.is_empty(), "{problems}");
        let cost = cost(&rules[0]);
        assert_eq!((cost.literals, cost.asks), (vec!["quartz".to_owned()], vec!["shell"]));
        assert!(cost.every.unwrap() > 1000.0 && cost.steps_per_byte > 0.0 && !cost.worst.is_empty());
    }
}
