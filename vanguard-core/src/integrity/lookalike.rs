//! Names that a reader takes for one another.

use unicode_security::skeleton;

/// How `name` can be taken for `other`, in words; `None` if it can't.
#[must_use]
pub fn lookalike(name: &str, other: &str) -> Option<&'static str> {
    if name == other {
        return Some("has the same name as");
    }
    if name.len().max(other.len()) > LONGEST {
        return None;
    }
    let (ours, theirs) = (folded(name), folded(other));
    if ours == theirs {
        return Some("is spelled like");
    }
    // One slip in a long name; in short ones a letter makes another word, and a number at the end counts.
    let (long, digits) = (ours.chars().count().min(theirs.chars().count()) >= SHORTEST, |text: &str| {
        text.chars().filter(char::is_ascii_digit).collect::<String>()
    });
    let near = long && digits(&ours) == digits(&theirs) && strsim::osa_distance(&ours, &theirs) == 1;
    // `get_issue` and `get_issues` are two honest tools.
    let plural = ours.strip_suffix('s') == Some(&theirs) || theirs.strip_suffix('s') == Some(&ours);
    (near && !plural).then_some("is one letter from")
}

/// Longer names are compared as they are: edit distance is quadratic.
const LONGEST: usize = 128;
/// A name of at least this many letters has a near one by design, not by chance.
const SHORTEST: usize = 7;

/// A name as a reader sees it: look-alike characters, case and separators count for nothing.
fn folded(name: &str) -> String {
    skeleton(name).filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
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
            ("list_users", "list_issues"),
            ("write_file", "read_file"),
            ("", "read_file"),
        ] {
            assert_eq!(lookalike(name, other), None, "{name} {other}");
        }
    }
}
