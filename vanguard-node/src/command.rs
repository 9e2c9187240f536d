//! The command `vanguard`.

use napi_derive::napi;

/// Runs a command line of `vanguard` and gives its exit code. `again`: the words that start the command anew, before its arguments.
#[napi]
pub(crate) fn command(words: Vec<String>, again: Vec<String>) -> u8 {
    #[cfg(unix)]
    let code = vanguard_proxy::run_as(words.into_iter().map(Into::into), again.into_iter().map(Into::into).collect());
    #[cfg(not(unix))]
    let code = {
        let _ = (words, again);
        eprintln!("vanguard: the command rests on process groups and signals of Unix");
        2
    };
    code
}
