//! How many digits a pattern asks for, where it asks for nothing else but what stands between them.

use super::redos::quantifier;

/// Groups within groups that are followed.
const DEPTH: usize = 16;

/// Least and most digits.
type Count = (u32, u32);

/// A group that is open: what was read before it, and its choices so far.
struct Group {
    before: Count,
    choices: Option<Count>,
}

/// The least and the most digits that a pattern takes; `None` if it takes anything but digits, blanks, hyphens, points and slashes.
pub(super) fn digits(pattern: &[u8]) -> Option<Count> {
    let (mut groups, mut choices) = (Vec::<Group>::new(), None);
    // The sequence that is being read, and the part at its end.
    let (mut read, mut part) = ((0, 0), (0, 0));
    let mut rest = pattern;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match byte {
            b'^' | b'$' => {}
            b'(' if groups.len() < DEPTH => {
                rest = rest.strip_prefix(b"?:").unwrap_or(rest);
                groups.push(Group { before: then(read, part), choices });
                (read, part, choices) = ((0, 0), (0, 0), None);
            }
            b'|' => {
                choices = Some(either(choices, then(read, part)));
                (read, part) = ((0, 0), (0, 0));
            }
            b')' => {
                part = either(choices, then(read, part));
                let group = groups.pop()?;
                (read, choices) = (group.before, group.choices);
            }
            b'*' | b'+' | b'?' | b'{' => {
                let (least, most, after) = quantifier(*byte, rest)?;
                rest = after;
                part = (part.0.saturating_mul(least), part.1.saturating_mul(most));
            }
            _ => {
                let (takes, after) = atom(*byte, rest)?;
                rest = after;
                read = then(read, part);
                part = if takes { (1, 1) } else { (0, 0) };
            }
        }
    }
    groups.is_empty().then(|| either(choices, then(read, part)))
}

/// Whether an atom is a digit, or what stands between digits; and what stands behind it.
fn atom(byte: u8, rest: &[u8]) -> Option<(bool, &[u8])> {
    match byte {
        b'0'..=b'9' => Some((true, rest)),
        b' ' | b'-' | b'/' => Some((false, rest)),
        b'\\' => match rest {
            [b'd', tail @ ..] => Some((true, tail)),
            [b's' | b'-' | b'.' | b' ' | b'/', tail @ ..] => Some((false, tail)),
            _ => None,
        },
        b'[' => {
            let end = rest.iter().take(32).position(|byte| *byte == b']')?;
            let (class, tail) = (rest.get(..end)?, rest.get(end + 1..)?);
            let is_digit = class.iter().any(u8::is_ascii_digit) || class.windows(2).any(|two| two == b"\\d");
            let known = class.iter().all(|byte| byte.is_ascii_digit() || b"\\ds -./".contains(byte));
            known.then_some((is_digit, tail))
        }
        _ => None,
    }
}

const fn then(one: Count, other: Count) -> Count {
    (one.0.saturating_add(other.0), one.1.saturating_add(other.1))
}

fn either(one: Option<Count>, other: Count) -> Count {
    one.map_or(other, |one| (one.0.min(other.0), one.1.max(other.1)))
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn digits_are_counted() {
        for (pattern, count) in [
            (r"^\d{16}$", (16, 16)),
            ("^[0-9]{13,19}$", (13, 19)),
            (r"^(?:\d{4}[ -]?){3}\d{4}$", (16, 16)),
            (r"\d{4} \d{4} \d{4} \d{4}", (16, 16)),
            ("^4[0-9]{12}(?:[0-9]{3})?$", (13, 16)),
            ("^(?:4[0-9]{12}|5[1-5][0-9]{14})$", (13, 16)),
            ("^[0-9]{3,4}$", (3, 4)),
            (r"^(0[1-9]|1[0-2])\-\d{2}$", (4, 4)),
            (r"^\d{2}\/\d{2}$", (4, 4)),
            (r"^\d+$", (1, u32::MAX)),
            (r"^[\d -]{13,19}$", (13, 19)),
            ("", (0, 0)),
        ] {
            assert_eq!(digits(pattern.as_bytes()), Some(count), "{pattern}");
        }
        for pattern in ["^[a-z]{16}$", r"^\w{13,19}$", "^ORD-[0-9]{16}$", "(", "[0-9", r"^\d{2}:\d{2}$", ")"] {
            assert_eq!(digits(pattern.as_bytes()), None, "{pattern}");
        }
    }
}
