//! What kind of values a schema lets through, and whether free text is among them.

use super::merged::resolve;
use crate::integrity::Json;

/// Kinds of values, as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carries(u8);

impl Carries {
    const NOTHING: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    const BOOL: Self = Self(2);
    const INTEGER: Self = Self(4);
    const NUMBER: Self = Self(4 | 8);
    /// Strings of a known form.
    pub(super) const WORD: Self = Self(16);
    /// Any text, by itself or inside.
    pub(super) const TEXT: Self = Self(32);
    const ARRAY: Self = Self(64);
    const OBJECT: Self = Self(128);
    const ANYTHING: Self = Self(255);

    /// What it has that `other` has not.
    pub(super) const fn beyond(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it has any of `other`.
    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it is empty.
    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every value is let through.
    pub(super) const fn is_anything(self) -> bool {
        self.0 == Self::ANYTHING.0
    }

    /// Whether nothing but numbers is in it.
    pub(super) const fn is_numeric(self) -> bool {
        self.0 & !Self::NUMBER.0 == 0
    }

    const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// In words.
    pub(super) fn words(self) -> String {
        if self == Self::ANYTHING {
            return "anything".to_owned();
        }
        let named = [
            (Self::NULL, "null"),
            (Self::BOOL, "boolean"),
            (Self(8), "number"),
            (Self::INTEGER, "integer"),
            (Self::TEXT, "text"),
            (Self::WORD, "certain words"),
            (Self::ARRAY, "list"),
            (Self::OBJECT, "object"),
        ];
        let implied =
            |kind: Self| kind == Self::INTEGER && self.has(Self(8)) || kind == Self::WORD && self.has(Self::TEXT);
        let words: Vec<_> =
            named.iter().filter(|(kind, _)| self.has(*kind) && !implied(*kind)).map(|(_, word)| *word).collect();
        if words.is_empty() { "nothing".to_owned() } else { words.join(" or ") }
    }
}

/// Schemas looked at for one answer.
const MOST: usize = 64;

/// What `schema` lets through; `root` is where its references start.
pub(super) fn carries(schema: Json<'_>, root: Json<'_>) -> Carries {
    let (mut all, mut open, mut seen) = (Carries::NOTHING, vec![(schema, false)], 0);
    while let Some((schema, inside)) = open.pop() {
        seen += 1;
        if seen > MOST {
            return Carries::ANYTHING;
        }
        let Some(schema) = resolve(schema, root) else { return Carries::ANYTHING };
        let choices = ["anyOf", "oneOf", "allOf"].into_iter().filter_map(|name| schema.member(name));
        let mut choices = choices.flat_map(Json::elements).peekable();
        let untyped = schema.member("type").is_none() && values(schema).is_none();
        if untyped && choices.peek().is_some() {
            open.extend(choices.map(|choice| (choice, inside)));
            continue;
        }
        let own = by_itself(schema);
        // What stands inside a list matters for the text that it can hold, and for nothing else.
        all = all.with(if inside { Carries(own.0 & Carries::TEXT.0) } else { own });
        if own.has(Carries::ARRAY) && own != Carries::ANYTHING {
            match schema.member("items") {
                Some(items) => open.push((items, true)),
                None => all = all.with(Carries::TEXT),
            }
        }
    }
    all
}

/// The values that `enum` or `const` allow, canonical.
pub(super) fn values(schema: Json<'_>) -> Option<Vec<String>> {
    let canonical = crate::integrity::canonical;
    match (schema.member("enum"), schema.member("const")) {
        (Some(list), _) => Some(list.elements().map(canonical).collect()),
        (None, Some(value)) => Some(vec![canonical(value)]),
        (None, None) => None,
    }
}

fn by_itself(schema: Json<'_>) -> Carries {
    match schema.bool() {
        Some(true) => return Carries::ANYTHING,
        Some(false) => return Carries::NOTHING,
        None => {}
    }
    if let Some(values) = values(schema) {
        let kind = |value: &String| match value.as_bytes().first() {
            Some(b'"') => Carries::WORD,
            Some(b't' | b'f') => Carries::BOOL,
            Some(b'n') => Carries::NULL,
            Some(b'[') => Carries::ARRAY.with(Carries::WORD),
            Some(b'{') => Carries::OBJECT,
            _ => Carries::NUMBER,
        };
        return values.iter().map(kind).fold(Carries::NOTHING, Carries::with);
    }
    let text = || if is_closed(schema) { Carries::WORD } else { Carries::TEXT.with(Carries::WORD) };
    let object = || {
        let named = schema.member("properties").is_some_and(|properties| properties.members().next().is_some());
        let closed = schema.member("additionalProperties").and_then(Json::bool) == Some(false);
        if named || closed { Carries::OBJECT } else { Carries::OBJECT.with(Carries::TEXT) }
    };
    let of_type = |name: &str| match name {
        "null" => Carries::NULL,
        "boolean" => Carries::BOOL,
        "integer" => Carries::INTEGER,
        "number" => Carries::NUMBER,
        "string" => text(),
        "array" => Carries::ARRAY,
        "object" => object(),
        _ => Carries::ANYTHING,
    };
    match schema.member("type") {
        Some(kind) => match kind.str() {
            Some(name) => of_type(name),
            None => kind.elements().filter_map(Json::str).map(of_type).fold(Carries::NOTHING, Carries::with),
        },
        None if schema.member("properties").is_some() => object(),
        None if schema.member("items").is_some() => Carries::ARRAY,
        None => Carries::ANYTHING,
    }
}

/// Whether strings have a form that leaves no room for a message.
fn is_closed(schema: Json<'_>) -> bool {
    let format = schema.member("format").and_then(Json::str);
    let short = schema.member("maxLength").and_then(Json::number).is_some_and(|most| most <= 16.0);
    let pattern = schema.member("pattern").and_then(Json::str);
    let bounded = |pattern: &str| {
        pattern.starts_with('^')
            && pattern.ends_with('$')
            && ![".*", ".+", "\\s", "[^"].iter().any(|any| pattern.contains(any))
    };
    short || format.is_some_and(is_tight) || pattern.is_some_and(bounded)
}

/// Whether a format leaves no room for a message.
pub(super) fn is_tight(format: &str) -> bool {
    matches!(format, "date" | "date-time" | "time" | "duration" | "uuid" | "ipv4" | "ipv6")
}

#[cfg(test)]
mod tests {
    use super::carries;
    use crate::integrity::Document;

