use proptest::prelude::*;

use super::*;

fn with<R>(text: &str, look: impl FnOnce(UrlFacts<'_>) -> R) -> R {
    let mut scratch = UrlScratch::default();
    parse(text.as_bytes(), &mut scratch);
    look(scratch.url())
}

fn hosts(text: &str) -> Vec<String> {
    with(text, |url| url.hosts().map(|host| String::from_utf8_lossy(host.text()).into_owned()).collect())
}

#[test]
fn urls_and_their_hosts() {
    let cases: [(&str, &str, &[&str], Option<u16>); 48] = [
        ("http://example.com/a?b#c", "http", &["example.com"], None),
        ("HTTPS://EXAMPLE.com:8443", "https", &["example.com"], Some(8443)),
        ("http://localhost:3000", "http", &["localhost"], Some(3000)),
        ("http://user:pw@example.com/", "http", &["example.com"], None),
        ("http://[::1]:80/", "http", &["::1"], Some(80)),
        ("http://[0:0:0:0:0:ffff:169.254.169.254]", "http", &["::ffff:169.254.169.254"], None),
        ("http://[fe80::1%25eth0]/", "http", &["fe80::1"], None),
        ("http://2130706433/", "http", &["127.0.0.1"], None),
        ("http://0x7f.1/", "http", &["127.0.0.1"], None),
        ("http://0177.0.0.1/", "http", &["127.0.0.1", "177.0.0.1"], None),
        ("http://127.1", "http", &["127.0.0.1"], None),
        ("http://127.0.0.q1", "http", &["127.0.0.1", "127.0.0.q1"], None),
        ("http://q177.0.0.1", "http", &["127.0.0.1"], None),
        ("http://0/", "http", &["0.0.0.0"], None),
        ("http://169%2e254%2e169%2e254/", "http", &["169.254.169.254"], None),
        ("http://169。254。169。254/", "http", &["169.254.169.254"], None),
        ("acap://①②⑦.⓪.⓪.①", "acap", &["127.0.0.1"], None),
        ("irc://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "irc", &["localhost"], None),
        ("http://example.com./", "http", &["example.com"], None),
        ("http://127.0.0.1./", "http", &["127.0.0.1"], None),
        ("http:example.com", "http", &["example.com"], None),
        ("http:/example.com", "http", &["example.com"], None),
        ("http:///example.com", "http", &["example.com"], None),
        (r"http:\\example.com\x", "http", &["example.com"], None),
        ("ht\ntp://exa\tmple.com", "http", &["example.com"], None),
        ("\u{1} http://example.com \n", "http", &["example.com"], None),
        ("gopher://127.0.0.1:6379/_x", "gopher", &["127.0.0.1"], Some(6379)),
        ("jar:http://127.0.0.1!/", "jar", &["127.0.0.1"], None),
        ("jdbc:mysql://10.0.0.1:3306/db", "jdbc", &["10.0.0.1"], Some(3306)),
        ("view-source:http://10.0.0.1/", "view-source", &["10.0.0.1"], None),
        ("file:///etc/passwd", "file", &[], None),
        ("file://srv/share", "file", &["srv"], None),
        ("mailto:a@b.example", "mailto", &[], None),
        ("urn:isbn:0451450523", "urn", &[], None),
        ("data:text/html,http://x.example", "data", &[], None),
        ("java\tscript:alert(1)", "javascript", &[], None),
        ("php://filter/resource=/etc/passwd", "php", &[], None),
        ("//example.com/x", "", &["example.com"], None),
        ("localhost:3000", "", &["localhost"], Some(3000)),
        ("example.com:8080/x", "", &["example.com"], Some(8080)),
        ("127.0.0.1", "", &["127.0.0.1"], None),
        ("127.1", "", &["127.0.0.1"], None),
        ("[::1]:80", "", &["::1"], Some(80)),
        ("::1", "", &["::1"], None),
        ("redis:6379", "", &["redis"], Some(6379)),
        ("git@github.com:org/repo.git", "", &["github.com"], None),
        ("metadata.google.internal/computeMetadata/v1/", "", &["metadata.google.internal"], None),
        ("http://bücher.example/", "http", &["xn--bcher-kva.example"], None),
    ];
    for (text, scheme, expected, port) in cases {
        assert_eq!(hosts(text), expected, "{text}");
        with(text, |url| {
            assert_eq!((String::from_utf8_lossy(url.scheme()).as_ref(), url.port()), (scheme, port), "{text}")
        });
    }
}

#[test]
fn what_is_no_host() {
    for text in [
        "",
        " ",
        "hello",
        "hello world",
        "1.2",
        "10",
        "3000",
        "2130706433",
        "v1.2.3",
        "2024.10.15",
        "2024.10.15.1234",
        "12:30:45",
        "12:30",
        "C:\\x",
        r"c:/x",
        "a@b.example",
        "src/main.rs",
        "std::fmt",
        "a::b",
        "see 127.0.0.1",
        "see\nlocalhost",
        ".env.local",
        "/etc/passwd",
        "./x",
        "../x",
        "key: value",
        "#",
        "?x",
        "00:1b:44:11:3a:b7",
        "http://",
        "http://[host]:[port]/",
        "http://{{host}}:80",
        "a b.example",
    ] {
        let found = hosts(text);
        assert!(found.is_empty() || found == ["{{host}}"], "{text}: {found:?}");
    }
    assert_eq!(hosts("example.com/169.254.169.254"), ["example.com"]);
    assert_eq!(hosts("http://example.com/?u=http://169.254.169.254/"), ["example.com"]);
    assert_eq!(hosts("https://medium.com/@user"), ["medium.com"]);
    assert_eq!(hosts("https://x.example#a@b.example"), ["x.example"]);
    assert_eq!(hosts("http://metadata.example.com"), ["metadata.example.com"]);
}

#[test]
fn a_known_host_may_be_any_word_or_number() {
    let mut scratch = UrlScratch::default();
    for (text, host) in [
        ("2130706433", "127.0.0.1"),
        ("db", "db"),
        ("10.1", "10.0.0.1"),
        ("metadata", "metadata"),
        ("0", "0.0.0.0"),
        ("https://x.example/", "x.example"),
    ] {
        parse_host(text.as_bytes(), &mut scratch);
        assert_eq!(scratch.url().host_text(), host.as_bytes(), "{text}");
    }
}

#[test]
fn readers_who_disagree_are_all_heard() {
    let cases: [(&str, &[&str]); 7] = [
        (r"http://127.1.1.1:80\@127.2.2.2:80/", &["127.1.1.1", "127.2.2.2"]),
        ("http://a@127.0.0.1@example.com/", &["example.com", "127.0.0.1"]),
        ("http://1.1.1.1 &@2.2.2.2# @3.3.3.3/", &["2.2.2.2", "1.1.1.1"]),
        (r"http://good.example\.evil.example/", &["good.example", r"good.example\.evil.example"]),
        ("http://foo@evil.example:80@good.example/", &["good.example", "evil.example"]),
        ("http:///example.com", &["example.com"]),
        ("http://0177.0.0.1", &["127.0.0.1", "177.0.0.1"]),
    ];
    for (text, expected) in cases {
        assert_eq!(hosts(text), expected, "{text}");
        with(text, |url| assert!(url.notes().has(UrlNote::ParsersDisagree), "{text}"));
    }
    for text in [
        "http://user@example.com/",
        "http://example.com:80/a@b",
        "https://example.com",
        "file:///x",
        "ssh://git@host.example/x",
    ] {
        with(text, |url| assert!(!url.notes().has(UrlNote::ParsersDisagree), "{text}"));
    }
}

#[test]
fn what_stands_out_is_noted() {
    use UrlNote::*;
    let cases: [(&str, &[UrlNote]); 25] = [
        ("http://example.com", &[]),
        ("http://127.0.0.1", &[]),
        ("http://0x7f.1", &[IpObfuscated]),
        ("http://425.510.425.510", &[IpObfuscated, IpOverflow]),
        ("http://u@example.com", &[Userinfo]),
        ("https://me%40mail.example:pw@example.com", &[Userinfo]),
        ("ssh://john.doe@example.com", &[Userinfo]),
        ("https://bank.example:443@evil.example/", &[Userinfo, HostInUserinfo]),
        ("http://example.com%2fx@evil.example/", &[Userinfo, HostInUserinfo, ParsersDisagree]),
        ("http%3A%2F%2Fexample.com%2Fx", &[EncodedScheme]),
        ("https://example.com/a?", &[EmptyQuery]),
        ("http://1.1.1.1@2.2.2.2", &[Userinfo, HostInUserinfo]),
        (r"http:/\example.com", &[Backslash, ParsersDisagree]),
        ("http://ex\nample.com", &[Whitespace]),
        ("http://%65xample.com", &[PercentHost]),
        ("http://bücher.example", &[Idn, Punycode]),
        ("http://xn--bcher-kva.example", &[Punycode]),
        ("http://аррӏе.example", &[Idn, Punycode, ConfusableLabel]),
        ("http://pаypal.example", &[Idn, Punycode, MixedScriptLabel, ConfusableLabel]),
        ("http://example.com.", &[TrailingDot]),
        ("http://[fe80::1%25en0]", &[Zone]),
        ("http://[::ffff:10.0.0.1]", &[EmbeddedV4]),
        ("http://10.0.0.1.nip.io", &[EmbeddedAddress]),
        ("example.com", &[Bare, Guessed]),
        ("example.com:80", &[Bare]),
    ];
    for (text, notes) in cases {
        with(text, |url| {
            let found: Vec<_> = url.notes().iter().filter(|note| *note != OddSlashes).collect();
            assert_eq!(found, notes, "{text}");
        });
    }
    // Whole scripts of their own are honest.
    for text in [
        "http://москва.рф",
        "http://日本語.jp",
        "http://ελλάδα.gr",
        "http://한국.kr",
        "http://straße.de",
        "http://中文.tw",
    ] {
        with(text, |url| {
            assert!(!url.notes().has(MixedScriptLabel) && !url.notes().has(ConfusableLabel), "{text} {url:?}");
        });
    }
}

#[test]
fn spans_lead_back_to_the_source() {
    let text = " http://us\ner:p@EX\tample.com:80/a/b?q=1#f";
    let mut scratch = UrlScratch::default();
    parse(text.as_bytes(), &mut scratch);
    let url = scratch.url();
    let of = |span: Span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned();
    assert_eq!(of(url.userinfo().unwrap()), "us\ner:p");
    assert_eq!(of(url.host_typed().unwrap()), "EX\tample.com");
    assert_eq!(of(url.path()), "/a/b");
    assert_eq!(of(url.query().unwrap()), "q=1");
    assert_eq!(of(url.source_span()), text);
    with("mailto:a@b?subject=x", |url| assert_eq!(url.path().len(), 3));
}

#[test]
fn a_warm_scratch_does_not_grow() {
    let mut scratch = UrlScratch::default();
    let texts = ["https://api.example.com:8443/v1/items?q=1", "http://[2001:db8::1]/", "localhost:3000"];
    texts.iter().for_each(|text| parse(text.as_bytes(), &mut scratch));
    let before = scratch.bytes.capacity();
    texts.iter().for_each(|text| parse(text.as_bytes(), &mut scratch));
    assert_eq!((before, scratch.cleaned.capacity()), (scratch.bytes.capacity(), 0));
    parse("http://a\tb/".repeat(9000).as_bytes(), &mut scratch);
    scratch.shrink_to(64);
    assert!(scratch.cleaned.capacity() < 128 && scratch.url().host().is_none());
}

#[test]
fn long_inputs_end() {
    for text in [
        "http://".to_owned() + &"@".repeat(100_000),
        "http://".to_owned() + &"ü".repeat(100_000),
        "xn--".repeat(50_000) + ".com",
        "http://".to_owned() + &"xn--a.".repeat(50_000),
        "jar:".repeat(50_000),
        "1.".repeat(50_000),
        ":".repeat(100_000),
        "http://".to_owned() + &"1.1.1.1-".repeat(20_000) + ".nip.io",
    ] {
        with(&text, |_| ());
    }
}

fn urlish() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "http",
        "https",
        "file",
        ":",
        "//",
        "/",
        "\\",
        "@",
        "?",
        "#",
        ".",
        "[",
        "]",
        "%",
        "%2e",
        "127",
        "0x7f",
        "0177",
        "1",
        "localhost",
        "example.com",
        "::",
        "ffff",
        "。",
        "ü",
        "а",
        "xn--",
        " ",
        "\n",
        "\t",
        "jar:",
        "nip.io",
        "-",
        "80",
        "\u{AD}",
        "①",
    ]);
    prop::collection::vec(part, 0..14).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_read(text in prop::collection::vec(any::<u8>(), 0..120)) {
        let mut scratch = UrlScratch::default();
        parse(&text, &mut scratch);
        parse_host(&text, &mut scratch);
    }

    #[test]
    fn spans_lie_inside(text in urlish()) {
        with(&text, |url| {
            let spans = [Some(url.path()), url.query(), url.userinfo(), url.host_typed()];
            for span in spans.into_iter().flatten() {
                prop_assert!(span.start <= span.end && span.end as usize <= text.len(), "{:?}", span);
            }
            for host in url.hosts() {
                prop_assert!(!host.text().is_empty());
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_canonical_host_is_its_own(text in urlish()) {
        let Some(host) = hosts(&text).into_iter().next() else { return Ok(()) };
        // Names with characters that no host has are kept as they are for the record, but are not read again.
        prop_assume!(host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':')));
        let again = hosts(&if host.contains(':') { format!("http://[{host}]/") } else { format!("http://{host}/") });
        prop_assert_eq!(again.first().cloned(), Some(host.clone()), "{} {}", text, host);
    }

    #[test]
    fn an_address_is_found_in_any_url(octets in any::<[u8; 4]>(), scheme in "http|https|ws|ftp|gopher|redis", port in prop::option::of(1u16..), path in "(/[a-z@.:]{0,8})?") {
        let address = Ipv4Addr::from(octets);
        for typed in [address.to_string(), u32::from(address).to_string(), format!("0x{:x}", u32::from(address)), format!("user@{address}")] {
            let text = format!("{scheme}://{typed}{}{path}", port.map(|p| format!(":{p}")).unwrap_or_default());
            with(&text, |url| {
                prop_assert_eq!(url.host(), Some(Host::V4(address)), "{}", text);
                prop_assert_eq!(url.port(), port);
                Ok(())
            })?;
        }
    }
}
