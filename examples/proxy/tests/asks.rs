//! `vanguard start` with a model that is asked over HTTP: what waits, what doesn't, and in which order.

#[path = "../../../vanguard-core/adapters/tests/model/mod.rs"]
#[allow(dead_code)]
mod model;
#[path = "guard/support.rs"]
#[allow(dead_code)]
mod support;

use model::{Gate, Server, as_openai, judged, respond};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use support::{Guarded, Scratch, peer};

/// A model that waits at a gate, then takes for an attack what speaks of wiping.
fn model(gate: &Gate) -> Server {
    let gate = gate.clone();
    Server::start(move |seen, stream| {
        gate.pass();
        let user = seen.body["messages"][1]["content"].as_str().unwrap();
        let answer = if user.contains("wipe") { judged(97, "destruction") } else { judged(2, "benign") };
        respond(stream, "200 OK", "", &as_openai(&answer));
    })
}

/// A guard that asks it about calls to tools that run things.
fn guarded(model: &Server, scratch: &Scratch) -> Guarded {
    let config = scratch.path("vanguard.yaml");
    let llm = format!("{{url: '{}/v1', timeout: 60, queue: 2000}}", model.url);
    fs::write(&config, format!("semantic: {{llm: {llm}}}\ncapabilities: {{'run_*': exec}}\n")).unwrap();
    let log = scratch.path("log");
    Guarded::start(&["--config", config.to_str().unwrap()], &peer(&["answer", log.to_str().unwrap()]))
}

fn call(id: u64, job: &str) -> String {
    let params = json!({"name": "run_job", "arguments": {"job": job}});
    format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))
}

fn ping(id: u64) -> String {
    format!("{}\n", json!({"jsonrpc": "2.0", "id": id, "method": "ping"}))
}

fn id(line: &[u8]) -> u64 {
    serde_json::from_slice::<Value>(line).unwrap()["id"].as_u64().unwrap()
}

#[test]
fn others_pass_what_waits_and_what_speaks_of_it_stays_behind() {
    let (gate, scratch) = (Gate::default(), Scratch::new());
    let mut guard = guarded(&model(&gate), &scratch);
    let cancel = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}\n";
    guard.send(call(1, "nightly").as_bytes());
    guard.send(cancel.as_bytes());
    guard.send(ping(2).as_bytes());
    assert_eq!(id(&guard.line()), 2);
    gate.open();
    assert_eq!(id(&guard.line()), 1);
    assert_eq!(guard.finish().code, Some(0));
    let log = fs::read_to_string(scratch.path("log")).unwrap();
    assert_eq!(log, [ping(2), call(1, "nightly"), cancel.to_owned()].concat());
}

#[test]
fn what_the_model_takes_for_an_attack_never_arrives() {
    let (gate, scratch) = (Gate::default(), Scratch::new());
    gate.open();
    let mut guard = guarded(&model(&gate), &scratch);
    guard.send(call(1, "wipe all of it").as_bytes());
    let answer: Value = serde_json::from_slice(&guard.line()).unwrap();
    assert_eq!(answer["error"]["data"]["vanguard"]["findings"][0]["rule"], "SEMANTIC-LLM");
    // The same again is known: it is refused although the model is asked no more.
    guard.send(call(2, "wipe all of it").as_bytes());
    assert_eq!(id(&guard.line()), 2);
    let ended = guard.finish();
    assert!(ended.errors.contains("SEMANTIC-LLM"), "{}", ended.errors);
    assert_eq!(fs::read_to_string(scratch.path("log")).unwrap_or_default(), "");
}

#[test]
fn an_end_of_input_waits_for_what_is_still_asked() {
    let (gate, scratch) = (Gate::default(), Scratch::new());
    let mut guard = guarded(&model(&gate), &scratch);
    guard.send(call(1, "nightly").as_bytes());
    guard.send(ping(2).as_bytes());
    assert_eq!(id(&guard.line()), 2);
    guard.close();
    gate.open();
    assert_eq!(id(&guard.line()), 1);
    assert_eq!(guard.finish().code, Some(0));
}

#[test]
fn a_thousand_that_wait_hold_up_nobody() {
    let (gate, scratch) = (Gate::default(), Scratch::new());
    let server = model(&gate);
    let mut guard = guarded(&server, &scratch);
    let calls: String = (0..1000).map(|id| call(id, &format!("job {id}"))).collect();
    guard.send(calls.as_bytes());
    guard.send(ping(1000).as_bytes());
    // Answered while all the others wait: the model has answered none of them.
    assert_eq!(id(&guard.line()), 1000);
    assert!(server.asked() <= 4);
    gate.open();
    let mut ids: Vec<u64> = (0..1000).map(|_| id(&guard.line())).collect();
    ids.sort_unstable();
    assert!(ids.into_iter().eq(0..1000));
    assert_eq!(guard.finish().code, Some(0));
}

#[test]
fn a_dry_run_shows_what_would_leave_and_sends_nothing() {
    let (gate, scratch) = (Gate::default(), Scratch::new());
    gate.open();
    let server = model(&gate);
    let messages = scratch.path("messages.jsonl");
    fs::write(&messages, [call(1, "nightly"), ping(2)].concat()).unwrap();
    let config = scratch.path("vanguard.yaml");
    fs::write(&config, "capabilities: {'run_*': exec}\n").unwrap();
    let run = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vanguard"));
        command.args(["inspect", "--semantic-dry-run", "--config"]).args([&config, &messages]);
        command.envs(variables.iter().copied()).output().unwrap()
    };
    let url = format!("{}/v1", server.url);
    let out = run(&[
        ("VANGUARD_SEMANTIC_ENABLED", "true"),
        ("VANGUARD_OPENAI_API_KEY", "sk-hidden"),
        ("VANGUARD_OPENAI_BASE_URL", &url),
    ]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert_eq!((out.status.code(), text.lines().count()), (Some(0), 1), "{}", String::from_utf8_lossy(&out.stderr));
    let shown: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(shown["asks"][0]["url"], format!("{url}/chat/completions"));
    assert_eq!(shown["asks"][0]["headers"]["authorization"], "Bearer $VANGUARD_OPENAI_API_KEY");
    assert!(shown["asks"][0]["body"]["messages"][1]["content"].as_str().unwrap().contains("job: nightly"));
    assert!(!text.contains("sk-hidden") && server.asked() == 0);
    // Nobody is named whom it would be sent to.
    assert_eq!(run(&[]).status.code(), Some(3));
}
