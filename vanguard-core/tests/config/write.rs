//! The same value in each of the three formats.

use serde_json::Value;

/// How YAML is written.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    /// On one line, as JSON would be, unquoted where that is safe.
    Flow,
    /// A line for each key and item.
    Block,
}

pub(crate) fn json(value: &Value) -> String {
    format!("{value:#}")
}

/// Tables for maps of the first level, inline below.
pub(crate) fn toml(value: &Value) -> String {
    let (mut top, mut tables) = (String::new(), String::new());
    for (key, value) in value.as_object().unwrap() {
        match value {
            Value::Object(map) => {
                tables += &format!("[{}]\n", quoted(key));
                for (key, value) in map {
                    tables += &format!("{} = {}\n", quoted(key), inline(value));
                }
            }
            _ => top += &format!("{} = {}\n", quoted(key), inline(value)),
        }
    }
    top + &tables
}

fn inline(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{} = {}", quoted(key), inline(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}

/// JSON's escapes are TOML's and YAML's too; what JSON may leave bare and they may not is escaped as well.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    json.chars()
        .map(|char| {
            if matches!(char, '\u{7f}'..='\u{9f}' | '\u{2028}') {
                format!("\\u{:04x}", u32::from(char))
            } else {
                char.to_string()
            }
        })
        .collect()
}

pub(crate) fn yaml(value: &Value, style: Style) -> String {
    let mut out = String::new();
    match style {
        Style::Flow => flow(value, &mut out),
        Style::Block => block(value, 0, &mut out),
    }
    out
}

fn flow(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            out.push('{');
            for (key, value) in map {
                *out += &format!("{}: ", scalar(key));
                flow(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                flow(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::String(text) => *out += &scalar(text),
        other => *out += &other.to_string(),
    }
}

fn block(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                *out += &format!("\n{pad}{}:", scalar(key));
                block(value, indent + 2, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                *out += &format!("\n{pad}-");
                block(item, indent + 2, out);
            }
        }
        // A literal block keeps every line as it is.
        Value::String(text) if text.ends_with('\n') && !text.starts_with([' ', '\n']) => {
            *out += " |";
            for line in text.lines() {
                *out += &format!("\n{pad}  {line}");
            }
        }
        other => {
            out.push(' ');
            flow(other, out);
        }
    }
    if indent == 0 {
        out.push('\n');
    }
}

/// Plain, in single quotes or in double quotes, whichever is the first that says the same.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.chars().all(|char| char.is_alphanumeric() || "_.".contains(char));
    match text {
        "null" | "true" | "false" => quoted(text),
        _ if plain => text.to_owned(),
        _ if text.chars().all(|char| !char.is_control() && char != '\u{2028}') => {
            format!("'{}'", text.replace('\'', "''"))
        }
        _ => quoted(text),
    }
}
