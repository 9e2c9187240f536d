//! What a program needs to start: itself, its interpreter, the system's libraries, and no more.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use vanguard_core::config::Ports;

use super::plan::{Access, Plan};

/// Where systems keep the programs and libraries that are everybody's.
const SYSTEM: [&str; 8] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/libexec"];
/// Whole systems of packages, each in a folder of its own.
const STORES: [&str; 2] = ["/nix/store", "/gnu/store"];
/// What a program reads before it does anything.
const LOADER: [(&str, &str); 11] = [
    ("/etc/ld.so.cache", "where libraries are"),
    ("/etc/ld.so.preload", "where libraries are"),
    ("/etc/localtime", "the time zone"),
    // Node and others end at once if they may not read what is there.
    ("/etc/ssl/openssl.cnf", "settings of OpenSSL"),
    ("/etc/pki/tls/openssl.cnf", "settings of OpenSSL"),
    ("/etc/crypto-policies", "settings of OpenSSL"),
    ("/proc/self", "its own process"),
    ("/proc/cpuinfo", "processors and memory"),
    ("/proc/meminfo", "processors and memory"),
    ("/proc/stat", "processors and memory"),
    ("/sys/devices/system/cpu", "processors and memory"),
];
const DEVICES: [(&str, Access, &str); 4] = [
    ("/dev/null", Access::Write, "nothing"),
    ("/dev/zero", Access::Read, "zeros"),
    ("/dev/random", Access::Read, "random numbers"),
    ("/dev/urandom", Access::Read, "random numbers"),
];
/// What it reads to find others on the net, and to know whom to trust there.
const NET: [&str; 12] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/ssl/certs",
    "/etc/ssl/cert.pem",
    "/etc/pki/tls",
    "/etc/pki/ca-trust/extracted",
    "/etc/ca-certificates",
];
/// What version managers keep beside their stand-ins.
const MANAGER: [&str; 8] = ["bin", "libexec", "versions", "version", "installs", "plugins", "shims", "lib"];
/// How many interpreters may stand behind one another: `script` → `env` → `node`.
const MOST_PROGRAMS: usize = 6;

/// What is asked of the file system to find out what a program needs.
pub trait Files {
    /// Whether there is something at this path, links followed.
    fn exists(&self, path: &Path) -> bool;
    /// Whether it is a file that may be run.
    fn runs(&self, path: &Path) -> bool;
    /// Whether it is a plain file.
    fn is_file(&self, path: &Path) -> bool;
    /// The path with all links followed.
    fn real(&self, path: &Path) -> Option<PathBuf>;
    /// How the file begins, up to 256 bytes.
    fn head(&self, path: &Path) -> Vec<u8>;
}

/// The file system as it is.
#[derive(Clone, Copy, Debug)]
pub struct RealFiles;

impl Files for RealFiles {
    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn runs(&self, path: &Path) -> bool {
        fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn real(&self, path: &Path) -> Option<PathBuf> {
        path.canonicalize().ok()
    }

    fn head(&self, path: &Path) -> Vec<u8> {
        let mut head = Vec::new();
        // A file that can't be read has no head: what follows from it is found out when it is run.
        let _ = File::open(path).and_then(|file| file.take(256).read_to_end(&mut head));
        head
    }
}

/// A program that is going to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its file.
    pub file: PathBuf,
    /// Its arguments, its own name first.
    pub words: Vec<OsString>,
}

/// There is no such program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` was not found")]
pub struct NotFound(pub String);

impl Program {
    /// Finds the program of a command: by its path from `here`, or by its name in the folders of `search` (`PATH`).
    ///
    /// # Errors
    /// If there is none.
    pub fn find(words: &[OsString], search: &OsStr, here: &Path, files: &dyn Files) -> Result<Self, NotFound> {
        let name = words.first().map(OsString::as_os_str).unwrap_or_default();
        let file = locate(name, search, here, files).ok_or_else(|| NotFound(name.to_string_lossy().into_owned()))?;
        Ok(Self { file, words: words.to_vec() })
    }
}

