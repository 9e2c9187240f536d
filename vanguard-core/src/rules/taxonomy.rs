//! The lists of threats that findings point to. An id without its list means nothing: `MCP05` and `LLM05` differ.

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

#[cfg(test)]
mod tests {
    use super::{is_well_formed, scheme};

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
