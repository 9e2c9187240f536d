//! Patterns: those rule authors write, and those attackers hide a path behind.

use serde::{Deserialize, Serialize};

/// A simple pattern over a whole word: `*` stands for any bytes, also none, `?` for exactly one, `[*]` and `[?]` for a star and
/// a question mark, all else for itself.
///
/// A pattern without an upper-case letter is matched without regard to ASCII case; one with such a letter exactly. Matching
/// takes time linear in the word: each part between stars is searched for once, leftmost first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Glob {
    written: String,
    /// The pattern with [`STAR`] and [`MARK`] for `[*]` and `[?]`, so that matching knows only single bytes.
    bytes: Vec<u8>,
    /// Whether case counts for nothing.
    fold: bool,
    /// The bytes that a word needs, and how many.
    needs: Letters,
    least: usize,
}

/// A set of bytes, some of which count as one: the cases of a letter, and some signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Letters(u64);

impl Letters {
    /// Every byte.
    pub const ALL: Self = Self(u64::MAX);

    /// The bytes of `text`.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "there is a bit for each byte")]
    pub const fn of(text: &[u8]) -> Self {
        let (mut set, mut rest) = (0, text);
        while let [first, tail @ ..] = rest {
            set |= BIT[*first as usize];
            rest = tail;
        }
        Self(set)
    }

    /// Both sets together.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has a byte that is neither a letter nor a digit.
    pub(super) const fn has_signs(self) -> bool {
        self.0 >> SIGNS != 0
    }

    /// Whether all of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }
}

/// The first bit of what is neither a letter nor a digit.
const SIGNS: u32 = 36;

/// The bit of each byte.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const BIT: [u64; 256] = {
    let mut bits = [0; 256];
    let mut byte = 0_usize;
    while byte < 256 {
        let at = match byte as u8 {
            letter @ (b'a'..=b'z' | b'A'..=b'Z') => (letter | 0x20) - b'a',
            digit @ b'0'..=b'9' => 26 + digit - b'0',
            // Signs fill what is left, in the order of the table, some of them twice.
            sign => SIGNS as u8 + sign % 28,
        };
        bits[byte] = 1 << at;
        byte += 1;
    }
    bits
};

/// Stand for a star and a question mark themselves. No rule asks for these control characters.
const STAR: u8 = 1;
const MARK: u8 = 2;

impl From<String> for Glob {
    fn from(written: String) -> Self {
        let bytes = if written.contains('[') {
            written.replace("[*]", "\u{1}").replace("[?]", "\u{2}").into_bytes()
        } else {
            written.as_bytes().to_vec()
        };
        let fold = !bytes.iter().any(u8::is_ascii_uppercase);
        let plain: Vec<u8> = bytes.iter().copied().filter(|byte| !matches!(*byte, b'*' | b'?' | STAR | MARK)).collect();
        let least = bytes.iter().filter(|byte| **byte != b'*').count();
        Self { needs: Letters::of(&plain), least, written, bytes, fold }
    }
}

impl From<Glob> for String {
    fn from(glob: Glob) -> Self {
        glob.written
    }
}

impl Glob {
    /// The pattern `text`.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self::from(text.into())
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether the pattern covers all of `word`.
    #[must_use]
    pub fn matches(&self, word: &[u8]) -> bool {
        if word.len() < self.least {
            return false;
        }
        // Most words differ in their first byte or their last, and a text can hold a word for every second byte.
        let (pattern, fold) = (self.bytes.as_slice(), self.fold);
        let begins = match (pattern.first(), word.first()) {
            (Some(first), _) if matches!(*first, b'*' | b'?' | STAR | MARK) => true,
            (Some(want), Some(have)) => want.eq_ignore_ascii_case(have),
            (want, have) => want.is_none() && have.is_none(),
        };
        let ends = match (pattern.last(), word.last()) {
            (Some(last), _) if matches!(*last, b'*' | b'?' | STAR | MARK) => true,
            (Some(want), Some(have)) => want.eq_ignore_ascii_case(have),
            _ => true,
        };
        if !begins || !ends {
            return false;
        }
        let Some(first_star) = memchr::memchr(b'*', pattern) else { return same(pattern, word, fold) };
        let (head, tail) = pattern.split_at(first_star);
        if head.len() > word.len() || !word.get(..head.len()).is_some_and(|begin| same(head, begin, fold)) {
            return false;
        }
        let mut rest = word.get(head.len()..).unwrap_or_default();
        let last_star = memchr::memrchr(b'*', tail).unwrap_or(0);
        let last = tail.get(last_star + 1..).unwrap_or_default();
        let between = tail.get(..last_star).unwrap_or_default();
        for part in between.split(|byte| *byte == b'*').filter(|part| !part.is_empty()) {
            let Some(at) = find(part, rest, fold) else { return false };
            rest = rest.get(at + part.len()..).unwrap_or_default();
        }
        rest.len() >= last.len() && rest.get(rest.len() - last.len()..).is_some_and(|end| same(last, end, fold))
    }

