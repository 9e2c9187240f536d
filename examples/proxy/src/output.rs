//! What commands print. Whoever reads it may have seen enough (`| head`): then the program ends at once and without a word.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::exit;

use crate::exit::UNREAD;

/// Prints a line on stdout, as `println!` does; but it can't panic.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::print(format_args!("{}\n", format_args!($($text)*))) };
}

/// Prints a line on stderr, as `eprintln!` does; but where nobody reads it, so be it.
macro_rules! tell {
    ($($text:tt)*) => { $crate::output::aside(format_args!("{}\n", format_args!($($text)*))) };
}

pub(crate) use {say, tell};

/// Prints on stdout.
pub(crate) fn print(text: impl fmt::Display) {
    if let Err(error) = write!(io::stdout(), "{text}") {
        stop(&error);
    }
}

/// Prints on stderr.
pub(crate) fn aside(text: impl fmt::Display) {
    let _ = write!(io::stderr(), "{text}");
}

/// What is said where a terminal, a pipe or a disk takes no more.
pub(crate) const UNWRITTEN: &str = "the output can't be written";

/// Ends the program, since its output could not be written.
pub(crate) fn stop(error: &io::Error) -> ! {
    if error.kind() == ErrorKind::BrokenPipe {
        exit(UNREAD.into());
    }
    tell!("vanguard: {UNWRITTEN}: {error}");
    exit(4);
}
