//! `vanguard lock` and `vanguard diff`: what servers claim, written down and compared.

mod accept;
mod client;
mod file;
mod pin;
mod show;
mod survey;

pub(crate) use pin::{Pinning, pinned};

use survey::{Survey, survey};

use crate::cli::{Asked, Diff, Lock as Arguments};
use crate::exit::{FOUND, Failure, USAGE};
use crate::judge;
use crate::start::{server, start_failure};
use accept::{Chosen, choose};
use std::ffi::OsString;
use vanguard_adapters::identity::{Places, name_of};
use vanguard_core::integrity::{Drift, Lock};

/// Runs `vanguard lock`. Returns the exit code.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let asked = &arguments.asked;
    let (command, name) = server_of(asked)?;
    let mut lock = file::load(&asked.file)?.unwrap_or_default();
    let found = ask(asked, &command)?;
    let Some(locked) = lock.servers.get(&name).cloned() else {
        if arguments.update {
            let why = format!("`{name}` is not in {}: leave --update away to lock it", asked.file.display());
            return Err(Failure::Code(USAGE, why));
        }
        let neighbours = neighbours(&lock, &name, &found);
        lock.servers.insert(name.clone(), found.server.clone());
        file::save(&asked.file, &lock)?;
        show::locked(asked, &name, &found, &neighbours);
        return Ok(0);
    };
    let changes = found.changes(&lock, &name);
    if !arguments.update {
        show::counted(asked, &name, &changes);
        return Ok(if changes.is_empty() { 0 } else { FOUND });
    }
    let Chosen { server, left } = choose(arguments, locked, &found.server, &changes)?;
    lock.servers.insert(name.clone(), server);
    file::save(&asked.file, &lock)?;
    show::updated(asked, &name, changes.len() - left.len(), &left);
    Ok(if left.is_empty() { 0 } else { FOUND })
}

/// Runs `vanguard diff`. Returns the exit code.
pub(crate) fn diff(arguments: &Diff) -> Result<u8, Failure> {
    let asked = &arguments.asked;
    let (command, name) = server_of(asked)?;
    let lock = file::load(&asked.file)?.ok_or_else(|| file::missing(&asked.file))?;
    if !lock.servers.contains_key(&name) {
        return Err(file::unlocked(&asked.file, &lock, &name));
    }
    let found = ask(asked, &command)?;
    let changes = found.changes(&lock, &name);
    show::changes(asked, &name, &changes);
    Ok(if changes.is_empty() { 0 } else { FOUND })
}

/// The command line and the name of the server.
fn server_of(asked: &Asked) -> Result<(Vec<OsString>, String), Failure> {
    let command = match &asked.server {
        Some(server) => server::words(server).map_err(start_failure)?,
        None => asked.command.clone(),
    };
    let name = asked.name.clone().unwrap_or_else(|| name_of(&command, &Places::of_this_process()));
    Ok((command, name))
}

fn ask(asked: &Asked, command: &[OsString]) -> Result<Survey, Failure> {
    let inspector = judge::inspector(&asked.judging)?;
    let tell = |text: &str| {
        if !asked.json {
            show::progress(text);
        }
    };
    survey(command, command, None, asked.timeout, &inspector, &tell)
}

/// What a new server has to do with those that are locked: names that can be taken for one another, tools for the same thing, texts that name
/// others' tools.
fn neighbours(lock: &Lock, name: &str, found: &Survey) -> Vec<Drift> {
    use vanguard_core::integrity::DriftKind::{Collision, Equivalent, Steering};
    let changes = found.changes(lock, name);
    changes.into_iter().filter(|change| matches!(change.kind, Collision | Equivalent | Steering)).collect()
}
