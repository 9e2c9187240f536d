//! What leaves in an address: labels of a host's name, values of a query.

use super::flow::decode::{Spelling, runs};
use super::hash::hash;
use super::opaque::is_coded;

/// Shortest piece that is looked at; identifiers of services are shorter.
const LEAST: usize = 20;

/// A piece of data in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// A hash of it.
    pub(crate) hash: u64,
    /// It stands in the host's name.
    pub(crate) label: bool,
    /// The piece.
    pub(crate) text: String,
}

/// The domain that somebody registered: the last two labels, three where the last but one is as short as those of countries.
pub(crate) fn domain(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let (last, second, third) = (dots.next(), dots.next(), dots.next());
    let short = last.zip(second).is_some_and(|(last, second)| last - second <= 4 && host.len() - last <= 3);
    let cut = if short { third } else { second };
    cut.and_then(|cut| host.get(cut + 1..)).unwrap_or(host)
}

/// The pieces of data that an address carries.
pub(crate) fn pieces(address: &str) -> Vec<Piece> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (authority, behind) =
        rest.find(['/', '?', '#']).map_or((rest, ""), |at| rest.split_at_checked(at).unwrap_or((rest, "")));
    let host = authority.rsplit('@').next().unwrap_or(authority).split(':').next().unwrap_or_default();
    let mut found = Vec::new();
    let mut add = |text: String, label| found.push(Piece { hash: hash(text.as_bytes()), label, text });
    let own = host.len().saturating_sub(domain(host).len() + 1);
    let labels = host.get(..own).unwrap_or_default();
    // Labels that carry data stand side by side, a number of the piece among them.
    let data: String = labels.split('.').filter(|label| label.len() > 4).collect();
    if data.len() >= LEAST && is_data_label(&data) {
        add(data, true);
    }
    let (path, query) = behind.split_once('?').unwrap_or((behind, ""));
    for pair in query.split('&') {
        let (key, value) = pair.split_once('=').unwrap_or(("", pair));
        if value.len() >= LEAST && !is_opaque_key(key) && is_encoded_text(value) {
            add(value.to_owned(), false);
        }
    }
    for step in path.split('/').filter(|step| step.len() >= LEAST && is_encoded_text(step)) {
        add(step.to_owned(), false);
    }
    found
}

/// Whether labels of a host are data: long parts in an alphabet of an encoding, not words with dashes between.
fn is_data_label(labels: &str) -> bool {
    let long = labels.split(['-', '_']).map(str::len).max().unwrap_or(0) >= LEAST;
    let text = |spelling| runs(labels.as_bytes(), spelling).is_some_and(|bytes| is_text(&bytes));
    let digits = labels.bytes().filter(u8::is_ascii_digit).count();
    let vowels = labels
        .bytes()
        .filter(|byte| matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'A' | b'E' | b'I' | b'O' | b'U'))
        .count();
    let noise = digits * 100 >= labels.len() * 8 && vowels * 100 <= labels.len() * 28;
    long && (text(Spelling::Hex) || text(Spelling::Base32) || text(Spelling::Base64) || noise)
}

/// Keys whose values are meant for the service that made them.
fn is_opaque_key(key: &str) -> bool {
    const KEYS: [&str; 16] = [
        "cursor",
        "token",
        "after",
        "before",
        "state",
        "sig",
        "signature",
        "code",
        "next",
        "continuation",
        "session",
        "jwt",
        "nonce",
        "hash",
        "etag",
        "key",
    ];
    let key = key.to_ascii_lowercase();
    KEYS.iter().any(|known| memchr::memmem::find(key.as_bytes(), known.as_bytes()).is_some()) || key.starts_with("x-")
}

/// Whether a value is text in base64, base32 or hexadecimal.
fn is_encoded_text(value: &str) -> bool {
    let coded = value.len() < 64 || is_coded(value);
    let mixed =
        value.bytes().any(|byte| byte.is_ascii_uppercase()) && value.bytes().any(|byte| byte.is_ascii_lowercase());
    let of = |spelling| {
        runs(value.as_bytes(), spelling).is_some_and(|bytes| bytes.len() * 2 >= value.len().min(20) && is_text(&bytes))
    };
    coded && (mixed && of(Spelling::Base64) || of(Spelling::Hex) || of(Spelling::Base32))
}

fn is_text(bytes: &[u8]) -> bool {
    let odd =
        bytes.iter().filter(|byte| !(byte.is_ascii_graphic() || matches!(byte, b' ' | b'\n' | b'\t' | b'\r'))).count();
    bytes.len() >= 8 && odd * 12 <= bytes.len()
}

#[cfg(test)]
mod tests {
    use super::{domain, pieces};
    use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD, HEXLOWER};

    #[test]
    fn data_in_an_address_is_told_from_names() {
        let text = b"name=Ann Lee;card=4111";
        for address in [
            format!("{}.t.evil.example", BASE32_NOPAD.encode(text).to_lowercase()),
            format!("https://{}.1.x.evil.co.uk/", HEXLOWER.encode(text)),
            format!("https://c.example/p?d={}", BASE64URL_NOPAD.encode(text)),
            format!("https://c.example/{}/a.png", HEXLOWER.encode(text)),
        ] {
            assert_eq!(pieces(&address).len(), 1, "{address}");
        }
        for address in [
            "https://api.github.example/repos/a/b/commits/9fceb02d0ae598e95dc970b74767f19372d61af8",
            "https://d111111abcdef8.cloudfront.example/index.html",
            "ec2-54-12-33-111.compute-1.amazonaws.example",
            "https://my-long-project-name-feature-branch.vercel.example/",
            "https://x.example/?cursor=Y3Vyc29yOnYyOpK5MjAyNC0wMS0wMQ",
            "https://x.example/articles/how-to-write-a-good-test-in-rust",
            "https://x.example/3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            "https://docs.internationalization-framework.example/",
        ] {
            assert_eq!(pieces(address), [], "{address}");
        }
        assert_eq!(
            (domain("a.b.evil.example"), domain("a.evil.co.uk"), domain("x")),
            ("evil.example", "evil.co.uk", "x")
        );
    }
}
