//! What kinds of programs there are, and which program is of which kind. The knowledge is the table in `program_table`.

use super::glob::Letters;
use super::program_table::PROGRAMS;
use serde::{Deserialize, Serialize};

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// A kind of program. Its word is what rules write in place of a program's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Class { $($(#[$doc])* $name,)* }

        impl Class {
            /// Every class.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word that stands for it in rules.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

classes! {
    /// Shells.
    Shell = "shell",
    /// Whatever runs code it is given: shells, script languages, `eval`, `source`, `iex`.
    Interpreter = "interpreter",
    /// Fetches something by URL.
    Downloader = "downloader",
    /// Encodes, decodes, encrypts, compresses a stream: base64, xxd, openssl, gzip.
    Codec = "codec",
    /// Talks to the network (downloaders included).
    Network = "network",
    /// Asks the DNS.
    Dns = "dns",
    /// Packs and unpacks archives.
    Archiver = "archiver",
    /// Runs things as somebody else, or gives rights.
    Privilege = "privilege",
    /// Removes files.
    Deleter = "deleter",
    /// Writes to disks and file systems as a whole.
    Disk = "disk",
    /// Changes owners, modes and access lists.
    Permission = "permission",
    /// Installs packages.
    Package = "package",
    /// Version control.
    Vcs = "vcs",
    /// Containers and clusters.
    Container = "container",
    /// Command lines of cloud providers.
    Cloud = "cloud",
    /// Editors.
    Editor = "editor",
    /// Shows a file's content.
    Reader = "reader",
    /// Puts content or copies into files.
    Writer = "writer",
    /// Tells about the machine, its users, its network.
    Recon = "recon",
    /// Starts things later or for good: cron, at, systemd, launchd, schtasks.
    Scheduler = "scheduler",
    /// Ends or changes processes, stops the machine.
    Process = "process",
    /// Users, groups, passwords.
    Account = "account",
    /// Database clients.
    Database = "database",
    /// Kernel modules and parameters.
    Kernel = "kernel",
    /// Packet filters and security modules.
    Firewall = "firewall",
    /// Prints its arguments.
    Printer = "printer",
    /// Filters a stream: grep, sort, awk, sed, cut, jq.
    Filter = "filter",
    /// Runs the command it is given.
    Wrapper = "wrapper",
    /// Builds software.
    Build = "build",
    /// Watches processes from inside: debuggers, tracers.
    Debugger = "debugger",
    /// Sends mail or messages.
    Mail = "mailer",
}

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Classes(u32);

impl Classes {
    /// No class.
    pub const NONE: Self = Self(0);

    /// The set of the given classes.
    #[must_use]
    pub const fn of(classes: &[Class]) -> Self {
        let (mut set, mut rest) = (0, classes);
        while let [first, tail @ ..] = rest {
            set |= 1 << *first as u32;
            rest = tail;
        }
        Self(set)
    }

    /// Whether `class` is in the set.
    #[must_use]
    pub const fn has(self, class: Class) -> bool {
        self.0 & (1 << class as u32) != 0
    }

    /// Whether the sets share a class.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds no class.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The classes in the set.
    pub fn iter(self) -> impl Iterator<Item = Class> {
        Class::ALL.iter().copied().filter(move |class| self.has(*class))
    }
}

/// The class that `word` stands for in a rule, if it is one.
#[must_use]
pub fn class_named(word: &str) -> Option<Class> {
    Class::ALL.iter().copied().find(|class| class.as_str() == word)
}

/// The classes of a program by its folded base name (`python3.12` counts as `python`), `None` if nothing is known of it.
#[must_use]
pub fn classes_of(name: &[u8]) -> Option<Classes> {
    entry(name).map(|(_, classes)| classes)
}

/// The name under which the table holds a program: `python3.12` → `python`, `Invoke-WebRequest` stays.
#[must_use]
pub fn known_name(name: &[u8]) -> Option<&'static str> {
    entry(name).map(|(known, _)| known)
}

/// Every program in the table with its classes.
pub fn all() -> impl Iterator<Item = (&'static str, Classes)> {
    PROGRAMS.iter().flat_map(|(classes, names)| names.split_ascii_whitespace().map(|name| (name, Classes::of(classes))))
}

fn entry(name: &[u8]) -> Option<(&'static str, Classes)> {
    lookup(name).map(|known| (known.name, known.classes))
}

/// Everything the tables say of a program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    /// Its bytes.
    pub(super) holds: Letters,
    pub(super) classes: Classes,
    /// Rows of the table of wrappers, [`NO_ROW`] where there is none.
    pub(super) wrappers: [u8; 4],
    /// A row of the table of interpreters, or [`NO_ROW`].
    pub(super) interpreter: u8,
}

