//! Whether a pattern takes time without measure in an engine that tries one way after another (ECMA-262, which JSON Schema names).
//!
//! It takes exponential time if a text can be matched in two ways in a loop: `(a+)+`, `(a|a)*`, `(\w+\s?)*`; and a power of the text's length
//! if several loops one behind another share it out among themselves: `.*.*.*.*x`. The pattern becomes an automaton of its characters
//! (Glushkov's), of which `ambiguity` asks that.

/// Positions of an automaton that is looked at; honest patterns with a loop in a loop have a dozen.
const POSITIONS: usize = 48;
/// Longest pattern that is looked at, and how deep its groups nest.
const LONGEST: usize = 4096;
const DEPTH: usize = 64;

/// The characters that a position takes: ASCII as bits, and whether it takes others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Chars(u128, bool);

impl Chars {
    pub(super) const NONE: Self = Self(0, false);
    const ALL: Self = Self(u128::MAX, true);

    fn of(bytes: impl IntoIterator<Item = u8>) -> Self {
        Self(bytes.into_iter().filter(u8::is_ascii).fold(0, |set, byte| set | 1 << byte), false)
    }

    fn class(letter: u8) -> Option<Self> {
        let set = match letter.to_ascii_lowercase() {
            b'd' => Self::of(b'0'..=b'9'),
            b'w' => Self::of((b'0'..=b'9').chain(b'a'..=b'z').chain(b'A'..=b'Z').chain([b'_'])),
            b's' => Self(Self::of(*b" \t\r\n\x0B\x0C").0, true),
            _ => return None,
        };
        Some(if letter.is_ascii_uppercase() { set.not() } else { set })
    }

    const fn not(self) -> Self {
        Self(!self.0, !self.1)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0, self.1 | other.1)
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0 || self.1 && other.1
    }

    /// Those that are in both.
    pub(super) const fn shared(self, other: Self) -> Self {
        Self(self.0 & other.0, self.1 && other.1)
    }
}

/// A part of a pattern: which positions begin and end it, and whether it may be empty. Positions are bits.
#[derive(Clone, Copy)]
struct Part {
    first: u64,
    last: u64,
    empty: bool,
}

impl Part {
    const NOTHING: Self = Self { first: 0, last: 0, empty: true };
}

/// A group that is open: the choices behind it, and the sequence that is being read.
struct Group {
    before: Part,
    choices: Option<Part>,
    /// A look ahead or behind: it takes no text.
    looks: bool,
    /// Loops that were read before it.
    loops: usize,
}

#[derive(Default)]
pub(super) struct Automaton {
    pub(super) chars: Vec<Chars>,
    /// What follows each position.
    pub(super) follows: Vec<u64>,
    /// Positions behind which nothing more can go wrong: a text that comes here matches, whatever follows.
    pub(super) safe: u64,
    /// One position follows another in two ways, in a loop.
    twice: bool,
    /// Loops without an end.
    loops: usize,
}

impl Automaton {
    fn position(&mut self, chars: Chars) -> Option<Part> {
        let at = self.chars.len();
        if at >= POSITIONS {
            return None;
        }
        self.chars.push(chars);
        self.follows.push(0);
        Some(Part { first: 1 << at, last: 1 << at, empty: false })
    }

    fn then(&mut self, before: Part, after: Part) -> Part {
        for at in bits(before.last) {
            if let Some(follows) = self.follows.get_mut(at) {
                *follows |= after.first;
            }
        }
        Part {
            first: before.first | if before.empty { after.first } else { 0 },
            last: after.last | if after.empty { before.last } else { 0 },
            empty: before.empty && after.empty,
        }
    }

    /// `part` any number of times.
    fn repeat(&mut self, part: Part) {
        self.loops += 1;
        for at in bits(part.last) {
            if let Some(follows) = self.follows.get_mut(at) {
                self.twice |= *follows & part.first != 0;
                *follows |= part.first;
            }
        }
    }
}

pub(super) fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (set != 0).then(|| {
            let at = set.trailing_zeros() as usize;
            set &= set - 1;
            at
        })
    })
}

/// How long a pattern takes on its worst texts, by their length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Exponential,
    /// Its cube or more. Squares are common in honest schemas (`^\\s*.*\\s*$`), and texts are short.
    Power,
}

/// Loops one behind another that make a cube, with the one that is left: three ways to share a text out.
const CUBE: usize = 4;
/// Steps that one pattern may take to show a power: some hundreds where it is one.
const STEPS: u64 = 1 << 16;

