//! Which hosts tools may reach.

use std::net::IpAddr;

use crate::config::model::Config;
use crate::config::pattern::Pattern;

/// A host, hosts by pattern, or a network; with a port if only that one is meant.
///
/// - `example.com`, `*.example.com` (what lies below it, not itself), `*`: names and addresses by pattern, in any case.
/// - `10.0.0.5`, `10.0.0.0/8`, `fd00::/8`: addresses, in every spelling, also those that a name announces (`10.0.0.5.nip.io`).
/// - `localhost:3000`, `[::1]:8080`, `*:443`: one port. A URL without a port has its scheme's.
///
/// ```
/// use vanguard_core::config::Destination;
/// assert!(Destination::new("*.example.com:443").is_ok() && Destination::new("10.0.0.0/8").is_ok());
/// assert_eq!(
///     Destination::new("https://example.com/x").unwrap_err().help,
///     "write the host alone, as `example.com` or `*.example.com:443`",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    written: String,
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Name(Pattern),
    /// The address, and how many of its bits must be those.
    Network(IpAddr, u8),
}

/// Why a text is no destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DestinationError {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: &'static str,
}

fn error(message: impl Into<String>, help: &'static str) -> DestinationError {
    DestinationError { message: message.into(), help }
}

/// A host that a message reaches, as some reader of it sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reached<'a> {
    /// Lower-case, addresses in their usual form.
    pub(crate) name: &'a str,
    /// The address that it is.
    pub(crate) address: Option<IpAddr>,
    /// The address that the name announces, or that an IPv6 address leads to.
    pub(crate) inner: Option<IpAddr>,
    /// The port that is written, or the scheme's.
    pub(crate) port: Option<u16>,
}

impl Destination {
    /// Reads what is written in the configuration.
    ///
    /// # Errors
    /// If it is no host, pattern over hosts, or network.
    pub fn new(written: &str) -> Result<Self, DestinationError> {
        const ALONE: &str = "write the host alone, as `example.com` or `*.example.com:443`";
        if written.is_empty() {
            return Err(error("a destination must not be empty", "`*` stands for every host"));
        }
        if written.contains("://") {
            return Err(error("expected a host, not a URL", ALONE));
        }
        if let Some(network) = network(written)? {
            return Ok(Self { written: written.to_owned(), host: network, port: None });
        }
        let (host, port) = divide(written)?;
        let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host).parse();
        let host = match address {
            Ok(address) => Host::Network(address, bits(address)),
            Err(_) if !host.bytes().all(is_plain) => return Err(error("expected a host", ALONE)),
            Err(_) => Host::Name(Pattern::new(&host.to_ascii_lowercase()).map_err(|why| error(why.message, ALONE))?),
        };
        Ok(Self { written: written.to_owned(), host, port })
    }

    /// What is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Whether it means every host.
    pub(crate) fn is_any(&self) -> bool {
        matches!(&self.host, Host::Name(pattern) if pattern.as_str() == "*")
    }

    /// Whether the host is meant. An address behind a name counts only where `behind` says so: for what is denied.
    pub(crate) fn means(&self, reached: Reached<'_>, behind: bool) -> bool {
        let port = self.port.is_none_or(|port| reached.port == Some(port));
        let within = |address: &IpAddr, bits: u8| reached.address.is_some_and(|own| contains(*address, bits, own));
        port && match &self.host {
            Host::Name(pattern) => pattern.matches(reached.name),
            Host::Network(address, bits) => {
                within(address, *bits) || behind && reached.inner.is_some_and(|inner| contains(*address, *bits, inner))
            }
        }
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'*' | b'?') || !byte.is_ascii()
}

/// `10.0.0.0/8`, `fd00::/8`.
fn network(written: &str) -> Result<Option<Host>, DestinationError> {
    let Some((address, prefix)) = written.split_once('/') else { return Ok(None) };
    let wrong = || error("expected a host or a network", "a network is written `10.0.0.0/8` or `fd00::/8`");
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
    if prefix > bits(address) {
        return Err(error("the network has more bits than its address", "at most 32 for IPv4, 128 for IPv6"));
    }
    Ok(Some(Host::Network(address, prefix)))
}

/// The host, and the port behind its last colon; an IPv6 address needs brackets for one.
fn divide(written: &str) -> Result<(&str, Option<u16>), DestinationError> {
    if written.parse::<std::net::Ipv6Addr>().is_ok() {
        return Ok((written, None));
    }
    let Some((host, port)) = written.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) else {
        return Ok((written, None));
    };
    match port.parse() {
        Ok(port) => Ok((host, Some(port))),
        Err(_) => Err(error("what stands behind the colon is no port", "a port is a number from 0 to 65535")),
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn contains(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits.into())).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits.into())).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        _ => false,
    }
}

/// Destinations that may and that may not be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DestinationList {
    /// If there are any, only these may be reached.
    pub allow: Vec<Destination>,
    /// What may not be reached, whatever is allowed.
    pub deny: Vec<Destination>,
}

/// The lists for all tools, and those for some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destinations {
    /// For all tools.
    pub all: DestinationList,
    /// By the tool's name: the first that matches. Its `allow` stands in place of the general one; its `deny` is added to it.
    pub tools: Vec<(Pattern, DestinationList)>,
}

impl Destinations {
    fn is_empty(&self) -> bool {
        self.all.allow.is_empty() && self.all.deny.is_empty() && self.tools.is_empty()
    }

    /// The list for a tool, if it has its own, and the one for all.
    fn lists(&self, tool: Option<&str>) -> impl Iterator<Item = &DestinationList> {
        let own = tool.and_then(|tool| self.tools.iter().find(|(pattern, _)| pattern.matches(tool)));
        own.map(|(_, list)| list).into_iter().chain([&self.all])
    }
}

