//! The guarded server as a process: started in a group of its own, signalled and ended with the whole group.

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid};
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, absolute};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a group gets to end itself after its leader has gone, and the steps in which we look.
const LEFTOVERS: Duration = Duration::from_millis(500);
const LOOK: Duration = Duration::from_millis(10);
/// 128 + SIGKILL.
const KILLED: u8 = 137;

/// A server process and the group it leads.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    group: Pid,
}

/// The server could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// Nothing to start.
    #[error("no server given: `vanguard start --server \"COMMAND …\"` or `vanguard start -- COMMAND …`")]
    Empty,
    /// The command string has an open quote or ends in a backslash.
    #[error("`--server`: unclosed quote or trailing backslash in `{0}`")]
    Quoting(String),
    /// The system refused.
    #[error("can't start `{command}`: {source}{}", hint(command, source))]
    Spawn {
        /// The program.
        command: String,
        /// Why.
        source: io::Error,
    },
}

/// What is probably meant by what the system says.
fn hint(command: &str, source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::NotFound if !command.contains('/') => ": no program of that name is in PATH; is it installed?",
        io::ErrorKind::NotFound => ": nothing is there, or its first line names a program that isn't",
        io::ErrorKind::PermissionDenied if Path::new(command).is_dir() => ": it is a folder",
        io::ErrorKind::PermissionDenied => {
            ": a script that may not be run by itself is started by its interpreter, `python3 FILE` or `node FILE`"
        }
        _ => "",
    }
}

impl StartError {
    /// The exit code, as shells and `env` have it: 127 not found, 126 can't be run.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Empty | Self::Quoting(_) => 2,
            Self::Spawn { source, .. } if source.kind() == io::ErrorKind::NotFound => 127,
            Self::Spawn { .. } => 126,
        }
    }
}

/// Splits a command string into words as a POSIX shell does (quotes and backslashes), and nothing more: no variables, no
/// globs, no pipes. Who wants these names a shell: `sh -c '…'`.
///
/// # Errors
/// [`StartError::Quoting`] for an open quote.
pub(crate) fn words(command: &str) -> Result<Vec<OsString>, StartError> {
    let words = shlex::split(command).ok_or_else(|| StartError::Quoting(command.to_owned()))?;
    Ok(words.into_iter().map(OsString::from).collect())
}

impl Server {
    /// Starts `command` with pipes for stdin and stdout, in `folder` or where we are; its stderr is ours.
    ///
    /// # Errors
    /// [`StartError`] if there is no command or the system can't run it.
    pub(crate) fn start(
        command: &[OsString],
        folder: Option<&Path>,
    ) -> Result<(Self, ChildStdin, ChildStdout), StartError> {
        let (program, arguments) = command.split_first().ok_or(StartError::Empty)?;
        let failed = |source| StartError::Spawn { command: program.to_string_lossy().into_owned(), source };
        // Whoever names a program by its path names it from where we are, wherever it starts.
        let from_here = program.as_bytes().contains(&b'/').then(|| absolute(program)).transpose().map_err(failed)?;
        let mut run = Command::new(from_here.as_deref().map_or(program.as_os_str(), Path::as_os_str));
        if let Some(folder) = folder {
            run.current_dir(folder);
        }
        let mut child = run
            .arg0(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let group = Pid::from_child(&child);
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok((Self { child, group }, input, output)),
            _ => Err(failed(io::ErrorKind::BrokenPipe.into())),
        }
    }

    /// The process to wait for with [`wait_for_exit`].
    pub(crate) fn pid(&self) -> Pid {
        self.group
    }

    /// Sends `signal` to the whole group. The leader is not reaped before [`Server::finish`], so the group's number can't
    /// belong to anyone else.
    pub(crate) fn signal(&self, signal: Signal) {
        // No such process: all of them are gone, which is what a signal would be for.
        let _ = kill_process_group(self.group, signal);
    }

    /// Reaps the server, which has ended, ends what is left of its group, and returns the exit code to end with. A server
    /// that even SIGKILL has not ended (the kernel is busy with it) is left behind.
    ///
    /// # Errors
    /// If the process can't be waited for.
    pub(crate) fn finish(mut self) -> io::Result<u8> {
        self.signal(Signal::TERM);
        let Some(status) = self.child.try_wait()? else { return Ok(KILLED) };
        let until = Instant::now() + LEFTOVERS;
        while test_kill_process_group(self.group).is_ok() {
            if Instant::now() >= until {
                self.signal(Signal::KILL);
                break;
            }
            thread::sleep(LOOK);
        }
        Ok(exit_code(status))
    }
}

/// Blocks until the process has ended, and leaves it unreaped.
pub(crate) fn wait_for_exit(pid: Pid) {
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {}
}

/// A process's exit code, or 128 + signal as shells have it.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::{Server, StartError, wait_for_exit, words};
    use rustix::process::{Signal, test_kill_process};
    use std::io::{BufRead, BufReader};

    #[test]
    fn a_command_string_is_split_without_a_shell() {
        assert_eq!(
            words(r#"npx -y "@scope/server name" '$HOME' a\ b"#).unwrap(),
            ["npx", "-y", "@scope/server name", "$HOME", "a b"]
        );
        assert_eq!(words("a | b > c").unwrap(), ["a", "|", "b", ">", "c"]);
        assert!(matches!(words("python 'x"), Err(StartError::Quoting(_))));
    }

    #[test]
    fn what_can_t_run_says_so() {
        let code = |command: &str| Server::start(&words(command).unwrap(), None).map(|_| ()).unwrap_err().exit_code();
        assert_eq!((code(""), code("/nowhere/at-all"), code("/")), (2, 127, 126));
        assert!(Server::start(&["/".into()], None).unwrap_err().to_string().ends_with(": it is a folder"));
    }

    #[test]
    fn the_exit_code_is_the_server_s_or_its_signal_s() {
        let run = |script: &str| {
            let (server, input, output) = Server::start(&words(&format!("sh -c '{script}'")).unwrap(), None).unwrap();
            wait_for_exit(server.pid());
            drop((input, output));
            server.finish().unwrap()
        };
        assert_eq!(run("exit 7"), 7);
        assert_eq!(run("kill -9 $$"), 137);
    }

    #[test]
    fn the_whole_group_ends() {
        let (server, input, output) =
            Server::start(&words("sh -c 'sleep 1000 & echo $!; cat'").unwrap(), None).unwrap();
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).unwrap();
        let grandchild = rustix::process::Pid::from_raw(line.trim().parse().unwrap()).unwrap();
        drop(input);
        wait_for_exit(server.pid());
        assert_eq!(server.finish().unwrap(), 0);
        // It is gone, or a zombie that this machine's init has yet to reap.
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", line.trim())).unwrap_or_default();
        assert!(test_kill_process(grandchild).is_err() || stat.contains(") Z "), "{stat}");
    }

    #[test]
    fn a_signal_reaches_the_server() {
        let (server, _input, _output) = Server::start(&words("sh -c 'sleep 1000; true'").unwrap(), None).unwrap();
        server.signal(Signal::TERM);
        wait_for_exit(server.pid());
        assert_eq!(server.finish().unwrap(), 143);
    }
}
