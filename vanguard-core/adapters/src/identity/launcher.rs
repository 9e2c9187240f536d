//! What a launcher is told to run: `npx -y name@1`, `uvx --from name tool`, `node dist/index.js`.

/// What a command line wants to be run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A package of npm.
    Npm(String),
    /// A package of PyPI.
    PyPi(String),
    /// A module of Python, and the interpreter that is to find it.
    Module { python: String, name: String },
    /// A file that an interpreter reads.
    Script(String),
}

/// What `words` want to be run; `None` where the program itself is what is run.
pub(super) fn wanted(words: &[&str]) -> Option<Wanted> {
    let words = without_env(words);
    let (program, rest) = words.split_first()?;
    let name = program.rsplit('/').next()?;
    let second = rest.first().copied();
    let tail = rest.get(1..).unwrap_or_default();
    match name {
        "npx" | "bunx" | "pnpx" => npm(rest),
        "npm" | "pnpm" | "yarn" | "bun" if matches!(second, Some("exec" | "x" | "dlx")) => npm(tail),
        "uvx" => pypi(rest, &["--from"]),
        "pipx" if second == Some("run") => pypi(tail, &["--spec"]),
        "uv" if second == Some("tool") && tail.first() == Some(&"run") => pypi(tail.get(1..)?, &["--from"]),
        "uv" if second == Some("run") => uv_run(tail),
        _ => interpreted(program, name, rest),
    }
}

/// The command line behind `env` and the variables that it sets.
fn without_env<'c, 'w>(words: &'c [&'w str]) -> &'c [&'w str] {
    let is_env = words.first().is_some_and(|word| word.rsplit('/').next() == Some("env"));
    let set = |word: &&str| word.starts_with('-') || word.contains('=');
    let skipped = words.iter().skip(1).take_while(|word| set(word)).count();
    if is_env { words.get(1 + skipped..).unwrap_or_default() } else { words }
}

/// `uv run` runs a file, or a command in the project's environment.
fn uv_run(words: &[&str]) -> Option<Wanted> {
    const VALUED: [&str; 14] = [
        "--with",
        "--with-editable",
        "--with-requirements",
        "--python",
        "-p",
        "--directory",
        "--project",
        "--package",
        "--extra",
        "--group",
        "--env-file",
        "--index",
        "--default-index",
        "--index-url",
    ];
    let at = first_at(words, &VALUED)?;
    let (program, rest) = words.get(at..)?.split_first()?;
    let name = program.rsplit('/').next()?;
    let found = match name.ends_with(".py") {
        true => Some(Wanted::Script((*program).to_owned())),
        false => interpreted(program, name, rest),
    };
    let folder = valued(words.get(..at)?, &["--directory"]);
    match (found, folder) {
        (Some(Wanted::Script(file)), Some(folder)) if !file.starts_with('/') => {
            Some(Wanted::Script(format!("{folder}/{file}")))
        }
        (found, _) => found,
    }
}

/// What an interpreter is told to run: options that take a value are passed over, and code on the command line is no file.
fn interpreted(program: &str, name: &str, words: &[&str]) -> Option<Wanted> {
    let plain = name.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
    let (valued, code): (&[&str], &[&str]) = match plain {
        "python" | "pypy" | "py" => (&["-W", "-X"], &["-c"]),
        "node" | "tsx" | "ts-node" | "deno" | "bun" => (
            &["-r", "--require", "--import", "--loader", "-C", "--conditions", "--env-file", "-c", "--config"],
            &["-e", "--eval", "-p", "--print", "eval"],
        ),
        "sh" | "bash" | "dash" | "zsh" => (&["-o", "-O", "--rcfile", "--init-file"], &["-c"]),
        "ruby" | "perl" | "php" | "lua" => (&["-I", "-r", "-d", "-M", "-l", "-c"], &["-e", "-E"]),
        "java" => {
            let file = self::valued(words, &["-jar"])?;
            return Some(Wanted::Script(file.to_owned()));
        }
        "dotnet" => (&[], &["run", "tool"]),
        _ => return None,
    };
    let python = plain.starts_with("py");
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let short = word.strip_prefix('-').filter(|rest| !rest.starts_with('-') && !rest.is_empty());
        if code.contains(word) || python && short.is_some_and(|flags| flags.ends_with('c')) {
            return None;
        }
        if python && short.is_some_and(|flags| flags.ends_with('m')) {
            let name = (*words.next()?).to_owned();
            return Some(Wanted::Module { python: program.to_owned(), name });
        }
        if valued.contains(word) {
            words.next();
        } else if !word.starts_with('-') && *word != "run" {
            return Some(Wanted::Script((*word).to_owned()));
        }
    }
    None
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
    words.get(first_at(words, valued)?).copied()
}

/// Where it stands.
fn first_at(words: &[&str], valued: &[&str]) -> Option<usize> {
    let mut words = words.iter().enumerate();
    while let Some((at, word)) = words.next() {
        if valued.contains(word) {
            words.next();
        } else if !word.starts_with('-') {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Wanted::{Module, Npm, PyPi, Script};
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
            ("node --import ./hook.mjs -r x dist/index.js --port 1", Script("dist/index.js".into())),
            ("env -i A=1 B=2 /usr/bin/python3.12 -u -X dev server.py stdio", Script("server.py".into())),
            ("python3 server.py", Script("server.py".into())),
            ("/v/bin/python -um notes.server", Module { python: "/v/bin/python".into(), name: "notes.server".into() }),
            ("uv run --with mcp server.py --port 1", Script("server.py".into())),
            ("uv run --directory /srv/notes server.py", Script("/srv/notes/server.py".into())),
            ("uv run python server.py", Script("server.py".into())),
            ("deno run -A main.ts", Script("main.ts".into())),
            ("bash -e start.sh", Script("start.sh".into())),
            ("java -Xmx1g -jar notes.jar", Script("notes.jar".into())),
            ("dotnet notes.dll", Script("notes.dll".into())),
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
            "uv run --directory /srv notes",
            "python3 -c print(1)",
            "python3 -uc print(1)",
            "node -e 1 x",
            "bash -c ls",
            "dotnet run",
            "env",
            "python3",
        ] {
            assert_eq!(of(command), None, "{command}");
        }
    }
}
