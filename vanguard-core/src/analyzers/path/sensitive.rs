//! Which classes of sensitive places a path lies in: one hash per name, then only the patterns that have that name.

use std::sync::LazyLock;

use super::place::{Place, Places};
use super::stands::Stands;
use super::table::PLACES;
use super::wildcard;
use crate::normalize::path::{PathNote, PathNotes, PathReading, PathRoot};

/// The classes that one reading of a path lies in, which stands so. `notes` are the whole path's.
pub(super) fn places(reading: PathReading<'_>, notes: PathNotes, stands: Stands) -> Places {
    let index = &*INDEX;
    let mut found = Found { inside: Places::none(), outside: Places::none(), stands };
    if reading.root() == PathRoot::Device {
        found.inside.insert(Place::Devices);
    }
    if notes.has(PathNote::WebUrl) && reading.climbs() == 0 {
        return Places::none();
    }
    let aliases = notes.has(PathNote::EightDotThree);
    let names = reading.folded_segments();
    let count = names.len();
    for (at, name) in names.enumerate() {
        if index.may_know(name) {
            index.look_up(Key::Name, name, reading, at, &mut found);
        }
        if aliases && let Some(tilde) = alias_tilde(name) {
            index.look_up(Key::Alias, name.get(..tilde).unwrap_or(name), reading, at, &mut found);
        }
        if at + 1 == count {
            let ending = memchr::memrchr(b'.', name).and_then(|dot| name.get(dot..));
            if let Some(ending) = ending.filter(|ending| index.endings & length_bit(ending) != 0) {
                index.look_up(Key::Ending, ending, reading, at, &mut found);
            }
            if let Some(head) = head(name).filter(|head| index.heads & length_bit(head) != 0) {
                index.look_up(Key::Head, head, reading, at, &mut found);
            }
        }
    }
    let inside: Places = found.inside.iter().filter(|place| !found.outside.has(*place)).collect();
    inside.union(wildcard::places(reading.folded()))
}

struct Found {
    inside: Places,
    outside: Places,
    stands: Stands,
}

/// Built from the table at first use; never changed.
static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(PLACES));

/// By which part of a name a pattern is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// The whole name.
    Name,
    /// The 8.3 alias of the name, up to its `~`.
    Alias,
    /// The last name's ending, with its dot: `.pem`.
    Ending,
    /// The last name up to its first dot after the first character, with it: `.env.`.
    Head,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Anchor {
    Root,
    Drive,
    Home,
    Anywhere,
}

#[derive(Debug)]
struct Pattern {
    place: Place,
    anchor: Anchor,
    /// Takes its matches out of the class.
    negative: bool,
    names: Vec<&'static [u8]>,
    /// Whether it takes in what lies below.
    below: bool,
}

#[derive(Debug)]
struct Entry {
    hash: u32,
    pattern: usize,
    /// Which of the pattern's names the key is of.
    name: usize,
}

#[derive(Debug)]
struct Index {
    patterns: Vec<Pattern>,
    /// Sorted by hash.
    entries: Vec<Entry>,
    /// A bit for each hash's low bits: most names end here.
    filter: [u64; WORDS],
    /// For each first byte, the lengths of the names that are keys, as bits: most names end here without a hash.
    lengths: [u32; 256],
    /// The lengths of the endings and heads that are keys.
    endings: u32,
    heads: u32,
}

const WORDS: usize = 512;

fn length_bit(name: &[u8]) -> u32 {
    1 << name.len().min(31)
}

fn word(hash: u32) -> usize {
    (hash >> 6) as usize % WORDS
}

