//! Where things go: hosts, addresses of people, folders.

use crate::behavior::hash::hash;

/// Where a call takes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    /// A host, or an address of a person.
    pub(crate) name: String,
    /// It is a host of a URL.
    pub(crate) host: bool,
}

impl Destination {
    pub(crate) fn hash(&self) -> u64 {
        hash(self.name.as_bytes())
    }
}

/// The host of a URL, or what is only a host.
pub(super) fn host_of(text: &str) -> Option<Destination> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = if host.starts_with('[') { host.split(']').next()? } else { host.split(':').next()? };
    let host = host.trim_matches(['.', '[', ']']).to_ascii_lowercase();
    (host.contains(['.', ':']) && host.len() < 256).then_some(Destination { name: host, host: true })
}

/// The host of the first URL in a text.
pub(super) fn first_host(text: &str) -> Option<Destination> {
    let at = text.find("://")?;
    host_of(text.get(at..)?)
}

/// Every host and mail address that a text names, at most `most`.
pub(crate) fn named_places(text: &str, most: usize, mut see: impl FnMut(u64)) {
    let bytes = text.as_bytes();
    let mut seen = 0;
    for at in memchr::memchr2_iter(b':', b'@', bytes) {
        if seen >= most {
            return;
        }
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with("://") {
            if let Some(host) = host_of(rest) {
                see(host.hash());
                seen += 1;
            }
        } else if rest.starts_with('@') {
            let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+');
            let before =
                bytes.get(..at).unwrap_or_default().iter().rev().take(64).take_while(|byte| part(byte)).count();
            let behind = bytes.get(at + 1..).unwrap_or_default().iter().take(200).take_while(|byte| part(byte)).count();
            let address = text.get(at - before..at + 1 + behind).unwrap_or_default().trim_end_matches('.');
            if before > 0 && address.contains('.') {
                see(hash(address.to_ascii_lowercase().as_bytes()));
                seen += 1;
            }
        }
    }
}

/// Whether a place is one where nobody keeps what they mean to keep.
pub(super) fn is_odd_place(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.starts_with("/tmp/")
        || path.starts_with("/var/tmp/")
        || path.starts_with("/dev/shm/")
        || path.contains("/appdata/local/temp/")
        || path.contains("\\temp\\")
}

pub(super) fn is_odd(text: &str) -> bool {
    text.split_whitespace().any(is_odd_place)
}

#[cfg(test)]
mod tests {
    use super::{first_host, named_places};
    use crate::behavior::hash::hash;

    #[test]
    fn places_are_read_from_texts() {
        let host = |text: &str| first_host(text).map(|to| to.name);
        assert_eq!(host("see https://User@Collect.Example.:443/x?y"), Some("collect.example".to_owned()));
        assert_eq!((host("no url"), host("http://localhost/")), (None, None));
        let mut seen = Vec::new();
        named_places("Mail a.b@x.example. or see https://y.example/p, at 12:30", 9, |place| seen.push(place));
        assert_eq!(seen, [hash(b"a.b@x.example"), hash(b"y.example")]);
    }
}
