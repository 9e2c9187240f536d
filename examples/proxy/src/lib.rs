//! The reference proxy: arguments and I/O around [`vanguard_core`]. It decides nothing itself.
//!
//! | module | what it holds |
//! | --- | --- |
//! | `cli` | what the command line can say, and its help |
//! | `start` | `vanguard start`: a guarded server over stdio |
//! | `lines` | lines out of a byte stream, in bounded memory |
//! | `inspect` | `vanguard inspect`: a verdict for each line |
//! | `judge` | from the command line to an inspector |
//! | `terminal` | text for people |
//! | `exit` | exit codes |
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("`vanguard start` rests on process groups and signals: it runs on Linux, macOS and the BSDs");

mod cli;
mod exit;
mod inspect;
mod judge;
mod lines;
mod start;
mod terminal;
mod version;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};
use std::process::ExitCode;

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Start(start) => start::run(start),
        Command::Inspect(inspect) => inspect::run(&inspect),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "vanguard", &mut std::io::stdout());
            Ok(0)
        }
    };
    result.map_or_else(exit::Failure::report, ExitCode::from)
}
