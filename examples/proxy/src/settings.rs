//! `vanguard config`: check, show and describe configuration.

use crate::cli::Config;
use crate::exit::Failure;
use crate::judge::{inspector_by, load};
use crate::output::{self, say};
use vanguard_core::config;

/// Runs `vanguard config`. Returns the exit code.
pub(crate) fn run(command: &Config) -> Result<u8, Failure> {
    match command {
        Config::Check { files } => {
            let inspector = inspector_by(load(files)?)?;
            say!("{} (configuration {})", ok(files.len()), inspector.versions().config);
        }
        Config::Show { files } => output::print(config::show(&load(files)?)),
        Config::Schema => say!("{:#}", config::schema()),
    }
    Ok(0)
}

fn ok(files: usize) -> String {
    if files == 1 { "ok".to_owned() } else { format!("ok: {files} files, taken together") }
}