impl Index {
    fn new(table: &[(Place, &[&'static str])]) -> Self {
        let mut index = Self {
            patterns: Vec::new(),
            entries: Vec::new(),
            filter: [0; WORDS],
            lengths: [0; 256],
            endings: 0,
            heads: 0,
        };
        for (place, patterns) in table {
            for text in *patterns {
                index.add(read(*place, text));
            }
        }
        index.entries.sort_by_key(|entry| entry.hash);
        index
    }

    fn add(&mut self, pattern: Pattern) {
        let last = pattern.names.len().saturating_sub(1);
        let literal = pattern
            .names
            .iter()
            .enumerate()
            .filter(|(_, name)| !name.contains(&b'*'))
            .max_by_key(|(_, name)| name.len());
        if let Some((at, name)) = literal {
            if let Some(lengths) = name.first().and_then(|first| self.lengths.get_mut(usize::from(*first))) {
                *lengths |= length_bit(name);
            }
            self.key(hash(Key::Name, name), at);
            let mut alias = [0; 6];
            self.key(hash(Key::Alias, short_alias(name, &mut alias)), at);
        } else if let Some(name) = pattern.names.get(last) {
            if let Some(dot) =
                memchr::memrchr(b'.', name).filter(|dot| !name.get(*dot..).unwrap_or_default().contains(&b'*'))
            {
                let ending = name.get(dot..).unwrap_or_default();
                self.endings |= length_bit(ending);
                self.key(hash(Key::Ending, ending), last);
            } else if let Some(head) = head(name).filter(|head| !head.contains(&b'*')) {
                self.heads |= length_bit(head);
                self.key(hash(Key::Head, head), last);
            }
        }
        self.patterns.push(pattern);
    }

    fn key(&mut self, hash: u32, name: usize) {
        if let Some(word) = self.filter.get_mut(word(hash)) {
            *word |= 1 << (hash & 63);
        }
        self.entries.push(Entry { hash, pattern: self.patterns.len(), name });
    }

    fn may_know(&self, name: &[u8]) -> bool {
        let lengths = name.first().and_then(|first| self.lengths.get(usize::from(*first)));
        lengths.is_some_and(|lengths| lengths & length_bit(name) != 0)
    }

    fn look_up(&self, key: Key, text: &[u8], reading: PathReading<'_>, at: usize, found: &mut Found) {
        let hash = hash(key, text);
        let bits = self.filter.get(word(hash)).copied().unwrap_or_default();
        if bits & (1 << (hash & 63)) == 0 {
            return;
        }
        let first = self.entries.partition_point(|entry| entry.hash < hash);
        for entry in self.entries.iter().skip(first).take_while(|entry| entry.hash == hash) {
            let Some(pattern) = self.patterns.get(entry.pattern) else { continue };
            let known = if pattern.negative { found.outside } else { found.inside };
            let is_meant = !known.has(pattern.place)
                && pattern.is_anchored(at.saturating_sub(entry.name), found.stands)
                && pattern.matches(reading, at, entry.name);
            if is_meant {
                let set = if pattern.negative { &mut found.outside } else { &mut found.inside };
                set.insert(pattern.place);
            }
        }
    }
}

impl Pattern {
    /// Whether its names are the reading's when its `key`th is the reading's `at`th. Looks at no more names than it has.
    fn matches(&self, reading: PathReading<'_>, at: usize, key: usize) -> bool {
        let Some(start) = at.checked_sub(key) else { return false };
        let (end, count) = (start + self.names.len(), reading.folded_segments().len());
        (if self.below { count >= end } else { count == end })
            && self.names.iter().enumerate().all(|(index, wanted)| {
                reading.folded_segment(start + index).is_some_and(|name| name_matches(wanted, name))
            })
    }

    /// Whether what it is anchored to begins at the `start`th name.
    fn is_anchored(&self, start: usize, stands: Stands) -> bool {
        let starts = match self.anchor {
            Anchor::Root => stands.root,
            Anchor::Drive => stands.drive,
            Anchor::Home => stands.home,
            Anchor::Anywhere => return true,
        };
        start < 16 && starts & (1 << start) != 0
    }
}

fn read(place: Place, text: &'static str) -> Pattern {
    let (negative, text) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
    let (anchor, text) = if let Some(rest) = text.strip_prefix("**/") {
        (Anchor::Anywhere, rest)
    } else if let Some(rest) = text.strip_prefix("~/") {
        (Anchor::Home, rest)
    } else if let Some(rest) = text.strip_prefix("c:/") {
        (Anchor::Drive, rest)
    } else {
        (Anchor::Root, text.strip_prefix('/').unwrap_or(text))
    };
    let (text, below) = text.strip_suffix("/**").map_or((text, false), |rest| (rest, true));
    Pattern { place, anchor, negative, names: text.split('/').map(str::as_bytes).collect(), below }
}

/// A pattern's name: a literal, or one `*` between a beginning and an end. An 8.3 alias of a literal is the literal.
fn name_matches(wanted: &[u8], name: &[u8]) -> bool {
    match memchr::memchr(b'*', wanted) {
        Some(star) => {
            let (start, end) = (wanted.get(..star).unwrap_or_default(), wanted.get(star + 1..).unwrap_or_default());
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => wanted == name || is_alias_of(name, wanted),
    }
}

fn is_alias_of(alias: &[u8], name: &[u8]) -> bool {
    let mut buffer = [0; 6];
    alias_tilde(alias).is_some_and(|tilde| alias.get(..tilde) == Some(short_alias(name, &mut buffer)))
}

/// Where the `~` is in a name shaped like an 8.3 alias.
fn alias_tilde(name: &[u8]) -> Option<usize> {
    let tilde = memchr::memchr(b'~', name.get(..name.len().min(7)).unwrap_or(name)).filter(|at| *at > 0)?;
    name.get(tilde + 1).is_some_and(u8::is_ascii_digit).then_some(tilde)
}

/// What stands before the `~` in the alias that Windows gives to `name`: up to six characters without dots and blanks, up to
/// the last dot.
fn short_alias<'b>(name: &[u8], buffer: &'b mut [u8; 6]) -> &'b [u8] {
    let stem = match memchr::memrchr(b'.', name) {
        Some(dot) if dot > 0 => name.get(..dot).unwrap_or(name),
        _ => name,
    };
    let kept = stem.iter().filter(|byte| !matches!(byte, b'.' | b' '));
    let length = buffer.iter_mut().zip(kept).map(|(to, from)| *to = *from).count();
    buffer.get(..length).unwrap_or_default()
}

fn head(name: &[u8]) -> Option<&[u8]> {
    let dot = memchr::memchr(b'.', name.get(1..)?)?;
    name.get(..dot + 2)
}

/// FNV-1a over the text and the kind of key.
fn hash(key: Key, text: &[u8]) -> u32 {
    let seed = 0x811C_9DC5 ^ key as u32;
    text.iter().fold(seed, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_well_formed() {
        let mut seen = HashSet::new();
        for (place, patterns) in PLACES {
            for text in *patterns {
                assert!(seen.insert((place.to_owned() as u32, *text)), "{text} twice");
                let pattern = read(*place, text);
                assert_eq!(text.to_lowercase(), **text, "{text} is not folded");
                assert!(!pattern.names.iter().any(|name| name.is_empty() || *name == b"**"), "{text}");
                assert!(pattern.names.iter().all(|name| name.iter().filter(|b| **b == b'*').count() < 2), "{text}");
                assert!(pattern.anchor == Anchor::Anywhere || !text.contains("**/"), "{text}");
            }
        }
        let index = Index::new(PLACES);
        for (at, pattern) in index.patterns.iter().enumerate() {
            assert!(index.entries.iter().any(|entry| entry.pattern == at), "no key for {pattern:?}");
        }
    }

    #[test]
    fn aliases_are_made_as_windows_makes_them() {
        for (name, alias) in [
            (".ssh", "ssh"),
            ("credentials", "creden"),
            (".env.local", "env"),
            ("login data", "logind"),
            ("a.b.c", "ab"),
        ] {
            assert_eq!(short_alias(name.as_bytes(), &mut [0; 6]), alias.as_bytes(), "{name}");
        }
    }
}
