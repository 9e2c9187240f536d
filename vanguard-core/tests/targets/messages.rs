//! From bytes to a verdict.

use std::cell::{Cell, RefCell};

use serde_json::{Map, Value};
use vanguard_core::exchange::Session;
use vanguard_core::message::{HeadScan, IssueKind, NONE, NodeId, NodeKind, Tape, read};
use vanguard_core::{
    Action, DENIED, Exchange, Flow, Framing, Inspector, Limits, Message, Profile, Verdict, Visibility,
};

/// Spans and parents lie inside, and what is accepted is what another reader of JSON understands.
pub(super) fn reader(input: &[u8]) {
    let mut limits = Limits::default();
    limits.depth = 127; // where `serde_json` stops
    let mut tape = Tape::new();
    for framing in [Framing::Line, Framing::Body] {
        read(input, framing, &limits, &mut tape);
        assert!(tape.is_complete() || !tape.issues().is_empty(), "stopped without a reason");
        for (id, node) in tape.nodes().iter().enumerate() {
            assert!(
                node.source.start <= node.source.end && node.source.end as usize <= input.len(),
                "source of node {id}"
            );
            assert!(
                node.text.start <= node.text.end && node.text.end as usize <= tape.arena().len(),
                "text of node {id}"
            );
            assert!(node.parent == NONE || (node.parent as usize) < id, "parent of node {id}");
            assert!(node.end as usize > id && node.end as usize <= tape.nodes().len(), "end of node {id}");
        }
        assert!(tape.arena().len() <= input.len(), "the arena outgrew the message");
        let only_warned = tape.issues().iter().all(|issue| issue.kind == IssueKind::SurrogateInText);
        if tape.is_complete() && only_warned && tape.issues().is_empty() {
            let theirs: Value = serde_json::from_slice(input).expect("accepted, but not JSON to another reader");
            assert!(value(&tape, 0, input) == theirs, "read differently");
        }
    }
}

fn value(tape: &Tape, id: NodeId, input: &[u8]) -> Value {
    let node = tape.node(id).expect("a node");
    let text = |id| String::from_utf8(tape.text(id).to_vec()).expect("UTF-8");
    match node.kind {
        NodeKind::Null => Value::Null,
        NodeKind::Bool | NodeKind::Number => serde_json::from_slice(node.source.of(input)).expect("a literal"),
        NodeKind::String | NodeKind::Key => Value::String(text(id)),
        NodeKind::Array => tape.elements(id).map(|element| value(tape, element, input)).collect(),
        NodeKind::Object => {
            let members: Map<_, _> =
                tape.members(id).map(|(key, member)| (text(key), value(tape, member, input))).collect();
            Value::Object(members)
        }
    }
}

/// It finds the same however the bytes come in, and the id that the strict reader finds.
pub(super) fn head_scan(input: &[u8]) {
    let mut whole = HeadScan::new();
    whole.push(input);
    let mut pieces = HeadScan::new();
    input.chunks(3).for_each(|chunk| pieces.push(chunk));
    assert_eq!((whole.id(), whole.method(), whole.kind()), (pieces.id(), pieces.method(), pieces.kind()));
    assert_eq!(whole.bytes(), input.len() as u64);

    let verdict = inspector(Profile::Balanced, 0).preview(&Message::to_server(input));
    let honest = verdict.findings.is_empty() && verdict.kind.is_some();
    if honest && let Some(id) = verdict.id() {
        let id = serde_json::to_value(id).expect("an id");
        if id.to_string().len() < 200 {
            assert_eq!(whole.id(), Some(id), "another id than the reader's");
        }
    }
}

