//! What the operators of `${name…}` make of a value: `${x#pattern}`, `${x/a/b}`, `${x:1:2}`, `${x^^}`, `${x@L}`.
//!
//! Linear in the value: a pattern is a few bytes or sets of bytes in a row, and a `*` is known only where it stands for
//! all that is before or behind a literal. Of anything else the outcome is not known, and nothing is made up.

use super::escape::escape;

/// No value grows longer.
const LONGEST: usize = 64 * 1024;

/// Applies the operator. `false` if what comes out is not known.
pub(super) fn change(value: &mut Vec<u8>, operator: &[u8]) -> bool {
    match operator {
        b"@U" => value.make_ascii_uppercase(),
        b"@L" => value.make_ascii_lowercase(),
        b"@u" => value.iter_mut().take(1).for_each(u8::make_ascii_uppercase),
        b"@E" => return unescape(value),
        b"@Q" | b"@P" => {}
        [b'^', b'^', set @ ..] => return recase(value, set, usize::MAX, u8::make_ascii_uppercase),
        [b',', b',', set @ ..] => return recase(value, set, usize::MAX, u8::make_ascii_lowercase),
        [b'^', set @ ..] => return recase(value, set, 1, u8::make_ascii_uppercase),
        [b',', set @ ..] => return recase(value, set, 1, u8::make_ascii_lowercase),
        [b':', slice @ ..] => return substring(value, slice),
        [b'/', b'/', rest @ ..] => return replace(value, rest, usize::MAX),
        [b'/', rest @ ..] => return replace(value, rest, 1),
        [b'#', b'#', b'*', rest @ ..] => {
            return cut(value, rest, memchr::memmem::rfind, true);
        }
        [b'#', b'*', rest @ ..] => return cut(value, rest, memchr::memmem::find, true),
        [b'%', b'%', rest @ .., b'*'] => {
            return cut(value, rest, memchr::memmem::find, false);
        }
        [b'%', rest @ .., b'*'] => return cut(value, rest, memchr::memmem::rfind, false),
        [b'#', b'#', part @ ..] | [b'#', part @ ..] => {
            let Some(pattern) = Pattern::of(part) else { return false };
            if pattern.matches(value, 0) {
                value.drain(..pattern.len);
            }
        }
        [b'%', b'%', part @ ..] | [b'%', part @ ..] => {
            let Some(pattern) = Pattern::of(part) else { return false };
            if let Some(at) = value.len().checked_sub(pattern.len).filter(|at| pattern.matches(value, *at)) {
                value.truncate(at);
            }
        }
        _ => return false,
    }
    true
}

/// Bytes or sets of bytes, one behind the other.
struct Pattern {
    sets: [[u64; 4]; MAX_SETS],
    len: usize,
}

/// Longest pattern that is read: what hides a word is short.
const MAX_SETS: usize = 16;

impl Pattern {
    /// Reads `a`, `?`, `[a-z]`, `[!0-9]`, `[[:digit:]]`, `\?`, `'*'`. `None` for anything more.
    fn of(text: &[u8]) -> Option<Self> {
        let mut pattern = Self { sets: [[0; 4]; MAX_SETS], len: 0 };
        let (mut at, mut quote) = (0, 0);
        while let Some(byte) = text.get(at).copied() {
            at += 1;
            let set = match byte {
                b'\'' | b'"' if quote == 0 || quote == byte => {
                    quote = if quote == 0 { byte } else { 0 };
                    continue;
                }
                b'$' | b'`' if quote != b'\'' => return None,
                b'\\' if quote == 0 => {
                    at += 1;
                    only(*text.get(at - 1)?)
                }
                _ if quote != 0 => only(byte),
                b'*' | b'(' => return None,
                b'?' => [u64::MAX; 4],
                b'[' => {
                    let (set, len) = class(text.get(at..)?)?;
                    at += len;
                    set
                }
                byte => only(byte),
            };
            *pattern.sets.get_mut(pattern.len)? = set;
            pattern.len += 1;
        }
        (quote == 0).then_some(pattern)
    }

    fn matches(&self, value: &[u8], at: usize) -> bool {
        let sets = self.sets.get(..self.len).unwrap_or_default();
        value.get(at..at + self.len).is_some_and(|part| part.iter().zip(sets).all(|(byte, set)| has(set, *byte)))
    }

