//! What is asked of a host's path resolver, and what becomes of its answers.

use std::sync::{Arc, Mutex};

use serde_json::json;
use vanguard_core::{Action, Crossing, Inspector, Message, PathResolver, Profile, Resolved, Sharing, Verdict};

/// Answers by the last name of a path, and remembers what it was asked.
#[derive(Clone, Debug, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl PathResolver for Told {
    fn resolve(&self, path: &[u8], zones: &[&[u8]]) -> Resolved {
        let path = String::from_utf8_lossy(path).into_owned();
        let zones = zones.iter().map(|zone| String::from_utf8_lossy(zone)).collect::<Vec<_>>().join(":");
        self.0.lock().unwrap().push(format!("{path} in {zones}"));
        let out = |to: &str, by| Resolved::Outside { to: to.into(), by };
        match path.rsplit('/').next().unwrap() {
            "out" => out("/etc/passwd", Crossing::Link),
            "magic" => out("pipe:[7]\n", Crossing::MagicLink),
            "lost" => Resolved::Unknown("the disk is on fire".to_owned()),
            "linked" => Resolved::Shared(Sharing::HardLink { names: 2 }),
            "mounted" => Resolved::Shared(Sharing::Mount),
            _ => Resolved::Inside,
        }
    }
}

fn inspector(profile: Profile) -> (Inspector, Told) {
    let told = Told::default();
    let config = "safe_zones: {read: [/srv/docs], write: [/srv/project]}";
    let builder = Inspector::builder().config_text("vanguard.yaml", config).profile(profile);
    (builder.path_resolver(told.clone()).build().unwrap(), told)
}

fn call(inspector: &Inspector, tool: &str, arguments: serde_json::Value) -> Verdict {
    let params = json!({"name": tool, "arguments": arguments});
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string();
    inspector.inspect(&Message::to_server(message.as_bytes()))
}

fn rules(verdict: &Verdict) -> Vec<&str> {
    verdict.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

#[test]
fn each_answer_becomes_what_it_should() {
    let (balanced, _) = inspector(Profile::Balanced);
    for (name, action, rule, says) in [
        ("plain", Action::Allow, None, ""),
        ("out", Action::Block, Some("POLICY-ZONE-LINK"), "by a link: it is `/etc/passwd`"),
        ("magic", Action::Block, Some("POLICY-ZONE-LINK"), "by a link into a process: it is `pipe:[7]\\n`"),
        ("lost", Action::Block, Some("POLICY-ZONE-UNKNOWN"), "the disk is on fire"),
        ("linked", Action::Allow, Some("POLICY-ZONE-SHARED"), "one of 2 names"),
        ("mounted", Action::Allow, Some("POLICY-ZONE-SHARED"), "another mount"),
    ] {
        let path = format!("/srv/project/{name}");
        let verdict = call(&balanced, "read_file", json!({ "path": path }));
        assert_eq!((verdict.action, rules(&verdict)), (action, rule.into_iter().collect()), "{name}");
        for finding in &verdict.findings {
            assert!(finding.reason.contains(says), "{name}: {}", finding.reason);
            assert_eq!((&*finding.pointer, &*finding.evidence), ("/params/arguments/path", &*path));
            assert_eq!(finding.allow.is_empty(), action == Action::Allow, "{name}");
        }
        let watched = call(&inspector(Profile::Monitor).0, "read_file", json!({ "path": path }));
        assert_eq!((watched.action, watched.would), (action.min(Action::Warn), action), "{name}");
        assert_eq!(call(&inspector(Profile::Strict).0, "read_file", json!({ "path": path })).action, action, "{name}");
    }
}

#[test]
fn it_is_asked_for_what_servers_could_open() {
    let (inspector, told) = inspector(Profile::Balanced);
    let both = "/srv/docs:/srv/project";
    for (tool, path, asked) in [
        ("read_file", "/srv/project//./a", vec![format!("/srv/project/a in {both}")]),
        ("write_file", "/srv/project/a", vec!["/srv/project/a in /srv/project".to_owned()]),
        // A server may resolve `..` by the text or leave it to the file system.
        (
            "read_file",
            "/srv/project/l/../a",
            vec![format!("/srv/project/a in {both}"), format!("/srv/project/l/../a in {both}")],
        ),
        (
            "read_file",
            "file:///srv/docs/l/../a",
            vec![format!("/srv/docs/a in {both}"), format!("/srv/docs/l/../a in {both}")],
        ),
        (
            "read_file",
            r"src\..\a",
            vec![
                format!("a in {both}"),
                format!(r"src\..\a in {both}"),
                format!(r"src\..\a in {both}"),
                format!("src/../a in {both}"),
            ],
        ),
        ("read_file", "src/a", vec![format!("src/a in {both}")]),
        // What leaves by its text is not asked about.
        ("read_file", "/etc/passwd", vec![]),
        ("read_file", "../a", vec![]),
    ] {
        call(&inspector, tool, json!({ "path": path }));
        assert_eq!(std::mem::take(&mut *told.0.lock().unwrap()), asked, "{tool} {path}");
    }
}

#[test]
fn an_encoded_path_is_asked_about_decoded() {
    let (inspector, told) = inspector(Profile::Balanced);
    let verdict = call(&inspector, "read_file", json!({"path": "/srv/project/%6fut"}));
    assert_eq!(rules(&verdict), ["POLICY-ZONE-LINK"]);
    assert!(verdict.findings[0].reason.starts_with("decoded, the path"));
    assert!(told.0.lock().unwrap().iter().any(|asked| asked.starts_with("/srv/project/out in")));
}

#[test]
fn it_is_asked_of_requests_to_the_server_alone_and_only_where_zones_are() {
    let (inspector, told) = inspector(Profile::Balanced);
    let result = br#"{"jsonrpc":"2.0","id":1,"result":{"path":"/srv/project/out"}}"#;
    assert_eq!(inspector.inspect(&Message::to_client(result)).action, Action::Allow);
    let free = Inspector::builder().path_resolver(told.clone()).build().unwrap();
    assert_eq!(call(&free, "read_file", json!({"path": "/srv/project/out"})).action, Action::Allow);
    assert!(told.0.lock().unwrap().is_empty());
}

#[test]
fn a_message_of_very_many_paths_is_not_asked_about_without_end() {
    let (inspector, told) = inspector(Profile::Balanced);
    let paths = |count: usize| (0..count).map(|at| format!("/srv/project/f{at}")).collect::<Vec<_>>();
    assert_eq!(call(&inspector, "read_multiple_files", json!({"paths": paths(2000)})).action, Action::Allow);
    let verdict = call(&inspector, "read_multiple_files", json!({"paths": paths(5000)}));
    assert_eq!((verdict.action, rules(&verdict)[0]), (Action::Block, "POLICY-ZONE-UNKNOWN"));
    assert!(told.0.lock().unwrap().len() <= 2000 + 2048);
}
