//! A text read as a URL or as a host: where would a program that was given it connect to?
//!
//! | file | what it holds |
//! | --- | --- |
//! | `notes` | what can stand out in how it is written |
//! | `split` | scheme, authority, userinfo, port: as RFC 3986 and as WHATWG readers see them |
//! | `name` | from the host as typed to the host that is asked for |
//! | `address` | IPv4 and IPv6 in every spelling |
//! | `embedded` | DNS names that announce an address |
//!
//! Readers disagree about malformed URLs, and server-side request forgery lives on that. Each host that some reader would
//! see is reported; a check must hold for all of them. Plain ASCII costs no allocation once the scratch is warm.

mod address;
mod embedded;
mod name;
mod notes;
mod signs;
mod split;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub use notes::{UrlNote, UrlNotes};

use crate::message::Span;
use name::{Kind, Resolved, Trust};
use split::{Authority, Start};

/// Reusable buffers for [`parse`] and [`parse_host`], and the home of their result.
#[derive(Debug, Default)]
pub struct UrlScratch {
    bytes: Vec<u8>,
    cleaned: Vec<u8>,
    found: Found,
}

#[derive(Clone, Copy, Debug, Default)]
struct Found {
    scheme: Span,
    inner: Span,
    userinfo: Option<Span>,
    path: Span,
    query: Option<Span>,
    file: Span,
    notes: UrlNotes,
    source: Span,
    hosts: [Option<Reading>; MAX_HOSTS],
}

impl Found {
    /// Every place in the text that was read.
    fn spans(&mut self) -> impl Iterator<Item = &mut Span> {
        let Self { userinfo, path, query, hosts, .. } = self;
        let parts = [Some(path), userinfo.as_mut(), query.as_mut()].into_iter().flatten();
        parts.chain(hosts.iter_mut().flatten().map(|reading| &mut reading.typed))
    }
}

/// How much of a file's name is kept: file systems hold no longer one.
const LONGEST_FILE: usize = 255;

/// How often a URL is decoded whose scheme is encoded.
const MAX_LAYERS: usize = 4;

/// Whether a scheme's colon and slashes are percent-encoded: `http%3A%2F%2F`, `http%253a//`.
fn has_encoded_scheme(text: &[u8]) -> bool {
    let scheme =
        text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')).count();
    let Some(rest) = text.get(scheme..).and_then(|rest| rest.strip_prefix(b"%")).filter(|_| scheme > 1) else {
        return false;
    };
    let layers = rest.as_chunks::<2>().0.iter().take_while(|pair| *pair == b"25").count();
    rest.get(layers * 2..).is_some_and(|rest| matches!(rest, [b'3', b'a' | b'A', b'%' | b'/' | b'\\', ..]))
}

/// One for browsers, one for RFC readers, one for those who cut at blanks, each with the decimal reading of octal numbers.
const MAX_HOSTS: usize = 6;

#[derive(Clone, Copy, Debug)]
struct Reading {
    resolved: Resolved,
    typed: Span,
    port: Option<u16>,
}

/// The host that a program would connect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host<'s> {
    /// An IPv4 address, however it was spelled.
    V4(Ipv4Addr),
    /// An IPv6 address.
    V6(Ipv6Addr),
    /// A name: lower-case, in its ASCII form, without trailing dots.
    Name(&'s [u8]),
}

/// Reads `text` as a URL, or as a host with or without port and path. Without a scheme it is careful: versions, numbers,
/// words, times and mail addresses are no hosts. Takes any bytes; linear in their number.
pub fn parse(text: &[u8], scratch: &mut UrlScratch) {
    read(text, false, scratch);
}

/// The same for a text that is known to hold a host or a URL: `2130706433` is an address and `db` is a name.
pub fn parse_host(text: &[u8], scratch: &mut UrlScratch) {
    read(text, true, scratch);
    if signs::are_in(text) {
        scratch.found.notes.insert(UrlNote::NoHost);
    }
}

