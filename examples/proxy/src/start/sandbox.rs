//! `--sandbox`: what the server is confined to, and the command that confines it.

use super::zones::{Zones, at_home};
use crate::cli::{Sandbox, Start};
use crate::exit::{Failure, NOT_CONFINED, USAGE};
use crate::output;
use std::env;
use std::ffi::OsString;
use vanguard_adapters::sandbox::{Access, Level, Plan, Program, RealFiles};
use vanguard_core::Config;
use vanguard_core::config::Ports;

/// How the server is run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// With this command.
    Command(Vec<OsString>),
    /// Not at all: this is to be shown.
    Explained(String),
}

/// Whether the server is to be confined.
pub(crate) fn is_asked(arguments: &Start, config: &Config) -> bool {
    arguments.sandbox.is_some() || config.sandbox.enabled
}

/// The command to run in place of `command`.
///
/// # Errors
/// If something that is to be allowed is not there, or the kernel can't enforce what is asked.
pub(crate) fn run(arguments: &Start, config: &Config, zones: &Zones, command: Vec<OsString>) -> Result<Run, Failure> {
    if command.is_empty() {
        return Ok(Run::Command(command));
    }
    if !is_asked(arguments, config) {
        let Start { sandbox_read, sandbox_write, sandbox_connect, sandbox_bind, .. } = arguments;
        let loose = !sandbox_read.is_empty()
            || !sandbox_write.is_empty()
            || sandbox_connect.is_some()
            || sandbox_bind.is_some();
        if loose {
            return Err(usage("--sandbox-read, -write, -connect and -bind do nothing without --sandbox"));
        }
        return Ok(Run::Command(command));
    }
    let Some(start) = zones.start() else {
        return Err(usage("--sandbox needs a --safe-zone: the folder that the server's tools may touch"));
    };
    let search = env::var_os("PATH").unwrap_or_default();
    let program = Program::find(&command, &search, zones.here(), &RealFiles)
        .map_err(|error| Failure::Code(127, error.to_string()))?;
    let mut plan = Plan {
        connect: both(&config.sandbox.connect, arguments.sandbox_connect.as_ref()),
        bind: both(&config.sandbox.bind, arguments.sandbox_bind.as_ref()),
        ..Plan::default()
    };
    zones.writable().for_each(|zone| plan.allow(zone, Access::Write, "a safe zone"));
    zones.readable().for_each(|zone| plan.allow(zone, Access::Read, "a safe zone"));
    for (access, flag, named, key, files) in [
        (Access::Write, "--sandbox-write", &arguments.sandbox_write, "sandbox.write", &config.sandbox.write),
        (Access::Run, "--sandbox-read", &arguments.sandbox_read, "sandbox.read", &config.sandbox.read),
    ] {
        for path in named {
            let real = path.canonicalize().map_err(|error| usage(format!("{flag} {}: {error}", path.display())))?;
            plan.allow(real, access, flag);
        }
        for file in files {
            let path = at_home(&file.path).unwrap_or_else(|| file.resolved());
            let wrong = |error| Failure::Config(format!("error: `{key}`: {}: {error}", path.display()));
            plan.allow(path.canonicalize().map_err(wrong)?, access, key);
        }
    }
    plan.allow_start(&program, &search, start, &RealFiles);
    let level = Level::here();
    let checked = plan.check(level).map_err(|refused| Failure::Code(NOT_CONFINED, refused.to_string()));
    if arguments.sandbox == Some(Sandbox::Explain) {
        let words: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
        let text =
            format!("`{}` starts in {} and is confined:\n{}", words.join(" "), start.display(), plan.explain(level));
        return match checked {
            Ok(()) => Ok(Run::Explained(text)),
            Err(refused) => {
                output::print(text);
                Err(refused)
            }
        };
    }
    checked?;
    if arguments.again.is_empty() {
        return Err(Failure::Code(
            NOT_CONFINED,
            "nothing says how to start this command anew, which confining takes".to_owned(),
        ));
    }
    Ok(Run::Command(confiner(&arguments.again, &plan, &program)))
}

/// `vanguard confine` with the plan as its arguments.
fn confiner(again: &[OsString], plan: &Plan, program: &Program) -> Vec<OsString> {
    let mut words = again.to_vec();
    words.push("confine".into());
    let mut say = |flag: &str, value: OsString| words.extend([flag.into(), value]);
    for grant in &plan.grants {
        let flag = match grant.access {
            Access::Read => "--read",
            Access::Run => "--run",
            Access::Write => "--write",
        };
        say(flag, grant.path.clone().into());
    }
    for (flag, ports) in [("--connect", &plan.connect), ("--bind", &plan.bind)] {
        match ports {
            Ports::Any => say(flag, "any".into()),
            Ports::Only(ports) if ports.is_empty() => {}
            Ports::Only(ports) => {
                say(flag, ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",").into());
            }
        }
    }
    say("--program", program.file.clone().into());
    words.push("--".into());
    words.extend(program.words.iter().cloned());
    words
}

fn both(one: &Ports, other: Option<&Ports>) -> Ports {
    match (one, other) {
        (Ports::Any, _) | (_, Some(Ports::Any)) => Ports::Any,
        (Ports::Only(one), Some(Ports::Only(other))) => Ports::Only(one | other),
        (Ports::Only(one), None) => Ports::Only(one.clone()),
    }
}

fn usage(text: impl Into<String>) -> Failure {
    Failure::Code(USAGE, text.into())
}
