//! Real bundles hold; forged ones don't, each for its own reason.

use std::mem::discriminant;

use serde_json::{Value, json};
use sigstore_verify::trust_root::SIGSTORE_STAGING_TRUSTED_ROOT;
use vanguard_adapters::sigstore::{
    Artifact, BundleError, Expected, PUBLIC_GOOD, Roots, Signer, Source, Verified, verify,
};

const NPM: &str = include_str!("sigstore/npm-sigstore-2.0.0.json");
const PYPI: &str = include_str!("sigstore/pypi-rfc8785-0.1.2.json");
const CONDA: &str = include_str!("sigstore/conda-signed-package-2.1.0.json");
const SELF_SIGNED: &str = include_str!("sigstore/forged-self-signed.json");
const PACKAGE: &[u8] = include_bytes!("sigstore/signed-package-2.1.0-hb0f4dca_0.conda");
const GITHUB: &str = "https://token.actions.githubusercontent.com";

fn signer(workflow: &str) -> Signer {
    Signer { identity: format!("https://github.com/{workflow}"), issuer: GITHUB.to_owned() }
}

fn of_npm() -> Signer {
    signer("sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main")
}

fn of_conda() -> Signer {
    signer("prefix-dev/sigstore-example/.github/workflows/action.yaml@refs/heads/main")
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    let byte = |at: usize| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
    std::array::from_fn(byte)
}

/// What npm says `sigstore@2.0.0` has (`dist.integrity`).
fn of_tarball() -> [u8; 64] {
    bytes(
        "46d4e2f74c4877316640000a6fdf8a8b59f1e0847667973e9859f774dd31b8f1e0937813b777fb66a2ac67d50540fe34640966eee9fc2ccca387082b4c85cd3c",
    )
}

#[test]
fn real_bundles_hold() {
    let roots = Roots::public_good().unwrap();
    let tarball = of_tarball();
    let verified = verify(NPM, Artifact::Sha512(&tarball), &of_npm(), &roots).unwrap();
    assert_eq!((&verified.signer, verified.signed_at), (&of_npm(), 1_692_374_735));
    let statement = verified.statement.unwrap();
    assert_eq!(statement.predicate_type, "https://slsa.dev/provenance/v1");
    assert_eq!(statement.builder.as_deref(), Some("https://github.com/actions/runner/github-hosted"));
    // The statement and the certificate each name the source.
    for source in [&statement.source, &verified.certified] {
        assert_eq!(source.repository.as_deref(), Some("https://github.com/sigstore/sigstore-js"));
        assert_eq!(source.reference.as_deref(), Some("refs/heads/main"));
        assert_eq!(source.commit.as_deref(), Some("f0b49a04e5a62250e0f60fb128004a73110fe311"));
    }
    let wheel = bytes("c4e92e9ecc828bef2aa7dba1de8ac983511f7532a0df11c770d39099a25cf201");
    let of_pypi = signer("trailofbits/rfc8785.py/.github/workflows/release.yml@refs/tags/v0.1.2");
    verify(PYPI, Artifact::Sha256(&wheel), &of_pypi, &roots).unwrap();
    verify(CONDA, Artifact::Content(PACKAGE), &of_conda(), &roots).unwrap();
}

/// The conda bundle with another text at a place.
fn with(place: &str, change: impl Fn(&str) -> String) -> String {
    let mut bundle: Value = serde_json::from_str(CONDA).unwrap();
    let value = bundle.pointer_mut(place).unwrap_or_else(|| panic!("{place}"));
    *value = json!(change(value.as_str().unwrap()));
    bundle.to_string()
}

/// Base64 of something else of the same length: another letter in its midst.
fn otherwise(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] = if bytes[middle] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}

const ENTRY: &str = "/verificationMaterial/tlogEntries/0";

