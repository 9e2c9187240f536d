//! What a regex cannot match without: a set of literals of which every match holds at least one, and where in the
//! match it stands.
//!
//! A pattern has many such sets: `(?:curl|wget)\s+\S{1,80}\s*\|\s*bash` needs one of `curl`, `wget`, and it needs
//! `bash`. The set whose members are rarest in ordinary text wins, since every occurrence costs a confirmation.

use regex_syntax::hir::{Class, Hir, HirKind};
use serde::{Deserialize, Serialize};

use super::{
    beside::{Beside, Side},
    rarity::rarity,
};

/// Most literals a pattern may hang on. More would make one rule weigh as much as a family.
pub const MAX_LITERALS: usize = 64;
/// Longest literal looked for: what lies beyond adds nothing to rarity.
const MAX_LENGTH: usize = 32;
/// Shortest literal the prefilter can look for.
pub const MIN_LENGTH: usize = 3;
/// How often the prefilter stops in vain for a literal that it looks for behind any byte.
pub const BEHIND_ANY: f64 = 3e-4;
/// What a literal of three bytes is worth avoiding for: it is looked for behind any byte, and it takes the most bits.
const SHORTEST: f64 = 4.0 * BEHIND_ANY;
/// Largest character class that is spelled out instead of ending a literal.
const MAX_CLASS: usize = 5;

/// A literal some match of the pattern holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// The bytes, ASCII letters in lower case; text is folded the same way before it is compared.
    pub bytes: Vec<u8>,
    /// Fewest bytes between the start of the match and the literal.
    pub min_before: u32,
    /// Most bytes between them; `None` if the pattern sets no bound.
    pub max_before: Option<u32>,
    /// What a match lets stand directly before the literal.
    pub before: Beside,
    /// What it lets stand directly behind it.
    pub behind: Beside,
    /// The [`windows`] that the prefilter looks for, unless others have them too.
    pub windows: [i8; 2],
}

impl Literal {
    /// The one distance from the start of the match to the literal, if there is only one.
    #[must_use]
    pub fn fixed(&self) -> Option<u32> {
        self.max_before.filter(|max| *max == self.min_before)
    }
}

/// The literals of which each match of `hir` holds at least one, ASCII case folded. Empty if there is no such set
/// with members of [`MIN_LENGTH`] bytes or more.
///
/// Recurses as deep as the pattern nests; the parser's nest limit bounds that.
#[must_use]
pub fn required(hir: &Hir) -> Vec<Literal> {
    let choice = Info::of(hir).choice();
    let placed = choice.map(|choice| choice.placed).unwrap_or_default().into_iter().map(|mut placed| {
        if placed.bytes.len() > MAX_LENGTH {
            placed.bytes.truncate(MAX_LENGTH);
            placed.behind = Side::UNKNOWN;
        }
        placed
    });
    let settled = |Placed { bytes, min_before, max_before, before, behind }| Literal {
        windows: windows(&bytes, |_| 0),
        bytes,
        min_before,
        max_before,
        before: before.settled(),
        behind: behind.settled(),
    };
    merge(placed.collect()).into_iter().map(settled).collect()
}

/// What stands between the start of a match and the literal of [`required`].
#[derive(Clone, Debug)]
pub struct Lead {
    /// What matches from the start of a match to its literal, whichever of them it is.
    pub hir: Hir,
    /// Whether it stands before each literal alike, so that whatever matches it may be followed by any of them.
    pub common: bool,
}

/// The lead of the literals that [`required`] finds; `None` if it finds none.
#[must_use]
pub fn lead(hir: &Hir) -> Option<Lead> {
    Info::of(hir).choice().map(|choice| choice.lead)
}

/// Same bytes, one literal that covers both places.
fn merge(mut literals: Vec<Placed>) -> Vec<Placed> {
    literals.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    let mut merged: Vec<Placed> = Vec::with_capacity(literals.len());
    for literal in literals {
        match merged.last_mut().filter(|last| last.bytes == literal.bytes) {
            Some(last) => {
                last.min_before = last.min_before.min(literal.min_before);
                last.max_before = last.max_before.zip(literal.max_before).map(|(a, b)| a.max(b));
                last.before = last.before.or(literal.before);
                last.behind = last.behind.or(literal.behind);
            }
            None => merged.push(literal),
        }
    }
    merged
}