impl UrlScratch {
    /// What the last [`parse`] or [`parse_host`] found.
    #[must_use]
    pub fn url(&self) -> UrlFacts<'_> {
        UrlFacts { scratch: self }
    }

    /// Says that the text that was read begins at `offset` of a longer one.
    pub fn shift(&mut self, offset: usize) {
        let move_by =
            |span: &mut Span| *span = Span::of_usize(offset + span.start as usize, offset + span.end as usize);
        move_by(&mut self.found.source);
        self.found.spans().for_each(move_by);
    }

    /// Forgets what was found and gives memory above `bytes` per buffer back, after a text of unusual size.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.found = Found::default();
        for buffer in [&mut self.bytes, &mut self.cleaned] {
            buffer.clear();
            buffer.shrink_to(bytes);
        }
    }
}

fn read(source: &[u8], known: bool, scratch: &mut UrlScratch) {
    let UrlScratch { bytes, cleaned, found } = scratch;
    bytes.clear();
    *found = Found { source: Span::of_usize(0, source.len()), ..Found::default() };
    let lead = source.iter().take_while(|byte| **byte <= b' ').count();
    let tail = source.iter().rev().take_while(|byte| **byte <= b' ').count();
    let trimmed = source.get(lead..source.len().saturating_sub(tail)).unwrap_or_default();
    let broken = memchr::memchr3(b'\t', b'\n', b'\r', trimmed).is_some();
    let encoded = has_encoded_scheme(trimmed);
    let text = if encoded {
        found.notes.insert(UrlNote::EncodedScheme);
        cleaned.clear();
        cleaned.extend_from_slice(trimmed);
        (0..MAX_LAYERS).take_while(|_| name::undo_percent(cleaned, 0)).for_each(drop);
        cleaned.as_slice()
    } else if broken {
        found.notes.insert(UrlNote::Whitespace);
        cleaned.clear();
        cleaned.extend(trimmed.iter().filter(|byte| !matches!(byte, b'\t' | b'\n' | b'\r')));
        cleaned.as_slice()
    } else {
        trimmed
    };
    let start = split::start(text);
    if !(start.scheme.is_empty() && broken) {
        Reader { text, known, bytes, found }.read(&start);
    }
    if encoded {
        // Places in what was decoded say nothing of the source.
        let whole = found.source;
        found.spans().for_each(|span| *span = whole);
    } else {
        let back = Alignment { lead, trimmed: broken.then_some(trimmed) };
        found
            .spans()
            .for_each(|span| *span = Span::of_usize(back.back(span.start as usize), back.back(span.end as usize)));
    }
}

struct Reader<'t, 's> {
    text: &'t [u8],
    known: bool,
    bytes: &'s mut Vec<u8>,
    found: &'s mut Found,
}

impl Reader<'_, '_> {
    fn read(&mut self, start: &Start<'_>) {
        self.found.scheme = self.lowered(start.scheme);
        self.found.inner = self.lowered(start.inner);
        self.found.path = Span::of_usize(start.rest, self.text.len());
        if let Some(authority) = split::browser_authority(self.text, start) {
            if start.scheme.is_empty() {
                self.bare(authority);
            } else {
                self.url(authority, start);
            }
        }
        self.locate_query();
    }

    fn lowered(&mut self, word: &[u8]) -> Span {
        let from = self.bytes.len();
        self.bytes.extend(word.iter().map(u8::to_ascii_lowercase));
        Span::of_usize(from, self.bytes.len())
    }