/// Stands for the absence of a row.
pub(super) const NO_ROW: u8 = u8::MAX;

/// A program's place in the table: equal places, equal programs.
pub(super) type Place = u16;

/// The place of a program by its folded base name, its version left out.
pub(super) fn place_of(name: &[u8]) -> Option<Place> {
    table::find(name).ok().or_else(|| table::find(unversioned(name)?).ok())
}

/// The place of a program by just this name, or where it would be.
pub(super) fn exact_place_of(name: &[u8]) -> Result<Place, Place> {
    table::find(name)
}

/// What the tables say of each program.
pub(super) fn each_known() -> impl Iterator<Item = &'static Known> {
    table::each()
}

/// What the tables say of the program at a place.
pub(super) fn known_at(place: Place) -> Option<&'static Known> {
    table::at(place)
}

/// What the tables say of a program by its folded base name, its version left out.
pub(super) fn lookup(name: &[u8]) -> Option<&'static Known> {
    place_of(name).and_then(known_at)
}

/// What the commands of a text are, taken together: most questions are about none of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    /// Their classes.
    pub(super) classes: Classes,
    /// A bit for the place of each name, and for the program it is known as.
    names: [u64; table::SLOTS / 64],
    /// Whether some program's name is a pattern, so that it may be any.
    pub(super) globbed: bool,
}

impl Sum {
    pub(super) fn add(&mut self, place: Place) {
        if let Some(word) = self.names.get_mut(usize::from(place / 64)) {
            *word |= 1 << (place % 64);
        }
    }

    /// Calls `f` with each place.
    pub(super) fn each(&self, mut f: impl FnMut(Place)) {
        for (base, word) in (0..).step_by(64).zip(self.names) {
            let mut word = word;
            while word != 0 {
                f(base + word.trailing_zeros() as Place);
                word &= word - 1;
            }
        }
    }

    /// Whether a name of this place may be among them.
    pub(super) fn may_have(&self, place: Place) -> bool {
        self.names.get(usize::from(place / 64)).is_some_and(|word| word >> (place % 64) & 1 != 0)
    }
}

impl Default for Sum {
    fn default() -> Self {
        Self { classes: Classes::NONE, names: [0; table::SLOTS / 64], globbed: false }
    }
}

/// `python3.12`, `gcc-12`, `php8.2`, `clang++-15` without what follows the name.
fn unversioned(name: &[u8]) -> Option<&[u8]> {
    let end = name.iter().rposition(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'_'))?;
    let bare = name.get(..=end)?;
    (bare.len() < name.len() && bare.len() > 1).then_some(bare)
}

/// A hash table of the names, built when the crate is compiled: a lookup is one hash and, nearly always, one comparison.
mod table {
    use super::super::interpreters::INTERPRETERS;
    use super::super::wrappers::WRAPPERS;
    use super::{Classes, Known, Letters, NO_ROW, PROGRAMS, Place};

    pub(super) const SLOTS: usize = 4096;
    /// No program's name is longer; longer ones are not hashed.
    const LONGEST: usize = 40;

    static TABLE: [Known; SLOTS] = build();

    /// The place of a name, or where it would be if it were in the table.
    pub(super) fn find(name: &[u8]) -> Result<Place, Place> {
        let home = if name.len() > LONGEST { 0 } else { hash(name) };
        let mut at = home;
        while let Some(slot) = TABLE.get(usize::from(at)).filter(|slot| !slot.name.is_empty()) {
            if slot.name.as_bytes() == name {
                return Ok(at);
            }
            at = (at + 1) % SLOTS as Place;
        }
        Err(home)
    }

