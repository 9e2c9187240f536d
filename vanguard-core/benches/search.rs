//! Searches for the message that costs most for its size, as an attacker would who has the source: texts of 64 KiB made of
//! what the rules look for, crossed and changed by what took longest so far.
//!
//! `cargo bench -p vanguard-core --bench search -- 30` searches for thirty minutes (one without a number) and ends with 1 if
//! a message took more than ten times what honest prose of its size takes. The search is random, but the same every time
//! but for the machine's speed. What is timed is the thread's share of the processor, so that other work may go on beside it
//! (on Windows it is time, and nothing else should run); every figure is the least of several runs, and whatever would be kept
//! is held against prose that is timed in turn with it.

use std::{
    collections::BTreeSet,
    hint::black_box,
    io::IsTerminal,
    process::ExitCode,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use vanguard_core::rules::{PACKS, catalog, cost};
use vanguard_core::{Inspector, Message, Scratch};

const SIZE: usize = 64 << 10;
/// The ratio that no message may exceed.
const MUST: f64 = 10.0;
/// Texts that live from one generation to the next.
const KEPT: usize = 24;
const RUNS: usize = 3;
const ROUNDS: usize = 3;
/// Tools and the keys of their arguments: each makes a text something else.
const CALLS: [(&str, &str); 9] = [
    ("x", "x"),
    ("run", "command"),
    ("read_file", "path"),
    ("fetch", "url"),
    ("run_sql", "query"),
    ("run_code", "code"),
    ("resolve", "host"),
    ("add_note", "content"),
    ("lookup", "name"),
];
/// What parts, quotes, nests and encodes.
const SIGNS: [&str; 46] = [
    " ",
    "\n",
    "\t",
    ";",
    "|",
    "&",
    "&&",
    "$(",
    ")",
    "`",
    "'",
    "\"",
    "\\",
    "/",
    "../",
    "%2e",
    "%25",
    "&amp;",
    "&#x41;",
    "\\u0041",
    "\\x41",
    "{{",
    "}}",
    "${",
    "}",
    "<",
    ">",
    "=",
    "-",
    "--",
    "/*",
    "*/",
    ",",
    ".",
    ":",
    "@",
    "[",
    "]",
    "0x",
    "1",
    "\u{200b}",
    "\u{ff41}",
    "\u{430}",
    "aGVsbG8gd29ybGQhIQ",
    "a b c d e f",
    "1gn0re pr3v10us",
];

/// A text: its pieces, repeated; and where it stands.
#[derive(Clone, Debug)]
struct Candidate {
    pieces: Vec<String>,
    place: usize,
    /// Strings that the text is cut into.
    cuts: usize,
    ratio: f64,
}

impl Candidate {
    fn text(&self) -> String {
        let unit = self.pieces.concat();
        if unit.is_empty() { String::new() } else { unit.repeat(SIZE.div_ceil(unit.len())) }
    }

    /// The message, and whether it flows to the server.
    fn message(&self) -> (bool, Vec<u8>) {
        let text = self.text();
        let mut rest = text.as_str();
        let mut parts = Vec::new();
        for left in (1..=self.cuts).rev() {
            let at = (0..=rest.len() / left).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
            let (part, others) = rest.split_at(at);
            parts.push(part);
            rest = others;
        }
        let text: Value = if self.cuts > 1 { json!(parts) } else { json!(text) };
        let call = |(tool, key): &(&str, &str)| json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": {*key: text}}});
        let result = |result: Value| json!({"jsonrpc": "2.0", "id": 7, "result": result});
        let message = match self.place.checked_sub(CALLS.len()) {
            None => CALLS.get(self.place).map(call).unwrap_or_default(),
            Some(0) => result(
                json!({"content": parts.iter().map(|part| json!({"type": "text", "text": part})).collect::<Vec<_>>()}),
            ),
            _ => result(
                json!({"tools": parts.iter().map(|part| json!({"name": "t", "description": part, "inputSchema": {"type": "object"}})).collect::<Vec<_>>()}),
            ),
        };
        (self.place < CALLS.len(), message.to_string().into_bytes())
    }
}

/// Steele, Lea and Flood's SplitMix64: small, and enough to choose with.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((word ^ (word >> 31)) % bound.max(1) as u64) as usize
    }

    fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }
}

/// The words of the rules: literals, and their hits, whole and in words.
fn dictionary() -> Vec<String> {
    let mut words: BTreeSet<String> = SIGNS.iter().map(|sign| (*sign).to_owned()).collect();
    for entry in catalog(PACKS.iter().copied()).expect("the built-in packs are valid") {
        words.extend(cost(&entry.rule).literals);
        for hit in &entry.rule.hits {
            words.insert(hit.text.clone());
            words.extend(hit.text.split_inclusive([' ', '/', '=', '(', ';']).map(str::to_owned));
        }
    }
    words.retain(|word| !word.is_empty() && word.len() <= 400);
    words.into_iter().collect()
}

struct Search {
    inspector: Inspector,
    scratch: Scratch,
    random: Random,
    words: Vec<String>,
    /// Seconds that honest prose of this size takes, the least of many runs.
    prose: f64,
    tried: u64,
}

impl Search {
    /// Seconds of one inspection, the least of some runs. The first one of a text may build automata.
    fn time(&mut self, to_server: bool, bytes: &[u8], runs: usize) -> f64 {
        let message = if to_server { Message::to_server(bytes) } else { Message::to_client(bytes) };
        let mut least = f64::MAX;
        for _ in 0..=runs {
            let start = processor();
            drop(black_box(self.inspector.inspect_with(&mut self.scratch, black_box(&message))));
            least = least.min(processor() - start);
        }
        least
    }

