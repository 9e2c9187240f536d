//! Names that a reader takes for one another.

use std::collections::{BTreeMap, HashMap};

use unicode_security::skeleton;

/// How `name` can be taken for `other`, in words; `None` if it can't.
#[must_use]
pub fn lookalike(name: &str, other: &str) -> Option<&'static str> {
    let mut looks = Looks::default();
    looks.add(other);
    looks.of(name).map(|(how, _)| how)
}

/// Names, to find those that another can be taken for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks {
    names: HashMap<String, String>,
    /// Long ones by their length in characters.
    long: BTreeMap<usize, Vec<(Vec<char>, String)>>,
}

/// A name of at least this many letters has a near one by design, not by chance.
const SHORTEST: usize = 7;
/// Longer names are only compared as they are.
const LONGEST: usize = 128;

impl Looks {
    pub(crate) fn add(&mut self, name: &str) {
        let folded = folded(name);
        let chars: Vec<char> = folded.chars().collect();
        if (SHORTEST..=LONGEST).contains(&chars.len()) {
            self.long.entry(chars.len()).or_default().push((chars, name.to_owned()));
        }
        self.names.insert(folded, name.to_owned());
    }

    /// The name that `name` can be taken for, and how.
    pub(crate) fn of(&self, name: &str) -> Option<(&'static str, &str)> {
        let folded = folded(name);
        if let Some(other) = self.names.get(&folded) {
            return Some((if other == name { "has the same name as" } else { "is spelled like" }, other));
        }
        let chars: Vec<char> = folded.chars().collect();
        let near = self.long.range(chars.len().saturating_sub(1)..=chars.len() + 1).flat_map(|(_, names)| names);
        let found =
            near.filter(|(other, _)| chars.len() >= SHORTEST && is_one_slip(&chars, other)).map(|(_, name)| name);
        found.map(|other| ("is one letter from", other.as_str())).next()
    }
}

/// A name as a reader sees it: look-alike characters, case and separators count for nothing.
fn folded(name: &str) -> String {
    skeleton(name).filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether one letter was changed, added, left out, or swapped with its neighbour. A digit makes another version and a final `s` a
/// plural: both are honest. Linear.
fn is_one_slip(one: &[char], other: &[char]) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (a, b) = (one.get(same..).unwrap_or_default(), other.get(same..).unwrap_or_default());
    let plain = |char: &char| !char.is_ascii_digit();
    match (a, b) {
        ([x], []) | ([], [x]) => *x != 's' && plain(x),
        ([x, rest @ ..], longer) if rest == longer => plain(x),
        (shorter, [y, rest @ ..]) if shorter == rest => plain(y),
        ([x, ones @ ..], [y, others @ ..]) if ones == others => plain(x) && plain(y),
        ([x, y, ones @ ..], [v, w, others @ ..]) if ones == others => x == w && y == v,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::lookalike;

    #[test]
    fn near_names_are_told_from_honest_neighbours() {
        for (name, other) in [
            ("read_file", "read_file"),
            ("read_file", "readFile"),
            ("read-file", "read_file"),
            ("re\u{430}d_file", "read_file"),
            ("read_flie", "read_file"),
            ("read_fle", "read_file"),
            ("rread_file", "read_file"),
            ("send_emall", "send_email"),
            ("read_file\u{200b}", "read_file"),
        ] {
            assert!(lookalike(name, other).is_some(), "{name} {other}");
        }
        for (name, other) in [
            ("get_issue", "get_issues"),
            ("read_file", "read_files"),
            ("get", "set"),
            ("search_v1", "search_v2"),
            ("list_page", "list_page2"),
            ("list_users", "list_issues"),
            ("write_file", "read_file"),
            ("", "read_file"),
        ] {
            assert_eq!(lookalike(name, other), None, "{name} {other}");
        }
    }
}
