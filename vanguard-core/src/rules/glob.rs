//! Names matched by globs: `*` stands for any run of characters, `?` for one.

/// Whether `name` matches `pattern`. Takes time proportional to the product of both lengths at worst; both are short
/// (patterns come from rules, method names are capped by the reader).
#[must_use]
pub(super) fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut on) = (0, 0);
    // Where the last star stands and what it has swallowed up to.
    let mut star: Option<(usize, usize)> = None;
    while on < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, on));
                at += 1;
            }
            Some(byte) if *byte == b'?' || name.get(on) == Some(byte) => {
                at += 1;
                on += 1;
            }
            _ => {
                let Some((place, swallowed)) = star else { return false };
                star = Some((place, swallowed + 1));
                at = place + 1;
                on = swallowed + 1;
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn stars_and_marks() {
        assert!(glob("tools/*", "tools/call") && glob("*", "") && glob("*/list", "tools/list") && glob("a?c", "abc"));
        assert!(!glob("tools/*", "prompts/get") && !glob("tools", "tools/call") && !glob("a?c", "ac"));
        assert!(glob("*a*a*b", &("a".repeat(50) + "b")) && !glob("*a*a*b", &"a".repeat(200)));
    }
}
