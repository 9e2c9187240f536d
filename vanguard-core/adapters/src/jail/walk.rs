//! Following a path: by the kernel in one call where it stays in its zone, else name by name.

use std::borrow::Cow;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, PROC_SUPER_MAGIC, ResolveFlags, StatxFlags, fstatfs, openat2, readlinkat,
    statx,
};
use rustix::io::{self, Errno};
use vanguard_core::finding::excerpt;
use vanguard_core::{Crossing, Resolved, Sharing};

use super::Jail;

/// Names followed on the way of one path, those of its links included. Honest paths have a few dozen.
const MOST_STEPS: u32 = 512;
/// Links followed on the way of one path, as in the kernel.
const MOST_LINKS: u32 = 40;
/// How often the kernel is asked again after a name was changed while it looked.
const TRIES: u32 = 8;

/// Whether `openat2` is there and allowed.
pub(super) fn probe() -> io::Result<()> {
    look(CWD, b".", OFlags::empty(), ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS).map(drop)
}

/// Where `path` leads for a server of this jail.
pub(super) fn resolve(jail: &Jail, path: &[u8], zones: &[&[u8]]) -> Resolved {
    if zones.is_empty() {
        return Resolved::Unknown("there is no safe zone".to_owned());
    }
    let home = jail.home.as_deref();
    let zones = match Zones::open(zones, home) {
        Ok(zones) => zones,
        Err(why) => return Resolved::Unknown(why),
    };
    let path = match at_home(path, home) {
        Ok(path) => path,
        Err(why) => return Resolved::Unknown(why),
    };
    if path.starts_with(b"/") {
        return zones.follow(&path);
    }
    let mut found = Resolved::Inside;
    if let Some(folder) = jail.folder.as_deref().map(|folder| folder.as_os_str().as_bytes()) {
        match zones.follow(folder) {
            Resolved::Inside | Resolved::Shared(_) => {}
            Resolved::Outside { to, .. } => return Resolved::Outside { to, by: Crossing::CurrentFolder },
            unknown => return unknown,
        }
        found = zones.follow(&join(folder, &path));
    }
    // Servers take relative paths from the folder that they serve, too.
    for zone in &zones.open {
        found = found.or_worse(zones.follow(&join(&zone.text, &path)));
    }
    found
}

/// `path` with `~` spelled out.
fn at_home<'p>(path: &'p [u8], home: Option<&Path>) -> Result<Cow<'p, [u8]>, String> {
    let Some(rest) = path.strip_prefix(b"~") else { return Ok(Cow::Borrowed(path)) };
    match (rest, home) {
        ([] | [b'/', ..], Some(home)) => Ok(Cow::Owned([home.as_os_str().as_bytes(), rest].concat())),
        ([] | [b'/', ..], None) => Err("the home folder is not known".to_owned()),
        _ => Err("other people's home folders are not known".to_owned()),
    }
}

fn join(folder: &[u8], path: &[u8]) -> Vec<u8> {
    [folder, b"/", path].concat()
}

/// The zones' folders, opened.
struct Zones<'z> {
    open: Vec<Zone<'z>>,
    /// Why one could not be opened.
    lost: Option<String>,
}

struct Zone<'z> {
    text: Cow<'z, [u8]>,
    folder: OwnedFd,
    seen: Seen,
}

