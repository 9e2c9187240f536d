//! One reading of a path: `.` and `..` resolved, one spelling for each root.

use super::lead::{self, Lead};
use super::names::{self, Name};
use super::notes::{PathNote, PathNotes, PathRoot};
use super::{Data, is_separator};
use crate::message::Span;

/// The longest name that common file systems hold, in bytes.
pub(super) const NAME_MAX: usize = 255;

/// Builds canonical forms into shared buffers, one after the other.
pub(super) struct Builder<'b> {
    pub(super) bytes: &'b mut Vec<u8>,
    pub(super) segments: &'b mut Vec<Span>,
    pub(super) notes: &'b mut PathNotes,
    root: PathRoot,
    absolute: bool,
    climbs: u32,
    /// Where this reading starts in `bytes` and in `segments`.
    base: usize,
    first: usize,
    /// What can't be popped: the root and the `..` kept before any name.
    floor: usize,
    /// Whether a separator goes between the floor and the next name.
    joint: bool,
}

impl<'b> Builder<'b> {
    pub(super) fn new(bytes: &'b mut Vec<u8>, segments: &'b mut Vec<Span>, notes: &'b mut PathNotes) -> Self {
        let (base, first) = (bytes.len(), segments.len());
        Self {
            bytes,
            segments,
            notes,
            root: PathRoot::Relative,
            absolute: false,
            climbs: 0,
            base,
            first,
            floor: base,
            joint: false,
        }
    }