/// What time the pattern takes, if it is without measure. `None` for what is too large or not understood, and without a `budget`: steps,
/// of which an honest pattern takes none and one that forks some hundreds.
pub(super) fn time(pattern: &[u8], budget: &mut u64) -> Option<Time> {
    let loops = pattern.iter().filter(|byte| matches!(byte, b'*' | b'+' | b'{')).count();
    if pattern.len() > LONGEST || loops == 0 {
        return None;
    }
    // Without two loops, or a choice in a loop, there are no two ways.
    let groups = pattern.contains(&b'(');
    if !groups && loops < CUBE {
        return None;
    }
    let plain = automaton(pattern, false)?;
    if groups && (plain.twice || plain.is_ambiguous(budget)) {
        return Some(Time::Exponential);
    }
    let before = (*budget).min(STEPS);
    let mut own = before;
    // A loop that is repeated four times and more is as many loops: what never ends is ambiguous where they share a text.
    let power = loops >= CUBE && plain.degree(&mut own) + 1 >= CUBE
        || groups
            && loops > 1
            && automaton(pattern, true).is_some_and(|often| often.twice || often.is_ambiguous(&mut own));
    *budget -= before - own;
    power.then_some(Time::Power)
}

/// The automaton of a pattern. `often`: groups with a loop in them that are repeated [`CUBE`] times may be so for ever.
fn automaton(pattern: &[u8], often: bool) -> Option<Automaton> {
    let mut automaton = Automaton::default();
    // Whether the part at the end is a group with a loop in it, and whether the text has to end where the pattern does.
    let (mut loops, mut ends) = (false, false);
    let mut groups: Vec<Group> = Vec::new();
    // The sequence that is being read, and the part at its end, to which a quantifier belongs.
    let (mut before, mut part) = (Part::NOTHING, Part::NOTHING);
    let mut choices: Option<Part> = None;
    let mut rest = pattern;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match byte {
            b'(' => {
                if groups.len() >= DEPTH {
                    return None;
                }
                before = automaton.then(before, part);
                let looks = [&b"?="[..], b"?!", b"?<=", b"?<!"].into_iter().any(|lead| rest.starts_with(lead));
                rest = body(rest);
                groups.push(Group { before, choices: choices.take(), looks, loops: automaton.loops });
                (before, part) = (Part::NOTHING, Part::NOTHING);
            }
            b'|' => {
                let read = automaton.then(before, part);
                choices = Some(either(choices, read));
                (before, part) = (Part::NOTHING, Part::NOTHING);
            }
            b')' => {
                let read = automaton.then(before, part);
                let read = either(choices, read);
                let group = groups.pop()?;
                choices = group.choices;
                before = group.before;
                part = if group.looks { Part::NOTHING } else { read };
                loops = automaton.loops > group.loops;
                continue;
            }
            b'*' | b'+' | b'?' | b'{' => {
                let Some((least, most, after)) = quantifier(*byte, rest) else {
                    before = automaton.then(before, part);
                    part = automaton.position(Chars::of([*byte]))?;
                    loops = false;
                    continue;
                };
                rest = after;
                let many = if often && loops { CUBE as u32 - 1 } else { MANY };
                if let [b'?' | b'+', tail @ ..] = rest {
                    rest = tail;
                }
                if most > many {
                    automaton.repeat(part);
                }
                part.empty |= least == 0;
            }
            b'^' => {}
            b'$' => ends = true,
            _ => {
                before = automaton.then(before, part);
                let (chars, after) = taken(*byte, rest)?;
                rest = after;
                part = match chars {
                    Some(chars) => automaton.position(chars)?,
                    None => Part::NOTHING,
                };
            }
        }
        loops = false;
    }
    let read = automaton.then(before, part);
    let last = either(choices, read).last;
    // Where the end is not asked for, whoever comes to the last position is through; where it is, whoever takes all that follows.
    let all = bits(last).filter(|at| {
        let loops = automaton.follows.get(*at).is_some_and(|follows| follows & 1 << *at != 0);
        !ends || loops && automaton.chars.get(*at) == Some(&Chars::ALL)
    });
    automaton.safe = all.fold(0, |set, at| set | 1 << at);
    groups.is_empty().then_some(automaton)
}

/// More times than this are as good as endless.
const MANY: u32 = 24;

fn either(one: Option<Part>, other: Part) -> Part {
    one.map_or(other, |one| Part {
        first: one.first | other.first,
        last: one.last | other.last,
        empty: one.empty || other.empty,
    })
}

/// What stands in a group, behind `?:`, `?<name>` and the like.
fn body(group: &[u8]) -> &[u8] {
    let Some(rest) = group.strip_prefix(b"?") else { return group };
    match rest {
        [b'<', b'=' | b'!', tail @ ..] | [b':' | b'=' | b'!' | b'>', tail @ ..] => tail,
        _ => rest.iter().position(|byte| matches!(byte, b'>' | b':')).and_then(|at| rest.get(at + 1..)).unwrap_or(rest),
    }
}

