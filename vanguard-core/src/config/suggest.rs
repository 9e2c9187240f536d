//! "Did you mean": the known name nearest to what was written.

/// Longest word that is compared; edit distance is quadratic in it.
const MAX_WORD: usize = 64;

/// The nearest of `known` to `word`, if one is near enough to be what was meant. Case and `-`/`_` count for nothing.
#[must_use]
pub fn closest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = folded(word)?;
    let limit = (word.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let Some(candidate) = folded(name) else { continue };
        // What was written may also be a short form of the name: `sev` for `severity`.
        let is_prefix = word.len() >= 3 && candidate.starts_with(&word);
        let distance = if is_prefix { 1 } else { strsim::osa_distance(&word, &candidate) };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// A help text: the nearest name if there is one, otherwise the list of all.
#[must_use]
pub fn did_you_mean(word: &str, known: &[&str]) -> String {
    match closest(word, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => one_of(known),
    }
}

/// A help text that lists what is allowed: "one of `a`, `b` or `c`".
#[must_use]
pub fn one_of(known: &[&str]) -> String {
    match known {
        [] => "nothing is allowed here".to_owned(),
        [only] => format!("only `{only}` is allowed here"),
        [start @ .., last] => {
            let start: Vec<String> = start.iter().map(|name| format!("`{name}`")).collect();
            format!("one of {} or `{last}`", start.join(", "))
        }
    }
}

fn folded(word: &str) -> Option<String> {
    (word.len() <= MAX_WORD).then(|| word.to_lowercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::{closest, did_you_mean};

    #[test]
    fn near_misses_are_found_and_far_ones_are_not() {
        let known = ["tools", "resources", "safe_zones", "deny_as", "severity"];
        assert_eq!(closest("toosl", known), Some("tools"));
        assert_eq!(closest("safe-zone", known), Some("safe_zones"));
        assert_eq!(closest("Deny_As", known), Some("deny_as"));
        assert_eq!(closest("sev", known), Some("severity"));
        assert_eq!(closest("colour", known), None);
        assert_eq!(closest("", known), None);
        assert_eq!(closest(&"tools".repeat(1000), known), None);
        assert_eq!(did_you_mean("x", &["alpha", "beta", "gamma"]), "one of `alpha`, `beta` or `gamma`");
    }
}
