//! Paths and hosts.

use vanguard_core::normalize::host::{self, Host, UrlScratch};
use vanguard_core::normalize::path::{self, PathScratch};

/// Every reading is bounded; the canonical form is its own canonical form and holds no way back but at its start.
pub(super) fn path(input: &[u8]) {
    let (mut scratch, mut again) = (PathScratch::default(), PathScratch::default());
    path::parse(input, &mut scratch);
    let facts = scratch.path();
    assert_eq!(facts.source_span().of(input).len(), facts.source_span().len());
    let readings: Vec<_> = facts.readings().collect();
    // Two of each text that is read: three of each of three for a `file:` URI with NULs, three of what a disguise hides, what stands before a
    // `?`, and a second path.
    assert!(!readings.is_empty() && readings.len() <= 28, "{} readings", readings.len());
    for reading in &readings {
        assert!(reading.canonical().len() <= input.len() * 4 + 64, "a form much longer than what was written");
        for segment in reading.segments() {
            assert!(segment != b"." && segment != b".." && !segment.contains(&b'/'), "{reading:?}");
        }
        assert_eq!(reading.segments().len(), reading.folded_segments().len());
    }
    let canonical = facts.canonical().to_vec();
    path::parse(&canonical, &mut again);
    assert_eq!(
        String::from_utf8_lossy(again.path().canonical()),
        String::from_utf8_lossy(&canonical),
        "the canonical form has another canonical form"
    );
}

/// Places lie in the text, a host's text is read as the same host again, and the host that a browser's parser sees is among those found.
pub(super) fn host(input: &[u8]) {
    let (mut scratch, mut again) = (UrlScratch::default(), UrlScratch::default());
    for parse in [host::parse, host::parse_host] {
        parse(input, &mut scratch);
        let facts = scratch.url();
        let spans = [Some(facts.path()), facts.query(), facts.userinfo(), Some(facts.source_span())];
        let typed = facts.hosts().map(|reading| Some(reading.typed()));
        for span in spans.into_iter().chain(typed).flatten() {
            assert!(span.start <= span.end && span.end as usize <= input.len(), "{span:?} in {} bytes", input.len());
        }
        assert!(facts.hosts().count() <= 6);
        for reading in facts.hosts() {
            assert!(!reading.text().is_empty());
            let Host::V4(address) = reading.host() else { continue };
            host::parse_host(address.to_string().as_bytes(), &mut again);
            assert_eq!(again.url().host(), Some(Host::V4(address)));
        }
    }
    let Some(browser) = std::str::from_utf8(input).ok().and_then(|text| url::Url::parse(text).ok()) else { return };
    if !matches!(browser.scheme(), "http" | "https" | "ws" | "wss" | "ftp") {
        return;
    }
    host::parse(input, &mut scratch);
    let found: Vec<_> = scratch.url().hosts().collect();
    let seen = match browser.host() {
        Some(url::Host::Ipv4(address)) => found.iter().any(|reading| reading.host() == Host::V4(address)),
        Some(url::Host::Ipv6(address)) => found.iter().any(|reading| reading.host() == Host::V6(address)),
        Some(url::Host::Domain(name)) => {
            // One dot at the end is the root; two are a label without letters, which no resolver takes. Nor does one take a name of
            // more bytes than DNS has (RFC 1035, section 2.3.4).
            let name = name.strip_suffix('.').unwrap_or(name).as_bytes();
            name.is_empty()
                || name.ends_with(b".")
                || name.len() > 253
                || found.iter().any(|reading| reading.host() == Host::Name(name))
        }
        None => true,
    };
    assert!(seen, "a browser connects to {:?}, which is not among {:?}", browser.host(), scratch.url());
}