    /// Whether it is a path that a pattern may be filled in as that needs these bytes.
    pub(super) fn may_fill(&self, needs: Letters) -> bool {
        self.needs.contains(needs) && self.is_literal()
    }

    /// Whether it may cover a word of these bytes, or a part of one.
    pub(super) fn may(&self, holds: Letters) -> bool {
        holds.contains(self.needs)
    }

    /// Whether what `pattern` stands for may be this, taken as a name.
    pub(super) fn is_meant_by(&self, pattern: ShellPattern<'_>) -> bool {
        pattern.fills(self.written.as_bytes(), self.needs)
    }

    /// Whether what it covers has a sign before its last byte.
    fn is_signed(&self) -> bool {
        let sign =
            |byte: &u8| matches!(*byte, STAR | MARK) || !byte.is_ascii_alphanumeric() && !matches!(*byte, b'*' | b'?');
        let first = self.bytes.iter().position(sign);
        first.is_some_and(|at| self.bytes.iter().skip(at + 1).any(|byte| *byte != b'*'))
    }

    /// Whether the pattern has neither `*` nor `?`.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.bytes.iter().any(|byte| matches!(byte, b'*' | b'?'))
    }
}

/// Patterns of which one must match, and what they may begin with: most words begin with nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Glob>", into = "Vec<Glob>")]
pub struct Globs {
    globs: Vec<Glob>,
    /// One bit for each byte, in both cases.
    firsts: [u64; 4],
    /// Whether some pattern begins with a wildcard, or matches nothing but the empty word.
    open: bool,
    /// Whether words without signs are covered by none.
    signed: bool,
    /// Shorter words are covered by none.
    least: usize,
}

impl From<Vec<Glob>> for Globs {
    fn from(globs: Vec<Glob>) -> Self {
        let (mut firsts, mut open) = ([0; 4], false);
        for glob in &globs {
            match glob.bytes.first() {
                None | Some(b'*' | b'?' | &STAR | &MARK) => open = true,
                Some(byte) => {
                    for byte in [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()] {
                        if let Some(word) = firsts.get_mut(usize::from(byte >> 6)) {
                            *word |= 1 << (byte & 63);
                        }
                    }
                }
            }
        }
        let signed = !globs.is_empty() && globs.iter().all(Glob::is_signed);
        let least = globs.iter().map(|glob| glob.least).min().unwrap_or_default();
        Self { globs, firsts, open, signed, least }
    }
}

impl From<Globs> for Vec<Glob> {
    fn from(globs: Globs) -> Self {
        globs.globs
    }
}

impl std::ops::Deref for Globs {
    type Target = [Glob];

    fn deref(&self) -> &[Glob] {
        &self.globs
    }
}

impl Globs {
    /// Whether every pattern wants a sign before the last byte of a word.
    pub(super) const fn are_signed(&self) -> bool {
        self.signed
    }

    /// The length of the shortest word that one of them may cover.
    pub(super) const fn least(&self) -> usize {
        self.least
    }

    /// Whether a pattern may match `word`, by its first byte.
    pub(super) fn may(&self, word: &[u8]) -> bool {
        let begins =
            |byte: &u8| self.firsts.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 != 0);
        self.open || word.first().is_some_and(begins)
    }
}

fn same(pattern: &[u8], text: &[u8], fold: bool) -> bool {
    pattern.len() == text.len() && pattern.iter().zip(text).all(|(want, have)| one(*want, *have, fold))
}

const fn one(want: u8, have: u8, fold: bool) -> bool {
    match want {
        b'?' => true,
        STAR => have == b'*',
        MARK => have == b'?',
        _ => want == have || fold && want == have.to_ascii_lowercase(),
    }
}

/// The leftmost place of `part` in `text`. `part` comes from a rule, so its length is a constant.
fn find(part: &[u8], text: &[u8], fold: bool) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?;
    (0..=last).find(|at| text.get(*at..at + part.len()).is_some_and(|window| same(part, window, fold)))
}

/// No name or path is compared with a pattern longer than this.
const LONGEST: usize = 256;

/// A pattern as a shell reads it: `*`, `?` and `[…]`, none of which stands for `/`. It is the text's, and held against whole tables.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShellPattern<'p> {
    pattern: &'p [u8],
    /// What a path needs.
    needs: Letters,
}

impl<'p> ShellPattern<'p> {
    pub(super) fn new(pattern: &'p [u8]) -> Self {
        // Behind a bracket there may be any of what stands in it.
        let plain = pattern.split(|byte| *byte == b'[').next().unwrap_or_default();
        let plain = plain.split(|byte| matches!(*byte, b'*' | b'?'));
        Self { pattern, needs: plain.fold(Letters::default(), |set, part| set.with(Letters::of(part))) }
    }

