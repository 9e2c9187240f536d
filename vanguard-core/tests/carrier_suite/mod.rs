//! The suite that every carrier runs: `tests/vectors/carrier.json` against anything that carries messages.

use serde_json::Value;
use vanguard_core::{DENIED, Flow, Profile};

/// What came out of a carrier for one message that went in.
pub(crate) struct Carried {
    /// What reached the other side.
    pub(crate) forward: Option<Vec<u8>>,
    /// What went back to the sender.
    pub(crate) reply: Option<Vec<u8>>,
}

/// Runs every case that `fits` the carrier: `open` makes a fresh connection with a profile, `send` carries one message. Gives how many.
pub(crate) fn run<C>(
    fits: impl Fn(&Value) -> bool,
    mut open: impl FnMut(Profile) -> C,
    mut send: impl FnMut(&mut C, Flow, &[u8]) -> Carried,
) -> usize {
    let text = include_str!("../../../tests/vectors/carrier.json");
    let vectors: Value = serde_json::from_str(text).expect("the vectors are JSON");
    let cases: Vec<_> = vectors["cases"].as_array().expect("cases").iter().filter(|case| fits(case)).collect();
    for case in &cases {
        let profile = Profile::ALL.into_iter().find(|profile| case["profile"] == profile.as_str()).unwrap_or_default();
        let mut carrier = open(profile);
        for (at, step) in case["steps"].as_array().expect("steps").iter().enumerate() {
            let place = format!("{} (step {at})", case["name"]);
            let flow = if step["flow"] == "to_server" { Flow::ToServer } else { Flow::ToClient };
            let message = message(step);
            let carried = send(&mut carrier, flow, &message);
            match &step["forward"] {
                Value::String(same) if same == "same" => {
                    assert_eq!(
                        carried.forward.as_deref().map(String::from_utf8_lossy),
                        Some(String::from_utf8_lossy(&message)),
                        "{place}"
                    );
                }
                Value::String(_) => assert!(carried.forward.is_none(), "{place}: reached the other side"),
                error => assert_error(carried.forward.as_deref(), error, &place),
            }
            match &step["reply"] {
                Value::Null | Value::String(_) => assert!(carried.reply.is_none(), "{place}: answered"),
                error => assert_error(carried.reply.as_deref(), error, &place),
            }
        }
    }
    cases.len()
}

/// The bytes that a step sends.
fn message(step: &Value) -> Vec<u8> {
    let bytes = |text: &str| text.chars().map(|byte| u8::try_from(byte).expect("a byte")).collect();
    match (step["message"].as_str(), step["latin1"].as_str()) {
        (Some(text), None) => text.as_bytes().to_vec(),
        (None, Some(text)) => bytes(text),
        _ => panic!("a step without its message: {step}"),
    }
}

fn assert_error(answer: Option<&[u8]>, expected: &Value, place: &str) {
    let answer: Value =
        serde_json::from_slice(answer.unwrap_or_else(|| panic!("{place}: no answer"))).expect("an answer is JSON");
    let (answers, ids) = match expected.get("errors") {
        Some(ids) => {
            (answer.as_array().expect("an array answers a batch").clone(), ids.as_array().expect("ids").clone())
        }
        None => (vec![answer], vec![expected["error"].clone()]),
    };
    assert_eq!(answers.iter().map(|answer| answer["id"].clone()).collect::<Vec<_>>(), ids, "{place}");
    for answer in answers {
        assert_eq!(answer["error"]["code"], DENIED, "{place}");
        let vanguard = &answer["error"]["data"]["vanguard"];
        assert!(vanguard["rules"].as_array().is_some_and(|rules| !rules.is_empty()), "{place}: {vanguard}");
        assert!(!answer["error"]["message"].as_str().unwrap_or_default().is_empty(), "{place}");
    }
}
