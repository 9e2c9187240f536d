//! Every rule of the built-in packs, judged by its own examples as fields of real messages.

use vanguard_core::config::problem::Problems;
use vanguard_core::rules::format::read_pack;
use vanguard_core::rules::rule::{Example, Rule};
use vanguard_core::rules::{PACKS, run_examples};
use vanguard_core::{Inspector, Message, Verdict};

fn judge(inspector: &Inspector, example: &Example) -> Verdict {
    inspector.inspect(&Message::new(example.flow, &example.message()))
}

/// The built-in rules with their examples, which the compiled table leaves out.
fn written() -> Vec<Rule> {
    let mut problems = Problems::new();
    let rules = PACKS.iter().flat_map(|(name, text)| read_pack(name, text, &mut problems)).collect();
    assert!(problems.is_empty(), "{problems}");
    rules
}

#[test]
fn every_rule_finds_its_hits_and_passes_its_near_misses() {
    let inspector = Inspector::builder().build().unwrap();
    let rules = written();
    let failures = run_examples(&rules, |example| {
        judge(&inspector, example).findings.into_iter().map(|finding| finding.rule).collect()
    });
    let told: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{} wrong:\n{}", failures.len(), told.join("\n"));
    let few: Vec<_> =
        rules.iter().filter(|rule| rule.hits.len() < 3 || rule.misses.len() < 3).map(|rule| &rule.id).collect();
    assert!(few.is_empty(), "fewer than three hits and three near misses: {few:?}");
}

/// A near miss of one rule must not be blocked by another: it is honest, whoever wrote it.
#[test]
fn near_misses_are_honest_to_every_rule() {
    let inspector = Inspector::builder().build().unwrap();
    let rules = written();
    let wrong: Vec<_> = rules
        .iter()
        .flat_map(|rule| &rule.misses)
        .filter_map(|example| {
            let verdict = judge(&inspector, example);
            verdict.is_blocked().then(|| format!("{:?}: {verdict}", example.text))
        })
        .collect();
    assert!(wrong.is_empty(), "{} blocked:\n{}", wrong.len(), wrong.join("\n"));
}
