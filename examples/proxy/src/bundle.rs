//! `vanguard verify --bundle`: who signed a file and where it was built, by a Sigstore bundle.

use crate::cli::Verify;
use crate::exit::{FOUND, Failure};
use crate::judge::read;
use crate::output::say;
use crate::terminal::visible;
use serde_json::json;
use std::fs;
use std::path::Path;
use vanguard_adapters::sigstore::{Artifact, BundleError, Expected, Roots, Signer, Verified, verify};

/// Checks the files of `arguments` by `bundle`. Returns the exit code.
pub(crate) fn run(arguments: &Verify, bundle: &Path) -> Result<u8, Failure> {
    let text = |word: &Option<String>| word.clone().unwrap_or_default();
    let signer = Signer { identity: text(&arguments.identity), issuer: text(&arguments.issuer) };
    let roots = match &arguments.roots {
        Some(file) => Roots::read(&read(file)?),
        None => Roots::public_good(),
    };
    let roots = roots.map_err(|error| Failure::Config(format!("error: {error}")))?;
    let bundle = read(bundle)?;
    let expected = expected(arguments);
    let mut code = 0;
    for file in &arguments.files {
        let content = fs::read(file).map_err(|error| Failure::io(file.display(), error))?;
        let checked = verify(&bundle, Artifact::Content(&content), &signer, &roots)
            .and_then(|verified| verified.expect(&expected).map(|()| verified));
        code = if checked.is_ok() { code } else { FOUND };
        if arguments.json {
            say!("{}", in_json(file, &checked));
            continue;
        }
        match checked {
            Ok(verified) => {
                let told = format!("signed by {}{}", signer.identity, built(&verified));
                say!("{}: {}", file.display(), visible(&told));
            }
            Err(error) => say!("{}: {}", file.display(), visible(&error.to_string())),
        }
    }
    Ok(code)
}

fn expected(arguments: &Verify) -> Expected {
    let mut expected = Expected::default();
    expected.predicate_type.clone_from(&arguments.predicate_type);
    expected.builder.clone_from(&arguments.builder);
    expected.source.repository.clone_from(&arguments.source_repository);
    expected.source.reference.clone_from(&arguments.source_ref);
    expected.source.commit.clone_from(&arguments.source_commit);
    expected
}

/// What is known of where it was built, for people.
fn built(verified: &Verified) -> String {
    let (source, builder) = (verified.source(), verified.statement.as_ref().and_then(|said| said.builder.as_ref()));
    let said = |before: &str, text: Option<&String>| text.map(|text| format!("{before}{text}")).unwrap_or_default();
    format!(
        "{}{}{}{}",
        said(", built from ", source.repository.as_ref()),
        said(" at ", source.reference.as_ref()),
        said(", commit ", source.commit.as_ref()),
        said(", built by ", builder)
    )
}

fn in_json(file: &Path, checked: &Result<Verified, BundleError>) -> serde_json::Value {
    let verified = checked.as_ref().ok();
    let source = verified.map(Verified::source).unwrap_or_default();
    let statement = verified.and_then(|verified| verified.statement.as_ref());
    json!({
        "file": file,
        "signed": verified.is_some(),
        "signed_at": verified.map(|verified| verified.signed_at),
        "predicate_type": statement.map(|statement| &statement.predicate_type),
        "builder": statement.and_then(|statement| statement.builder.as_ref()),
        "source_repository": source.repository,
        "source_ref": source.reference,
        "source_commit": source.commit,
        "error": checked.as_ref().err().map(ToString::to_string),
    })
}
