//! URLs that differ in nothing but plain names behind one host: of them, one tells all that there is to tell.
//!
//! Records are full of them: `https://api.example/users/1`, `https://api.example/users/2`. Scheme, host and spelling are what rules ask
//! about, and those are the same; names without a dot are no file that anybody asks for.

/// The last such URL, if nothing was found in it: all of it up to its path.
#[derive(Default)]
pub(super) struct Neighbour<'t>(Option<&'t [u8]>);

impl<'t> Neighbour<'t> {
    /// Whether a URL that begins so is like the one before, in which nothing was found.
    pub(super) fn is_of(&self, lead: &[u8]) -> bool {
        self.0 == Some(lead)
    }

    /// Notes a URL, and whether something was found in it.
    pub(super) fn note(&mut self, lead: &'t [u8], found: bool) {
        self.0 = Some(lead).filter(|_| !found);
    }
}

/// The scheme and the host of a web address without port or user, that has nothing but plain names behind them.
pub(super) fn lead(url: &[u8]) -> Option<&[u8]> {
    let rest =
        url.strip_prefix(b"http").and_then(|rest| rest.strip_prefix(b"s").unwrap_or(rest).strip_prefix(b"://"))?;
    let host = memchr::memchr(b'/', rest)?;
    let (name, path) = rest.split_at_checked(host)?;
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let holds =
        name.iter().all(|byte| plain(byte) || *byte == b'.') && path.iter().all(|byte| plain(byte) || *byte == b'/');
    url.get(..url.len() - path.len()).filter(|_| holds && host > 0)
}

#[cfg(test)]
mod tests {
    use super::{Neighbour, lead};

    #[test]
    fn plain_urls_are_known_by_what_stands_before_their_path() {
        for url in ["https://api.example/users/1", "https://api.example/", "https://api.example/a-b/c_d"] {
            assert_eq!(lead(url.as_bytes()), Some(&b"https://api.example"[..]), "{url}");
        }
        for url in [
            "https://api.example",
            "https://api.example/a.php",
            "https://api.example/../x",
            "https://api.example/%2e",
            "https://api.example/?q",
            "https://api.example/a#b",
            "https://u@api.example/",
            "https://api.example:80/",
            "https:///x",
            "HTTP://api.example/",
            "ftp://api.example/x",
            "jar:https://api.example/x",
            "https://api.example\\@x/",
        ] {
            assert_eq!(lead(url.as_bytes()), None, "{url}");
        }
    }

    #[test]
    fn one_in_which_something_was_found_stands_for_no_other() {
        let mut neighbour = Neighbour::default();
        neighbour.note(b"https://a.example", false);
        assert!(neighbour.is_of(b"https://a.example") && !neighbour.is_of(b"http://a.example"));
        neighbour.note(b"https://a.example", true);
        assert!(!neighbour.is_of(b"https://a.example"));
    }
}
