//! The JSON Schema of a configuration, made from the table of keys that the validator walks.

use serde_json::{Map, Value, json};

use crate::config::exception::PointerPattern;
use crate::config::keys::{Entry, MAX_ITEMS, ROOT, Shape, Text};
use crate::config::pattern::MAX_PATTERN;
use crate::config::size::ByteSize;

/// The schema (JSON Schema 2020-12) of a configuration in any of the three formats. The validator knows more than a schema can say: that
/// a pattern compiles, that a day exists, that a size with a unit is in its range, that thresholds are in order.
#[must_use]
pub fn schema() -> Value {
    let mut root = of(&ROOT);
    if let Value::Object(map) = &mut root {
        map.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        map.insert("title".to_owned(), json!("Vanguard configuration"));
    }
    root
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Integer { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Shape::Bytes { min, max } => json!({"anyOf": [
            {"type": "integer", "minimum": min, "maximum": max},
            {"type": "string", "pattern": ByteSize::PATTERN},
        ]}),
        Shape::Choice(names) => json!({"enum": names}),
        Shape::Text(form) => text(*form),
        Shape::List { of: item, min, .. } => {
            let mut list = json!({"type": "array", "items": of(item), "maxItems": MAX_ITEMS});
            if let (Value::Object(map), true) = (&mut list, *min > 0) {
                map.insert("minItems".to_owned(), json!(min));
            }
            list
        }
        Shape::Map(entries) => map(entries),
        Shape::Names { name, of: value } => {
            json!({"type": "object", "propertyNames": text(*name), "additionalProperties": of(value), "maxProperties": MAX_ITEMS})
        }
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(of).collect::<Vec<_>>()}),
    }
}

fn map(entries: &[Entry]) -> Value {
    let mut properties = Map::new();
    for entry in entries {
        let mut value = of(&entry.shape);
        if let Value::Object(map) = &mut value {
            map.insert("description".to_owned(), json!(entry.doc));
        }
        properties.insert(entry.name.to_owned(), value);
    }
    let required: Vec<_> = entries.iter().filter(|entry| entry.required).map(|entry| entry.name).collect();
    let mut out = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if let (Value::Object(map), false) = (&mut out, required.is_empty()) {
        map.insert("required".to_owned(), json!(required));
    }
    out
}

/// What every destination looks like, at least.
const DESTINATION: &str = "^[^\\s:/][^\\s]*$|^::";

fn text(form: Text) -> Value {
    match form {
        Text::Pattern | Text::Name => json!({"type": "string", "minLength": 1, "maxLength": MAX_PATTERN}),
        Text::Path => json!({"type": "string", "pattern": "^[^\\u0000]+$"}),
        Text::Prose => json!({"type": "string", "pattern": "\\S"}),
        Text::Date => json!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$",
        }),
        Text::Destination => json!({"type": "string", "pattern": DESTINATION, "maxLength": MAX_PATTERN}),
        Text::SecretType => json!({"type": "string", "pattern": "^[a-z][a-z0-9-]{0,63}$"}),
        Text::Regex => json!({"type": "string", "format": "regex"}),
        Text::PublicKey => json!({"type": "string", "pattern": "^MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=$"}),
        Text::Url => json!({
            "type": "string",
            "pattern": r"^https?://[A-Za-z0-9._~:%\[\]-]+(/[A-Za-z0-9._~:%!$&'()*+,;=/-]*)?$",
            "maxLength": 512,
        }),
        Text::Variable => json!({"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 128}),
        Text::Canary => json!({"type": "string", "minLength": 8, "maxLength": 256}),
        Text::Pointer => json!({"type": "string", "pattern": PointerPattern::PATTERN}),
        Text::Sequence => json!({"type": "string", "pattern": " within [0-9]"}),
        Text::Events => json!({"type": "string", "pattern": "^[a-z_]+( *, *[a-z_]+)*$"}),
    }
}
