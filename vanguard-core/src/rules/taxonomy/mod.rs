//! The lists of threats that findings point to. An id without its list means nothing: `MCP05` and `LLM05` differ.

mod entries;

use std::collections::BTreeMap;

use super::rule::Rule;

/// The known lists: the name used in rules and JSON, and what it stands for.
pub const SCHEMES: [(&str, &str); 6] = [
    ("owasp-mcp", "OWASP MCP Top 10"),
    ("owasp-agentic", "OWASP Top 10 for Agentic Applications"),
    ("owasp-llm", "OWASP Top 10 for LLM Applications"),
    ("mcp-38", "MCP-38 threat taxonomy"),
    ("atlas", "MITRE ATLAS"),
    ("cwe", "Common Weakness Enumeration"),
];

/// A place in one of the lists.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    /// The list, one of [`SCHEMES`].
    pub scheme: &'static str,
    /// The entry in that list, as the list writes it.
    pub id: String,
}

/// The list of this name.
#[must_use]
pub fn scheme(name: &str) -> Option<&'static str> {
    SCHEMES.iter().map(|(scheme, _)| *scheme).find(|scheme| *scheme == name)
}

/// Whether `id` has the form the list uses: `MCP01`, `ASI01`, `LLM01`, `AML.T0051`, `AML.T0051.001`, a number.
#[must_use]
pub fn is_well_formed(scheme: &str, id: &str) -> bool {
    let digits = |text: &str, count: std::ops::RangeInclusive<usize>| {
        count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let after = |prefix: &str| id.strip_prefix(prefix).unwrap_or_default();
    match scheme {
        "owasp-mcp" => digits(after("MCP"), 2..=2),
        "owasp-agentic" => digits(after("ASI"), 2..=2),
        "owasp-llm" => digits(after("LLM"), 2..=2),
        "mcp-38" => digits(after("MCP-"), 1..=2),
        "atlas" => {
            let technique = after("AML.T");
            let (base, sub) = technique.split_once('.').unwrap_or((technique, "000"));
            digits(base, 4..=4) && digits(sub, 3..=3)
        }
        "cwe" => digits(id, 1..=5),
        _ => false,
    }
}

/// The entries of a list that are known by title, in the list's order; and whether the list has no others.
#[must_use]
pub fn entries(scheme: &str) -> (&'static [(&'static str, &'static str)], bool) {
    match scheme {
        "owasp-mcp" => (&entries::OWASP_MCP, true),
        "owasp-agentic" => (&entries::OWASP_AGENTIC, true),
        "owasp-llm" => (&entries::OWASP_LLM, true),
        "mcp-38" => (&entries::MCP_38, true),
        "atlas" => (&entries::ATLAS, false),
        _ => (&[], false),
    }
}

/// An entry of a list, and the rules that speak to it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// The list, one of [`SCHEMES`].
    pub scheme: &'static str,
    /// The entry, as the list writes it.
    pub id: String,
    /// Its title, if it is known.
    pub title: Option<&'static str>,
    /// Ids of the rules that carry it, in the order of their packs; empty for an entry that none speaks to.
    pub rules: Vec<String>,
}

/// What these rules cover: every entry of the closed lists, and of the open ones those that a rule carries. In the order
/// of [`SCHEMES`], then of the lists.
#[must_use]
pub fn coverage<'r>(rules: impl IntoIterator<Item = &'r Rule>) -> Vec<Coverage> {
    let mut carried: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for rule in rules {
        for tag in &rule.taxonomy {
            carried.entry((tag.scheme, canonical(tag.scheme, &tag.id))).or_default().push(rule.id.clone());
        }
    }
    let mut all = Vec::new();
    for (scheme, _) in SCHEMES {
        let (known, closed) = entries(scheme);
        for (id, title) in known {
            let rules = carried.remove(&(scheme, (*id).to_owned()));
            if closed || rules.is_some() {
                let rules = rules.unwrap_or_default();
                all.push(Coverage { scheme, id: (*id).to_owned(), title: Some(title), rules });
            }
        }
        let mut others: Vec<_> = carried.iter().filter(|((of, _), _)| *of == scheme).collect();
        others.sort_by_key(|((_, id), _)| (id.parse::<u32>().ok(), id.as_str()));
        let other = |((_, id), rules): (&(&str, String), &Vec<String>)| Coverage {
            scheme,
            id: id.clone(),
            title: None,
            rules: rules.clone(),
        };
        all.extend(others.into_iter().map(other));
    }
    all
}

