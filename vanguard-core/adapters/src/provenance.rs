//! Where a file was built, from what, and by whom: what an in-toto statement says of it (SLSA provenance 0.2 and 1), and what the
//! certificate authority says of the workload that signed it.
//!
//! The statement is the word of whoever signed: a workflow writes into it what it likes. The certificate is the word of the authority,
//! which has read it in the token of the platform that ran the workflow. So where both name a repository, a ref or a commit they have
//! to agree, and where only one is asked, it is the certificate. A builder is named in a statement alone: it says no more than whose
//! identity stands behind it.

use serde_json::Value;
use sigstore_verify::crypto::CertificateInfo;
use sigstore_verify::types::{Bundle, SignatureContent};

use crate::sigstore::{BundleError, Verified};

/// Where something was built from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// The URL of a repository, `https://github.com/example/notes`.
    pub repository: Option<String>,
    /// The branch or tag, `refs/heads/main`.
    pub reference: Option<String>,
    /// The commit, in hexadecimal digits.
    pub commit: Option<String>,
}

/// What is said of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// What kind of things are said: `https://slsa.dev/provenance/v1`.
    pub predicate_type: String,
    /// Who built it, where it is a provenance.
    pub builder: Option<String>,
    /// From what, where it is a provenance.
    pub source: Source,
}

/// What has to be said of a file; nothing that is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    /// The kind of statement, letter by letter.
    pub predicate_type: Option<String>,
    /// Who built it, letter by letter.
    pub builder: Option<String>,
    /// From what. Spellings of one repository are one: `git+https://x.example/a.git` and `https://x.example/a`.
    pub source: Source,
}

impl Verified {
    /// Where the file was built from: as the certificate says, and what it leaves out as the statement says.
    #[must_use]
    pub fn source(&self) -> Source {
        let said = self.statement.as_ref().map(|statement| statement.source.clone()).unwrap_or_default();
        let certified = self.certified.clone();
        Source {
            repository: certified.repository.or(said.repository),
            reference: certified.reference.or(said.reference),
            commit: certified.commit.or(said.commit),
        }
    }

    /// Checks that what is `expected` is said.
    ///
    /// # Errors
    /// The first thing that is not, or is something else.
    pub fn expect(&self, expected: &Expected) -> Result<(), BundleError> {
        let statement = self.statement.as_ref();
        let source = self.source();
        let same = |what, expected: &Option<String>, found: Option<&String>, plain: fn(&str) -> String| match expected {
            Some(wanted) if found.is_none_or(|found| plain(found) != plain(wanted)) => Err(BundleError::Provenance {
                what,
                expected: format!("`{wanted}`"),
                found: found.map_or_else(|| "not told".to_owned(), |found| format!("`{found}`")),
            }),
            _ => Ok(()),
        };
        let kind = statement.map(|statement| &statement.predicate_type);
        same("kind of statement", &expected.predicate_type, kind, str::to_owned)?;
        let builder = statement.and_then(|statement| statement.builder.as_ref());
        same("builder", &expected.builder, builder, str::to_owned)?;
        let wanted = &expected.source;
        same("source repository", &wanted.repository, source.repository.as_ref(), repository)?;
        same("source ref", &wanted.reference, source.reference.as_ref(), str::to_owned)?;
        same("source commit", &wanted.commit, source.commit.as_ref(), str::to_ascii_lowercase)
    }
}

/// What a certificate says of the workload it was made for.
pub(crate) fn certified(certificate: Option<&CertificateInfo>) -> Source {
    let Some(claims) = certificate.map(|certificate| &certificate.ci_claims) else { return Source::default() };
    // Certificates of before 2023 know GitHub only, and its repositories by owner and name.
    let old = &claims.deprecated_github;
    let of_github = || old.workflow_repository.as_ref().map(|name| format!("https://github.com/{name}"));
    Source {
        repository: claims.source_repository_uri.clone().or_else(of_github),
        reference: claims.source_repository_ref.clone().or_else(|| old.workflow_ref.clone()),
        commit: claims.source_repository_digest.clone().or_else(|| old.workflow_sha.clone()),
    }
}

