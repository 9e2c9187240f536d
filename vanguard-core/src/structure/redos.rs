//! Whether a pattern takes exponential time in an engine that tries one way after another (ECMA-262, which JSON Schema names).
//!
//! It does if a text can be matched in two ways in a loop: `(a+)+`, `(a|a)*`, `(\w+\s?)*`. The pattern becomes an automaton of its
//! characters (Glushkov's); it is exponentially ambiguous if one position follows another in two ways, or if two different runs over
//! the same text leave a position and meet there again (Weber and Seidl 1991, "On the degree of ambiguity of finite automata").

/// Positions of an automaton that is looked at; honest patterns with a loop in a loop have a dozen.
const POSITIONS: usize = 48;
/// Longest pattern that is looked at, and how deep its groups nest.
const LONGEST: usize = 4096;
const DEPTH: usize = 64;

/// The characters that a position takes: ASCII as bits, and whether it takes others.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Chars(u128, bool);

impl Chars {
    const NONE: Self = Self(0, false);

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

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0, self.1 | other.1)
    }

    const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0 || self.1 && other.1
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
}

#[derive(Default)]
struct Automaton {
    chars: Vec<Chars>,
    /// What follows each position.
    follows: Vec<u64>,
    /// One position follows another in two ways, in a loop.
    twice: bool,
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
        for at in bits(part.last) {
            if let Some(follows) = self.follows.get_mut(at) {
                self.twice |= *follows & part.first != 0;
                *follows |= part.first;
            }
        }
    }

    /// Whether two runs over one text leave a position and meet there again. Takes each step from `budget`, and gives up without any.
    fn is_ambiguous(&self, budget: &mut u64) -> bool {
        // Where no position is followed by two that take the same character, there is never a choice.
        let forks = self.follows.iter().any(|follows| {
            let mut taken = Chars::NONE;
            bits(*follows).any(|at| {
                let chars = self.chars.get(at).copied().unwrap_or(Chars::NONE);
                let meets = taken.meets(chars);
                taken = taken.and(chars);
                meets
            })
        });
        if !forks {
            return false;
        }
        let size = self.chars.len();
        let pairs = size * size;
        let next = |pair: usize| {
            let (one, other) = (pair / size, pair % size);
            let follows = |at: usize| self.follows.get(at).copied().unwrap_or_default();
            let chars = |at: usize| self.chars.get(at).copied().unwrap_or(Chars::NONE);
            bits(follows(one)).flat_map(move |a| {
                bits(follows(other)).filter(move |b| chars(a).meets(chars(*b))).map(move |b| a * size + b)
            })
        };
        (0..size).any(|start| {
            // From the position with itself to a pair that differs, and back.
            let mut seen = vec![false; pairs * 2];
            let mut open = vec![(start * size + start, false)];
            while let Some((pair, apart)) = open.pop() {
                for after in next(pair) {
                    *budget = budget.saturating_sub(1);
                    if *budget == 0 {
                        return false;
                    }
                    let apart = apart || after / size != after % size;
                    if apart && after == start * size + start {
                        return true;
                    }
                    if let Some(seen) = seen.get_mut(after * 2 + usize::from(apart)).filter(|seen| !**seen) {
                        *seen = true;
                        open.push((after, apart));
                    }
                }
            }
            false
        })
    }
}

fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (set != 0).then(|| {
            let at = set.trailing_zeros() as usize;
            set &= set - 1;
            at
        })
    })
}

/// Whether the pattern takes exponential time on some text. `false` for what is too large or not understood, and without a `budget`: steps,
/// of which an honest pattern takes none and one that forks some hundreds.
pub(super) fn is_exponential(pattern: &[u8], budget: &mut u64) -> bool {
    // Without two loops, or a choice in a loop, there are no two ways.
    let loops = pattern.iter().filter(|byte| matches!(byte, b'*' | b'+' | b'{')).count();
    if pattern.len() > LONGEST || loops == 0 || !pattern.contains(&b'(') {
        return false;
    }
    automaton(pattern).is_some_and(|automaton| automaton.twice || automaton.is_ambiguous(budget))
}

fn automaton(pattern: &[u8]) -> Option<Automaton> {
    let mut automaton = Automaton::default();
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
                groups.push(Group { before, choices: choices.take(), looks });
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
            }
            b'*' | b'+' | b'?' | b'{' => {
                let Some((least, endless, after)) = quantifier(*byte, rest) else {
                    before = automaton.then(before, part);
                    part = automaton.position(Chars::of([*byte]))?;
                    continue;
                };
                rest = after;
                if let [b'?' | b'+', tail @ ..] = rest {
                    rest = tail;
                }
                if endless {
                    automaton.repeat(part);
                }
                part.empty |= least == 0;
            }
            b'^' | b'$' => {}
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
    }
    groups.is_empty().then_some(automaton)
}

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

/// The least number of times, whether there is no most, and what stands behind it. `None` for a brace that is one.
fn quantifier(byte: u8, rest: &[u8]) -> Option<(u32, bool, &[u8])> {
    /// More than this is as good as endless.
    const MANY: u32 = 24;
    match byte {
        b'*' => return Some((0, true, rest)),
        b'+' => return Some((1, true, rest)),
        b'?' => return Some((0, false, rest)),
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
    Some((least, most.is_none_or(|most| most > MANY), rest.get(end + 1..)?))
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
    fn is_exponential(pattern: &[u8]) -> bool {
        let mut budget = 1 << 20;
        let found = super::is_exponential(pattern, &mut budget);
        assert!(budget > 0);
        found
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
