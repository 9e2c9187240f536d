//! What people write: configuration and rules.

use regex_automata::meta;
use regex_automata::util::syntax;
use vanguard_core::config;
use vanguard_core::config::problem::Problems;
use vanguard_core::rules::RuleSet;
use vanguard_core::rules::beside::Beside;
use vanguard_core::rules::format::read_pack;
use vanguard_core::rules::syntax::derive;

/// A configuration or problems that can be shown; what it says of itself is a configuration that says the same.
pub(super) fn config_loader(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let name = ["fuzz.yaml", "fuzz.toml", "fuzz.json"][usize::from(*first) % 3];
    match config::load([(name, text)]) {
        Ok(config) => {
            let shown = config::show(&config);
            let again = config::load([("shown.yaml", &shown)]).expect("what is shown can't be read");
            assert_eq!(again.hash(), config.hash(), "what is shown says something else:\n{shown}");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "refused without a reason"),
    }
}

/// Each item of a pack is a rule, or a problem that can be shown says why not; the rules that are right can be made ready.
pub(super) fn rules_loader(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut problems = Problems::new();
    let rules = read_pack("fuzz.yaml", text, &mut problems);
    assert_eq!(problems.is_empty(), problems.to_string().is_empty());
    let count = rules.len();
    assert!(problems.has_errors() || count == items(text), "fewer rules than items and no reason");
    assert_eq!(RuleSet::new(rules).rules().len(), count);
}

/// The items of a pack as a reader of the file counts them; a file of comments has none.
fn items(text: &str) -> usize {
    let root = config::read("fuzz.yaml", text, &mut Problems::new()).map(|tree| tree.root);
    root.map_or(0, |root| root.get("rules").unwrap_or(&root).items().len())
}

/// What a regex is said to require is in each of its matches, at the place and beside the bytes it is said to be: `regex`, newline, text.
pub(super) fn rule_literals(input: &[u8]) {
    let Some(cut) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (source, text) = (&input[..cut], &input[cut + 1..]);
    let Ok(source) = std::str::from_utf8(source) else { return };
    let Ok(derived) = derive(source) else { return };
    // Automata built as a whole would take most of the time, and some patterns are too large for any.
    let plain = meta::Regex::builder()
        .syntax(syntax::Config::new().utf8(false).unicode(false).case_insensitive(true).dot_matches_new_line(true))
        .configure(meta::Config::new().utf8_empty(false).dfa(false).nfa_size_limit(Some(1 << 17)))
        .build(source);
    let Ok(plain) = plain else { return };
    for found in plain.find_iter(text).take(16) {
        assert!(!found.is_empty(), "a pattern that matches nothing was taken");
        assert!(derived.max_len.is_none_or(|max| found.len() <= max as usize), "a match longer than the longest");
        let matched = text[found.range()].to_ascii_lowercase();
        let holds = derived.literals.iter().any(|literal| {
            (0..=matched.len().saturating_sub(literal.bytes.len())).any(|at| {
                let place =
                    literal.min_before as usize <= at && literal.max_before.is_none_or(|max| at <= max as usize);
                let start = found.start() + at;
                let beside = [start.checked_sub(1).and_then(|at| text.get(at)), text.get(start + literal.bytes.len())];
                let [before, behind] = beside.map(|byte| Beside::of(byte.copied()));
                place
                    && matched[at..].starts_with(&literal.bytes)
                    && literal.before.meets(before)
                    && literal.behind.meets(behind)
            })
        });
        assert!(
            holds || derived.literals.is_empty(),
            "{derived:?} is not in the match {:?}",
            String::from_utf8_lossy(&matched)
        );
    }
}
