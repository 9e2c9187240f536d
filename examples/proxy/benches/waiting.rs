//! What a thousand calls that wait for a model cost a plain one beside them: its round trip over stdio through `vanguard start` while nothing
//! waits, while a thousand calls do, and while their answers come in one after another.
//!
//! `cargo bench -p vanguard-proxy --features http --bench waiting`. The model is a server of its own in this process, asked over HTTP; this
//! program is also the guarded server (`--serve`).

#[path = "../../../vanguard-core/adapters/tests/model/mod.rs"]
#[allow(dead_code)]
mod model;

use model::{Gate, Server, as_openai, judged, respond};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// Calls that wait.
const WAITING: usize = 1000;
/// Plain calls of one median.
const TRIPS: usize = 300;
const ROUNDS: usize = 7;
/// What the model takes for an answer, once it gives any.
const THINKS: Duration = Duration::from_millis(5);

const NOTE: &str =
    "The meeting moved to Thursday because two people are travelling. Please bring the figures for the last quarter.";

/// A guarded server, and a client's ends of its pipes.
struct Guarded {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    sent: usize,
}

impl Guarded {
    fn start(config: &str) -> Self {
        let this = std::env::current_exe().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_vanguard"))
            .args(["start", "--config", config, "--", this.to_str().unwrap(), "--serve"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::with_capacity(1 << 17, output), sent: 0 }
    }

    fn call(&mut self, tool: &str, key: &str, text: &str) -> String {
        self.sent += 1;
        let id = self.sent;
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"{tool}","arguments":{{"{key}":"{text}"}}}}}}"#
        );
        self.input.write_all(format!("{call}\n").as_bytes()).unwrap();
        format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},")
    }

    /// The median round trip of plain calls in microseconds. Answers to others that come between are read, too.
    fn trips(&mut self) -> f64 {
        let mut took: Vec<f64> = (0..TRIPS).map(|_| self.trip()).collect();
        took.sort_unstable_by(f64::total_cmp);
        took[TRIPS / 2]
    }

    fn trip(&mut self) -> f64 {
        let begun = Instant::now();
        let answer = self.call("add_note", "text", NOTE);
        let mut line = String::new();
        while !line.starts_with(&answer) {
            line.clear();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the guard ended");
        }
        begun.elapsed().as_secs_f64() * 1e6
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers each call.
fn serve() {
    let mut output = std::io::stdout();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let id = line.strip_prefix(r#"{"jsonrpc":"2.0","id":"#).and_then(|rest| rest.split(',').next()).unwrap();
        let answer =
            format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[{{"type":"text","text":"done"}}]}}}}"#);
        output.write_all(format!("{answer}\n").as_bytes()).unwrap();
        output.flush().unwrap();
    }
}

/// One guard's medians: nothing waits, a thousand wait, their answers come.
fn round(config: &str) -> [f64; 3] {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, stream| {
        held.pass();
        std::thread::sleep(THINKS);
        respond(stream, "200 OK", "", &as_openai(&judged(2, "benign")));
    });
    let llm = format!("{{url: '{}/v1', timeout: 60, queue: 2000}}", server.url);
    let text = format!(
        "semantic: {{llm: {llm}}}\ncapabilities: {{'run_*': exec}}\nbehavior: {{detectors: {{budgets: off, sequences: off, enumeration: off}}}}\n"
    );
    std::fs::write(config, text).unwrap();
    let mut guarded = Guarded::start(config);
    guarded.trips();
    let alone = guarded.trips();
    for job in 0..WAITING {
        guarded.call("run_job", "job", &format!("job {job}"));
    }
    guarded.trips();
    let beside = guarded.trips();
    assert!(server.asked() < WAITING, "the model was to keep them waiting");
    gate.open();
    [alone, beside, guarded.trips()]
}

fn main() {
    if std::env::args().any(|argument| argument == "--serve") {
        return serve();
    }
    let config = std::env::temp_dir().join(format!("vanguard-waiting-{}.yaml", std::process::id()));
    let rounds: Vec<[f64; 3]> = (0..ROUNDS).map(|_| round(config.to_str().unwrap())).collect();
    let _ = std::fs::remove_file(config);
    let of = |value: &dyn Fn(&[f64; 3]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(value).collect();
        values.sort_unstable_by(f64::total_cmp);
        values[ROUNDS / 2]
    };
    println!("round trip of a plain call over stdio, p50 in µs; medians of {ROUNDS} guards, to be at most 2");
    println!("nothing waits {:>26.1}", of(&|r| r[0]));
    for (at, name) in [(1, "wait"), (2, "wait, and are answered")] {
        let (took, ratio) = (of(&|r| r[at]), of(&|r| r[at] / r[0]));
        println!("{:<28} {took:>11.1}   {ratio:.2}", format!("{WAITING} {name}"));
    }
}
