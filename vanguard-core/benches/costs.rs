//! The rows of DESIGN section 8: every figure a ratio taken in this run, interleaved A B A B, the median of rounds.
//!
//! `cargo bench -p vanguard-core --bench costs` prints the table; `-- --csv` prints it for machines, `-- --sessions` only what sessions cost.
#![allow(missing_docs)]

#[path = "support/messages.rs"]
mod messages;
#[path = "support/ratio.rs"]
mod ratio;

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use ratio::{Table, micros, ratio};
use vanguard_core::{Inspector, Message, Scratch};

fn inspector() -> Inspector {
    Inspector::builder().build().expect("the built-in configuration is valid")
}

/// Without the embedded model.
fn rules_alone() -> Inspector {
    let config = "semantic: {model: false}";
    Inspector::builder().config_text("bench.yaml", config).build().expect("the configuration is valid")
}

/// Both ways to judge honest text, what their rows are called, and how much of the limit they may take: DESIGN section 8 states it for
/// the rules alone, and half as much again is allowed with the model.
fn ways<'i>(whole: &'i Inspector, alone: &'i Inspector) -> [(&'i Inspector, &'static str, f64); 2] {
    [(whole, "", 1.5), (alone, ", rules alone", 1.0)]
}

fn message<'a>(to_server: bool, bytes: &'a [u8]) -> Message<'a> {
    if to_server { Message::to_server(bytes) } else { Message::to_client(bytes) }
}

fn parse(bytes: &[u8]) {
    black_box(serde_json::from_slice::<serde_json::Value>(black_box(bytes)).expect("the messages are JSON"));
}