/// The least and the greatest number of times, and what stands behind it. `None` for a brace that is one.
pub(super) fn quantifier(byte: u8, rest: &[u8]) -> Option<(u32, u32, &[u8])> {
    match byte {
        b'*' => return Some((0, u32::MAX, rest)),
        b'+' => return Some((1, u32::MAX, rest)),
        b'?' => return Some((0, 1, rest)),
        _ => {}
    }
    let end = rest.iter().take(24).position(|byte| *byte == b'}')?;
    let mut bounds = rest.get(..end)?.split(|byte| *byte == b',');
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.trim().parse::<u32>().ok();
    let least = number(bounds.next()?)?;
    let most = match bounds.next() {
        None => Some(least),
        Some(text) if text.trim_ascii().is_empty() => None,
        Some(text) => Some(number(text)?),
    };
    Some((least, most.unwrap_or(u32::MAX), rest.get(end + 1..)?))
}

/// The characters that an atom takes, and what stands behind it; `None` for one that takes no character.
fn taken(byte: u8, rest: &[u8]) -> Option<(Option<Chars>, &[u8])> {
    match byte {
        b'.' => Some((Some(Chars(!Chars::of(*b"\n\r").0, true)), rest)),
        b'[' => class(rest).map(|(chars, rest)| (Some(chars), rest)),
        b'\\' => escape(rest),
        byte if byte.is_ascii() => Some((Some(Chars::of([byte])), rest)),
        // The bytes behind it belong to the same character.
        _ => {
            let more = rest.iter().take_while(|byte| **byte & 0xC0 == 0x80).count();
            Some((Some(Chars(0, true)), rest.get(more..)?))
        }
    }
}

fn escape(rest: &[u8]) -> Option<(Option<Chars>, &[u8])> {
    let [letter, tail @ ..] = rest else { return None };
    let digits = |count: usize| -> Option<(Option<Chars>, &[u8])> {
        let value = tail.get(..count).and_then(|text| u32::from_str_radix(std::str::from_utf8(text).ok()?, 16).ok());
        let chars = value.map(|value| {
            u8::try_from(value).ok().filter(u8::is_ascii).map_or(Chars(0, true), |byte| Chars::of([byte]))
        });
        Some((Some(chars.unwrap_or(Chars(0, true))), tail.get(count..)?))
    };
    match letter {
        b'b' | b'B' => Some((None, tail)),
        // What was matched before: nobody knows what that is.
        b'1'..=b'9' => Some((None, tail)),
        b'k' => {
            Some((None, tail.iter().position(|byte| *byte == b'>').and_then(|at| tail.get(at + 1..)).unwrap_or(tail)))
        }
        b'p' | b'P' => {
            let end = tail.iter().take(64).position(|byte| *byte == b'}')?;
            Some((Some(Chars(Chars::class(b'w')?.0, true)), tail.get(end + 1..)?))
        }
        b'n' => Some((Some(Chars::of([b'\n'])), tail)),
        b't' => Some((Some(Chars::of([b'\t'])), tail)),
        b'r' => Some((Some(Chars::of([b'\r'])), tail)),
        b'x' => digits(2),
        b'u' => digits(4),
        letter => Some((Some(Chars::class(*letter).unwrap_or_else(|| Chars::of([*letter]))), tail)),
    }
}

/// The characters of `[…]`, read behind its bracket, and what stands behind it.
fn class(rest: &[u8]) -> Option<(Chars, &[u8])> {
    let (negated, mut rest) = rest.strip_prefix(b"^").map_or((false, rest), |rest| (true, rest));
    let (mut set, mut from) = (Chars::NONE, None::<u8>);
    loop {
        let [byte, tail @ ..] = rest else { return None };
        rest = tail;
        let (chars, single) = match byte {
            b']' => return Some((if negated { set.not() } else { set }, rest)),
            b'-' if from.is_some() && !rest.starts_with(b"]") => {
                let [to, tail @ ..] = rest else { return None };
                rest = tail;
                let to = if *to == b'\\' { escape(rest).map(|(_, tail)| rest = tail).map(|()| b'~')? } else { *to };
                let range = if to.is_ascii() { Chars::of(from?..=to) } else { Chars(Chars::of(from?..=0x7F).0, true) };
                set = set.and(range);
                from = None;
                continue;
            }
            b'\\' => {
                let letter = rest.first().copied();
                let (chars, tail) = escape(rest)?;
                rest = tail;
                (chars.unwrap_or(Chars::NONE), letter.filter(|letter| Chars::class(*letter).is_none()))
            }
            byte if byte.is_ascii() => (Chars::of([*byte]), Some(*byte)),
            _ => (Chars(0, true), None),
        };
        set = set.and(chars);
        from = single;
    }
}

