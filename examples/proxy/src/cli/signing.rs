//! `vanguard keygen`, `sign` and `verify`.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `vanguard keygen`.
#[derive(Debug, Args)]
#[command(after_help = KEYGEN)]
pub(crate) struct Keygen {
    /// The private key's file; the public key's is the same with `.pub`
    #[arg(long, value_name = "FILE", default_value = "vanguard.key", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// One JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// `vanguard sign`.
#[derive(Debug, Args)]
#[command(after_help = SIGN)]
pub(crate) struct Sign {
    /// The private key
    #[arg(long, value_name = "FILE", default_value = "vanguard.key", value_hint = ValueHint::FilePath)]
    pub(crate) key: PathBuf,
    /// Locks and rule packs; the signature of each is written beside it, as FILE.sig
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// `vanguard verify`.
#[derive(Debug, Args)]
#[command(after_help = VERIFY)]
pub(crate) struct Verify {
    /// A public key that is trusted; of several, one has to have signed
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[cfg_attr(feature = "sigstore", arg(required_unless_present = "bundle"))]
    #[cfg_attr(not(feature = "sigstore"), arg(required = true))]
    pub(crate) key: Vec<PathBuf>,
    /// In place of keys: the Sigstore bundle that came with the files, whatever they are
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires_all = ["identity", "issuer"], conflicts_with = "key")]
    pub(crate) bundle: Option<PathBuf>,
    /// Who has to have signed: a mail address, or the URI of a workflow
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "NAME", requires = "bundle")]
    pub(crate) identity: Option<String>,
    /// Who has to vouch for that: the URL of an OpenID Connect provider
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "URL", requires = "bundle")]
    pub(crate) issuer: Option<String>,
    /// What it has to be built from: the URL of a repository, as the certificate says or the statement that it signs
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "URL", requires = "bundle")]
    pub(crate) source_repository: Option<String>,
    /// The branch or tag that it has to be built from: refs/tags/v1.2.0
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "REF", requires = "bundle")]
    pub(crate) source_ref: Option<String>,
    /// The commit that it has to be built from
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "HASH", requires = "bundle")]
    pub(crate) source_commit: Option<String>,
    /// Who has to have built it, as its SLSA provenance says
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "ID", requires = "bundle")]
    pub(crate) builder: Option<String>,
    /// What kind of statement has to be signed: https://slsa.dev/provenance/v1
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "TYPE", requires = "bundle")]
    pub(crate) predicate_type: Option<String>,
    /// A `trusted_root.json` in place of that of Sigstore's public instance
    #[cfg(feature = "sigstore")]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "bundle")]
    pub(crate) roots: Option<PathBuf>,
    /// Locks and rule packs, with their signature beside them as FILE.sig
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// One JSON object a line instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

const KEYGEN: &str = "\
Examples:
  vanguard keygen
  vanguard keygen --out ~/.config/vanguard/team.key

An Ed25519 key, as PEM (PKCS #8), not encrypted, readable by its owner alone; `openssl pkey` reads it. A file that is there is never overwritten. Keep the private key where locks are accepted, give the public one to those who use them.

Exit codes: 0 done, 4 a file can't be written, or is there already.";

const SIGN: &str = "\
Examples:
  vanguard sign vanguard.lock
  vanguard sign --key ~/.config/vanguard/team.key rules/*.yaml

The signature is a DSSE envelope around an in-toto statement: the file's name, its SHA-256, and whether it is a lock or a rule pack. A file that is neither, or is wrong, is not signed. Any change to the file needs another signature.

Exit codes: 0 signed, 3 a file or key is wrong, 4 a file can't be read or written.";

const VERIFY: &str = "\
Examples:
  vanguard verify --key vanguard.key.pub vanguard.lock
  vanguard verify --key old.pub --key new.pub rules/*.yaml && vanguard start --config vanguard.yaml …
  vanguard start --lock vanguard.lock --lock-key vanguard.key.pub -- …

Exit codes: 0 all are signed by one of the keys, 1 one is not, 3 a file or key is wrong, 4 a file can't be read.";
