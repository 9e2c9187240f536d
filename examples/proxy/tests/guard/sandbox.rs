//! `--sandbox`: what the kernel refuses a server, whatever it was told and whatever it does. Where this machine's kernel can't, the
//! same tests hold the guard to refusing to start; each says which of the two it ran.

use crate::support::{Guarded, Scratch, peer, without};
use serde_json::json;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};
use vanguard_adapters::sandbox::{Level, Plan};
use vanguard_core::config::Ports;

/// A zone and a secret beside it.
struct Ground(Scratch);

impl Ground {
    fn new() -> Self {
        let ground = Self(Scratch::new());
        for folder in ["zone/sub", "secret"] {
            fs::create_dir_all(ground.path(folder)).unwrap();
        }
        fs::write(ground.path("zone/sub/note.txt"), "honest").unwrap();
        fs::write(ground.path("secret/note.txt"), "private").unwrap();
        symlink("sub", ground.path("zone/current")).unwrap();
        ground
    }

    fn path(&self, name: &str) -> String {
        let root = self.0.path("").canonicalize().unwrap();
        root.join(name).to_str().unwrap().to_owned()
    }

    /// A guard over a confined server; `None` where it was rightly refused.
    fn confine(&self, options: &[&str], server: &[&str]) -> Option<Guarded> {
        let zone = self.path("zone");
        let options: Vec<&str> =
            ["--sandbox", "--safe-zone", &zone].into_iter().chain(options.iter().copied()).collect();
        let guard = Guarded::start(&options, &peer(server));
        let free = options.iter().filter(|option| **option == "any").count() == 2;
        let (connect, bind) = if free { (Ports::Any, Ports::Any) } else { Default::default() };
        let plan = Plan { connect, bind, ..Plan::default() };
        let Err(refused) = plan.check(Level::here()) else {
            println!("ran: the server is confined by {}", Level::here());
            return Some(guard);
        };
        println!("ran: the guard refuses to start, since this kernel has {}", Level::here());
        let ended = guard.finish();
        assert_eq!((ended.code, ended.output.len()), (Some(125), 0));
        assert_eq!(ended.errors, format!("vanguard: {refused}\n"));
        assert!(ended.errors.contains("Linux") && ended.errors.contains("or later") || ended.errors.contains("lsm="));
        None
    }
}

fn done(value: impl ToString) -> (String, String) {
    ("done".to_owned(), value.to_string())
}

fn failed(error: &str) -> (String, String) {
    ("failed".to_owned(), error.to_owned())
}

fn end(mut guard: Guarded) {
    guard.close();
    assert_eq!(guard.finish().code, Some(0));
}

#[test]
fn a_link_that_is_swapped_after_the_check_leads_nowhere() {
    let ground = Ground::new();
    let note = json!({"path": ground.path("zone/current/note.txt")});
    let swap = ["swap", &ground.path("zone/current"), &ground.path("secret")];
    // No look beforehand can stop this: the path led into the zone when it was looked at.
    let zone = ground.path("zone");
    let mut open = Guarded::start(&["--safe-zone", &zone], &peer(&swap));
    assert_eq!(open.call("read_file", note.clone()), done("private"));
    end(open);
    fs::remove_file(ground.path("zone/current")).unwrap();
    symlink("sub", ground.path("zone/current")).unwrap();
    let Some(mut guard) = ground.confine(&[], &swap) else { return };
    assert_eq!(guard.call("read_file", note), failed("EACCES"));
    // The server did swap it.
    assert_eq!(fs::read_link(ground.path("zone/current")).unwrap().to_str(), Some(&*ground.path("secret")));
    end(guard);
}

#[test]
fn files_outside_the_zone_are_out_of_reach() {
    let ground = Ground::new();
    let Some(mut guard) = ground.confine(&["--profile", "monitor"], &["act"]) else { return };
    let (inside, outside) = (ground.path("zone/sub/note.txt"), ground.path("secret/note.txt"));
    assert_eq!(guard.call("read_file", json!({"path": inside})), done("honest"));
    assert_eq!(guard.call("read_file", json!({"path": outside})), failed("EACCES"));
    assert_eq!(guard.call("read_file", json!({"path": format!("/proc/self/root{outside}")})), failed("EACCES"));
    assert_eq!(guard.call("write_file", json!({"path": inside, "content": "new"})), done(3));
    assert_eq!(guard.call("write_file", json!({"path": ground.path("zone/made"), "content": "x"})), done(1));
    for path in [outside.clone(), ground.path("secret/made"), ground.path("made")] {
        assert_eq!(guard.call("write_file", json!({"path": path, "content": "x"})), failed("EACCES"), "{path}");
    }
    // What it starts is confined with it.
    let (_, said) = guard.call("run", json!({"words": ["cat", inside, outside]}));
    assert!(said.starts_with("new") && said.contains("ermission denied") && !said.contains("private"), "{said}");
    assert_eq!(guard.call("privileges", json!({})), done(1));
    assert_eq!(guard.call("where", json!({})), done(ground.path("zone")));
    if Level::here() >= Level::of_abi(6) {
        assert_eq!(guard.call("signal", json!({"pid": std::process::id()})), failed("EPERM"));
    }
    end(guard);
    assert_eq!(fs::read_to_string(outside).unwrap(), "private");
}