    /// The bytes, if each set is one.
    fn literal(&self) -> Option<Vec<u8>> {
        let sets = self.sets.get(..self.len).unwrap_or_default();
        let one = |set: &[u64; 4]| (set.iter().map(|part| part.count_ones()).sum::<u32>() == 1).then(|| first(set));
        sets.iter().map(one).collect()
    }
}

fn only(byte: u8) -> [u64; 4] {
    let mut set = [0; 4];
    add(&mut set, byte);
    set
}

fn add(set: &mut [u64; 4], byte: u8) {
    if let Some(part) = set.get_mut(usize::from(byte >> 6)) {
        *part |= 1 << (byte & 63);
    }
}

fn has(set: &[u64; 4], byte: u8) -> bool {
    set.get(usize::from(byte >> 6)).is_some_and(|part| part >> (byte & 63) & 1 == 1)
}

fn first(set: &[u64; 4]) -> u8 {
    (0..=u8::MAX).find(|byte| has(set, *byte)).unwrap_or(0)
}

/// A set behind its `[`, and how many bytes it takes.
fn class(text: &[u8]) -> Option<([u64; 4], usize)> {
    let negated = matches!(text.first(), Some(b'!' | b'^'));
    let (start, mut set) = (usize::from(negated), [0; 4]);
    let mut at = start;
    loop {
        let byte = *text.get(at)?;
        if byte == b']' && at > start {
            break;
        }
        if byte == b'[' && text.get(at + 1) == Some(&b':') {
            let name = text.get(at + 2..)?;
            let end = memchr::memmem::find(name.get(..name.len().min(12))?, b":]")?;
            let of = named(name.get(..end)?)?;
            (0..=u8::MAX).filter(of).for_each(|byte| add(&mut set, byte));
            at += end + 4;
            continue;
        }
        match (text.get(at + 1), text.get(at + 2)) {
            (Some(b'-'), Some(last)) if *last != b']' => {
                (byte..=*last).for_each(|byte| add(&mut set, byte));
                at += 3;
            }
            _ => {
                add(&mut set, byte);
                at += 1;
            }
        }
    }
    if negated {
        set = set.map(|part| !part);
    }
    Some((set, at + 1))
}

fn named(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"digit" => u8::is_ascii_digit,
        b"alpha" => u8::is_ascii_alphabetic,
        b"alnum" => u8::is_ascii_alphanumeric,
        b"upper" => u8::is_ascii_uppercase,
        b"lower" => u8::is_ascii_lowercase,
        b"punct" => u8::is_ascii_punctuation,
        b"space" => u8::is_ascii_whitespace,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

/// `${x^^[a-z]}`: changes the case of what is in the set, or of all.
fn recase(value: &mut [u8], set: &[u8], first: usize, change: fn(&mut u8)) -> bool {
    let Some(pattern) = Pattern::of(if set.is_empty() { b"?" } else { set }).filter(|pattern| pattern.len == 1) else {
        return false;
    };
    let [set, ..] = &pattern.sets;
    value.iter_mut().take(first).filter(|byte| has(set, **byte)).for_each(change);
    true
}

/// `${x#*a}` and its kin: cuts at a literal, and all that is before or behind it.
fn cut(value: &mut Vec<u8>, part: &[u8], find: fn(&[u8], &[u8]) -> Option<usize>, front: bool) -> bool {
    let Some(literal) = Pattern::of(part).and_then(|pattern| pattern.literal()).filter(|part| !part.is_empty()) else {
        return false;
    };
    match find(value, &literal) {
        Some(at) if front => drop(value.drain(..at + literal.len())),
        Some(at) => value.truncate(at),
        None => {}
    }
    true
}

/// `${x@E}`: the escapes of `$'…'`.
fn unescape(value: &mut Vec<u8>) -> bool {
    let source = std::mem::take(value);
    let mut rest = source.as_slice();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (plain, tail) = rest.split_at(at);
        value.extend_from_slice(plain);
        let (bytes, len, used) = escape(tail.get(1..).unwrap_or_default());
        value.extend_from_slice(bytes.get(..len).unwrap_or_default());
        rest = tail.get(1 + used..).unwrap_or_default();
    }
    value.extend_from_slice(rest);
    true
}