/// Where in a literal the prefilter looks for four bytes: an even number of bytes behind its start and an odd, -1 for the byte
/// before it and its first three. The rarest count, less what `crowd` says of them.
#[must_use]
pub fn windows(literal: &[u8], crowd: impl Fn(&[u8]) -> u32) -> [i8; 2] {
    match literal {
        [a, b, c, _] if chance(&[*a, *b, *c]) + BEHIND_ANY >= chance(literal.get(1..).unwrap_or_default()) => [0, 1],
        [_, _, _] | [_, _, _, _] => [0, -1],
        _ => {
            // The last of the best, as far as a place can be told.
            let mut best = [(0, 0), (0, 1)];
            for (at, window) in (0..=i8::MAX).zip(literal.windows(4)) {
                let worth = rarity(window).saturating_sub(crowd(window));
                if let Some(best) = best.get_mut(at as usize % 2).filter(|(known, _)| worth >= *known) {
                    *best = (worth, at);
                }
            }
            best.map(|(_, at)| at)
        }
    }
}

/// How often the prefilter will stop at a literal in ordinary text.
#[must_use]
pub fn frequency(literal: &[u8]) -> f64 {
    let gram = |at: i8| match usize::try_from(at) {
        Ok(at) => literal.get(at..literal.len().min(at + 4)).unwrap_or_default(),
        Err(_) => literal.get(..3).unwrap_or_default(),
    };
    windows(literal, |_| 0).into_iter().map(|at| chance(gram(at))).sum()
}

/// How often a few bytes occur in ordinary text, for each byte of it.
#[must_use]
pub fn chance(text: &[u8]) -> f64 {
    (-f64::from(rarity(text))).exp2()
}

/// What it costs to look for these literals in ordinary text and to confirm what is found; infinite if there are none.
#[must_use]
pub fn cost(literals: &[Literal]) -> f64 {
    if literals.is_empty() {
        return f64::INFINITY;
    }
    literals.iter().map(|literal| price(&literal.bytes, literal.fixed().is_some())).sum()
}

/// The same of one literal, which may stand at one distance from the start of the match.
fn price(literal: &[u8], fixed: bool) -> f64 {
    // A literal at a fixed place is confirmed by one anchored try, any other by one more towards the start.
    let place = if fixed { 1.0 } else { 2.0 };
    // Each literal has a price of its own, so that of two rare sets the smaller wins; short ones take many bits
    // of the prefilter's table. A literal found costs more than a stop of the prefilter.
    let price = match literal.len() {
        MIN_LENGTH => SHORTEST,
        4 => 1e-5,
        _ => 2e-7,
    };
    (frequency(literal) + 32.0 * chance(literal) + price) * place
}

/// A literal inside a part of the pattern.
#[derive(Clone)]
struct Placed {
    bytes: Vec<u8>,
    min_before: u32,
    max_before: Option<u32>,
    before: Side,
    behind: Side,
}

/// A required set inside a part of the pattern.
#[derive(Clone)]
struct Choice {
    placed: Vec<Placed>,
    lead: Lead,
    cost: f64,
}

impl Choice {
    fn new(placed: Vec<Placed>, lead: Lead) -> Option<Self> {
        if placed.is_empty() || placed.len() > MAX_LITERALS {
            return None;
        }
        if placed.iter().any(|literal| literal.bytes.len() < MIN_LENGTH) {
            return None;
        }
        let cost = placed.iter().map(|one| price(&one.bytes, one.max_before == Some(one.min_before))).sum();
        Some(Self { placed, lead, cost })
    }

    /// The same set seen from a larger part, in which `before` stands to the left, `min..=max` bytes long, and `behind` to the
    /// right.
    fn between(mut self, (before, min, max): Before<'_>, behind: &[Hir]) -> Option<Self> {
        for literal in &mut self.placed {
            literal.min_before = literal.min_before.saturating_add(min);
            literal.max_before = literal.max_before.zip(max).map(|(a, b)| a.saturating_add(b));
            literal.enclose(before, behind);
        }
        let hir = Hir::concat(before.iter().cloned().chain([self.lead.hir]).collect());
        Self::new(self.placed, Lead { hir, common: self.lead.common })
    }

