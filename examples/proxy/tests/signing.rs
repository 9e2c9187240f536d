//! Keys, signatures, and who is trusted, as their users have them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

fn vanguard(folder: &Path, command: &str) -> (i32, String) {
    let mut run = Command::new(env!("CARGO_BIN_EXE_vanguard"));
    let output = run.args(command.split(' ')).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout) + &text(output.stderr))
}

const RULES: &str = "\
- id: OWN-WORD
  title: A word
  severity: low
  confidence: low
  on: {flow: to_server}
  regex: 'frobnicate'
  taxonomy: {cwe: [20]}
  fix: Say it otherwise.
  tests: {hit: [frobnicate this], miss: [other words]}
";

#[test]
fn what_is_signed_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = concat!(env!("CARGO_MANIFEST_DIR"), "/../rug-pull/server.py");
    let run = |command: &str| vanguard(folder, command);
    assert_eq!(run(&format!("lock --name notes -- python3 {server}")).0, 0);
    fs::write(folder.join("own.yaml"), RULES).unwrap();
    for name in ["team", "other"] {
        assert_eq!(run(&format!("keygen --out {name}.key")).0, 0);
    }
    let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("team.key"), mode("team.key.pub") & 0o400), (0o600, 0o400));
    let (code, text) = run("keygen --json --out third.key");
    let key: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &key["public"]), (0, &"third.key.pub".into()));
    let (code, text) = run("sign --json --key third.key own.yaml");
    let signed: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &signed["signature"], &signed["kind"]), (0, &"own.yaml.sig".into(), &"rule pack".into()));
    assert_eq!(signed["key"], key["key"]);
    // What is there is never overwritten.
    let before = fs::read(folder.join("team.key")).unwrap();
    assert_eq!(run("keygen --out team.key").0, 4);
    assert_eq!(fs::read(folder.join("team.key")).unwrap(), before);

    let (code, text) = run("verify --key team.key.pub vanguard.lock");
    assert!(code == 1 && text.contains("there is no vanguard.lock.sig"), "{text}");
    let (code, text) = run("sign --key team.key vanguard.lock own.yaml");
    assert_eq!(
        (code, text.as_str()),
        (0, "vanguard.lock.sig: signed as a lock\nown.yaml.sig: signed as a rule pack\n")
    );
    assert_eq!(run("verify --key other.key.pub --key team.key.pub vanguard.lock own.yaml").0, 0);
    let (code, text) = run("verify --json --key other.key.pub vanguard.lock");
    assert!(code == 1 && text.contains("none of the given keys"), "{text}");

    let start =
        |key: &str| run(&format!("start --lock vanguard.lock --lock-key {key} --name notes -- python3 {server}"));
    assert_eq!(start("team.key.pub"), (0, String::new()));
    let (code, text) = start("other.key.pub");
    assert!(code == 3 && text.contains("none of the given keys") && text.contains("vanguard sign"), "{text}");
    // A change that was accepted needs another signature.
    assert_eq!(
        run(&format!("lock --update --accept-all --name notes -- python3 {server} --change added --after 0")).0,
        0
    );
    let (code, text) = start("team.key.pub");
    assert!(code == 3 && text.contains("the file is not the one that was signed"), "{text}");
    // One kind of file does not stand for another, and what is neither is not signed.
    fs::copy(folder.join("own.yaml.sig"), folder.join("vanguard.lock.sig")).unwrap();
    let (code, text) = start("team.key.pub");
    assert!(code == 3 && text.contains("is a rule pack, and a lock is asked for"), "{text}");
    fs::write(folder.join("x.yaml"), "a: 1\n").unwrap();
    assert_eq!(run("sign --key team.key x.yaml").0, 3);
    let (code, text) = run("sign --key team.key.pub own.yaml");
    assert!(code == 3 && text.contains("PRIVATE KEY"), "{text}");
}

#[test]
fn packs_of_a_configuration_need_the_signature_of_a_trusted_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let run = |command: &str| vanguard(folder, command);
    fs::write(folder.join("own.yaml"), RULES).unwrap();
    for name in ["team", "other"] {
        assert_eq!(run(&format!("keygen --out {name}.key")).0, 0);
    }
    let key = fs::read_to_string(folder.join("team.key.pub")).unwrap();
    let key = key.lines().nth(1).unwrap();
    fs::write(folder.join("v.yaml"), format!("rules:\n  packs: own.yaml\n  trusted_keys: {key}\n")).unwrap();
    let refused = |says: &str| {
        for command in ["config check v.yaml", "inspect --config v.yaml /dev/null", "start --config v.yaml -- true"] {
            let (code, text) = run(command);
            assert!(code == 3 && text.contains(says) && text.contains("--> v.yaml:2:10"), "{command}: {code} {text}");
        }
    };
    refused("the rule pack `own.yaml` may not be used: it is not signed");
    assert_eq!(run("sign --key other.key own.yaml").0, 0);
    refused("none of the given keys made the signature");
    assert_eq!(run("sign --key team.key own.yaml").0, 0);
    assert_eq!(run("config check v.yaml").0, 0);
    fs::write(folder.join("own.yaml"), RULES.replace("frobnicate", "frobnicated")).unwrap();
    refused("the file is not the one that was signed");
}
