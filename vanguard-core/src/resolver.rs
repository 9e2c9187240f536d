//! What a file system says about a path whose text stays in the safe zones. The core does no I/O: a host that shares a file
//! system with its server gives a [`PathResolver`].

use std::cell::Cell;
use std::fmt;

use crate::analyzers::path::{Access, Zones};
use crate::destination::Forbidden;
use crate::message::Field;
use crate::normalize::path::{PathFacts, PathNote, spelled};

/// Answers where a path leads once links and mounts are followed. [`Inspector`](crate::Inspector) asks it about each path that
/// a request to a server names and that lies in a safe zone by its text, and waits for the answer: it should take
/// microseconds. `vanguard-adapters` has one that asks the Linux kernel.
///
/// It judges what is there now. Whoever can change links between this answer and the server's own look is stopped by
/// confining the server (`vanguard start --sandbox`) and by nothing else.
pub trait PathResolver: fmt::Debug + Send + Sync {
    /// Where `path` leads, and whether that is in one of `zones`; there is at least one.
    ///
    /// `path` is what the server is given: absolute, relative, or starting with `~`; it may hold `..` after a link, which the
    /// text alone can't follow. It need not exist: then it counts where it would be made.
    fn resolve(&self, path: &[u8], zones: &[&[u8]]) -> Resolved;
}

/// What a [`PathResolver`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolved {
    /// It lies in a zone.
    Inside,
    /// It lies in a zone, but belongs to others too.
    Shared(Sharing),
    /// It lies in none of the zones.
    Outside {
        /// The path that it really is, as far as that can be said.
        to: Vec<u8>,
        /// What led there.
        by: Crossing,
    },
    /// That can't be said, for this reason. Policy blocks (in `monitor` it warns).
    Unknown(String),
}

/// How something in a zone belongs to others too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sharing {
    /// A file with this many names; the others may lie anywhere on its file system. Package stores make many of them.
    HardLink {
        /// Its names together, at least two.
        names: u64,
    },
    /// It lies on another mount than the zone's folder.
    Mount,
}

/// What leads out of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Crossing {
    /// A symbolic link, or a `..` behind one.
    Link,
    /// A link that only the kernel can follow, as below `/proc/self/fd`.
    MagicLink,
    /// The folder that relative paths start in.
    CurrentFolder,
}

/// How many paths of one message a resolver is asked about. A call that names more files than this is not honest work, and
/// each costs system calls.
const MOST_ASKED: u32 = 2048;

/// Which zones hold which field of a message.
pub(crate) trait FieldZones {
    /// The zones that hold a field, and what is done with it.
    fn of(&self, field: &Field) -> (&Zones, Access);
}

/// The zones that a message's paths are held to.
pub(crate) struct Jail<'a> {
    /// The zones that hold a field and what is done with it; `None` where no zone holds any.
    zones: Option<&'a dyn FieldZones>,
    resolver: Option<&'a dyn PathResolver>,
    asked: Cell<u32>,
}

/// The zones that hold one field.
#[derive(Clone, Copy)]
pub(crate) struct Hold<'a> {
    pub(crate) zones: &'a Zones,
    access: Option<Access>,
}

impl Hold<'_> {
    /// Whether paths are held to anything.
    pub(crate) fn holds(&self) -> bool {
        self.access.is_some()
    }
}

/// No zones.
static FREE: Zones = Zones::none();

/// What is wrong with a path in a jail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stray {
    /// Its text leads out.
    Text,
    /// It is a host that may not be reached.
    Destination(Forbidden),
    /// The resolver found it.
    Resolved(Resolved),
}

impl<'a> Jail<'a> {
    pub(crate) fn new(zones: Option<&'a dyn FieldZones>, resolver: Option<&'a dyn PathResolver>) -> Self {
        Self { zones, resolver, asked: Cell::new(0) }
    }

    /// Whether paths are held to anything.
    pub(crate) fn holds(&self) -> bool {
        self.zones.is_some()
    }

    /// What holds a field.
    pub(crate) fn of(&self, field: &Field) -> Hold<'a> {
        match self.zones {
            Some(zones) => {
                let (zones, access) = zones.of(field);
                Hold { zones, access: Some(access).filter(|_| !zones.is_empty()) }
            }
            None => Hold { zones: &FREE, access: None },
        }
    }

    /// What is wrong with a path that `hold` holds: `text`, as read into `facts`.
    pub(crate) fn stray(&self, hold: Hold<'_>, text: &[u8], facts: &PathFacts<'_>) -> Option<Stray> {
        let access = hold.access?;
        if !hold.zones.contains(facts, access) {
            return Some(Stray::Text);
        }
        let resolver = self.resolver?;
        let zones: Vec<&[u8]> = hold.zones.folders(access).collect();
        // Without `..` the canonical form leads where the text does; with one, it is what a server opens that resolves `..`
        // by the text, and the text is what one opens that does not.
        let written = Some(spelled(text)).filter(|_| facts.notes().has(PathNote::DotDot));
        // Some servers take `\` for `/` before they open.
        let turned = written
            .filter(|text| text.contains(&b'\\'))
            .map(|text| text.iter().map(|byte| if *byte == b'\\' { b'/' } else { *byte }).collect::<Vec<_>>());
        let canonical = facts.readings().filter(|reading| !reading.is_cut()).map(|reading| reading.canonical());
        let mut strongest = Resolved::Inside;
        for path in canonical.chain(written).chain(turned.as_deref()) {
            if self.asked.replace(self.asked.get().saturating_add(1)) >= MOST_ASKED {
                let many = format!("the message names more than {MOST_ASKED} paths");
                return Some(Stray::Resolved(Resolved::Unknown(many)));
            }
            strongest = strongest.or_worse(resolver.resolve(path, &zones));
        }
        (strongest != Resolved::Inside).then_some(Stray::Resolved(strongest))
    }
}

impl Resolved {
    /// Of two ways to take one path, what is worse.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    /// What is certain weighs more than what nobody can say.
    fn rank(&self) -> u8 {
        match self {
            Self::Inside => 0,
            Self::Shared(_) => 1,
            Self::Unknown(_) => 2,
            Self::Outside { .. } => 3,
        }
    }
}