/// A thousand literals of a length and kind that rules require.
fn literals() -> Vec<String> {
    (0..1000_u32)
        .map(|at| {
            format!(
                "{}{:x}_",
                ["tok-", "key.", "rm -", "eval", "/etc"][at as usize % 5],
                at.wrapping_mul(2_654_435_761) >> 12
            )
        })
        .collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, name] = arguments.as_slice()
        && matches!(flag.as_str(), "--first-verdict" | "--no-verdict")
    {
        let honest = messages::honest();
        let (.., bytes) = honest.iter().find(|(known, ..)| known == name).expect("the name of a message");
        let blocked = flag == "--first-verdict" && inspector().inspect(&Message::to_server(bytes)).is_blocked();
        std::process::exit(i32::from(blocked));
    }
    // For callgrind: so many calls of one session, or without one; the difference of two runs is what a session takes.
    if let [_, flag, count] = arguments.as_slice()
        && matches!(flag.as_str(), "--session-calls" | "--calls")
    {
        let (inspector, mut scratch) = (counting(), Scratch::new());
        for id in 0..count.parse().expect("a count") {
            let bytes = call(id % 512);
            let message = Message::to_server(black_box(&bytes));
            let message = if flag == "--calls" { message } else { message.session("s") };
            drop(black_box(inspector.inspect_with(&mut scratch, &message)));
        }
        return;
    }
    if arguments.iter().any(|flag| flag == "--sessions") {
        let mut table = Table::new(false, ["message", "µs", "ratio to", "ratio", "must", "aim"]);
        sessions(&mut table);
        threads(&mut table);
        return table.print();
    }
    let csv = std::env::args().any(|arg| arg == "--csv");
    let (inspector, alone) = (inspector(), rules_alone());
    let mut scratch = Scratch::new();
    let mut table = Table::new(csv, ["message", "µs", "ratio to", "ratio", "must", "aim"]);
    let honest = messages::honest();

    // First uses, and a processor that sleeps, don't count.
    let begun = Instant::now();
    while begun.elapsed().as_secs() < 3 {
        for (_, to_server, bytes) in &honest {
            for (inspector, ..) in ways(&inspector, &alone) {
                drop(black_box(inspector.inspect_with(&mut scratch, &message(*to_server, bytes))));
            }
            parse(bytes);
        }
    }

    for (name, to_server, bytes) in &honest {
        let (must, aim) = match *name {
            "call 250 B" => (2.0, 1.0),
            "call 2 KB prose" | "call 2 KB code" => (6.0, 3.0),
            "call 1.6 KB records" | "result 54 KB structured" | "list 5 tools" | "list 100 tools" => (1.0, 0.5),
            _ => continue,
        };
        for (inspector, suffix, may) in ways(&inspector, &alone) {
            let inspect =
                || drop(black_box(inspector.inspect_with(&mut scratch, &message(*to_server, black_box(bytes)))));
            let figure = ratio(inspect, || parse(bytes));
            let (name, must, aim) = (format!("{name}{suffix}"), must * may, aim * may);
            let (took, is) = (micros(figure.a), format!("{:.2}", figure.ratio));
            let cells = [&name, &took, "Value parse", &is, &must.to_string(), &aim.to_string()];
            table.row(cells, figure.ratio <= must);
        }
    }

    let dfa = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .ascii_case_insensitive(true)
        .build(literals())
        .expect("literals build");
    for (name, to_server, bytes) in honest.iter().filter(|(name, ..)| name.contains("64 KB")) {
        for (inspector, suffix, may) in ways(&inspector, &alone) {
            let inspect =
                || drop(black_box(inspector.inspect_with(&mut scratch, &message(*to_server, black_box(bytes)))));
            let figure = ratio(inspect, || {
                black_box(dfa.find_overlapping_iter(black_box(bytes)).count());
            });
            let name = format!("{name}{suffix}");
            let [must, aim] = [3.0 * may, 1.5 * may].map(|limit| limit.to_string());
            let cells = [&name, &micros(figure.a), "AC DFA scan", &format!("{:.2}", figure.ratio), &must, &aim];
            table.row(cells, figure.ratio <= 3.0 * may);
        }
    }

    // An argument of unknown kind, as the hostile ones are.
    let prose = &honest.iter().find(|(name, ..)| *name == "argument of prose").expect("there is prose").2;
    let mut other = Scratch::new();
    for (name, to_server, bytes) in &messages::hostile() {
        let mut inspect =
            || drop(black_box(inspector.inspect_with(&mut scratch, &message(*to_server, black_box(bytes)))));
        let figure = ratio(&mut inspect, || {
            drop(black_box(inspector.inspect_with(&mut other, &Message::to_server(black_box(prose)))))
        });
        table.row(
            [name, &micros(figure.a), "honest prose, 64 KB", &format!("{:.2}", figure.ratio), "10", "3"],
            figure.ratio <= 10.0,
        );
    }

    // Honest after hostile: one scratch sees every hostile message before each round, the other never does.
    let bytes = &honest.iter().find(|(name, ..)| *name == "call 2 KB prose").expect("there is a call").2;
    let hostile = messages::hostile();
    let (mut poisoned, mut clean) = (Scratch::new(), Scratch::new());
    for (_, to_server, attack) in &hostile {
        drop(inspector.inspect_with(&mut poisoned, &message(*to_server, attack)));
    }
    let figure = ratio(
        || drop(black_box(inspector.inspect_with(&mut poisoned, &Message::to_server(black_box(bytes))))),
        || drop(black_box(inspector.inspect_with(&mut clean, &Message::to_server(black_box(bytes))))),
    );
    table.row(
        ["call 2 KB after hostile", &micros(figure.a), "before it", &format!("{:.2}", figure.ratio), "1.2", "1.0"],
        figure.ratio <= 1.2,
    );

    claims(&mut table);
    sessions(&mut table);
    threads(&mut table);
    crowd(&mut table);

    let start = start_up("call 250 B");
    table.row(
        ["cold process to first verdict", &micros(start), "ms", &format!("{:.1}", start * 1e3), "20", "5"],
        start <= 0.020,
    );
    let used = (start_up("call 2 KB prose") - start).max(0.0);
    table.row(
        [
            "and the first use of the rules that prose is a candidate of",
            &micros(used),
            "ms",
            &format!("{:.1}", used * 1e3),
            "-",
            "-",
        ],
        true,
    );
    table.print();
}

/// What a session costs: a call that is counted, and a result that is remembered by its fingerprints. Against the same without a session.
fn sessions(table: &mut Table<6>) {
    let inspector = counting();
    let calls: Vec<Vec<u8>> = (0..512).map(call).collect();
    let honest = messages::honest();
    let prose = &honest.iter().find(|(name, ..)| name.contains("64 KB")).expect("there is a long result").2;
    let (mut one, mut other) = (Scratch::new(), Scratch::new());
    let (mut turn, mut again) = (0, 0);
    let call = ratio(
        || {
            turn = (turn + 1) % calls.len();
            let message = Message::to_server(black_box(&calls[turn])).session("s");
            drop(black_box(inspector.inspect_with(&mut one, &message)));
        },
        || {
            again = (again + 1) % calls.len();
            drop(black_box(inspector.inspect_with(&mut other, &Message::to_server(black_box(&calls[again])))));
        },
    );
    let above = (call.a - call.a / call.ratio) * 1e6;
    let cells = ["call in a session, above one without", &micros(call.a), "µs", &format!("{above:.2}"), "1", "0.5"];
    table.row(cells, above <= 1.0);
    // Each answers another request and says something else: what is seen twice is a second hook's copy, and costs nothing.
    let said = String::from_utf8_lossy(prose);
    let results: Vec<_> = (0..48_usize)
        .map(|at| {
            let text = said.replace('e', ["a", "e", "i", "o", "u", "y"][at % 6]);
            text.replacen("\"id\":7", &format!("\"id\":{at}"), 1).into_bytes()
        })
        .collect();
    let result = ratio(
        || {
            turn = (turn + 1) % results.len();
            let message = Message::to_client(black_box(&results[turn])).session("s");
            drop(black_box(inspector.inspect_with(&mut one, &message)));
        },
        || {
            again = (again + 1) % results.len();
            drop(black_box(inspector.inspect_with(&mut other, &Message::to_client(black_box(&results[again])))));
        },
    );
    let above = (result.a - result.a / result.ratio) * 1e9 / prose.len() as f64;
    let cells = [
        "fingerprints of a result, above one without",
        &micros(result.a),
        "ns a byte",
        &format!("{above:.2}"),
        "2",
        "1",
    ];
    table.row(cells, above <= 2.0);
}

