//! Sigstore bundles: who signed a file or an attestation about it, shown by a certificate of ten minutes and an entry in a public log.
//!
//! [`verify`] asks no network. It holds a bundle against trusted [`Roots`] and checks all of: the certificate's chain at the time of
//! signing, the promise of the certificate log (SCT), the promise (SET) or the Merkle proof of the signature log with its signed
//! checkpoint, that the log's entry is about this signature, the signature itself, the file, and whether it is the [`Signer`] one
//! expects. All of that is the work of `sigstore-verify`; this says which part failed. What the bundle says of where the file was built
//! ([`Verified::source`], SLSA provenance among it) has to agree with the certificate, and can be asked for: [`Verified::expect`].
//!
//! ```no_run
//! use vanguard_adapters::sigstore::{Artifact, Roots, Signer, verify};
//!
//! let signer = Signer {
//!     identity: "https://github.com/example/notes/.github/workflows/release.yml@refs/tags/v1".to_owned(),
//!     issuer: "https://token.actions.githubusercontent.com".to_owned(),
//! };
//! let (bundle, file) = (std::fs::read_to_string("notes.sigstore.json")?, std::fs::read("notes.tgz")?);
//! verify(&bundle, Artifact::Content(&file), &signer, &Roots::public_good()?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The `trusted_root.json` of Sigstore's public instance, as it was when `sigstore-verify` was released: npm and PyPI use it.
pub use sigstore_verify::trust_root::SIGSTORE_PRODUCTION_TRUSTED_ROOT as PUBLIC_GOOD;

pub use crate::provenance::{Expected, Source, Statement};
use crate::provenance::{agree, certified, stated};
use sigstore_verify::bundle;
use sigstore_verify::trust_root::TrustedRoot;
use sigstore_verify::types::{self, ArtifactDigest, Bundle, HashAlgorithm};
use sigstore_verify::{CertificateError, Error, TransparencyLogError, VerificationPolicy, Verifier};

/// What a bundle is about.
#[derive(Clone, Copy, Debug)]
pub enum Artifact<'a> {
    /// A file.
    Content(&'a [u8]),
    /// A file by its SHA-256.
    Sha256(&'a [u8; 32]),
    /// A file by its SHA-512, as npm tells it.
    Sha512(&'a [u8; 64]),
}

/// Who has to have signed. Both are compared letter by letter: a pattern would let strangers in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The certificate's subject: a mail address, or the URI of a workflow.
    pub identity: String,
    /// The OpenID Connect provider that vouched for it.
    pub issuer: String,
}

/// What a bundle that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Who signed.
    pub signer: Signer,
    /// When, by a trusted clock, in seconds since 1970.
    pub signed_at: i64,
    /// What the certificate says of the workload that signed. The authority has it from the platform that ran it.
    pub certified: Source,
    /// What was signed, where it is a statement about the file and not the file itself.
    pub statement: Option<Statement>,
}

/// The authorities, logs and clocks that are trusted.
pub struct Roots {
    verifier: Verifier,
}

impl std::fmt::Debug for Roots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Roots").finish_non_exhaustive()
    }
}

impl Roots {
    /// Those of Sigstore's public instance: [`PUBLIC_GOOD`].
    ///
    /// # Errors
    /// If they can't be read.
    pub fn public_good() -> Result<Self, BundleError> {
        Self::read(PUBLIC_GOOD)
    }

    /// Those of a `trusted_root.json`.
    ///
    /// # Errors
    /// If they can't be read.
    pub fn read(json: &str) -> Result<Self, BundleError> {
        let wrong = |error: &dyn std::fmt::Display| BundleError::Roots(error.to_string());
        let root = TrustedRoot::from_json(json).map_err(|error| wrong(&error))?;
        Ok(Self { verifier: Verifier::new(&root).map_err(|error| wrong(&error))? })
    }
}

/// Why a bundle doesn't hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The roots can't be used.
    #[error("the trusted roots can't be used: {0}")]
    Roots(String),
    /// It is no bundle, or one of a kind that can't be checked.
    #[error("this is no bundle that can be checked: {0}")]
    Bundle(String),
    /// The certificate is none of a trusted authority, or was not valid when it was used.
    #[error("the certificate is not to be trusted: {0}")]
    Certificate(String),
    /// The certificate is not known to be in a certificate log.
    #[error("the certificate was not logged: {0}")]
    CertificateLog(String),
    /// The entry is not in the log.
    #[error("the signature is not proven to be in the log: {0}")]
    Proof(String),
    /// The state of the log that the proof is about is not signed by the log.
    #[error("the log's checkpoint does not hold: {0}")]
    Checkpoint(String),
    /// The log has not promised to take the entry in.
    #[error("the log's promise does not hold: {0}")]
    Promise(String),
    /// The entry is about another signature, certificate or file; or in a log nobody trusts.
    #[error("the log's entry is not of this signature: {0}")]
    Entry(String),
    /// No trusted clock says when it was signed.
    #[error("nobody who is trusted says when it was signed: {0}")]
    Time(String),
    /// Somebody else signed.
    #[error("it was signed by {found}, not by {expected}")]
    Identity {
        /// Who should have.
        expected: String,
        /// Who has.
        found: String,
    },
    /// Somebody else vouches for who signed.
    #[error("{found} vouches for who signed, not {expected}")]
    Issuer {
        /// Who should.
        expected: String,
        /// Who does.
        found: String,
    },
    /// The signature is not of this certificate's key over what is signed.
    #[error("the signature does not hold: {0}")]
    Signature(String),
    /// It is about another file.
    #[error("it is about another file: {0}")]
    Artifact(String),
    /// What was signed is no statement that can be read.
    #[error("its statement can't be read: {0}")]
    Statement(String),
    /// The statement says something else than the certificate of who signed it.
    #[error("its statement names {statement} as its {what}, its certificate {certificate}")]
    Contradiction {
        /// What they speak of.
        what: &'static str,
        /// What the statement says.
        statement: String,
        /// What the certificate says.
        certificate: String,
    },
    /// It was not built by whom, or from what, it should have been.
    #[error("its {what} is {found}, not {expected}")]
    Provenance {
        /// What was asked for.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
}

