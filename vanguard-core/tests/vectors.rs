//! Messages with their whole verdicts, the same in Rust, Python and Node: each language replays `tests/vectors/*.jsonl`.
//!
//! The first line of a file is its configuration, `{"about", "config"}`. Then each message is a line, and below it stands its verdict
//! without the versions, byte for byte. One inspector sees all messages of a file in their order.
//!
//! A message is `{"flow", "message"}` or, for bytes that are no UTF-8, `{"flow", "latin1"}`; it may have `server`, `session`, `framing`,
//! `full` (every message of the session is shown) and `in_reply_to`, the number of a request above, from 0.
//!
//! `make vectors` writes the verdicts anew; read what changed.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use vanguard_core::{Context, Flow, Framing, Inspector, Message, Verdict, Visibility};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "about")]
    _about: String,
    config: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    flow: Flow,
    message: Option<String>,
    latin1: Option<String>,
    server: Option<String>,
    session: Option<String>,
    framing: Option<String>,
    #[serde(default)]
    full: bool,
    in_reply_to: Option<usize>,
}

impl Sent {
    fn bytes(&self) -> Vec<u8> {
        let byte = |char| u8::try_from(u32::from(char)).expect("a byte");
        match (&self.message, &self.latin1) {
            (Some(text), None) => text.as_bytes().to_vec(),
            (None, Some(text)) => text.chars().map(byte).collect(),
            _ => panic!("`message` or `latin1`"),
        }
    }

    fn judged(&self, inspector: &Inspector, before: &[Verdict]) -> Verdict {
        let bytes = self.bytes();
        let mut context = Context::default();
        context.server = self.server.as_deref();
        context.session = self.session.as_deref();
        context.framing = if self.framing.as_deref() == Some("line") { Framing::Line } else { Framing::Body };
        context.visibility = if self.full { Visibility::Full } else { Visibility::Partial };
        context.in_reply_to = self.in_reply_to.map(|at| before[at].origin.as_ref().expect("a request"));
        inspector.inspect(&Message::new(self.flow, &bytes).with_context(context))
    }
}

/// The verdict as it stands in a file.
fn line(verdict: &Verdict) -> String {
    let json = serde_json::to_string(verdict).unwrap();
    let (rest, versions) = json.rsplit_once(r#","versions":{"#).expect("versions");
    assert!(versions.ends_with("}}"), "the versions stand last");
    format!("{rest}}}")
}

/// The file as it should be, and how many messages it has.
fn replayed(path: &Path) -> (String, usize) {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines();
    let head = lines.next().expect("a configuration");
    let Head { config, .. } = serde_json::from_str(head).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let inspector = Inspector::builder()
        .config_text("config.json", config.to_string())
        .build()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut out, mut before) = (format!("{head}\n"), Vec::new());
    for sent in lines.filter(|line| !line.starts_with(r#"{"action":"#)) {
        let message: Sent =
            serde_json::from_str(sent).unwrap_or_else(|error| panic!("{}: {sent}: {error}", path.display()));
        let verdict = message.judged(&inspector, &before);
        out += &format!("{sent}\n{}\n", line(&verdict));
        before.push(verdict);
    }
    (out, before.len())
}

#[test]
fn every_verdict_is_as_recorded() {
    let update = std::env::var_os("UPDATE_VECTORS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut messages, mut wrong) = (0, Vec::new());
    for path in files {
        let (should, count) = replayed(&path);
        messages += count;
        if update {
            std::fs::write(&path, should).unwrap();
            continue;
        }
        let is = std::fs::read_to_string(&path).unwrap();
        for (number, (is, should)) in is.lines().zip(should.lines()).enumerate() {
            if is != should {
                wrong.push(format!("{}:{}\n  recorded {is}\n  now      {should}", path.display(), number + 1));
            }
        }
        assert_eq!(is.lines().count(), should.lines().count(), "{}: a message without a verdict", path.display());
    }
    assert!(messages >= 300, "{messages} messages");
    assert!(wrong.is_empty(), "{} verdicts differ; if that is meant: make vectors\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_vector_shows_a_verdict_that_differs_in_one_byte() {
    let inspector = Inspector::builder().build().unwrap();
    let verdict = inspector.inspect(&Message::to_server(br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#));
    let mut other: Value = serde_json::from_str(&line(&verdict)).unwrap();
    assert!(other.get("versions").is_none());
    other["findings"][0]["span"] = json!([0, 1]);
    assert_ne!(other.to_string(), line(&verdict));
}
