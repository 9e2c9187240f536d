use super::*;
use crate::normalize::host::{self, UrlScratch};

fn classes(text: &str) -> Vec<HostClass> {
    let mut scratch = UrlScratch::default();
    host::parse(text.as_bytes(), &mut scratch);
    UrlView::new(scratch.url()).classes().iter().collect()
}

fn matched(query: &str, text: &str) -> Option<String> {
    let query: HostQuery = serde_json::from_str(query).unwrap();
    let mut scratch = UrlScratch::default();
    host::parse(text.as_bytes(), &mut scratch);
    query.matches(&scratch.url()).map(|span| String::from_utf8_lossy(span.of(text.as_bytes())).into_owned())
}

#[test]
fn hosts_by_class_however_they_are_written() {
    use HostClass::*;
    let cases: &[(HostClass, &[&str])] = &[
        (
            Metadata,
            &[
                "http://169.254.169.254/latest/meta-data/",
                "169.254.169.254",
                "http://2852039166/",
                "http://0xA9FEA9FE/",
                "http://0xA9.0xFE.0xA9.0xFE",
                "http://0251.0376.0251.0376",
                "http://169.254.43518",
                "http://169%2e254%2e169%2e254/",
                "http://169。254。169。254/",
                "http://425.510.425.510/",
                "http://[::ffff:169.254.169.254]/",
                "http://[::ffff:a9fe:a9fe]/",
                "http://[64:ff9b::a9fe:a9fe]/",
                "http://[2002:a9fe:a9fe::]/",
                "http://[fd00:ec2::254]/",
                "http://169.254.169.254.nip.io/",
                "http://a9fea9fe.sslip.io",
                "http://user@169.254.169.254/",
                r"http://good.example\@169.254.169.254/",
                "http://169.254.169.254./",
                "ht\ttp://169.254.169.254",
                "http:169.254.169.254",
                "http:/\\169.254.169.254",
                "http://metadata.google.internal/computeMetadata/v1/",
                "http://METADATA.google.internal./",
                "http://metadata/computeMetadata/v1/",
                "http://100.100.100.200/latest",
                "http://169.254.170.2/v2/credentials",
                "http://168.63.129.16/",
                "http://192.0.0.192/",
                "jar:http://169.254.169.254!/x",
                "https://kubernetes.default.svc/api",
                "kubernetes.default.svc.cluster.local/",
                "gopher://169.254.169.254:80/_GET",
                "http://⑯⑨。②⑤④。⑯⑨。②⑤④/",
            ],
        ),
        (
            Loopback,
            &[
                "http://localhost:3000",
                "http://LOCALHOST",
                "http://127.0.0.1",
                "http://127.1",
                "http://0177.1",
                "http://2130706433",
                "http://[::1]",
                "http://[::ffff:7f00:1]",
                "http://a.localhost",
                "http://localtest.me",
                "lvh.me/",
                "http://host.docker.internal",
                "localhost4.localdomain4/",
                "irc://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
                "http://o177.0.0.1/",
            ],
        ),
        (
            Private,
            &[
                "http://10.0.0.1",
                "http://172.16.0.1",
                "http://192.168.1.1:8080",
                "http://3232235777",
                "http://[fd12::1]",
                "http://10.0.0.1.nip.io",
                "http://0x0a000001",
            ],
        ),
        (LinkLocal, &["http://169.254.1.1", "http://[fe80::1%25eth0]"]),
        (Cgnat, &["http://100.64.0.1"]),
        (Multicast, &["http://224.0.0.1", "http://[ff02::1]"]),
        (Unspecified, &["http://0.0.0.0:8080", "http://0", "http://[::]", "http://[::ffff:0:0]"]),
        (
            Reserved,
            &[
                "http://240.0.0.1",
                "http://192.0.2.1",
                "http://[2001:db8::1]",
                "http://255.255.255.255",
                "http://0.0.0.1",
            ],
        ),
        (
            InternalName,
            &[
                "http://jenkins/",
                "http://db.corp",
                "http://x.internal:80",
                "http://svc.ns.svc.cluster.local",
                "printer.local:631",
                "http://router.lan",
            ],
        ),
        (Embedded, &["http://[::ffff:10.0.0.1]", "http://10-0-0-1.sslip.io", "http://localtest.me"]),
        (Rebinding, &["http://7f000001.c0a80001.rbndr.us"]),
        (Redirector, &["https://bit.ly/x"]),
        (Paste, &["https://pastebin.com/raw/x", "https://files.catbox.moe/x"]),
        (Webhook, &["https://webhook.site/x", "http://x.oast.fun", "http://abc.burpcollaborator.net"]),
        (Tunnel, &["https://abc.ngrok-free.app", "https://x.trycloudflare.com"]),
    ];
    for (class, texts) in cases {
        for text in *texts {
            assert!(classes(text).contains(class), "{text:?} is {:?}, not {class:?}", classes(text));
        }
    }
}

