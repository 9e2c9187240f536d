//! Whether a value is what a schema says: declared against observed, over our own tape. Work, depth and patterns are bounded; what is
//! beyond a bound, elsewhere, or unknown is taken to hold: who checks wants to know what is certainly otherwise.

use regex_automata::meta::Regex;
use regex_automata::util::syntax;

use super::{Json, canonical};
use crate::message::NodeKind;

/// Where and how a value is not what a schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// RFC 6901 pointer into the value.
    pub pointer: String,
    /// What is otherwise.
    pub reason: String,
}

/// Schemas tried for one value, and how deep they may stand in one another.
const STEPS: usize = 20_000;
const DEPTH: usize = 48;
/// Patterns longer than this are not tried, nor those that take more memory.
const PATTERN: usize = 512;
const PATTERN_MEMORY: usize = 1 << 20;

/// The first way in which `value` is not what `schema` says. References lead nowhere but into `schema`.
#[must_use]
pub fn mismatch(schema: Json<'_>, value: Json<'_>) -> Option<Mismatch> {
    let mut check = Check { root: schema, steps: 0 };
    check.against(schema, value, &Place { parent: None, step: String::new() }, 0)
}

struct Check<'a> {
    root: Json<'a>,
    steps: usize,
}

/// A place in the value; written out only where something is wrong.
struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: String,
}

impl Place<'_> {
    fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut at = Some(self);
        while let Some(place) = at {
            steps.push(place.step.as_str());
            at = place.parent;
        }
        steps.into_iter().rev().skip(1).map(|step| format!("/{}", step.replace('~', "~0").replace('/', "~1"))).collect()
    }

    fn below(&self, step: impl Into<String>) -> Place<'_> {
        Place { parent: Some(self), step: step.into() }
    }
}

impl<'a> Check<'a> {
    fn against(&mut self, schema: Json<'a>, value: Json<'_>, place: &Place<'_>, depth: usize) -> Option<Mismatch> {
        self.steps += 1;
        if depth > DEPTH || self.steps > STEPS {
            return None;
        }
        let wrong = |reason: String| Some(Mismatch { pointer: place.pointer(), reason });
        if let Some(allowed) = schema.bool() {
            return if allowed { None } else { wrong("nothing may stand here".to_owned()) };
        }
        if let Some(target) = schema.member("$ref").and_then(Json::str).and_then(|pointer| self.target(pointer)) {
            let found = self.against(target, value, place, depth + 1);
            if found.is_some() {
                return found;
            }
        }
        by_itself(schema, value).map_or_else(|| self.parts(schema, value, place, depth), wrong)
    }

