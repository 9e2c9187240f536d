//! Exit codes, as `vanguard --help` states them.

use crate::output::tell;
use std::fmt;

/// Done, and something was found.
pub(crate) const FOUND: u8 = 1;
/// The command line is wrong.
pub(crate) const USAGE: u8 = 2;
/// The server doesn't answer as it should.
pub(crate) const NO_ANSWER: u8 = 5;
/// The server is not the one that was locked.
pub(crate) const NOT_LOCKED: u8 = 124;
/// The server can't be confined.
pub(crate) const NOT_CONFINED: u8 = 125;

/// Nobody reads what it prints: what a shell says of a program that SIGPIPE has ended.
pub(crate) const UNREAD: u8 = 141;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A configuration or rule file is wrong; the text names every problem and its place.
    Config(String),
    /// A file can't be read or written.
    Io(String),
    /// A code of its own, with what to say.
    Code(u8, String),
}

impl Failure {
    /// An I/O error about `what`.
    pub(crate) fn io(what: impl fmt::Display, error: impl fmt::Display) -> Self {
        Self::Io(format!("{what}: {error}"))
    }

    /// Says it on stderr and gives its exit code.
    pub(crate) fn report(self) -> u8 {
        let (code, text) = match self {
            // Problems begin with what they are, and go over several lines.
            Self::Config(text) => {
                tell!("{}", text.trim_end());
                return 3;
            }
            Self::Io(text) => (4, text),
            Self::Code(code, text) => (code, text),
        };
        tell!("vanguard: {text}");
        code
    }
}