#[test]
fn honest_hosts_have_no_class() {
    for text in [
        "https://example.com/",
        "https://api.github.com/repos",
        "https://8.8.8.8/",
        "http://93.184.216.34",
        "https://docs.rs/regex/1.2.3",
        "1.2.3",
        "1.2.3.4",
        "v10.0.1",
        "12:30:45",
        "example.com/169.254.169.254",
        "https://example.com/?u=http://169.254.169.254/",
        "https://example.com/#@127.0.0.1",
        "http://metadata.example.com",
        "https://localhost.example.com",
        "https://127.0.0.1.example.com",
        "https://internal.example.com",
        "https://corp.example.com",
        "file:///project/README.md",
        "user@localhost.example",
        "admin@10.0.0.1",
        "C:\\x",
        "C:/Users/me",
        "urn:isbn:0451450523",
        "mailto:root@localhost",
        "settings.local",
        "foo.internal",
        "config.test",
        "hello",
        "localhost-tests",
        "10",
        "10.1",
        "README.md",
        "https://[2606:4700::1111]/",
        "https://ec2-54-1-2-3.compute.amazonaws.com",
        "https://bitly.com",
        "https://t.com",
        "https://x.t.co.uk",
        "https://notngrok.io",
        "http://172.15.0.1",
        "http://172.32.0.1",
        "http://100.128.0.1",
        "http://169.253.1.1",
        "https://zh.wikipedia.org/wiki/日本",
        "https://日本語.jp",
        "git@github.com:org/repo.git",
        "std::net::Ipv4Addr",
    ] {
        let named: Vec<_> = classes(text).into_iter().filter(|class| *class != HostClass::PublicAddress).collect();
        assert_eq!(named, [], "{text:?}");
    }
    assert_eq!(classes("https://8.8.8.8/"), [HostClass::PublicAddress]);
}

#[test]
fn queries() {
    assert_eq!(matched(r#"{"class": ["metadata"]}"#, "http://0xA9FEA9FE/x").as_deref(), Some("0xA9FEA9FE"));
    assert_eq!(matched(r#"{"class": ["private"]}"#, "http://0xA9FEA9FE/x"), None);
    assert_eq!(
        matched(r#"{"host": ["*.example.com"]}"#, "https://u@A.Example.com:1/").as_deref(),
        Some("A.Example.com")
    );
    assert_eq!(
        matched(r#"{"port": [6379], "class": ["loopback"]}"#, "http://localhost:6379").as_deref(),
        Some("localhost")
    );
    assert_eq!(matched(r#"{"port": [6379]}"#, "http://localhost:80"), None);
    assert_eq!(matched(r#"{"scheme": ["git+*"]}"#, "git+ssh://h.example/x").as_deref(), Some("git+ssh://h.example/x"));
    assert_eq!(matched(r#"{"notes": ["ip_obfuscated"], "class": ["loopback"]}"#, "http://127.0.0.1"), None);
    assert!(matched(r#"{"notes": ["ip_obfuscated"], "class": ["loopback"]}"#, "http://127.1").is_some());
    for text in [
        "gopher://x.example:70/_x",
        "dict://x:1/",
        "FILE:///etc/passwd",
        "jar:http://x.example!/",
        "php://filter/x",
        "data:text/html,x",
        "java\nscript:x",
        "ldap://x.example/a",
        "expect://id",
        "phar://x.phar",
        "netdoc:///etc/passwd",
        "local_file:///etc/passwd",
        "view-source:http://x.example",
        "compress.zlib://x",
    ] {
        assert!(matched(r#"{"dangerous_scheme": true}"#, text).is_some(), "{text}");
    }
    for text in [
        "https://x.example",
        "http://x.example",
        "mailto:a@b.example",
        "urn:x:y",
        "git@h.example:x",
        "note: data",
        "C:\\file",
        "ssh://git@h.example/x",
        "postgres://h.example/db",
        "file.txt",
        "data.csv",
    ] {
        assert_eq!(matched(r#"{"dangerous_scheme": true}"#, text), None, "{text}");
    }
    assert!(HostQuery::default().is_empty());
    assert!(serde_json::from_str::<HostQuery>(r#"{"classes": []}"#).is_err());
}