    fn target(&self, reference: &str) -> Option<Json<'a>> {
        let steps = reference.strip_prefix("#/")?.split('/');
        steps.take(DEPTH).try_fold(self.root, |at, step| at.member(&step.replace("~1", "/").replace("~0", "~")))
    }

    /// Choices, members and elements.
    fn parts(&mut self, schema: Json<'a>, value: Json<'_>, place: &Place<'_>, depth: usize) -> Option<Mismatch> {
        let wrong = |reason: &str| Some(Mismatch { pointer: place.pointer(), reason: reason.to_owned() });
        for all in schema.member("allOf").into_iter().flat_map(Json::elements) {
            let found = self.against(all, value, place, depth + 1);
            if found.is_some() {
                return found;
            }
        }
        for (name, most, reason) in
            [("anyOf", usize::MAX, "none of the choices fits"), ("oneOf", 1, "not one of the choices fits")]
        {
            let Some(choices) = schema.member(name) else { continue };
            let mut fit = 0;
            for choice in choices.elements() {
                fit += usize::from(self.against(choice, value, place, depth + 1).is_none());
            }
            // Beyond the bounds everything fits, which is no reason to call it one too many.
            if fit == 0 || fit > most && self.steps <= STEPS {
                return wrong(reason);
            }
        }
        if let Some(not) = schema.member("not") {
            let fits = self.against(not, value, place, depth + 1).is_none();
            if fits && self.steps <= STEPS && depth < DEPTH {
                return wrong("it is what it must not be");
            }
        }
        match value.kind() {
            Some(NodeKind::Object) => self.members(schema, value, place, depth),
            Some(NodeKind::Array) => {
                let mut first = schema.member("prefixItems").into_iter().flat_map(Json::elements);
                let rest = schema.member("items");
                for (at, element) in value.elements().enumerate() {
                    let Some(own) = first.next().or(rest) else { break };
                    let found = self.against(own, element, &place.below(at.to_string()), depth + 1);
                    if found.is_some() {
                        return found;
                    }
                }
                None
            }
            _ => None,
        }
    }

    fn members(&mut self, schema: Json<'a>, value: Json<'_>, place: &Place<'_>, depth: usize) -> Option<Mismatch> {
        let members = value.by_name();
        let required = schema.member("required").into_iter().flat_map(Json::elements).filter_map(Json::str);
        if let Some(name) = required.into_iter().find(|name| !members.contains_key(name)) {
            return Some(Mismatch { pointer: place.pointer(), reason: format!("`{name}` is missing") });
        }
        let properties = schema.member("properties").map(Json::by_name).unwrap_or_default();
        let others = schema.member("additionalProperties").filter(|_| schema.member("patternProperties").is_none());
        for (name, member) in members {
            let place = place.below(name);
            let found = match (properties.get(name), others) {
                (Some(own), _) => self.against(*own, member, &place, depth + 1),
                (None, Some(others)) if others.bool() == Some(false) => {
                    Some(Mismatch { pointer: place.pointer(), reason: "it has not been declared".to_owned() })
                }
                (None, Some(others)) => self.against(others, member, &place, depth + 1),
                (None, None) => None,
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// What is wrong with a value without looking into it.
fn by_itself(schema: Json<'_>, value: Json<'_>) -> Option<String> {
    if let Some(kinds) = schema.member("type") {
        let mut names = kinds.str().into_iter().chain(kinds.elements().filter_map(Json::str)).peekable();
        let first = names.peek().copied();
        if let Some(first) = first.filter(|_| !names.any(|name| is_of(name, value))) {
            return Some(format!("it is no {first}"));
        }
    }
    if let Some(list) = schema.member("enum") {
        let own = canonical(value);
        if !list.elements().any(|allowed| canonical(allowed) == own) {
            return Some("it is none of the values that are allowed".to_owned());
        }
    }
    if schema.member("const").is_some_and(|only| canonical(only) != canonical(value)) {
        return Some("it is not the one value that is allowed".to_owned());
    }
    let bound = |name: &str| schema.member(name).and_then(Json::number);
    let over = |count: f64, [least, most]: [&str; 2]| {
        let low = bound(least).filter(|least| count < *least).map(|_| format!("`{least}` is not reached"));
        low.or_else(|| bound(most).filter(|most| count > *most).map(|_| format!("it is beyond `{most}`")))
    };
    // Nobody counts beyond 2^53.
    #[expect(clippy::cast_precision_loss, reason = "counts of a message's parts are far below 2^53")]
    let count = |count: usize| count as f64;
    match value.kind()? {
        NodeKind::Number => {
            let number = value.number()?;
            let strict = bound("exclusiveMinimum").is_some_and(|least| number <= least)
                || bound("exclusiveMaximum").is_some_and(|most| number >= most);
            over(number, ["minimum", "maximum"])
                .or_else(|| strict.then(|| "it is beyond an exclusive bound".to_owned()))
        }
        NodeKind::String => {
            let text = value.str()?;
            let length = over(count(text.chars().count()), ["minLength", "maxLength"]);
            length.or_else(|| {
                let pattern = schema.member("pattern").and_then(Json::str)?;
                (!matches(pattern, text)?).then(|| "it does not have the pattern that was declared".to_owned())
            })
        }
        NodeKind::Array => over(count(value.elements().count()), ["minItems", "maxItems"]),
        NodeKind::Object => over(count(value.members().count()), ["minProperties", "maxProperties"]),
        NodeKind::Null | NodeKind::Bool | NodeKind::Key => None,
    }
}

fn is_of(kind: &str, value: Json<'_>) -> bool {
    match (kind, value.kind()) {
        ("null", Some(NodeKind::Null)) | ("boolean", Some(NodeKind::Bool)) | ("number", Some(NodeKind::Number)) => true,
        ("string", Some(NodeKind::String)) | ("array", Some(NodeKind::Array)) | ("object", Some(NodeKind::Object)) => {
            true
        }
        ("integer", Some(NodeKind::Number)) => value.number().is_some_and(|number| number.fract() == 0.0),
        // Not a type of JSON Schema: nobody knows what it asks for.
        (kind, _) => !matches!(kind, "null" | "boolean" | "number" | "string" | "array" | "object" | "integer"),
    }
}

/// Whether `text` has a `pattern`; `None` if that can't be told within bounds. Linear in both: the pattern is a stranger's.
fn matches(pattern: &str, text: &str) -> Option<bool> {
    if pattern.len() > PATTERN {
        return None;
    }
    let config = Regex::config().nfa_size_limit(Some(PATTERN_MEMORY)).onepass(false).dfa(false).hybrid(false);
    let syntax = syntax::Config::new().nest_limit(32);
    let regex = Regex::builder().configure(config).syntax(syntax).build(pattern).ok()?;
    Some(regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::super::Document;
    use super::mismatch;

    #[test]
    fn a_value_is_held_against_its_schema() {
        let schema = r##"{"type":"object","properties":{
            "id":{"type":"integer","minimum":1},"mode":{"enum":["a","b"]},"tags":{"type":"array","items":{"type":"string","maxLength":3},"maxItems":2},
            "day":{"type":"string","pattern":"^[0-9]+$"},"opt":{"anyOf":[{"type":"string"},{"type":"null"}]},"ref":{"$ref":"#/$defs/R"},
            "one":{"oneOf":[{"type":"integer"},{"type":"number"}]},"odd":{"not":{"const":1}},"pair":{"prefixItems":[{"type":"null"}],"items":false}},
            "required":["id"],"additionalProperties":false,"$defs":{"R":{"const":{"x":1}}}}"##;
        let schema = Document::parse(schema).unwrap();
        for (value, pointer, reason) in [
            ("[]", "", "it is no object"),
            ("{}", "", "`id` is missing"),
            (r#"{"id":"1"}"#, "/id", "it is no integer"),
            (r#"{"id":1.5}"#, "/id", "it is no integer"),
            (r#"{"id":0}"#, "/id", "`minimum` is not reached"),
            (r#"{"id":1,"mode":"c"}"#, "/mode", "it is none of the values that are allowed"),
            (r#"{"id":1,"tags":["a","long"]}"#, "/tags/1", "it is beyond `maxLength`"),
            (r#"{"id":1,"tags":["a","b","c"]}"#, "/tags", "it is beyond `maxItems`"),
            (r#"{"id":1,"day":"x"}"#, "/day", "it does not have the pattern that was declared"),
            (r#"{"id":1,"opt":1}"#, "/opt", "none of the choices fits"),
            (r#"{"id":1,"ref":{"x":2}}"#, "/ref", "it is not the one value that is allowed"),
            (r#"{"id":1,"one":2}"#, "/one", "not one of the choices fits"),
            (r#"{"id":1,"odd":1}"#, "/odd", "it is what it must not be"),
            (r#"{"id":1,"pair":[null,1]}"#, "/pair/1", "nothing may stand here"),
            (r#"{"id":1,"a/b":1}"#, "/a~1b", "it has not been declared"),
        ] {
            let value = Document::parse(value).unwrap();
            let found = mismatch(schema.json(), value.json()).unwrap_or_else(|| panic!("{}", value.text()));
            assert_eq!((found.pointer.as_str(), found.reason.as_str()), (pointer, reason), "{}", value.text());
        }
        let honest = r#"{"id":1.0,"mode":"a","tags":["é€𝄞"],"day":"12","opt":null,"ref":{"x":1e0},"one":1.5,"odd":2,"pair":[null]}"#;
        assert_eq!(mismatch(schema.json(), Document::parse(honest).unwrap().json()), None);
    }

    #[test]
    fn a_schema_can_not_make_work_without_end() {
        for schema in [
            r##"{"$ref":"#/"}"##.to_owned(),
            r##"{"anyOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}}}"##
                .to_owned(),
            r#"{"$ref":"https://elsewhere.test/"}"#.to_owned(),
            format!(r#"{{"pattern":"{}"}}"#, "(a{90}){90}".repeat(9)),
            format!(r#"{{"pattern":"{}"}}"#, "(".repeat(200)),
            r#"{"pattern":"(?=x)"}"#.to_owned(),
            r#"{"type":"anything","minimum":"x","items":[]}"#.to_owned(),
        ] {
            let schema = Document::parse(&schema).unwrap();
            let value = Document::parse(r#""aaaaaaaaaaaaaaaaaaaaaaaa""#).unwrap();
            assert_eq!(mismatch(schema.json(), value.json()), None, "{}", schema.text());
        }
    }
}
