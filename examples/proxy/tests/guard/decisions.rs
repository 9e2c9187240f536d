//! What the guard does about a message: the suite that every carrier runs, and what only this carrier can get wrong.

use crate::carrier_suite::{self, Carried};
use crate::support::{Guarded, Scratch, peer};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use vanguard_core::{Flow, Profile};

/// A request that L0 refuses: two readers could take it for two different calls.
fn refused(id: impl Into<Value>) -> String {
    format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"tools/call\",\"params\":{{\"name\":\"a\",\"name\":\"b\"}}}}\n",
        id.into()
    )
}

/// A request that passes with a warning: half a surrogate pair in a text.
const WARNED: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x/y\",\"params\":{\"t\":\"\\ud800\"}}\n";

fn json(line: &[u8]) -> Value {
    serde_json::from_slice(line).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(line)))
}

/// A guard with both of its sides in the hands of the test.
struct BothSides {
    guard: Guarded,
    server: BufReader<UnixStream>,
    monitor: bool,
    count: u32,
    _scratch: Scratch,
}

impl BothSides {
    fn start(profile: Profile) -> Self {
        let scratch = Scratch::new();
        let path = scratch.path("socket");
        let listener = UnixListener::bind(&path).unwrap();
        let guard = Guarded::start(&["--profile", profile.as_str()], &peer(&["bridge", path.to_str().unwrap()]));
        let server = BufReader::new(listener.accept().unwrap().0);
        Self { guard, server, monitor: profile == Profile::Monitor, count: 0, _scratch: scratch }
    }

    fn write(&mut self, from: Flow, line: &[u8]) {
        match from {
            Flow::ToServer => self.guard.send(line),
            Flow::ToClient => self.server.get_mut().write_all(line).unwrap(),
        }
    }

    fn read(&mut self, to: Flow) -> Vec<u8> {
        if to == Flow::ToClient {
            return self.guard.line();
        }
        let mut line = Vec::new();
        self.server.read_until(b'\n', &mut line).unwrap();
        line
    }

    /// Lines that arrive in `to` before one with `mark`.
    fn until(&mut self, to: Flow, mark: &str) -> Option<Vec<u8>> {
        let mut before = None;
        loop {
            let mut line = self.read(to);
            assert_eq!(line.pop(), Some(b'\n'));
            if String::from_utf8_lossy(&line).contains(mark) {
                return before;
            }
            assert!(before.is_none(), "two lines for one");
            before = Some(line);
        }
    }

    /// Sends a message and, behind it, one that certainly passes and one that is certainly answered: what comes out
    /// before those two is what became of the message.
    fn carry(&mut self, flow: Flow, message: &[u8]) -> Carried {
        self.count += 1;
        let mark = format!("mark-{}", self.count);
        self.write(flow, &[message, b"\n"].concat());
        self.write(flow, format!("{{\"jsonrpc\":\"2.0\",\"method\":\"notifications/{mark}\"}}\n").as_bytes());
        let forward = self.until(flow, &mark);
        let reply = (!self.monitor).then(|| {
            self.write(flow, refused(mark.as_str()).as_bytes());
            self.until(flow.reverse(), &mark)
        });
        Carried { forward, reply: reply.flatten() }
    }
}

#[test]
fn does_what_every_carrier_must() {
    carrier_suite::run(|_| true, BothSides::start, BothSides::carry);
}

#[test]
fn a_refused_call_never_reaches_the_server_and_every_request_gets_one_answer() {
    let scratch = Scratch::new();
    let log = scratch.path("log");
    let mut guard = Guarded::start(&[], &peer(&["answer", log.to_str().unwrap()]));
    // All of them are written before the first answer is read: more replies than a pipe holds.
    for id in 0..3000 {
        let honest = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n");
        guard.send(if id % 3 == 0 { honest } else { refused(id) }.as_bytes());
    }
    guard.close();
    let mut answered = vec![0; 3000];
    let ended = guard.finish();
    for line in &ended.output {
        let answer = json(line);
        let id = usize::try_from(answer["id"].as_u64().unwrap()).unwrap();
        answered[id] += 1;
        assert_eq!(answer["error"]["code"] == vanguard_core::DENIED, id % 3 != 0, "{answer}");
    }
    assert!(answered.iter().all(|count| *count == 1));
    let seen = std::fs::read_to_string(log).unwrap();
    assert_eq!(seen.lines().count(), 1000);
    assert!(seen.lines().all(|line| line.contains("ping")));
    assert_eq!((ended.code, ended.errors.lines().count()), (Some(0), 2000));
    let first = ended.errors.lines().next().unwrap();
    assert!(first.starts_with("vanguard: block → server tools/call") && first.contains("L0-DUPLICATE-KEY"), "{first}");
}

