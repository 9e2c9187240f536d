//! Classes of hosts: by address and by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::table;
use crate::normalize::flags::{Flags, flag};
use crate::normalize::host::{Host, HostReading, UrlFacts, UrlNote};

/// What kind of place on the network a host is. A class is a fact: a developer's `http://localhost:3000` is honest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HostClass {
    /// This machine: `127.0.0.0/8`, `::1`, `localhost`, names that public DNS resolves here.
    Loopback,
    /// Private networks: RFC 1918, `fc00::/7`, `fec0::/10`.
    Private,
    /// `169.254.0.0/16`, `fe80::/10`.
    LinkLocal,
    /// Carriers' shared addresses, `100.64.0.0/10`.
    Cgnat,
    /// `224.0.0.0/4`, `ff00::/8`.
    Multicast,
    /// A cloud's or cluster's metadata or credential service, by address or name.
    Metadata,
    /// `0.0.0.0`, `::`: this machine, for most systems.
    Unspecified,
    /// Other addresses that lead nowhere public: `0.0.0.0/8`, `240.0.0.0/4`, documentation, benchmarking, protocol assignments.
    Reserved,
    /// A name only an inner network resolves: a single label, `.internal`, `.local`, `.corp`, `cluster.local`.
    InternalName,
    /// The class comes from an address inside the address or name: `::ffff:10.0.0.1`, `10.0.0.1.nip.io`.
    Embedded,
    /// A service made to pass a check of an address: DNS that answers with one address first and another later, redirects
    /// to wherever the name says.
    Rebinding,
    /// Another name for this machine than people use: public names that resolve to loopback (`localtest.me`), `localhost6`,
    /// `127.9.8.7`. Also [`HostClass::Loopback`].
    Alias,
    /// An IPv6 address outside what is given out (`2000::/3`) and what is set aside for a purpose.
    Unallocated,
    /// An address, not a name, of the public network.
    PublicAddress,
    /// A service that redirects wherever its user said, such as a link shortener.
    Redirector,
    /// A place to drop text or files without an account.
    Paste,
    /// A service that shows its user what was sent to it: request catchers, out-of-band interaction servers.
    Webhook,
    /// The public end of a tunnel into someone's machine.
    Tunnel,
}

flag!(HostClass: Loopback, Private, LinkLocal, Cgnat, Multicast, Metadata, Unspecified, Reserved, InternalName, Embedded, Rebinding,
    Alias, Unallocated, PublicAddress, Redirector, Paste, Webhook, Tunnel);

/// A set of classes.
pub type HostClasses = Flags<HostClass>;

/// The classes of one host that a reader of the URL sees.
pub(super) fn of(reading: HostReading<'_>, facts: UrlFacts<'_>) -> HostClasses {
    let mut classes = match reading.host() {
        Host::V4(address) => v4(address),
        Host::V6(address) => v6(address),
        Host::Name(name) => self::name(name, facts.notes().has(UrlNote::Guessed)),
    };
    let by_name = matches!(reading.host(), Host::Name(_));
    if let Some(inner) = reading.embedded() {
        // `localtest.me` is one, `127.0.0.1.nip.io` says where it leads.
        if by_name
            && inner == IpAddr::V4(Ipv4Addr::LOCALHOST)
            && !reading.text().first().is_some_and(u8::is_ascii_digit)
        {
            classes.insert(HostClass::Alias);
        }
        let found = match inner {
            IpAddr::V4(address) => v4(address),
            IpAddr::V6(address) => v6(address),
        };
        if !found.is_empty() {
            classes = classes.union(found);
            classes.insert(HostClass::Embedded);
        }
    }
    if classes.is_empty() && !by_name {
        classes.insert(HostClass::PublicAddress);
    }
    classes
}

/// Classes of an IPv4 address (IANA special-purpose registry, RFC 6890).
pub(super) fn v4(address: Ipv4Addr) -> HostClasses {
    use HostClass::{Alias, Cgnat, LinkLocal, Loopback, Metadata, Multicast, Private, Reserved, Unspecified};
    let class = match address.octets() {
        [0, 0, 0, 0] => Some(Unspecified),
        [127, ..] => Some(Loopback),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some(Private),
        [169, 254, ..] => Some(LinkLocal),
        [100, 64..=127, ..] => Some(Cgnat),
        [224..=239, ..] => Some(Multicast),
        [0 | 240..=255, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Some(Reserved),
        _ => None,
    };
    let mut classes: HostClasses = class.into_iter().collect();
    // Debian gives the machine's name 127.0.1.1; resolvers and container engines listen in 127.0.0.0/24.
    if address.is_loopback() && !matches!(address.octets(), [_, 0, 0, _] | [_, 0, 1, 1]) {
        classes.insert(Alias);
    }
    if table::METADATA_V4.contains(&address) {
        classes.insert(Metadata);
    }
    classes
}

/// Classes of an IPv6 address, without those of an address inside it.
pub(super) fn v6(address: Ipv6Addr) -> HostClasses {
    use HostClass::{LinkLocal, Loopback, Metadata, Multicast, Private, Reserved, Unallocated, Unspecified};
    let class = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Unspecified),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Loopback),
        [0xFE80..=0xFEBF, ..] => Some(LinkLocal),
        [0xFC00..=0xFDFF | 0xFEC0..=0xFEFF, ..] => Some(Private),
        [0xFF00..=0xFFFF, ..] => Some(Multicast),
        [0x2001, 0xDB8, ..] | [0x3FFF, ..] | [0x100, 0, 0, 0, ..] => Some(Reserved),
        [0 | 0x64 | 0x2000..=0x3FFF, ..] => None,
        _ => Some(Unallocated),
    };
    let mut classes: HostClasses = class.into_iter().collect();
    if table::METADATA_V6.contains(&address) {
        classes.insert(Metadata);
    }
    classes
}

fn name(name: &[u8], guessed: bool) -> HostClasses {
    let mut classes = table::classes(name);
    if classes.has(HostClass::Alias) {
        classes.insert(HostClass::Loopback);
    }
    // `settings.local` alone in a field may be a file; with a scheme, port or path it is a host.
    let single = !name.contains(&b'.');
    if !guessed && (single || table::is_internal(name)) && !classes.has(HostClass::Loopback) {
        classes.insert(HostClass::InternalName);
    }
    classes
}
