//! The three layer traits, implemented as a host would, and the order in which they compose.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::Duration;

use vanguard_core::{
    Action, Answer, BehaviorLayer, Confidence, Exchange, Finding, Flow, Inspection, Inspector, Layer, LayerError,
    Message, Profile, Query, RuleLayer, SemanticLayer, Session, Severity,
};

const CALL: &[u8] =
    br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"note","arguments":{"text":"hello"}}}"#;

fn found(rule: &str, layer: Layer, severity: Severity) -> Finding {
    Finding::new(rule, layer, severity, Confidence::High).because("a test says so")
}

/// L1: finds the word `hello`.
#[derive(Debug)]
struct Greets(Severity);

impl RuleLayer for Greets {
    fn judge(&self, inspection: &Inspection<'_>, _: &[Answer]) -> Result<Vec<Finding>, LayerError> {
        let hits = inspection.fields().filter(|field| field.text() == "hello");
        Ok(hits
            .map(|field| {
                let span = field.span(vanguard_core::Span::new(0, 5));
                found("T1", Layer::L1, self.0).at(field.pointer(), span)
            })
            .collect())
    }
}

/// L2: asks somebody whether it is harmful, if L1 saw something.
#[derive(Debug)]
struct Asks;

impl SemanticLayer for Asks {
    fn plan(&self, inspection: &Inspection<'_>) -> Vec<Query> {
        let asks = inspection.findings().iter().any(|finding| finding.layer == Layer::L1);
        let query = Query::new("is it harmful?", b"?".to_vec(), Duration::from_millis(50));
        asks.then_some(query).into_iter().collect()
    }

    fn judge(&self, _: &Inspection<'_>, answers: &[Answer]) -> Result<Vec<Finding>, LayerError> {
        match answers {
            [] => Ok(Vec::new()),
            [Ok(answer)] if answer == b"yes" => Ok(vec![found("T2", Layer::L2, Severity::Critical)]),
            [Ok(_)] => Ok(Vec::new()),
            [Err(error), ..] => Err(error.clone()),
            _ => Err(LayerError::Failed("one answer was expected".to_owned())),
        }
    }
}

/// L3: counts what passed and what was blocked.
#[derive(Debug, Default)]
struct Counts(Arc<(AtomicU32, AtomicU32)>);

impl BehaviorLayer for Counts {
    fn judge(&self, inspection: &Inspection<'_>, _: &[Answer]) -> Result<Vec<Finding>, LayerError> {
        let many = self.0.0.load(Ordering::Relaxed) >= 2;
        assert!(inspection.findings().iter().all(|finding| finding.layer < Layer::L3));
        Ok(many.then(|| found("T3", Layer::L3, Severity::High)).into_iter().collect())
    }

    fn settle(&self, _: &Inspection<'_>, blocked: bool) {
        let counter = if blocked { &self.0.1 } else { &self.0.0 };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Drives a future that is always ready: no runtime is needed.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for something"),
    }
}

#[test]
fn findings_point_at_the_message() {
    let inspector = Inspector::builder().rule_layer(Greets(Severity::High)).build().unwrap();
    let verdict = inspector.inspect(&Message::to_server(CALL));
    assert_eq!(verdict.action, Action::Block);
    let finding = &verdict.findings[0];
    assert_eq!(finding.pointer, "/params/arguments/text");
    assert_eq!(finding.span.of(CALL), b"hello");
}

#[test]
fn a_layer_that_would_ask_is_reported_and_asked_where_one_can() {
    let inspector = Inspector::builder().rule_layer(Greets(Severity::Info)).semantic_layer(Asks).build().unwrap();
    let message = Message::to_server(CALL);
    let verdict = inspector.inspect(&message);
    assert_eq!((verdict.action, verdict.undecided[0].question.as_str()), (Action::Allow, "is it harmful?"));
    let yes = ready(inspector.inspect_async(&message, async |query| {
        assert_eq!(query.deadline, Duration::from_millis(50));
        Ok(b"yes".to_vec())
    }));
    assert_eq!(yes.action, Action::Block);
    assert_eq!(yes.findings.iter().map(|finding| finding.rule.as_str()).collect::<Vec<_>>(), ["T1", "T2"]);
    let no = ready(inspector.inspect_async(&message, async |_| Ok(b"no".to_vec())));
    assert_eq!((no.action, no.undecided.len()), (Action::Allow, 0));
}

#[test]
fn a_later_layer_never_lowers_what_an_earlier_one_decided() {
    let inspector = Inspector::builder().rule_layer(Greets(Severity::Critical)).semantic_layer(Asks).build().unwrap();
    let verdict = ready(inspector.inspect_async(&Message::to_server(CALL), async |_| Ok(b"no".to_vec())));
    assert_eq!(verdict.action, Action::Block);
}

#[test]
fn a_layer_that_fails_blocks_and_in_monitor_warns() {
    for (profile, action) in
        [(Profile::Balanced, Action::Block), (Profile::Strict, Action::Block), (Profile::Monitor, Action::Warn)]
    {
        let inspector = Inspector::builder()
            .profile(profile)
            .rule_layer(Greets(Severity::Info))
            .semantic_layer(Asks)
            .build()
            .unwrap();
        let verdict = ready(inspector.inspect_async(&Message::to_server(CALL), async |_| Err(LayerError::Deadline)));
        assert_eq!((verdict.action, verdict.would), (action, Action::Block), "{profile:?}");
        assert!(
            verdict
                .findings
                .iter()
                .any(|finding| finding.rule == "LAYER-FAILED" && finding.reason.contains("deadline"))
        );
    }
}

#[test]
fn behaviour_counts_once_the_verdict_stands_and_not_in_a_preview() {
    let counts = Arc::default();
    let inspector = Inspector::builder().behavior_layer(Counts(Arc::clone(&counts))).build().unwrap();
    let message = Message::to_server(CALL);
    let _ = inspector.preview(&message);
    assert_eq!(counts.0.load(Ordering::Relaxed), 0);
    let actions: Vec<_> = (0..4).map(|_| inspector.inspect(&message).action).collect();
    assert_eq!(actions, [Action::Allow, Action::Allow, Action::Block, Action::Block]);
    assert_eq!((counts.0.load(Ordering::Relaxed), counts.1.load(Ordering::Relaxed)), (2, 2));
}

/// L1: finds two things of the same weight, and a lighter one before them.
#[derive(Debug)]
struct Twice;

impl RuleLayer for Twice {
    fn judge(&self, _: &Inspection<'_>, _: &[Answer]) -> Result<Vec<Finding>, LayerError> {
        let severities = [("LIGHT", Severity::High), ("FIRST", Severity::Critical), ("SECOND", Severity::Critical)];
        Ok(severities.map(|(rule, severity)| found(rule, Layer::L1, severity)).into())
    }
}

#[test]
fn the_first_of_the_strongest_findings_is_what_a_person_reads() {
    let inspector = Inspector::builder().rule_layer(Twice).build().unwrap();
    let verdict = inspector.inspect(&Message::to_server(CALL));
    assert_eq!(verdict.decisive().unwrap().rule, "FIRST");
    assert!(verdict.message().contains("(FIRST)"), "{}", verdict.message());
    let record = Exchange::new(inspector, Session::default()).handle(Flow::ToServer, CALL).record.unwrap();
    assert!(record.human().contains("[FIRST]"), "{}", record.human());
}