#[cfg(test)]
mod tests {
    use super::{Time, time};

    fn found(pattern: &[u8]) -> Option<Time> {
        let mut budget = 1 << 20;
        let found = time(pattern, &mut budget);
        assert!(budget > 0);
        found
    }

    fn is_exponential(pattern: &[u8]) -> bool {
        found(pattern) == Some(Time::Exponential)
    }

    #[test]
    fn loops_that_share_a_text_take_its_cube() {
        for pattern in [
            ".*.*.*.*x",
            r"^\s*\s*\s*\s*$",
            "^.*a.*b.*c.*d",
            "^.+,.+,.+,.+$",
            r"^\w+\d+\w+\d+\w+!$",
            r"^(?:.*,){9}x$",
            r"^(\w+\s?){1,10}$",
            r"^([a-z]*[0-9]*){6}$",
            r"^[a-z]*[a-z0-9]*[a-y]*b*[a-c]*;",
            "^x?(a*|b)(a|c)*(ab?)*a*a*$",
        ] {
            assert_eq!(found(pattern.as_bytes()), Some(Time::Power), "{pattern}");
        }
        for pattern in [
            r"^\s*.*\s*$",
            "^.+@.+\\..+$",
            "^.*:.*:.*$",
            // Whatever stands there matches.
            ".*.*.*.*",
            "^.*a.*b.*c",
            r"^a*a*a*[\s\S]*$",
            // Each loop ends where the next begins.
            "^[^/]*/[^/]*/[^/]*/[^/]*/[^/]*$",
            r"^\d+\.\d+\.\d+\.\d+$",
            r"^\s*\d+\s*,\s*\d+\s*,\s*\d+\s*$",
            r"^P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$",
            r"^arn:[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]*:[^:]+$",
            r"^(?=.*[A-Z])(?=.*[a-z])(?=.*\d)(?=.*\W).{8,}$",
            r"^(?:[a-z]+-){4}[a-z]+$",
            r"^(?:\d{1,3}\.){3}\d{1,3}$",
            r"^([A-Z]{2}\d{4}){4}$",
            r"^https?://(www\.)?[-a-zA-Z0-9@:%._+~#=]{1,256}\.[a-z]{1,6}\b([-a-zA-Z0-9@:%_+.~#?&/=]*)$",
        ] {
            assert_eq!(found(pattern.as_bytes()), None, "{pattern}");
        }
    }

    #[test]
    fn patterns_with_two_ways_are_found() {
        for pattern in [
            "^(a+)+$",
            "(a*)*",
            "^(a|a)*$",
            "^(a|aa)+$",
            r"^(\w+\s?)*$",
            r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}$",
            r"^(([a-z])+.)+[A-Z]([a-z])+$",
            r"([\/\w \.-]*)*\/?$",
            "(x+x+)+y",
            "^(?:.*,)*x$",
            r"(\d+|\w+)*!",
            "(a?b?)*c",
            "^((ab)*)*$",
            "(?<n>[0-9]+)+",
            "(a{1,})+",
            "([a-z]{1,200})*;",
            r"^(\s|\n)*$",
            "(é|é)+",
            "(.|[^x])*",
        ] {
            assert!(is_exponential(pattern.as_bytes()), "{pattern}");
        }
    }

    #[test]
    fn honest_patterns_have_one() {
        for pattern in [
            "^[a-z]+$",
            r"^\d{4}-\d{2}-\d{2}$",
            r"^[a-z]+(-[a-z]+)*$",
            r"^(\w+\.)*\w+$",
            r"^([a-z0-9]+:)?[a-z]+$",
            r"^[A-Z]{2}[0-9]{2}(?:[ ]?[0-9]{4}){3}$",
            r"^(?=.*[A-Z])(?=.*\d).{8,}$",
            r"^(https?|ftp)://[^\s/$.?#].[^\s]*$",
            r"^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$",
            r"^#(?:[0-9a-fA-F]{3}){1,2}$",
            r"^(?:[0-9]{1,3}\.){3}[0-9]{1,3}$",
            r"^/([a-z0-9_-]+/)*$",
            r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?$",
            "^(a|b)*$",
            r"^\{[^{}]*\}$",
            r"^[\w.-]+(,[\w.-]+)*$",
            "(",
            "[a",
            "",
            "*+",
        ] {
            assert!(!is_exponential(pattern.as_bytes()), "{pattern}");
        }
    }

    #[test]
    fn large_patterns_cost_no_more_than_they_may() {
        let wide = format!("({})+", "(a|b)*".repeat(500));
        assert!(!is_exponential(wide.as_bytes()));
        let deep = format!("{}a{}", "(".repeat(2000), ")+".repeat(2000));
        assert!(!is_exponential(deep.as_bytes()));
    }
}