    #[test]
    fn a_schema_is_read_for_what_it_lets_through() {
        for (schema, words) in [
            (r#"{"type":"string"}"#, "text"),
            (r#"{"type":"string","enum":["a"]}"#, "certain words"),
            (r#"{"type":"string","format":"uuid"}"#, "certain words"),
            (r#"{"type":"string","pattern":"^[a-z]{1,8}$"}"#, "certain words"),
            (r#"{"type":"string","pattern":"^.*$"}"#, "text"),
            (r#"{"type":["integer","null"]}"#, "null or integer"),
            (r#"{"anyOf":[{"type":"number"},{"type":"null"}]}"#, "null or number"),
            (r##"{"$ref":"#/$defs/M","$defs":{"M":{"enum":["a",1]}}}"##, "number or certain words"),
            (r#"{"type":"array","items":{"type":"integer"}}"#, "list"),
            (r#"{"type":"array","items":{"anyOf":[{"type":"string"}]}}"#, "text or list"),
            (r#"{"type":"object"}"#, "text or object"),
            (r#"{"properties":{"a":{}}}"#, "object"),
            ("{}", "anything"),
            ("true", "anything"),
            ("false", "nothing"),
            (r##"{"$ref":"#"}"##, "anything"),
            (r#"{"$ref":"https://x.test/s"}"#, "anything"),
        ] {
            let document = Document::parse(schema).unwrap();
            assert_eq!(carries(document.json(), document.json()).words(), words, "{schema}");
        }
    }
}