    fn url(&mut self, authority: Authority, start: &Start<'_>) {
        let notes = &mut self.found.notes;
        if authority.odd {
            notes.insert(UrlNote::OddSlashes);
        }
        if authority.backslash {
            notes.insert(UrlNote::Backslash);
        }
        self.found.path = Span::of_usize(authority.span.end as usize, self.text.len());
        let browser = self.reading(authority.span, true);
        if let Some(rfc) = split::rfc_authority(self.text, start) {
            let several = memchr::memchr_iter(b'@', rfc.of(self.text)).nth(1).is_some();
            if rfc != authority.span || several {
                let other = self.reading(rfc, false);
                self.compare(browser, other);
            }
        } else if authority.odd {
            self.found.notes.insert(UrlNote::ParsersDisagree);
        }
        self.behind_a_mark(authority.span.end as usize);
        let whole = authority.span.of(self.text);
        if let Some(blank) = whole.iter().position(|byte| *byte <= b' ').filter(|blank| *blank > 0) {
            self.found.notes.insert(UrlNote::Whitespace);
            let from = authority.span.start as usize;
            let cut = self.reading(Span::of_usize(from, from + blank), true);
            self.compare(browser, cut);
        }
    }

    /// Who looks for the `@` first sees the host behind it: `http://a.example#@b.example/`.
    fn behind_a_mark(&mut self, end: usize) {
        let [b'#' | b'?', b'@', rest @ ..] = self.text.get(end..).unwrap_or_default() else { return };
        let length = rest.iter().position(|byte| matches!(byte, b'/' | b'\\' | b'?' | b'#')).unwrap_or(rest.len());
        self.found.notes.insert(UrlNote::ParsersDisagree);
        self.reading(Span::of_usize(end + 2, end + 2 + length), true);
    }

    /// No scheme: a host, perhaps with port and path; `user@host` alone is a mail address.
    fn bare(&mut self, authority: Authority) {
        let more = self.text.len() > authority.span.end as usize;
        let parts = split::divide(self.text, authority.span, true);
        let remote_copy = parts.userinfo.is_some() && parts.host.end < authority.span.end;
        if parts.userinfo.is_some() && !self.known && !(more || remote_copy) {
            return;
        }
        if parts.bad_port && !remote_copy && !self.known {
            return;
        }
        let trust = if self.known { Trust::Host } else { Trust::Guess { port: parts.port.is_some() } };
        if trust != Trust::Host && parts.host.of(self.text).iter().any(|byte| *byte <= b' ') {
            return;
        }
        // A name typed with blanks in it is no host for anyone.
        let before = self.found.notes;
        if self.host(parts, trust).is_some() {
            self.found.notes.insert(UrlNote::Bare);
            if !self.known && !more && parts.port.is_none() {
                self.found.notes.insert(UrlNote::Guessed);
            }
            self.found.path = Span::of_usize(authority.span.end as usize, self.text.len());
        } else {
            self.found.notes = before;
        }
    }

    /// Reads one authority and keeps its host. Returns its place among the hosts.
    fn reading(&mut self, span: Span, last_at: bool) -> Option<usize> {
        self.host(split::divide(self.text, span, last_at), Trust::Host)
    }

    fn host(&mut self, parts: split::Parts, trust: Trust) -> Option<usize> {
        let typed = parts.host.of(self.text);
        let resolved = name::resolve(typed, trust, self.bytes, &mut self.found.notes)?;
        if parts.userinfo.is_some() {
            self.found.notes.insert(UrlNote::Userinfo);
            self.found.userinfo = self.found.userinfo.or(parts.userinfo);
        }
        if parts.bad_port {
            self.found.notes.insert(UrlNote::BadPort);
        }
        if let Some(userinfo) = parts.userinfo
            && split::is_web(self.found.scheme.of(self.bytes))
            && split::looks_like_host(userinfo.of(self.text))
        {
            self.found.notes.insert(UrlNote::HostInUserinfo);
        }
        let index = self.keep(Reading { resolved, typed: parts.host, port: parts.port });
        self.hidden(parts);
        let address = resolved.other.map(|other| name::plain_v4(other, self.bytes));
        for resolved in [address, resolved.name.map(name::plain_name)].into_iter().flatten() {
            self.found.notes.insert(UrlNote::ParsersDisagree);
            self.keep(Reading { resolved, typed: parts.host, port: parts.port });
        }
        index
    }