impl<'z> Zones<'z> {
    fn open(zones: &[&'z [u8]], home: Option<&Path>) -> Result<Self, String> {
        let (mut open, mut lost) = (Vec::with_capacity(zones.len()), None);
        for text in zones {
            let text = at_home(text, home)?;
            let opened = look(CWD, &text, OFlags::empty(), ResolveFlags::NO_MAGICLINKS);
            match opened.and_then(|folder| Ok((Seen::of(&folder)?, folder))) {
                Ok((seen, folder)) => open.push(Zone { text, folder, seen }),
                Err(error) => lost = Some(said("the safe zone", &text, error)),
            }
        }
        Ok(Self { open, lost })
    }

    /// Where an absolute path leads.
    fn follow(&self, path: &[u8]) -> Resolved {
        for zone in &self.open {
            let Some(rest) = below(path, &zone.text) else { continue };
            let rest = if rest.is_empty() { b"." } else { rest };
            let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
            if let Ok(seen) = look(&zone.folder, rest, OFlags::empty(), beneath).and_then(|file| Seen::of(&file)) {
                return seen.sharing(std::slice::from_ref(&zone.seen));
            }
        }
        match Walk::new(path).and_then(Walk::follow) {
            Ok(walk) => self.judge(walk),
            Err(Stop::Magic(to)) => Resolved::Outside { to, by: Crossing::MagicLink },
            Err(Stop::Unknown(why)) => Resolved::Unknown(why),
        }
    }

    fn judge(&self, walk: Walk<'_>) -> Resolved {
        let holding: Vec<_> = self
            .open
            .iter()
            .map(|zone| zone.seen)
            .filter(|seen| walk.place.iter().any(|place| place.seen.is(seen)))
            .collect();
        match (&self.lost, walk.place.last()) {
            (_, Some(place)) if !holding.is_empty() => match walk.missing {
                0 => place.seen.sharing(&holding),
                _ => Resolved::Inside,
            },
            (Some(why), _) => Resolved::Unknown(why.clone()),
            _ if walk.path.is_empty() => Resolved::Outside { to: b"/".to_vec(), by: Crossing::Link },
            _ => Resolved::Outside { to: walk.path, by: Crossing::Link },
        }
    }
}

/// What of `path` lies below `folder`, by its text.
fn below<'p>(path: &'p [u8], folder: &[u8]) -> Option<&'p [u8]> {
    let rest = path.strip_prefix(folder)?;
    let whole = rest.is_empty() || rest.starts_with(b"/") || folder.ends_with(b"/");
    let names = rest.iter().position(|byte| *byte != b'/').unwrap_or(rest.len());
    rest.get(names..).filter(|_| whole)
}

/// What tells a file or folder from all others while it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    device: (u32, u32),
    inode: u64,
    mount: u64,
    kind: FileType,
    names: u32,
}

impl Seen {
    fn of(file: &OwnedFd) -> io::Result<Self> {
        let status = statx(file, c"", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS | StatxFlags::MNT_ID)?;
        let device = (status.stx_dev_major, status.stx_dev_minor);
        // Kernels before 5.8 don't number mounts.
        let numbered = status.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        let mount = if numbered { status.stx_mnt_id } else { u64::from(device.0) << 32 | u64::from(device.1) };
        let kind = FileType::from_raw_mode(status.stx_mode.into());
        Ok(Self { device, inode: status.stx_ino, mount, kind, names: status.stx_nlink })
    }

    fn is(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// What is to be said of it, seeing that it lies in each of `zones`.
    fn sharing(&self, zones: &[Self]) -> Resolved {
        if self.kind == FileType::RegularFile && self.names > 1 {
            Resolved::Shared(Sharing::HardLink { names: self.names.into() })
        } else if zones.iter().all(|zone| zone.mount != self.mount) {
            Resolved::Shared(Sharing::Mount)
        } else {
            Resolved::Inside
        }
    }
}

/// A path followed name by name, links opened by hand, so that it can be said where it leads.
struct Walk<'p> {
    /// What is still to be followed: the path, above it the rest of each link's own text.
    texts: Vec<(Cow<'p, [u8]>, usize)>,
    /// The folders passed, from the root on, and what was reached last.
    place: Vec<Passed>,
    at: OwnedFd,
    /// The path of `place`, and of what is missing below it.
    path: Vec<u8>,
    /// How many names at the end of `path` don't exist.
    missing: usize,
    links: u32,
    steps: u32,
}

struct Passed {
    seen: Seen,
    /// How long `path` was before it.
    before: usize,
}

/// Why a path is not followed to its end.
enum Stop {
    /// It goes through a link that only the kernel can follow, and that leads here for us.
    Magic(Vec<u8>),
    /// It can't be followed.
    Unknown(String),
}

impl<'p> Walk<'p> {
    fn new(path: &'p [u8]) -> Result<Self, Stop> {
        let (at, root) = root()?;
        let texts = vec![(Cow::Borrowed(path), 0)];
        Ok(Self { texts, place: vec![root], at, path: Vec::new(), missing: 0, links: 0, steps: 0 })
    }

    fn follow(mut self) -> Result<Self, Stop> {
        let mut name = Vec::new();
        while self.next_name(&mut name) {
            match &*name {
                b"" | b"." => {}
                b".." => self.up()?,
                name if self.missing > 0 => self.add_missing(name),
                name => {
                    if !self.is_at_folder() {
                        break;
                    }
                    self.down(name)?;
                }
            }
        }
        Ok(self)
    }

    /// Takes the next name off.
    fn next_name(&mut self, name: &mut Vec<u8>) -> bool {
        while let Some((text, from)) = self.texts.last_mut() {
            if let Some(rest) = text.get(*from..).filter(|rest| !rest.is_empty()) {
                let end = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
                name.clear();
                name.extend_from_slice(rest.get(..end).unwrap_or_default());
                *from += end + 1;
                return true;
            }
            self.texts.pop();
        }
        false
    }

