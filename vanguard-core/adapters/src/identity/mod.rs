//! Which program a command line runs, and which package its code comes from. What can't be found out is left open: nothing is
//! asked of a network, and nothing is run.
//!
//! | file | what it finds |
//! | --- | --- |
//! | `launcher` | what `npx`, `uvx` and the like are told to run |
//! | `npm`, `pypi` | where a package lies, its version and its files |
//! | `name` | what to call a server |
//! | `content` | digests of files and folders |

mod content;
mod launcher;
mod name;
mod npm;
mod pypi;

pub use name::of_command as name_of;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use launcher::Wanted;
use vanguard_core::integrity::{Artifact, Identity, Package, recorded};

/// Where to look.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The current folder.
    pub here: PathBuf,
    /// The folders in which programs are searched (`PATH`).
    pub search: OsString,
    /// The user's home.
    pub home: Option<PathBuf>,
    /// npm's cache; by default below the home.
    pub npm_cache: Option<PathBuf>,
    /// uv's tools; by default below the home.
    pub uv_tools: Option<PathBuf>,
    /// uv's cache; by default below the home.
    pub uv_cache: Option<PathBuf>,
}

impl Places {
    /// Those of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let path = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            here: std::env::current_dir().unwrap_or_default(),
            search: std::env::var_os("PATH").unwrap_or_default(),
            home: path("HOME"),
            npm_cache: path("npm_config_cache").or_else(|| path("NPM_CONFIG_CACHE")),
            uv_tools: path("UV_TOOL_DIR"),
            uv_cache: path("UV_CACHE_DIR"),
        }
    }

    fn in_home(&self, folder: &str) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(folder))
    }
}

/// The identity of what `command` runs.
#[must_use]
pub fn of_command(command: &[OsString], places: &Places) -> Identity {
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    let mut identity = Identity::default();
    identity.command = recorded(words.iter().map(AsRef::as_ref));
    let Some(program) = command.first().and_then(|word| program(word, places)) else { return identity };
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let wanted = launcher::wanted(&words);
    if let Some(Wanted::Script(file)) = &wanted {
        identity.script = places.here.join(file).canonicalize().ok().map(|file| artifact(&file));
    }
    identity.package = package(wanted, &program, places);
    identity.executable = Some(artifact(&program));
    identity
}

fn artifact(file: &Path) -> Artifact {
    Artifact { path: file.to_string_lossy().into_owned(), sha256: content::of_file(file) }
}

/// The file that a command's first word names, links resolved.
fn program(word: &OsStr, places: &Places) -> Option<PathBuf> {
    located(word, places)?.canonicalize().ok()
}

/// The same as it is found: the interpreter of a virtual environment is a link, and its packages lie beside the link.
fn located(word: &OsStr, places: &Places) -> Option<PathBuf> {
    let named = Path::new(word);
    let candidates: Vec<PathBuf> = match named.components().count() {
        1 if !word.to_string_lossy().contains('/') => {
            std::env::split_paths(&places.search).map(|folder| folder.join(named)).collect()
        }
        _ => vec![places.here.join(named)],
    };
    candidates.into_iter().find(|file| file.is_file())
}