    /// Reads as Windows and POSIX both could. The second value says whether POSIX alone would read it differently.
    pub(super) fn generous(mut self, text: &[u8]) -> (Data, bool) {
        let before = *self.notes;
        let trimmed = text.trim_ascii();
        let (lead, rest) = lead::take(trimmed);
        let mut differs = trimmed.len() < text.len() || !matches!(lead, Lead::Relative | Lead::Posix { unc: false });
        let rest = self.start(lead, rest);
        let (mut slash, mut backslash) = (false, false);
        let mut three_dots = false;
        let mut found = PathNotes::none();
        let mut rest = Some(rest);
        while let Some(text) = rest {
            let end = text.iter().position(|byte| is_separator(*byte));
            let (segment, tail) = end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, &[]));
            match tail.first() {
                Some(b'/') => slash = true,
                Some(_) => backslash = true,
                None => {}
            }
            rest = end.and_then(|_| tail.get(1..));
            let name = names::read(segment, &mut found);
            match name {
                // `..././` is what a filter that removes `../` once turns into `../`.
                Name::Stay if three_dots && segment == b"." => {
                    self.pop();
                    found.insert(PathNote::DotRun);
                    self.up();
                }
                Name::Stay => {}
                Name::Up => self.up(),
                // `.../.../` climbed two folders each on old Windows. One `...` is a name.
                Name::ThreeDots if found.has(PathNote::DotRun) || self.last() == Some(b"...") => {
                    if !found.has(PathNote::DotRun) {
                        self.pop();
                        self.up();
                    }
                    found.insert(PathNote::DotRun);
                    self.up();
                }
                Name::ThreeDots => self.push(b"..."),
                Name::Plain(name) => {
                    differs |= name.len() < segment.len();
                    if name.len() > NAME_MAX {
                        found.insert(PathNote::LongName);
                    }
                    self.push(name);
                }
            }
            three_dots = name == Name::ThreeDots && !found.has(PathNote::DotRun);
        }
        if slash && backslash {
            found.insert(PathNote::MixedSeparators);
        }
        differs |=
            backslash || found.has(PathNote::Trailing) || found.has(PathNote::DotRun) || found.has(PathNote::Ads);
        *self.notes = before.union(*self.notes).union(found);
        (self.finish(), differs)
    }

    /// Reads as POSIX alone does: only `/` separates, nothing else is special.
    pub(super) fn posix(mut self, text: &[u8]) -> Data {
        if text.first() == Some(&b'/') {
            self.set_root(PathRoot::Posix, true, b"/", false);
        }
        for segment in text.split(|byte| *byte == b'/') {
            match segment {
                b"" | b"." => {}
                b".." => self.up(),
                name => self.push(name),
            }
        }
        self.finish()
    }

    fn set_root(&mut self, root: PathRoot, absolute: bool, prefix: &[u8], joint: bool) {
        self.root = root;
        self.absolute = absolute;
        self.bytes.extend_from_slice(prefix);
        self.floor = self.bytes.len();
        self.joint = joint;
    }

    fn start<'t>(&mut self, lead: Lead<'t>, rest: &'t [u8]) -> &'t [u8] {
        let below: &[&str] = match lead {
            Lead::Relative => &[],
            Lead::Variable => {
                self.notes.insert(PathNote::Variable);
                &[]
            }
            Lead::Posix { unc } => {
                if unc {
                    self.notes.insert(PathNote::Unc);
                }
                self.set_root(PathRoot::Posix, true, b"/", false);
                &[]
            }
            Lead::Drive { letter, absolute } => {
                self.drive(letter, absolute);
                &[]
            }
            Lead::Unc => return self.server(rest),
            Lead::Namespace => return self.namespace(rest),
            Lead::Home { user, below } => {
                self.notes.insert(PathNote::Home);
                self.set_root(PathRoot::Home, true, b"~", true);
                self.bytes.extend_from_slice(user);
                self.floor = self.bytes.len();
                below
            }
            Lead::System { below } => {
                self.drive(b'c', true);
                below
            }
        };
        for folder in below {
            self.push(folder.as_bytes());
        }
        rest
    }

    fn drive(&mut self, letter: u8, absolute: bool) {
        let prefix = [letter.to_ascii_lowercase(), b':', b'/'];
        let prefix = if absolute { prefix.as_slice() } else { prefix.get(..2).unwrap_or_default() };
        self.set_root(PathRoot::Drive, absolute, prefix, false);
    }

    /// `server\share\rest`: neither server nor share can be climbed out of.
    fn server<'t>(&mut self, rest: &'t [u8]) -> &'t [u8] {
        self.notes.insert(PathNote::Unc);
        self.set_root(PathRoot::Unc, true, b"//?/unc", true);
        let mut rest = rest;
        for _ in 0..2 {
            let Some((name, tail)) = self.next_name(rest) else { return &[] };
            self.bytes.push(b'/');
            self.bytes.extend(name.iter().map(u8::to_ascii_lowercase));
            self.floor = self.bytes.len();
            rest = tail;
        }
        rest
    }

    fn namespace<'t>(&mut self, rest: &'t [u8]) -> &'t [u8] {
        self.notes.insert(PathNote::Device);
        let trimmed = self.skip_dots(rest);
        if let [letter, b':', tail @ ..] = trimmed
            && letter.is_ascii_alphabetic()
        {
            self.drive(*letter, true);
            return tail;
        }
        self.set_root(PathRoot::Device, true, b"//?", true);
        let Some((name, tail)) = self.next_name(trimmed) else { return &[] };
        if name.eq_ignore_ascii_case(b"unc") {
            self.bytes.truncate(self.base);
            return self.server(tail);
        }
        self.bytes.push(b'/');
        self.bytes.extend(name.iter().map(u8::to_ascii_lowercase));
        self.floor = self.bytes.len();
        tail
    }

    /// The first segment that is a name, and what follows it.
    fn next_name<'t>(&mut self, rest: &'t [u8]) -> Option<(&'t [u8], &'t [u8])> {
        let (segment, tail) = split(self.skip_dots(rest));
        match names::read(segment, self.notes) {
            Name::Plain(name) => Some((name, tail)),
            Name::ThreeDots => Some((b"...", tail)),
            Name::Up | Name::Stay => None,
        }
    }

    /// Skips to the first name. Climbs on the way are counted, though there is nothing to leave.
    fn skip_dots<'t>(&mut self, rest: &'t [u8]) -> &'t [u8] {
        let mut rest = rest;
        while !rest.is_empty() {
            let (segment, tail) = split(rest);
            let mut found = PathNotes::none();
            match names::read(segment, &mut found) {
                Name::Stay => {}
                Name::Up => self.climb_in_place(),
                Name::Plain(_) | Name::ThreeDots => break,
            }
            *self.notes = self.notes.union(found);
            rest = tail;
        }
        rest
    }

    fn climb_in_place(&mut self) {
        self.notes.insert(PathNote::DotDot);
        self.climbs = self.climbs.saturating_add(1);
    }

    fn at_floor(&self) -> bool {
        self.segments.len() == self.first
    }

    fn push(&mut self, name: &[u8]) {
        if !self.at_floor() || self.joint {
            self.bytes.push(b'/');
        } else if self.root == PathRoot::Relative && needs_shield(name) {
            self.bytes.extend_from_slice(b"./");
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(name);
        self.segments.push(Span::of_usize(start, self.bytes.len()));
        self.follow_process_link();
    }

    fn last(&self) -> Option<&[u8]> {
        self.segments.get(self.first..)?.last().map(|span| span.of(self.bytes))
    }

    fn pop(&mut self) {
        let Some(last) = self.segments.pop() else { return };
        let cut = if self.at_floor() { self.floor } else { (last.start as usize).saturating_sub(1) };
        self.bytes.truncate(cut);
    }

    fn up(&mut self) {
        self.notes.insert(PathNote::DotDot);
        if !self.at_floor() {
            self.pop();
            return;
        }
        self.climbs = self.climbs.saturating_add(1);
        let keeps = match self.root {
            PathRoot::Relative | PathRoot::Home => true,
            PathRoot::Drive => !self.absolute,
            PathRoot::Posix | PathRoot::Unc | PathRoot::Device => false,
        };
        if keeps {
            if self.joint {
                self.bytes.push(b'/');
            }
            self.bytes.extend_from_slice(b"..");
            self.floor = self.bytes.len();
            self.joint = true;
        }
    }

    /// `/proc/self/root/x` is `/x`, `/proc/1/cwd/x` is in that process's folder: the kernel goes on from there, so do we.
    fn follow_process_link(&mut self) {
        let rooted = self.root == PathRoot::Posix || (self.root == PathRoot::Relative && self.climbs > 0);
        let names = self.segments.get(self.first..).unwrap_or_default();
        if !rooted || !(2..=5).contains(&names.len()) {
            return;
        }
        let name = |index: usize| names.get(index).map_or(&[][..], |span| span.of(self.bytes));
        let process = |name: &[u8]| {
            matches!(name, b"self" | b"thread-self" | b"$$")
                || (!name.is_empty() && name.iter().all(u8::is_ascii_digit))
        };
        if names.len() == 3 && name(0) == b"dev" && name(1) == b"fd" {
            self.notes.insert(PathNote::ProcFd);
            return;
        }
        if name(0) != b"proc" || !process(name(1)) {
            return;
        }
        let link = match names.len() {
            3 => name(2),
            5 if name(2) == b"task" => name(4),
            4 if name(2) == b"fd" => {
                self.notes.insert(PathNote::ProcFd);
                return;
            }
            _ => return,
        };
        let (root, absolute, prefix): (_, _, &[u8]) = match link {
            b"root" => (PathRoot::Posix, true, b"/"),
            b"cwd" => (PathRoot::Relative, false, b""),
            _ => return,
        };
        self.notes.insert(PathNote::ProcRoot);
        self.segments.truncate(self.first);
        self.bytes.truncate(self.base);
        self.set_root(root, absolute, prefix, false);
    }

    fn finish(self) -> Data {
        if self.bytes.len() == self.base {
            self.bytes.push(b'.');
        }
        Data {
            canonical: Span::of_usize(self.base, self.bytes.len()),
            segments: Span::of_usize(self.first, self.segments.len()),
            folded: Span::default(),
            folded_segments: Span::default(),
            root: self.root,
            absolute: self.absolute,
            climbs: self.climbs,
            cut: false,
        }
    }
}

/// A relative name that, standing first, would be read as something else.
fn needs_shield(name: &[u8]) -> bool {
    name.first().is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'~' | b'$' | b'%'))
        && (name.trim_ascii_start().len() < name.len()
            || name.starts_with(b"${")
            || !matches!(lead::take(name), (Lead::Relative, rest) if rest == name))
}

/// The first segment and what follows its separator.
fn split(text: &[u8]) -> (&[u8], &[u8]) {
    match text.iter().position(|byte| is_separator(*byte)) {
        Some(end) => (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default()),
        None => (text, &[]),
    }
}