    pub(super) fn each() -> impl Iterator<Item = &'static Known> {
        TABLE.iter().filter(|slot| !slot.name.is_empty())
    }

    pub(super) fn at(place: Place) -> Option<&'static Known> {
        TABLE.get(usize::from(place))
    }

    const fn hash(name: &[u8]) -> Place {
        let (mut hash, mut rest) = (0x811c_9dc5_u32, name);
        while let [first, tail @ ..] = rest {
            hash = (hash ^ *first as u32).wrapping_mul(0x0100_0193);
            rest = tail;
        }
        ((hash ^ (hash >> 15)) % SLOTS as u32) as Place
    }

    /// What a row adds to the programs it names.
    #[derive(Clone, Copy)]
    enum Row {
        Classes(Classes),
        Wrapper(u8),
        Interpreter(u8),
    }

    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, where a fault is a build error")]
    const fn build() -> [Known; SLOTS] {
        let none = Known {
            name: "",
            holds: Letters::of(b""),
            classes: Classes::NONE,
            wrappers: [NO_ROW; 4],
            interpreter: NO_ROW,
        };
        let mut table = [none; SLOTS];
        let mut row = 0;
        while row < PROGRAMS.len() {
            add(&mut table, PROGRAMS[row].1, Row::Classes(Classes::of(PROGRAMS[row].0)));
            row += 1;
        }
        row = 0;
        while row < WRAPPERS.len() {
            add(&mut table, WRAPPERS[row].names, Row::Wrapper(small(row)));
            row += 1;
        }
        row = 0;
        while row < INTERPRETERS.len() {
            add(&mut table, INTERPRETERS[row].names, Row::Interpreter(small(row)));
            row += 1;
        }
        table
    }

    #[expect(clippy::panic, clippy::cast_possible_truncation, reason = "evaluated by the compiler")]
    const fn small(row: usize) -> u8 {
        if row >= NO_ROW as usize {
            panic!("too many rows");
        }
        row as u8
    }

    #[expect(
        clippy::indexing_slicing,
        clippy::panic,
        reason = "evaluated by the compiler, where a fault is a build error"
    )]
    const fn add(table: &mut [Known; SLOTS], names: &'static str, row: Row) {
        let (bytes, mut start) = (names.as_bytes(), 0);
        while start < bytes.len() {
            if bytes[start].is_ascii_whitespace() {
                start += 1;
                continue;
            }
            let mut end = start;
            while end < bytes.len() && !bytes[end].is_ascii_whitespace() {
                end += 1;
            }
            let (_, tail) = names.split_at(start);
            let (name, _) = tail.split_at(end - start);
            if name.len() > LONGEST {
                panic!("a program's name is longer than the longest");
            }
            let (mut at, mut steps) = (hash(name.as_bytes()) as usize, 0);
            while !table[at].name.is_empty() && !same(table[at].name.as_bytes(), name.as_bytes()) {
                at = (at + 1) % SLOTS;
                steps += 1;
                if steps > 64 {
                    panic!("the table of programs wants more slots");
                }
            }
            table[at].name = name;
            table[at].holds = Letters::of(name.as_bytes());
            match row {
                Row::Classes(classes) => table[at].classes = table[at].classes.union(classes),
                Row::Interpreter(row) => table[at].interpreter = row,
                Row::Wrapper(row) => {
                    let mut free = 0;
                    while table[at].wrappers[free] != NO_ROW {
                        free += 1;
                    }
                    table[at].wrappers[free] = row;
                }
            }
            start = end;
        }
    }

    const fn same(one: &[u8], other: &[u8]) -> bool {
        if one.len() != other.len() {
            return false;
        }
        let (mut one, mut other) = (one, other);
        while let ([a, one_tail @ ..], [b, other_tail @ ..]) = (one, other) {
            if *a != *b {
                return false;
            }
            (one, other) = (one_tail, other_tail);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Classes, all, class_named, classes_of, known_name};

    fn has(name: &str, class: Class) -> bool {
        classes_of(name.as_bytes()).is_some_and(|classes| classes.has(class))
    }

    #[test]
    fn names_are_found_with_their_classes() {
        assert!(has("bash", Class::Shell) && has("bash", Class::Interpreter));
        assert!(has("curl", Class::Downloader) && has("curl", Class::Network));
        assert!(has("base64", Class::Codec) && !has("base64", Class::Network));
        assert!(classes_of(b"no-such-program").is_none() && classes_of(b"").is_none());
    }

    #[test]
    fn versions_do_not_hide_a_program() {
        for name in ["python3.12", "python3", "php8.2", "perl5.36.0", "lua5.4", "ruby2.7", "node18"] {
            assert!(has(name, Class::Interpreter), "{name}");
        }
        assert_eq!(known_name(b"python3.12"), Some("python"));
        assert!(classes_of(b"3.12").is_none());
    }

    #[test]
    fn every_row_is_reachable_and_folded() {
        for (name, classes) in all() {
            assert_eq!(name, name.to_ascii_lowercase());
            let found = classes_of(name.as_bytes()).unwrap();
            assert_eq!(found.union(classes), found, "{name}");
        }
        assert!(Class::ALL.len() <= 32);
    }

    #[test]
    fn class_words_are_not_program_names() {
        for class in Class::ALL {
            assert_eq!(class_named(class.as_str()), Some(*class));
            assert!(classes_of(class.as_str().as_bytes()).is_none(), "{}", class.as_str());
        }
        assert_eq!(Classes::of(&[Class::Shell]).iter().collect::<Vec<_>>(), [Class::Shell]);
    }
}
