//! From a host as typed to the host that is asked for: percent escapes, IDNA, addresses, trailing dots.

use std::io::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use idna::uts46::{Hyphens, Uts46};
use unicode_security::{RestrictionLevel, RestrictionLevelDetection};

use super::address;
use super::embedded;
use super::notes::{UrlNote, UrlNotes};
use crate::message::Span;

/// How sure we are that a text is a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// A scheme says so, or the field is known to hold a host: every spelling counts.
    Host,
    /// It stands alone in a field that could be anything: versions, names and words must not turn into hosts.
    Guess {
        /// Whether a port stood behind it.
        port: bool,
    },
}

/// A host, its canonical text in the buffer it was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) kind: Kind,
    pub(super) text: Span,
    /// The address that this one leads to, or that the name announces.
    pub(super) embedded: Option<IpAddr>,
    /// Another address that some readers see in the same spelling.
    pub(super) other: Option<Ipv4Addr>,
    /// The name that some readers see in the spelling of an address, in the same buffer.
    pub(super) name: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    Name,
}

/// Names longer than this are not given to IDNA: DNS allows 253 bytes, and punycode takes quadratic time.
const IDNA_LIMIT: usize = 1024;

/// Reads `typed` as a host; appends its canonical text to `out`.
pub(super) fn resolve(typed: &[u8], trust: Trust, out: &mut Vec<u8>, notes: &mut UrlNotes) -> Option<Resolved> {
    if let [b'[', inner @ .., b']'] = typed {
        return address::v6(inner).map(|found| v6(found, out, notes));
    }
    let is_v6_shaped = memchr::memchr_iter(b':', typed).nth(1).is_some();
    if is_v6_shaped && (trust == Trust::Host || typed.iter().any(u8::is_ascii_digit)) {
        return address::v6(typed).map(|found| v6(found, out, notes));
    }
    if typed.is_empty() || typed.contains(&b':') {
        return None;
    }
    let start = out.len();
    canonical_name(typed, out, notes);
    let dots = out.get(start..)?.iter().rev().take_while(|byte| **byte == b'.').count();
    if dots > 0 {
        notes.insert(UrlNote::TrailingDot);
        out.truncate(out.len() - dots);
    }
    let name = out.get(start..)?;
    if let Some(found) = address::v4(name).filter(|found| believable(*found, trust)) {
        let name = found.named.then(|| Span::of_usize(start, out.len()));
        out.truncate(name.map_or(start, |name| name.end as usize));
        return Some(Resolved { name, ..v4(found, typed, out, notes) });
    }
    if name.is_empty() || (trust != Trust::Host && !is_hostname(name, trust)) {
        out.truncate(start);
        return None;
    }
    let embedded = embedded::announced(name);
    if embedded.is_some() {
        notes.insert(UrlNote::EmbeddedAddress);
    }
    Some(Resolved { kind: Kind::Name, text: Span::of_usize(start, out.len()), embedded, other: None, name: None })
}

/// A name that stands in the buffer as a reading of its own.
pub(super) fn plain_name(text: Span) -> Resolved {
    Resolved { kind: Kind::Name, text, embedded: None, other: None, name: None }
}

/// Appends any IPv4 address as a reading of its own.
pub(super) fn plain_v4(address: Ipv4Addr, out: &mut Vec<u8>) -> Resolved {
    let start = out.len();
    write_display(address, out);
    Resolved {
        kind: Kind::V4(address),
        text: Span::of_usize(start, out.len()),
        embedded: None,
        other: None,
        name: None,
    }
}

fn v4(found: address::V4, typed: &[u8], out: &mut Vec<u8>, notes: &mut UrlNotes) -> Resolved {
    let resolved = plain_v4(found.address, out);
    if resolved.text.of(out) != typed.strip_suffix(b".").unwrap_or(typed) {
        notes.insert(UrlNote::IpObfuscated);
    }
    if found.overflow {
        notes.insert(UrlNote::IpOverflow);
    }
    Resolved { other: found.decimal, ..resolved }
}

fn v6((address, zone): (Ipv6Addr, bool), out: &mut Vec<u8>, notes: &mut UrlNotes) -> Resolved {
    let start = out.len();
    write_display(address, out);
    if zone {
        notes.insert(UrlNote::Zone);
    }
    let embedded = address::embedded(address);
    if embedded.is_some() {
        notes.insert(UrlNote::EmbeddedV4);
    }
    Resolved {
        kind: Kind::V6(address),
        text: Span::of_usize(start, out.len()),
        embedded: embedded.map(IpAddr::V4),
        other: None,
        name: None,
    }
}