    fn weigh(&mut self, mut candidate: Candidate) -> Candidate {
        let (to_server, bytes) = candidate.message();
        let size = bytes.len() as f64 / SIZE as f64;
        candidate.ratio = self.time(to_server, &bytes, RUNS) / (self.prose * size.max(1.0));
        self.tried += 1;
        candidate
    }

    /// The same against prose that is timed in turn with it: what else the machine does slows down both. The median of some rounds.
    fn confirm(&mut self, mut candidate: Candidate) -> Candidate {
        let (to_server, bytes) = candidate.message();
        let size = bytes.len() as f64 / SIZE as f64;
        let honest = prose();
        let mut round = || self.time(to_server, &bytes, RUNS) / self.time(true, &honest, RUNS) / size.max(1.0);
        let mut ratios: Vec<f64> = (0..ROUNDS).map(|_| round()).collect();
        ratios.sort_by(f64::total_cmp);
        candidate.ratio = ratios[ROUNDS / 2];
        self.tried += 1;
        candidate
    }

    fn new_candidate(&mut self) -> Candidate {
        let count = 1 + self.random.below(5);
        let pieces = (0..count).map(|_| self.random.of(&self.words).clone()).collect();
        let cuts = if self.random.below(4) == 0 { 1 << self.random.below(12) } else { 1 };
        Candidate { pieces, place: self.random.below(CALLS.len() + 2), cuts, ratio: 0.0 }
    }

    fn child(&mut self, parents: &[Candidate]) -> Candidate {
        // The better, the more often.
        let at = self.random.below(parents.len()).min(self.random.below(parents.len()));
        let mut child = parents[at].clone();
        match self.random.below(9) {
            0 => child.place = self.random.below(CALLS.len() + 2),
            1 => child.cuts = 1 << self.random.below(12),
            2 => {
                let other = self.random.of(parents).pieces.clone();
                child.pieces.extend(other);
            }
            3 if child.pieces.len() > 1 => {
                let at = self.random.below(child.pieces.len());
                child.pieces.remove(at);
            }
            4 => {
                let at = self.random.below(child.pieces.len());
                let piece = child.pieces[at].clone();
                child.pieces[at] = piece.repeat(2 + self.random.below(6));
            }
            5 => {
                let at = self.random.below(child.pieces.len());
                let to = self.random.below(child.pieces.len());
                child.pieces.swap(at, to);
            }
            _ => {
                let word = self.random.of(&self.words).clone();
                let at = self.random.below(child.pieces.len() + 1);
                if at < child.pieces.len() && self.random.below(2) == 0 {
                    child.pieces[at] = word;
                } else {
                    child.pieces.insert(at, word);
                }
            }
        }
        child.pieces.truncate(24);
        child
    }
}

/// Seconds that this thread has had of a processor.
#[cfg(unix)]
fn processor() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Seconds since this was first asked.
#[cfg(not(unix))]
fn processor() -> f64 {
    static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGUN.elapsed().as_secs_f64()
}

/// A call with honest prose.
fn prose() -> Vec<u8> {
    let prose: String = include_str!("../../LICENSE").chars().cycle().take(SIZE).collect();
    let call =
        json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "x", "arguments": {"x": prose}}});
    call.to_string().into_bytes()
}

fn main() -> ExitCode {
    let minutes = std::env::args().skip(1).find_map(|argument| argument.parse::<f64>().ok()).unwrap_or(1.0);
    let inspector = Inspector::builder().build().expect("the built-in configuration is valid");
    let mut search =
        Search { inspector, scratch: Scratch::new(), random: Random(1), words: dictionary(), prose: 1.0, tried: 0 };
    search.prose = search.time(true, &prose(), 200);
    println!("honest prose: {:.0} us; {} words; {minutes} minutes", search.prose * 1e6, search.words.len());

    let end = Instant::now() + Duration::from_secs_f64(minutes * 60.0);
    let mut kept: Vec<Candidate> = Vec::new();
    let mut told = 0.0;
    while Instant::now() < end {
        let fresh = kept.len() < KEPT || search.random.below(4) == 0;
        let candidate = if fresh { search.new_candidate() } else { search.child(&kept) };
        let candidate = search.weigh(candidate);
        let beaten = kept.last().is_some_and(|last| last.ratio >= candidate.ratio);
        if kept.len() == KEPT && beaten {
            continue;
        }
        // A disturbance can make one slow once, not every time.
        let candidate = search.confirm(candidate);
        let at = kept.partition_point(|other| other.ratio >= candidate.ratio);
        kept.insert(at, candidate);
        kept.truncate(KEPT);
        let best = kept.first().map_or(0.0, |first| first.ratio);
        if best > told {
            told = best;
            println!("{best:6.2}  {}", named(&kept[0]));
        } else if std::io::stdout().is_terminal() {
            print!("{} tried\r", search.tried);
        }
    }
    let worst: Vec<_> = kept.into_iter().take(5).map(|candidate| search.confirm(candidate)).collect();
    println!("the worst of {} tried, measured again (must {MUST}):", search.tried);
    worst.iter().for_each(|candidate| println!("{:6.2}  {}", candidate.ratio, named(candidate)));
    let exceeded = worst.iter().any(|candidate| candidate.ratio > MUST);
    if exceeded { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn named(candidate: &Candidate) -> String {
    let place = match candidate.place.checked_sub(CALLS.len()) {
        None => CALLS.get(candidate.place).map_or_else(String::new, |(tool, key)| format!("{tool}.{key}")),
        Some(0) => "result".to_owned(),
        _ => "description".to_owned(),
    };
    let unit: String = candidate.pieces.concat().chars().take(2000).collect();
    format!("{place} x{}: {unit:?}", candidate.cuts)
}
