//! The program or address: whether it is still the one that was locked.

use super::{Drift, DriftKind};
use crate::finding::Severity;
use crate::integrity::Identity;

/// What changed from one identity to another.
#[must_use]
pub fn identity_drift(old: &Identity, new: &Identity) -> Vec<Drift> {
    let mut found = Vec::new();
    let mut tell = |kind, severity, pointer: &str, reason: &str, was: &str, is: &str| {
        found.push(Drift::new(kind, severity, format!("/identity/{pointer}"), reason).seen(was, is));
    };
    use DriftKind::{Artifact, Identity as Other, Version};
    use Severity::{High, Low, Medium};
    let mut packaged = false;
    match (&old.package, &new.package) {
        (Some(was), Some(is)) if (&was.registry, &was.name) != (&is.registry, &is.name) => {
            tell(Other, High, "package/name", "another package is run", &was.name, &is.name);
        }
        (Some(was), Some(is)) => {
            packaged = true;
            let version = |version: &Option<String>| version.clone().unwrap_or_default();
            if was.version != is.version {
                tell(
                    Version,
                    Low,
                    "package/version",
                    "another version of the package is run",
                    &version(&was.version),
                    &version(&is.version),
                );
            } else if let (Some(was), Some(is)) = (was.sha256, is.sha256)
                && was != is
            {
                let reason = "the same version of the package has other content";
                tell(Artifact, High, "package/sha256", reason, &was.to_string(), &is.to_string());
            }
        }
        (Some(was), None) => tell(Other, Medium, "package", "the package can't be found any more", &was.name, ""),
        (None, Some(is)) => tell(Other, Low, "package", "the package was not known when it was locked", "", &is.name),
        (None, None) => {}
    }
    script(old, new, &mut tell);
    if let (Some(was), Some(is)) = (&old.executable, &new.executable) {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        if was.path != is.path {
            // A launcher that lies elsewhere starts the same package.
            let severity = if packaged || name(&was.path) == name(&is.path) { Low } else { Medium };
            tell(Other, severity, "executable/path", "the program lies elsewhere", &was.path, &is.path);
        }
        if let (Some(was), Some(is)) = (was.sha256, is.sha256)
            && was != is
        {
            // Interpreters and launchers are updated with the system.
            tell(Version, Low, "executable/sha256", "the program is another build", &was.to_string(), &is.to_string());
        }
    }
    if old.command != new.command && !old.command.is_empty() && !new.command.is_empty() {
        let program =
            |command: &[String]| command.first().map(|word| word.rsplit('/').next().unwrap_or_default().to_owned());
        let (was, is) = (old.command.join(" "), new.command.join(" "));
        if program(&old.command) == program(&new.command) || packaged {
            tell(Version, Low, "command", "it is started with other arguments", &was, &is);
        } else {
            tell(Other, Medium, "command", "another program is started", &was, &is);
        }
    }
    let text = |url: &Option<String>| url.clone().unwrap_or_default();
    if old.url != new.url {
        tell(Other, High, "url", "it is reached at another address", &text(&old.url), &text(&new.url));
    }
    if let (Some(was), new) = (&old.tls, &new.tls)
        && new.as_ref() != Some(was)
    {
        let is = new.as_ref().map(|tls| tls.spki_sha256.to_string()).unwrap_or_default();
        tell(Other, High, "tls/spki_sha256", "its TLS key is another", &was.spki_sha256.to_string(), &is);
    }
    found
}

/// The script: what an interpreter runs is the server, as a package is.
fn script(old: &Identity, new: &Identity, tell: &mut impl FnMut(DriftKind, Severity, &str, &str, &str, &str)) {
    use DriftKind::{Artifact, Identity as Other};
    use Severity::{Low, Medium};
    let version = |identity: &Identity| identity.package.as_ref().and_then(|package| package.version.clone());
    let (was, is) = match (&old.script, &new.script) {
        (Some(was), Some(is)) => (was, is),
        (Some(was), None) => {
            return tell(Other, Medium, "script", "the script can't be found any more", &was.path, "");
        }
        (None, Some(is)) => {
            return tell(Other, Low, "script", "the script was not known when it was locked", "", &is.path);
        }
        (None, None) => return,
    };
    let same = was.sha256.is_some() && was.sha256 == is.sha256;
    // A new version of a package brings other files; that it is another version is told.
    let released = version(old).is_some() && version(new).is_some() && version(old) != version(new);
    let severity = if same || released { Low } else { Medium };
    if was.path != is.path {
        tell(Other, severity, "script/path", "another file is run", &was.path, &is.path);
    } else if let (Some(was), Some(is)) = (was.sha256, is.sha256)
        && was != is
    {
        tell(Artifact, severity, "script/sha256", "the script has other content", &was.to_string(), &is.to_string());
    }
}