/// A verdict for everything, the same each time; its places lie in the message and its edits leave valid JSON.
pub(super) fn inspect(input: &[u8]) {
    let Some((first, messages)) = input.split_first() else { return };
    let profile = [Profile::Monitor, Profile::Balanced, Profile::Strict][usize::from(first & 3) % 3];
    let framing = if first & 4 == 0 { Framing::Line } else { Framing::Body };
    let visibility = if first & 8 == 0 { Visibility::Full } else { Visibility::default() };
    let (one, other, session) = (inspector(profile, 0), inspector(profile, 1), session());
    for (number, bytes) in messages.split(|byte| *byte == b'\n').enumerate() {
        let flow = if (usize::from(first >> 4) + number).is_multiple_of(2) { Flow::ToServer } else { Flow::ToClient };
        let message =
            Message::new(flow, bytes).server("fuzz").session(&session).framing(framing).visibility(visibility);
        let preview = one.preview(&message);
        let verdict = one.inspect(&message);
        let again = other.inspect(&message);
        let json = |verdict: &Verdict| verdict.to_json(&Value::from(number));
        assert_eq!(json(&preview), json(&verdict), "a preview is another verdict");
        assert_eq!(json(&verdict), json(&again), "the same message, the same state, another verdict");
        assert!(verdict.would >= verdict.action);
        assert!(profile != Profile::Monitor || verdict.action <= Action::Warn, "monitor does more than warn");
        for finding in &verdict.findings {
            assert!(finding.span.start <= finding.span.end && finding.span.end as usize <= bytes.len(), "{finding:?}");
            assert!(finding.evidence.len() <= 200 && !finding.rule.is_empty(), "{finding:?}");
        }
        for pair in verdict.edits.windows(2) {
            assert!(pair[0].span.end <= pair[1].span.start, "edits overlap: {:?}", verdict.edits);
        }
        if verdict.action == Action::Edit {
            serde_json::from_slice::<Value>(&verdict.apply(bytes)).expect("an edit left something that is not JSON");
        } else {
            assert_eq!(&*verdict.apply(bytes), bytes);
        }
        if verdict.is_blocked() {
            serde_json::from_slice::<Value>(&verdict.error_response()).expect("an answer that is not JSON");
        }
    }
}

/// What is let through is what came, a request is let through or answered, never both, and a notification is never answered with an id.
pub(super) fn exchange(input: &[u8]) {
    let Some((first, messages)) = input.split_first() else { return };
    let profile = [Profile::Balanced, Profile::Strict][usize::from(first & 1)];
    let named = Session { session: Some(session()), framing: Framing::Line, ..Session::default() };
    let exchange = Exchange::new(inspector(profile, 2), named);
    for (number, bytes) in messages.split(|byte| *byte == b'\n').enumerate() {
        let flow = if (usize::from(first >> 1) + number).is_multiple_of(2) { Flow::ToServer } else { Flow::ToClient };
        let outcome = exchange.handle(flow, bytes);
        assert!(outcome.hold.is_none(), "held without an approver");
        // Only a batch can hold answers and requests, whose senders are on different sides.
        let batch = outcome.verdict.kind.is_none();
        assert!(outcome.forward.is_none() || outcome.reply.is_none() || batch, "let through and answered");
        if let Some(forward) = &outcome.forward
            && outcome.verdict.is_blocked()
        {
            // A refused answer: whoever asked gets an error in its place.
            let answer: Value = serde_json::from_slice(forward).expect("an answer that is not JSON");
            let answers = answer.as_array().map_or(std::slice::from_ref(&answer), Vec::as_slice);
            for answer in answers {
                assert_eq!(answer["error"]["code"], DENIED, "a blocked message went through");
            }
        } else if let Some(forward) = &outcome.forward {
            assert!(outcome.verdict.action == Action::Edit || &**forward == bytes, "changed without an edit");
        }
        if let Some(reply) = &outcome.reply {
            let reply: Value = serde_json::from_slice(reply).expect("an answer that is not JSON");
            assert!(outcome.record.is_some(), "refused without a record");
            assert!(reply.is_array() || reply.get("jsonrpc").is_some());
        }
        assert!(!exchange_line_break(outcome.reply.as_deref()), "a newline inside an answer");
    }
    for answer in exchange.closed() {
        serde_json::from_slice::<Value>(&answer).expect("an answer that is not JSON");
    }
}

fn exchange_line_break(reply: Option<&[u8]>) -> bool {
    reply.is_some_and(|reply| reply.contains(&b'\n'))
}

/// Building one costs more than a thousand inspections, so they are kept: two of each profile, so that each input can be given to two that
/// have seen the same. Inputs don't disturb one another since each has a session of its own ([`session`]).
fn inspector(profile: Profile, twin: usize) -> Inspector {
    thread_local!(static KEPT: RefCell<Vec<(Profile, usize, Inspector)>> = const { RefCell::new(Vec::new()) });
    KEPT.with_borrow_mut(|kept| {
        if let Some((_, _, inspector)) = kept.iter().find(|(p, t, _)| (*p, *t) == (profile, twin)) {
            return inspector.clone();
        }
        let inspector = Inspector::builder().profile(profile).build().expect("the built-in configuration");
        kept.push((profile, twin, inspector.clone()));
        inspector
    })
}

/// A session that nobody has used.
fn session() -> String {
    thread_local!(static USED: Cell<u64> = const { Cell::new(0) });
    format!("s-{}", USED.replace(USED.get() + 1))
}
