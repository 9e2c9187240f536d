//! Guards that share what they count by a real Redis.

#[path = "../../../../vanguard-core/adapters/tests/redis_server/mod.rs"]
mod redis_server;
#[path = "../guard/support.rs"]
#[allow(dead_code, reason = "the guard's own tests use the rest")]
mod support;

use redis_server::{Server, until};
use serde_json::{Value, json};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use support::{Guarded, Scratch, peer};

fn vanguard(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vanguard")).args(arguments).output().unwrap()
}

/// Sends a call; the rule that refused it, or nothing.
fn call(guard: &mut Guarded) -> Option<String> {
    let params = json!({"name": "read_file", "arguments": {"path": "a.txt"}});
    // No client gives an id twice.
    static ID: AtomicU32 = AtomicU32::new(1);
    let request =
        json!({"jsonrpc": "2.0", "id": ID.fetch_add(1, Ordering::Relaxed), "method": "tools/call", "params": params});
    guard.send(format!("{request}\n").as_bytes());
    let answer: Value = serde_json::from_slice(&guard.line()).unwrap();
    answer["error"]["data"]["vanguard"]["findings"][0]["rule"].as_str().map(str::to_owned)
}

fn config(scratch: &Scratch, text: &str) -> String {
    let path = scratch.path("vanguard.yaml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

const BUDGET: &str = "behavior: {budgets: [{per: principal, of: requests, most: 6, within: 3600}]}";

#[test]
fn two_guards_with_one_redis_count_as_one_and_sessions_are_listed_and_reset() {
    let Some(server) = Server::start(false) else { return };
    let (scratch, url) = (Scratch::new(), server.url());
    let config = config(&scratch, BUDGET);
    let options = ["--config", &config, "--state", &url, "--principal", "ann", "--name", "files"];
    let mut guards = [(); 2].map(|()| Guarded::start(&options, &peer(&["answer"])));
    assert!((0..6).all(|_| call(&mut guards[0]).is_none()));
    assert_eq!(call(&mut guards[0]).as_deref(), Some("BUDGET-SPENT"));
    // The other lets pass what comes before it has heard.
    until("refusal", || call(&mut guards[1]).as_deref() == Some("BUDGET-SPENT"));

    let list = || vanguard(&["session", "list", "--json", "--state", &url]);
    let rows = || -> Vec<Value> {
        let output = list();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    until("two sessions", || rows().len() == 2);
    let row = rows().into_iter().find(|row| row["calls"] == 6).unwrap();
    let id = row["id"].as_str().unwrap();
    assert_eq!((&row["principal"], &row["processes"]), (&json!("ann"), &json!(1)));
    let text = |arguments: &[&str]| {
        let output = vanguard(&[&["session"], arguments, &["--state", &url]].concat());
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, shown) = text(&["show", id]);
    assert!(code == Some(0) && shown.contains("principal  ann") && shown.contains("calls      6"), "{shown}");
    assert_eq!(text(&["show", "00000000deadbeef"]).0, Some(1));
    assert_eq!(text(&["reset", "ann"]).0, Some(2));
    assert_eq!(text(&["reset", id]), (Some(0), format!("{id} is reset\n")));
    assert_eq!(text(&["reset", "00000000deadbeef"]).0, Some(1));
    for guard in guards {
        assert_eq!(guard.finish().code, Some(0));
    }
}

#[test]
fn a_guard_says_that_redis_is_away_and_counts_alone_or_blocks() {
    let Some(mut server) = Server::start(false) else { return };
    let (scratch, url) = (Scratch::new(), server.url());
    let config = config(&scratch, BUDGET);
    let start = |profile| {
        let options = ["--config", &config, "--state", &url, "--principal", "bob", "--profile", profile];
        Guarded::start(&options, &peer(&["answer"]))
    };
    let (mut balanced, mut strict) = (start("balanced"), start("strict"));
    assert_eq!([call(&mut balanced), call(&mut strict)], [None, None]);
    server.kill();
    for guard in [&balanced, &strict] {
        until("word that Redis is away", || guard.error_line().contains("is away"));
    }
    assert_eq!(call(&mut balanced), None);
    assert!((0..6).any(|_| call(&mut balanced).as_deref() == Some("BUDGET-SPENT")));
    assert_eq!(call(&mut strict).as_deref(), Some("LAYER-FAILED"));
    server.again();
    for guard in [&balanced, &strict] {
        until("word that Redis is back", || guard.error_line().contains("is back"));
    }
    // What was counted alone is told.
    until("refusal", || call(&mut strict).as_deref() == Some("BUDGET-SPENT"));
    balanced.finish();
    strict.finish();
}

#[test]
fn what_is_no_state_is_told() {
    let code = |arguments: &[&str]| {
        let output = vanguard(arguments);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (exit, error) = code(&["start", "--state", "redis://:hunter2@[oops", "--", "true"]);
    assert!(exit == Some(2) && !error.contains("hunter2"), "{exit:?} {error}");
    assert_eq!(code(&["session", "list", "--state", "redis://127.0.0.1:1"]).0, Some(4));
    assert_eq!(code(&["session", "list", "--state", "/nowhere/sessions.jsonl"]).0, Some(4));
    assert_eq!(code(&["session", "list"]).0, Some(2));
    assert_eq!(code(&["session", "reset", "--state", "sessions.jsonl", "0123456789abcdef"]).0, Some(2));
}

#[test]
fn sessions_of_a_recording_are_exported_and_listed() {
    let scratch = Scratch::new();
    let [messages, export] = ["day.jsonl", "sessions.jsonl"].map(|name| scratch.path(name));
    let call =
        r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","arguments":{"path":"a"}}}"#;
    let line = format!(r#"{{"session":"s-1","principal":"ann","at":5000,"flow":"to_server","message":{call}}}"#);
    std::fs::write(&messages, line).unwrap();
    let [messages, export] = [&messages, &export].map(|path| path.to_str().unwrap());
    let usual = scratch.path("usual.yaml");
    let usual = usual.to_str().unwrap();
    assert!(vanguard(&["inspect", "--session", "--export", export, "--learn", usual, messages]).status.success());
    assert!(vanguard(&["config", "check", usual]).status.success());
    assert!(std::fs::read_to_string(usual).unwrap().contains("\"start\": [\"read_file\"]"));
    let listed = vanguard(&["session", "list", "--state", export]);
    let text = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.status.success() && text.ends_with("normal       0  1 calls, 0 blocked  -  ann  s-1\n"), "{text}");
}
