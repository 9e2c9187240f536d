//! `vanguard keygen`, `sign` and `verify`: who stands for a lock or a rule pack.

use crate::cli::{Keygen, Sign, Verify};
use crate::exit::{FOUND, Failure};
use crate::judge::{read, with_ending};
use crate::output::say;
use crate::terminal::visible;
use serde_json::json;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use vanguard_core::integrity::Lock;
use vanguard_core::integrity::signature::{self, PrivateKey, PublicKey, Signed, Subject};
use vanguard_core::rules::catalog;

/// Runs `vanguard keygen`. Returns the exit code.
pub(crate) fn keygen(arguments: &Keygen) -> Result<u8, Failure> {
    let mut seed = [0; 32];
    let random = File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut seed));
    random.map_err(|error| Failure::io("/dev/urandom", error))?;
    let key = PrivateKey::from_seed(seed);
    let public = with_ending(&arguments.out, "pub");
    // The public one first: a private key without it would have to be thrown away.
    create(&public, 0o644, &key.public().to_pem())?;
    if let Err(failure) = create(&arguments.out, 0o600, &key.to_pem()) {
        let _ = fs::remove_file(&public);
        return Err(failure);
    }
    let id = key.public().id();
    if arguments.json {
        say!("{}", json!({"private": arguments.out, "public": public, "key": id}));
    } else {
        say!("{} and {}\n{id}", arguments.out.display(), public.display());
    }
    Ok(0)
}

/// Runs `vanguard sign`. Returns the exit code.
pub(crate) fn sign(arguments: &Sign) -> Result<u8, Failure> {
    let wrong = |error| Failure::Config(format!("error: {}: {error}", arguments.key.display()));
    let key = PrivateKey::from_pem(&read(&arguments.key)?).map_err(wrong)?;
    // All or none: a file that is wrong is found before the first signature is written.
    let files = arguments.files.iter().map(|file| Ok((file, content(file)?))).collect::<Result<Vec<_>, Failure>>()?;
    for (file, (subject, text)) in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let signature = signature::sign(&key, subject, &name, text.as_bytes());
        let beside = with_ending(file, "sig");
        fs::write(&beside, signature).map_err(|error| Failure::io(beside.display(), error))?;
        if arguments.json {
            let (kind, key) = (subject.as_str(), key.public().id());
            say!("{}", json!({"file": file, "kind": kind, "signature": beside, "key": key}));
        } else {
            say!("{}: signed as a {}", beside.display(), subject.as_str());
        }
    }
    Ok(0)
}

/// Runs `vanguard verify`. Returns the exit code.
pub(crate) fn verify(arguments: &Verify) -> Result<u8, Failure> {
    #[cfg(feature = "sigstore")]
    if let Some(bundle) = &arguments.bundle {
        return crate::bundle::run(arguments, bundle);
    }
    let keys = keys(&arguments.key)?;
    let mut code = 0;
    for file in &arguments.files {
        let (subject, text) = content(file)?;
        let checked = check(file, &text, subject, &keys)?;
        code = if checked.is_ok() { code } else { FOUND };
        if arguments.json {
            let (key, error) = (checked.as_ref().ok().map(|signed| signed.key.id()), checked.as_ref().err());
            say!(
                "{}",
                json!({"file": file, "kind": subject.as_str(), "signed": checked.is_ok(), "key": key, "error": error})
            );
            continue;
        }
        match checked {
            Ok(signed) => say!("{}: a {}, signed by {}", file.display(), subject.as_str(), signed.key.id()),
            Err(error) => say!("{}: {}", file.display(), visible(&error)),
        }
    }
    Ok(code)
}

/// The text of the lock `file`, which one of the keys in `keys` has signed.
///
/// # Errors
/// If none did.
pub(crate) fn require(file: &Path, keys: &[PathBuf]) -> Result<String, Failure> {
    let text = read(file)?;
    let checked = check(file, &text, Subject::Lock, &self::keys(keys)?)?;
    let help = "`vanguard sign` signs a lock anew once its changes were accepted";
    checked
        .map(|_| text)
        .map_err(|why| Failure::Config(format!("error: {}\n --> {}\n  = help: {help}", visible(&why), file.display())))
}

/// Whether the signature beside `file` holds, or why not.
fn check(file: &Path, text: &str, subject: Subject, keys: &[PublicKey]) -> Result<Result<Signed, String>, Failure> {
    let beside = with_ending(file, "sig");
    if !beside.exists() {
        return Ok(Err(format!("it is not signed: there is no {}", beside.display())));
    }
    let signature = read(&beside)?;
    Ok(signature::verify(&signature, keys, subject, text.as_bytes()).map_err(|error| error.to_string()))
}

fn keys(files: &[PathBuf]) -> Result<Vec<PublicKey>, Failure> {
    let key = |file: &PathBuf| {
        PublicKey::from_pem(&read(file)?)
            .map_err(|error| Failure::Config(format!("error: {}: {error}", file.display())))
    };
    files.iter().map(key).collect()
}

/// What a file is, and its text. Only what can be used is worth a signature.
fn content(file: &Path) -> Result<(Subject, String), Failure> {
    let text = read(file)?;
    let name = file.display().to_string();
    let is_json = text.trim_start().starts_with('{');
    match is_json {
        true => Lock::read(&name, &text).map(|_| Subject::Lock).map_err(|error| Failure::Config(error.to_string())),
        false => catalog([(name.as_str(), text.as_str())])
            .map(|_| Subject::Rules)
            .map_err(|error| Failure::Config(error.to_string())),
    }
    .map(|subject| (subject, text))
}

fn create(path: &Path, mode: u32, text: &str) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::io(path.display(), "it is there already, and is never overwritten"),
        _ => Failure::io(path.display(), error),
    })
}