#[test]
fn forged_bundles_do_not_hold_and_say_why() {
    let roots = Roots::public_good().unwrap();
    let at = |below: &str| format!("{ENTRY}{below}");
    let changed = |place: &str| with(place, otherwise);
    let other = |field: &str| serde_json::from_str::<Value>(NPM).unwrap().pointer(field).unwrap().clone();
    let text = String::new;
    let with_value = |place: &str, value: Value| {
        let mut bundle: Value = serde_json::from_str(CONDA).unwrap();
        *bundle.pointer_mut(place).unwrap() = value;
        bundle.to_string()
    };
    let without = |parent: &str, key: &str| {
        let mut bundle: Value = serde_json::from_str(CONDA).unwrap();
        bundle.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        bundle.to_string()
    };
    let [expected, found] = [text(), text()];
    let cases: Vec<(&str, String, Signer, BundleError)> = vec![
        ("a certificate that signs itself", SELF_SIGNED.to_owned(), of_conda(), BundleError::Certificate(text())),
        ("another identity", CONDA.to_owned(), of_npm(), BundleError::Identity { expected, found }),
        (
            "a part of the identity",
            CONDA.to_owned(),
            Signer { identity: of_conda().identity.replace("@refs/heads/main", ""), ..of_conda() },
            BundleError::Identity { expected: text(), found: text() },
        ),
        (
            "another issuer",
            CONDA.to_owned(),
            Signer { issuer: "https://accounts.google.com".to_owned(), ..of_conda() },
            BundleError::Issuer { expected: text(), found: text() },
        ),
        (
            "another hash on the way to the root",
            changed(&at("/inclusionProof/hashes/0")),
            of_conda(),
            BundleError::Proof(text()),
        ),
        ("another root", changed(&at("/inclusionProof/rootHash")), of_conda(), BundleError::Proof(text())),
        (
            "another place in the tree",
            with_value(&at("/inclusionProof/logIndex"), json!("7")),
            of_conda(),
            BundleError::Proof(text()),
        ),
        (
            "a checkpoint with another signature",
            with(&at("/inclusionProof/checkpoint/envelope"), |text| {
                let cut = text.trim_end().len() - 20;
                format!("{}AAAAAAAA{}", &text[..cut], &text[cut + 8..])
            }),
            of_conda(),
            BundleError::Checkpoint(text()),
        ),
        (
            "another promise",
            changed(&at("/inclusionPromise/signedEntryTimestamp")),
            of_conda(),
            BundleError::Promise(text()),
        ),
        (
            "another time",
            with_value(&at("/integratedTime"), json!("1756728900")),
            of_conda(),
            BundleError::Promise(text()),
        ),
        ("another statement", changed("/dsseEnvelope/payload"), of_conda(), BundleError::Signature(text())),
        (
            "a signature over something else",
            with_value("/dsseEnvelope/signatures", other("/dsseEnvelope/signatures")),
            of_conda(),
            BundleError::Signature(text()),
        ),
        (
            "an entry of something else",
            with_value("/verificationMaterial/tlogEntries", other("/verificationMaterial/tlogEntries")),
            of_conda(),
            BundleError::Certificate(text()),
        ),
        (
            "no entry",
            with_value("/verificationMaterial/tlogEntries", json!([])),
            of_conda(),
            BundleError::Proof(text()),
        ),
        ("no proof", without(ENTRY, "inclusionProof"), of_conda(), BundleError::Proof(text())),
        ("no bundle", "{}".to_owned(), of_conda(), BundleError::Bundle(text())),
    ];
    let wrong = cases.iter().filter_map(|(what, bundle, signer, error)| {
        let found = verify(bundle, Artifact::Content(PACKAGE), signer, &roots).expect_err(what);
        (discriminant(&found) != discriminant(error)).then(|| format!("{what}: {found:?}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn another_file_and_other_roots_are_refused() {
    let roots = Roots::public_good().unwrap();
    let other = verify(CONDA, Artifact::Content(b"another file"), &of_conda(), &roots);
    assert!(matches!(other, Err(BundleError::Artifact(_))), "{other:?}");
    let other = verify(NPM, Artifact::Sha512(&[0; 64]), &of_npm(), &roots);
    assert!(matches!(other, Err(BundleError::Artifact(_))), "{other:?}");
    // With the authorities, the certificate log or the signature log of another instance.
    let with_other = |part: &str| {
        let staging: Value = serde_json::from_str(SIGSTORE_STAGING_TRUSTED_ROOT).unwrap();
        let mut root: Value = serde_json::from_str(PUBLIC_GOOD).unwrap();
        root[part] = staging[part].clone();
        let roots = Roots::read(&root.to_string()).unwrap();
        verify(CONDA, Artifact::Content(PACKAGE), &of_conda(), &roots).unwrap_err()
    };
    let found = with_other("certificateAuthorities");
    assert!(matches!(found, BundleError::Certificate(_)), "{found:?}");
    let found = with_other("ctlogs");
    assert!(matches!(found, BundleError::CertificateLog(_)), "{found:?}");
    let found = with_other("tlogs");
    assert!(matches!(found, BundleError::Promise(_)), "{found:?}");
    assert!(matches!(Roots::read("{}"), Err(BundleError::Roots(_))));
}

#[test]
fn where_a_file_was_built_can_be_asked_for() {
    let roots = Roots::public_good().unwrap();
    let npm = verify(NPM, Artifact::Sha512(&of_tarball()), &of_npm(), &roots).unwrap();
    let conda = verify(CONDA, Artifact::Content(PACKAGE), &of_conda(), &roots).unwrap();
    let source = |repository: &str, reference: &str, commit: &str| {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut source = Source::default();
        (source.repository, source.reference, source.commit) = (some(repository), some(reference), some(commit));
        source
    };
    let expect = |verified: &Verified, predicate_type: &str, builder: &str, from: Source| {
        let mut expected = Expected::default();
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (expected.predicate_type, expected.builder, expected.source) = (some(predicate_type), some(builder), from);
        verified.expect(&expected)
    };
    let slsa = "https://slsa.dev/provenance/v1";
    let runner = "https://github.com/actions/runner/github-hosted";
    let commit = "f0b49a04e5a62250e0f60fb128004a73110fe311";
    let none = || source("", "", "");
    let of_js = || source("https://github.com/sigstore/sigstore-js", "refs/heads/main", commit);
    assert_eq!(expect(&npm, slsa, runner, of_js()), Ok(()));
    assert_eq!(expect(&npm, "", "", source("git+https://github.com/sigstore/sigstore-js.git", "", "")), Ok(()));
    // What was signed says nothing of a source; the certificate does.
    assert_eq!(expect(&conda, "", "", source("https://github.com/prefix-dev/sigstore-example", "", "")), Ok(()));
    for (verified, predicate_type, builder, from, place) in [
        (&npm, "https://slsa.dev/provenance/v0.2", "", none(), "kind of statement"),
        (&npm, slsa, "https://github.com/actions/runner/self-hosted", none(), "builder"),
        (&npm, slsa, runner, source("https://github.com/sigstore/sigstore", "", ""), "source repository"),
        (&npm, "", "", source("https://github.com/sigstore/sigstore-js/evil", "", ""), "source repository"),
        (&npm, "", "", source("", "refs/heads/next", ""), "source ref"),
        (&npm, "", "", source("", "", "f0b49a0"), "source commit"),
        (&conda, slsa, "", none(), "kind of statement"),
        (&conda, "", runner, none(), "builder"),
    ] {
        match expect(verified, predicate_type, builder, from) {
            Err(BundleError::Provenance { what, .. }) => assert_eq!(what, place),
            other => panic!("{place}: {other:?}"),
        }
    }
}