fn locate(name: &OsStr, search: &OsStr, here: &Path, files: &dyn Files) -> Option<PathBuf> {
    if name.is_empty() {
        return None;
    }
    if name.as_bytes().contains(&b'/') {
        return Some(here.join(name)).filter(|path| files.exists(path));
    }
    std::env::split_paths(search).map(|folder| here.join(folder).join(name)).find(|path| files.runs(path))
}

impl Plan {
    /// Adds what `program` needs to start: the system's programs and libraries, its own file and those that stand beside it as
    /// programs are installed, the interpreters that it names, the files that its arguments name, and where it may connect,
    /// what it takes to find others. `here` is the folder it starts in.
    pub fn allow_start(&mut self, program: &Program, search: &OsStr, here: &Path, files: &dyn Files) {
        for folder in SYSTEM.map(Path::new) {
            // Mostly links into `/usr`, which is the first.
            if let Some(real) = files.real(folder) {
                self.allow(real, Access::Run, "programs and libraries of the system");
            }
        }
        for (path, why) in LOADER.iter().filter(|(path, _)| files.exists(Path::new(path))) {
            self.allow(*path, Access::Read, *why);
        }
        for (path, access, why) in DEVICES.iter().filter(|(path, ..)| files.exists(Path::new(path))) {
            self.allow(*path, *access, *why);
        }
        if self.connect != Ports::default() {
            for path in NET.iter().filter(|path| files.exists(Path::new(path))) {
                self.allow(*path, Access::Read, "names and certificates for connections");
            }
        }
        let mut file = Some(program.file.clone());
        for _ in 0..MOST_PROGRAMS {
            let Some(program) = file else { break };
            self.allow_program(&program, files);
            file = interpreter(&files.head(&program)).and_then(|name| locate(&name, search, here, files));
        }
        for word in program.words.iter().skip(1).filter(|word| !word.is_empty()) {
            let path = here.join(word);
            if files.is_file(&path) {
                self.allow_file(&path, Access::Read, "named on the command line", files);
            }
        }
    }

    fn allow_program(&mut self, program: &Path, files: &dyn Files) {
        self.allow_file(program, Access::Run, "the program", files);
        // A version manager's stand-in (pyenv, rbenv, asdf) looks beside itself for what it stands for. Not all that is there is
        // allowed: nothing says that `shims` doesn't lie in a home folder.
        if let Some(manager) = program.parent().filter(|folder| folder.ends_with("shims")).and_then(Path::parent) {
            for path in MANAGER.map(|name| manager.join(name)).into_iter().filter(|path| files.exists(path)) {
                self.allow(files.real(&path).unwrap_or(path), Access::Run, "its version manager");
            }
        }
        let real = files.real(program);
        for program in [Some(program), real.as_deref()].into_iter().flatten() {
            let prefix = program.parent().filter(|folder| folder.ends_with("bin")).and_then(Path::parent);
            // Of what is installed below one folder (`~/.nvm/versions/node/v22`, a virtual environment), the libraries: a
            // home folder can be such a one, too.
            for name in ["lib", "lib64", "libexec", "pyvenv.cfg"] {
                if let Some(path) = prefix.map(|prefix| prefix.join(name)).filter(|path| files.exists(path)) {
                    self.allow(files.real(&path).unwrap_or(path), Access::Run, "installed with the program");
                }
            }
        }
    }

    fn allow_file(&mut self, file: &Path, access: Access, why: &str, files: &dyn Files) {
        let real = files.real(file).unwrap_or_else(|| file.to_owned());
        if let Some(store) = STORES.iter().find(|store| real.starts_with(store)) {
            self.allow(*store, Access::Run, "the system's packages");
        }
        // A package of Node finds what it depends on beside itself.
        let modules = real.ancestors().filter(|folder| folder.ends_with("node_modules")).last();
        if let Some(modules) = modules {
            self.allow(modules, Access::Run, "the program's packages");
        }
        self.allow(real, access, why);
    }
}