#[test]
fn requests_that_a_dead_server_leaves_are_answered() {
    let mut guard = Guarded::start(&[], &peer(&["answer"]));
    guard.send(b"{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"die\"}\n");
    let answer = json(&guard.line());
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!("a"), &json!(-32000)));
    // The client's end was open all the time.
    let ended = guard.finish();
    assert_eq!((ended.code, ended.output.len()), (Some(7), 0));
}

#[test]
fn a_decision_is_on_record_before_it_takes_effect() {
    let scratch = Scratch::new();
    let audit = scratch.path("audit.jsonl");
    let audit = audit.to_str().unwrap();
    let mut guard = Guarded::start(&["--audit", audit, "--name", "files"], &peer(&["recorded", audit]));
    for count in 1..50 {
        // The server answers with the number of records it finds when a warned message reaches it.
        guard.send(WARNED);
        assert_eq!(json(&guard.line())["result"]["records"], count);
    }
    let ended = guard.finish();
    assert_eq!((ended.code, ended.errors.as_str()), (Some(0), ""));
    let record = std::fs::read_to_string(audit).unwrap().lines().next().map(|line| json(line.as_bytes())).unwrap();
    assert_eq!(
        (&record["action"], &record["server"], &record["method"]),
        (&json!("warn"), &json!("files"), &json!("x/y"))
    );
    assert!(record["at"].as_f64().is_some() && record["session"].is_string(), "{record}");
}

#[test]
fn allows_are_recorded_when_asked_for() {
    let scratch = Scratch::new();
    let audit = scratch.path("audit.jsonl");
    let mut guard = Guarded::start(&["--audit", audit.to_str().unwrap(), "--audit-all"], &peer(&["answer"]));
    guard.send(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
    guard.line();
    guard.finish();
    let records: Vec<_> = std::fs::read_to_string(audit).unwrap().lines().map(|line| json(line.as_bytes())).collect();
    let seen: Vec<_> = records.iter().map(|record| (&record["flow"], &record["kind"], &record["action"])).collect();
    assert_eq!(
        seen,
        [
            (&json!("to_server"), &json!("request"), &json!("allow")),
            (&json!("to_client"), &json!("result"), &json!("allow"))
        ]
    );
}

#[test]
#[cfg(target_os = "linux")]
fn what_can_t_be_recorded_is_refused() {
    let scratch = Scratch::new();
    let log = scratch.path("log");
    let mut guard = Guarded::start(&["--audit", "/dev/full"], &peer(&["answer", log.to_str().unwrap()]));
    guard.send(WARNED);
    let answer = json(&guard.line());
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(vanguard_core::DENIED)));
    assert!(answer["error"]["message"].as_str().unwrap().contains("RECORD-FAILED"), "{answer}");
    assert!(guard.error_line().starts_with("vanguard: the audit record can't be written"));
    // What needs no record passes.
    guard.send(b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n");
    assert_eq!(json(&guard.line())["result"]["method"], "ping");
    guard.finish();
    assert_eq!(std::fs::read_to_string(log).unwrap().lines().count(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn monitor_passes_what_can_t_be_recorded() {
    let mut guard = Guarded::start(&["--profile", "monitor", "--audit", "/dev/full"], &peer(&["echo"]));
    guard.send(WARNED);
    assert_eq!(guard.line(), WARNED);
    assert!(guard.error_line().starts_with("vanguard: the audit record can't be written"));
    guard.finish();
}

#[test]
fn an_audit_file_that_can_t_be_opened_starts_nothing() {
    let scratch = Scratch::new();
    let mark = scratch.path("mark");
    let guard = Guarded::start(&["--audit", "/nowhere/audit"], &["touch".into(), mark.to_str().unwrap().into()]);
    let ended = guard.finish();
    assert_eq!(ended.code, Some(4));
    assert_eq!(ended.errors, "vanguard: /nowhere/audit: No such file or directory (os error 2)\n");
    assert!(!mark.exists());
}
