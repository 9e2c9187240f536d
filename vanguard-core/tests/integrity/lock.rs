//! The file: what is written is read back, and what doesn't fit is refused with its place.

use proptest::prelude::*;
use vanguard_core::integrity::{Artifact, Digest, Identity, Lock, Package, Tls, identity_drift};

use super::{lock, servers};

#[test]
fn a_lock_holds_what_was_said() {
    let lock = lock(&servers());
    let text = lock.to_text();
    assert_eq!(Lock::read("x", &text).unwrap().to_text(), text);
    let notes = &lock.servers["notes"];
    assert_eq!(notes.claims.tools.keys().collect::<Vec<_>>(), ["find_notes", "read_note", "write_note"]);
    assert!(text.contains("\n            \"description\": \"Reads one note.\",\n"), "{text}");
    assert_eq!(Lock::read("x", &Lock::default().to_text()), Ok(Lock::default()));
}

#[test]
fn identities_of_every_carrier_are_kept() {
    let mut lock = lock(&servers());
    let mut identity = Identity::default();
    identity.command = vec!["npx".to_owned(), "notes".to_owned()];
    identity.executable = Some(Artifact { path: "/usr/bin/npx".to_owned(), sha256: Some(Digest::of("npx")) });
    identity.script = Some(Artifact { path: "/srv/notes.js".to_owned(), sha256: Some(Digest::of("script")) });
    identity.package = Some(Package {
        registry: "npm".to_owned(),
        name: "notes".to_owned(),
        version: Some("1.4.0".to_owned()),
        sha256: Some(Digest::of("files")),
    });
    identity.url = Some("https://notes.example.com/mcp".to_owned());
    identity.tls = Some(Tls { spki_sha256: Digest::of("key") });
    lock.servers.get_mut("notes").unwrap().identity = identity.clone();
    let back = Lock::read("x", &lock.to_text()).unwrap();
    assert_eq!(back, lock);

    let told = |change: &dyn Fn(&mut Identity)| {
        let mut now = identity.clone();
        change(&mut now);
        let found = identity_drift(&identity, &now);
        found
            .iter()
            .map(|drift| format!("{} {} {}", drift.kind.as_str(), drift.severity.as_str(), drift.pointer))
            .collect::<Vec<_>>()
    };
    assert!(told(&|_| {}).is_empty());
    let package = |now: &mut Identity, change: &dyn Fn(&mut Package)| change(now.package.as_mut().unwrap());
    assert_eq!(
        told(&|now| package(now, &|package| package.name = "n0tes".to_owned())),
        ["identity high /identity/package/name"]
    );
    assert_eq!(
        told(&|now| package(now, &|package| package.sha256 = Some(Digest::of("x")))),
        ["artifact high /identity/package/sha256"]
    );
    let newer =
        |package: &mut Package| (package.version, package.sha256) = (Some("1.5.0".to_owned()), Some(Digest::of("y")));
    assert_eq!(told(&|now| package(now, &newer)), ["version low /identity/package/version"]);
    assert_eq!(told(&|now| now.command.push("-v".to_owned())), ["version low /identity/command"]);
    assert_eq!(told(&|now| now.url = Some("https://evil.test/mcp".to_owned())), ["identity high /identity/url"]);
    assert_eq!(
        told(&|now| now.tls = Some(Tls { spki_sha256: Digest::of("x") })),
        ["identity high /identity/tls/spki_sha256"]
    );
    assert_eq!(told(&|now| now.tls = None), ["identity high /identity/tls/spki_sha256"]);
    let sha = Some(Digest::of("npx 2"));
    assert_eq!(told(&|now| now.executable.as_mut().unwrap().sha256 = sha), ["version low /identity/executable/sha256"]);
    let (script, sha) = (|now: &mut Identity| now.script.take().unwrap(), Some(Digest::of("script 2")));
    assert_eq!(
        told(&|now| now.script = Some(Artifact { sha256: sha, ..script(now) })),
        ["artifact medium /identity/script/sha256"]
    );
    assert_eq!(told(&|now| drop(script(now))), ["identity medium /identity/script"]);
    let elsewhere = || "/opt/notes.js".to_owned();
    assert_eq!(
        told(&|now| now.script = Some(Artifact { path: elsewhere(), ..script(now) })),
        ["identity low /identity/script/path"]
    );
    assert_eq!(
        told(&|now| now.script = Some(Artifact { path: elsewhere(), sha256: sha })),
        ["identity medium /identity/script/path"]
    );
    // A new version of the package brings other files.
    let newer = |now: &mut Identity| {
        now.script = Some(Artifact { sha256: sha, ..script(now) });
        now.package.as_mut().unwrap().version = Some("9.9.9".to_owned());
    };
    assert_eq!(told(&newer), ["version low /identity/package/version", "artifact low /identity/script/sha256"]);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let text = lock(&servers()).to_text();
    let told = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Lock::read("vanguard.lock", &text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    let line = |needle: &str| text[..text.find(needle).unwrap()].matches('\n').count() + 1;
    // An edited definition does not fit its fingerprints; what is named is the field.
    let error = told("Reads one note.", "Reads every note.");
    let place = text.find("Reads one note.").unwrap();
    let fields = text[..place].rfind("\"fields\"").unwrap();
    let field = line(&text[fields..])
        + text[fields..].find("\"description\"").map(|at| text[fields..fields + at].matches('\n').count()).unwrap();
    assert_eq!(
        error,
        format!(
            "error: the fingerprint of `description` is not that of what is locked\n --> vanguard.lock:{field}, at \
             /servers/notes/tools/read_note/fields/description\n  = help: a lock is not edited by hand: `vanguard lock --update` \
             accepts changes; if nobody edited it, somebody tampered with it"
        )
    );
    for (from, to, says) in [
        ("\"vanguardLock\": 1", "\"vanguardLock\": 2", "this is a lock of format 2; this Vanguard reads format 1"),
        ("\"vanguardLock\": 1", "\"lock\": 1", "`vanguardLock` is missing"),
        ("\"protocol\": \"2025-11-25\"", "\"protocol\": 7", "a string belongs here"),
        (
            "\"protocol\": \"2025-11-25\"",
            "\"protocol\": \"2025-06-18\"",
            "the fingerprint of `server` is not that of what is locked",
        ),
        ("\"identity\": {}", "\"identity\": {\"who\": 1}", "unknown field `who`"),
        ("\"identity\": {}", "\"identity\": []", "an object belongs here"),
        ("\"prompts\": {", "\"extra\": 1, \"prompts\": {", "unknown key `extra`"),
        ("\"vanguardLock\": 1,", "\"vanguardLock\": 1, \"vanguardLock\": 1,", "the same key"),
        ("  \"vanguardLock\"", "  vanguardLock", "not valid JSON"),
    ] {
        let error = told(from, to);
        assert!(error.contains(says) && error.contains("--> vanguard.lock:") && error.contains("help: "), "{error}");
    }
    // Cut short, and emptied.
    for text in [&text[..text.len() / 2], "", "{}", "[]", "null"] {
        assert!(Lock::read("x", text).is_err(), "{text:.40}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_byte_can_be_changed_unnoticed(at in 0..20_000_usize, byte in 32_u8..127) {
        let lock = lock(&servers());
        let text = lock.to_text();
        let mut bytes = text.clone().into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        // Blanks between values are free; everything else either fails or says the same.
        if let Ok(read) = Lock::read("x", std::str::from_utf8(&bytes).unwrap()) {
            // A name is free too, and another may stand elsewhere in the order.
            let renamed = |lock: &Lock| {
                let mut servers: Vec<_> = lock.servers.values().map(|server| format!("{server:?}")).collect();
                servers.sort_unstable();
                servers
            };
            prop_assert_eq!(renamed(&read), renamed(&lock));
        }
    }
}
