//! Ed25519 keys, in the files that OpenSSL and others read and write: PKCS #8 and SubjectPublicKeyInfo, as PEM (RFC 8410).

use std::fmt;

use data_encoding::BASE64;
use ed25519_dalek::{Signature, SigningKey, VerifyingKey};

use crate::integrity::Digest;

/// What stands before the 32 bytes of a private key, in DER.
const PRIVATE: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// What stands before the 32 bytes of a public key.
const PUBLIC: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0];

/// Why a key can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is no block of that name.
    #[error(
        "no `-----BEGIN {0}-----` block: `vanguard keygen` writes one, and so does `openssl genpkey -algorithm ed25519`"
    )]
    NoBlock(&'static str),
    /// The block holds something else.
    #[error("the key is not an Ed25519 key, or is encrypted")]
    NotEd25519,
}

/// A key that signs. It is wiped when it goes.
pub struct PrivateKey(SigningKey);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrivateKey").finish_non_exhaustive()
    }
}

impl PrivateKey {
    /// The key that 32 random bytes are.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Reads a PEM file.
    ///
    /// # Errors
    /// If it holds no such key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = block(text, "PRIVATE KEY")?;
        let seed = der.strip_prefix(&PRIVATE).and_then(|seed| seed.try_into().ok()).ok_or(KeyError::NotEd25519)?;
        Ok(Self::from_seed(seed))
    }

    /// The key as a PEM file, not encrypted.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem("PRIVATE KEY", &[&PRIVATE[..], self.0.as_bytes()].concat())
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        use ed25519_dalek::Signer;
        self.0.sign(message).to_bytes()
    }
}

/// A key that tells who signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a PEM file.
    ///
    /// # Errors
    /// If it holds no such key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Self::from_der(&block(text, "PUBLIC KEY")?)
    }

    /// Reads what a PEM file has between its lines.
    ///
    /// # Errors
    /// If it is no such key.
    pub fn from_base64(text: &str) -> Result<Self, KeyError> {
        Self::from_der(&BASE64.decode(text.as_bytes()).map_err(|_| KeyError::NotEd25519)?)
    }

    fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 32] =
            der.strip_prefix(&PUBLIC).and_then(|key| key.try_into().ok()).ok_or(KeyError::NotEd25519)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::NotEd25519)?;
        // By a key of small order anybody's signature holds.
        if key.is_weak() { Err(KeyError::NotEd25519) } else { Ok(Self(key)) }
    }

    /// The key as a PEM file.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &self.der())
    }

    /// Its name: the SHA-256 of its SubjectPublicKeyInfo.
    #[must_use]
    pub fn id(&self) -> String {
        Digest::of(self.der()).to_string()
    }

    fn der(&self) -> Vec<u8> {
        [&PUBLIC[..], self.0.as_bytes()].concat()
    }

    /// Strictly, so that all verifiers agree on what holds.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    // Both kinds of key fit one line of 64 characters.
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der))
}

fn block(text: &str, label: &'static str) -> Result<Vec<u8>, KeyError> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let inner = text.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end)).ok_or(KeyError::NoBlock(label))?;
    let joined: String = inner.0.split_ascii_whitespace().collect();
    BASE64.decode(joined.as_bytes()).map_err(|_| KeyError::NotEd25519)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8410 section 10.3 and 10.1.
    const RFC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
    const RFC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn keys_of_the_rfc_are_read_and_written() {
        let key = PrivateKey::from_pem(RFC_PRIVATE).unwrap();
        assert_eq!(key.to_pem(), RFC_PRIVATE);
        assert_eq!(key.public().to_pem(), RFC_PUBLIC);
        assert_eq!(PublicKey::from_pem(RFC_PUBLIC), Ok(key.public()));
        assert_eq!(format!("{key:?}"), "PrivateKey(..)");
    }

    /// RFC 8032 section 7.1, test 2.
    #[test]
    fn a_signature_of_the_rfc_comes_out() {
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = PrivateKey::from_seed(seed.try_into().unwrap());
        let signature = key.sign(&[0x72]);
        assert_eq!(
            data_encoding::HEXLOWER.encode(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(key.public().verifies(&[0x72], &signature) && !key.public().verifies(&[0x73], &signature));
        assert!(!key.public().verifies(&[0x72], &signature[..63]));
    }

    #[test]
    fn what_is_no_key_is_told() {
        assert_eq!(PublicKey::from_pem(RFC_PRIVATE), Err(KeyError::NoBlock("PUBLIC KEY")));
        assert!(matches!(PrivateKey::from_pem(&RFC_PRIVATE.replace("MC4C", "MC4D")), Err(KeyError::NotEd25519)));
        assert!(matches!(PrivateKey::from_pem(&RFC_PRIVATE.replace("MC4C", "!")), Err(KeyError::NotEd25519)));
        // The neutral element: anybody's signature would hold.
        let mut weak = PUBLIC.to_vec();
        weak.extend([1]);
        weak.extend([0; 31]);
        assert_eq!(PublicKey::from_pem(&pem("PUBLIC KEY", &weak)), Err(KeyError::NotEd25519));
    }
}