fn write_display(value: impl std::fmt::Display, out: &mut Vec<u8>) {
    // Writing to a vector can't fail.
    let _ = write!(out, "{value}");
}

/// Without a scheme, `10`, `1.2` and `2130706433` are numbers; `1.2.3.4` and `0x7f.1` can only be addresses.
fn believable(found: address::V4, trust: Trust) -> bool {
    match trust {
        Trust::Host => true,
        Trust::Guess { .. } => {
            !found.overflow
                && (found.parts == 4
                    || (found.parts > 1 && (found.hex || found.address.octets().first() == Some(&127))))
        }
    }
}

/// Letters, digits, `-`, `_` and dots, with a last label that a top-level domain could be. Single words need a port, except
/// `localhost`.
fn is_hostname(name: &[u8], trust: Trust) -> bool {
    let mut labels = name.rsplit(|byte| *byte == b'.');
    let last = labels.next().unwrap_or_default();
    let letters = last.len() > 1 && last.iter().all(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    let top = letters || last.starts_with(b"xn--") || matches!(last, b"localdomain4" | b"localdomain6");
    let port = trust == (Trust::Guess { port: true });
    let single = labels.clone().next().is_none();
    let known = name == b"localhost";
    let placed = if single {
        known || (port && last.len() > 1 && last.first().is_some_and(u8::is_ascii_alphabetic) && is_label(last))
    } else {
        top
    };
    placed && labels.all(is_label)
}

fn is_label(label: &[u8]) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && label.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || !byte.is_ascii())
}

/// Appends the name as resolvers compare it: escapes undone, IDNA applied, lower case.
fn canonical_name(typed: &[u8], out: &mut Vec<u8>, notes: &mut UrlNotes) {
    let start = out.len();
    out.extend_from_slice(typed);
    if memchr::memchr(b'%', typed).is_some() && undo_percent(out, start) {
        notes.insert(UrlNote::PercentHost);
        // Who decodes before dividing sees the end of the host there: `localhost%2Fx`.
        let end = out.iter().skip(start).position(|byte| matches!(byte, b'/' | b'?' | b'#' | b'\\' | ..=b' '));
        out.truncate(end.map_or(out.len(), |end| start + end));
    }
    let plain = out.get(start..).is_some_and(<[u8]>::is_ascii);
    if let Some(name) = out.get_mut(start..) {
        name.make_ascii_lowercase();
    }
    if plain && !has_punycode(out.get(start..).unwrap_or_default()) {
        return;
    }
    if !plain {
        notes.insert(UrlNote::Idn);
    }
    let name = out.get(start..).unwrap_or_default().to_vec();
    if name.len() > IDNA_LIMIT {
        return;
    }
    let (unicode, _) = Uts46::new().to_unicode(&name, AsciiDenyList::EMPTY, Hyphens::Allow);
    look_at_labels(&unicode, notes);
    if let Ok(ascii) = idna::domain_to_ascii_cow(&name, AsciiDenyList::EMPTY) {
        out.truncate(start);
        out.extend_from_slice(ascii.as_bytes());
    }
    if has_punycode(out.get(start..).unwrap_or_default()) {
        notes.insert(UrlNote::Punycode);
    }
}

fn has_punycode(name: &[u8]) -> bool {
    name.split(|byte| *byte == b'.').any(|label| label.starts_with(b"xn--"))
}

fn look_at_labels(name: &str, notes: &mut UrlNotes) {
    for label in name.split('.').filter(|label| !label.is_ascii()) {
        if label.detect_restriction_level() > RestrictionLevel::HighlyRestrictive {
            notes.insert(UrlNote::MixedScriptLabel);
        }
        if unicode_security::skeleton(label).all(|c| c.is_ascii()) {
            notes.insert(UrlNote::ConfusableLabel);
        }
    }
}

/// Undoes percent escapes in `out[start..]` in place, once. Says whether there were any.
pub(super) fn undo_percent(out: &mut Vec<u8>, start: usize) -> bool {
    let (mut read, mut write) = (start, start);
    while let Some(byte) = out.get(read).copied() {
        let hex = |at: usize| out.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        let escaped = (byte == b'%').then(|| hex(read + 1).zip(hex(read + 2))).flatten();
        let (byte, taken) = match escaped {
            Some((high, low)) => (u8::try_from(high << 4 | low).unwrap_or(byte), 3),
            None => (byte, 1),
        };
        if let Some(slot) = out.get_mut(write) {
            *slot = byte;
        }
        read += taken;
        write += 1;
    }
    out.truncate(write);
    read != write
}
