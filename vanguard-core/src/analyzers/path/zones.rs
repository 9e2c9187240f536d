//! Safe zones: folders that paths must stay in. By the text alone; links and mounts are the kernel's to judge.

use crate::normalize::path::{self, PathFacts, PathNote, PathReading, PathRoot, PathScratch};
use serde::{Deserialize, Serialize};

/// What is done with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Looked at.
    Read,
    /// Changed.
    Write,
}

/// The folders that may be read and written. Without any there is no jail. Where one is named, reading is allowed in all of
/// them and writing only in the writable ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zones {
    read: Vec<Zone>,
    write: Vec<Zone>,
    home: Option<Zone>,
    /// Whether there is a jail though no folder was named: nothing may be touched then.
    closed: bool,
}

/// One folder with all that lies below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    form: Vec<u8>,
    /// Drives and servers ignore case.
    folded: bool,
}

/// Why a text can't be a zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// Depends on a current folder.
    #[error("the zone `{0}` must be an absolute path, or start with `~`")]
    Relative(String),
    /// Readers see different folders in it, or it names none.
    #[error("the zone `{0}` must name one folder plainly, without NUL, streams, device prefixes or trailing dots")]
    Unclear(String),
}

impl Zone {
    /// Reads a folder's path.
    ///
    /// # Errors
    /// If the path is relative, climbs, or can be read in several ways.
    pub fn new(text: &str) -> Result<Self, ZoneError> {
        let mut scratch = PathScratch::default();
        path::parse(text.as_bytes(), &mut scratch);
        let facts = scratch.path();
        if !facts.absolute() || facts.climbs() > 0 || facts.notes().has(PathNote::Variable) {
            return Err(ZoneError::Relative(text.into()));
        }
        let unclear = [
            PathNote::Nul,
            PathNote::Ads,
            PathNote::Device,
            PathNote::Trailing,
            PathNote::ProcRoot,
            PathNote::ProcFd,
            PathNote::WebUrl,
            PathNote::Uri,
            PathNote::HexSpelling,
            PathNote::DotRun,
        ];
        if unclear.iter().any(|note| facts.notes().has(*note)) {
            return Err(ZoneError::Unclear(text.into()));
        }
        let folded = matches!(facts.root(), PathRoot::Drive | PathRoot::Unc);
        Ok(Self { form: if folded { facts.folded() } else { facts.canonical() }.to_vec(), folded })
    }

    /// The folder's canonical path.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.form
    }

    fn contains(&self, reading: PathReading<'_>) -> bool {
        below(if self.folded { reading.folded() } else { reading.canonical() }, &self.form).is_some()
    }
}

/// What of `path` lies below `folder`, by whole names.
fn below<'p>(path: &'p [u8], folder: &[u8]) -> Option<&'p [u8]> {
    let rest = path.strip_prefix(folder)?;
    match rest {
        [] => Some(rest),
        [b'/', rest @ ..] => Some(rest),
        _ if folder.ends_with(b"/") => Some(rest),
        _ => None,
    }
}

impl Zones {
    /// No zone: no jail.
    #[must_use]
    pub const fn none() -> Self {
        Self { read: Vec::new(), write: Vec::new(), home: None, closed: false }
    }

    /// A jail without a folder: nothing may be touched until one is named.
    #[must_use]
    pub fn closed() -> Self {
        Self { closed: true, ..Self::default() }
    }

    /// Allows reading below `zone`.
    #[must_use]
    pub fn read(mut self, zone: Zone) -> Self {
        self.read.push(zone);
        self
    }

    /// Allows reading and writing below `zone`.
    #[must_use]
    pub fn write(mut self, zone: Zone) -> Self {
        self.write.push(zone);
        self
    }

    /// Says what `~` stands for in the server that is guarded. Unless it is said, only zones that start with `~` hold `~/x`.
    #[must_use]
    pub fn home(mut self, home: Zone) -> Self {
        self.home = Some(home);
        self
    }

