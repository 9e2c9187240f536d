//! What signatures cost: the prefilter against an Aho-Corasick automaton over the same literals and texts, its growth
//! with the number of rules, hostile texts against prose, and the start-up of the built-in packs.
//!
//! Ratios are taken inside one run, interleaved, median of rounds: `cargo bench -p vanguard-core --bench rules`.

use std::{hint::black_box, time::Instant};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use vanguard_core::rules::prefilter::Prefilter;

const SIZE: usize = 64 * 1024;
const ROUNDS: usize = 41;

fn main() {
    let prose = fill(include_str!("../../LICENSE"));
    let code = fill(include_str!("../src/rules/literals.rs"));
    println!("prefilter, GB/s (median of {ROUNDS} interleaved rounds over {} KiB)", SIZE / 1024);
    println!("{:<28} {:>8} {:>8} {:>8} {:>10}", "literals, text", "ours", "AC DFA", "ratio", "found");
    for count in [200, 1000, 2000] {
        let literals = literals(count);
        let ours = Prefilter::new(literals.iter().map(|literal| (literal.as_bytes(), 1)));
        let theirs = automaton(&literals);
        let texts = [
            ("prose", prose.clone()),
            ("code", code.clone()),
            ("one letter", fill("a")),
            ("keywords", fill(&literals.join(" "))),
            ("near keywords", fill(&near(&literals))),
            ("one keyword", fill(literals.first().map_or("", String::as_str))),
        ];
        for (name, text) in texts {
            let (mut found, mut others) = (0, 0);
            let [us, them] = compare(
                || {
                    found = 0;
                    ours.scan(text.as_bytes(), 1, |occurrence| {
                        found += occurrence.end - occurrence.start;
                        true
                    });
                },
                || others = theirs.find_overlapping_iter(&text).map(|found| found.end() - found.start()).sum::<usize>(),
            );
            assert_eq!(found, others, "both find the same");
            println!("{:<28} {us:>8.2} {them:>8.2} {:>8.1} {found:>10}", format!("{count}, {name}"), us / them);
        }
        println!("longest list {}", ours.longest_list());
    }
}

fn automaton(literals: &[String]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::Standard)
        .build(literals)
        .expect("the literals fit")
}

/// GB/s of both, each the median of its rounds.
fn compare(mut a: impl FnMut(), mut b: impl FnMut()) -> [f64; 2] {
    let mut rounds = [const { Vec::new() }, const { Vec::new() }];
    for _ in 0..ROUNDS {
        rounds[0].push(time(&mut a));
        rounds[1].push(time(&mut b));
    }
    rounds.map(|mut rounds| {
        rounds.sort_by(f64::total_cmp);
        SIZE as f64 / rounds[ROUNDS / 2]
    })
}

/// Nanoseconds of one run.
fn time(run: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    black_box(run)();
    start.elapsed().as_nanos() as f64
}

fn fill(text: &str) -> String {
    text.bytes().filter(u8::is_ascii).cycle().take(SIZE).map(char::from).collect()
}

/// Keywords with their last letter changed: what hits the prefilter without being a literal.
fn near(literals: &[String]) -> String {
    let changed = |literal: &String| format!("{}! ", &literal[..literal.len() - 1]);
    literals.iter().map(changed).collect()
}

/// Literals like those of rules: commands, paths, phrases, assignments, token prefixes.
fn literals(count: usize) -> Vec<String> {
    let first = [
        "/etc/",
        "~/.ssh/",
        "curl ",
        "wget ",
        "ignore ",
        "disregard ",
        "forget ",
        "api_",
        "secret_",
        "access_",
        "private ",
        "system ",
        "drop ",
        "union ",
        "insert ",
        "select ",
        "exec(",
        "eval(",
        "import ",
        "/proc/",
        "chmod ",
        "base64 ",
        "admin",
        "pass",
        "token ",
        "auth",
        "reveal ",
        "override ",
        "<|im_",
        "do not ",
        "sudo ",
        "nc -",
        "client_",
    ];
    let second = [
        "password",
        "passwd",
        "shadow",
        "key",
        "token",
        "secret",
        "previous",
        "instructions",
        "prompt",
        "table",
        "from",
        "config",
        "id_rsa",
        "known_hosts",
        "admin",
        "user",
        "self",
        "environ",
        "shell",
        "bash",
        "python",
        "http",
        "start",
        "tell",
        "credential",
        "safety",
        "rules",
        "all",
        "select",
        "version",
        "sleep",
        "load_file",
        "into",
        "where",
        "null",
        "script",
        "alert",
        "document",
        "cookie",
        "window",
        "process",
        "subprocess",
        "system",
        "popen",
        "socket",
        "root",
        "cron",
        "profile",
        "history",
        "aws",
        "azure",
        "github",
        "gitlab",
        "slack",
        "stripe",
        "twilio",
        "mailgun",
        "npm",
        "docker",
        "kube",
        "vault",
    ];
    // Each word with few others, in a fixed mixed order: rules share words, but not all with all.
    let pairs = (0..).map(|n: usize| (n * 7919 % 60 + n / 1980 * 31, n * 104_729 % 33, n * 1_299_709 % 977));
    let named = pairs.map(|(b, a, tail)| format!("{}{}{}", first[a % 33], second[b % 60], SUFFIXES[tail % 16]));
    let mut seen = std::collections::BTreeSet::new();
    named.filter(|literal| seen.insert(literal.clone())).take(count).collect()
}

const SUFFIXES: [&str; 16] =
    ["", "", "", "", "_id", "=", " -", ".json", "/", "s", ": ", "\"", " from", "-v2", " now", "("];
