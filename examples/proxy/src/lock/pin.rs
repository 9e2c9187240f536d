//! `vanguard start --lock`: the lock to hold the server against, after its program has been.

use super::{file, neighbours, show, survey};
use crate::cli::{DriftMode as Mode, Start};
use crate::exit::{Failure, NOT_LOCKED};
use crate::judge;
use crate::signing;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;
use vanguard_adapters::identity::{Places, of_command};
use vanguard_core::integrity::{DriftMode, Lock, identity_drift};
use vanguard_core::{Config, Severity};

/// How long a server may take for an answer while it is locked.
const WAIT: Duration = Duration::from_secs(60);

/// The server that is about to be started.
pub(crate) struct Pinning<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its command, as the user gave it.
    pub(crate) named: &'a [OsString],
    /// The command that is run: the same, or one that confines it.
    pub(crate) command: &'a [OsString],
    /// Where it starts.
    pub(crate) folder: Option<&'a Path>,
}

/// The lock that `start --lock` names, and how to hold the server against it. `None` without `--lock`.
///
/// # Errors
/// A lock that can't be used, a server that is not in it, a program that is not the one that was locked.
pub(crate) fn pinned(
    start: &Start,
    config: &Config,
    server: &Pinning<'_>,
) -> Result<Option<(Lock, DriftMode)>, Failure> {
    let Some(path) = &start.lock else { return Ok(None) };
    let mode = match start.lock_mode {
        Mode::Warn => DriftMode::Warn,
        Mode::Balanced => DriftMode::Balanced,
        Mode::Strict => DriftMode::Strict,
    };
    let lock = match start.lock_key.as_slice() {
        [] => file::load(path)?,
        // What was signed is what is used, whoever writes the file meanwhile.
        keys => Some(file::parse(path, &signing::require(path, keys)?)?),
    };
    let known = lock.as_ref().is_some_and(|lock| lock.servers.contains_key(server.name));
    if !known && start.lock_trust_first {
        return first(path, lock.unwrap_or_default(), config, server).map(|lock| Some((lock, mode)));
    }
    let lock = lock.ok_or_else(|| file::missing(path))?;
    let Some(locked) = lock.servers.get(server.name) else { return Err(file::unlocked(path, &lock, server.name)) };
    let changes = identity_drift(&locked.identity, &of_command(server.named, &Places::of_this_process()));
    let held = |severity| match mode {
        DriftMode::Strict => true,
        DriftMode::Balanced => severity > Severity::Low,
        _ => false,
    };
    if changes.iter().any(|change| held(change.severity)) {
        let all = show::group(&changes.iter().collect::<Vec<_>>());
        let why = format!(
            "`{}` is not the server that was locked in {}, and is not started\n{all}\
             if that is meant: `vanguard lock --update --accept-server --name {} -- COMMAND`",
            server.name,
            path.display(),
            server.name
        );
        return Err(Failure::Code(NOT_LOCKED, why));
    }
    changes.iter().for_each(|change| show::progress(&change.reason));
    Ok(Some((lock, mode)))
}

/// Locks a server that is started for the first time: what it claims now is trusted.
fn first(path: &Path, mut lock: Lock, config: &Config, server: &Pinning<'_>) -> Result<Lock, Failure> {
    show::progress(&format!("`{}` is not in {}: it is locked as it is now", server.name, path.display()));
    let inspector = judge::inspector_by(config.clone())?;
    let found = survey(server.command, server.named, server.folder, WAIT, &inspector, &show::progress)?;
    for change in neighbours(&lock, server.name, &found) {
        show::progress(&change.reason);
    }
    lock.servers.insert(server.name.to_owned(), found.server);
    file::save(path, &lock)?;
    Ok(lock)
}
