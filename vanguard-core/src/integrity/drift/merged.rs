//! A schema together with what it refers to: generators write one thing in many ways (`$ref` to a definition or in place, an
//! optional value as `anyOf` with `null` or as a list of types), and none of that is a change.

use std::collections::BTreeMap;

use crate::integrity::Json;

/// References followed one after another.
const HOPS: usize = 8;

/// The schema that `schema` refers to, or itself. `None` if a reference leads nowhere, elsewhere or round in circles.
pub(super) fn resolve<'a>(schema: Json<'a>, root: Json<'a>) -> Option<Json<'a>> {
    let mut at = schema;
    for _ in 0..HOPS {
        let Some(reference) = at.member("$ref").and_then(Json::str) else { return Some(at) };
        at = target(reference, root)?;
    }
    None
}

fn target<'a>(reference: &str, root: Json<'a>) -> Option<Json<'a>> {
    let pointer = reference.strip_prefix('#')?;
    let steps = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"));
    (pointer.is_empty() || pointer.starts_with('/')).then_some(())?;
    let mut at = root;
    for step in steps.take(HOPS) {
        at = at.member(&step)?;
    }
    Some(at)
}

/// The members of `schema` and of what it stands for: the target of its reference, the only one of its choices beside `null`.
/// Nearer ones hide farther ones of the same name.
pub(super) fn merged<'a>(schema: Json<'a>, root: Json<'a>) -> BTreeMap<&'a str, Json<'a>> {
    merge(schema, root, true)
}

/// As [`merged`] for two schemas that are compared. Where one of them has several choices, the choices of both are left as they are.
pub(super) fn both<'a>(old: (Json<'a>, Json<'a>), new: (Json<'a>, Json<'a>)) -> [BTreeMap<&'a str, Json<'a>>; 2] {
    let found = [merged(old.0, old.1), merged(new.0, new.1)];
    let [several, also] =
        found.each_ref().map(|members| members.contains_key("anyOf") || members.contains_key("oneOf"));
    if several == also { found } else { [merge(old.0, old.1, false), merge(new.0, new.1, false)] }
}

fn merge<'a>(schema: Json<'a>, root: Json<'a>, unfold: bool) -> BTreeMap<&'a str, Json<'a>> {
    let mut all = BTreeMap::new();
    let mut at = Some(schema);
    for _ in 0..HOPS {
        let Some(schema) = at else { break };
        let members = schema.by_name();
        let next = members.get("$ref").and_then(|name| target(name.str()?, root));
        let lists = ["anyOf", "oneOf", "allOf"];
        let only =
            lists.into_iter().filter(|_| unfold).find_map(|name| Some((name, only_choice(*members.get(name)?)?)));
        let hidden = only.map(|(name, _)| name);
        at = next.or(only.map(|(_, choice)| choice));
        for (name, value) in members {
            let stands_for = name == "$ref" && next.is_some() || Some(name) == hidden && next.is_none();
            if !stands_for && name != "type" {
                all.entry(name).or_insert(value);
            }
        }
    }
    all
}

/// The one element of a list of schemas that is not `null`.
fn only_choice(list: Json<'_>) -> Option<Json<'_>> {
    let mut choices = list.elements().filter(|choice| choice.member("type").and_then(Json::str) != Some("null"));
    choices.next().filter(|_| choices.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::{merged, resolve};
    use crate::integrity::Document;

    #[test]
    fn a_reference_and_an_optional_value_are_what_they_stand_for() {
        let text = r##"{"$defs":{"A":{"enum":["x"],"title":"far"}},"properties":{
            "r":{"$ref":"#/$defs/A","title":"near"},"o":{"anyOf":[{"type":"string","maxLength":3},{"type":"null"}],"default":null},
            "c":{"anyOf":[{"type":"string"},{"type":"integer"}]},"l":{"$ref":"#/properties/l"}}}"##;
        let document = Document::parse(text).unwrap();
        let root = document.json();
        let of = |name: &str| root.member("properties").unwrap().member(name).unwrap();
        let names = |name: &str| merged(of(name), root).into_keys().collect::<Vec<_>>();
        assert_eq!(names("r"), ["enum", "title"]);
        assert_eq!(merged(of("r"), root)["title"].str(), Some("near"));
        assert_eq!(names("o"), ["default", "maxLength"]);
        assert_eq!(names("c"), ["anyOf"]);
        assert!(names("l").is_empty());
        assert!(resolve(of("l"), root).is_none() && resolve(of("r"), root).is_some());
    }
}