fn substring(value: &mut Vec<u8>, slice: &[u8]) -> bool {
    let Ok(slice) = std::str::from_utf8(slice) else { return false };
    let (offset, len) = slice.split_once(':').map_or((slice, None), |(offset, len)| (offset, Some(len)));
    let Ok(offset) = offset.trim().parse::<i64>() else { return false };
    let size = i64::try_from(value.len()).unwrap_or(i64::MAX);
    // Before the beginning there is nothing: the whole is empty.
    let start = if offset < 0 && size + offset < 0 {
        size
    } else if offset < 0 {
        size + offset
    } else {
        offset.min(size)
    };
    let end = match len.map(|len| len.trim().parse::<i64>()) {
        None => size,
        Some(Ok(len)) if len < 0 => (size + len).max(start),
        Some(Ok(len)) => start.saturating_add(len).min(size),
        Some(Err(_)) => return false,
    };
    value.truncate(usize::try_from(end).unwrap_or(0));
    value.drain(..usize::try_from(start).unwrap_or(0).min(value.len()));
    true
}

/// `/pattern/with`, `/#pattern/with`, `/%pattern/with`. Bounded: the result never exceeds [`LONGEST`].
fn replace(value: &mut Vec<u8>, rest: &[u8], times: usize) -> bool {
    let (rest, anchor) = match rest {
        [anchor @ (b'#' | b'%'), rest @ ..] if times == 1 => (rest, *anchor),
        _ => (rest, 0),
    };
    let slash = |text: &[u8]| {
        memchr::memchr_iter(b'/', text).find(|at| at.checked_sub(1).and_then(|at| text.get(at)) != Some(&b'\\'))
    };
    let cut = slash(rest).unwrap_or(rest.len());
    let with = rest.get(cut + 1..).unwrap_or_default();
    let pattern = Pattern::of(rest.get(..cut).unwrap_or_default()).filter(|pattern| pattern.len > 0);
    let (Some(pattern), Some(with)) = (pattern, Pattern::of(with).and_then(|with| with.literal())) else {
        return false;
    };
    let source = std::mem::take(value);
    let last = source.len().saturating_sub(pattern.len);
    let (mut at, mut left) = (0, times);
    while let Some(byte) = source.get(at) {
        let placed = match anchor {
            b'#' => at == 0,
            b'%' => at == last,
            _ => true,
        };
        if left > 0 && placed && pattern.matches(&source, at) {
            value.extend_from_slice(&with);
            at += pattern.len;
            left -= 1;
        } else {
            value.push(*byte);
            at += 1;
        }
        if value.len() > LONGEST {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn values_change_as_bash_changes_them() {
        for (value, operator, changed) in [
            ("/etc/passwd", ":0:4", "/etc"),
            ("abcdef", ": -2", "ef"),
            ("abcdef", ":1:-1", "bcde"),
            ("CAT", ",,", "cat"),
            ("cXaXt", "//X/", "cat"),
            ("cXaXt", "/X/", "caXt"),
            ("cat.txt", "%.txt", "cat"),
            ("xcat", "#x", "cat"),
            ("xxcat", "##??", "cat"),
            ("caa", "/%a/t", "cat"),
            ("a/b/c", "//\\//-", "a-b-c"),
            ("a b", "@Q", "a b"),
            ("x.tar.gz", "%.*", "x.tar"),
            ("x.tar.gz", "%%.*", "x"),
            ("a/b/c", "#*/", "b/c"),
            ("a/b/c", "##*/", "c"),
            ("a]b", "//[]]", "ab"),
        ] {
            let mut bytes = value.as_bytes().to_vec();
            assert!(change(&mut bytes, operator.as_bytes()), "{value} {operator}");
            assert_eq!(String::from_utf8(bytes).unwrap(), changed, "{value} {operator}");
        }
        for operator in ["#a*", "%*c", "//a*/x", "//$y/x", "/(a)/b", "@A", "//[a", "//aaaaaaaaaaaaaaaaa/b"] {
            assert!(!change(&mut b"abc".to_vec(), operator.as_bytes()), "{operator}");
        }
    }
}
