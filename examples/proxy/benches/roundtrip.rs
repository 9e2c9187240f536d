//! What the guard adds to a round trip over stdio: a call to a server and back, straight, through a relay of ours that
//! reads and writes lines and does nothing else, and through `vanguard start`. Interleaved, the median of rounds.
//!
//! `cargo bench -p vanguard-proxy --bench roundtrip`; `-- --csv` prints it for machines. This program is also the server
//! (`--serve`) and the relay (`--relay`).

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Instant;

/// What stands around the text in a call and in its answer.
const CALL: (&[u8], &[u8]) =
    (br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add_note","arguments":{"text":""#, b"\"}}}\n");
const ANSWER: (&[u8], &[u8]) =
    (br#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":""#, b"\"}],\"isError\":false}}\n");

const PROSE: &str = "The meeting moved to Thursday because two people are travelling. Please bring the figures for the last quarter, \
and the list of open questions from the review. We agreed to keep the old format until the new one has been tried by at least three \
teams; after that, whoever finds a mistake mends it. Lunch is at noon. The room on the second floor has a better projector. ";

const SIZES: [(&str, usize, usize); 3] = [("200 B", 200, 200), ("2 KB", 2_000, 200), ("64 KB", 64_000, 40)];
const ROUNDS: usize = 41;

/// The far end of a call: a process and our two pipes.
struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    line: Vec<u8>,
}

impl Peer {
    fn start(command: &[&str]) -> Self {
        let mut child =
            Command::new(command[0]).args(&command[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::with_capacity(1 << 17, output), line: Vec::new() }
    }

    /// One round trip, in nanoseconds.
    fn trip(&mut self, call: &[u8]) -> u64 {
        let begun = Instant::now();
        self.input.write_all(call).unwrap();
        self.line.clear();
        self.output.read_until(b'\n', &mut self.line).unwrap();
        let took = begun.elapsed();
        assert!(self.line.starts_with(ANSWER.0), "{}", String::from_utf8_lossy(&self.line));
        u64::try_from(took.as_nanos()).unwrap()
    }

    /// The median of some trips.
    fn trips(&mut self, call: &[u8], count: usize) -> f64 {
        median((0..count).map(|_| self.trip(call) as f64).collect())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Answers each call with its text.
fn serve() {
    let (mut input, mut output) = (BufReader::with_capacity(1 << 17, std::io::stdin()), unbuffered_stdout());
    let (mut line, mut answer) = (Vec::new(), Vec::new());
    while input.read_until(b'\n', &mut line).unwrap() > 0 {
        answer.clear();
        answer.extend_from_slice(ANSWER.0);
        answer.extend_from_slice(&line[CALL.0.len()..line.len() - CALL.1.len()]);
        answer.extend_from_slice(ANSWER.1);
        output.write_all(&answer).unwrap();
        line.clear();
    }
}

fn unbuffered_stdout() -> impl Write + Send {
    use std::os::fd::AsFd;
    std::fs::File::from(std::io::stdout().as_fd().try_clone_to_owned().unwrap())
}

/// Passes lines between our ends and a server's, a thread for each direction.
fn relay(command: &[String]) {
    let mut server =
        Command::new(&command[0]).args(&command[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (input, output) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
    thread::spawn(move || pass(std::io::stdin(), input));
    pass(output, unbuffered_stdout());
    let _ = server.wait();
}

fn pass(source: impl Read, mut target: impl Write) {
    let (mut source, mut line) = (BufReader::with_capacity(1 << 16, source), Vec::new());
    while source.read_until(b'\n', &mut line).unwrap_or(0) > 0 && target.write_all(&line).is_ok() {
        line.clear();
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.get(1).map(String::as_str) {
        Some("--serve") => return serve(),
        Some("--relay") => return relay(&arguments[2..]),
        _ => {}
    }
    let csv = arguments.iter().any(|argument| argument == "--csv");
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let mut straight = Peer::start(&[this, "--serve"]);
    let mut relayed = Peer::start(&[this, "--relay", this, "--serve"]);
    // A thousand calls in a row are more than any session may make.
    let config = std::env::temp_dir().join(format!("vanguard-roundtrip-{}.yaml", std::process::id()));
    std::fs::write(&config, "behavior: {detectors: {budgets: off}}\n").unwrap();
    let config = config.to_str().unwrap();
    let mut guarded =
        Peer::start(&[env!("CARGO_BIN_EXE_vanguard"), "start", "--config", config, "--", this, "--serve"]);
    if csv {
        println!("size,straight_us,relay_us,vanguard_us,vanguard_to_relay,added_to_straight");
    } else {
        println!("round trip over stdio, p50 in µs; ratios are medians of {ROUNDS} interleaved rounds");
        println!(
            "{:>8} {:>10} {:>10} {:>10} {:>17} {:>17}",
            "text", "straight", "relay", "vanguard", "vanguard / relay", "added / straight"
        );
    }
    for (name, size, count) in SIZES {
        let text: String = PROSE.chars().cycle().take(size).collect();
        let call = [CALL.0, text.as_bytes(), CALL.1].concat();
        for peer in [&mut straight, &mut relayed, &mut guarded] {
            peer.trips(&call, count);
        }
        let rounds: Vec<[f64; 3]> = (0..ROUNDS)
            .map(|_| [straight.trips(&call, count), relayed.trips(&call, count), guarded.trips(&call, count)])
            .collect();
        let of = |value: fn(&[f64; 3]) -> f64| median(rounds.iter().map(value).collect());
        let (a, b, c) = (of(|r| r[0]) / 1e3, of(|r| r[1]) / 1e3, of(|r| r[2]) / 1e3);
        let (ratio, added) = (of(|r| r[2] / r[1]), of(|r| (r[2] - r[0]) / r[0]));
        if csv {
            println!("{name},{a:.1},{b:.1},{c:.1},{ratio:.2},{added:.2}");
        } else {
            println!("{name:>8} {a:>10.1} {b:>10.1} {c:>10.1} {ratio:>17.2} {added:>17.2}");
        }
    }
    let _ = std::fs::remove_file(config);
}