fn package(wanted: Option<Wanted>, program: &Path, places: &Places) -> Option<Package> {
    match wanted {
        Some(Wanted::Npm(name)) => {
            let found = npm::find(&name, program, places);
            Some(found.unwrap_or(Package { registry: "npm".to_owned(), name, version: None, sha256: None }))
        }
        Some(Wanted::PyPi(name)) => {
            let found = pypi::find(&name, places);
            Some(found.unwrap_or(Package { registry: "pypi".to_owned(), name, version: None, sha256: None }))
        }
        Some(Wanted::Module { python, name }) => pypi::with_module(&located(OsStr::new(&python), places)?, &name),
        Some(Wanted::Script(file)) => npm::around(&places.here.join(file).canonicalize().ok()?),
        None => npm::around(program).or_else(|| pypi::around(program)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn places(home: &Path) -> Places {
        let search = home.join("bin").into();
        Places { here: home.join("work"), search, home: Some(home.to_owned()), ..Places::default() }
    }

    fn of(command: &str, places: &Places) -> Identity {
        of_command(&command.split(' ').map(OsString::from).collect::<Vec<_>>(), places)
    }

    #[test]
    fn a_package_of_npx_is_found_in_its_cache() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        let installed = home.join(".npm/_npx/abc/node_modules/@scope/notes");
        write(&installed.join("package.json"), r#"{"name":"@scope/notes","version":"1.2.3"}"#);
        write(&installed.join("index.js"), "1");
        write(&installed.join("node_modules/other/index.js"), "1");
        write(&home.join("bin/npx"), "#!/bin/sh");
        let places = places(&home);
        let before = of("npx -y @scope/notes@^1 --token t /srv", &places);
        assert_eq!(before.command, ["npx", "-y", "@scope/notes@^1", "--token", "***", "/srv"]);
        let package = before.package.clone().unwrap();
        assert_eq!((package.registry.as_str(), package.name.as_str()), ("npm", "@scope/notes"));
        assert_eq!(package.version.as_deref(), Some("1.2.3"));
        assert_eq!(before.executable.unwrap().path, home.join("bin/npx").to_str().unwrap());
        // What it depends on is not its own content; what it holds is.
        write(&installed.join("node_modules/other/index.js"), "2");
        assert_eq!(of("npx @scope/notes", &places).package, Some(package.clone()));
        write(&installed.join("index.js"), "2");
        assert_ne!(of("npx @scope/notes", &places).package.unwrap().sha256, package.sha256);
        let unknown = of("npx other", &places).package.unwrap();
        assert_eq!((unknown.name.as_str(), unknown.version, unknown.sha256), ("other", None, None));
    }

    #[test]
    fn what_an_interpreter_runs_is_hashed() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        write(&home.join("work/notes/server.py"), "1");
        write(&home.join("bin/python3"), "");
        let places = places(&home);
        let before = of("python3 -u notes/server.py --port 1", &places).script.unwrap();
        assert_eq!(before.path, home.join("work/notes/server.py").to_str().unwrap());
        write(&home.join("work/notes/server.py"), "2");
        assert_ne!(of("python3 -u notes/server.py --port 1", &places).script.unwrap().sha256, before.sha256);
        assert_eq!(of("python3 notes/other.py", &places).script, None);
    }

    #[test]
    fn a_module_is_found_beside_its_interpreter() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        let site = home.join("venv/lib/python3.12/site-packages");
        write(&site.join("mcp_notes-2.0.0.dist-info/METADATA"), "Name: mcp-notes\nVersion: 2.0.0\n");
        write(&site.join("mcp_notes-2.0.0.dist-info/RECORD"), "notes/__init__.py,sha256=x,1\n");
        write(&site.join("notes/__init__.py"), "1");
        write(&home.join("python"), "");
        fs::create_dir_all(home.join("venv/bin")).unwrap();
        std::os::unix::fs::symlink("../../python", home.join("venv/bin/python")).unwrap();
        let command = format!("{} -m notes.server", home.join("venv/bin/python").display());
        let package = of(&command, &places(&home)).package.unwrap();
        assert_eq!((package.name.as_str(), package.version.as_deref()), ("mcp-notes", Some("2.0.0")));
        assert_eq!(of(&command.replace("notes.server", "note"), &places(&home)).package, None);
    }

    #[test]
    fn a_script_belongs_to_the_package_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        write(&home.join("work/package.json"), r#"{"name":"notes","version":"0.1.0"}"#);
        write(&home.join("work/dist/index.js"), "1");
        write(&home.join("bin/node"), "");
        let package = of("node --no-warnings dist/index.js x", &places(&home)).package.unwrap();
        assert_eq!((package.name.as_str(), package.version.as_deref()), ("notes", Some("0.1.0")));
    }

    #[test]
    fn a_tool_of_uv_is_found_by_its_metadata() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        let site = home.join(".local/share/uv/tools/mcp-notes/lib/python3.12/site-packages");
        write(&site.join("mcp_notes-2.0.0.dist-info/METADATA"), "Name: mcp-notes\nVersion: 2.0.0\n");
        write(&site.join("mcp_notes-2.0.0.dist-info/RECORD"), "mcp_notes/__init__.py,sha256=x,1\n../../../bin/x,,\n");
        write(
            &site.join("mcp_notes-2.0.0.dist-info/entry_points.txt"),
            "[console_scripts]\nmcp-notes = mcp_notes:main\n",
        );
        write(&site.join("mcp_notes/__init__.py"), "1");
        write(&home.join("bin/uvx"), "");
        let script = home.join(".local/share/uv/tools/mcp-notes/bin/mcp-notes");
        write(&script, "");
        let places = places(&home);
        for command in
            ["uvx mcp-notes==2.0.0", "uvx --from mcp_notes notes", "uv tool run mcp-notes", script.to_str().unwrap()]
        {
            let package = of(command, &places).package;
            let package = if command.starts_with("uv tool") && package.is_none() { continue } else { package.unwrap() };
            assert_eq!((package.registry.as_str(), package.version.as_deref()), ("pypi", Some("2.0.0")), "{command}");
            assert!(package.sha256.is_some(), "{command}");
        }
        let before = of("uvx mcp-notes", &places).package;
        write(&site.join("mcp_notes/__init__.py"), "2");
        assert_ne!(of("uvx mcp-notes", &places).package, before);
    }
}
