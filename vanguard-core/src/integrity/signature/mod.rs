//! Signatures over locks and rule packs: Ed25519, as DSSE envelopes around in-toto statements, beside the file they speak of.
//!
//! ```
//! use vanguard_core::integrity::signature::{PrivateKey, Subject, sign, verify};
//!
//! let key = PrivateKey::from_seed([7; 32]); // from the system's random numbers, elsewhere
//! let signature = sign(&key, Subject::Lock, "vanguard.lock", b"{}");
//! assert!(verify(&signature, &[key.public()], Subject::Lock, b"{}").is_ok());
//! assert!(verify(&signature, &[key.public()], Subject::Lock, b"{ }").is_err());
//! ```
//!
//! | file | what it holds |
//! | --- | --- |
//! | `key` | keys, and how files hold them |
//! | `envelope` | DSSE: what is signed, and by whom |
//! | `statement` | in-toto: which file it speaks of |

mod envelope;
mod key;
mod statement;

pub use key::{KeyError, PrivateKey, PublicKey};
pub use statement::Subject;

use super::Digest;

/// Why a signature doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It is no DSSE envelope.
    #[error("this is no signature: {0}")]
    Envelope(&'static str),
    /// None of the trusted keys made it.
    #[error("none of the given keys made the signature; it names {0}")]
    Stranger(String),
    /// It is no in-toto statement about a file.
    #[error("what is signed is no statement about a file: {0}")]
    Statement(&'static str),
    /// It speaks of another kind of file.
    #[error("what is signed is a {found}, and a {expected} is asked for")]
    Kind {
        /// What it is.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The file has changed since, or is another one.
    #[error("the file is not the one that was signed: {expected} was, and this is {found}")]
    Content {
        /// What was signed.
        expected: Digest,
        /// What is there.
        found: Digest,
    },
}

/// What a signature that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signed {
    /// The name that the file had.
    pub name: String,
    /// The key that signed it.
    pub key: PublicKey,
}

/// Signs the file `content`, called `name`. The answer belongs beside it, as `NAME.sig`.
#[must_use]
pub fn sign(key: &PrivateKey, subject: Subject, name: &str, content: &[u8]) -> String {
    envelope::seal(key, &statement::write(subject, name, Digest::of(content)))
}

/// Checks that one of `keys` signed the file `content` as a `subject`.
///
/// # Errors
/// Why it doesn't hold.
pub fn verify(signature: &str, keys: &[PublicKey], subject: Subject, content: &[u8]) -> Result<Signed, SignatureError> {
    let (payload, key) = envelope::open(signature, keys)?;
    let (name, digest) = statement::read(&payload, subject)?;
    let found = Digest::of(content);
    if digest != found {
        return Err(SignatureError::Content { expected: digest, found });
    }
    Ok(Signed { name, key })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::from_seed([seed; 32])
    }

    #[test]
    fn only_the_file_the_kind_and_the_keys_that_were_meant_hold() {
        let signature = sign(&key(1), Subject::Lock, "vanguard.lock", b"content");
        let trusted = [key(2).public(), key(1).public()];
        let signed = verify(&signature, &trusted, Subject::Lock, b"content").unwrap();
        assert_eq!((signed.name.as_str(), signed.key), ("vanguard.lock", key(1).public()));
        let error =
            |keys: &[PublicKey], subject, content: &[u8]| verify(&signature, keys, subject, content).unwrap_err();
        assert!(matches!(error(&trusted, Subject::Lock, b"contenT"), SignatureError::Content { .. }));
        assert!(matches!(error(&trusted, Subject::Rules, b"content"), SignatureError::Kind { .. }));
        assert!(matches!(error(&[key(2).public()], Subject::Lock, b"content"), SignatureError::Stranger(_)));
        assert!(matches!(error(&[], Subject::Lock, b"content"), SignatureError::Stranger(_)));
    }

    #[test]
    fn no_part_of_a_signature_can_be_changed() {
        let signature = sign(&key(1), Subject::Lock, "vanguard.lock", b"content");
        let mut held = 0;
        for at in 0..signature.len() {
            let mut bytes = signature.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            // The key's name is a hint, and is not signed.
            let hint = signature.find("keyid").unwrap();
            let in_hint = (hint..hint + 90).contains(&at);
            let holds = verify(&changed, &[key(1).public()], Subject::Lock, b"content").is_ok();
            assert!(!holds || in_hint, "{at}: {changed}");
            held += usize::from(holds);
        }
        assert!(held > 0);
    }

    #[test]
    fn what_is_no_signature_is_told() {
        let seal = |payload: &str| envelope::seal(&key(1), payload);
        let all = [key(1).public()];
        for (signature, says) in [
            ("".to_owned(), "it is not JSON"),
            ("{}".to_owned(), "`payloadType`"),
            (r#"{"payloadType":"text/plain","payload":"","signatures":[]}"#.to_owned(), "`payloadType`"),
            (seal("{}").replace("\"payload\":\"", "\"payload\":\"!"), "base64"),
            (seal("{}"), "`_type`"),
            (seal(r#"{"_type":"https://in-toto.io/Statement/v1"}"#), "`subject`"),
            (sign(&key(1), Subject::Lock, "a", b"").replacen('{', "{\"payload\":\"\",", 1), "not JSON"),
        ] {
            let error = verify(&signature, &all, Subject::Lock, b"").unwrap_err().to_string();
            assert!(error.contains(says), "{signature}: {error}");
        }
    }
}
