//! The walk: is each value of the shape its key asks for?

use super::text;
use crate::config::keys::{MAX_ITEMS, Shape, Text};
use crate::config::problem::{Problems, quoted};
use crate::config::reader::{MapReader, bool_of, integer_of, list_of, mismatch, name_of, string_of};
use crate::config::size::ByteSize;
use crate::config::tree::{Node, Value};

/// Reports everything in `node` that is not as `shape` says. The table of shapes is finite, so it bounds the recursion, not the input.
pub(crate) fn check(node: &Node, shape: &Shape, problems: &mut Problems) {
    match shape {
        Shape::Flag => {
            bool_of(node, problems);
        }
        Shape::Integer { min, max } => {
            integer_of(node, *min..=*max, problems);
        }
        Shape::Bytes { min, max } => bytes(node, *min, *max, problems),
        Shape::Choice(names) => {
            name_of(node, names, problems);
        }
        Shape::Text(form) => {
            if let Some(text) = string_of(node, problems) {
                text::check(&text, *form, problems);
            }
        }
        Shape::List { of, min, hint } => {
            let items = list_of(node, problems).unwrap_or_default();
            if items.len() < *min && matches!(node.value, Value::List(_)) {
                problems.error(node.span, "the list is empty").help(*hint);
            }
            check_count(node, items.len(), problems);
            items.iter().take(MAX_ITEMS).for_each(|item| check(item, of, problems));
        }
        Shape::Map(entries) => {
            let mut reader = MapReader::new(node, problems);
            for entry in *entries {
                if entry.required {
                    reader.required(entry.name);
                }
                if let Some(value) = reader.node(entry.name) {
                    check(value, &entry.shape, reader.problems());
                }
            }
            reader.finish();
        }
        Shape::Names { name, of } => {
            let entries = MapReader::new(node, problems).entries();
            check_count(node, entries.len(), problems);
            for (key, value) in entries.iter().take(MAX_ITEMS) {
                text::check_key(key, *name, problems);
                check(value, of, problems);
            }
        }
        Shape::Either(shapes) => match shapes.iter().find(|shape| fits(node, shape)) {
            Some(shape) => check(node, shape, problems),
            None => {
                let expected: Vec<&str> = shapes.iter().map(kind).collect();
                let problem = mismatch(node, &expected.join(" or "), problems);
                if shapes.iter().any(|shape| matches!(shape, Shape::Text(Text::Pattern))) && is_scalar(node) {
                    problem.help("write it in quotes");
                }
            }
        },
    }
}

fn check_count(node: &Node, count: usize, problems: &mut Problems) {
    if count > MAX_ITEMS {
        problems.error(node.span, format!("{count} entries are more than the {MAX_ITEMS} allowed"));
    }
}

fn bytes(node: &Node, min: i64, max: i64, problems: &mut Problems) {
    let range = format!("from {} to {}", shown(min), shown(max));
    match &node.value {
        Value::Integer(count) if (min..=max).contains(count) => {}
        Value::Integer(count) => {
            problems.error(node.span, format!("`{count}` is out of range")).help(range);
        }
        Value::String(text) => match ByteSize::parse(text).map(|size| i64::try_from(size.0).unwrap_or(i64::MAX)) {
            Some(count) if (min..=max).contains(&count) => {}
            Some(_) => {
                problems.error(node.span, format!("{} is out of range", quoted(text))).help(range);
            }
            None => {
                let message = format!("{} is no number of bytes", quoted(text));
                problems.error(node.span, message).help("write it as `32MiB`, `64kB` or a plain number");
            }
        },
        _ => {
            mismatch(node, "a number of bytes", problems).help("write it as `32MiB`, `64kB` or a plain number");
        }
    }
}

fn shown(bytes: i64) -> String {
    ByteSize(u64::try_from(bytes).unwrap_or_default()).to_string()
}

/// Whether the value is of the type the shape begins with.
fn fits(node: &Node, shape: &Shape) -> bool {
    match shape {
        Shape::Flag => matches!(node.value, Value::Bool(_)),
        Shape::Integer { .. } => matches!(node.value, Value::Integer(_)),
        Shape::Bytes { .. } => matches!(node.value, Value::Integer(_) | Value::String(_)),
        Shape::Choice(_) | Shape::Text(_) => matches!(node.value, Value::String(_)),
        Shape::List { .. } => matches!(node.value, Value::List(_)),
        Shape::Map(_) | Shape::Names { .. } => matches!(node.value, Value::Map(_)),
        Shape::Either(shapes) => shapes.iter().any(|shape| fits(node, shape)),
    }
}

fn kind(shape: &Shape) -> &'static str {
    match shape {
        Shape::Flag => "`true` or `false`",
        Shape::Integer { .. } => "a whole number",
        Shape::Bytes { .. } => "a number of bytes",
        Shape::Choice([only]) if *only == crate::config::keys::NEVER => "`never`",
        Shape::Choice([only]) if *only == crate::config::keys::ANY => "`any`",
        Shape::Choice(words) if **words == crate::config::keys::SWITCH => "`on` or `off`",
        Shape::Choice(_) | Shape::Text(_) => "a string",
        Shape::List { .. } => "a list",
        Shape::Map(_) | Shape::Names { .. } => "a map",
        Shape::Either(_) => "another value",
    }
}

fn is_scalar(node: &Node) -> bool {
    matches!(node.value, Value::Bool(_) | Value::Integer(_) | Value::Float(_))
}
