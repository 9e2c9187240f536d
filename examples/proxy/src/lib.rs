//! The reference proxy: arguments and I/O around [`vanguard_core`]. It decides nothing itself.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `cli` | what the command line can say, and its help |
//! | `signing` | `vanguard keygen`, `sign`, `verify` |
//! | `start` | `vanguard start`: a guarded server over stdio |
//! | `confine` | `vanguard confine`: what `start --sandbox` runs to become the server |
//! | `lines` | lines out of a byte stream, in bounded memory |
//! | `inspect` | `vanguard inspect`: a verdict for each line |
//! | `lock` | `vanguard lock`, `vanguard diff`: what servers claim |
//! | `packs` | `vanguard rules` |
//! | `sessions` | `vanguard session` |
//! | `settings` | `vanguard config` |
//! | `judge` | from the command line and its files to an inspector |
//! | `terminal` | text for people |
//! | `output` | what commands print |
//! | `exit` | exit codes |
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("`vanguard start` rests on process groups and signals: it runs on Linux, macOS and the BSDs");

#[cfg(feature = "sigstore")]
mod bundle;
mod cli;
mod confine;
mod exit;
mod inspect;
mod judge;
mod lines;
mod lock;
mod output;
mod packs;
mod semantic;
mod sessions;
mod settings;
mod signing;
mod start;
mod terminal;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command, Start};
use output::say;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    // What runs now, even if another version has taken its place on the disk.
    run_as(std::env::args_os(), vec!["/proc/self/exe".into()]).into()
}

/// Runs a command line and gives its exit code, for a host that brings this command inside a program of its own (an interpreter). The
/// first of `words` is the command's name; `again` are the words that start the command anew, before its arguments: `start --sandbox` needs
/// them. Signals that a subcommand waits for are taken from the host for good, and a closed pipe ends the process.
pub fn run_as(words: impl IntoIterator<Item = OsString>, again: Vec<OsString>) -> u8 {
    hand_down_streams();
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => {
            // Nobody is left to be told that this could not be said.
            let _ = error.print();
            return u8::try_from(error.exit_code()).unwrap_or(exit::USAGE);
        }
    };
    let result = match cli.command {
        Some(Command::Start(start)) => start::run(Start { again, ..*start }),
        Some(Command::Confine(confine)) => Err(confine::run(confine)),
        Some(Command::Inspect(inspect)) => inspect::run(&inspect),
        Some(Command::Lock(arguments)) => lock::run(&arguments),
        Some(Command::Diff(arguments)) => lock::diff(&arguments),
        Some(Command::Keygen(arguments)) => signing::keygen(&arguments),
        Some(Command::Sign(arguments)) => signing::sign(&arguments),
        Some(Command::Verify(arguments)) => signing::verify(&arguments),
        Some(Command::Rules(rules)) => packs::run(&rules),
        Some(Command::Session(command)) => sessions::run(&command),
        Some(Command::Semantic(command)) => semantic::run(&command),
        Some(Command::Config(config)) => settings::run(&config),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "vanguard", &mut script);
            output::print(String::from_utf8_lossy(&script));
            Ok(0)
        }
        // Nothing else can be said without a subcommand.
        None => version(),
    };
    result.unwrap_or_else(exit::Failure::report)
}

/// Lets what is started have the standard streams: Node takes them from children. Where that fails they are closed, and stay so.
fn hand_down_streams() {
    use rustix::io::{FdFlags, fcntl_getfd, fcntl_setfd};
    fn hand_down(stream: impl std::os::fd::AsFd) {
        let _ = fcntl_getfd(&stream).and_then(|flags| fcntl_setfd(&stream, flags - FdFlags::CLOEXEC));
    }
    hand_down(std::io::stdin());
    hand_down(std::io::stdout());
    hand_down(std::io::stderr());
}

fn version() -> Result<u8, exit::Failure> {
    let inspector = judge::inspector_by(Default::default())?;
    let versions = inspector.versions();
    say!("vanguard {}\ncore {}\nrules {}", env!("CARGO_PKG_VERSION"), versions.core, versions.packs);
    Ok(0)
}
