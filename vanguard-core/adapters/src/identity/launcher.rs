//! What a launcher is told to run: `npx -y name@1`, `uvx --from name tool`, `node dist/index.js`.

/// What a command line wants to be run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A package of npm.
    Npm(String),
    /// A package of PyPI.
    PyPi(String),
    /// A file that an interpreter reads.
    Script(String),
}

/// What `words` want to be run; `None` where the program itself is what is run.
pub(super) fn wanted(words: &[&str]) -> Option<Wanted> {
    let (program, rest) = words.split_first()?;
    let program = program.rsplit('/').next()?;
    let second = rest.first().copied();
    let tail = rest.get(1..).unwrap_or_default();
    match program {
        "npx" | "bunx" | "pnpx" => npm(rest),
        "npm" | "pnpm" | "yarn" | "bun" if matches!(second, Some("exec" | "x" | "dlx")) => npm(tail),
        "uvx" => pypi(rest, &["--from"]),
        "pipx" if second == Some("run") => pypi(tail, &["--spec"]),
        "uv" if second == Some("tool") && tail.first() == Some(&"run") => pypi(tail.get(1..)?, &["--from"]),
        "node" | "deno" | "bun" | "tsx" | "ts-node" => {
            let file = rest.iter().find(|word| !word.starts_with('-') && **word != "run")?;
            Some(Wanted::Script((*file).to_owned()))
        }
        _ => None,
    }
}

fn npm(words: &[&str]) -> Option<Wanted> {
    let named = valued(words, &["-p", "--package"]);
    let first = || first_word(words, &["-p", "--package", "-c", "--call", "-w", "--workspace"]);
    let spec = named.or_else(first)?;
    // The scope's sign is no version's.
    let (scope, rest) = spec.strip_prefix('@').map_or(("", spec), |rest| ("@", rest));
    let name = rest.split('@').next()?;
    let plain = !name.is_empty() && !name.contains([':', '\\']) && !name.starts_with(['.', '/']);
    plain.then(|| Wanted::Npm(format!("{scope}{name}")))
}

fn pypi(words: &[&str], from: &[&str]) -> Option<Wanted> {
    let others =
        ["--with", "--python", "-p", "--index-url", "--extra-index-url", "--index", "--pip-args", "--directory"];
    let spec = valued(words, from).or_else(|| first_word(words, &[from, &others].concat()))?;
    let name: &str = spec.split(['=', '<', '>', '~', '!', '@', '[', ';', ' ']).next()?;
    let plain =
        !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.'));
    plain.then(|| Wanted::PyPi(name.to_owned()))
}

/// The value of one of the options `names`.
fn valued<'w>(words: &[&'w str], names: &[&str]) -> Option<&'w str> {
    let mut words = words.iter().take_while(|word| **word != "--");
    while let Some(word) = words.next() {
        if names.contains(word) {
            return words.next().copied();
        }
        let joined = word.split_once('=').filter(|(name, _)| names.contains(name));
        if let Some((_, value)) = joined {
            return Some(value);
        }
    }
    None
}

/// The first word that is neither an option nor the value of one of `valued`.
fn first_word<'w>(words: &[&'w str], valued: &[&str]) -> Option<&'w str> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if valued.contains(word) {
            words.next();
        } else if !word.starts_with('-') {
            return Some(word);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Wanted::{Npm, PyPi, Script};
    use super::wanted;

    #[test]
    fn what_is_run_is_read_from_the_command_line() {
        let of = |command: &str| wanted(&command.split(' ').collect::<Vec<_>>());
        for (command, expected) in [
            ("npx -y @scope/name@1.2 /srv", Npm("@scope/name".into())),
            ("/usr/bin/npx --package=name@latest -- tool", Npm("name".into())),
            ("npm exec -p name tool", Npm("name".into())),
            ("bunx name", Npm("name".into())),
            ("uvx name==1.0", PyPi("name".into())),
            ("uvx --python 3.12 --with x name[extra]", PyPi("name".into())),
            ("uvx --from name tool", PyPi("name".into())),
            ("uv tool run name", PyPi("name".into())),
            ("pipx run --spec name tool", PyPi("name".into())),
            ("node --no-warnings dist/index.js", Script("dist/index.js".into())),
        ] {
            assert_eq!(of(command), Some(expected), "{command}");
        }
        for command in [
            "./server --port 1",
            "npx",
            "npx ./local",
            "npx https://x.test/a.tgz",
            "uvx git+https://x.test/a",
            "uv run x",
            "npm start",
        ] {
            assert_eq!(of(command), None, "{command}");
        }
    }
}
