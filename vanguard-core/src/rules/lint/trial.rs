//! A rule tried: on the worst text that can be made of its own words, and on its examples. Work is counted in steps, so
//! that it is the same everywhere and every time.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::{
    message::{FieldKind, Flow, MessageKind, Span},
    normalize::SEPARATOR,
    rules::{
        beside::Beside,
        budget::Budget,
        condition::Condition,
        rule::{Rule, Scope},
        scan::{Filter, RuleScratch, Segment},
        set::RuleSet,
        syntax,
    },
};

/// Length of a text, in bytes.
const LENGTH: usize = 4 << 10;
/// Texts that are tried for a rule.
const TEXTS: usize = 96;

const FILTER: Filter<'_> =
    Filter { flow: Flow::ToClient, kind: MessageKind::Result, method: None, tool: None, capabilities: None };

/// The patterns of a rule, each as a rule of its own.
#[derive(Debug)]
pub(super) struct Trial {
    rules: RuleSet,
}

/// The worst text: what it repeats, its bytes, and the steps it took.
#[derive(Debug, Default)]
pub(super) struct Worst {
    pub(super) unit: Vec<u8>,
    pub(super) bytes: u64,
    pub(super) steps: u64,
    /// The steps that twice the text took.
    pub(super) twice: u64,
}

impl Trial {
    pub(super) fn of(rule: &Rule) -> Self {
        let mut rules = Vec::new();
        rule.condition.visit(false, &mut |atom, _| {
            if !matches!(atom, Condition::Query(_)) {
                rules.push(Rule { on: Scope::default(), condition: atom.clone(), ..rule.clone() });
            }
        });
        Self { rules: RuleSet::new(rules) }
    }

    /// Tries texts made of the literals of the patterns, each alone and all of a pattern together.
    pub(super) fn worst(&self) -> Worst {
        let mut units = Vec::new();
        for rule in self.rules.rules() {
            match &rule.condition {
                Condition::Pattern { source, .. } => words(&[source], &mut units),
                Condition::Sequence(parts) => words(&[&parts.first.0, &parts.then.0], &mut units),
                _ => {}
            }
        }
        units.sort_unstable();
        units.dedup();
        let mut worst = Worst { bytes: 1, ..Worst::default() };
        for unit in units.into_iter().filter(|unit| unit.len() > 1).take(TEXTS) {
            let text = unit.repeat(LENGTH.div_ceil(unit.len()));
            let steps = self.steps(&text);
            if steps.saturating_mul(worst.bytes) > worst.steps.saturating_mul(text.len() as u64) {
                worst = Worst { unit, bytes: text.len() as u64, steps, twice: 0 };
            }
        }
        worst.twice = self.steps(&worst.unit.repeat(2 * LENGTH.div_ceil(worst.unit.len().max(1))));
        worst
    }

    fn steps(&self, text: &[u8]) -> u64 {
        let mut budget = Budget::default();
        self.rules.scan(&[(text, &[segment(0, text.len())])], &FILTER, &mut RuleScratch::default(), &mut budget);
        u64::MAX - budget.left()
    }

    /// The patterns that match none of these texts.
    pub(super) fn unshown<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Vec<&str> {
        let (mut buffer, mut segments) = (Vec::new(), Vec::new());
        for text in texts {
            segments.push(segment(buffer.len(), buffer.len() + text.len()));
            buffer.extend_from_slice(text.as_bytes());
            buffer.push(SEPARATOR);
        }
        let (mut scratch, mut hits) = (RuleScratch::default(), Vec::new());
        self.rules.scan(&[(&buffer, &segments)], &FILTER, &mut scratch, &mut Budget::default());
        self.rules.judge(&FILTER, &mut scratch, &(), &mut hits);
        let silent = (0_u32..).zip(self.rules.rules()).filter(|(index, _)| hits.iter().all(|hit| hit.rule != *index));
        silent.filter_map(|(_, rule)| pattern(&rule.condition)).collect()
    }
}

fn pattern(condition: &Condition) -> Option<&str> {
    match condition {
        Condition::Pattern { source, .. } => Some(source),
        _ => None,
    }
}

fn segment(start: usize, end: usize) -> Segment {
    Segment { span: Span::of_usize(start, end), field: 0, kind: FieldKind::Text, view: None }
}

/// The literals of patterns, and all of them one behind the other.
fn words(sources: &[&String], units: &mut Vec<Vec<u8>>) {
    let mut all = Vec::new();
    for hir in sources.iter().filter_map(|source| syntax::parse(source).ok()) {
        let mut rest = vec![&hir];
        while let Some(hir) = rest.pop() {
            match hir.kind() {
                HirKind::Literal(literal) => {
                    units.push(literal.0.to_vec());
                    all.extend_from_slice(&literal.0);
                }
                HirKind::Repetition(inner) => rest.push(&inner.sub),
                HirKind::Capture(inner) => rest.push(&inner.sub),
                HirKind::Concat(parts) | HirKind::Alternation(parts) => rest.extend(parts.iter().rev()),
                _ => all.extend(some(hir)),
            }
        }
    }
    if all.len() <= LENGTH / 8 {
        units.push(all);
    }
    let derived = sources.iter().filter_map(|source| syntax::derive(source).ok());
    for literal in derived.flat_map(|derived| derived.literals.to_vec()) {
        // Beside what the pattern lets stand there it is a candidate; alone it may be none.
        let [before, behind] = [literal.before, literal.behind].map(Beside::example);
        units.push(before.into_iter().chain(literal.bytes.iter().copied()).chain(behind).collect());
        units.push(literal.bytes);
    }
}

/// One byte of a class, so that what is made of a pattern comes near to matching it.
fn some(hir: &Hir) -> Option<u8> {
    match hir.kind() {
        HirKind::Class(Class::Bytes(class)) => class.ranges().first().map(|range| range.end()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Trial;
    use crate::{config::problem::Problems, rules::format::read_pack};

    #[test]
    fn the_worst_text_is_the_same_every_time() {
        let pack = "- {id: A-ONE, title: t, severity: high, confidence: high, regex: ['a{1,9}bcde', xyzzy], tests: {hit: [abcde], miss: [b]}}";
        let mut problems = Problems::new();
        let rules = read_pack("a.yaml", pack, &mut problems);
        assert!(problems.is_empty(), "{problems}");
        let trial = Trial::of(&rules[0]);
        let [first, second] = [trial.worst(), Trial::of(&rules[0]).worst()];
        assert!(first.steps > 0 && !first.unit.is_empty());
        assert_eq!((first.unit, first.steps), (second.unit, second.steps));
        assert_eq!(trial.unshown(["aabcde", "no"].into_iter()), ["xyzzy"]);
    }
}
