//! From the command line and its files to an inspector.

use crate::cli::{Judging, Profile};
use crate::exit::Failure;
use crate::output::tell;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, io};
use vanguard_adapters::files::{self, FilesError};
use vanguard_core::config::Config;
use vanguard_core::{Inspector, InspectorBuilder};

/// What `--config` and `--profile` ask for. Warnings go to stderr.
pub(crate) fn inspector(judging: &Judging) -> Result<Inspector, Failure> {
    inspector_by(config(judging)?)
}

/// The configuration that `--config` and `--profile` ask for.
pub(crate) fn config(judging: &Judging) -> Result<Config, Failure> {
    let mut config = load(&judging.config)?;
    if let Some(profile) = judging.profile {
        config.profile = profile.into();
    }
    config.read_environment(|name| std::env::var(name).ok()).map_err(Failure::Config)?;
    Ok(config)
}

/// An inspector by `config`, with the rule packs that it names. Warnings go to stderr.
pub(crate) fn inspector_by(config: Config) -> Result<Inspector, Failure> {
    build(builder(config)?)
}

/// What builds an inspector by `config`, with the rule packs that it names.
pub(crate) fn builder(config: Config) -> Result<InspectorBuilder, Failure> {
    Ok(files::builder(config)?)
}

/// Builds an inspector. Warnings go to stderr.
pub(crate) fn build(builder: InspectorBuilder) -> Result<Inspector, Failure> {
    let inspector = builder.build().map_err(|error| Failure::Config(error.to_string()))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let warnings = inspector.warnings(now);
    if !warnings.is_empty() {
        tell!("{warnings}");
    }
    Ok(inspector)
}

/// Reads and checks configuration files.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Config, Failure> {
    Ok(files::load(paths)?)
}

impl From<FilesError> for Failure {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::Config(error) => Self::Config(error.to_string()),
            error => Self::Io(error.to_string()),
        }
    }
}

/// Reads a text file; `-` is stdin.
pub(crate) fn read_or_stdin(path: &Path) -> Result<String, Failure> {
    if path.as_os_str() == "-" {
        return io::read_to_string(io::stdin()).map_err(|error| Failure::io("stdin", error));
    }
    read(path)
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::io(path.display(), error))
}

/// `file` with a further ending: a signature lies beside what it is over, as `NAME.sig`.
pub(crate) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

impl From<Profile> for vanguard_core::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Monitor => Self::Monitor,
            Profile::Balanced => Self::Balanced,
            Profile::Strict => Self::Strict,
        }
    }
}