/// Whether a host may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach<'c> {
    /// Nothing forbids it.
    Open,
    /// It is listed by more than `*`.
    Listed,
    /// This entry of a `deny` list means it.
    Denied(&'c Destination),
    /// There is an `allow` list and nothing on it means it.
    Unlisted,
}

/// The lists that hold for one call, the most particular first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lists<'c> {
    server: Option<&'c Destinations>,
    general: &'c Destinations,
    tool: Option<&'c str>,
}

impl<'c> Lists<'c> {
    fn all(self) -> impl Iterator<Item = &'c DestinationList> {
        self.server.into_iter().chain([self.general]).flat_map(move |destinations| destinations.lists(self.tool))
    }

    /// Whether the host may be reached.
    pub(crate) fn reach(self, host: Reached<'_>) -> Reach<'c> {
        if let Some(entry) = self.all().flat_map(|list| &list.deny).find(|entry| entry.means(host, true)) {
            return Reach::Denied(entry);
        }
        let Some(list) = self.all().find(|list| !list.allow.is_empty()) else { return Reach::Open };
        let mut meant = list.allow.iter().filter(|entry| entry.means(host, false));
        match (meant.clone().next().is_some(), meant.all(Destination::is_any)) {
            (false, _) => Reach::Unlisted,
            (true, true) => Reach::Open,
            (true, false) => Reach::Listed,
        }
    }
}

impl Config {
    /// The lists for a call of `tool` of `server`; `None` if there is none.
    pub(crate) fn destinations<'c>(&'c self, server: Option<&str>, tool: Option<&'c str>) -> Option<Lists<'c>> {
        let own = server.and_then(|server| self.servers.get(server)).map(|server| &server.destinations);
        let any = own.into_iter().chain([&self.destinations]).any(|destinations| !destinations.is_empty());
        any.then_some(Lists { server: own, general: &self.destinations, tool })
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Destination, Reach, Reached};
    use crate::config::load;

    fn host(name: &str, port: u16) -> Reached<'_> {
        Reached { name, address: name.parse().ok(), inner: None, port: Some(port) }
    }

    #[test]
    fn hosts_networks_and_ports() {
        for (written, name, port, means) in [
            ("example.com", "example.com", 443, true),
            ("Example.COM", "example.com", 443, true),
            ("example.com", "a.example.com", 443, false),
            ("*.example.com", "a.example.com", 443, true),
            ("*.example.com", "example.com", 443, false),
            ("*.example.com", "example.com.evil.example", 443, false),
            ("localhost:3000", "localhost", 3000, true),
            ("localhost:3000", "localhost", 22, false),
            ("10.0.0.0/8", "10.255.0.1", 80, true),
            ("10.0.0.0/8", "11.0.0.1", 80, false),
            ("0.0.0.0/0", "8.8.8.8", 80, true),
            ("10.0.0.5:8080", "10.0.0.5", 8080, true),
            ("fd00::/8", "fd12::1", 80, true),
            ("::/0", "1.2.3.4", 80, false),
            ("[::1]:8080", "::1", 8080, true),
            ("::1", "::1", 80, true),
            ("*:443", "any.example", 443, true),
            ("*:443", "any.example", 80, false),
        ] {
            assert_eq!(Destination::new(written).unwrap().means(host(name, port), false), means, "{written} {name}");
        }
        let nip = Reached { inner: "10.0.0.5".parse::<IpAddr>().ok(), ..host("10.0.0.5.nip.io", 80) };
        let network = Destination::new("10.0.0.0/8").unwrap();
        assert!(network.means(nip, true) && !network.means(nip, false));
    }

    #[test]
    fn what_is_no_destination() {
        for wrong in
            ["", "https://example.com", "example.com/x", "10.0.0.0/33", "x/8", "host:port", "a b", "[::1", "a:70000"]
        {
            assert!(Destination::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn deny_wins_and_the_most_particular_allow_stands() {
        let config = load([(
            "c.yaml",
            "
destinations:
  allow: [example.com]
  deny: ['*.paste.example', 10.0.0.0/8]
  tools:
    'fetch_*': {allow: '*', deny: internal.example}
    mail: {allow: [smtp.example]}
servers:
  ci: {destinations: {allow: ci.example, tools: {mail: {allow: relay.example}}}}
",
        )])
        .unwrap();
        let reach = |server, tool, name| config.destinations(server, Some(tool)).unwrap().reach(host(name, 443));
        assert_eq!(reach(None, "x", "example.com"), Reach::Listed);
        assert_eq!(reach(None, "x", "other.example"), Reach::Unlisted);
        assert_eq!(reach(None, "fetch_url", "other.example"), Reach::Open);
        assert!(matches!(reach(None, "fetch_url", "internal.example"), Reach::Denied(_)));
        assert!(matches!(reach(None, "fetch_url", "a.paste.example"), Reach::Denied(_)));
        assert!(matches!(reach(Some("ci"), "x", "10.1.1.1"), Reach::Denied(_)));
        assert_eq!(reach(None, "mail", "example.com"), Reach::Unlisted);
        assert_eq!(reach(Some("ci"), "x", "ci.example"), Reach::Listed);
        assert_eq!(reach(Some("ci"), "mail", "relay.example"), Reach::Listed);
        assert_eq!(reach(Some("ci"), "mail", "smtp.example"), Reach::Unlisted);
        assert!(load([("c.yaml", "")]).unwrap().destinations(None, Some("x")).is_none());
    }
}
