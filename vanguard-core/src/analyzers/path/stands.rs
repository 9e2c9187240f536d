//! From which of its names on a path can be taken to start at a root, a drive or a home folder.
//!
//! `/home/u/.ssh` is `~/.ssh`; `/mnt/c/Windows` is `C:\Windows`; `/host/etc` in a container is the host's `/etc`; and
//! `../../../etc` may be anything, so it may be `/etc`.

use crate::normalize::path::{PathNote, PathNotes, PathReading, PathRoot};

/// Sets of indices into a reading's names, as bits: the names from there on stand at such a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stands {
    pub(super) root: u16,
    pub(super) drive: u16,
    pub(super) home: u16,
}

/// Names under which another system's root is mounted. `*` stands for any name.
const ROOTS: [&[&[u8]]; 9] = [
    &[b"private"],
    &[b"system", b"volumes", b"data"],
    &[b"volumes", b"*"],
    &[b"host"],
    &[b"hostfs"],
    &[b"rootfs"],
    &[b"mnt", b"host"],
    &[b"chroot"],
    // The development server Vite serves any file of the machine below this name.
    &[b"@fs"],
];

/// Names under which a Windows drive is mounted.
const DRIVES: [&[&[u8]]; 3] = [&[b"mnt", b"?"], &[b"cygdrive", b"?"], &[b"?"]];

/// Where home folders lie below a POSIX root.
const POSIX_HOMES: [&[&[u8]]; 8] = [
    &[b"home", b"*"],
    &[b"users", b"*"],
    &[b"root"],
    &[b"var", b"root"],
    &[b"export", b"home", b"*"],
    &[b"usr", b"home", b"*"],
    &[b"var", b"home", b"*"],
    &[b"data", b"data", b"com.termux", b"files", b"home"],
];

/// Where they lie on a drive.
const DRIVE_HOMES: [&[&[u8]]; 3] =
    [&[b"users", b"*"], &[b"documents and settings", b"*"], &[b"winnt", b"profiles", b"*"]];

/// Spellings that nobody uses for a path in their own folder: such a path is taken for what it would be from a root.
const DISGUISES: [PathNote; 6] = [
    PathNote::MixedSeparators,
    PathNote::DotRun,
    PathNote::HexSpelling,
    PathNote::EscapedDots,
    PathNote::LongName,
    PathNote::Disguised,
];

/// Finds all of them for one reading.
pub(super) fn of(reading: PathReading<'_>, notes: PathNotes) -> Stands {
    let mut stands = Stands::default();
    match reading.root() {
        PathRoot::Posix => {
            stands.root = 1;
            // A container's only user may live at the root.
            stands.home = 1;
        }
        PathRoot::Relative if reading.climbs() > 0 || DISGUISES.iter().any(|note| notes.has(*note)) => {
            stands = Stands { root: 1, drive: 1, home: 1 };
        }
        PathRoot::Relative => return stands,
        PathRoot::Drive => stands.drive = 1,
        PathRoot::Home => {
            // `~/..` is where homes lie, `~/../other` is one; further up is out of sight.
            match reading.climbs() {
                0 => stands.home = 1,
                1 => stands.home = 1 << 1,
                _ => stands = Stands { root: 1, drive: 1, home: 1 },
            }
        }
        PathRoot::Unc => {
            let form = reading.folded();
            if form.starts_with(b"//?/unc/wsl$/") || form.starts_with(b"//?/unc/wsl.localhost/") {
                stands.root = 1;
            } else {
                stands.drive = 1;
            }
        }
        PathRoot::Device => stands = Stands { root: 1, drive: 1, home: 1 },
    }
    if notes.has(PathNote::WebUrl) && reading.climbs() == 0 {
        return Stands::default();
    }
    if stands.root != 0 {
        stands.drive |= 1;
    }
    // In rising order, so that a root below a root is found: `/System/Volumes/Data/private/etc`.
    for start in 0..8 {
        if stands.root & (1 << start) == 0 {
            continue;
        }
        each_beginning(reading, start, &ROOTS, |length| stands.root |= 1 << (start + length));
        each_beginning(reading, start, &DRIVES, |length| stands.drive |= 1 << (start + length));
    }
    add_homes(reading, stands.root, &POSIX_HOMES, &mut stands.home);
    add_homes(reading, stands.drive, &DRIVE_HOMES, &mut stands.home);
    stands
}

fn add_homes(reading: PathReading<'_>, starts: u16, homes: &[&[&[u8]]], found: &mut u16) {
    for start in (0..8).filter(|start| starts & (1 << start) != 0) {
        each_beginning(reading, start, homes, |length| *found |= 1 << (start + length));
    }
}

/// Calls `tell` with the length of each prefix that the names from `start` on begin with.
fn each_beginning(reading: PathReading<'_>, start: usize, prefixes: &[&[&[u8]]], mut tell: impl FnMut(usize)) {
    let Some(name) = reading.folded_segment(start) else { return };
    for prefix in prefixes {
        // Most prefixes end at their first letter.
        let may = prefix.first().is_some_and(|wanted| matches!(*wanted, b"*" | b"?") || wanted.first() == name.first());
        if may && begins(reading, start, prefix) {
            tell(prefix.len());
        }
    }
}

/// Whether the names from `start` on begin with `prefix`; `*` is any name, `?` a drive letter.
fn begins(reading: PathReading<'_>, start: usize, prefix: &[&[u8]]) -> bool {
    prefix.iter().enumerate().all(|(index, wanted)| {
        reading.folded_segment(start + index).is_some_and(|name| match *wanted {
            b"*" => true,
            b"?" => name.len() == 1 && name.first().is_some_and(u8::is_ascii_alphabetic),
            literal => name == literal,
        })
    })
}
