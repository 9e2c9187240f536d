//! Next releases as honest servers make them: none of them weighs more than `low`.

use serde_json::{Map, Value, json};
use vanguard_core::Severity;

use super::{changes, servers};

/// SplitMix64: the same releases on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % sides as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }

    fn shuffle<T>(&mut self, of: &mut [T]) {
        for at in (1..of.len()).rev() {
            of.swap(at, self.roll(at + 1));
        }
    }
}

/// Sentences as they are added to descriptions.
const SENTENCES: [&str; 12] = [
    " Returns an empty list if nothing fits.",
    " Dates are given as YYYY-MM-DD, in UTC.",
    " Large notes are cut after 10,000 characters.",
    " The `limit` is at most 50.",
    " Use this when the user asks for a note by its words.",
    " Requires write access to the notebook.",
    " Example: words=\"travel plans\".",
    " Accents and case are ignored (é = E).",
    " See https://notes.example.com/docs/find for the syntax.",
    " Deleted notes are never returned.",
    " Note: ids may change after an import.",
    " Always returns UTF-8; e.g. emoji are kept.",
];
/// Optional parameters as they are added.
fn parameters() -> Vec<(&'static str, Value)> {
    vec![
        ("offset", json!({"type": "integer", "minimum": 0, "default": 0})),
        ("verbose", json!({"type": "boolean", "default": false, "description": "Also say when each was changed"})),
        ("format", json!({"type": "string", "enum": ["markdown", "plain"], "default": "markdown"})),
        ("until", json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": null})),
        ("language", json!({"type": "string", "description": "ISO 639-1 code", "pattern": "^[a-z]{2}$"})),
        ("author", json!({"type": ["string", "null"], "description": "Only notes of this author"})),
        ("fields", json!({"type": "array", "items": {"enum": ["title", "text"]}, "uniqueItems": true})),
        ("timeout", json!({"type": "number", "exclusiveMinimum": 0})),
    ]
}
/// Tools as they are added.
const TOOLS: [&str; 6] =
    ["list_notebooks", "count_notes", "archive_note", "export_notebook", "restore_note", "tag_note"];

/// One honest change.
fn release(said: &mut Value, dice: &mut Dice) {
    let tools = said["tools"]["tools"].as_array_mut().unwrap();
    let count = tools.len();
    let tool = &mut tools[dice.roll(count)];
    match dice.roll(16) {
        0 | 1 => {
            let text = tool["description"].as_str().unwrap().to_owned() + SENTENCES[dice.roll(SENTENCES.len())];
            tool["description"] = text.into();
        }
        2 => {
            let text = tool["description"]
                .as_str()
                .unwrap()
                .replace("Finds notes", "Finds the user's notes")
                .replace("Returns", "Gives");
            tool["description"] = text.into();
        }
        3 => dice.shuffle(tools),
        4 => *tool = reordered(tool, dice),
        5..=7 => {
            let all = parameters();
            let (name, schema) = dice.pick(&all).clone();
            tool["inputSchema"]["properties"][name] = schema;
        }
        8 | 9 => {
            let name = *dice.pick(&TOOLS);
            if tools.iter().all(|tool| tool["name"] != name) {
                let text = SENTENCES[dice.roll(SENTENCES.len())].trim_start();
                tools.push(json!({"name": name, "description": text, "inputSchema": {"type": "object", "properties": {"id": {"type": "integer"}}}}));
            }
        }
        10 => {
            said["initialize"]["serverInfo"]["version"] = format!("1.{}.{}", 4 + dice.roll(9), dice.roll(9)).into();
        }
        11 => {
            // Generators: titles for every property, a dialect, no closing of objects.
            let schema = tool["inputSchema"].as_object_mut().unwrap();
            schema.remove("additionalProperties");
            schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
            for (name, property) in schema["properties"].as_object_mut().unwrap() {
                property["title"] = name.to_uppercase().into();
            }
        }
        12 => {
            let schema = &mut tool["inputSchema"];
            if let Some(limit) = schema["properties"].get_mut("limit") {
                limit["maximum"] = json!(50 + dice.roll(100));
            }
            if let Some(order) = schema["properties"].get_mut("order") {
                order["enum"] = json!(["oldest", "newest", "relevance"]);
            }
        }
        13 => {
            // Another way to say that a value may be left out.
            let properties = tool["inputSchema"]["properties"].as_object_mut().unwrap();
            for property in properties.values_mut().filter(|property| property["type"] == "integer") {
                property["anyOf"] = json!([{"type": "integer"}, {"type": "null"}]);
                property.as_object_mut().unwrap().remove("type");
            }
        }
        14 => {
            tool["outputSchema"] =
                json!({"type": "object", "properties": {"notes": {"type": "array"}, "total": {"type": "integer"}}});
            tool["title"] = "A tool for notes".into();
        }
        _ => {
            said["initialize"]["instructions"] = "Notes are kept in notebooks; ask which one is meant.".into();
            said["initialize"]["capabilities"]["completions"] = json!({});
            said["prompts"]["prompts"][0]["description"] = "Sums one notebook up.".into();
        }
    }
}

/// The same with its members, and the lists whose order means nothing, in another order.
fn reordered(value: &Value, dice: &mut Dice) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            dice.shuffle(&mut members);
            let mut all = Map::new();
            for (name, member) in members {
                let mut member = reordered(member, dice);
                if let (true, Some(list)) =
                    (["enum", "required", "anyOf"].contains(&name.as_str()), member.as_array_mut())
                {
                    dice.shuffle(list);
                }
                all.insert(name.clone(), member);
            }
            Value::Object(all)
        }
        Value::Array(elements) => elements.iter().map(|element| reordered(element, dice)).collect(),
        other => other.clone(),
    }
}

#[test]
fn hundreds_of_honest_releases_weigh_little() {
    let mut told = 0;
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let mut said = servers()["notes"].take();
        for _ in 0..=dice.roll(6) {
            release(&mut said, &mut dice);
        }
        let found = changes(&said);
        told += found.len();
        let heavy: Vec<_> = found.iter().filter(|drift| drift.severity > Severity::Low).collect();
        assert!(heavy.is_empty(), "seed {seed}: {heavy:#?}");
    }
    assert!(told > 600, "{told}");
}

#[test]
fn order_alone_is_no_change() {
    for seed in 0..100 {
        let mut dice = Dice(seed);
        let mut said = reordered(&servers()["notes"], &mut dice);
        for (list, kind) in [("tools", "tools"), ("prompts", "prompts")] {
            dice.shuffle(said[list][kind].as_array_mut().unwrap());
        }
        assert_eq!(changes(&said), [], "seed {seed}");
    }
}
