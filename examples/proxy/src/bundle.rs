//! `vanguard verify --bundle`: who signed a file, by a Sigstore bundle.

use crate::cli::Verify;
use crate::exit::{FOUND, Failure};
use crate::judge::read;
use crate::output::say;
use crate::terminal::visible;
use serde_json::json;
use std::fs;
use std::path::Path;
use vanguard_adapters::sigstore::{Artifact, Roots, Signer, verify};

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
    let mut code = 0;
    for file in &arguments.files {
        let content = fs::read(file).map_err(|error| Failure::io(file.display(), error))?;
        let checked = verify(&bundle, Artifact::Content(&content), &signer, &roots);
        code = if checked.is_ok() { code } else { FOUND };
        let error = checked.as_ref().err().map(ToString::to_string);
        if arguments.json {
            let signed_at = checked.ok().map(|verified| verified.signed_at);
            say!("{}", json!({"file": file, "signed": error.is_none(), "signed_at": signed_at, "error": error}));
            continue;
        }
        match error {
            None => say!("{}: signed by {}", file.display(), visible(&signer.identity)),
            Some(error) => say!("{}: {}", file.display(), visible(&error)),
        }
    }
    Ok(code)
}
