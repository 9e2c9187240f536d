//! Configuration from files: the engine reads none, so hosts that have some on disk come here.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use vanguard_core::config::{self, Config, ConfigError};
use vanguard_core::{Inspector, InspectorBuilder};

/// Why files could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilesError {
    /// What stands in them is wrong: every problem with its place.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// One could not be read.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A rule pack, or its signature, could not be read.
    #[error("{path}: {source}; `rules.packs` of {declared_in} names it", path = path.display())]
    Pack {
        /// Which.
        path: PathBuf,
        /// The configuration file that names it.
        declared_in: String,
        /// Why.
        source: io::Error,
    },
}

/// Reads and checks configuration files; later ones win where they speak of the same.
///
/// # Errors
/// A file that can't be read, or every problem of what stands in them.
pub fn load<P: AsRef<Path>>(files: &[P]) -> Result<Config, FilesError> {
    let text = |path: &P| Ok((path.as_ref().display().to_string(), read(path.as_ref())?));
    let texts = files.iter().map(text).collect::<Result<Vec<_>, FilesError>>()?;
    Ok(config::load(texts)?)
}

/// What builds an inspector by `config`, with the rule packs that it names, and their signatures where keys are named.
///
/// ```no_run
/// let config = vanguard_adapters::files::load(&["vanguard.yaml"])?;
/// let inspector = vanguard_adapters::files::builder(config)?.build()?;
/// # Ok::<(), vanguard_adapters::files::FilesError>(())
/// ```
///
/// # Errors
/// A pack that can't be read. What is wrong in one is told when the inspector is built.
pub fn builder(config: Config) -> Result<InspectorBuilder, FilesError> {
    let mut builder = Inspector::builder();
    for pack in &config.packs {
        let path = pack.resolved();
        let read = |path: &Path| {
            let failed =
                |source| FilesError::Pack { path: path.to_owned(), declared_in: pack.declared_in.to_string(), source };
            fs::read_to_string(path).map_err(failed)
        };
        let (name, text, signature) = (path.display().to_string(), read(&path)?, with_ending(&path, "sig"));
        builder = match !config.trusted_keys.is_empty() && signature.exists() {
            true => builder.signed_pack(name, text, read(&signature)?),
            false => builder.pack(name, text),
        };
    }
    Ok(builder.config(config))
}

/// `file` with a further ending: a signature lies beside what it is over, as `NAME.sig`.
fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

fn read(path: &Path) -> Result<String, FilesError> {
    fs::read_to_string(path).map_err(|source| FilesError::Io { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::{FilesError, builder, load};

    #[test]
    fn packs_lie_beside_the_configuration_that_names_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let config = file("vanguard.yaml", "rules: {packs: [own.yaml]}\n");
        let missing = builder(load(&[&config]).unwrap()).unwrap_err();
        assert!(matches!(&missing, FilesError::Pack { path, .. } if path.ends_with("own.yaml")), "{missing}");
        let told = missing.to_string();
        assert!(told.contains("own.yaml: ") && told.contains("vanguard.yaml names it"), "{told}");
        file("own.yaml", "- id: x\n");
        let wrong = builder(load(&[&config]).unwrap()).unwrap().build().unwrap_err();
        assert!(wrong.to_string().contains("own.yaml:1"), "{wrong}");
        let unreadable = load(&[folder.path().join("none.yaml")]).unwrap_err();
        assert!(unreadable.to_string().contains("none.yaml: "), "{unreadable}");
    }
}
