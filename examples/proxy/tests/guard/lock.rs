//! `vanguard lock`, `diff` and `start --lock` in front of a server that changes what it promised between two listings.

use crate::support::{Guarded, Scratch};
use serde_json::{Value, json};
use std::fs;
use std::process::{Command, Output};

const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../rug-pull/server.py");

/// The command line of the server.
fn server(options: &[&str]) -> Vec<String> {
    ["python3", SERVER].iter().chain(options).map(|word| (*word).to_owned()).collect()
}

fn vanguard(words: &[&str], server: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vanguard")).args(words).arg("--").args(server).output().unwrap()
}

fn out(output: &Output) -> (i32, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

/// A folder with the lock of the server while it is honest.
fn locked(options: &[&str]) -> (Scratch, String) {
    let scratch = Scratch::new();
    let path = scratch.path("vanguard.lock").to_str().unwrap().to_owned();
    let (code, text) = out(&vanguard(&["lock", "--file", &path, "--name", "notes"], &server(options)));
    assert_eq!(code, 0, "{text}");
    (scratch, path)
}

/// Asks and waits for the answer; notifications in between are let go.
fn ask(guard: &mut Guarded, id: i64, method: &str, params: Value) -> Value {
    let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
    guard.send(format!("{request}\n").as_bytes());
    loop {
        let answer: Value = serde_json::from_slice(&guard.line()).unwrap();
        if answer["id"] == id {
            return answer;
        }
    }
}

fn names(listing: &Value) -> Vec<&str> {
    listing["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

/// What came of a listing after the change: rules, tools that are left, and whether `tool` can be called.
fn second_listing(options: &[&str], change: &[&str], tool: &str) -> (Vec<String>, Vec<String>, bool) {
    let (scratch, lock) = locked(change);
    let audit = scratch.path("audit.jsonl");
    let words = [&["--lock", &lock, "--name", "notes", "--audit", audit.to_str().unwrap()], options].concat();
    let mut guard = Guarded::start(&words, &server(change));
    let before = ask(&mut guard, 1, "tools/list", json!({}));
    assert_eq!(names(&before), ["find_notes", "read_note", "write_note"], "{change:?}");
    let after = ask(&mut guard, 2, "tools/list", json!({}));
    let left = names(&after).into_iter().map(str::to_owned).collect();
    let called = ask(&mut guard, 3, "tools/call", json!({"name": tool, "arguments": {}}));
    guard.close();
    guard.finish();
    let records = fs::read_to_string(audit).unwrap_or_default();
    let records = records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let findings = records.flat_map(|record| record["findings"].as_array().unwrap().clone());
    let rules = findings.map(|finding| finding["rule"].as_str().unwrap().to_owned());
    (rules.filter(|rule| rule.starts_with("INTEGRITY")).collect(), left, called.get("result").is_some())
}

#[test]
fn each_change_between_two_listings_is_told_by_its_name_and_held_back_by_its_weight() {
    // What changes, what it is called, and the tool that is held back.
    for (change, rule, held) in [
        ("wording", "INTEGRITY-WORDING", None),
        ("domain", "INTEGRITY-DOMAIN", Some("find_notes")),
        ("names-tool", "INTEGRITY-NAMES-TOOL", Some("find_notes")),
        ("poison", "INTEGRITY-SUSPICIOUS", Some("find_notes")),
        ("free-text", "INTEGRITY-FREE-TEXT", None),
        ("context", "INTEGRITY-CONTEXT", Some("find_notes")),
        ("parameter", "INTEGRITY-PARAMETER", None),
        ("parameter-removed", "INTEGRITY-PARAMETER-REMOVED", None),
        ("type", "INTEGRITY-TYPE", Some("find_notes")),
        ("enum-wider", "INTEGRITY-LOOSENED", None),
        ("enum-gone", "INTEGRITY-LOOSENED", Some("find_notes")),
        ("maximum", "INTEGRITY-LOOSENED", None),
        ("pattern-gone", "INTEGRITY-LOOSENED", Some("find_notes")),
        ("required-gone", "INTEGRITY-LOOSENED", None),
        ("open", "INTEGRITY-LOOSENED", Some("find_notes")),
        ("tightened", "INTEGRITY-TIGHTENED", None),
        ("read-only", "INTEGRITY-READ-ONLY", Some("find_notes")),
        ("destructive", "INTEGRITY-DESTRUCTIVE", Some("write_note")),
        ("open-world", "INTEGRITY-HINT", Some("find_notes")),
        ("output", "INTEGRITY-OUTPUT-SCHEMA", None),
        ("reference", "INTEGRITY-REFERENCE", Some("find_notes")),
        ("added", "INTEGRITY-ADDED", None),
        ("lookalike", "INTEGRITY-LOOKALIKE", Some("find_n\u{43e}tes")),
    ] {
        let (rules, left, called) = second_listing(&[], &["--change", change], held.unwrap_or("find_notes"));
        let expected = match held {
            Some(_) => vec![rule, "INTEGRITY-HELD"],
            None => vec![rule],
        };
        assert_eq!(rules, expected, "{change}");
        assert_eq!(called, held.is_none(), "{change}");
        assert!(held.is_none_or(|held| !left.iter().any(|name| name == held)), "{change}: {left:?}");
        assert!(left.len() >= 2, "{change}: {left:?}");
    }
}

#[test]
fn order_is_no_change_and_a_removed_tool_is_told() {
    assert_eq!(second_listing(&[], &["--change", "order"], "find_notes").0, Vec::<String>::new());
    assert_eq!(second_listing(&[], &["--change", "removed"], "find_notes").0, ["INTEGRITY-REMOVED"]);
}

#[test]
fn modes_hold_back_more_or_nothing() {
    let (rules, left, called) = second_listing(&["--lock-mode", "strict"], &["--change", "wording"], "find_notes");
    assert_eq!((rules.len(), left.len(), called), (2, 2, false));
    let (rules, left, called) = second_listing(&["--lock-mode", "warn"], &["--change", "reference"], "find_notes");
    assert_eq!((rules.len(), left.len(), called), (1, 3, true));
    let (rules, left, called) = second_listing(&["--profile", "monitor"], &["--change", "reference"], "find_notes");
    assert_eq!((rules.len(), left.len(), called), (2, 3, true));
    // A tool that is not locked can't be called unseen either.
    let (rules, _, called) = second_listing(&["--lock-mode", "strict"], &[], "hidden_tool");
    assert_eq!((rules.as_slice(), called), (&["INTEGRITY-HELD".to_owned()][..], false));
}

#[test]
fn pages_are_held_against_the_lock_one_by_one() {
    let (_scratch, lock) = locked(&[]);
    let mut guard =
        Guarded::start(&["--lock", &lock, "--name", "notes"], &server(&["--pages", "--change", "read-only"]));
    let mut listed = Vec::new();
    for (id, cursor) in (1..).zip([None, Some("1"), Some("2"), None, Some("1"), Some("2")]) {
        let page = ask(&mut guard, id, "tools/list", cursor.map_or(json!({}), |cursor| json!({"cursor": cursor})));
        listed.push(names(&page).len());
        assert_eq!(page["result"].get("nextCursor").is_some(), cursor != Some("2"), "{page}");
    }
    assert_eq!(listed, [1, 1, 1, 0, 1, 1]);
    guard.close();
    let errors = guard.finish().errors;
    assert!(errors.contains("the tool no longer says that it only reads [INTEGRITY-READ-ONLY"), "{errors}");
    // Nothing was removed: the other pages have the rest.
    assert!(!errors.contains("REMOVED"), "{errors}");
}

#[test]
fn other_instructions_are_told_or_refused() {
    for (change, held) in [("instructions", false), ("instructions-domain", true)] {
        let (_scratch, lock) = locked(&[]);
        let command = server(&["--change", change, "--after", "0"]);
        let mut guard = Guarded::start(&["--lock", &lock, "--name", "notes"], &command);
        let params =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}});
        let answer = ask(&mut guard, 1, "initialize", params);
        assert_eq!(answer.get("error").is_some(), held, "{answer}");
        guard.close();
        guard.finish();
    }
}