#[test]
fn what_is_named_is_allowed_as_it_is_named() {
    let ground = Ground::new();
    fs::create_dir(ground.path("cache")).unwrap();
    let (secret, cache) = (ground.path("secret"), ground.path("cache"));
    let options = ["--profile", "monitor", "--sandbox-read", &secret, "--sandbox-write", &cache];
    let Some(mut guard) = ground.confine(&options, &["act"]) else { return };
    assert_eq!(guard.call("read_file", json!({"path": ground.path("secret/note.txt")})), done("private"));
    let write = |name: &str| json!({"path": ground.path(name), "content": "x"});
    assert_eq!(guard.call("write_file", write("secret/note.txt")), failed("EACCES"));
    assert_eq!(guard.call("write_file", write("cache/x")), done(1));
    end(guard);
}

#[test]
fn ports_are_closed_unless_they_are_named() {
    let ground = Ground::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap().port();
    // Nobody listens there any more.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (dial, listen) = (json!({"port": open}), json!({"port": free}));
    let Some(mut closed) = ground.confine(&[], &["act"]) else { return };
    assert_eq!(closed.call("dial", dial.clone()), failed("EACCES"));
    assert_eq!(closed.call("listen", listen.clone()), failed("EACCES"));
    end(closed);
    let (open, free) = (open.to_string(), free.to_string());
    let named = ["--sandbox-connect", &open, "--sandbox-bind", &free];
    let Some(mut guard) = ground.confine(&named, &["act"]) else { return };
    assert_eq!(guard.call("dial", dial.clone()), done(&open));
    assert_eq!(guard.call("listen", listen.clone()), done(&free));
    assert_eq!(guard.call("dial", json!({"port": 1})), failed("EACCES"));
    end(guard);
    let Some(mut guard) = ground.confine(&["--sandbox-connect", "any", "--sandbox-bind", "any"], &["act"]) else {
        return;
    };
    assert_eq!(guard.call("dial", dial), done(&open));
    assert_eq!(guard.call("dial", json!({"port": 1})), failed("ECONNREFUSED"));
    end(guard);
}

/// Landlock asks at `connect` and `bind` of a TCP socket. What gets there by other ways is refused with them.
#[test]
fn there_is_no_way_around_a_closed_port() {
    let ground = Ground::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = json!({"port": listener.local_addr().unwrap().port()});
    for (options, open) in [
        (&[][..], "local stream"),
        (&["--sandbox-connect", "9"], "udp local stream"),
        (&["--sandbox-bind", "9"], "listen local stream"),
        (&["--sandbox-connect", "any"], "udp local stream"),
    ] {
        let Some(mut guard) = ground.confine(options, &["act"]) else { return };
        assert_eq!(guard.call("sockets", port.clone()), done(open), "{options:?}");
        end(guard);
    }
    let free = ["--sandbox-connect", "any", "--sandbox-bind", "any"];
    let Some(mut guard) = ground.confine(&free, &["act"]) else { return };
    let (_, open) = guard.call("sockets", port);
    assert!(open.contains("mptcp") && open.contains("fastopen") && open.contains("listen"), "{open}");
    end(guard);
}

#[test]
fn a_configuration_confines_too() {
    let ground = Ground::new();
    let zones = json!({"read": [ground.path("zone/sub")], "write": [ground.path("zone")]});
    let config = json!({"profile": "monitor", "safe_zones": zones, "sandbox": {"enabled": true, "read": "secret"}});
    fs::write(ground.path("vanguard.json"), config.to_string()).unwrap();
    if Plan::default().check(Level::here()).is_err() {
        println!("ran: nothing, since this kernel has {}; the other tests hold the refusal", Level::here());
        return;
    }
    println!("ran: the server is confined by {}", Level::here());
    let mut guard = Guarded::start(&["--config", &ground.path("vanguard.json")], &peer(&["act"]));
    assert_eq!(guard.call("read_file", json!({"path": ground.path("secret/note.txt")})), done("private"));
    let write = |name: &str| json!({"path": ground.path(name), "content": "x"});
    assert_eq!(guard.call("write_file", write("zone/x")), done(1));
    assert_eq!(guard.call("write_file", write("secret/x")), failed("EACCES"));
    end(guard);
}

fn vanguard(arguments: &[&str]) -> (Option<i32>, String, String) {
    told(Command::new(env!("CARGO_BIN_EXE_vanguard")).args(arguments).output().unwrap())
}