    /// Whether there is no jail.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.closed && self.read.is_empty() && self.write.is_empty()
    }

    /// The folders that this is allowed in.
    pub fn folders(&self, access: Access) -> impl Iterator<Item = &[u8]> {
        self.allowed(access).map(Zone::as_bytes)
    }

    fn allowed(&self, access: Access) -> impl Iterator<Item = &Zone> {
        let read: &[Zone] = match access {
            Access::Read => &self.read,
            Access::Write => &[],
        };
        read.iter().chain(&self.write)
    }

    /// Whether the path stays inside in every reading. Relative paths do unless they climb: the carrier starts servers
    /// inside a zone. Paths whose target the text doesn't tell (other processes' folders, open files, NUL, unknown
    /// variables) are outside.
    #[must_use]
    pub fn contains(&self, facts: &PathFacts<'_>, access: Access) -> bool {
        if self.is_empty() {
            return true;
        }
        let notes = facts.notes();
        let hidden = [PathNote::Nul, PathNote::ProcRoot, PathNote::ProcFd, PathNote::Variable];
        !hidden.iter().any(|note| notes.has(*note))
            && facts.readings().all(|reading| reading.is_cut() || self.holds(reading, access))
    }

    fn holds(&self, reading: PathReading<'_>, access: Access) -> bool {
        if reading.root() == PathRoot::Relative && reading.climbs() == 0 {
            return match access {
                Access::Read => !self.read.is_empty() || !self.write.is_empty(),
                Access::Write => !self.write.is_empty(),
            };
        }
        self.allowed(access).any(|zone| zone.contains(reading) || self.holds_home(zone, reading))
    }

    /// `~/x` where the home folder is known: the home lies in the zone, or the zone in the home and `x` in it.
    fn holds_home(&self, zone: &Zone, reading: PathReading<'_>) -> bool {
        let Some(home) = self.home.as_ref().filter(|_| reading.root() == PathRoot::Home && reading.climbs() == 0)
        else {
            return false;
        };
        let Some(tail) = below(reading.canonical(), b"~") else { return false };
        below(&home.form, &zone.form).is_some()
            || below(&zone.form, &home.form).is_some_and(|inner| below(tail, inner).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(zones: &Zones, text: &[u8], access: Access) -> bool {
        let mut scratch = PathScratch::default();
        path::parse(text, &mut scratch);
        zones.contains(&scratch.path(), access)
    }

    fn zone(text: &str) -> Zone {
        Zone::new(text).unwrap()
    }

    #[test]
    fn whole_names_in_every_reading() {
        let zones = Zones::none().write(zone("/srv/project/"));
        for text in [
            "/srv/project",
            "/srv/project/",
            "/srv/project/a/b.txt",
            "/srv/x/../project/a",
            "a/b",
            ".",
            "a/../b/c.txt",
            "file:///srv/project/x",
            "//srv/project/x",
            r"src\main.rs",
            "/srv/project/v1..v2",
            "/srv/project/aux.c",
            "/srv/project/c#/x.cs",
            "/srv/project/what?.md",
        ] {
            assert!(inside(&zones, text.as_bytes(), Access::Write), "{text}");
        }
        for text in [
            "/srv/project2",
            "/srv/projec",
            "/srv",
            "/",
            "/srv/project/../x",
            "../x",
            "a/../../x",
            "/SRV/project/x",
            "~/x",
            "$OLDPWD/x",
            "/proc/self/root/srv/project/x",
            "/proc/self/fd/3",
            "/srv/project/a\0/x",
            r"/srv/project\..\..\etc",
            "/srv/project./x",
            "c:/srv/project/x",
            "c:x",
            "file://host/srv/project/x",
            r"\\host\srv\project",
            r"/srv/project/a\b/../../x",
            "/srv/project/....//....//x",
        ] {
            assert!(!inside(&zones, text.as_bytes(), Access::Write), "{text}");
        }
    }

    #[test]
    fn a_folder_may_have_a_mark_in_its_name() {
        let zones = Zones::none().write(zone("/srv/c#"));
        assert!(inside(&zones, b"/srv/c#/x.cs", Access::Write) && !inside(&zones, b"/srv/c/x.cs", Access::Write));
    }

    #[test]
    fn reading_and_writing() {
        let zones = Zones::none().read(zone("/data")).write(zone("/work"));
        assert!(inside(&zones, b"/data/x", Access::Read) && !inside(&zones, b"/data/x", Access::Write));
        assert!(inside(&zones, b"/work/x", Access::Read) && inside(&zones, b"/work/x", Access::Write));
        assert!(inside(&Zones::none(), b"/etc/shadow", Access::Write));
        assert!(!inside(&Zones::closed(), b"x", Access::Read) && !Zones::closed().is_empty());
        assert!(inside(&Zones::closed().read(zone("/data")), b"/data/x", Access::Read));
        assert!(inside(&Zones::none().read(zone("/")), b"/etc/shadow", Access::Read));
    }

    #[test]
    fn windows_zones_ignore_case() {
        let zones = Zones::none().write(zone(r"C:\Work"));
        assert!(inside(&zones, br"c:\WORK\x", Access::Write) && inside(&zones, br"\\?\C:\Work\x", Access::Write));
        assert!(
            !inside(&zones, br"C:\Work2", Access::Write)
                && !inside(&zones, br"C:\Work\..\x", Access::Write)
                && !inside(&zones, br"D:\Work", Access::Write)
        );
    }

    #[test]
    fn home_is_known_only_if_said() {
        let unsaid = Zones::none().write(zone("/home/u/project"));
        assert!(!inside(&unsaid, b"~/project/x", Access::Write));
        let said = unsaid.home(zone("/home/u"));
        assert!(inside(&said, b"~/project/x", Access::Write) && inside(&said, b"$HOME/project", Access::Write));
        assert!(
            !inside(&said, b"~/project2/x", Access::Write)
                && !inside(&said, b"~/project/../x", Access::Write)
                && !inside(&said, b"~bob/project/x", Access::Write)
        );
        assert!(inside(&Zones::none().write(zone("~/project")), b"~/project/x", Access::Write));
        assert!(inside(&Zones::none().write(zone("/home")).home(zone("/home/u")), b"~/x", Access::Write));
    }

    #[test]
    fn a_zone_must_be_plain() {
        assert!(matches!(Zone::new("project"), Err(ZoneError::Relative(_))));
        assert!(matches!(Zone::new("../x"), Err(ZoneError::Relative(_))));
        assert!(matches!(Zone::new("/srv/x."), Err(ZoneError::Unclear(_))));
        assert!(matches!(Zone::new("/proc/self/root/x"), Err(ZoneError::Unclear(_))));
    }
}
