//! in-toto statements: which file is signed, and as what.

use super::SignatureError;
use crate::integrity::{Digest, Document, Json};

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://github.com/vanguard-mcp/vanguard/attestation/v1";

/// What kind of file a signature is over: one can't stand for the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A `vanguard.lock`.
    Lock,
    /// A rule pack.
    Rules,
}

impl Subject {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Rules => "rule pack",
        }
    }
}

/// The statement that `name` with `digest` is a `subject`.
pub(super) fn write(subject: Subject, name: &str, digest: Digest) -> String {
    let statement = serde_json::json!({
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest.hex()}}],
        "predicateType": PREDICATE,
        "predicate": {"kind": subject.as_str(), "vanguard": env!("CARGO_PKG_VERSION")},
    });
    statement.to_string()
}

/// The file that a statement is about, if it is about one `expected` file.
pub(super) fn read(payload: &[u8], expected: Subject) -> Result<(String, Digest), SignatureError> {
    let wrong = SignatureError::Statement;
    let document = std::str::from_utf8(payload).ok().and_then(Document::parse).ok_or(wrong("it is not JSON"))?;
    let root = document.json();
    let text = |name| root.member(name).and_then(Json::str);
    if text("_type") != Some(STATEMENT) {
        return Err(wrong("its `_type` is not in-toto's, version 1"));
    }
    let mut subjects = root.member("subject").into_iter().flat_map(Json::elements);
    let (Some(subject), None) = (subjects.next(), subjects.next()) else {
        return Err(wrong("its `subject` is not one file"));
    };
    if text("predicateType") != Some(PREDICATE) {
        return Err(wrong("its `predicateType` is not Vanguard's"));
    }
    let kind = root.member("predicate").and_then(|predicate| predicate.member("kind")?.str()).unwrap_or("file");
    if kind != expected.as_str() {
        return Err(SignatureError::Kind { found: kind.to_owned(), expected: expected.as_str() });
    }
    let digest = subject.member("digest").and_then(|digest| digest.member("sha256")?.str());
    let digest = digest.and_then(|hex| format!("sha256:{hex}").parse().ok()).ok_or(wrong("it has no SHA-256"))?;
    let name = subject.member("name").and_then(Json::str).ok_or(wrong("the file has no name"))?;
    Ok((name.to_owned(), digest))
}
