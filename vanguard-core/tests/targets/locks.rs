//! What a server claimed, and what it claims now.

use vanguard_core::integrity::{Claims, Document, EntryKind, Lock, ServerLock, drift};

/// A lock that is read is written as one that reads the same, and nothing in it has changed; any other is refused with a reason.
pub(super) fn lock_reader(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match Lock::read("fuzz.lock", text) {
        Ok(lock) => {
            let again = Lock::read("again.lock", &lock.to_text()).expect("what is written can't be read");
            assert_eq!(again, lock);
            for (name, server) in &lock.servers {
                assert_eq!(drift(&lock, name, server), [], "what is the same has changed");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty(), "refused without a reason"),
    }
}

/// Two listings, one a line: each can be locked, is read back from its lock, and changed into the other in words; into itself, nothing
/// changes.
pub(super) fn drift_words(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (one, other) = text.split_once('\n').unwrap_or((text, text));
    let (Some(one), Some(other)) = (server(one), server(other)) else { return };
    for (was, is) in [(&one, &other), (&other, &one)] {
        let lock = Lock { servers: [("s".to_owned(), was.clone())].into() };
        let lock = Lock::read("fuzz.lock", &lock.to_text()).expect("what is written can't be read");
        assert_eq!(drift(&lock, "s", was), [], "what is the same has changed");
        let changes = drift(&lock, "s", is);
        assert_eq!(changes.is_empty(), was.claims == is.claims, "{changes:?}");
        assert!(changes.iter().all(|change| !change.reason.is_empty()));
    }
}

fn server(text: &str) -> Option<ServerLock> {
    let document = Document::parse(text)?;
    let mut claims = Claims::default();
    claims.introduce(document.json());
    for kind in EntryKind::ALL {
        claims.list(kind, document.json()).ok()?;
    }
    Some(ServerLock { claims, ..ServerLock::default() })
}