#[test]
fn what_can_not_be_trusted_is_not_started() {
    let (scratch, lock) = locked(&[]);
    let start = |words: &[&str], server: &[String]| out(&vanguard(&[&["start"], words].concat(), server));
    // Another program under the same name.
    let (code, text) = start(&["--lock", &lock, "--name", "notes"], &["cat".to_owned()]);
    assert!(code == 124 && text.contains("another program is started"), "{code} {text}");
    // A server that is not in the lock, a lock that is not there, and one that was edited.
    let (code, text) = start(&["--lock", &lock, "--name", "nodes"], &server(&[]));
    assert!(code == 2 && text.contains("did you mean `--name notes`?"), "{code} {text}");
    let (code, text) = start(&["--lock", "/no/such.lock", "--name", "notes"], &server(&[]));
    assert!(code == 4 && text.contains("there is no such lock"), "{code} {text}");
    let edited = scratch.path("edited.lock");
    fs::write(&edited, fs::read_to_string(&lock).unwrap().replace("Reads one note.", "Reads all notes.")).unwrap();
    let (code, text) = start(&["--lock", edited.to_str().unwrap(), "--name", "notes"], &server(&[]));
    assert!(code == 3 && text.contains("edited.lock:") && text.contains("tampered"), "{code} {text}");
    let (code, _) = start(&["--lock-mode", "strict", "--name", "notes"], &server(&[]));
    assert_eq!(code, 2);
}

