//! What an answer is to its session: where its texts are from, and what it tells the model to do.

use crate::behavior::act::Act;
use crate::behavior::event::{Event, named_places};
use crate::behavior::flow::{Said, Source};
use crate::behavior::label::Label;
use crate::behavior::session::Session;
use crate::behavior::words::by_name;
use crate::config::{Config, Detector, Setting};
use crate::finding::Finding;
use crate::inspection::Inspection;
use crate::message::{Field, FieldKind, Flow, MessageKind, NodeKind};
use crate::session::Name;
use crate::verdict::{Edit, EditOp};

/// What an answer is to its session, and as what its texts are remembered.
pub(super) fn source_of(
    inspection: &Inspection<'_>,
    session: &Session,
    event: &mut Event<'_>,
    findings: &[Finding],
    now: u64,
) -> Option<Source> {
    let asked = session.asked(event);
    let server =
        asked.and_then(|asked| asked.what.server.clone()).or_else(|| inspection.context().server.map(Name::new));
    let is_result =
        inspection.envelopes().get(event.element as usize).is_some_and(|one| one.kind == Some(MessageKind::Result));
    let of = asked.map_or_else(|| by_name(event.tool), |asked| asked.what.acts);
    let calls = matches!(event.method, b"tools/call" | b"resources/read" | b"");
    if !is_result || event.flow != Flow::ToClient || !(asked.is_some() || calls) {
        return None;
    }
    let mine = || findings.iter().filter(|finding| event.is_mine(inspection, &finding.pointer));
    let personal = mine().any(|finding| finding.rule.starts_with("PII-"));
    let label = asked.and_then(|asked| asked.what.label).unwrap_or(match () {
        () if of.has(Act::SensitiveRead) || of.has(Act::EnvRead) => Label::Secret,
        () if personal || of.has(Act::Private) || of.has(Act::Database) => Label::Private,
        () if of.has(Act::Untrusted) || of.has(Act::Network) => Label::Untrusted,
        () => Label::Plain,
    });
    event.acts.add(Act::Untrusted, label == Label::Untrusted);
    event.acts.add(Act::Private, label >= Label::Private);
    let tool = asked.map_or_else(|| Name::new(event.tool_name()), |asked| asked.what.tool.clone());
    let call = asked.map_or(session.calls, |asked| asked.call);
    let certain = of.has(Act::SensitiveRead) || asked.is_some_and(|asked| asked.what.label == Some(Label::Secret));
    Some(Source { server, tool, call, at: now, label, lines: false, certain })
}

/// Remembers what a tool said.
pub(super) fn remember(
    inspection: &Inspection<'_>,
    config: &Config,
    session: &mut Session,
    event: &Event<'_>,
    source: Source,
) {
    let stranger = matches!(source.label, Label::Untrusted);
    for field in texts(inspection, event) {
        let text = std::str::from_utf8(field.text.of(inspection.tape().arena())).unwrap_or_default();
        named_places(text, 64, |place| session.name_place(place, stranger));
    }
    if config.behavior.setting(Detector::Flows) != Setting::Off {
        remember_texts(inspection, config, session, event, source);
    }
}

/// The texts of a result.
fn texts<'i>(inspection: &Inspection<'i>, event: &Event<'_>) -> impl Iterator<Item = &'i Field> {
    let (tape, element) = (inspection.tape, event.element);
    let says = |kind| !matches!(kind, FieldKind::Opaque | FieldKind::Identifier);
    let texts = inspection.fields.iter().filter(move |field| field.element == element && says(field.kind));
    texts.filter(|field| tape.node(field.node).is_some_and(|node| node.kind == NodeKind::String))
}

fn remember_texts(
    inspection: &Inspection<'_>,
    config: &Config,
    session: &mut Session,
    event: &Event<'_>,
    mut source: Source,
) {
    let long = texts(inspection, event).filter(|field| field.text.len() >= 12).count();
    source.lines = long == 1;
    let arena = inspection.tape().arena();
    let said = texts(inspection, event).zip(1_u16..).map(|(field, value)| Said { text: field.text.of(arena), value });
    session.flows.remember(source, said, config.behavior.memory.session / 2);
}

/// Remembers the values that L1 found to be secret.
pub(super) fn remember_values(config: &Config, session: &mut Session, (source, values): (&Source, &[Vec<u8>])) {
    if !values.is_empty() {
        let secret = Source { label: Label::Secret, certain: true, ..source.clone() };
        let said = values.iter().zip(1..).map(|(text, value)| Said { text, value });
        session.flows.remember(secret, said, config.behavior.memory.session / 2);
    }
}

/// Remembers what of a result is secret beyond doubt, for all sessions of a principal.
pub(super) fn remember_secrets(
    inspection: &Inspection<'_>,
    config: &Config,
    owner: &mut Session,
    event: &Event<'_>,
    (source, values): (&Source, &[Vec<u8>]),
) {
    remember_values(config, owner, (source, values));
    if source.label == Label::Secret && source.certain {
        remember_texts(inspection, config, owner, event, source.clone());
    }
}

/// Whether an order is left in a message once what is taken out of it is gone: a tool that never arrives steers nobody.
pub(super) fn gives_orders(inspection: &Inspection<'_>, event: &Event<'_>, edits: &[Edit]) -> bool {
    let removed = |pointer: &str| {
        let mut removals = edits.iter().filter(|edit| edit.op == EditOp::Remove);
        removals.any(|edit| {
            pointer.strip_prefix(&edit.pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let mut mine = inspection.findings().iter().filter(|finding| event.is_mine(inspection, &finding.pointer));
    mine.any(|finding| is_order(&finding.rule) && !removed(&finding.pointer))
}

/// Whether a rule finds orders to the model.
pub(super) fn is_order(rule: &str) -> bool {
    rule.starts_with("TEXT-") || rule.starts_with("HIDDEN-")
}