    /// The same set where the part may be repeated: what begins it may stand behind its literals as well.
    fn repeated(mut self, part: &Hir) -> Self {
        for literal in &mut self.placed {
            let last = literal.bytes.last().copied().unwrap_or(0);
            let again = Side::ahead(std::slice::from_ref(part), last);
            literal.behind = literal.behind.then(again.or(Side::EMPTY));
        }
        self
    }
}

impl Placed {
    fn enclose(&mut self, before: &[Hir], behind: &[Hir]) {
        let [first, last] = [self.bytes.first(), self.bytes.last()].map(|byte| byte.copied().unwrap_or(0));
        self.before = self.before.then(Side::behind(before, first));
        self.behind = self.behind.then(Side::ahead(behind, last));
    }
}

fn better(a: Option<Choice>, b: Option<Choice>) -> Option<Choice> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.cost < a.cost { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// A few strings.
type Strings = Vec<Vec<u8>>;

/// `exact`, `starts` and `best` of an [`Info`].
type Known = (Option<Strings>, Option<Strings>, Option<Choice>);

/// What is known of a part of the pattern.
struct Info {
    min: u32,
    max: Option<u32>,
    /// Every string the part matches, if they are few.
    exact: Option<Strings>,
    /// Strings with one of which every match begins, if they are few.
    starts: Option<Strings>,
    /// The best set found inside it.
    best: Option<Choice>,
}

impl Info {
    fn of(hir: &Hir) -> Self {
        let properties = hir.properties();
        let size = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let (min, max) = (properties.minimum_len().map_or(0, size), properties.maximum_len().map(size));
        let (exact, starts, best) = match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => (Some(vec![Vec::new()]), None, None),
            HirKind::Literal(literal) => (Some(vec![literal.0.to_ascii_lowercase()]), None, None),
            HirKind::Class(class) => (few(class), None, None),
            HirKind::Capture(capture) => return Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let sub = Self::of(&repetition.sub);
                match (repetition.min, repetition.max) {
                    (0, Some(1)) => (sub.exact.map(|strings| union(vec![Vec::new()], strings)), None, None),
                    (0, _) => (None, None, None),
                    (1, Some(1)) => (sub.exact, sub.starts, sub.best),
                    (min, max) => {
                        let exact = max.filter(|max| *max == min && min <= 32).and_then(|_| {
                            let one = sub.exact.clone()?;
                            (1..min).try_fold(one.clone(), |run, _| product(&run, &one))
                        });
                        // The first repetition holds the set at its own place; later ones only add hits.
                        let best = sub.choice().map(|choice| choice.repeated(&repetition.sub));
                        (exact, sub.exact.or(sub.starts), best)
                    }
                }
            }
            HirKind::Concat(parts) => concat(parts),
            HirKind::Alternation(parts) => alternation(parts.iter().map(Self::of).collect()),
        };
        let starts = starts.or_else(|| exact.clone());
        Self { min, max, exact, starts, best }
    }

    /// The best set of this part: the one found inside, or the strings themselves.
    fn choice(&self) -> Option<Choice> {
        let whole = self.exact.as_ref().and_then(|strings| choice_of(strings, (&[], 0, Some(0)), [&[], &[]]));
        // Of two that cost the same, the one inside knows what stands beside it.
        better(self.best.clone(), whole)
    }
}

/// The strings of a small class, folded.
fn few(class: &Class) -> Option<Strings> {
    let Class::Bytes(class) = class else { return None };
    let mut bytes: Vec<u8> = Vec::new();
    for range in class.ranges() {
        for byte in range.start()..=range.end() {
            let byte = byte.to_ascii_lowercase();
            if !bytes.contains(&byte) {
                bytes.push(byte);
            }
            if bytes.len() > MAX_CLASS {
                return None;
            }
        }
    }
    Some(bytes.into_iter().map(|byte| vec![byte]).collect())
}

/// The parts before another one, and their fewest and most bytes.
type Before<'a> = (&'a [Hir], u32, Option<u32>);

