//! Whether a URL or host that a message names may be reached, by the lists of the configuration.

use std::net::IpAddr;

use crate::config::{self, Lists, Reach};
use crate::message::FieldKind;
use crate::normalize::host::{Host, UrlFacts, UrlNote};

/// What the lists say of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// All its hosts are listed by name.
    Listed,
    /// One of them may not be reached.
    Forbidden(Forbidden),
}

/// Why a host may not be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forbidden {
    /// The host, as it is listed.
    pub(crate) host: String,
    /// The entry that denies it; `None` if nothing allows it.
    pub(crate) denied_by: Option<String>,
}

/// Schemes that connect to the host behind them, and their ports. Other schemes are a server's own: `docs://guide/intro`.
const SCHEMES: [(&[u8], u16); 40] = [
    (b"http", 80),
    (b"https", 443),
    (b"ws", 80),
    (b"wss", 443),
    (b"ftp", 21),
    (b"ftps", 990),
    (b"sftp", 22),
    (b"ssh", 22),
    (b"scp", 22),
    (b"git", 9418),
    (b"git+ssh", 22),
    (b"git+https", 443),
    (b"git+http", 80),
    (b"svn", 3690),
    (b"rsync", 873),
    (b"telnet", 23),
    (b"gopher", 70),
    (b"dict", 2628),
    (b"ldap", 389),
    (b"ldaps", 636),
    (b"smb", 445),
    (b"cifs", 445),
    (b"nfs", 2049),
    (b"tftp", 69),
    (b"smtp", 25),
    (b"smtps", 465),
    (b"imap", 143),
    (b"imaps", 993),
    (b"pop3", 110),
    (b"pop3s", 995),
    (b"irc", 6667),
    (b"rtsp", 554),
    (b"redis", 6379),
    (b"rediss", 6379),
    (b"mysql", 3306),
    (b"postgres", 5432),
    (b"postgresql", 5432),
    (b"mongodb", 27017),
    (b"amqp", 5672),
    (b"mqtt", 1883),
];

/// What `lists` say of `url` in a field of `kind`; `None` if nothing forbids it and nothing names it, or it reaches nobody.
pub(crate) fn judge(lists: Lists<'_>, kind: FieldKind, url: UrlFacts<'_>) -> Option<Reached> {
    let scheme = if url.inner_scheme().is_empty() { url.scheme() } else { url.inner_scheme() };
    let usual = SCHEMES.iter().find(|(known, _)| *known == scheme).map(|(_, port)| *port);
    // Without a scheme only a field that is for hosts or URLs says that it is one.
    let bare = scheme.is_empty() && url.notes().has(UrlNote::Bare) && matches!(kind, FieldKind::Url | FieldKind::Host);
    if usual.is_none() && !bare {
        return None;
    }
    let mut listed = true;
    let mut any = false;
    for reading in url.hosts() {
        any = true;
        let name = String::from_utf8_lossy(reading.text());
        let address = match reading.host() {
            Host::V4(address) => Some(IpAddr::V4(address)),
            Host::V6(address) => Some(IpAddr::V6(address)),
            Host::Name(_) => None,
        };
        let port = reading.port().or(usual);
        let host = config::Reached { name: &name, address, inner: reading.embedded(), port };
        match lists.reach(host) {
            Reach::Listed => {}
            Reach::Open => listed = false,
            Reach::Denied(entry) => {
                let denied_by = Some(entry.as_str().to_owned());
                return Some(Reached::Forbidden(Forbidden { host: name.into_owned(), denied_by }));
            }
            Reach::Unlisted => {
                return Some(Reached::Forbidden(Forbidden { host: name.into_owned(), denied_by: None }));
            }
        }
    }
    (any && listed).then_some(Reached::Listed)
}
