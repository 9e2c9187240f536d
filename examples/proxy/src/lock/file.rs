//! The file: read whole or not at all, written whole or not at all.

use crate::exit::{Failure, USAGE};
use crate::judge;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;
use vanguard_core::config::suggest::closest;
use vanguard_core::integrity::Lock;

/// Reads a lock; `None` if there is no such file.
pub(crate) fn load(path: &Path) -> Result<Option<Lock>, Failure> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        _ => {}
    }
    parse(path, &judge::read(path)?).map(Some)
}

/// The lock that the text of `path` is.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Lock, Failure> {
    Lock::read(&path.display().to_string(), text).map_err(|error| Failure::Config(error.to_string()))
}

/// Writes a lock beside itself and puts it in its place: who reads meanwhile finds the old or the new one.
pub(crate) fn save(path: &Path, lock: &Lock) -> Result<(), Failure> {
    let failed = |error| Failure::io(path.display(), error);
    // Through a link to where it leads, so that the link stays.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut beside = path.clone().into_os_string();
    beside.push(format!(".{}", std::process::id()));
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(lock.to_text().as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&beside, &path)).map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}

/// There is no lock.
pub(crate) fn missing(path: &Path) -> Failure {
    Failure::io(path.display(), "there is no such lock; `vanguard lock` writes one")
}

/// The lock has no server of this name.
pub(crate) fn unlocked(path: &Path, lock: &Lock, name: &str) -> Failure {
    let near = closest(name, lock.servers.keys().map(String::as_str));
    let hint = match near {
        Some(near) => format!("did you mean `--name {near}`?"),
        None => "`vanguard lock` with the same command locks it; `--name` says how it is called".to_owned(),
    };
    Failure::Code(USAGE, format!("`{name}` is not in {}: {hint}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{load, save};
    use vanguard_core::integrity::Lock;

    #[test]
    fn a_lock_is_there_or_not_or_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vanguard.lock");
        assert!(load(&path).unwrap().is_none());
        save(&path, &Lock::default()).unwrap();
        assert_eq!(load(&path).unwrap(), Some(Lock::default()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        std::fs::write(&path, "{}").unwrap();
        assert!(load(&path).is_err());
        std::os::unix::fs::symlink("nowhere", folder.path().join("link")).unwrap();
        assert!(load(&folder.path().join("link")).is_err());
        assert!(save(&folder.path().join("no/such"), &Lock::default()).is_err());
    }
}
