//! `vanguard confine`: restricts this process, of one thread, and then becomes the server. Hidden: `start --sandbox` runs it.

use crate::cli::Confine;
use crate::exit::{Failure, NOT_CONFINED};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use vanguard_adapters::sandbox::{Access, Grant, Plan};

/// Becomes the program. Comes back only if that fails.
pub(crate) fn run(confine: Confine) -> Failure {
    let Confine { read, run, write, connect, bind, program, words } = confine;
    let grants = [(read, Access::Read), (run, Access::Run), (write, Access::Write)];
    let grants = grants
        .into_iter()
        .flat_map(|(paths, access)| paths.into_iter().map(move |path| Grant { path, access, why: String::new() }));
    let plan = Plan { grants: grants.collect(), connect: connect.unwrap_or_default(), bind: bind.unwrap_or_default() };
    if let Err(error) = plan.confine() {
        return Failure::Code(NOT_CONFINED, format!("the server was not started: {error}"));
    }
    let mut words = words.into_iter();
    let mut server = Command::new(&program);
    if let Some(name) = words.next() {
        server.arg0(name);
    }
    let error = server.args(words).exec();
    let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
    Failure::Code(code, format!("can't start `{}`: {error}", program.display()))
}
