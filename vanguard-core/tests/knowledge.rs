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