    /// Who decodes before dividing sees the end of the host at an escaped slash: `http://localhost%2F@example.com/`.
    fn hidden(&mut self, parts: split::Parts) {
        let Some(userinfo) = parts.userinfo.filter(|_| split::is_web(self.found.scheme.of(self.bytes))) else { return };
        let user = userinfo.of(self.text);
        let escaped = |at: &usize| {
            let digits = user.get(at + 1..at + 3).unwrap_or_default();
            [b"2f", b"5c", b"23", b"3f"].iter().any(|end| digits.eq_ignore_ascii_case(*end))
        };
        let Some(end) = memchr::memchr_iter(b'%', user).find(escaped) else { return };
        let span = Span::of_usize(userinfo.start as usize, userinfo.start as usize + end);
        let before = split::divide(self.text, span, true);
        if let Some(resolved) = name::resolve(before.host.of(self.text), Trust::Host, self.bytes, &mut self.found.notes)
        {
            self.found.notes.insert(UrlNote::ParsersDisagree);
            self.keep(Reading { resolved, typed: before.host, port: before.port });
        }
    }

    /// Keeps a host unless it is there already.
    fn keep(&mut self, reading: Reading) -> Option<usize> {
        let text = reading.resolved.text.of(self.bytes);
        let same = |kept: &Reading| kept.resolved.text.of(self.bytes) == text && kept.port == reading.port;
        let place = self.found.hosts.iter().position(|slot| slot.as_ref().is_none_or(same))?;
        if let Some(slot @ None) = self.found.hosts.get_mut(place) {
            *slot = Some(reading);
        }
        Some(place)
    }

    fn compare(&mut self, one: Option<usize>, other: Option<usize>) {
        if one != other {
            self.found.notes.insert(UrlNote::ParsersDisagree);
        }
    }

    fn locate_query(&mut self) {
        let path = self.found.path;
        let rest = path.of(self.text);
        let from = path.start as usize;
        let fragment = memchr::memchr(b'#', rest).unwrap_or(rest.len());
        let query = memchr::memchr(b'?', rest.get(..fragment).unwrap_or_default());
        self.found.path = Span::of_usize(from, from + query.unwrap_or(fragment));
        let path = self.found.path.of(self.text);
        let name = memchr::memrchr(b'/', path).map_or(&[][..], |slash| path.get(slash + 1..).unwrap_or_default());
        self.found.file = self.lowered(name.get(..name.len().min(LONGEST_FILE)).unwrap_or(name));
        let rest = rest.get(..fragment).unwrap_or_default();
        if query.and_then(|query| rest.get(query..)).is_some_and(|query| query.iter().all(|byte| *byte == b'?')) {
            self.found.notes.insert(UrlNote::EmptyQuery);
        }
        self.found.query = query.map(|query| Span::of_usize(from + query + 1, from + fragment));
    }
}

/// From offsets in the text as read back to offsets in the source.
struct Alignment<'t> {
    lead: usize,
    trimmed: Option<&'t [u8]>,
}

impl Alignment<'_> {
    fn back(&self, offset: usize) -> usize {
        let Some(trimmed) = self.trimmed else { return self.lead + offset };
        let kept = |byte: &u8| !matches!(byte, b'\t' | b'\n' | b'\r');
        let place = trimmed.iter().enumerate().filter(|(_, byte)| kept(byte)).map(|(at, _)| at).nth(offset);
        self.lead + place.unwrap_or(trimmed.len())
    }
}

/// What a URL or host says: a view into the [`UrlScratch`] it was parsed into. Spans are of the parsed text.
#[derive(Clone, Copy)]
pub struct UrlFacts<'s> {
    scratch: &'s UrlScratch,
}

