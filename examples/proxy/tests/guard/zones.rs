//! `--safe-zone`: what leads out of a zone doesn't reach the server, whatever its text says.

use crate::support::{Guarded, Scratch, peer, without_calls};
use serde_json::json;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

fn said(what: &str, value: impl Into<String>) -> (String, String) {
    (what.to_owned(), value.into())
}

#[test]
fn what_a_link_leads_to_is_not_read() {
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path(name).to_str().unwrap().to_owned();
    fs::create_dir_all(path("zone/sub")).unwrap();
    fs::write(path("zone/a.txt"), "honest").unwrap();
    fs::write(path("key"), "private").unwrap();
    symlink("../key", path("zone/out")).unwrap();
    symlink("..", path("zone/sub/up")).unwrap();
    symlink("zone", path("entry")).unwrap();
    let refused = || said("refused", "POLICY-ZONE-LINK");
    // By its own name or by a link's, a zone is the same.
    for zone in ["zone", "entry"] {
        let mut guard = Guarded::start(&["--safe-zone", &path(zone)], &peer(&["act"]));
        for name in ["zone/a.txt", &format!("{zone}/a.txt"), "zone/sub/up/a.txt", "zone/sub/../a.txt"] {
            assert_eq!(guard.call("read_file", json!({"path": path(name)})), said("done", "honest"), "{name}");
        }
        for name in ["zone/out", "zone/sub/up/out", "zone/sub/up/../key"] {
            assert_eq!(guard.call("read_file", json!({"path": path(name)})), refused(), "{name}");
        }
        assert_eq!(guard.call("read_file", json!({"path": path("key")})), said("refused", "POLICY-ZONE"));
        // The server starts in the zone, so that what is relative is in it.
        assert_eq!(
            guard.call("where", json!({})),
            said("done", fs::canonicalize(path("zone")).unwrap().to_str().unwrap())
        );
        assert_eq!(guard.call("read_file", json!({"path": "a.txt"})), said("done", "honest"));
        assert_eq!(guard.call("read_file", json!({"path": "out"})), refused());
        let new = path(&format!("{zone}/new.txt"));
        assert_eq!(guard.call("write_file", json!({"path": new, "content": "x"})), said("done", "1"));
        assert_eq!(guard.call("write_file", json!({"path": path("zone/out"), "content": "x"})), refused());
        guard.close();
        assert_eq!(guard.finish().code, Some(0));
    }
    assert_eq!(fs::read_to_string(path("key")).unwrap(), "private");
}

#[test]
fn a_server_stays_where_it_is_if_that_is_in_a_zone() {
    let scratch = Scratch::new();
    let zone = scratch.path("zone");
    fs::create_dir_all(zone.join("sub")).unwrap();
    let sub = zone.join("sub").canonicalize().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_vanguard"));
    command.args(["start", "--safe-zone", "..", "--"]).args(peer(&["act"])).current_dir(&sub);
    let mut guard = Guarded::run(&mut command);
    guard.read();
    assert_eq!(guard.call("where", json!({})), said("done", sub.to_str().unwrap()));
    guard.close();
    assert_eq!(guard.finish().code, Some(0));
}

#[test]
fn a_zone_that_is_not_there_is_told() {
    let ended = Guarded::start(&["--safe-zone", "/nowhere/at/all"], &peer(&["act"])).finish();
    assert_eq!(ended.code, Some(2));
    assert!(ended.errors.contains("--safe-zone /nowhere/at/all"), "{}", ended.errors);
}

/// Where the kernel can't be asked, that is said, and the text still holds.
#[test]
fn without_openat2_zones_hold_by_the_text_alone() {
    const OPENAT2: &str = "437";
    let scratch = Scratch::new();
    let path = |name: &str| scratch.path(name).to_str().unwrap().to_owned();
    fs::create_dir_all(path("zone")).unwrap();
    fs::write(path("key"), "private").unwrap();
    symlink("../key", path("zone/out")).unwrap();
    let (zone, server) = (path("zone"), peer(&["act"]));
    let server: Vec<&str> = server.iter().map(String::as_str).collect();
    let mut guard =
        Guarded::run(&mut without_calls(OPENAT2, &[&["start", "--safe-zone", &zone, "--"], &server[..]].concat()));
    guard.read();
    assert_eq!(guard.call("read_file", json!({"path": path("zone/out")})), said("done", "private"));
    assert_eq!(guard.call("read_file", json!({"path": path("key")})), said("refused", "POLICY-ZONE"));
    guard.close();
    let ended = guard.finish();
    assert!(ended.errors.contains("no `openat2`") && ended.errors.contains("by the text"), "{}", ended.errors);
}