/// The program that a script is run by: `#!/usr/bin/node`, `#!/usr/bin/env -S node --flag`.
fn interpreter(head: &[u8]) -> Option<OsString> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let first = words.next()?;
    let is_env = Path::new(OsStr::from_bytes(first)).file_name() == Some(OsStr::new("env"));
    // `env` itself is the system's; what it runs is looked up by name.
    let named = is_env.then(|| words.find(|word| !word.starts_with(b"-") && !word.contains(&b'='))).flatten();
    Some(OsString::from_vec(named.unwrap_or(first).to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Files that are not there: links by where they lead, others by how they begin.
    #[derive(Debug, Default)]
    struct Told {
        files: BTreeMap<PathBuf, &'static str>,
        links: BTreeMap<PathBuf, PathBuf>,
    }

    impl Told {
        fn new(files: &[(&str, &'static str)], links: &[(&str, &str)]) -> Self {
            let system = ["/usr/bin/env", "/usr/bin/python3.12", "/usr/lib/libc.so", "/etc/ld.so.cache", "/etc/hosts"];
            let plain = system.iter().map(|path| (path.into(), "\x7fELF"));
            let always = [("/bin", "/usr/bin"), ("/lib", "/usr/lib"), ("/usr/bin/python3", "/usr/bin/python3.12")];
            Self {
                files: plain.chain(files.iter().map(|(path, head)| (path.into(), *head))).collect(),
                links: always.iter().chain(links).map(|(from, to)| (from.into(), to.into())).collect(),
            }
        }

        fn follow(&self, path: &Path) -> PathBuf {
            match path.ancestors().find_map(|part| Some((part, self.links.get(part)?))) {
                Some((part, to)) => self.follow(&to.join(path.strip_prefix(part).unwrap())),
                None => path.components().collect(),
            }
        }
    }

    impl Files for Told {
        fn exists(&self, path: &Path) -> bool {
            let real = self.follow(path);
            self.files.keys().any(|file| file.starts_with(&real))
        }
        fn runs(&self, path: &Path) -> bool {
            self.is_file(path)
        }
        fn is_file(&self, path: &Path) -> bool {
            self.files.contains_key(&self.follow(path))
        }
        fn real(&self, path: &Path) -> Option<PathBuf> {
            self.exists(path).then(|| self.follow(path))
        }
        fn head(&self, path: &Path) -> Vec<u8> {
            self.files.get(&self.follow(path)).map_or_else(Vec::new, |head| head.as_bytes().to_vec())
        }
    }

    /// What a command is allowed to start with, beyond the system: `access path`.
    fn needs(command: &str, files: &Told, plan: Plan) -> Vec<String> {
        let words: Vec<OsString> = command.split(' ').map(OsString::from).collect();
        let (search, here) = (OsStr::new("/home/u/.nvm/v22/bin:/usr/bin:/bin"), Path::new("/srv/project"));
        let mut plan = plan;
        let program = Program::find(&words, search, here, files).unwrap();
        assert_eq!(program.words, words);
        plan.allow_start(&program, search, here, files);
        let shown = plan.grants.iter().map(|grant| format!("{:?} {}", grant.access, grant.path.display()));
        let usual = ["Run /usr", "Read /etc/ld.so.cache"].map(str::to_owned);
        let shown: Vec<_> = shown.collect();
        assert!(usual.iter().all(|usual| shown.contains(usual)), "{shown:?}");
        shown.into_iter().filter(|line| !usual.contains(line)).collect()
    }

    #[test]
    fn a_program_of_the_system_needs_the_system() {
        let files = Told::new(&[("/srv/server.py", "import os"), ("/srv/project/x", "")], &[]);
        assert!(needs("python3", &files, Plan::default()).is_empty());
        assert_eq!(
            needs("python3 -u /srv/server.py --name x", &files, Plan::default()),
            ["Read /srv/server.py", "Read /srv/project/x"]
        );
        let net = Plan { connect: Ports::Only([443].into()), ..Plan::default() };
        assert_eq!(needs("python3", &files, net), ["Read /etc/hosts"]);
        let net = Plan { connect: Ports::Any, ..Plan::default() };
        assert_eq!(needs("python3", &files, net), ["Read /etc/hosts"]);
    }

    #[test]
    fn what_is_installed_elsewhere_brings_its_libraries_and_no_more() {
        let files = Told::new(
            &[
                ("/home/u/.nvm/v22/bin/node", "\x7fELF"),
                ("/home/u/.nvm/v22/lib/node_modules/npm/bin/npx-cli.js", "#!/usr/bin/env node\n"),
                ("/home/u/.nvm/v22/share/x", ""),
                ("/home/u/bin/tool", "\x7fELF"),
                ("/home/u/.ssh/id_rsa", ""),
                ("/home/u/venv/pyvenv.cfg", ""),
                ("/home/u/venv/lib/site.py", ""),
            ],
            &[
                ("/home/u/.nvm/v22/bin/npx", "/home/u/.nvm/v22/lib/node_modules/npm/bin/npx-cli.js"),
                ("/home/u/venv/bin/python", "/usr/bin/python3"),
            ],
        );
        assert_eq!(
            needs("npx", &files, Plan::default()),
            ["Run /home/u/.nvm/v22/lib", "Run /home/u/.nvm/v22/bin/node"]
        );
        assert_eq!(needs("/home/u/bin/tool", &files, Plan::default()), ["Run /home/u/bin/tool"]);
        assert_eq!(
            needs("/home/u/venv/bin/python", &files, Plan::default()),
            ["Run /home/u/venv/lib", "Run /home/u/venv/pyvenv.cfg"]
        );
    }

    #[test]
    fn a_package_brings_what_stands_beside_it_and_a_script_its_interpreter() {
        let files = Told::new(
            &[
                ("/opt/app/node_modules/server/node_modules/x/y.js", ""),
                ("/opt/app/node_modules/server/dist/index.js", "#!/usr/bin/env -S node --no-warnings\n"),
                ("/home/u/.nvm/v22/bin/node", "\x7fELF"),
                ("/nix/store/abc-tool/bin/tool", "#!/nix/store/def-bash/bin/bash\n"),
                ("/nix/store/def-bash/bin/bash", "\x7fELF"),
                ("/srv/loop", "#!/srv/loop\n"),
                ("/home/u/.pyenv/shims/python", "#!/usr/bin/env bash\n"),
                ("/home/u/.pyenv/versions/3.12/bin/python", "\x7fELF"),
                ("/home/u/shims/mine", "\x7fELF"),
                ("/home/u/.ssh/id_rsa", ""),
            ],
            &[("/opt/app/node_modules/.bin/server", "/opt/app/node_modules/server/dist/index.js")],
        );
        assert_eq!(
            needs("/opt/app/node_modules/.bin/server", &files, Plan::default()),
            ["Run /opt/app/node_modules", "Run /home/u/.nvm/v22/bin/node"]
        );
        assert_eq!(needs("/nix/store/abc-tool/bin/tool", &files, Plan::default()), ["Run /nix/store"]);
        assert_eq!(needs("/srv/loop", &files, Plan::default()), ["Run /srv/loop"]);
        assert_eq!(
            needs("/home/u/.pyenv/shims/python", &files, Plan::default()),
            ["Run /home/u/.pyenv/versions", "Run /home/u/.pyenv/shims"]
        );
        assert_eq!(needs("/home/u/shims/mine", &files, Plan::default()), ["Run /home/u/shims"]);
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for command in ["", "nothing", "./nothing"] {
            let found = Program::find(&[command.into()], OsStr::new("/bin"), Path::new("/"), &Told::default());
            assert_eq!(found, Err(NotFound(command.to_owned())));
        }
        assert!(Program::find(&[], OsStr::new(""), Path::new("/"), &Told::default()).is_err());
    }

    #[test]
    fn interpreters_are_read_from_the_first_line() {
        for (head, name) in [
            ("#!/bin/sh\n#!/bin/no", Some("/bin/sh")),
            ("#! /usr/bin/python3 -I\n", Some("/usr/bin/python3")),
            ("#!/usr/bin/env node", Some("node")),
            ("#!/usr/bin/env -S A=b node --flag\n", Some("node")),
            ("#!/usr/bin/env\n", Some("/usr/bin/env")),
            ("#!\n", None),
            ("\x7fELF", None),
            ("", None),
        ] {
            assert_eq!(interpreter(head.as_bytes()), name.map(OsString::from), "{head:?}");
        }
    }
}
