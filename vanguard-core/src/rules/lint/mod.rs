//! What is wrong with a rule though it can be used: what it costs, what its examples leave out, whom it repeats.
//!
//! | told | as | why |
//! | --- | --- | --- |
//! | no literal is required | error | the pattern is tried at every place of every message |
//! | all required literals are common | warning, error where they are very common | each of them costs a try |
//! | a gap without bound, or a wide one | warning | what stands far apart seldom belongs together |
//! | work on a text made of its own literals | warning, error if it grows faster than the text | that text will be sent |
//! | a class of letters in a pattern over words | error | such patterns know `*` and `?` alone, so it would match nothing |
//! | an id that another pack has | error | exceptions and records rest on ids |
//! | a pattern that another rule has | warning | one of the two findings says nothing |
//! | fewer than three examples of a kind | warning | near misses are what keeps a rule honest |
//! | a pattern that no example shows | warning | nobody would notice that it is wrong |

mod classes;
mod cost;
mod gaps;
mod trial;

pub use cost::{Cost, cost};

use std::collections::BTreeMap;

use crate::{
    config::{problem::Problems, read, tree::Node},
    message::Span,
};

use super::{
    format::read_pack,
    rarity::rarity,
    rule::{Rule, Views},
    syntax::{Derived, any_of},
};
use trial::Trial;

/// Examples of each kind that a rule should have.
const EXAMPLES: usize = 3;
/// On honest text a candidate every so many bytes is too many for one pattern; ten times as many are an error.
const COMMON: f64 = 1.0 / 2048.0;
const VERY_COMMON: f64 = COMMON * 32.0;
/// Steps a byte that a rule may take on the worst text found for it: a quarter of what a message is allowed for all rules.
const COSTLY: u64 = 4;

/// How many rules were read, and everything that is wrong with them, format errors included.
pub fn lint<'p>(packs: impl IntoIterator<Item = (&'p str, &'p str)>) -> (usize, Problems) {
    let (mut problems, mut warnings) = (Problems::new(), Problems::new());
    let (mut ids, mut sources) = (BTreeMap::new(), BTreeMap::new());
    let mut count = 0;
    for (pack, text) in packs {
        let rules = read_pack(pack, text, &mut problems);
        count += rules.len();
        // What is wrong with the text has been reported by the line above.
        let Some(tree) = read(pack, text, &mut Problems::new()) else { continue };
        problems.enter(tree.source());
        warnings.enter(tree.source());
        let items = tree.root.get("rules").unwrap_or(&tree.root).items();
        for node in items {
            let id = node.get("id").and_then(Node::as_str);
            let Some(rule) = rules.iter().find(|rule| Some(rule.id.as_str()) == id) else { continue };
            let at = node.get("id").map_or(node.span, |id| id.span);
            if let Some(other) = ids.insert(rule.id.clone(), pack.to_owned()).filter(|other| other != pack) {
                problems
                    .error(at, format!("rule id `{}` is already taken by `{other}`", rule.id))
                    .help("choose another id, and disable the other rule if this one replaces it");
            }
            let mut linter = Linter {
                rule,
                at,
                nodes: BTreeMap::new(),
                sources: &mut sources,
                problems: &mut problems,
                warnings: &mut warnings,
            };
            linter.examples(node);
            linter.patterns(node);
            linter.tried();
        }
    }
    // Errors first: of too many problems the last ones are only counted.
    problems.extend(warnings);
    (count, problems)
}

struct Linter<'l> {
    rule: &'l Rule,
    /// Where its id stands.
    at: Span,
    /// Where its patterns stand.
    nodes: BTreeMap<String, Span>,
    /// Patterns by whose they are.
    sources: &'l mut BTreeMap<String, String>,
    problems: &'l mut Problems,
    warnings: &'l mut Problems,
}

