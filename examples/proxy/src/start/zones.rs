//! `--safe-zone`: folders of this machine that the server's tools may touch, held by text and by the kernel's word.

use crate::exit::Failure;
use std::env;
use std::path::{Component, Path, PathBuf};
use vanguard_adapters::jail::Jail;
use vanguard_core::Config;
use vanguard_core::config::SafeZones;

/// The command line is wrong.
const USAGE: u8 = 2;

/// Folders that exist here.
#[derive(Debug)]
pub(crate) struct Zones {
    /// Each as named, and as the kernel names it where that differs: tools use either.
    names: Vec<String>,
    /// What the kernel names them.
    real: Vec<PathBuf>,
    /// Where we are.
    here: PathBuf,
}

impl Zones {
    /// Reads what the command line names.
    ///
    /// # Errors
    /// If one is no folder of this machine.
    pub(crate) fn of(folders: &[PathBuf]) -> Result<Self, Failure> {
        let here = env::current_dir().map_err(|error| Failure::io("the current folder", error))?;
        let (mut names, mut real) = (Vec::new(), Vec::new());
        for folder in folders {
            let wrong = |why: String| Failure::Code(USAGE, format!("--safe-zone {}: {why}", folder.display()));
            let there = folder.canonicalize().map_err(|error| wrong(error.to_string()))?;
            if !there.is_dir() {
                return Err(wrong("it is no folder".to_owned()));
            }
            // With `..` in it, the text may name another folder than the kernel finds.
            let plain = !folder.components().any(|part| part == Component::ParentDir);
            for name in [plain.then(|| here.join(folder)), Some(there.clone())].into_iter().flatten() {
                let name =
                    name.into_os_string().into_string().map_err(|_| wrong("its name is not UTF-8".to_owned()))?;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            real.push(there);
        }
        Ok(Self { names, real, here })
    }

    /// Whether none was named.
    pub(crate) fn is_empty(&self) -> bool {
        self.real.is_empty()
    }

    /// Puts them in place of the zones that `config` has for `server`.
    pub(crate) fn replace(&self, config: &mut Config, server: &str) {
        config.safe_zones = Some(SafeZones { write: self.names.clone(), ..SafeZones::default() });
        if let Some(own) = config.servers.get_mut(server) {
            own.safe_zones = None;
        }
    }

    /// Where the server starts: where we are if that is in a zone, else in the first one. Relative paths lead somewhere safe
    /// only from there.
    pub(crate) fn start(&self) -> Option<&Path> {
        let inside = self.real.iter().any(|zone| self.here.starts_with(zone));
        if inside { Some(&self.here) } else { self.real.first().map(PathBuf::as_path) }
    }

    /// Who asks the kernel where paths lead; says so on stderr where nobody can.
    pub(crate) fn jail(&self) -> Option<Jail> {
        match Jail::new() {
            Ok(jail) => Some(match self.start() {
                Some(folder) => jail.starting_in(folder),
                None => jail,
            }),
            Err(error) => {
                eprintln!("vanguard: {error}; the safe zones hold by the text of a path alone");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Zones;
    use std::fs;
    use std::os::unix::fs::symlink;
    use vanguard_core::config;

    #[test]
    fn a_zone_goes_by_its_name_and_by_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("real")).unwrap();
        symlink("real", root.join("name")).unwrap();
        let zones = Zones::of(&[root.join("name"), root.join("name/../real")]).unwrap();
        let text = |name: &str| root.join(name).to_str().unwrap().to_owned();
        assert_eq!(zones.names, [text("name"), text("real")]);
        // This test runs elsewhere.
        assert_eq!(zones.start(), Some(root.join("real").as_path()));
        let mut config =
            config::load([("c.yaml", "safe_zones: /a\nservers: {x: {safe_zones: /b}, y: {safe_zones: /c}}")]).unwrap();
        zones.replace(&mut config, "x");
        assert_eq!(config.zones(Some("x")).unwrap().write, zones.names);
        assert_eq!(Zones::of(&[".".into()]).unwrap().start(), Some(std::env::current_dir().unwrap().as_path()));
    }

    #[test]
    fn what_is_no_folder_is_told() {
        for wrong in ["/nowhere/at/all", "/dev/null"] {
            assert!(Zones::of(&[wrong.into()]).is_err(), "{wrong}");
        }
    }
}
