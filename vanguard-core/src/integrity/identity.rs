//! Who a server is, beside what it says of itself: the program that was started, or the address that was called.

use serde::{Deserialize, Serialize};

use super::Digest;

/// Who a server is. What could not be found out is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Identity {
    /// The command line that started it. Values that look like credentials are left out ([`recorded`]).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// The file of the program that was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executable: Option<Artifact>,
    /// The file that the program reads and runs, if it is an interpreter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Artifact>,
    /// The package that the server's code comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Package>,
    /// Where it was called, without query and credentials, if it was reached over HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its TLS key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// A file and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Its absolute path, links resolved.
    pub path: String,
    /// Its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

/// A package of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The registry: `npm` or `pypi`.
    pub registry: String,
    /// Its name there.
    pub name: String,
    /// The version that is installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The digest of the names and contents of its files, as they lie installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Digest>,
}

/// A TLS key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The digest of the SubjectPublicKeyInfo of its certificate, which survives the renewal of a certificate.
    pub spki_sha256: Digest,
}

/// What stands for a value that a lock must not hold.
const LEFT_OUT: &str = "***";

/// A command line as a lock holds it: locks are shared, so the values of options, variables and headers whose name speaks of a
/// credential are left out.
#[must_use]
pub fn recorded<'w>(words: impl IntoIterator<Item = &'w str>) -> Vec<String> {
    let mut secret_follows = false;
    let mut record = |word: &'w str| {
        let is_option = word.starts_with('-');
        if std::mem::take(&mut secret_follows) && !is_option {
            return LEFT_OUT.to_owned();
        }
        if let Some((name, _)) = word.split_once('=').filter(|(name, _)| speaks_of_credentials(name)) {
            return format!("{name}={LEFT_OUT}");
        }
        if let Some((name, _)) = word.split_once(": ").filter(|(name, _)| speaks_of_credentials(name)) {
            return format!("{name}: {LEFT_OUT}");
        }
        secret_follows = is_option && speaks_of_credentials(word);
        without_userinfo(word)
    };
    words.into_iter().map(&mut record).collect()
}

fn speaks_of_credentials(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["key", "token", "secret", "password", "passwd", "credential", "auth", "cookie", "connection-string"];
    let name = name.to_ascii_lowercase();
    name.len() < 64 && WORDS.iter().any(|word| name.contains(word))
}

/// `scheme://user:password@host` without what stands before the `@`.
fn without_userinfo(word: &str) -> String {
    let parts = word.split_once("://").and_then(|(scheme, rest)| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let at = rest.get(..end)?.rfind('@')?;
        Some(format!("{scheme}://{LEFT_OUT}{}", rest.get(at..)?))
    });
    parts.unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::recorded;

    #[test]
    fn credentials_stay_out_of_a_lock() {
        let words = [
            "npx",
            "-y",
            "srv",
            "--api-key",
            "abc",
            "--dir",
            "/x",
            "TOKEN=t",
            "--auth-token=x",
            "-H",
            "Authorization: Bearer y",
        ];
        let expected = [
            "npx",
            "-y",
            "srv",
            "--api-key",
            "***",
            "--dir",
            "/x",
            "TOKEN=***",
            "--auth-token=***",
            "-H",
            "Authorization: ***",
        ];
        assert_eq!(recorded(words), expected);
        assert_eq!(
            recorded(["postgres://u:p@db/x", "https://h/a@b", "--keys", "-v"]),
            ["postgres://***@db/x", "https://h/a@b", "--keys", "-v"]
        );
    }
}
