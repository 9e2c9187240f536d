//! Every rule of the built-in packs, judged by its own examples as fields of real messages.

use vanguard_core::rules::rule::Example;
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

#[test]
fn every_rule_finds_its_hits_and_passes_its_near_misses() {
    let inspector = Inspector::builder().build().unwrap();
    let mut wrong = Vec::new();
    let mut judged = 0;
    for rule in inspector.rules().rules() {
        for (examples, expected) in [(&rule.hits, true), (&rule.misses, false)] {
            for example in examples {
                let verdict = judge(&inspector, example);
                judged += 1;
                if verdict.findings.iter().any(|finding| finding.rule == rule.id) != expected {
                    wrong.push(format!(
                        "{} {} {:?} {:?}",
                        rule.id,
                        if expected { "misses" } else { "hits" },
                        example.field,
                        example.text
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {judged} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(judged >= 6 * inspector.rules().rules().len(), "a rule has fewer than three hits and three near misses");
}

/// A near miss of one rule must not be blocked by another: it is honest, whoever wrote it.
#[test]
fn near_misses_are_honest_to_every_rule() {
    let inspector = Inspector::builder().build().unwrap();
    let misses = inspector.rules().rules().iter().flat_map(|rule| &rule.misses);
    let wrong: Vec<_> = misses
        .filter_map(|example| {
            let verdict = judge(&inspector, example);
            verdict.is_blocked().then(|| format!("{:?}: {verdict}", example.text))
        })
        .collect();
    assert!(wrong.is_empty(), "{} blocked:\n{}", wrong.len(), wrong.join("\n"));
}
