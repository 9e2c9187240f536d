//! Every rule of the built-in packs, judged by its own examples as fields of real messages.

use vanguard_core::config::problem::Problems;
use vanguard_core::rules::format::read_pack;
use vanguard_core::rules::rule::{Example, Rule};
use vanguard_core::rules::{PACKS, run_examples};
use vanguard_core::{FieldKind, Flow, Inspector, Message, Verdict};

/// A message whose only field of interest is `example`'s text, of its kind.
fn judge(inspector: &Inspector, example: &Example) -> Verdict {
    let text = &example.text;
    let message = match (example.flow, example.field) {
        (Flow::ToServer, kind) => {
            let key = match kind {
                FieldKind::Path => "path",
                FieldKind::Url => "url",
                FieldKind::Host => "host",
                FieldKind::Command => "command",
                FieldKind::Code => "code",
                FieldKind::Sql => "sql",
                FieldKind::Identifier => "id",
                FieldKind::Unknown => "value",
                _ => "text",
            };
            serde_json::json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "t", "arguments": {key: text}}})
        }
        (Flow::ToClient, FieldKind::Metadata) => {
            serde_json::json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "t", "description": text}]}})
        }
        (Flow::ToClient, FieldKind::Url) => {
            serde_json::json!({"jsonrpc": "2.0", "id": 1, "result": {"contents": [{"uri": text}]}})
        }
        (Flow::ToClient, _) => {
            serde_json::json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": text}]}})
        }
    };
    inspector.inspect(&Message::new(example.flow, message.to_string().as_bytes()))
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