/// Two threads, each with a session of its own, against one: what one session's state costs another. The control are the same calls without
/// a session in the same rounds: what the machine gives two threads that share nothing but the rules. Where the control is low, something
/// else is running, and the row says little; what sessions cost each other is how far the row lies below its control.
fn threads(table: &mut Table<6>) {
    const CALLS: usize = 8_000;
    let budgets = "behavior: {budgets: [{per: session, of: requests, most: 1000000000, within: 1, burst: 1000000000}]}";
    let inspector =
        Inspector::builder().config_text("bench.yaml", budgets).build().expect("the configuration is valid");
    let since = Instant::now();
    let work = |session: Option<&str>| {
        let mut scratch = Scratch::new();
        for id in 0..CALLS {
            let bytes = call(id);
            let message = Message::to_server(black_box(&bytes)).at(since.elapsed());
            let message = session.map_or(message, |session| message.session(session));
            drop(black_box(inspector.inspect_with(&mut scratch, &message)));
        }
    };
    let took = |work: &dyn Fn()| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64()
    };
    // How often as much two threads do, and the time of both.
    let scales = |one: Option<&str>, other: Option<&str>| {
        let alone = took(&|| work(one));
        let both = took(&|| {
            std::thread::scope(|scope| {
                let second = scope.spawn(|| work(other));
                work(one);
                second.join().expect("it ends");
            });
        });
        (2.0 * alone / both, both)
    };
    let (mut held, mut control): (Vec<_>, Vec<_>) =
        (0..15).map(|_| (scales(Some("a"), Some("b")), scales(None, None))).unzip();
    let median = |rounds: &mut Vec<(f64, f64)>| {
        rounds.sort_by(|one, other| one.0.total_cmp(&other.0));
        rounds[rounds.len() / 2]
    };
    for (name, rounds, must, aim) in [
        ("calls by two threads, a session each", &mut held, "1.7", "1.9"),
        ("the same without a session: what the machine gives", &mut control, "-", "-"),
    ] {
        let (ratio, both) = median(rounds);
        let each = micros(both / (2 * CALLS) as f64);
        table.row([name, &each, "one thread", &format!("{ratio:.2}"), must, aim], must == "-" || ratio >= 1.7);
    }
}

/// A call of a tool that reads a file.
fn call(id: usize) -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"read_file","arguments":{{"path":"/srv/project/src/part_{id}.rs"}}}}}}"#)
        .into_bytes()
}

/// What is counted: as much as nobody uses up, so that nothing is refused however fast it comes.
fn counting() -> Inspector {
    let budgets = "behavior: {budgets: [{per: session, of: requests, most: 1000000000, within: 1, burst: 1000000000}, {per: session, of: blocked, most: 1000000000, within: 1}]}";
    Inspector::builder()
        .config_text("bench.yaml", budgets)
        .clock(|| std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default())
        .build()
        .expect("the configuration is valid")
}

/// A hundred thousand sessions of a thousand principals, each with a call and an answer that is remembered: what they take.
fn crowd(table: &mut Table<6>) {
    const SESSIONS: usize = 100_000;
    let inspector = inspector();
    let mut scratch = Scratch::new();
    let before = resident();
    let text = "the harvest of the south valley was brought in before the rain ".repeat(8);
    let begun = Instant::now();
    for number in 0..SESSIONS {
        let (principal, session) = (format!("p-{}", number % 1000), format!("s-{number}"));
        let call = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"read_file","arguments":{{"path":"/srv/{number}.txt"}}}}}}"#
        );
        let answer = format!(
            r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[{{"type":"text","text":"{number}: {text}"}}]}}}}"#
        );
        for message in [Message::to_server(call.as_bytes()), Message::to_client(answer.as_bytes())] {
            let message = message.principal(&principal).session(&session).at(begun.elapsed());
            drop(black_box(inspector.inspect_with(&mut scratch, &message)));
        }
    }
    let each = begun.elapsed().as_secs_f64() / (2 * SESSIONS) as f64;
    let sessions = inspector.sessions();
    let counted: usize = sessions.iter().map(|session| session.bytes).sum();
    let mib = |bytes: usize| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
    let name = format!("{} sessions, MiB as counted", sessions.len());
    let all = sessions.len() == SESSIONS && counted <= 1 << 30;
    table.row([&name, &micros(each), "MiB", &mib(counted), "1024", "512"], all);
    drop(sessions);
    // What the system says is more: it holds keys, locks, and what the allocator keeps.
    let grown = resident().saturating_sub(before);
    table.row(["the same, MiB of the process", &micros(each), "MiB", &mib(grown), "1024", "512"], grown <= 1 << 30);
}