/// One spelling for `MCP-7` and `MCP-07`.
fn canonical(scheme: &str, id: &str) -> String {
    match id.strip_prefix("MCP-").and_then(|number| number.parse::<u32>().ok()) {
        Some(number) if scheme == "mcp-38" => format!("MCP-{number:02}"),
        _ => id.to_owned(),
    }
}

/// Whether the list has this entry, as far as that can be told: an open list may have others than are known here.
#[must_use]
pub fn is_known(scheme: &str, id: &str) -> bool {
    let (known, closed) = entries(scheme);
    let id = canonical(scheme, id);
    !closed || known.iter().any(|(known, _)| *known == id)
}

#[cfg(test)]
mod tests {
    use super::{SCHEMES, coverage, entries, is_known, is_well_formed, scheme};
    use crate::{config::problem::Problems, rules::format::read_pack};

    #[test]
    fn known_entries_are_well_formed_and_in_order() {
        for (scheme, _) in SCHEMES {
            let (known, _) = entries(scheme);
            assert!(known.is_sorted(), "{scheme}");
            assert!(known.iter().all(|(id, _)| is_well_formed(scheme, id)), "{scheme}");
        }
        assert!(is_known("mcp-38", "MCP-7") && is_known("cwe", "78") && is_known("atlas", "AML.T9999"));
        assert!(!is_known("mcp-38", "MCP-39") && !is_known("owasp-mcp", "MCP11"));
    }

    #[test]
    fn coverage_names_what_is_covered_and_what_is_not() {
        let rule = |id: &str, taxonomy: &str| {
            format!(
                "- {{id: {id}, title: t, severity: low, confidence: low, literal: alphabet, taxonomy: {taxonomy}, tests: {{hit: [alphabet], miss: [beta]}}}}\n"
            )
        };
        let pack =
            rule("A-ONE", "{mcp-38: [MCP-7], cwe: [78, 9]}") + &rule("A-TWO", "{mcp-38: [MCP-07], atlas: [AML.T0050]}");
        let mut problems = Problems::new();
        let rules = read_pack("a.yaml", &pack, &mut problems);
        assert!(problems.is_empty(), "{problems}");
        let all = coverage(&rules);
        let of = |scheme: &str, id: &str| all.iter().find(|entry| entry.scheme == scheme && entry.id == id);
        assert_eq!(of("mcp-38", "MCP-07").unwrap().rules, ["A-ONE", "A-TWO"]);
        assert!(of("mcp-38", "MCP-38").unwrap().rules.is_empty());
        assert_eq!(of("atlas", "AML.T0050").unwrap().title, Some("Command and Scripting Interpreter"));
        assert_eq!(of("atlas", "AML.T0051"), None);
        let cwe: Vec<_> = all.iter().filter(|entry| entry.scheme == "cwe").map(|entry| entry.id.as_str()).collect();
        assert_eq!(cwe, ["9", "78"]);
    }

    #[test]
    fn ids_have_their_lists_form() {
        for (list, good, bad) in [
            ("owasp-mcp", "MCP05", "LLM05"),
            ("owasp-agentic", "ASI01", "ASI1"),
            ("owasp-llm", "LLM01", "LLM01:2025"),
            ("mcp-38", "MCP-7", "MCP07"),
            ("atlas", "AML.T0051.001", "T0051"),
            ("cwe", "78", "CWE-78"),
        ] {
            assert!(scheme(list).is_some());
            assert!(is_well_formed(list, good) && !is_well_formed(list, bad), "{list}");
        }
        assert!(scheme("owasp").is_none());
    }
}
