//! Configurations made from the schema, and broken ones made from those.

use serde_json::{Map, Value, json};

/// A small deterministic generator (xorshift64*), seeded by the property test.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0 = self.0.max(1);
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next()).unwrap() % bound.max(1)
    }

    fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

const PATTERNS: [&str; 12] = [
    "*",
    "read_*",
    "a",
    "file:///srv/*",
    "/^(read|list)_/",
    "/(?i)drop/",
    "größe_?",
    "\\*x",
    "yes",
    "5",
    "null",
    "a: b #c",
];
const PATHS: [&str; 6] = ["/srv/project", ".", "C:\\Users\\x", "~/with space", "日本/'quote\"", "true"];
const DESTINATIONS: [&str; 7] =
    ["example.com", "*.example.com:443", "*", "10.0.0.0/8", "[::1]:8080", "::1", "größe.example"];
const DATES: [&str; 4] = ["2026-03-01", "2099-12-31T23:59:59Z", "2026-03-01t12:00:00.25+02:00", "2000-02-29"];
const POINTERS: [&str; 4] = ["/params", "/result/content/*/text", "/a~1b/~0", "/"];
const PROSE: [&str; 4] =
    ["because", "line one\nline two\n", "\"quoted\" 'twice' \\ # no comment: really", "x\u{85}\u{2028}\t\u{7f}"];
/// Not all of them are read by every reader of regexes.
const REGEXES: [&str; 3] = ["EMP-[0-9]{6}", "(?-i)\\bID:[A-Z]{4}\\b", "größe=[^ ]{8}"];
const TYPES: [&str; 4] = ["github-token", "credentials", "employee-id", "a1"];
const SEQUENCES: [&str; 3] = [
    "read then 3 distinct write or execute within 10 calls / 5 min",
    "8 blocked within 300 s",
    "sensitive_read then network_send within 20 calls",
];
const EVENTS: [&str; 2] = ["read", "sensitive_read, network_send"];
const KEYS: [&str; 2] = [
    "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=",
    "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
];
const SIZES: [&str; 4] = ["1KiB", "64 kB", "32MiB", "1GiB"];

/// A value that `schema` allows. `path` is where it stands.
pub(crate) fn valid(schema: &Value, path: &[String], random: &mut Random) -> Value {
    if let Some(choices) = schema.get("anyOf") {
        return valid(random.pick(choices.as_array().unwrap()), path, random);
    }
    if let Some(words) = schema.get("enum") {
        return random.pick(words.as_array().unwrap()).clone();
    }
    match schema["type"].as_str().unwrap() {
        "boolean" => json!(random.below(2) == 0),
        "integer" => {
            let (min, max) = (schema["minimum"].as_u64().unwrap(), schema["maximum"].as_u64().unwrap());
            json!([min, max, min + random.next() % (max - min + 1)][random.below(3)])
        }
        "string" => json!(text(schema, random)),
        "array" => {
            let least = schema.get("minItems").map_or(0, |min| usize::try_from(min.as_u64().unwrap()).unwrap());
            (0..least + random.below(3)).map(|_| valid(&schema["items"], path, random)).collect()
        }
        "object" => object(schema, path, random),
        other => panic!("{other}"),
    }
}

fn object(schema: &Value, path: &[String], random: &mut Random) -> Value {
    let mut out = Map::new();
    if let Some(properties) = schema.get("properties") {
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        for (key, value) in properties.as_object().unwrap() {
            // What is shown of a canary is not its value.
            if key != "canaries" && (required.contains(&json!(key)) || random.below(3) == 0) {
                out.insert(key.clone(), valid(value, path, random));
            }
        }
    } else {
        for _ in 0..random.below(3) {
            let typed = schema["propertyNames"].get("pattern").is_some();
            let names: &[&str] =
                if typed { &TYPES } else { &["files", "read_*", "on", "a.b", "größe", "with space", "7"] };
            let name = random.pick(names);
            out.insert((*name).to_owned(), valid(&schema["additionalProperties"], path, random));
        }
    }
    Value::Object(out)
}

fn text(schema: &Value, random: &mut Random) -> &'static str {
    if schema.get("format").is_some() {
        return REGEXES[random.below(REGEXES.len())];
    }
    let from: &[&'static str] = match schema.get("pattern").map(|pattern| pattern.as_str().unwrap()) {
        None => &PATTERNS,
        Some("\\S") => &PROSE,
        Some(pattern) if pattern.contains("within") => &SEQUENCES,
        Some(pattern) if pattern.starts_with("^[a-z_]+") => &EVENTS,
        Some(pattern) if pattern.ends_with("|^::") => &DESTINATIONS,
        Some(pattern) if pattern.starts_with("^MCow") => &KEYS,
        Some(pattern) if pattern.starts_with("^https?") => &["https://api.example/v1", "http://[::1]:8000"],
        Some(pattern) if pattern.starts_with("^[A-Za-z_]") => &["MODEL_KEY", "_k2"],
        Some(pattern) if pattern.contains("MiB") => &SIZES,
        Some(pattern) if pattern.contains("Zz") => &DATES,
        Some(pattern) if pattern.starts_with("^(/") => &POINTERS,
        Some(_) => &PATHS,
    };
    from[random.below(from.len())]
}

/// Puts something that is probably wrong somewhere.
pub(crate) fn break_one(value: &mut Value, random: &mut Random) {
    if random.below(3) > 0 {
        let inner = match value {
            Value::Object(map) if !map.is_empty() => {
                let at = random.below(map.len());
                map.values_mut().nth(at)
            }
            Value::Array(items) if !items.is_empty() => {
                let at = random.below(items.len());
                items.get_mut(at)
            }
            _ => None,
        };
        if let Some(inner) = inner {
            return break_one(inner, random);
        }
    }
    match value {
        Value::Object(map) if random.below(2) == 0 => {
            let key = map.keys().nth(random.below(map.len().max(1))).cloned();
            match key.filter(|_| random.below(2) == 0) {
                Some(key) => map.remove(&key),
                None => map.insert((*random.pick(&["unheard", "", "tools", "allow"])).to_owned(), json!("x")),
            };
        }
        Value::Number(number) if random.below(2) == 0 => {
            *value = json!(number.as_i64().unwrap_or(0) * if random.below(2) == 0 { -1 } else { 1000 });
        }
        _ => {
            *value = random
                .pick(&[
                    json!(null),
                    json!(true),
                    json!(7),
                    json!(0.5),
                    json!("x"),
                    json!(""),
                    json!(" "),
                    json!([]),
                    json!({}),
                    json!([1]),
                    json!("5MiB"),
                ])
                .clone();
        }
    }
}
