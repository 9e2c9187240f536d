//! The configuration as a whole: error texts, the schema, and that all three formats come to the same.

mod config {
    pub(crate) mod generate;
    pub(crate) mod write;
}

use config::generate::{Random, break_one, valid};
use config::write::{Style, json, toml, yaml};
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;
use vanguard_core::config::{Config, load, schema, show};

fn errors(name: &str, text: &str) -> String {
    load([(name, text)]).map(|config| show(&config)).expect_err("it should not load").to_string()
}

#[test]
fn every_problem_of_a_file_is_reported_at_once() {
    insta::assert_snapshot!("problems_yaml", errors("vanguard.yaml", include_str!("config/problems.yaml")));
    insta::assert_snapshot!("problems_toml", errors("vanguard.toml", include_str!("config/problems.toml")));
    insta::assert_snapshot!("problems_json", errors("vanguard.json", include_str!("config/problems.json")));
}

#[test]
fn problems_of_several_files_come_together() {
    let files = [
        ("one.yaml", "thresholds: {warn: {severity: critical, confidence: high}}\nmethods: {deny: [\"[\"]}\n"),
        ("two.yaml", "a: 1\na: 2\nprofile: strikt\n"),
        ("three.toml", "profile = \n"),
        ("four.json", "{\"thresholds\": {\"block\": {\"severity\": \"low\", \"confidence\": \"low\"}}}"),
    ];
    insta::assert_snapshot!("problems_several", load(files).unwrap_err());
}

#[test]
fn warnings_do_not_stop_the_load() {
    let text =
        "rules: {disable: '*'}\nexceptions:\n- {rule: '*', reason: lab}\n- {rule: A, reason: x, expires: 2001-01-01}\n";
    let config = load([("lab.yaml", text)]).unwrap();
    assert_eq!(config.warnings(None).len(), 2);
    let now = std::time::Duration::from_secs(1_700_000_000);
    insta::assert_snapshot!("warnings", config.warnings(Some(now)));
}

#[test]
fn later_files_add_to_earlier_ones() {
    let config = load([
        (
            "base.yaml",
            "profile: strict\ntools: {deny: a}\nlimits: {depth: 20, batch: 5}\nsafe_zones: /srv\nservers: {s: {tools: {deny: b}}}\n",
        ),
        ("site.json", "{\"profile\": \"balanced\", \"tools\": {\"deny\": [\"c\"]}, \"limits\": {\"depth\": 30}}"),
        ("site.toml", "safe_zones.read = '/usr'\n[servers.s.tools]\ndeny = 'd'\n"),
        ("empty.yaml", "# nothing yet\n"),
    ]);
    insta::assert_snapshot!("merged", show(&config.unwrap()));
}

#[test]
fn the_example_loads_and_uses_every_section() {
    let text = include_str!("../../examples/vanguard.yaml");
    let config = load([("vanguard.yaml", text)]).unwrap_or_else(|error| panic!("{error}"));
    assert!(config.warnings(Some(std::time::Duration::from_secs(1_800_000_000))).is_empty());
    for key in schema()["properties"].as_object().unwrap().keys().filter(|key| *key != "$schema") {
        assert!(text.lines().any(|line| line.starts_with(&format!("{key}:"))), "the example lacks `{key}`");
    }
    // What it calls the default is the default.
    assert_eq!((&config.limits, &config.views), (&Config::default().limits, &Config::default().views));
    insta::assert_snapshot!("example", show(&config));
}

#[test]
fn the_schema_in_the_repository_is_the_one_the_code_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config.schema.json");
    if std::env::var_os("VANGUARD_UPDATE").is_some() {
        std::fs::write(path, format!("{:#}\n", schema())).unwrap();
    }
    let stored: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(
        stored == schema(),
        "run `VANGUARD_UPDATE=1 cargo test -p vanguard-core --test config` and review the change"
    );
    assert!(jsonschema::meta::is_valid(&schema()));
}

/// A key that the validator knows and the model forgets would be read, praised and ignored.
#[test]
fn every_key_has_an_effect() {
    let mut seen = 0;
    for_each_leaf(&schema(), &mut Vec::new(), &mut |path, leaf| {
        if path == ["$schema"] {
            return;
        }
        let mut changed = false;
        for seed in 1..40 {
            let mut value = valid(leaf, path, &mut Random(seed));
            for key in path.iter().rev() {
                value = if key == "[]" { Value::Array(vec![value]) } else { serde_json::json!({ key: value }) };
            }
            // What else the map around it must have.
            if path.first().is_some_and(|key| key == "exceptions") {
                for (key, needed) in [("rule", "R"), ("reason", "r")] {
                    value["exceptions"][0].as_object_mut().unwrap().entry(key).or_insert(needed.into());
                }
            }
            if path.get(1).is_some_and(|key| key == "custom") {
                let custom = value["redaction"]["custom"]["name"].as_object_mut().unwrap();
                custom.entry("regex").or_insert("x-[0-9]{8}".into());
            }
            // The same of a budget and a sequence.
            let items = [
                ("budgets", serde_json::json!({"per": "server", "of": "cost", "most": 77, "within": 61})),
                (
                    "sequences",
                    serde_json::json!({"id": "X", "when": "read within 7 calls", "severity": "low", "reason": "r"}),
                ),
            ];
            let item = items.iter().find(|(key, _)| path.get(1).is_some_and(|step| step == key) && path.len() > 3);
            if let Some((key, needed)) = item {
                let own = value["behavior"][key][0].as_object_mut().unwrap();
                for (key, value) in needed.as_object().unwrap() {
                    own.entry(key.clone()).or_insert(value.clone());
                }
            }
            let without = if let Some((key, needed)) = item {
                serde_json::json!({"behavior": { *key: [needed] }}).to_string()
            } else if path.first().is_some_and(|key| key == "exceptions") {
                serde_json::json!({"exceptions": [{"rule": "R", "reason": "r"}]}).to_string()
            } else if path.get(1).is_some_and(|key| key == "llm") {
                serde_json::json!({"semantic": {"llm": {}}}).to_string()
            } else if path.get(1).is_some_and(|key| key == "custom") {
                serde_json::json!({"redaction": {"custom": {"name": {"regex": "x-[0-9]{8}"}}}}).to_string()
            } else {
                "{}".to_owned()
            };
            let plain = load([("c.json", without)]).unwrap();
            changed |= load([("c.json", value.to_string())]).is_ok_and(|config| config.hash() != plain.hash());
        }
        assert!(changed, "{path:?} changes nothing");
        seen += 1;
    });
    assert!(seen > 40, "{seen}");
}