    /// The kernel looks for nothing below a file, and neither can anything be made there.
    fn is_at_folder(&self) -> bool {
        self.place.last().is_some_and(|place| place.seen.kind == FileType::Directory)
    }

    fn up(&mut self) -> Result<(), Stop> {
        if self.missing > 0 {
            // A server may make the missing folder before it goes back.
            self.missing -= 1;
            let end = self.path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
            self.path.truncate(end);
            return Ok(());
        }
        if self.place.len() == 1 || !self.is_at_folder() {
            return Ok(());
        }
        let parent = self.look(b"..", OFlags::DIRECTORY)?.map_err(|error| self.lost(b"..", error))?;
        let seen = Seen::of(&parent).map_err(|error| self.lost(b"..", error))?;
        let left = self.place.pop();
        if self.place.last().is_none_or(|place| !place.seen.is(&seen)) {
            return Err(Stop::Unknown("a folder was moved while it was looked at".to_owned()));
        }
        self.path.truncate(left.map_or(0, |left| left.before));
        self.at = parent;
        Ok(())
    }

    fn down(&mut self, name: &[u8]) -> Result<(), Stop> {
        let file = match self.look(name, OFlags::NOFOLLOW)? {
            Ok(file) => file,
            Err(Errno::NOENT | Errno::NAMETOOLONG) => {
                self.add_missing(name);
                return Ok(());
            }
            Err(error) => return Err(self.lost(name, error)),
        };
        let seen = Seen::of(&file).map_err(|error| self.lost(name, error))?;
        if seen.kind == FileType::Symlink {
            return self.link(name, &file);
        }
        let before = self.path.len();
        self.push(name);
        self.place.push(Passed { seen, before });
        self.at = file;
        Ok(())
    }

    fn link(&mut self, name: &[u8], link: &OwnedFd) -> Result<(), Stop> {
        let text = readlinkat(link, c"", Vec::new()).map_err(|error| self.lost(name, error))?.into_bytes();
        // Links of /proc may lead where no text says, and elsewhere for each process.
        let is_proc = fstatfs(link).map_err(|error| self.lost(name, error))?.f_type == PROC_SUPER_MAGIC;
        if is_proc && matches!(self.look(name, OFlags::empty())?, Err(Errno::LOOP)) {
            return Err(Stop::Magic(text));
        }
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Stop::Unknown(format!("it goes through more than {MOST_LINKS} links")));
        }
        if text.starts_with(b"/") {
            let (at, root) = root()?;
            self.at = at;
            self.place = vec![root];
            self.path.clear();
        }
        self.texts.push((Cow::Owned(text), 0));
        Ok(())
    }

    fn add_missing(&mut self, name: &[u8]) {
        self.missing += 1;
        self.push(name);
    }

    fn push(&mut self, name: &[u8]) {
        self.path.push(b'/');
        self.path.extend_from_slice(name);
    }

    fn look(&mut self, name: &[u8], how: OFlags) -> Result<io::Result<OwnedFd>, Stop> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return Err(Stop::Unknown(format!("it goes through more than {MOST_STEPS} names")));
        }
        Ok(look(&self.at, name, how, ResolveFlags::NO_MAGICLINKS))
    }

    fn lost(&self, name: &[u8], error: Errno) -> Stop {
        Stop::Unknown(said("", &join(&self.path, name), error))
    }
}

fn root() -> Result<(OwnedFd, Passed), Stop> {
    let opened = look(CWD, b"/", OFlags::DIRECTORY, ResolveFlags::empty());
    let (seen, root) =
        opened.and_then(|root| Ok((Seen::of(&root)?, root))).map_err(|error| Stop::Unknown(said("", b"/", error)))?;
    Ok((root, Passed { seen, before: 0 }))
}

/// Opens a name to look at, not to read.
fn look(folder: impl AsFd, name: &[u8], how: OFlags, resolve: ResolveFlags) -> io::Result<OwnedFd> {
    let how = how | OFlags::PATH | OFlags::CLOEXEC;
    let mut found = Err(Errno::AGAIN);
    for _ in 0..TRIES {
        found = openat2(&folder, name, how, Mode::empty(), resolve);
        // Something was renamed meanwhile.
        if !matches!(found, Err(Errno::AGAIN | Errno::INTR)) {
            break;
        }
    }
    found
}

fn said(what: &str, path: &[u8], error: Errno) -> String {
    let text = excerpt(path);
    let error = std::io::Error::from(error);
    format!("{what}{}`{text}` can't be looked at: {error}", if what.is_empty() { "" } else { " " })
}
