//! A running guard, seen from the client. Nothing here sleeps: every wait is for something, with a limit that only a hang reaches.

use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// No test takes this long unless something hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// A guard in front of a server.
pub(crate) struct Guarded {
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<Vec<u8>>,
    unread: Option<ChildStdout>,
    errors: Receiver<Vec<u8>>,
}

/// What is left when a guard has ended.
pub(crate) struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// The lines it still sent.
    pub(crate) output: Vec<Vec<u8>>,
    /// The lines left on stderr.
    pub(crate) errors: String,
}

/// The command line of `peer.py` doing `what`.
pub(crate) fn peer(what: &[&str]) -> Vec<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peer.py");
    ["python3", script].iter().chain(what).map(|word| (*word).to_owned()).collect()
}

/// `vanguard` with these arguments on a kernel without these system calls, run to its end without input.
#[cfg(target_os = "linux")]
pub(crate) fn without(calls: &str, arguments: &[&str]) -> std::process::Output {
    without_calls(calls, arguments).stdin(Stdio::null()).output().unwrap()
}

/// The command that [`without`] runs.
#[cfg(target_os = "linux")]
pub(crate) fn without_calls(calls: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/without.py"));
    command.args([calls, env!("CARGO_BIN_EXE_vanguard")]).args(arguments);
    command
}

impl Guarded {
    /// Starts `vanguard start` with `options` in front of `server`.
    pub(crate) fn start(options: &[&str], server: &[String]) -> Self {
        let mut guard = Self::start_unread(options, server);
        guard.read();
        guard
    }

    /// As [`Guarded::start`], for a client that doesn't read.
    pub(crate) fn start_unread(options: &[&str], server: &[String]) -> Self {
        Self::run(Command::new(env!("CARGO_BIN_EXE_vanguard")).arg("start").args(options).arg("--").args(server))
    }

    /// Runs a whole command.
    pub(crate) fn run(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (input, output, errors) = (child.stdin.take(), child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self { child, input, output: channel().1, unread: Some(output), errors: lines(errors) }
    }

    /// Begins to read.
    pub(crate) fn read(&mut self) {
        self.output = lines(self.unread.take().unwrap());
    }

    /// Closes the end that was not read.
    pub(crate) fn refuse(&mut self) {
        self.unread = None;
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// Calls a tool of `peer.py act` and gives what came of it: `done` and its value, `failed` and the error's name, or `refused`
    /// and the rule.
    #[cfg(target_os = "linux")]
    pub(crate) fn call(&mut self, tool: &str, arguments: serde_json::Value) -> (String, String) {
        use serde_json::{Value, json};
        let params = json!({"name": tool, "arguments": arguments});
        self.send(
            format!("{}\n", json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})).as_bytes(),
        );
        let line = self.line();
        let answer: Value = serde_json::from_slice(&line).unwrap();
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        for what in ["done", "failed"] {
            if let Some(value) = answer["result"].get(what) {
                return (what.to_owned(), text(value));
            }
        }
        ("refused".to_owned(), text(&answer["error"]["data"]["vanguard"]["findings"][0]["rule"]))
    }

    /// The client's end for a thread of the test's own.
    pub(crate) fn take_input(&mut self) -> ChildStdin {
        self.input.take().unwrap()
    }

    /// Closes the client's end.
    pub(crate) fn close(&mut self) {
        self.input = None;
    }

    /// The next line with its terminator.
    pub(crate) fn line(&self) -> Vec<u8> {
        self.output.recv_timeout(LIMIT).expect("a line")
    }

    /// The next line of stderr.
    pub(crate) fn error_line(&self) -> String {
        String::from_utf8_lossy(&self.errors.recv_timeout(LIMIT).expect("a line on stderr")).into_owned()
    }

    /// Sends a signal to the guard alone.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The most memory it has had, in bytes.
    #[cfg(target_os = "linux")]
    pub(crate) fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
    }

    /// Waits for its end.
    pub(crate) fn finish(mut self) -> Ended {
        let (ended, end) = channel();
        let mut child = self.child;
        let pid = Pid::from_child(&child);
        self.input = None;
        thread::spawn(move || ended.send(child.wait().unwrap()));
        let status = end.recv_timeout(LIMIT).unwrap_or_else(|_| {
            let _ = kill_process(pid, Signal::KILL);
            panic!("the guard doesn't end");
        });
        let output = self.output.iter().collect();
        let errors = self.errors.iter().map(|line| String::from_utf8_lossy(&line).into_owned()).collect();
        Ended { code: status.code(), output, errors }
    }
}

/// Lines as a thread reads them, so that a test can wait with a limit.
fn lines(source: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut source = BufReader::new(source);
        loop {
            let mut line = Vec::new();
            if source.read_until(b'\n', &mut line).unwrap_or(0) == 0 || sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// A file in a folder that goes away with the test.
pub(crate) struct Scratch(tempfile::TempDir);

impl Scratch {
    /// A new folder.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The path of a file in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}