/// Checks that `signer` signed `artifact` or an in-toto statement about it, by the `bundle` that came with it.
///
/// # Errors
/// The first thing that doesn't hold.
pub fn verify(bundle: &str, artifact: Artifact<'_>, signer: &Signer, roots: &Roots) -> Result<Verified, BundleError> {
    let bundle = Bundle::from_json(bundle).map_err(|error| BundleError::Bundle(error.to_string()))?;
    let digest = |algorithm, bytes: &[u8]| {
        let digest = ArtifactDigest::new(algorithm, bytes).map_err(|error| BundleError::Artifact(error.to_string()))?;
        Ok::<_, BundleError>(types::Artifact::Digest(digest))
    };
    let artifact = match artifact {
        Artifact::Content(bytes) => types::Artifact::Blob(bytes),
        Artifact::Sha256(bytes) => digest(HashAlgorithm::Sha2256, bytes)?,
        Artifact::Sha512(bytes) => digest(HashAlgorithm::Sha2512, bytes)?,
    };
    let policy = VerificationPolicy::new(signer.identity.as_str(), signer.issuer.as_str());
    let result = roots.verifier.verify(artifact, &bundle, &policy).map_err(BundleError::from)?;
    let whole = result.certificate_verified()
        && result.sct_verified()
        && result.tlog_verified()
        && result.identity_policy_checked();
    let signed_at = result.verified_timestamps().iter().map(|time| time.as_second()).min();
    let Some(signed_at) = signed_at.filter(|_| whole) else {
        return Err(BundleError::Bundle("a part of it was not checked".to_owned()));
    };
    let (certified, statement) = (certified(result.certificate()), stated(&bundle)?);
    statement.iter().try_for_each(|statement| agree(statement, &certified))?;
    Ok(Verified { signer: signer.clone(), signed_at, certified, statement })
}

impl From<Error> for BundleError {
    fn from(error: Error) -> Self {
        let said = error.to_string();
        let quoted = |found: Option<String>| found.map_or_else(|| "nobody".to_owned(), |found| format!("`{found}`"));
        match error {
            Error::IdentityMismatch { expected, actual } => Self::Identity {
                expected: format!("`{expected}`"),
                found: quoted(actual.map(|actual| actual.to_string())),
            },
            Error::IssuerMismatch { expected, actual } => {
                Self::Issuer { expected: format!("`{expected}`"), found: quoted(actual) }
            }
            Error::SignatureInvalid(_) => Self::Signature(said),
            Error::ArtifactMismatch(_) | Error::UnsupportedArtifact(_) | Error::ArtifactRead(_) => Self::Artifact(said),
            Error::Certificate(CertificateError::Sct(_)) => Self::CertificateLog(said),
            Error::Certificate(_) => Self::Certificate(said),
            Error::TransparencyLog(error) => match error {
                TransparencyLogError::InclusionProof(_) => Self::Proof(said),
                TransparencyLogError::Checkpoint(_) => Self::Checkpoint(said),
                TransparencyLogError::InclusionPromise(_) => Self::Promise(said),
                TransparencyLogError::IntegratedTime(_) => Self::Time(said),
                _ => Self::Entry(said),
            },
            Error::Timestamp(_) => Self::Time(said),
            Error::Bundle(
                bundle::Error::CheckpointRootMismatch
                | bundle::Error::LogIndexOutOfRange { .. }
                | bundle::Error::MissingInclusionProof(_),
            ) => Self::Proof(said),
            Error::Bundle(bundle::Error::MissingCheckpoint) => Self::Checkpoint(said),
            Error::Bundle(bundle::Error::MissingInclusionPromise(_)) => Self::Promise(said),
            Error::InvalidTrustRoot(_) | Error::TrustRoot(_) | Error::TrustedCertificate(_) => Self::Roots(said),
            _ => Self::Bundle(said),
        }
    }
}