#[test]
fn the_first_start_is_trusted_only_if_asked() {
    let scratch = Scratch::new();
    let path = scratch.path("new.lock");
    let options = ["--lock", path.to_str().unwrap(), "--lock-trust-first", "--name", "notes"];
    for expected in ["it is locked as it is now", ""] {
        let mut guard = Guarded::start(&options, &server(&[]));
        let listing = ask(&mut guard, 1, "tools/list", json!({}));
        assert_eq!(names(&listing).len(), 3);
        guard.close();
        let errors = guard.finish().errors;
        assert!(errors.contains(expected) && (!expected.is_empty() || errors.is_empty()), "{errors}");
    }
}

#[test]
fn changes_are_shown_and_accepted_one_by_one() {
    let (_scratch, lock) = locked(&[]);
    let now = |change: &str| server(&["--change", change, "--after", "0"]);
    let run = |words: &[&str], server: &[String]| {
        out(&vanguard(&[words, &["--file", &lock, "--name", "notes"]].concat(), server))
    };
    let (code, text) = run(&["diff"], &server(&[]));
    assert!(code == 0 && text.starts_with("`notes` is as it was locked"), "{text}");
    let (code, text) = run(&["diff"], &now("read-only"));
    assert!(
        code == 1
            && text.contains(
                "high   read-only-withdrawn: the tool no longer says that it only reads (/annotations/readOnlyHint)"
            ),
        "{text}"
    );
    let (code, text) = run(&["diff", "--json"], &now("poison"));
    let told: Value = serde_json::from_str(&text).unwrap();
    let change = told["changes"].as_array().unwrap().iter().find(|change| change["name"] == "find_notes").unwrap();
    assert_eq!((code, &change["kind"], &change["severity"]), (1, &json!("suspicious-text"), &json!("high")), "{text}");
    // Locked already: only counted.
    let (code, text) = run(&["lock"], &now("domain"));
    assert!(code == 1 && text.contains("2 changes, 1 of weight"), "{text}");
    let (code, text) = run(&["lock", "--update"], &now("domain"));
    assert!(code == 2 && text.contains("--accept NAME"), "{text}");
    let (code, text) = run(&["lock", "--update", "--accept", "find_note"], &now("domain"));
    assert!(code == 2 && text.contains("did you mean `find_notes`?"), "{text}");
    let (code, text) = run(&["lock", "--update", "--accept", "find_notes"], &now("domain"));
    assert!(code == 1 && text.contains("1 change accepted, 1 left"), "{text}");
    let (code, text) = run(&["lock", "--update", "--accept-server"], &now("domain"));
    assert!(code == 0 && text.contains("1 change accepted, 0 left"), "{text}");
    assert_eq!(run(&["diff"], &now("domain")).0, 0);
    let (code, text) = run(&["lock", "--update", "--accept-all"], &now("removed"));
    assert!(code == 0, "{text}");
    assert!(!fs::read_to_string(&lock).unwrap().contains("read_note"));
}

#[test]
fn a_server_that_does_not_answer_is_told() {
    let scratch = Scratch::new();
    let path = scratch.path("x.lock");
    let run = |words: &[&str], server: &[&str]| {
        let server: Vec<_> = server.iter().map(|word| (*word).to_owned()).collect();
        out(&vanguard(&[&["lock", "--file", path.to_str().unwrap()], words].concat(), &server))
    };
    let (code, text) = run(&[], &["true"]);
    assert!(code == 5 && text.contains("the server ended before it answered"), "{code} {text}");
    let (code, text) = run(&["--timeout", "0.2"], &["sleep", "100"]);
    assert!(code == 5 && text.contains("no answer within 0.2 s (--timeout)"), "{code} {text}");
    // It talks without end, of other things; and it asks, and never reads what it is told.
    let chatter = ["yes", r#"{"jsonrpc":"2.0","method":"notifications/message"}"#];
    let (code, text) = run(&["--timeout", "0.2"], &chatter);
    assert!(code == 5 && text.contains("no answer within 0.2 s (--timeout)"), "{code} {text}");
    let (code, text) = run(&["--timeout", "5"], &["yes", r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#]);
    assert!(code == 5 && text.contains("doesn't read what it is told"), "{code} {text}");
    assert_eq!(run(&[], &["/no/such/program"]).0, 127);
    assert!(!path.exists());
}
