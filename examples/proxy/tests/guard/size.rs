//! Messages above the cap: refused with an answer, or streamed, in bounded memory either way.

use crate::support::{Guarded, Scratch, peer};
use std::io::Write;

const CAP: usize = 32 << 20;

/// A request of a bit over `size` bytes whose id comes last.
fn large(size: usize) -> Vec<u8> {
    let mut line =
        b"{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"a\",\"arguments\":{\"text\":\""
            .to_vec();
    line.resize(line.len() + size, b'x');
    line.extend_from_slice(b"\"}},\"id\":\"large\"}\n");
    line
}

const PING: &[u8] = b"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n";

#[test]
fn a_request_of_64_mib_is_refused_on_its_id_and_costs_no_more_than_the_cap() {
    let mut guard = Guarded::start(&[], &peer(&["echo"]));
    guard.send(PING);
    assert_eq!(guard.line(), PING);
    // What the program itself takes, much of it code pages of an unoptimised build.
    #[cfg(target_os = "linux")]
    let before = guard.peak_memory();
    guard.send(&large(2 * CAP));
    let answer: serde_json::Value = serde_json::from_slice(&guard.line()).unwrap();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&"large".into(), &vanguard_core::DENIED.into()));
    guard.send(PING);
    assert_eq!(guard.line(), PING);
    #[cfg(target_os = "linux")]
    assert!(
        guard.peak_memory() - before < 5 * CAP / 4,
        "{} MiB above {}",
        (guard.peak_memory() - before) >> 20,
        before >> 20
    );
    assert!(guard.error_line().contains("tools/call"));
    guard.finish();
}

#[test]
fn monitor_streams_64_mib_both_ways() {
    let scratch = Scratch::new();
    let audit = scratch.path("audit.jsonl");
    let mut guard = Guarded::start(&["--profile", "monitor", "--audit", audit.to_str().unwrap()], &peer(&["echo"]));
    let line = large(2 * CAP);
    let (mut input, sent) = (guard.take_input(), line.clone());
    let writer = std::thread::spawn(move || input.write_all(&sent).map(|()| input));
    assert!(guard.line() == line, "changed on its way");
    #[cfg(target_os = "linux")]
    assert!(guard.peak_memory() < 3 * CAP, "{} MiB", guard.peak_memory() >> 20);
    drop(writer.join().unwrap().unwrap());
    guard.finish();
    let records = std::fs::read_to_string(audit).unwrap();
    assert_eq!(records.lines().count(), 2, "{records}");
    assert!(records.lines().all(|record| record.contains("\"action\":\"warn\",\"would\":\"block\"")), "{records}");
}

#[test]
fn an_answer_that_was_streamed_is_not_given_again_at_the_end() {
    let scratch = Scratch::new();
    let config = scratch.path("vanguard.yaml");
    std::fs::write(&config, "profile: monitor\nlimits: {message: 1KiB}\n").unwrap();
    let mut guard = Guarded::start(&["--config", config.to_str().unwrap()], &peer(&["echo"]));
    let answer = [b"{\"result\":{\"text\":\"", &*b"x".repeat(200_000), b"\"},\"jsonrpc\":\"2.0\",\"id\":2}\n"].concat();
    for line in [PING, &answer] {
        guard.send(line);
        assert!(guard.line() == line, "changed on its way");
    }
    assert!(guard.finish().output.is_empty());
}

#[test]
fn a_message_just_below_the_cap_passes() {
    let mut guard = Guarded::start(&[], &peer(&["echo"]));
    let line = large(CAP - 120);
    assert!(line.len() > CAP - 100 && line.len() <= CAP + 1);
    let (mut input, sent) = (guard.take_input(), line.clone());
    let writer = std::thread::spawn(move || input.write_all(&sent).map(|()| input));
    assert!(guard.line() == line, "changed on its way");
    #[cfg(target_os = "linux")]
    println!("peak memory {} MiB", guard.peak_memory() >> 20);
    drop(writer.join().unwrap().unwrap());
    guard.finish();
}
