//! Paths and hosts through the public face, as a rule author sees them: a question in data, a text, an answer.

use proptest::prelude::*;
use vanguard_core::analyzers::network::{HostClass, HostQuery, UrlView};
use vanguard_core::analyzers::path::{Access, PathQuery, PathView, Place, Zone, Zones};
use vanguard_core::message::Span;
use vanguard_core::normalize::host::{self, UrlScratch};
use vanguard_core::normalize::path::{self, PathScratch};

fn path_query(json: &str) -> PathQuery {
    serde_json::from_str(json).unwrap()
}

fn host_query(json: &str) -> HostQuery {
    serde_json::from_str(json).unwrap()
}

#[test]
fn one_question_finds_every_spelling_of_a_theft() {
    let theft = path_query(r#"{"sensitive": ["credentials", "keys", "cloud", "system_accounts"]}"#);
    let mut scratch = PathScratch::default();
    for text in [
        "/etc/shadow",
        "/srv/project/../../etc/shadow",
        r"..\..\..\etc\shadow",
        "....//....//....//etc/shadow",
        "file://localhost/%65tc/shadow",
        "/proc/self/root/etc/shadow",
        "/etc/shadow\0.txt",
        "~/.ssh/id_ed25519",
        "$HOME/.aws/credentials",
        r"%USERPROFILE%\.ssh\id_rsa",
        r"\\?\C:\Users\me\.ssh\id_rsa",
        r"C:\Windows\System32\config\SAM::$DATA",
        "resource://files/../../../etc/shadow",
    ] {
        path::parse(text.as_bytes(), &mut scratch);
        assert_eq!(theft.matches(&scratch.path()), Some(Span::of_usize(0, text.len())), "{text:?}");
    }
    for text in [
        "src/etc/shadow.rs",
        "docs/credentials.md",
        ".ssh-config-parser/index.ts",
        "a/../b/c.txt",
        "https://example.com/etc/shadow",
        "~/projects/app/README.md",
    ] {
        path::parse(text.as_bytes(), &mut scratch);
        assert_eq!(theft.matches(&scratch.path()), None, "{text:?}");
    }
}

#[test]
fn one_question_finds_every_spelling_of_a_metadata_service() {
    let metadata = host_query(r#"{"class": ["metadata"]}"#);
    let mut scratch = UrlScratch::default();
    for (text, host) in [
        ("http://169.254.169.254/latest/", "169.254.169.254"),
        ("http://0xA9FEA9FE/", "0xA9FEA9FE"),
        ("http://[::ffff:a9fe:a9fe]:80/", "[::ffff:a9fe:a9fe]"),
        ("http://x@metadata.google.internal./v1", "metadata.google.internal."),
        ("169.254.170.2/v2/credentials", "169.254.170.2"),
        ("http://169.254.169.254.sslip.io", "169.254.169.254.sslip.io"),
    ] {
        host::parse(text.as_bytes(), &mut scratch);
        let span = metadata.matches(&scratch.url()).unwrap_or_default();
        assert_eq!(span.of(text.as_bytes()), host.as_bytes(), "{text}");
    }
    for text in [
        "https://example.com/?next=http://169.254.169.254/",
        "http://metadata.example.com",
        "1.2.3.4",
        "http://localhost:3000",
    ] {
        host::parse(text.as_bytes(), &mut scratch);
        assert_eq!(metadata.matches(&scratch.url()), None, "{text}");
    }
}

#[test]
fn localhost_is_a_fact_not_an_attack() {
    let mut scratch = UrlScratch::default();
    host::parse(b"http://localhost:3000/api", &mut scratch);
    let view = UrlView::new(scratch.url());
    assert_eq!(view.classes().iter().collect::<Vec<_>>(), [HostClass::Loopback]);
    let disguised = host_query(
        r#"{"class": ["loopback"], "notes": ["ip_obfuscated", "parsers_disagree", "embedded_address", "embedded_v4"]}"#,
    );
    assert_eq!(disguised.matches_view(&view), None);
    for text in
        ["http://2130706433/", "http://[::ffff:127.0.0.1]/", r"http://a.example\@127.0.0.1/", "http://localtest.me"]
    {
        host::parse(text.as_bytes(), &mut scratch);
        assert!(disguised.matches(&scratch.url()).is_some(), "{text}");
    }
}

#[test]
fn a_zone_holds_for_both_kinds_of_access() {
    let zones = Zones::none().read(Zone::new("/usr/share").unwrap()).write(Zone::new("/srv/project").unwrap());
    let outside = path_query(r#"{"outside_zones": "write"}"#);
    let mut scratch = PathScratch::default();
    for (text, read, write) in [
        ("/srv/project/a.txt", true, true),
        ("notes/a.txt", true, true),
        ("/usr/share/doc/x", true, false),
        ("/srv/project2/a.txt", false, false),
        ("../other", false, false),
        ("/srv/project/../project2/a", false, false),
    ] {
        path::parse(text.as_bytes(), &mut scratch);
        let view = PathView::new(scratch.path());
        assert_eq!(zones.contains(&view.facts(), Access::Read), read, "{text}");
        assert_eq!(zones.contains(&view.facts(), Access::Write), write, "{text}");
        assert_eq!(outside.matches_view(&view, &zones).is_some(), !write, "{text}");
    }
}

#[test]
fn questions_survive_being_written_down() {
    let query = path_query(
        r#"{"climbs": true, "sensitive": ["keys"], "glob": ["~/.x/**"], "notes": ["nul"], "root": ["unc"], "outside_zones": "read"}"#,
    );
    assert_eq!(path_query(&serde_json::to_string(&query).unwrap()), query);
    let query = host_query(
        r#"{"class": ["private"], "scheme": ["git+*"], "dangerous_scheme": true, "host": ["*.x"], "notes": ["idn"], "port": [22]}"#,
    );
    assert_eq!(host_query(&serde_json::to_string(&query).unwrap()), query);
}

#[test]
fn a_warm_scratch_costs_no_allocation() {
    let paths: [&[u8]; 6] = [
        b"/home/dev/app/src/main.rs",
        b"./src/../README.md",
        br"C:\Users\me\project\a.txt",
        b"~/.config/app/settings.json",
        b"file:///srv/a%20b.txt",
        b"../../etc/passwd",
    ];
    let urls: [&[u8]; 5] = [
        b"https://api.example.com:8443/v1?q=1",
        b"http://0x7f.1/",
        b"http://[2001:db8::1]/",
        b"localhost:3000",
        b"http://u@10.0.0.1.nip.io/",
    ];
    let path_query = path_query(r#"{"climbs": true, "sensitive": ["keys"], "glob": ["/etc/**", "~/.ssh/*"]}"#);
    let host_query = host_query(r#"{"class": ["metadata"], "host": ["*.internal"]}"#);
    let zones = Zones::none().write(Zone::new("/srv/project").unwrap());
    let (mut path_scratch, mut url_scratch) = (PathScratch::default(), UrlScratch::default());
    let mut all = || {
        for text in paths {
            path::parse(text, &mut path_scratch);
            let view = PathView::new(path_scratch.path());
            std::hint::black_box((
                path_query.matches_view(&view, &zones),
                zones.contains(&view.facts(), Access::Write),
            ));
        }
        for text in urls {
            host::parse(text, &mut url_scratch);
            std::hint::black_box(host_query.matches_view(&UrlView::new(url_scratch.url())));
        }
    };
    all();
    assert_eq!(allocation_counter::measure(all).count_total, 0);
}

proptest! {
    #[test]
    fn whatever_the_padding_a_climb_to_a_secret_is_found(depth in 1usize..8, pads in prop::collection::vec(0usize..6, 10), secret in "etc/shadow|root/\\.ssh/id_rsa") {
        let pad = ["/", "//", "/./", "\\", "\\.\\", "/././"];
        let climb: String = (0..depth).map(|at| format!("..{}", pad[pads[at]])).collect();
        let text = format!("{climb}{secret}");
        let mut scratch = PathScratch::default();
        path::parse(text.as_bytes(), &mut scratch);
        let view = PathView::new(scratch.path());
        prop_assert!(scratch.path().climbs() as usize == depth, "{}", text);
        prop_assert!(view.places().has(Place::SystemAccounts) || view.places().has(Place::Keys), "{}", text);
    }

    #[test]
    fn a_zone_never_holds_what_climbs_out(inside in "[a-z]{1,5}(/[a-z]{1,5}){0,3}", extra in 1usize..4) {
        let zones = Zones::none().write(Zone::new("/srv/project").unwrap());
        let depth = inside.split('/').count();
        let mut scratch = PathScratch::default();
        for lead in ["/srv/project/", ""] {
            let text = format!("{lead}{inside}/{}x", "../".repeat(depth));
            path::parse(text.as_bytes(), &mut scratch);
            prop_assert!(zones.contains(&scratch.path(), Access::Write), "{}", text);
            let text = format!("{lead}{inside}/{}x", "../".repeat(depth + extra));
            path::parse(text.as_bytes(), &mut scratch);
            prop_assert!(!zones.contains(&scratch.path(), Access::Write), "{}", text);
        }
    }
}