    /// A program's name as a pattern.
    pub(super) fn of_name(name: &'p [u8]) -> Option<Self> {
        (name.len() <= LONGEST).then(|| Self::new(name))
    }

    /// A word as a pattern for paths, if it is one that says anything.
    pub(super) fn of_word(text: &'p [u8]) -> Option<Self> {
        let says = text.len() <= LONGEST && text.iter().filter(|byte| byte.is_ascii_alphanumeric()).count() >= 2;
        says.then(|| Self::new(text))
    }

    /// What a path needs.
    pub(super) const fn needs(self) -> Letters {
        self.needs
    }

    /// Whether it may be filled in as `path`, which has the bytes `holds`.
    pub(super) fn fills(&self, path: &[u8], holds: Letters) -> bool {
        holds.contains(self.needs) && shell_glob(self.pattern, path)
    }
}

/// Whether the shell pattern `pattern` may be filled in as `path`, which comes from a table or a rule. The time is bounded by the
/// product of both lengths.
pub(in crate::analyzers) fn shell_glob(pattern: &[u8], path: &[u8]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(at) {
            None if place == path.len() => return true,
            None => None,
            Some(b'*') => {
                retry = Some((at, place));
                at += 1;
                continue;
            }
            Some(want) => match path.get(place) {
                None => None,
                Some(have) => match want {
                    b'?' => (*have != b'/').then_some(1),
                    b'[' => bracket(pattern.get(at..).unwrap_or_default(), *have),
                    b'\\' => None,
                    want => want.eq_ignore_ascii_case(have).then_some(1),
                },
            },
        };
        match (step, retry) {
            (Some(len), _) => {
                at += len;
                place += 1;
            }
            (None, Some((star, from))) if path.get(from).is_some_and(|byte| *byte != b'/') => {
                retry = Some((star, from + 1));
                at = star + 1;
                place = from + 1;
            }
            _ => return false,
        }
    }
}

/// Whether `[…]` at the start of `pattern` stands for `byte`, and how long it is.
fn bracket(pattern: &[u8], byte: u8) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some(b'!' | b'^'));
    let start = 1 + usize::from(negated);
    let close = start + 1 + pattern.get(start + 1..)?.iter().position(|one| *one == b']')?;
    let set = pattern.get(start..close)?;
    let mut found = false;
    let mut at = 0;
    while let Some(first) = set.get(at).copied() {
        match (set.get(at + 1), set.get(at + 2)) {
            (Some(b'-'), Some(last)) => {
                found |= (first..=*last).contains(&byte);
                at += 3;
            }
            _ => {
                found |= first == byte;
                at += 1;
            }
        }
    }
    (found != negated && byte != b'/').then_some(close + 1)
}

#[cfg(test)]
mod tests {
    use super::{Glob, shell_glob};

    #[test]
    fn patterns_cover_whole_words() {
        for (pattern, word, hit) in [
            ("*/.ssh/*", "/root/.ssh/id_rsa", true),
            ("*/.ssh/*", "/root/.ssh", false),
            ("/etc/passwd", "/etc/passwd", true),
            ("/etc/passwd", "/etc/passwd2", false),
            ("/dev/sd?", "/dev/sda", true),
            ("/dev/sd?*", "/dev/sda1", true),
            ("*", "", true),
            ("**a", "ba", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("*aa", "a", false),
            ("of=/dev/*", "of=/dev/sda", true),
            ("ld_preload", "LD_PRELOAD", true),
            ("LD_PRELOAD", "ld_preload", false),
            ("", "", true),
            ("", "a", false),
            ("/[*]", "/*", true),
            ("/[*]", "/etc", false),
            ("[*]", "*", true),
            ("[*]*", "*.txt", true),
            ("~/[*]", "~/*", true),
            ("a[?]*", "a?b", true),
            ("a[?]*", "acb", false),
            ("[", "[", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(word.as_bytes()), hit, "{pattern} {word}");
        }
    }

    #[test]
    fn shell_patterns_do_not_cross_a_slash() {
        for (pattern, path, hit) in [
            ("/???/c?t", "/bin/cat", true),
            ("/*/*sh", "/bin/bash", true),
            ("/etc/pas[s]wd", "/etc/passwd", true),
            ("/etc/pas[!s]wd", "/etc/passwd", false),
            ("/etc/p[a-c]ss*", "/etc/passwd", true),
            ("*", "/etc/passwd", false),
            ("c?t", "cat", true),
            ("c*t", "concat", true),
            ("c[", "c[", false),
        ] {
            assert_eq!(shell_glob(pattern.as_bytes(), path.as_bytes()), hit, "{pattern} {path}");
        }
    }
}