impl std::fmt::Debug for UrlFacts<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("UrlFacts")
            .field("scheme", &String::from_utf8_lossy(self.scheme()))
            .field("hosts", &self.hosts().map(|reading| reading.host()).collect::<Vec<_>>())
            .field("notes", &self.notes())
            .finish()
    }
}

impl<'s> UrlFacts<'s> {
    /// The scheme, lower-case; empty if there is none.
    #[must_use]
    pub fn scheme(self) -> &'s [u8] {
        self.scratch.found.scheme.of(&self.scratch.bytes)
    }

    /// The scheme behind a wrapper: `http` in `jar:http://…`; empty if there is none.
    #[must_use]
    pub fn inner_scheme(self) -> &'s [u8] {
        self.scratch.found.inner.of(&self.scratch.bytes)
    }

    /// What stands before the `@` of the authority.
    #[must_use]
    pub fn userinfo(self) -> Option<Span> {
        self.scratch.found.userinfo
    }

    /// The host that browsers see, if there is any.
    #[must_use]
    pub fn host(self) -> Option<Host<'s>> {
        self.hosts().next().map(HostReading::host)
    }

    /// The canonical text of that host; empty if there is none.
    #[must_use]
    pub fn host_text(self) -> &'s [u8] {
        self.hosts().next().map_or(&[], HostReading::text)
    }

    /// That host as it was typed.
    #[must_use]
    pub fn host_typed(self) -> Option<Span> {
        self.hosts().next().map(HostReading::typed)
    }

    /// Every host that some reader sees, the browsers' first; at most six.
    pub fn hosts(self) -> impl Iterator<Item = HostReading<'s>> {
        self.scratch
            .found
            .hosts
            .iter()
            .flatten()
            .map(move |reading| HostReading { scratch: self.scratch, reading: *reading })
    }

    /// The port, if one was written.
    #[must_use]
    pub fn port(self) -> Option<u16> {
        self.hosts().next().and_then(HostReading::port)
    }

    /// The path after the authority; for a URL without authority, all that follows the scheme.
    #[must_use]
    pub fn path(self) -> Span {
        self.scratch.found.path
    }

    /// The last name of the path, lower-case; empty if it ends in a slash.
    #[must_use]
    pub fn file(self) -> &'s [u8] {
        self.scratch.found.file.of(&self.scratch.bytes)
    }

    /// What stands between `?` and `#`.
    #[must_use]
    pub fn query(self) -> Option<Span> {
        self.scratch.found.query
    }

    /// What stands out in the spelling.
    #[must_use]
    pub fn notes(self) -> UrlNotes {
        self.scratch.found.notes
    }

    /// The bytes of the text that was read: all of it.
    #[must_use]
    pub fn source_span(self) -> Span {
        self.scratch.found.source
    }
}

/// A host that some reader of the URL sees.
#[derive(Clone, Copy, Debug)]
pub struct HostReading<'s> {
    scratch: &'s UrlScratch,
    reading: Reading,
}

impl<'s> HostReading<'s> {
    /// The host.
    #[must_use]
    pub fn host(self) -> Host<'s> {
        match self.reading.resolved.kind {
            Kind::V4(address) => Host::V4(address),
            Kind::V6(address) => Host::V6(address),
            Kind::Name => Host::Name(self.text()),
        }
    }

    /// Its canonical text: the address in its usual form, without brackets, or the name.
    #[must_use]
    pub fn text(self) -> &'s [u8] {
        self.reading.resolved.text.of(&self.scratch.bytes)
    }

    /// The host as it was typed.
    #[must_use]
    pub fn typed(self) -> Span {
        self.reading.typed
    }

    /// The address that packets to this IPv6 address end at, or that this name announces.
    #[must_use]
    pub fn embedded(self) -> Option<IpAddr> {
        self.reading.resolved.embedded
    }

    /// The port, if one was written.
    #[must_use]
    pub fn port(self) -> Option<u16> {
        self.reading.port
    }
}

#[cfg(test)]
mod tests;
