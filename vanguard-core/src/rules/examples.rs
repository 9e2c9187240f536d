//! Every rule is proven by its own examples.

use std::fmt;

use serde_json::json;

use crate::message::{FieldKind, Flow};

use super::rule::{Example, Rule};

impl Example {
    /// An MCP message whose only field of interest is this text, of this kind.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let text = &self.text;
        let message = match (self.flow, self.field) {
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
                    FieldKind::Text | FieldKind::Metadata | FieldKind::Opaque => "text",
                };
                let key = self.key.as_deref().unwrap_or(key);
                json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": self.tool.as_deref().unwrap_or("t"), "arguments": {key: text}}})
            }
            (Flow::ToClient, FieldKind::Metadata) => {
                json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "t", "description": text}]}})
            }
            (Flow::ToClient, FieldKind::Url) => {
                json!({"jsonrpc": "2.0", "id": 1, "result": {"contents": [{"uri": text}]}})
            }
            (Flow::ToClient, _) => {
                json!({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": text}]}})
            }
        };
        message.to_string().into_bytes()
    }
}

/// An example that a rule judged wrongly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// The example.
    pub example: Example,
    /// Whether the rule should have hit it.
    pub should_hit: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, example, should_hit } = self;
        let what = if *should_hit { "misses" } else { "hits" };
        let (field, flow) = (example.field.as_str(), example.flow.as_str());
        write!(f, "{rule} {what} this {field} {flow}: {:?}", example.text)
    }
}

/// Runs the rules' examples: which of them were judged wrongly? `judge` returns the ids of all rules that hit the example
/// as a field of a message ([`Example::message`]); the caller has the inspector.
pub fn run_examples(rules: &[Rule], mut judge: impl FnMut(&Example) -> Vec<String>) -> Vec<Failure> {
    let mut failures = Vec::new();
    for rule in rules {
        for (examples, should_hit) in [(&rule.hits, true), (&rule.misses, false)] {
            for example in examples {
                if judge(example).contains(&rule.id) != should_hit {
                    failures.push(Failure { rule: rule.id.clone(), example: example.clone(), should_hit });
                }
            }
        }
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::run_examples;
    use crate::{config::problem::Problems, rules::format::read_pack};

    #[test]
    fn wrong_examples_are_told() {
        let pack = "- {id: A-ONE, title: t, severity: high, confidence: high, literal: alphabet, tests: {hit: [alphabet, beta], miss: [alphabets, b]}}";
        let rules = read_pack("a.yaml", pack, &mut Problems::new());
        let failures =
            run_examples(
                &rules,
                |example| {
                    if example.text.contains("alphabet") { vec!["A-ONE".to_owned()] } else { Vec::new() }
                },
            );
        let told: Vec<_> = failures.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [r#"A-ONE misses this text to_client: "beta""#, r#"A-ONE hits this text to_client: "alphabets""#]
        );
    }
}
