//! DNS names that say which address they resolve to, and names that always resolve to this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address;

/// Services that answer with the address written in the name.
const WILDCARD: [&[u8]; 8] =
    [b"nip.io", b"sslip.io", b"xip.io", b"xip.name", b"traefik.me", b"1u.ms", b"rbndr.us", b"rebind.network"];

/// Names, and all names below them, that public DNS resolves to a loopback address.
const LOOPBACK: [&[u8]; 14] = [
    b"localtest.me",
    b"lvh.me",
    b"vcap.me",
    b"lacolhost.com",
    b"fuf.me",
    b"localho.st",
    b"local.gd",
    b"localhost.direct",
    b"lndo.site",
    b"ddev.site",
    b"127-0-0-1.org.uk",
    b"spoofed.burpcollaborator.net",
    b"bugbounty.dod.network",
    b"mail.ebc.apple.com",
];

/// The address that `name` (lower-case, no trailing dot) announces.
pub(super) fn announced(name: &[u8]) -> Option<IpAddr> {
    if LOOPBACK.iter().any(|suffix| below(name, suffix).is_some()) {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    // All these services have short names; a longer one than DNS allows is none of theirs.
    let prefix = WILDCARD.iter().filter(|_| name.len() <= 253).find_map(|suffix| below(name, suffix))?;
    quad(prefix).or_else(|| hex(prefix)).map(IpAddr::V4).or_else(|| dashed_v6(prefix).map(IpAddr::V6))
}

/// What stands before `suffix`, without the dot; empty if the name is the suffix itself.
pub(super) fn below<'n>(name: &'n [u8], suffix: &[u8]) -> Option<&'n [u8]> {
    match name.strip_suffix(suffix)? {
        [] => Some(&[]),
        [prefix @ .., b'.'] => Some(prefix),
        _ => None,
    }
}

/// Four decimal numbers with dots or dashes between them, anywhere in the name; the last such run.
fn quad(name: &[u8]) -> Option<Ipv4Addr> {
    let mut found = None;
    for start in 0..name.len() {
        let after_digit = start.checked_sub(1).and_then(|at| name.get(at)).is_some_and(u8::is_ascii_digit);
        if !after_digit && let Some(address) = name.get(start..).and_then(quad_at) {
            found = Some(address);
        }
    }
    found
}

fn quad_at(text: &[u8]) -> Option<Ipv4Addr> {
    let mut octets = [0_u8; 4];
    let mut rest = text;
    let mut joint = None;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            let (first, tail) = rest.split_first().filter(|(first, _)| matches!(first, b'.' | b'-'))?;
            if *joint.get_or_insert(*first) != *first {
                return None;
            }
            rest = tail;
        }
        let digits = rest.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let (number, tail) = rest.split_at_checked(digits)?;
        *octet = std::str::from_utf8(number).ok()?.parse().ok()?;
        rest = tail;
    }
    Some(octets.into())
}

/// Eight hexadecimal digits at the end of a label: `7f000001`, `app-7f000001`.
fn hex(name: &[u8]) -> Option<Ipv4Addr> {
    name.split(|byte| matches!(byte, b'.' | b'-'))
        .map(|part| part.strip_prefix(b"0x").unwrap_or(part))
        .filter(|part| part.len() == 8)
        .find_map(|part| u32::from_str_radix(std::str::from_utf8(part).ok()?, 16).ok().map(Ipv4Addr::from))
}

/// An IPv6 address with dashes for colons: `--1`, `2001-db8--1`.
fn dashed_v6(name: &[u8]) -> Option<Ipv6Addr> {
    let label = name.rsplit(|byte| *byte == b'.').next()?;
    let mut text = [0_u8; 45];
    let text = text.get_mut(..label.len())?;
    for (to, from) in text.iter_mut().zip(label) {
        *to = if *from == b'-' { b':' } else { *from };
    }
    address::v6(text).map(|(address, _)| address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_announce_an_address() {
        let cases = [
            ("10.0.0.1.nip.io", Some("10.0.0.1")),
            ("app.10.0.0.1.nip.io", Some("10.0.0.1")),
            ("app-10-0-0-1.sslip.io", Some("10.0.0.1")),
            ("www.169-254-169-254.x.sslip.io", Some("169.254.169.254")),
            ("a9fea9fe.nip.io", Some("169.254.169.254")),
            ("0xa9fea9fe.nip.io", Some("169.254.169.254")),
            ("7f000001.c0a80001.rbndr.us", Some("127.0.0.1")),
            ("make-1.2.3.4-and-127.0.0.1rr.1u.ms", Some("127.0.0.1")),
            ("--1.sslip.io", Some("::1")),
            ("localtest.me", Some("127.0.0.1")),
            ("a.b.lvh.me", Some("127.0.0.1")),
            ("nip.io", None),
            ("www.nip.io", None),
            ("300.0.0.1.nip.io", None),
            ("10.0.0.1.example.com", None),
            ("notlvh.me", None),
            ("ec2-54-1-2-3.compute.amazonaws.com", None),
        ];
        for (name, address) in cases {
            assert_eq!(announced(name.as_bytes()), address.map(|a| a.parse().unwrap()), "{name}");
        }
    }
}
