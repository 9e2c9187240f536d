//! A client that only asks who a server is and what it has: one request at a time, each with a limit on the wait.

use crate::exit::{Failure, NO_ANSWER};
use crate::lines::{LineReader, Piece, split};
use crate::start::server::{Server, wait_for_exit};
use crate::start::start_failure;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ChildStdin;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};
use vanguard_core::Framing;
use vanguard_core::message::{Limits, Tape, read};

/// How long a server that was asked to end may take, and one that was told to.
const GRACE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_millis(1500);
const ENDED: &str = "the server ended before it answered";
/// Lines that are read ahead.
const AHEAD: usize = 16;
/// Lines that wait for a server to read them: answers to what it asks us, since we ask one thing at a time.
const UNREAD: usize = 64;

/// A server that is being asked.
pub(crate) struct Client {
    server: Option<Server>,
    /// To a thread that writes: a server that asks and doesn't read must not hold up who counts the seconds.
    input: Option<SyncSender<Vec<u8>>>,
    lines: Receiver<Option<Vec<u8>>>,
    wait: Duration,
    next: i64,
}

/// What came back: the whole line, and whether it is an error.
pub(crate) struct Answer {
    /// What was asked.
    pub(crate) question: Vec<u8>,
    /// The line, without its newline.
    pub(crate) line: Vec<u8>,
    /// What was read from it.
    pub(crate) tape: Tape,
    /// Why it is no result.
    pub(crate) error: Option<String>,
}

impl Client {
    /// Starts `command`.
    pub(crate) fn start(command: &[OsString], folder: Option<&Path>, wait: Duration) -> Result<Self, Failure> {
        let (server, input, output) = Server::start(command, folder).map_err(start_failure)?;
        let (sender, lines) = sync_channel(AHEAD);
        thread::spawn(move || {
            let mut reader = LineReader::new(output, Limits::default().message);
            loop {
                let line = match reader.next() {
                    Ok(Some(Piece::Line(line))) => Some(split(line).0.to_vec()),
                    Ok(Some(Piece::Long)) => None,
                    Ok(None) | Err(_) => return,
                };
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { server: Some(server), input: Some(writing(input)), lines, wait, next: 1 })
    }

    /// Asks, and waits for the answer. Questions of the server are answered as by a client that can do nothing.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Result<Answer, Failure> {
        let id = self.next;
        self.next += 1;
        let question = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string().into_bytes();
        self.send(method, &question)?;
        let until = Instant::now() + self.wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            // Where lines never end, one is always there.
            let next = if left.is_zero() { Err(RecvTimeoutError::Timeout) } else { self.lines.recv_timeout(left) };
            let line = match next {
                Ok(Some(line)) => line,
                Ok(None) => return Err(wrong(method, "a message is larger than 32 MiB")),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(wrong(method, &format!("no answer within {} s (--timeout)", self.wait.as_secs_f64())));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(wrong(method, ENDED));
                }
            };
            let Ok(message) = serde_json::from_slice::<Value>(&line) else {
                // What a server prints there by mistake is no answer.
                continue;
            };
            if let Some(asked) = message.get("method").and_then(Value::as_str) {
                self.reply(asked, message.get("id"))?;
            } else if message.get("id").and_then(Value::as_i64) == Some(id) {
                return answer(method, question, line, &message);
            }
        }
    }

    /// Says something that has no answer.
    pub(crate) fn tell(&mut self, method: &str) -> Result<(), Failure> {
        let message = json!({"jsonrpc": "2.0", "method": method}).to_string().into_bytes();
        self.send(method, &message)
    }

    fn reply(&mut self, method: &str, id: Option<&Value>) -> Result<(), Failure> {
        let Some(id) = id else { return Ok(()) };
        let error = json!({"code": -32601, "message": "this client only asks"});
        let reply = match method {
            "ping" => json!({"jsonrpc": "2.0", "id": id, "result": {}}),
            _ => json!({"jsonrpc": "2.0", "id": id, "error": error}),
        };
        self.send(method, reply.to_string().as_bytes())
    }

    fn send(&mut self, method: &str, message: &[u8]) -> Result<(), Failure> {
        let Some(input) = &self.input else { return Ok(()) };
        input.try_send([message, b"\n"].concat()).map_err(|error| match error {
            TrySendError::Disconnected(_) => wrong(method, ENDED),
            TrySendError::Full(_) => wrong(method, "the server asks and doesn't read what it is told"),
        })
    }
}

/// Writes lines to `input` as they come, and closes it after the last.
fn writing(mut input: ChildStdin) -> SyncSender<Vec<u8>> {
    let (sender, lines) = sync_channel::<Vec<u8>>(UNREAD);
    thread::spawn(move || {
        for line in lines {
            // It has ended: whoever waits for its answer hears of that.
            if input.write_all(&line).and_then(|()| input.flush()).is_err() {
                return;
            }
        }
    });
    sender
}

impl Drop for Client {
    /// Ends the server: by the end of its input, then by signals.
    fn drop(&mut self) {
        self.input = None;
        let Some(server) = self.server.take() else { return };
        let (ended, end) = channel();
        let pid = server.pid();
        thread::spawn(move || {
            wait_for_exit(pid);
            let _ = ended.send(());
        });
        for (signal, patience) in [(None, GRACE), (Some(Signal::TERM), PATIENCE), (Some(Signal::KILL), PATIENCE)] {
            signal.into_iter().for_each(|signal| server.signal(signal));
            if end.recv_timeout(patience).is_ok() {
                break;
            }
        }
        // Its exit code says nothing about what it claimed.
        let _ = server.finish();
    }
}

fn answer(method: &str, question: Vec<u8>, line: Vec<u8>, message: &Value) -> Result<Answer, Failure> {
    let mut tape = Tape::new();
    read(&line, Framing::Line, &Limits::default(), &mut tape);
    if let Some(issue) = tape.issues().first() {
        return Err(wrong(method, &format!("its answer is not sound: {}", issue.kind.reason())));
    }
    let error = message.get("error").map(|error| {
        let text = error.get("message").and_then(Value::as_str).unwrap_or("an error without words");
        text.to_owned()
    });
    Ok(Answer { question, line, tape, error })
}

/// The server doesn't answer as it should.
pub(crate) fn wrong(method: &str, why: &str) -> Failure {
    Failure::Code(NO_ANSWER, format!("`{method}`: {}", crate::terminal::visible(why)))
}
