//! Families of attacks and of honest traffic beside them, as whole messages through a default `balanced` inspector.
//!
//! Each file of `tests/families` is a family: a list of sections, each with a place in a message and the texts that stand there.
//! An attack must be blocked (or, with `expect: flagged`, found); what is honest must pass without a word.
//!
//! ```yaml
//! - at: {tool: run, argument: command}   # a call; `capabilities` of the tool follow from its name
//!   attacks: ["rm -rf /"]
//!   honest: ["rm -rf build"]
//! - at: {tool: find, arguments: true}    # each text is a call's arguments, in JSON
//! - at: {result: fetch}                  # a text that a tool answered with
//! - at: {describes: add_note}            # a tool's description in a listing
//! - at: {lists: true}                    # each text is a whole tool definition, in JSON
//! - at: {asks: true}                     # each text is what a form asks a person for: fields by name, or a `url`; and a `message`
//! ```

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};
use vanguard_core::{Action, Inspector, Message};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    at: Place,
    #[serde(default)]
    expect: Expect,
    #[serde(default)]
    attacks: Vec<String>,
    #[serde(default)]
    honest: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Place {
    Call {
        tool: String,
        argument: String,
    },
    Arguments {
        tool: String,
        #[expect(dead_code, reason = "the key alone says what it is")]
        arguments: bool,
    },
    #[expect(dead_code, reason = "the key alone says what it is")]
    Result {
        result: String,
    },
    Description {
        describes: String,
    },
    #[expect(dead_code, reason = "the key alone says what it is")]
    Definition {
        lists: bool,
    },
    #[expect(dead_code, reason = "the key alone says what it is")]
    Form {
        asks: bool,
    },
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Expect {
    #[default]
    Blocked,
    Flagged,
}

impl Place {
    /// The message with `text` at this place.
    fn message(&self, text: &str) -> Value {
        match self {
            Self::Call { tool, argument } => json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": {"name": tool, "arguments": {argument: text}}}),
            Self::Arguments { tool, .. } => json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": {"name": tool, "arguments": serde_json::from_str::<Value>(text).expect("arguments in JSON")}}),
            Self::Result { .. } => json!({"jsonrpc": "2.0", "id": 1,
                "result": {"content": [{"type": "text", "text": text}], "isError": false}}),
            Self::Description { describes } => listing(&json!({"name": describes, "description": text,
                "inputSchema": {"type": "object", "properties": {}}})),
            Self::Form { .. } => form(serde_json::from_str(text).expect("fields or a link in JSON")),
            Self::Definition { .. } => listing(&serde_json::from_str(text).expect("a tool definition in JSON")),
        }
    }

    fn action(&self, inspector: &Inspector, text: &str) -> (Action, String) {
        let bytes = self.message(text).to_string();
        let message = match self {
            Self::Call { .. } | Self::Arguments { .. } => Message::to_server(bytes.as_bytes()),
            _ => Message::to_client(bytes.as_bytes()),
        };
        let verdict = inspector.inspect(&message);
        (verdict.action, verdict.to_string())
    }
}

fn form(mut asked: serde_json::Map<String, Value>) -> Value {
    let message = asked.remove("message").unwrap_or_else(|| "Please fill in".into());
    let params = match asked.remove("url") {
        Some(url) => json!({"mode": "url", "elicitationId": "e-1", "url": url, "message": message}),
        None => json!({"message": message, "requestedSchema": {"type": "object", "properties": asked}}),
    };
    json!({"jsonrpc": "2.0", "id": 1, "method": "elicitation/create", "params": params})
}

fn listing(tool: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": [tool]}})
}

impl Expect {
    fn met(self, action: Action) -> bool {
        // A tool removed from its listing never reaches the model.
        action >= if self == Self::Blocked { Action::Edit } else { Action::Warn }
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/families");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn attacks_are_stopped_and_honest_traffic_passes() {
    let inspector = Inspector::builder().build().unwrap();
    let mut wrong = String::new();
    for file in files() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let sections: Vec<Section> =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (attacks, honest) = sections.iter().fold((0, 0), |(a, h), s| (a + s.attacks.len(), h + s.honest.len()));
        if attacks < 50 || honest < 50 {
            writeln!(wrong, "{name}: {attacks} attacks and {honest} honest texts; a family has 50 of each").unwrap();
        }
        for section in &sections {
            for attack in &section.attacks {
                let (action, told) = section.at.action(&inspector, attack);
                if !section.expect.met(action) {
                    writeln!(wrong, "{name}: passed: {attack:?}: {told}").unwrap();
                }
            }
            for text in &section.honest {
                let (action, told) = section.at.action(&inspector, text);
                if action != Action::Allow {
                    writeln!(wrong, "{name}: refused: {text:?}: {told}").unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
