//! What a message means because of the ones before it.

use vanguard_core::{
    Action, Answer, Confidence, FieldKind, Finding, Inspection, Inspector, Layer, LayerError, Message, RuleLayer,
    Severity, Visibility,
};

/// Reports the kind of every field as a finding, so that a test can read it.
#[derive(Debug)]
struct Kinds;

impl RuleLayer for Kinds {
    fn judge(&self, inspection: &Inspection<'_>, _: &[Answer]) -> Result<Vec<Finding>, LayerError> {
        let name = inspection.method(0).unwrap_or("-").to_owned();
        Ok(inspection
            .fields()
            .map(|field| {
                Finding::new(field.kind().as_str(), Layer::L1, Severity::Info, Confidence::Low)
                    .because(&name)
                    .at(field.pointer(), vanguard_core::Span::default())
            })
            .collect())
    }
}

fn inspector() -> Inspector {
    Inspector::builder().rule_layer(Kinds).build().unwrap()
}

fn kind(inspector: &Inspector, message: &Message<'_>, pointer: &str) -> (String, String) {
    let verdict = inspector.inspect(message);
    // A key has the pointer of its member and stands before it.
    let found = verdict.findings.iter().rfind(|finding| finding.pointer == pointer);
    let finding = found.unwrap_or_else(|| panic!("no field at {pointer}"));
    (finding.rule.clone(), finding.reason.clone())
}

const LISTING: &[u8] = br#"{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"t","inputSchema":{"properties":{
    "q":{"type":"string","description":"The SQL query to run"}}}}]}}"#;
const CALL: &[u8] = br#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"t","arguments":{"q":"x"}}}"#;

#[test]
fn a_listing_that_was_seen_tells_what_arguments_are() {
    let inspector = inspector();
    let at = "/params/arguments/q";
    let before = kind(&inspector, &Message::to_server(CALL).server("db"), at);
    assert_eq!(before.0, FieldKind::Unknown.as_str());
    assert_eq!(inspector.inspect(&Message::to_client(LISTING).server("db")).action, Action::Allow);
    assert_eq!(kind(&inspector, &Message::to_server(CALL).server("db"), at).0, FieldKind::Sql.as_str());
    assert_eq!(kind(&inspector, &Message::to_server(CALL).server("other"), at).0, FieldKind::Unknown.as_str());
}

const ANSWER: &[u8] = br#"{"jsonrpc":"2.0","id":2,"result":{"content":{"text":"x"},"model":"m"}}"#;
const SAMPLING: &[u8] = br#"{"jsonrpc":"2.0","id":2,"method":"elicitation/create","params":{"message":"?"}}"#;

#[test]
fn an_answer_is_judged_by_what_it_answers() {
    let inspector = inspector();
    let full = |message: Message<'static>| message.server("s").visibility(Visibility::Full);
    let answered = |message: &Message<'_>| kind(&inspector, message, "/result/model").1;
    assert_eq!(answered(&full(Message::to_server(ANSWER))), "-");
    let _ = inspector.inspect(&full(Message::to_client(SAMPLING)));
    assert_eq!(answered(&full(Message::to_server(ANSWER))), "elicitation/create");
    // It has been answered: a second answer answers nothing.
    assert_eq!(answered(&full(Message::to_server(ANSWER))), "-");
}

#[test]
fn middleware_says_what_is_answered() {
    let inspector = inspector();
    let origin = inspector.inspect(&Message::to_server(CALL)).origin.expect("a request has an origin");
    assert_eq!((origin.method(), origin.target()), ("tools/call", Some("t")));
    let reply = Message::to_client(ANSWER).in_reply_to(&origin);
    assert_eq!(kind(&inspector, &reply, "/result/model").1, "tools/call");
    let other = br#"{"jsonrpc":"2.0","id":9,"result":{"model":"m"}}"#;
    assert_eq!(kind(&inspector, &Message::to_client(other).in_reply_to(&origin), "/result/model").1, "-");
}

/// What is told of the ids of the last of several messages.
fn told(messages: &[(&str, bool)]) -> Vec<String> {
    let inspector = Inspector::builder().build().unwrap();
    let mut last = Vec::new();
    for (text, to_server) in messages {
        let message =
            if *to_server { Message::to_server(text.as_bytes()) } else { Message::to_client(text.as_bytes()) };
        let verdict = inspector.inspect(&message.server("s").visibility(Visibility::Full));
        last = verdict.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.pointer)).collect();
        assert!(verdict.action <= Action::Warn, "{verdict}");
    }
    last
}

