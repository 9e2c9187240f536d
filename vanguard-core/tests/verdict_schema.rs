//! Every verdict is what `verdict.schema.json` says.

use serde_json::Value;
use vanguard_core::rules::own_rules;
use vanguard_core::{Flow, Inspector, Message, Profile};

#[test]
fn verdicts_keep_to_their_schema() {
    let schema: Value = serde_json::from_str(include_str!("../verdict.schema.json")).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let vectors: Value = serde_json::from_str(include_str!("../../tests/vectors/carrier.json")).unwrap();
    let steps = vectors["cases"].as_array().unwrap().iter().flat_map(|case| case["steps"].as_array().unwrap());
    let mut seen = std::collections::BTreeSet::new();
    for (profile, step) in Profile::ALL.into_iter().flat_map(|profile| steps.clone().map(move |step| (profile, step))) {
        let inspector = Inspector::builder().profile(profile).build().unwrap();
        let flow = if step["flow"] == "to_server" { Flow::ToServer } else { Flow::ToClient };
        let Some(message) = step["message"].as_str() else { continue };
        let verdict = inspector.inspect(&Message::new(flow, message.as_bytes()));
        let json: Value = serde_json::from_str(&verdict.to_json(&Value::from(7))).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}: {json}");
        assert_eq!(json["id"], 7);
        for finding in &verdict.findings {
            let id = finding.rule.as_str();
            assert!(inspector.rules().ids().any(|known| known == id) || own_rules().any(|known| known == id), "{id}");
        }
        seen.insert(json["action"].as_str().unwrap().to_owned());
    }
    assert!(seen.contains("allow") && seen.contains("warn") && seen.contains("block"), "{seen:?}");
}