fn told(Output { status, stdout, stderr }: Output) -> (Option<i32>, String, String) {
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn what_would_be_confined_is_shown() {
    let ground = Ground::new();
    let (zone, secret) = (ground.path("zone"), ground.path("secret"));
    let shown = ["start", "--sandbox=explain", "--safe-zone", &zone, "--sandbox-read", &secret, "--sandbox-connect"];
    let (code, out, err) = vanguard(&[&shown[..], &["443", "--", "cat", "x"]].concat());
    for line in [
        format!("`cat x` starts in {zone} and is confined:"),
        format!("  {zone} "),
        format!("  {secret} "),
        "  may connect to port 443".to_owned(),
        format!("This kernel has {}. It enforces:", Level::here()),
        "No kernel so far restricts by Landlock:".to_owned(),
    ] {
        assert!(out.contains(&line), "{line}\n{out}");
    }
    let can = Plan::default().check(Level::here()).map_err(|refused| format!("vanguard: {refused}\n"));
    assert_eq!((code, err), can.map_or_else(|why| (Some(125), why), |()| (Some(0), String::new())));
}

#[test]
fn what_can_t_be_confined_is_told() {
    let ground = Ground::new();
    let zone = ground.path("zone");
    for (arguments, code, says) in [
        (&["--sandbox", "--", "cat"][..], 2, "needs a --safe-zone"),
        (&["--sandbox-connect", "443", "--", "cat"], 2, "without --sandbox"),
        (&["--sandbox-connect", "http", "--sandbox", "--", "cat"], 2, "port numbers"),
        (&["--sandbox=off", "--", "cat"], 2, "explain"),
        (&["--sandbox", "--safe-zone", &zone, "--sandbox-read", "/nowhere", "--", "cat"], 2, "--sandbox-read /nowhere"),
        (&["--sandbox", "--safe-zone", &zone, "--", "no-such-program-here"], 127, "no-such-program-here"),
    ] {
        let (ended, _, err) = vanguard(&[&["start"], arguments].concat());
        assert!(ended == Some(code) && err.contains(says), "{arguments:?}: {ended:?} {err}");
    }
}

/// `vanguard start` where the kernel, as far as it can tell, has no Landlock. On every machine.
#[test]
fn without_landlock_nothing_is_started() {
    const CREATE_RULESET: &str = "444";
    let ground = Ground::new();
    let (zone, made) = (ground.path("zone"), ground.path("zone/made"));
    let server = ["--", "touch", &made];
    for how in ["--sandbox", "--sandbox=explain"] {
        let ended = without(CREATE_RULESET, &[&["start", how, "--safe-zone", &zone], &server[..]].concat());
        let (code, out, err) = told(ended);
        assert!(code == Some(125) && err.starts_with("vanguard: this system has no Landlock"), "{code:?} {err}");
        assert!(err.contains("5.13") && err.contains("/sys/kernel/security/lsm"), "{err}");
        assert_eq!(out.contains("This kernel has no Landlock."), how.ends_with("explain"), "{out}");
    }
    let ended =
        without(CREATE_RULESET, &["confine", "--run", "/", "--program", "/usr/bin/touch", "--", "touch", &made]);
    let (code, _, err) = told(ended);
    assert!(code == Some(125) && err.contains("the server was not started"), "{code:?} {err}");
    assert!(!fs::exists(&made).unwrap());
    let ended = without(CREATE_RULESET, &[&["start", "--safe-zone", &zone], &server[..]].concat());
    assert!(ended.status.success() && fs::exists(&made).unwrap());
}

/// The last step on its own: what it can't put into force, it doesn't start.
#[test]
fn the_confiner_starts_nothing_unconfined() {
    let confine = ["confine", "--run", "/", "--program"];
    let (code, out, err) = vanguard(&[&confine[..], &["/bin/echo", "--", "echo", "started"]].concat());
    if Plan::default().check(Level::here()).is_err() {
        println!("ran: the confiner refuses, since this kernel has {}", Level::here());
        assert!(code == Some(125) && out.is_empty() && err.contains("was not started"), "{code:?} {out} {err}");
        return;
    }
    println!("ran: the confiner confines by {}", Level::here());
    assert_eq!((code, &*out), (Some(0), "started\n"), "{err}");
    // The kernel takes sixteen layers, and no more.
    let mut words = vec!["echo".to_owned(), "started".to_owned()];
    let mut program = "/bin/echo".to_owned();
    for _ in 0..17 {
        let inner = ["vanguard", "confine", "--run", "/", "--write", "/dev/null", "--program", &program, "--"];
        words = inner.iter().map(|word| (*word).to_owned()).chain(words).collect();
        program = env!("CARGO_BIN_EXE_vanguard").to_owned();
    }
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let (code, out, err) = vanguard(&words);
    assert!(code == Some(125) && out.is_empty() && err.contains("the kernel refused"), "{code:?} {out} {err}");
    let ground = Ground::new();
    let note = ground.path("zone/sub/note.txt");
    let (code, _, err) = vanguard(&["confine", "--run", "/", "--program", &note, "--", "x"]);
    assert!(code == Some(126) && err.contains(&note), "{code:?} {err}");
    let (code, _, err) = vanguard(&["confine", "--run", "/nowhere", "--program", "/bin/echo", "--", "echo"]);
    assert!(code == Some(125) && err.contains("/nowhere"), "{code:?} {err}");
}
