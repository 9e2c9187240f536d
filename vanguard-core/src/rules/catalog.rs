//! Rules as their authors wrote them, for those who read them: what `vanguard rules list` and `show` print.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::config::{ConfigError, problem::Problems, read, tree::Node};

use super::{format::read_pack, rule::Rule};

/// A rule, the pack it stands in, and its text there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// The pack's name.
    pub pack: String,
    /// What it says.
    pub rule: Rule,
    /// The lines of the pack it was read from, comments included.
    pub source: String,
}

/// The rules of packs, each a name and a text, in their order.
///
/// # Errors
/// Every problem of every pack, with its place.
pub fn catalog<'p>(packs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Result<Vec<Entry>, ConfigError> {
    let (mut entries, mut problems) = (Vec::new(), Problems::new());
    for (pack, text) in packs {
        let rules = read_pack(pack, text, &mut problems);
        // What is wrong with the text has been reported by the line above.
        let Some(tree) = read(pack, text, &mut Problems::new()) else { continue };
        let items = tree.root.get("rules").unwrap_or(&tree.root).items();
        for rule in rules {
            let node = items.iter().find(|node| node.get("id").and_then(Node::as_str) == Some(&rule.id));
            let source = node.map_or_else(String::new, |node| lines(text, node));
            entries.push(Entry { pack: pack.to_owned(), rule, source });
        }
    }
    if problems.has_errors() { Err(ConfigError::new(problems)) } else { Ok(entries) }
}

/// The whole lines that a node stands on.
fn lines(text: &str, node: &Node) -> String {
    let (start, end) = (node.span.start as usize, node.span.end as usize);
    let from = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let to = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
    text.get(from..to).unwrap_or_default().trim_end().to_owned()
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Rule { id, title, severity, confidence, on, taxonomy, reason, fix, .. } = &self.rule;
        let fields: Vec<_> = on.fields.iter().collect();
        let taxonomy: Vec<_> = taxonomy.iter().map(|tag| format!("{}:{}", tag.scheme, tag.id)).collect();
        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("id", id)?;
        out.serialize_entry("pack", &self.pack)?;
        out.serialize_entry("title", title)?;
        out.serialize_entry("severity", severity)?;
        out.serialize_entry("confidence", confidence)?;
        out.serialize_entry("flows", &on.flows)?;
        out.serialize_entry("fields", &fields)?;
        out.serialize_entry("taxonomy", &taxonomy)?;
        out.serialize_entry("reason", reason)?;
        out.serialize_entry("fix", fix)?;
        out.serialize_entry("source", &self.source)?;
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::catalog;
    use crate::rules::PACKS;

    #[test]
    fn a_rule_is_shown_as_it_was_written() {
        let pack = "# A pack.\n- {id: A-ONE, title: one, severity: low, confidence: low, literal: alphabet, tests: {hit: [alphabet], miss: [beta]}} # mine\n\n\
            - id: A-TWO\n  title: two\n  severity: low\n  confidence: low\n  # why\n  literal: gamma rays\n  tests:\n    hit: [gamma rays]\n    miss: [gamma]\n\n# End.\n";
        let entries = catalog([("a.yaml", pack)]).unwrap();
        assert!(
            entries[0].source.starts_with("- {id: A-ONE") && entries[0].source.ends_with("# mine"),
            "{}",
            entries[0].source
        );
        assert!(
            entries[1].source.starts_with("- id: A-TWO") && entries[1].source.contains("# why"),
            "{}",
            entries[1].source
        );
        let json = serde_json::to_value(&entries[1]).unwrap();
        assert_eq!((&json["id"], &json["pack"]), (&"A-TWO".into(), &"a.yaml".into()));
    }

    #[test]
    fn the_built_in_rules_have_their_text() {
        let entries = catalog(PACKS.iter().copied()).unwrap();
        assert!(!entries.is_empty());
        for entry in entries {
            assert!(entry.source.contains(&entry.rule.id) && entry.source.contains("tests:"), "{}", entry.source);
            assert_eq!(entry.source.matches("id: ").count(), 1, "{}", entry.source);
        }
    }

    #[test]
    fn every_problem_of_every_pack_is_told() {
        let error = catalog([("a.yaml", "- {id: A-ONE}"), ("b.yaml", "- {id: b}")]).unwrap_err().to_string();
        assert!(error.contains("a.yaml:1") && error.contains("b.yaml:1"), "{error}");
    }
}