/// What the statement in a bundle says; `None` if it holds none, but the signature of a file.
pub(crate) fn stated(bundle: &Bundle) -> Result<Option<Statement>, BundleError> {
    let SignatureContent::DsseEnvelope(envelope) = &bundle.content else { return Ok(None) };
    let wrong = |what: &str| BundleError::Statement(what.to_owned());
    if envelope.payload_type != "application/vnd.in-toto+json" {
        return Err(wrong("it is none of in-toto"));
    }
    let value: Value = serde_json::from_slice(envelope.payload.as_bytes())
        .map_err(|error| BundleError::Statement(error.to_string()))?;
    read(&value).map(Some).ok_or_else(|| wrong("it does not say what kind it is of"))
}

/// Whether the statement and the certificate speak of the same source.
pub(crate) fn agree(statement: &Statement, certified: &Source) -> Result<(), BundleError> {
    let same =
        |what, said: &Option<String>, certified: &Option<String>, plain: fn(&str) -> String| match (said, certified) {
            (Some(said), Some(certified)) if plain(said) != plain(certified) => Err(BundleError::Contradiction {
                what,
                statement: format!("`{said}`"),
                certificate: format!("`{certified}`"),
            }),
            _ => Ok(()),
        };
    let said = &statement.source;
    same("source repository", &said.repository, &certified.repository, repository)?;
    same("source ref", &said.reference, &certified.reference, str::to_owned)?;
    same("source commit", &said.commit, &certified.commit, str::to_ascii_lowercase)
}

fn read(statement: &Value) -> Option<Statement> {
    let predicate_type = statement.get("predicateType")?.as_str()?.to_owned();
    let text = |pointer: &str| statement.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let (builder, source) = match predicate_type.as_str() {
        "https://slsa.dev/provenance/v1" => {
            const WORKFLOW: &str = "/predicate/buildDefinition/externalParameters";
            let named =
                || text(&format!("{WORKFLOW}/workflow/repository")).or_else(|| text(&format!("{WORKFLOW}/source")));
            let dependencies = statement.pointer("/predicate/buildDefinition/resolvedDependencies");
            let (repository, commit) = of_v1(named(), dependencies.and_then(Value::as_array));
            let (repository, at) = parted(repository);
            let reference = text(&format!("{WORKFLOW}/workflow/ref")).or(at);
            (text("/predicate/runDetails/builder/id"), Source { repository, reference, commit })
        }
        "https://slsa.dev/provenance/v0.2" => {
            const CONFIG: &str = "/predicate/invocation/configSource";
            let (repository, reference) = parted(text(&format!("{CONFIG}/uri")));
            let commit = text(&format!("{CONFIG}/digest/sha1"));
            (text("/predicate/builder/id"), Source { repository, reference, commit })
        }
        _ => (None, Source::default()),
    };
    Some(Statement { predicate_type, builder, source })
}

/// The source among all that went into a build: what the builder was pointed at, else the one repository there is.
fn of_v1(named: Option<String>, dependencies: Option<&Vec<Value>>) -> (Option<String>, Option<String>) {
    let uri = |one: &Value| one.get("uri").and_then(Value::as_str).map(str::to_owned);
    let repositories: Vec<_> = dependencies
        .into_iter()
        .flatten()
        .filter(|one| one.pointer("/digest/gitCommit").or_else(|| one.pointer("/digest/sha1")).is_some())
        .collect();
    let found = match &named {
        Some(named) => {
            repositories.into_iter().find(|one| uri(one).is_some_and(|uri| repository(&uri) == repository(named)))
        }
        None => match repositories[..] {
            [one] => Some(one),
            _ => None,
        },
    };
    let commit = found.and_then(|one| one.pointer("/digest/gitCommit").or_else(|| one.pointer("/digest/sha1")));
    (named.or_else(|| found.and_then(uri)), commit.and_then(Value::as_str).map(str::to_owned))
}

/// `git+https://x.example/a@refs/heads/main` in two.
fn parted(uri: Option<String>) -> (Option<String>, Option<String>) {
    let Some(uri) = uri else { return (None, None) };
    let (plain, reference) = split(&uri);
    (Some(plain.to_owned()), reference.map(str::to_owned))
}

/// What stands before and behind the `@` of a repository; the one before a host is another.
fn split(uri: &str) -> (&str, Option<&str>) {
    let host = uri.find("://").map_or(0, |scheme| scheme + 3);
    let path = uri.get(host..).and_then(|rest| rest.find('/')).map_or(uri.len(), |slash| host + slash);
    let at = uri.get(path..).and_then(|rest| rest.find('@'));
    at.map_or((uri, None), |at| (uri.get(..path + at).unwrap_or_default(), uri.get(path + at + 1..)))
}