impl Linter<'_> {
    fn examples(&mut self, node: &Node) {
        let tests = node.get("tests");
        for (key, examples) in [("hit", &self.rule.hits), ("miss", &self.rule.misses)] {
            if examples.len() < EXAMPLES {
                let at = tests.and_then(|tests| tests.get(key)).map_or(self.at, |node| node.span);
                let (has, plural) = (examples.len(), if examples.len() == 1 { "" } else { "s" });
                self.warnings.warning(at, format!("`{}` has {has} example{plural} under `{key}`", self.rule.id)).help(
                    if key == "hit" {
                        format!("show at least {EXAMPLES} texts that it must find, in different spellings")
                    } else {
                        format!("show at least {EXAMPLES} honest texts that come near to it")
                    },
                );
            }
        }
    }

    /// Every pattern below `node`.
    fn patterns(&mut self, node: &Node) {
        let mut rest = vec![node];
        while let Some(node) = rest.pop() {
            rest.extend(node.items());
            for (key, value) in node.entries().iter().filter(|(key, _)| key.name != "tests") {
                let nodes = if value.items().is_empty() { std::slice::from_ref(value) } else { value.items() };
                let texts = nodes.iter().filter_map(|node| Some((node, node.as_str()?)));
                match key.name.as_str() {
                    "regex" => texts.for_each(|(node, text)| self.pattern(node, text, text)),
                    "literal" => texts.for_each(|(node, text)| self.pattern(node, text, &regex_syntax::escape(text))),
                    "first" | "then" => {
                        texts.clone().for_each(|(node, text)| gaps::report(node, text, self.warnings));
                        self.sought(value, &any_of(texts.map(|(_, text)| text)));
                    }
                    "shell" => classes::report(value, self.problems),
                    _ => rest.push(value),
                }
            }
        }
    }

    fn pattern(&mut self, node: &Node, text: &str, source: &str) {
        self.sought(node, source);
        if text == source {
            gaps::report(node, text, self.warnings);
        }
        if let Some(other) = self.sources.insert(source.to_owned(), self.rule.id.clone()) {
            self.warnings.warning(node.span, format!("the same pattern stands in `{other}`"));
        }
        self.nodes.insert(source.to_owned(), node.span);
    }

    /// What the prefilter looks for on behalf of a pattern.
    fn sought(&mut self, node: &Node, source: &str) {
        let Ok(Derived { literals, .. }) = super::syntax::derive(source) else { return };
        if literals.is_empty() {
            self.problems
                .error(node.span, "the pattern requires no literal, so it is tried at every place of every message")
                .help("let it begin or end with a word of three characters or more that every match holds");
            return;
        }
        let chance: f64 = literals.iter().map(|literal| f64::exp2(-f64::from(bits(&literal.bytes)))).sum();
        if chance < COMMON {
            return;
        }
        let mut names: Vec<_> = literals.iter().map(|literal| (bits(&literal.bytes), &literal.bytes)).collect();
        names.sort_unstable();
        let names: Vec<_> =
            names.iter().take(3).map(|(_, name)| format!("{:?}", String::from_utf8_lossy(name))).collect();
        let message = format!(
            "the pattern is tried where {} stands: every {:.0} bytes of ordinary text",
            names.join(" or "),
            1.0 / chance
        );
        let problem = if chance < VERY_COMMON {
            self.warnings.warning(node.span, message)
        } else {
            self.problems.error(node.span, message)
        };
        problem.help("require something rarer, or a longer piece of it");
    }

    /// What the rule does with its examples, and with the worst text found for it.
    fn tried(&mut self) {
        let trial = Trial::of(self.rule);
        let examples = self.rule.hits.iter().chain(&self.rule.misses).map(|example| example.text.as_str());
        let silent = trial.unshown(examples);
        // What is found in a view only can't be told by the text.
        let decoded = self.rule.on.views == Views::Decoded
            || self.rule.hits.iter().any(|hit| !hit.text.is_ascii() || hit.text.contains(['%', '\\', '&']));
        for at in silent.into_iter().filter(|_| !decoded).filter_map(|source| self.nodes.get(source)) {
            self.warnings.warning(*at, "no example shows this pattern").help("add a hit that it finds");
        }
        let worst = trial.worst();
        if worst.steps < COSTLY * worst.bytes {
            return;
        }
        let steps = worst.steps as f64 / worst.bytes as f64;
        let unit = String::from_utf8_lossy(&worst.unit);
        let message = format!("`{}` takes {steps:.1} steps a byte on a text of {unit:?}", self.rule.id);
        if worst.twice > 3 * worst.steps {
            let message = format!("{message}, and more on a longer one");
            self.problems.error(self.at, message).help("bound the gap behind the literal that it begins with");
        } else {
            self.warnings
                .warning(self.at, message)
                .help("a message is allowed 16 for all rules; narrow the gaps, or require a rarer literal");
        }
    }
}

