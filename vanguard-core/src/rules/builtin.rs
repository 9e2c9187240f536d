//! The packs that come with the crate.

use crate::config::{
    problem::Problems,
    tree::{Node, Source},
};

use super::{
    format,
    rule::Rule,
    syntax::{Derived, derive},
    table::Table,
};

/// Written by the build script; see [`Table`].
static TABLE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/packs.bin"));

/// The packs' names and texts, as their authors wrote them: for showing a rule and for running its examples.
pub const PACKS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The built-in rules without their examples, and their version. What the build script wrote can't be wrong in ways
/// that the crate's own tests don't see; still nothing is assumed, and problems are reported.
pub(super) fn load(problems: &mut Problems) -> (Vec<Rule>, String) {
    let mut table: Table<Node> = match postcard::from_bytes(TABLE) {
        Ok(table) => table,
        Err(error) => {
            problems.error_overall(format!("the built-in packs can't be read: {error}"));
            return (Vec::new(), String::new());
        }
    };
    let known = std::mem::take(&mut table.derived);
    let look_up = |source: &str| match known.binary_search_by(|(other, _)| other.as_str().cmp(source)) {
        Ok(index) => Ok(known.get(index).map_or_else(Derived::default, |(_, derived)| derived.clone())),
        Err(_) => derive(source),
    };
    let mut rules = Vec::new();
    for pack in table.packs {
        problems.enter(Source::new("built-in", ""));
        rules.extend(format::rules(&pack, &look_up, false, problems));
    }
    (rules, table.version)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{PACKS, load};
    use crate::{
        config::problem::Problems,
        rules::{condition::Condition, format::read_pack},
    };

    #[test]
    fn the_table_says_what_the_texts_say() {
        let mut problems = Problems::new();
        let written: Vec<_> = PACKS.iter().flat_map(|(name, text)| read_pack(name, text, &mut problems)).collect();
        assert!(problems.is_empty(), "{problems}");
        let (stored, version) = load(&mut problems);
        assert!(problems.is_empty(), "{problems}");
        assert_eq!(version.len(), 12);
        assert_eq!(stored.len(), written.len());
        for (mut written, stored) in written.into_iter().zip(stored) {
            written.hits.clear();
            written.misses.clear();
            assert_eq!(format!("{written:?}"), format!("{stored:?}"));
        }
    }

    #[test]
    fn ids_are_unique_and_every_pattern_has_a_literal() {
        let (rules, _) = load(&mut Problems::new());
        let mut ids = BTreeSet::new();
        for rule in &rules {
            assert!(ids.insert(&rule.id), "{} twice", rule.id);
            rule.condition.visit(false, &mut |atom, _| {
                if let Condition::Pattern { source, derived } = atom {
                    assert!(!derived.literals.is_empty(), "{}: {source}", rule.id);
                }
            });
        }
    }
}