/// A run of parts whose strings are known is one set; the best of all runs and all parts wins.
fn concat(hirs: &[Hir]) -> Known {
    let mut whole: Option<Strings> = Some(vec![Vec::new()]);
    let (mut starts, mut best) = (whole.clone(), None);
    let (mut min, mut max) = (0_u32, Some(0_u32));
    // The strings of the run so far, and what stands before it.
    let mut run: Option<(Strings, Before<'_>, usize)> = None;
    for (index, hir) in hirs.iter().enumerate() {
        let (part, before) = (Info::of(hir), hirs.get(..index).unwrap_or_default());
        let behind = hirs.get(index + 1..).unwrap_or_default();
        // While all before is known, what the part begins with lengthens the beginning of the whole.
        if let Some(known) = &whole {
            starts = part.starts.as_ref().and_then(|more| product(known, more)).or(starts);
        }
        whole = whole.zip(part.exact.as_ref()).and_then(|(left, right)| product(&left, right));
        let inside = part.best.clone().and_then(|choice| choice.between((before, min, max), behind));
        best = better(best, inside);
        if let (Some((strings, place, from)), None, Some(more)) = (&run, &part.exact, &part.starts) {
            let found = product(strings, more).and_then(|longer| {
                let mut choice = choice_of(&longer, *place, around(hirs, *from, index))?;
                choice.placed.iter_mut().for_each(|literal| literal.behind = Side::UNKNOWN);
                Some(choice)
            });
            best = better(best, found);
        }
        run = match (run, &part.exact) {
            (Some((strings, place, from)), Some(more)) => match product(&strings, more) {
                Some(longer) => Some((longer, place, from)),
                None => Some((more.clone(), (before, min, max), index)),
            },
            (None, Some(strings)) => Some((strings.clone(), (before, min, max), index)),
            (_, None) => None,
        };
        if let Some((strings, place, from)) = &run {
            // Of two that cost the same, the longer one.
            best = better(choice_of(strings, *place, around(hirs, *from, index)), best);
        }
        // The part alone: a run may multiply few long strings into many.
        if let Some(strings) = &part.exact {
            best = better(best, choice_of(strings, (before, min, max), around(hirs, index, index)));
        }
        min = min.saturating_add(part.min);
        max = max.zip(part.max).map(|(a, b)| a.saturating_add(b));
    }
    (whole, starts, best)
}

fn alternation(parts: Vec<Info>) -> Known {
    let mut found: Option<(Vec<Placed>, Vec<Hir>)> = Some((Vec::new(), Vec::new()));
    let (mut exact, mut starts) = (Some(Vec::new()), Some(Vec::new()));
    for part in parts {
        found = found.zip(part.choice()).map(|((mut literals, mut leads), choice)| {
            literals.extend(choice.placed);
            leads.push(choice.lead.hir);
            (literals, leads)
        });
        let joined = |all: Option<_>, more| {
            all.zip(more).map(|(all, more)| union(all, more)).filter(|all| all.len() <= MAX_LITERALS)
        };
        (exact, starts) = (joined(exact, part.exact), joined(starts, part.starts));
    }
    let best = found.and_then(|(literals, leads)| {
        let lead = Lead { hir: Hir::alternation(leads), common: false };
        Choice::new(merge(literals), lead)
    });
    (exact, starts, best)
}

fn choice_of(
    strings: &[Vec<u8>],
    (before, min_before, max_before): Before<'_>,
    [left, right]: [&[Hir]; 2],
) -> Option<Choice> {
    let placed = |bytes: &Vec<u8>| {
        let [before, behind] = [Side::EMPTY; 2];
        let mut placed = Placed { bytes: bytes.clone(), min_before, max_before, before, behind };
        placed.enclose(left, right);
        placed
    };
    let lead = Lead { hir: Hir::concat(before.to_vec()), common: true };
    Choice::new(strings.iter().map(placed).collect(), lead)
}

/// What stands beside the strings of the parts `from..=to`: assertions at the ends of a run are not among its strings.
fn around(hirs: &[Hir], from: usize, to: usize) -> [&[Hir]; 2] {
    let run = hirs.get(from..=to).unwrap_or_default();
    let looks = |hir: &&Hir| matches!(hir.kind(), HirKind::Look(_));
    let first = from + run.iter().take_while(looks).count();
    let last = to + 1 - run.iter().rev().take_while(looks).count();
    [hirs.get(..first).unwrap_or_default(), hirs.get(last..).unwrap_or_default()]
}

fn union(mut all: Strings, more: Strings) -> Strings {
    for string in more {
        if !all.contains(&string) {
            all.push(string);
        }
    }
    all
}

fn product(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<Strings> {
    if left.len().saturating_mul(right.len()) > MAX_LITERALS {
        return None;
    }
    let pairs = left.iter().flat_map(|a| right.iter().map(move |b| [a.as_slice(), b.as_slice()].concat()));
    let all = union(Vec::new(), pairs.collect());
    (all.iter().all(|string| string.len() <= 4 * MAX_LENGTH)).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::{Literal, required, windows};
    use crate::rules::syntax::parse;

    fn literals(pattern: &str) -> Vec<String> {
        all(pattern).into_iter().map(|literal| String::from_utf8(literal.bytes).unwrap()).collect()
    }

    fn all(pattern: &str) -> Vec<Literal> {
        required(&parse(pattern).unwrap())
    }

    #[test]
    fn windows_lie_where_their_place_can_be_told() {
        for length in [5, 100, 127, 128, 131, 132, 200, 600] {
            // Rarest at its end.
            let literal = format!("{}qzjx", "e".repeat(length - 4));
            let [even, odd] = windows(literal.as_bytes(), |_| 0).map(|at| usize::try_from(at).unwrap());
            assert!(even % 2 == 0 && odd % 2 == 1 && even.max(odd) + 4 <= length, "{length}: {even} {odd}");
        }
    }

    #[test]
    fn the_rarest_set_wins() {
        assert_eq!(literals(r"(?:curl|wget)\s+\S{1,80}\|\s*bash"), ["curl", "wget"]);
        assert_eq!(literals(r"the\s+xoxb-[0-9]+"), ["xoxb-"]);
        assert_eq!(literals(r"the (?:passwd|shadow)"), ["the passwd", "the shadow"]);
        assert_eq!(literals(r"[A-Z]{20}"), [""; 0]);
        assert_eq!(literals(r"(?:abcd)?x+"), [""; 0]);
        assert_eq!(literals(r"(?:foobar|[a-z]+)"), [""; 0]);
    }

    #[test]
    fn what_a_part_begins_with_lengthens_what_stands_before_it() {
        assert_eq!(literals(r"<on(?:error|key\w+|mouse\w*)\s*="), ["<onerror", "<onkey", "<onmouse"]);
    }

    #[test]
    fn places_are_kept() {
        let [literal] = all(r"\b[a-z]{2,5}://169\.254").try_into().unwrap();
        assert_eq!((literal.min_before, literal.max_before, literal.fixed()), (2, Some(5), None));
        let [literal] = all(r"\bAKIA[0-9A-Z]{16}\b").try_into().unwrap();
        assert_eq!((literal.bytes.as_slice(), literal.fixed()), (&b"akia"[..], Some(0)));
        let [literal] = all(r"[a-z]+xyzzy42").try_into().unwrap();
        assert_eq!((literal.min_before, literal.max_before), (1, None));
    }

    #[test]
    fn the_lead_is_what_stands_before_the_literal() {
        for (pattern, lead, common) in [
            (r"\s+xyzzy42", r"\s+", true),
            (r"a?(?:[0-9]+xyzzy42|q)", "", true),
            (r"ab?(?:[0-9]+xyzzy42)+z", "ab?[0-9]+", true),
            (r"[0-9]+xyzzy42|[a-f]plugh77", "[0-9]+|[a-f]", false),
        ] {
            let found = super::lead(&parse(pattern).unwrap());
            if lead.is_empty() {
                assert!(found.is_none(), "{pattern}");
                continue;
            }
            let found = found.unwrap();
            assert_eq!((found.hir, found.common), (parse(lead).unwrap(), common), "{pattern}");
        }
    }

    #[test]
    fn small_classes_and_options_are_spelled_out() {
        assert_eq!(literals(r"api[-_]?key_zq"), ["api-key_zq", "api_key_zq", "apikey_zq"]);
    }

    #[test]
    fn many_alternatives_are_bounded() {
        let words: Vec<String> = (0..200).map(|n| format!("word{n:03}")).collect();
        assert!(literals(&words.join("|")).len() <= super::MAX_LITERALS);
    }
}
