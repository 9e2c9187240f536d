//! Classes of letters where patterns have none.

use crate::config::{problem::Problems, tree::Node};

/// Reports each pattern over words, below the questions to a command line at `node`, that is written as if `[a-z]` stood for a letter.
pub(super) fn report(node: &Node, problems: &mut Problems) {
    let mut rest = vec![node];
    while let Some(node) = rest.pop() {
        rest.extend(node.items());
        rest.extend(node.entries().iter().map(|(_, value)| value));
        if let Some(class) = node.as_str().and_then(class) {
            problems
                .error(
                    node.span,
                    format!("`{class}` stands for itself here: patterns over words know `*`, `?`, `[*]` and `[?]`"),
                )
                .help("write `?`, or a pattern for each letter");
        }
    }
}

/// The first class: a range, or what must not stand there.
fn class(pattern: &str) -> Option<&str> {
    pattern.match_indices('[').find_map(|(at, _)| {
        let rest = pattern.get(at..)?;
        let class = rest.get(..=rest.find(']')?)?;
        let inner = class.get(1..class.len() - 1)?.as_bytes();
        let range = inner.windows(3).any(|three| match three {
            [from, b'-', to] => from.is_ascii_alphanumeric() && to.is_ascii_alphanumeric() && from < to,
            _ => false,
        });
        let denied = matches!(inner, [b'^' | b'!', letter, ..] if letter.is_ascii_alphanumeric());
        (range || denied).then_some(class)
    })
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn classes_are_told_from_brackets() {
        for (pattern, found) in [
            ("4[0-7][0-7]", "[0-7]"),
            ("*.[!o]", "[!o]"),
            ("[^a]", "[^a]"),
            ("a[", ""),
            ("[*]x[?]", ""),
            ("*argv[1]*", ""),
            ("[[", ""),
        ] {
            assert_eq!(class(pattern).unwrap_or_default(), found, "{pattern}");
        }
    }
}