#[test]
fn ids_that_answer_nothing_or_are_taken_are_told() {
    let ask = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"t"}}}}"#);
    let answer = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[]}}}}"#);
    let cancel = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}"#;
    let (ask, text, answer, other) = (ask("7"), ask("\"7\""), answer("7"), answer("\"7\""));
    let error = r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"x"}}"#;
    assert_eq!(told(&[(&answer, false)]), ["ID-UNKNOWN /id"]);
    assert_eq!(told(&[(&ask, true), (&answer, false), (error, false)]), ["ID-UNKNOWN /id"]);
    assert_eq!(told(&[(&ask, true), (&other, false)]), ["ID-TYPE /id"]);
    assert_eq!(told(&[(&text, true), (&answer, false)]), ["ID-TYPE /id"]);
    assert_eq!(told(&[(&ask, true), (&ask, true)]), ["ID-REUSED /id"]);
    // Its own side answers nothing.
    assert_eq!(told(&[(&ask, true), (&answer, true)]), ["ID-UNKNOWN /id"]);
    let none: [&str; 0] = [];
    for honest in [
        &[(&*ask, true), (&*answer, false)][..],
        &[(&ask, true), (error, false)],
        &[(&ask, true), (&text, true), (&other, false), (&answer, false)],
        &[(&ask, true), (&answer, false), (&ask, true)],
        // Both sides count their own ids.
        &[(&ask, true), (&ask, false), (&answer, true), (&answer, false)],
        &[(&ask, true), (cancel, true), (&answer, false)],
        &[(&ask, true), (cancel, true), (&ask, true)],
    ] {
        assert_eq!(told(honest), none, "{honest:?}");
    }
}

#[test]
fn an_id_that_a_batch_says_twice_is_told() {
    let ask = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"t"}}}}"#);
    let answer = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{"content":[]}}}}"#);
    let error = r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x"}}"#;
    let told = |asked: &str, answered: &str| {
        let inspector = Inspector::builder().build().unwrap();
        let full = |message: Message<'_>| {
            let message = message.server("s").protocol("2025-03-26").visibility(Visibility::Full);
            let verdict = inspector.inspect(&message);
            assert!(verdict.action <= Action::Warn, "{verdict}");
            verdict.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.pointer)).collect::<Vec<_>>()
        };
        [full(Message::to_server(asked.as_bytes())), full(Message::to_client(answered.as_bytes()))].concat()
    };
    let batch = |parts: &[String]| format!("[{}]", parts.join(","));
    let (one, two) = (batch(&[ask("1"), ask("2")]), batch(&[answer("2"), answer("1")]));
    assert!(told(&one, &two).is_empty());
    // As a string it is another id; a notification has none.
    let note = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.to_owned();
    let told_of = |asked: &[String], answered: &[String]| told(&batch(asked), &batch(answered));
    assert!(told_of(&[ask("1"), note.clone(), ask("\"1\""), note], &[answer("\"1\""), answer("1")]).is_empty());
    assert_eq!(told_of(&[ask("1"), ask("2"), ask("1")], &[answer("1"), answer("2")]), ["ID-REUSED /2/id"]);
    assert_eq!(told_of(&[ask("1"), ask("2")], &[answer("1"), answer("1")]), ["ID-REUSED /1/id"]);
    assert_eq!(told_of(&[ask("1"), ask("2")], &[answer("1"), error.to_owned()]), ["ID-REUSED /1/id"]);
    assert_eq!(told_of(&[ask("1"), ask("1"), ask("1")], &[answer("1")]), ["ID-REUSED /1/id", "ID-REUSED /2/id"]);
}

#[test]
fn what_a_batch_names_is_rid_of_secrets_for_its_answers_too() {
    let token = ["ghp_", "R7dY2mKx9QpW4sTn8vLb3JcH6fZa1eUgiXo0"].concat();
    let call = |id: u32| {
        serde_json::json!({"jsonrpc": "2.0", "id": id, "method": "resources/read",
            "params": {"uri": format!("https://x.example/a?access_token={token}")}})
    };
    for request in [call(1), serde_json::json!([call(1), call(2)])] {
        let inspector = Inspector::builder().build().unwrap();
        let full = |message: Message<'_>| {
            inspector.inspect(&message.server("s").protocol("2025-03-26").visibility(Visibility::Full))
        };
        let text = request.to_string();
        let verdict = full(Message::to_server(text.as_bytes()));
        assert!(verdict.findings.iter().any(|finding| finding.rule.starts_with("SECRET-")), "{verdict}");
        let known = format!("{:?}", inspector.knowledge().export());
        assert!(!known.contains(&token), "{known}");
    }
}