/// How rare a literal is. The statistics know all bytes beyond ASCII as one; they are not.
fn bits(literal: &[u8]) -> u32 {
    let beyond = literal.iter().filter(|byte| !byte.is_ascii()).count();
    rarity(literal).saturating_add(u32::try_from(4 * beyond).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::lint;
    use crate::rules::PACKS;

    fn told(text: &str) -> String {
        lint([("pack.yaml", text)]).1.to_string()
    }

    const REST: &str = "title: t, severity: high, confidence: high, tests: {hit: [alphabet, alphabet 2, alphabet 3], miss: [beta, gamma, delta]}";

    #[test]
    fn a_good_rule_is_not_talked_about() {
        assert_eq!(told(&format!("- {{id: A-ONE, {REST}, literal: alphabet}}")), "");
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place() {
        insta::assert_snapshot!(told(
            r"
- id: A-NONE
  title: t
  severity: high
  confidence: high
  regex: '[a-z]+[0-9]+'
  tests: {hit: [a1, b2, c3], miss: [x, y, z]}
- id: A-COMMON
  title: t
  severity: high
  confidence: high
  regex: '[0-9]{3}the'
  tests: {hit: [123the, 234the, 345the], miss: [x, y]}
- id: A-GAP
  title: t
  severity: high
  confidence: high
  regex: ['alphabet.*omega', 'gamma rays.{0,400}x', 'gamma rays.{0,400}x']
  tests: {hit: [alphabet omega, gamma rays x, gamma rays y x], miss: [x, y, z]}
- id: A-UNSHOWN
  title: t
  severity: high
  confidence: high
  literal: [alphabet, betamax]
  tests: {hit: [alphabet, the alphabet, ALPHABET], miss: [x, y, z]}
"
        ));
    }

    #[test]
    fn a_class_of_letters_is_refused_where_patterns_have_none() {
        let rule = |args: &str| {
            format!(
                "- {{id: A-ONE, {REST}, all: [{{literal: alphabet}}, {{shell: {{run: {{program: [x], args: {{any: [{args}]}}}}}}}}]}}"
            )
        };
        assert!(told(&rule("'4[0-7]'")).contains("`[0-7]` stands for itself here"));
        assert_eq!(told(&rule("'4[*]', '4??'")), "");
    }

    #[test]
    fn an_id_belongs_to_one_pack() {
        let pack = format!("- {{id: A-ONE, {REST}, literal: alphabet}}");
        let (count, problems) = lint([("a.yaml", pack.as_str()), ("b.yaml", pack.as_str())]);
        let text = problems.to_string();
        assert!(count == 2 && problems.errors() == 1, "{text}");
        assert!(
            text.contains("already taken by `a.yaml`") && text.contains("the same pattern stands in `A-ONE`"),
            "{text}"
        );
        assert!(text.contains("b.yaml:1:8"), "{text}");
    }

    #[test]
    fn what_is_no_rule_is_told_too() {
        let (count, problems) = lint([("a.yaml", "- {id: a}")]);
        assert!(count == 0 && problems.has_errors());
    }

    #[test]
    fn the_built_in_packs_have_no_errors() {
        let (count, problems) = lint(PACKS.iter().copied());
        let errors = problems.sorted().into_iter().filter(|one| one.severity.as_str() == "error");
        let errors: Vec<_> = errors.map(ToString::to_string).collect();
        assert!(count > 100 && errors.is_empty(), "{}", errors.join("\n\n"));
    }
}
