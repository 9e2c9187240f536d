//! What to call a server that nobody has named: by the package or the script it is, not by the interpreter that runs it.

use std::ffi::OsString;
use std::path::Path;

use super::Places;
use super::launcher::{Wanted, wanted};

/// Names of files and folders that say nothing of a server.
const PLAIN: [&str; 20] = [
    "index", "main", "server", "app", "cli", "run", "start", "mcp", "stdio", "__main__", "__init__", "dist", "build",
    "src", "lib", "bin", "out", "target", "release", "js",
];

/// The name of the server that `command` runs: `@scope/notes` for `npx @scope/notes@1`, `notes` for `python3 notes/server.py`.
#[must_use]
pub fn of_command(command: &[OsString], places: &Places) -> String {
    let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match wanted(&words) {
        Some(Wanted::Npm(name) | Wanted::PyPi(name)) => name,
        Some(Wanted::Module { name, .. }) => name.split('.').next().unwrap_or_default().to_owned(),
        Some(Wanted::Script(file)) => of_file(&places.here.join(file)),
        None => {
            let program = command.first().map(Path::new).and_then(Path::file_name).unwrap_or_default();
            program.to_string_lossy().into_owned()
        }
    }
}

/// A file's name without its ending; one that says nothing gives way to that of its folder.
fn of_file(file: &Path) -> String {
    let text = |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into_owned();
    let stem = text(file.file_stem());
    let folders = file.ancestors().skip(1).map(|folder| text(folder.file_name()));
    let says = |name: &String| !name.is_empty() && name != "." && name != ".." && !PLAIN.contains(&name.as_str());
    std::iter::once(stem.clone()).chain(folders).find(says).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_called_by_what_it_is() {
        let places = Places { here: "/home/u/weather".into(), ..Places::default() };
        let of = |command: &str| of_command(&command.split(' ').map(OsString::from).collect::<Vec<_>>(), &places);
        for (command, name) in [
            ("npx -y @scope/notes@1.2 /srv", "@scope/notes"),
            ("uvx mcp-server-git --repository .", "mcp-server-git"),
            ("python3 -m mcp_server_time", "mcp_server_time"),
            ("python3 notes/server.py", "notes"),
            ("python3 server.py", "weather"),
            ("python3 ./forecast.py", "forecast"),
            ("node /opt/mail/dist/index.js", "mail"),
            ("node ../mail/build/src/main.js", "mail"),
            ("/usr/local/bin/notes-server --stdio", "notes-server"),
            ("python3", "python3"),
            ("", ""),
        ] {
            assert_eq!(of(command), name, "{command}");
        }
    }
}
