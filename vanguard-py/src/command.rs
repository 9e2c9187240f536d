//! The command `vanguard`.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::several::Several;

/// Runs a command line of `vanguard` and gives its exit code. `again`: the words that start the command anew, before its arguments.
#[pyfunction]
pub(crate) fn command(py: Python<'_>, words: Several<OsString>, again: Several<OsString>) -> u8 {
    #[cfg(unix)]
    let code = py.detach(|| vanguard_proxy::run_as(words.0, again.0));
    #[cfg(not(unix))]
    let code = {
        let _ = (py, words, again);
        eprintln!("vanguard: the command rests on process groups and signals of Unix");
        2
    };
    code
}