/// Bytes of this process in memory; none where the system doesn't say.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    kilobytes.unwrap_or_default() * 1024
}

/// What a server claims and says: listings seen before, arguments and results against declared schemas, and redaction.
fn claims(table: &mut Table<6>) {
    fn at<'a>(message: Message<'a>) -> Message<'a> {
        message.server("records").session("s")
    }
    fn listing(number: usize) -> Vec<u8> {
        let tools: Vec<_> = (0..100).map(|at| messages::tool(at + 1000 * number)).collect();
        messages::result(&serde_json::json!({ "tools": tools }))
    }
    let mut row = |name: &str, against: &str, figure: &ratio::Figure, must: f64, aim: &str| {
        let cells = [name, &micros(figure.a), against, &format!("{:.2}", figure.ratio), &must.to_string(), aim];
        table.row(cells, figure.ratio <= must);
    };
    let question = br#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;

    // A listing that was seen, beside ones that were not: more of them than are remembered.
    let inspector = inspector();
    let asked = inspector.inspect(&at(Message::to_server(question))).origin.expect("a request has an origin");
    let (known, others) = (listing(0), (1..=200).map(listing).collect::<Vec<_>>());
    let (mut scratch, mut turn) = (Scratch::new(), 0);
    let mut fresh = || {
        turn += 1;
        let bytes = &others[turn % others.len()];
        drop(black_box(
            inspector.inspect_with(&mut Scratch::new(), &at(Message::to_client(bytes)).in_reply_to(&asked)),
        ));
    };
    let figure = ratio(
        || drop(black_box(inspector.inspect_with(&mut scratch, &at(Message::to_client(&known)).in_reply_to(&asked)))),
        &mut fresh,
    );
    row("list 100 tools, unchanged", "its first inspection", &figure, 1.0, "0.5");

    // A call and its result, checked against what the tool declares.
    let checking = Inspector::builder().check_schemas(true).build().expect("the built-in configuration is valid");
    let asked = checking.inspect(&at(Message::to_server(question))).origin.expect("a request has an origin");
    drop(checking.inspect(&at(Message::to_client(&known)).in_reply_to(&asked)));
    drop(inspector.inspect(&at(Message::to_client(&known)).in_reply_to(&asked)));
    let call = messages::call(
        "list_records_0",
        &serde_json::json!({"path": "data/2026", "limit": 50, "order": "asc", "filter": {"state": "open", "owner": "ana"}}),
    );
    let (mut one, mut other) = (Scratch::new(), Scratch::new());
    let figure = ratio(
        || drop(black_box(checking.inspect_with(&mut one, &at(Message::to_server(&call))))),
        || drop(black_box(inspector.inspect_with(&mut other, &at(Message::to_server(&call))))),
    );
    row("call checked against its schema", "the same call, unchecked", &figure, 2.0, "1.3");

    // One secret in 64 KB: found, taken out, and what is left read and judged again.
    let honest = messages::honest();
    let prose = &honest.iter().find(|(name, ..)| *name == "result 64 KB prose").expect("there is prose").2;
    let text = String::from_utf8_lossy(prose).replacen("License", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", 1);
    let secret = text.into_bytes();
    let figure = ratio(
        || drop(black_box(inspector.inspect_with(&mut one, &at(Message::to_client(&secret))))),
        || drop(black_box(inspector.inspect_with(&mut other, &at(Message::to_client(prose))))),
    );
    row("result 64 KB with a secret, redacted", "the same without", &figure, 10.0, "3");
}

/// Seconds of a whole process that builds an inspector and judges this message, less those of one that only has the message.
fn start_up(name: &str) -> f64 {
    let me = std::env::current_exe().expect("a path");
    let run = |flag: &str| {
        let status = Command::new(&me).args([flag, name]).status();
        assert!(status.is_ok_and(|status| status.success()), "a process failed");
    };
    let rounds =
        (0..21).map(|_| ratio::seconds(1, || run("--first-verdict")) - ratio::seconds(1, || run("--no-verdict")));
    ratio::median(rounds.collect()).max(0.0)
}