/// One spelling for a repository.
fn repository(uri: &str) -> String {
    let (uri, _) = split(uri);
    let uri = uri.strip_prefix("git+").unwrap_or(uri);
    let uri = uri.strip_prefix("https://").unwrap_or(uri);
    let uri = uri.trim_end_matches('/');
    uri.strip_suffix(".git").unwrap_or(uri).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn source(repository: &str, reference: &str, commit: &str) -> Source {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Source { repository: some(repository), reference: some(reference), commit: some(commit) }
    }

    #[test]
    fn both_versions_of_provenance_are_read() {
        let old = json!({"predicateType": "https://slsa.dev/provenance/v0.2", "predicate": {
            "builder": {"id": "https://github.com/actions/runner"},
            "invocation": {"configSource": {"uri": "git+https://github.com/a/b@refs/tags/v1", "digest": {"sha1": "0abc"}}}}});
        let read_old = read(&old).unwrap();
        assert_eq!(read_old.builder.as_deref(), Some("https://github.com/actions/runner"));
        assert_eq!(read_old.source, source("git+https://github.com/a/b", "refs/tags/v1", "0abc"));
        // GitLab's: no workflow, the source by itself, images beside it.
        let new = json!({"predicateType": "https://slsa.dev/provenance/v1", "predicate": {
            "runDetails": {"builder": {"id": "https://gitlab.com/a/b/-/runners/7"}},
            "buildDefinition": {"externalParameters": {"source": "https://gitlab.com/a/b"}, "resolvedDependencies": [
                {"uri": "docker://ruby", "digest": {"sha256": "77"}},
                {"uri": "git+https://gitlab.com/other/c", "digest": {"gitCommit": "ff"}},
                {"uri": "https://gitlab.com/a/b.git", "digest": {"gitCommit": "0abc"}}]}}});
        assert_eq!(read(&new).unwrap().source, source("https://gitlab.com/a/b", "", "0abc"));
        let other = json!({"predicateType": "https://cyclonedx.org/bom", "predicate": {"builder": {"id": "x"}}});
        let expected = Statement { predicate_type: "https://cyclonedx.org/bom".to_owned(), ..Statement::default() };
        assert_eq!(read(&other), Some(expected));
        assert_eq!(read(&json!({"predicate": {}})), None);
        // Which of two repositories is meant is not for us to guess.
        let two = json!({"predicateType": "https://slsa.dev/provenance/v1", "predicate": {"buildDefinition": {
            "resolvedDependencies": [{"uri": "git+https://x.example/a", "digest": {"sha1": "1"}},
                {"uri": "git+https://x.example/b", "digest": {"sha1": "2"}}]}}});
        assert_eq!(read(&two).unwrap().source, Source::default());
    }

    #[test]
    fn a_statement_that_gainsays_its_certificate_does_not_hold() {
        let said = |source| Statement { source, ..Statement::default() };
        let certified = source("https://github.com/a/b", "refs/heads/main", "0abc");
        for holds in [
            source("git+https://github.com/a/b.git", "refs/heads/main", "0ABC"),
            source("", "", ""),
            source("https://github.com/a/b/", "", ""),
        ] {
            assert_eq!(agree(&said(holds.clone()), &certified), Ok(()), "{holds:?}");
            assert_eq!(agree(&said(holds), &Source::default()), Ok(()));
        }
        for (forged, place) in [
            (source("https://github.com/evil/b", "refs/heads/main", "0abc"), "source repository"),
            (source("https://github.com/a/b@x/../../evil", "refs/heads/dev", ""), "source ref"),
            (source("https://github.com/a/b.evil", "", ""), "source repository"),
            (source("https://github.com@evil.example/a/b", "", ""), "source repository"),
            (source("https://github.com/a/b", "refs/heads/dev", "0abc"), "source ref"),
            (source("", "", "0abd"), "source commit"),
        ] {
            match agree(&said(forged.clone()), &certified) {
                Err(BundleError::Contradiction { what, .. }) => assert_eq!(what, place, "{forged:?}"),
                other => panic!("{forged:?}: {other:?}"),
            }
        }
    }
}