fn for_each_leaf(schema: &Value, path: &mut Vec<String>, visit: &mut impl FnMut(&[String], &Value)) {
    let mut step = |key: &str, schema: &Value, path: &mut Vec<String>| {
        path.push(key.to_owned());
        for_each_leaf(schema, path, visit);
        path.pop();
    };
    let is_bar = path.first().is_some_and(|key| key == "thresholds") && path.len() == 2;
    if let Some(properties) = schema.get("properties").filter(|_| !is_bar) {
        properties.as_object().unwrap().iter().for_each(|(key, schema)| step(key, schema, path));
    } else if let Some(named) = schema.get("additionalProperties").filter(|named| named.is_object()) {
        step("name", named, path);
    } else if let Some(items) = schema.get("items").filter(|items| items.get("properties").is_some()) {
        step("[]", items, path);
    } else if let Some(map) = schema
        .get("anyOf")
        .and_then(|any| any.as_array()?.iter().find(|one| one.get("properties").is_some()))
        .filter(|_| !is_bar)
    {
        for_each_leaf(map, path, visit);
    } else {
        visit(path, schema);
    }
}

/// What the validator knows and a schema can't say.
fn is_beyond_a_schema(error: &str) -> bool {
    error.lines().filter(|line| line.starts_with("error: ")).all(|line| {
        [
            "asks for more than",
            "asks for less than",
            "is out of range",
            "the pattern can't be used",
            "the canary on line",
        ]
        .iter()
        .any(|known| line.contains(known))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn all_formats_come_to_the_same(seed in any::<u64>()) {
        let value = valid(&schema(), &[], &mut Random(seed));
        let from_json = load([("c.json", json(&value))]);
        let from_toml = load([("c.toml", toml(&value))]);
        for style in [Style::Flow, Style::Block] {
            let text = yaml(&value, style);
            match (&from_json, load([("c.yaml", &text)])) {
                (Ok(one), Ok(other)) => prop_assert_eq!(one, &other, "{}", text),
                (Err(one), Err(other)) => prop_assert_eq!(one.problems().len(), other.problems().len(), "{}\n{}", one, other),
                (_, other) => prop_assert!(false, "{}\n{:?}", text, other),
            }
        }
        match (from_json, from_toml) {
            (Ok(one), Ok(other)) => {
                prop_assert_eq!(one.hash(), other.hash());
                prop_assert_eq!(one, other);
            }
            (Err(one), Err(other)) => prop_assert_eq!(one.problems().len(), other.problems().len(), "{}\n{}", one, other),
            (one, other) => prop_assert!(false, "{}\n{:?}\n{:?}", toml(&value), one, other),
        }
    }

    #[test]
    fn what_is_shown_loads_to_the_same(seed in any::<u64>()) {
        let value = valid(&schema(), &[], &mut Random(seed));
        if let Ok(config) = load([("c.json", json(&value))]) {
            let shown = show(&config);
            let again = load([("c.yaml", &shown)]);
            prop_assert_eq!(again.as_ref().map_err(ToString::to_string), Ok(&config), "{}", shown);
            prop_assert_eq!(serde_json::to_value(&config).unwrap(), serde_json::to_value(again.unwrap()).unwrap());
        }
    }

    #[test]
    fn schema_and_validator_agree(seed in any::<u64>(), breaks in 0usize..3) {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let random = &mut Random(seed);
        let mut value = valid(&schema(), &[], random);
        prop_assert!(validator.is_valid(&value), "{:#}", value);
        for _ in 0..breaks {
            break_one(&mut value, random);
        }
        let expected = validator.is_valid(&value);
        match load([("c.json", json(&value))]) {
            Ok(_) => prop_assert!(expected, "loads, but not by the schema: {:#}", value),
            Err(error) => prop_assert!(!expected || is_beyond_a_schema(&error.to_string()), "{}\n{:#}", error, value),
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "((profile|tools|limits|deny|allow|rules|exceptions|[-:{}\\[\\],=\"'#/*\n ]|\\PC){1,3}){0,20}") {
        for name in ["a.yaml", "a.toml", "a.json", "a"] {
            let _ = load([(name, &text)]).map_err(|error| error.to_string());
        }
    }
}
