//! End of input, exit codes and signals, as MCP's stdio shutdown wants them.

use crate::support::{Guarded, peer};
use rustix::process::{Pid, Signal, test_kill_process};
use std::io::Write;

#[test]
fn the_end_of_input_reaches_the_server_and_its_last_words_the_client() {
    let mut guard = Guarded::start(&[], &peer(&["late"]));
    guard.send(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}");
    guard.close();
    let ended = guard.finish();
    assert_eq!((ended.code, ended.output.len()), (Some(5), 3));
    assert!(ended.errors.is_empty(), "{}", ended.errors);
}

#[test]
fn a_server_s_own_end_is_ours() {
    let mut guard = Guarded::start(&[], &peer(&["answer"]));
    guard.send(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"quit\"}\n");
    assert!(String::from_utf8(guard.line()).unwrap().contains("\"quit\""));
    // The client's end is still open.
    assert_eq!(guard.finish().code, Some(7));
}

/// The ids of the answers that a client got.
fn answered(output: &[Vec<u8>]) -> Vec<u64> {
    let id = |line: &Vec<u8>| serde_json::from_slice::<serde_json::Value>(line).unwrap()["id"].as_u64();
    let mut ids: Vec<u64> = output.iter().filter_map(id).collect();
    ids.sort_unstable();
    ids
}

#[test]
fn whatever_was_asked_of_a_server_that_dies_is_answered() {
    let asked: Vec<u64> = (1..=50).collect();
    let requests: String =
        asked.iter().map(|id| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/list\"}}\n")).collect();
    for dies in ["kill -9 $$", "read line; kill -9 $$", "exec <&-; sleep 0.2; kill -9 $$"] {
        for open in [true, false] {
            let mut guard = Guarded::start(&[], &["sh".into(), "-c".into(), dies.into()]);
            guard.send(requests.as_bytes());
            let input = open.then(|| guard.take_input());
            let ended = guard.finish();
            assert_eq!((ended.code, answered(&ended.output)), (Some(137), asked.clone()), "{dies} {open}");
            drop(input);
        }
    }
}

#[test]
fn a_client_that_never_stops_asking_keeps_nobody() {
    let mut guard = Guarded::start(&[], &["sh".into(), "-c".into(), "read line; kill -9 $$".into()]);
    let mut input = guard.take_input();
    let asking =
        std::thread::spawn(move || while input.write_all(b"{\"jsonrpc\":\"2.0\",\"method\":\"a/b\"}\n").is_ok() {});
    assert_eq!(guard.finish().code, Some(137));
    asking.join().unwrap();
}

#[test]
fn a_server_s_death_by_signal_is_told_as_shells_do() {
    let guard = Guarded::start(&[], &["sh".into(), "-c".into(), "kill -SEGV $$".into()]);
    assert_eq!(guard.finish().code, Some(139));
}

#[test]
fn signals_are_passed_on() {
    for (signal, name) in [(Signal::TERM, "SIGTERM"), (Signal::INT, "SIGINT"), (Signal::HUP, "SIGHUP")] {
        let guard = Guarded::start(&[], &peer(&["trap"]));
        guard.line();
        guard.signal(signal);
        assert_eq!(guard.error_line(), format!("got {name}\n"));
        assert_eq!(guard.finish().code, Some(3));
    }
}

#[test]
fn a_stubborn_server_is_killed() {
    let mut guard = Guarded::start(&["--grace", "0"], &peer(&["stubborn"]));
    guard.line();
    guard.close();
    assert_eq!(guard.finish().code, Some(137));
}

#[test]
fn no_child_of_the_server_stays_behind() {
    let mut guard = Guarded::start(&[], &peer(&["family"]));
    let line = String::from_utf8(guard.line()).unwrap();
    let pid: i32 = line.chars().filter(char::is_ascii_digit).skip(2).collect::<String>().parse().unwrap();
    guard.close();
    assert_eq!(guard.finish().code, Some(0));
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    assert!(test_kill_process(Pid::from_raw(pid).unwrap()).is_err() || state.contains(") Z "), "{state}");
}

#[test]
fn a_server_that_closes_its_output_has_ended() {
    let guard = Guarded::start(&["--grace", "0"], &peer(&["mute"]));
    assert_eq!(guard.finish().code, Some(143));
}

#[test]
fn a_server_that_closes_its_input_ends_with_the_next_message() {
    let mut guard = Guarded::start(&["--grace", "0"], &peer(&["blind"]));
    guard.line();
    guard.send(b"{\"jsonrpc\":\"2.0\",\"method\":\"notifications/x\"}\n");
    assert_eq!(guard.finish().code, Some(143));
}

#[test]
fn a_client_that_is_gone_ends_the_server() {
    let mut guard = Guarded::start_unread(&["--grace", "0"], &peer(&["deaf", "100000"]));
    guard.refuse();
    // Its input stays open: that nobody takes the server's lines is enough.
    let input = guard.take_input();
    assert_eq!(guard.finish().code, Some(143));
    drop(input);
}

#[test]
fn what_can_t_start_says_why() {
    let guard = Guarded::start(&[], &["/nowhere/server".into()]);
    let ended = guard.finish();
    assert_eq!(ended.code, Some(127));
    assert_eq!(
        ended.errors,
        "vanguard: can't start `/nowhere/server`: No such file or directory (os error 2): nothing is there, or its first line names a program that isn't\n"
    );
    let guard = Guarded::start(&[], &["no-such-server".into()]);
    let ended = guard.finish();
    assert_eq!(ended.code, Some(127));
    assert!(ended.errors.contains("no program of that name is in PATH"), "{}", ended.errors);
    let guard = Guarded::start(&[], &["sh".into(), "-c".into(), "exit 3".into()]);
    let ended = guard.finish();
    assert_eq!(ended.code, Some(3));
    assert!(ended.errors.contains("ended with exit code 3 before it said anything"), "{}", ended.errors);
}
