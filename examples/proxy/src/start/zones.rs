//! Safe zones that are folders of this machine: those of `--safe-zone`, and those of the configuration where the server is
//! confined to them. They are held by text and by the kernel's word.

use crate::exit::{Failure, USAGE};
use crate::output::tell;
use std::env;
use std::path::{Component, Path, PathBuf};
use vanguard_adapters::jail::Jail;
use vanguard_core::Config;
use vanguard_core::config::SafeZones;

/// Folders that exist here.
#[derive(Debug)]
pub(crate) struct Zones {
    /// What they are by the kernel's name, those that may be written first.
    real: Vec<PathBuf>,
    writable: usize,
    /// Where we are.
    here: PathBuf,
}

impl Zones {
    /// Takes what the command line names in place of the zones that `config` has for `server`; else those, if they are to be folders
    /// of this machine.
    ///
    /// # Errors
    /// If one is no folder of this machine.
    pub(crate) fn take(
        folders: &[PathBuf],
        config: &mut Config,
        server: &str,
        are_here: bool,
    ) -> Result<Self, Failure> {
        let here = env::current_dir().map_err(|error| Failure::io("the current folder", error))?;
        let mut zones = Self { real: Vec::new(), writable: 0, here };
        if !folders.is_empty() {
            let names = zones.named(folders)?;
            config.safe_zones = Some(SafeZones { write: names, ..SafeZones::default() });
            if let Some(own) = config.servers.get_mut(server) {
                own.safe_zones = None;
            }
        } else if let Some(own) = config.zones(Some(server)).filter(|_| are_here) {
            // One process serves all tools: what one of them may touch, it may.
            let write = own.tools.iter().flat_map(|(_, zones)| &zones.write).chain(&own.write);
            let read = own.tools.iter().flat_map(|(_, zones)| &zones.read).chain(&own.read);
            zones.writable = write.clone().count();
            for zone in write.chain(read) {
                let path = at_home(zone).unwrap_or_else(|| zone.into());
                let wrong = |why: String| Failure::Config(format!("error: the safe zone `{zone}`: {why}"));
                zones.real.push(folder(&path).map_err(wrong)?);
            }
        }
        Ok(zones)
    }

    /// Takes folders of the command line. Each goes by the name it was given and by the kernel's, since tools use either.
    fn named(&mut self, folders: &[PathBuf]) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        for path in folders {
            let wrong = |why: String| Failure::Code(USAGE, format!("--safe-zone {}: {why}", path.display()));
            let real = folder(path).map_err(wrong)?;
            // With `..` in it, the text may name another folder than the kernel finds.
            let plain = !path.components().any(|part| part == Component::ParentDir);
            for name in [plain.then(|| self.here.join(path)), Some(real.clone())].into_iter().flatten() {
                let name =
                    name.into_os_string().into_string().map_err(|_| wrong("its name is not UTF-8".to_owned()))?;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            self.real.push(real);
        }
        self.writable = self.real.len();
        Ok(names)
    }

    /// Where we are.
    pub(crate) fn here(&self) -> &Path {
        &self.here
    }

    /// Those that may be written.
    pub(crate) fn writable(&self) -> impl Iterator<Item = &Path> {
        self.real.iter().take(self.writable).map(PathBuf::as_path)
    }

    /// Those that may be read only.
    pub(crate) fn readable(&self) -> impl Iterator<Item = &Path> {
        self.real.iter().skip(self.writable).map(PathBuf::as_path)
    }

    /// Where the server starts: where we are if that is in a zone, else in the first one. Relative paths lead somewhere safe
    /// only from there. `None`: there is no zone.
    pub(crate) fn start(&self) -> Option<&Path> {
        let inside = self.real.iter().any(|zone| self.here.starts_with(zone));
        if inside { Some(&self.here) } else { self.real.first().map(PathBuf::as_path) }
    }

    /// Who asks the kernel where paths lead. Where nobody can, that is said on stderr.
    pub(crate) fn jail(&self) -> Option<Jail> {
        let start = self.start()?;
        match Jail::new() {
            Ok(jail) => Some(jail.starting_in(start)),
            Err(error) => {
                tell!("vanguard: {error}; the safe zones hold by the text of a path alone");
                None
            }
        }
    }
}

fn folder(path: &Path) -> Result<PathBuf, String> {
    let real = path.canonicalize().map_err(|error| error.to_string())?;
    if real.is_dir() { Ok(real) } else { Err("it is no folder".to_owned()) }
}

/// A path that starts with `~/`, spelled out.
pub(crate) fn at_home(path: &str) -> Option<PathBuf> {
    let rest = if path == "~" { "" } else { path.strip_prefix("~/")? };
    Some(env::home_dir()?.join(rest))
}

#[cfg(test)]
mod tests {
    use super::Zones;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;
    use vanguard_core::config;

    #[test]
    fn a_zone_goes_by_its_name_and_by_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("real")).unwrap();
        symlink("real", root.join("name")).unwrap();
        let text = "safe_zones: /a\nservers: {x: {safe_zones: /b}, y: {safe_zones: /c}}";
        let mut config = config::load([("c.yaml", text)]).unwrap();
        let zones = Zones::take(&[root.join("name"), root.join("name/../real")], &mut config, "x", false).unwrap();
        let names = ["name", "real"].map(|name| root.join(name).to_str().unwrap().to_owned());
        assert_eq!(config.zones(Some("x")).unwrap().write, names);
        // This test runs elsewhere.
        assert_eq!(zones.start(), Some(root.join("real").as_path()));
        let here = Zones::take(&[".".into()], &mut config, "x", false).unwrap();
        assert_eq!(here.start(), Some(here.here()));
    }

    #[test]
    fn zones_of_a_configuration_are_taken_where_they_must_be_here() {
        let text = "safe_zones: {read: [/usr], write: [/dev], tools: {'a*': {read: /bin, write: /tmp}}}";
        let mut config = config::load([("c.yaml", text)]).unwrap();
        assert_eq!(Zones::take(&[], &mut config, "x", false).unwrap().start(), None);
        let zones = Zones::take(&[], &mut config, "x", true).unwrap();
        let names =
            |zones: &[&str]| zones.iter().map(|zone| Path::new(zone).canonicalize().unwrap()).collect::<Vec<_>>();
        assert_eq!(zones.writable().collect::<Vec<_>>(), names(&["/tmp", "/dev"]));
        assert_eq!(zones.readable().collect::<Vec<_>>(), names(&["/bin", "/usr"]));
        assert_eq!(config.zones(None).unwrap().write, ["/dev"]);
    }

    #[test]
    fn what_is_no_folder_is_told() {
        let mut config = config::load([("c.yaml", "safe_zones: /nowhere/at/all")]).unwrap();
        for wrong in ["/nowhere/at/all", "/dev/null"] {
            assert!(Zones::take(&[wrong.into()], &mut config.clone(), "x", false).is_err(), "{wrong}");
        }
        assert!(Zones::take(&[], &mut config, "x", true).is_err());
    }
}
