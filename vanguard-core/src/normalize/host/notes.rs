//! What stands out in how a URL or host is written. A note is a fact, not an accusation.

use serde::{Deserialize, Serialize};

use crate::normalize::flags::{Flags, flag};

/// One remarkable trait of how a URL or host is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UrlNote {
    /// An IPv4 address in another spelling than four plain decimal numbers: `2130706433`, `0x7f.1`, `0177.0.0.1`, `①②⑦.1`.
    IpObfuscated,
    /// A number too large for its place, which careless parsers cut: `http://425.510.425.510/`.
    IpOverflow,
    /// Something before an `@` in the authority. Honest in `ssh://git@host`, a disguise in `http://bank.example@evil.example`.
    Userinfo,
    /// A user name on a web address that itself looks like a host: `http://bank.example@evil.example/`. A mail address as
    /// user name (`user%40mail.example@`) does not count.
    HostInUserinfo,
    /// A backslash where browsers read a slash.
    Backslash,
    /// Tabs, line ends or blanks inside what is read as one URL; browsers drop the former, others cut there.
    Whitespace,
    /// Percent escapes in the host.
    PercentHost,
    /// The mark behind the scheme is percent-encoded: `http%3A%2F%2Fhost`. Read as what it spells.
    EncodedScheme,
    /// Letters beyond ASCII in the host.
    Idn,
    /// A label in punycode: `xn--…`.
    Punycode,
    /// A label that mixes scripts as no language does (UTS #39, beyond "highly restrictive").
    MixedScriptLabel,
    /// A label in another script that looks like ASCII letters throughout (UTS #39 skeleton): `аррӏе`.
    ConfusableLabel,
    /// Dots at the end of the name.
    TrailingDot,
    /// An IPv6 zone: `fe80::1%eth0`.
    Zone,
    /// An IPv6 address that leads to an IPv4 one: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP.
    EmbeddedV4,
    /// A DNS name that resolves to the address in it, or always to this machine: `10.0.0.1.nip.io`, `localtest.me`.
    EmbeddedAddress,
    /// RFC 3986 and WHATWG readers, or readers that cut at blanks, see different hosts. All are reported.
    ParsersDisagree,
    /// Fewer or more slashes after the scheme than two: `http:/host`, `http:///host`. Browsers see a host there.
    OddSlashes,
    /// No scheme: only a host, perhaps with a port and a path.
    Bare,
    /// Bare, and nothing but the text's shape says that it is a host: a file name (`settings.local`) may look the same.
    Guessed,
    /// What stands at the port's place is no port.
    BadPort,
    /// A question mark ends the URL: what a program appends to it is cut off.
    EmptyQuery,
    /// What should be a host holds signs that no host has: quotes inside a word, braces to be expanded, an operator or an encoded end
    /// of the line.
    NoHost,
}

flag!(UrlNote: IpObfuscated, IpOverflow, Userinfo, HostInUserinfo, Backslash, Whitespace, PercentHost, EncodedScheme, Idn, Punycode, MixedScriptLabel,
    ConfusableLabel, TrailingDot, Zone, EmbeddedV4, EmbeddedAddress, ParsersDisagree, OddSlashes, Bare, Guessed, BadPort, EmptyQuery,
    NoHost);

/// A set of notes on a URL or host.
pub type UrlNotes = Flags<UrlNote>;
