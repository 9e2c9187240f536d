//! `vanguard config`: check, show and describe configuration.

use crate::cli::Config;
use crate::exit::Failure;
use crate::judge::{inspector_by, load};
use crate::output::{self, say};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};
use vanguard_adapters::files::{self, FilesError};
use vanguard_core::config;

/// Runs `vanguard config`. Returns the exit code.
pub(crate) fn run(command: &Config) -> Result<u8, Failure> {
    match command {
        Config::Check { files, json: true } => return listed(files),
        Config::Check { files, json: false } => {
            let inspector = inspector_by(load(files)?)?;
            say!("{} (configuration {})", ok(files.len()), inspector.versions().config);
        }
        Config::Show { files } => output::print(config::show(&load(files)?)),
        Config::Schema => say!("{:#}", config::schema()),
    }
    Ok(0)
}

/// Each problem as JSON, and warnings where there is none.
fn listed(files: &[PathBuf]) -> Result<u8, Failure> {
    let built = files::load(files).and_then(files::builder).and_then(|builder| Ok(builder.build()?));
    let (told, code) = match built {
        Ok(inspector) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
            (serde_json::to_value(inspector.warnings(now)), 0)
        }
        Err(FilesError::Config(wrong)) => (serde_json::to_value(wrong.problems()), 3),
        Err(other) => return Err(other.into()),
    };
    for one in told.ok().as_ref().and_then(Value::as_array).into_iter().flatten() {
        say!("{one}");
    }
    Ok(code)
}

fn ok(files: usize) -> String {
    if files == 1 { "ok".to_owned() } else { format!("ok: {files} files, taken together") }
}
