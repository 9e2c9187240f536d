//! A message held against its session, and taken in once its verdict stands.

use std::cell::LazyCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::act::{Act, Acts};
use super::budget::Budgets;
use super::chains::{Chain, chains};
use super::event::{Event, Kind, Odd, Payload, event, named_places};
use super::export::BehaviorExport;
use super::flow::{Said, Source};
use super::habit::{Baseline, Habit, Learner};
use super::hash::{hash, mix};
use super::label::Label;
use super::outward::{Outgoing, Outward, place_of};
use super::progress::{Moment, Progress};
use super::risk::{self, RiskLevel};
use super::session::Session;
use super::sessions::{Id, Sessions};
use super::state::{StateError, StateStore};
use super::sweep::{Ask, Of, host_asks};
use crate::config::{Config, Detector, Reach, Reached, Setting};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{Context, FieldKind, Flow, MessageKind, NodeKind, Span};
use crate::rules::own;
use crate::session::Name;
use crate::verdict::{Action, Edit, EditOp};

/// L3 as it is built in.
#[derive(Debug)]
pub(crate) struct Behavior {
    sessions: Sessions,
    store: Arc<dyn StateStore>,
    budgets: Budgets,
    chains: Vec<Chain>,
    /// What is learned, if anything is.
    learner: Option<Learner>,
    /// The clock is not asked: what is judged was recorded.
    replays: bool,
}

/// What was seen of a message, for its settling.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    id: Id,
    at: Option<Duration>,
    seen: Vec<Seen<'a>>,
    /// The session, if it was known.
    known: Option<Arc<Mutex<Session>>>,
}

#[derive(Debug)]
struct Seen<'a> {
    event: Event<'a>,
    copy: bool,
    source: Option<Source>,
    outgoing: Outgoing,
    asks: Vec<Ask>,
    /// The sequences that it completes.
    completed: Vec<usize>,
    /// Values that L1 found to be secret in what a tool said.
    secrets: Vec<Vec<u8>>,
}

impl<'a> Seen<'a> {
    fn of(event: Event<'a>, session: &Session) -> Self {
        Self {
            copy: session.is_copy(&event),
            event,
            source: None,
            outgoing: Outgoing::default(),
            asks: Vec::new(),
            completed: Vec::new(),
            secrets: Vec::new(),
        }
    }
}

impl Behavior {
    pub(crate) fn new(config: &Config, store: Arc<dyn StateStore>, (replays, learns): (bool, bool)) -> Self {
        let behavior = &config.behavior;
        Self {
            sessions: Sessions::new(behavior.memory),
            store,
            budgets: Budgets::new(behavior),
            chains: chains(&behavior.sequences),
            learner: learns.then(Learner::default),
            replays,
        }
    }

    /// What this message is after the ones before it. Changes nothing. `now` is the clock's time; `payloads` is a buffer to use, which
    /// [`Behavior::settle`] gives back.
    pub(crate) fn judge<'a>(
        &self,
        inspection: &Inspection<'a>,
        config: &Config,
        findings: &mut Vec<Finding>,
        (now, mut payloads): (Option<Duration>, Vec<Payload>),
    ) -> Option<Judged<'a>> {
        let context = inspection.context();
        let id = Id::of(context)?;
        let at = context.at.or(now.filter(|_| !self.replays));
        let mut found = Vec::new();
        let known = self.sessions.get(id);
        let locked = known.as_deref().map(lock);
        let empty = LazyCell::new(Session::default);
        let session = locked.as_deref().unwrap_or_else(|| LazyCell::force(&empty));
        let mut seen = Vec::with_capacity(inspection.envelopes.len());
        for (element, envelope) in (0_u32..).zip(inspection.envelopes) {
            let buffer = std::mem::take(&mut payloads);
            let known = |tool: &str| session.acts_of(tool);
            let event = event(inspection, config, findings, (element, envelope), (known, buffer));
            seen.push(Seen::of(event, session));
            if let Some(one) = seen.last_mut() {
                self.judge_one(inspection, config, (findings, &mut found), session, one, (id, at));
            }
        }
        drop(locked);
        let tags = |finding: &mut Finding| {
            finding.taxonomy = taxonomy(&finding.rule);
        };
        found.iter_mut().for_each(tags);
        findings.append(&mut found);
        Some(Judged { id, at, seen, known })
    }

    fn judge_one(
        &self,
        inspection: &Inspection<'_>,
        config: &Config,
        (earlier, found): (&[Finding], &mut Vec<Finding>),
        session: &Session,
        seen: &mut Seen<'_>,
        (id, at): (Id, Option<Duration>),
    ) {
        let behavior = &config.behavior;
        let setting = |detector| behavior.setting(detector);
        let now = at.map_or(session.time.now(), |at| session.time.at(at));
        if seen.copy {
            return;
        }
        let (event, start) = (&mut seen.event, found.len());
        let context = inspection.context();
        if let Some(at) = at.filter(|_| setting(Detector::Budgets) != Setting::Off) {
            match self.budgets.judge(&*self.store, (id, context, event), at) {
                Ok(spent) => found.extend(spent.map(|finding| under(setting(Detector::Budgets), finding))),
                Err(error) => found.push(failed(&error)),
            }
        }
        if event.kind == Kind::Answer {
            seen.source = answer(inspection, session, event, earlier, now);
            let mine = earlier
                .iter()
                .filter(|finding| finding.rule.starts_with("SECRET-") && event.is_mine(inspection, &finding.pointer));
            let values = mine.filter_map(|finding| finding.held.as_ref()).map(|held| held.reveal().to_vec());
            seen.secrets.extend(values.filter(|_| seen.source.is_some()).take(64));
            event.acts.add(Act::SensitiveRead, !seen.secrets.is_empty());
        }
        if event.kind == Kind::Call && event.flow == Flow::ToServer {
            let (downloaded, written) = session.runs(event);
            event.acts.add(Act::RunsDownloaded, downloaded);
            event.acts.add(Act::RunsWritten, written > Odd::Nothing);
            event.acts.add(Act::RunsRisky, written == Odd::Content);
            let told = event.destination.as_ref().is_some_and(|to| session.is_told(to.hash()));
            event.acts.add(Act::ToldDestination, told && event.acts.has(Act::NetworkSend));
            if event.leaves() {
                let listed = is_listed(config, context.server, event);
                let begin = found.len();
                let outward = Outward { inspection, config: behavior, session, event, now, listed };
                let (outgoing, opaque) = outward.judge(found);
                seen.outgoing = outgoing;
                event.acts.add(Act::OpaqueSend, opaque);
                for finding in found.iter_mut().skip(begin) {
                    let detector = match finding.rule.split('-').next() {
                        Some("FLOW") => Detector::Flows,
                        Some("ENTROPY") => Detector::Entropy,
                        _ => Detector::Dripping,
                    };
                    *finding = under(setting(detector), finding.clone());
                }
            }
            if let Some(baseline) = behavior.baseline.as_ref().filter(|_| setting(Detector::Anomaly) != Setting::Off) {
                let none = Habit::default();
                let habit = session.habit.as_deref().unwrap_or(&none);
                for (rule, why, what) in habit.judge(baseline, event.tool, event.bytes, now) {
                    let way = mix(what, hash(rule.as_bytes()));
                    if !session.was_told(way, now.saturating_sub(600_000_000)) {
                        let finding = Finding::new(rule, Layer::L3, Severity::Medium, Confidence::Low).because(why);
                        found.push(finding.at("/params", Span::default()));
                        seen.outgoing.told.push(way);
                    }
                }
            }
            if setting(Detector::Enumeration) != Setting::Off {
                seen.asks = asks(inspection, event);
                let sweep = seen.asks.iter().find_map(|ask| Some((ask, session.sweeps.judge(*ask, now)?)));
                if let Some((ask, many)) = sweep {
                    found.extend(
                        self.sweep(session, event, ask, many, now)
                            .map(|finding| under(setting(Detector::Enumeration), finding)),
                    );
                    seen.outgoing.told.push(way(ask));
                }
            }
        }
        event.acts = with_findings(
            event.acts,
            earlier.iter().filter(|finding| event.is_mine(inspection, &finding.pointer)),
            event.flow,
        );
        if setting(Detector::Sequences) != Setting::Off {
            let moment = Moment {
                acts: event.acts,
                target: event.target,
                call: session.calls + u32::from(event.kind == Kind::Call),
                now,
            };
            for (at, chain) in self.chains.iter().enumerate().filter(|(_, chain)| chain.waits.meets(event.acts)) {
                let none = Progress::default();
                let progress = session.progress.get(at).unwrap_or(&none);
                if progress.completes(&chain.when, &moment, chain.quiet()) {
                    seen.completed.push(at);
                    let finding = Finding::new(chain.id.clone(), Layer::L3, chain.severity, chain.confidence)
                        .because(format!("{} ({})", chain.reason, chain.when))
                        .at(if event.kind == Kind::Answer { "/result" } else { "/params" }, Span::default());
                    found.push(under(setting(Detector::Sequences), finding));
                }
            }
        }
        if setting(Detector::Risk) != Setting::Off {
            let level = session.risk.level(now);
            if level >= RiskLevel::High {
                // What would only be put on record is not let pass any more.
                for finding in found.iter_mut().skip(start).filter(|finding| finding.severity == Severity::Medium) {
                    finding.severity = Severity::High;
                    finding.confidence = finding.confidence.max(Confidence::Medium);
                    finding.reason += &format!("; the session's risk is {}", level.as_str());
                    *finding = under(setting(Detector::Risk), finding.clone());
                }
            }
            let acts = [Act::NetworkSend, Act::Message, Act::Execute, Act::Write, Act::SensitiveRead, Act::EnvRead];
            if level == RiskLevel::Critical
                && acts.into_iter().any(|act| event.acts.has(act))
                && event.flow == Flow::ToServer
            {
                found.push(under(setting(Detector::Risk), refused(session, now)));
            }
        }
    }

    fn sweep(&self, session: &Session, event: &Event<'_>, ask: &Ask, many: u32, now: u64) -> Option<Finding> {
        let (severity, what) = match ask.of {
            Of::Ids => (Severity::Medium, "numbers in a row"),
            Of::Hosts => (Severity::High, "hosts of one network"),
            Of::Ports => (Severity::High, "ports of one host"),
        };
        let quiet = severity < Severity::High && session.was_told(way(ask), now.saturating_sub(600_000_000));
        let finding = Finding::new(own::SWEEP, Layer::L3, severity, Confidence::Medium)
            .because(format!("`{}` was asked for {many} {what} within ten minutes", event.tool))
            .at("/params/arguments", Span::default());
        (!quiet).then_some(finding)
    }

    /// Takes in what a message did, once its verdict stands. Gives back the buffer.
    pub(crate) fn settle(
        &self,
        inspection: &Inspection<'_>,
        config: &Config,
        judged: Judged<'_>,
        (action, edits): (Action, &[Edit]),
    ) -> Vec<Payload> {
        let context = inspection.context();
        let Judged { id, at, mut seen, known } = judged;
        let mut payloads = Vec::new();
        let shared = known.unwrap_or_else(|| self.sessions.open(id, context));
        let bytes = {
            let mut session = lock(&shared);
            if let Some(at) = at {
                session.time.advance(at);
            }
            for one in &mut seen {
                self.settle_one(inspection, config, &mut session, one, (id, at), (action, edits));
                payloads = std::mem::take(&mut one.event.payloads);
            }
            session.bytes()
        };
        let clock = at.map_or(0, |at| u64::try_from(at.as_micros()).unwrap_or(u64::MAX));
        self.sessions.weigh(id, bytes, clock);
        payloads.clear();
        payloads
    }

    fn settle_one(
        &self,
        inspection: &Inspection<'_>,
        config: &Config,
        session: &mut Session,
        seen: &mut Seen<'_>,
        (id, at): (Id, Option<Duration>),
        (action, edits): (Action, &[Edit]),
    ) {
        let Seen { event, copy, source, outgoing, asks, completed, secrets } = seen;
        if *copy {
            session.copied(event);
            return;
        }
        let (context, now) = (inspection.context(), session.time.now());
        let blocked = action >= Action::Review;
        session.messages += 1;
        if let Some(at) = at {
            // A store that fails at this point fails at the next message's judgement too, which says so.
            let counted = self.budgets.count(&*self.store, (id, context, event), blocked, &config.behavior, at);
            counted.unwrap_or_default();
        }
        let call = event.kind == Kind::Call && event.flow == Flow::ToServer;
        event.acts.add(Act::Warned, action == Action::Warn);
        if action == Action::Edit && !gives_orders(inspection, event, edits) {
            event.acts = event.acts.without(Act::Injection);
        }
        if blocked {
            session.blocked += 1;
            let again = session.refuse(event.digest);
            session.risk.add(
                now,
                if again {
                    1.0
                } else if action == Action::Review {
                    risk::REVIEWED
                } else {
                    risk::BLOCKED
                },
            );
            // A blocked attempt did nothing of what it tried.
            event.acts = Acts::of(if action == Action::Review { Act::Review } else { Act::Blocked });
        } else {
            if action == Action::Warn {
                session.risk.add(now, risk::WARNED);
            }
            session.calls += u32::from(call);
        }
        let moment = Moment { acts: event.acts, target: event.target, call: session.calls, now };
        session.follow(self.chains.len());
        for (at, (chain, progress)) in self.chains.iter().zip(&mut session.progress).enumerate() {
            if !chain.waits.meets(event.acts) && !completed.contains(&at) {
                continue;
            }
            let before = progress.bytes();
            progress.advance(&chain.when, &moment, completed.contains(&at));
            session.progress_bytes += progress.bytes() - before;
        }
        // Told or not, what leads to a refusal is refused again.
        outgoing.told.iter().for_each(|flow| session.tell(*flow, now));
        if event.kind == Kind::Answer {
            session.answer(event);
        }
        if blocked {
            return;
        }
        if call {
            if let Some(acts) = event.by_name {
                session.know_tool(event.tool, acts);
            }
            if self.learner.is_some() || config.behavior.baseline.is_some() {
                let habit = session.habit.get_or_insert_default();
                if let Some(learner) = &self.learner {
                    learner.note(habit, event.tool, event.bytes, now);
                }
                habit.note(event.tool, event.bytes, now);
            }
            self.take_call(inspection, session, event, outgoing, asks);
        } else if let Some(source) = source.take() {
            // What was redacted has not been said.
            if action != Action::Edit && !secrets.is_empty() {
                let secret = Source { label: Label::Secret, ..source.clone() };
                let said = secrets.iter().zip(1..).map(|(text, value)| Said { text, value });
                session.flows.remember(secret, said, config.behavior.memory.session / 2);
            }
            remember(inspection, config, session, event, source);
        }
        if matches!(event.kind, Kind::Call | Kind::Request) && event.id != 0 {
            session.ask(event, context.server);
        }
    }

    fn take_call(
        &self,
        inspection: &Inspection<'_>,
        session: &mut Session,
        event: &Event<'_>,
        outgoing: &Outgoing,
        asks: &[Ask],
    ) {
        let now = session.time.now();
        session.put_files(event);
        asks.iter().for_each(|ask| session.sweeps.note(*ask, now));
        if !outgoing.fragments.is_empty() {
            let place = place_of(event, inspection.context().server);
            if let Some(stream) = session.stream_mut(place, now) {
                outgoing.fragments.iter().for_each(|fragment| stream.add(fragment));
            }
        }
        for &(place, piece) in &outgoing.pieces {
            if let Some(stream) = session.stream_mut(place, now)
                && !stream.pieces.iter().any(|(known, _)| *known == piece)
            {
                if stream.pieces.len() >= 64 {
                    stream.pieces.pop_front();
                }
                stream.pieces.push_back((piece, now));
            }
        }
        // What the client says of itself was not said by a stranger alone.
        if !event.acts.has(Act::ToldDestination)
            && let Some(to) = &event.destination
        {
            session.name_place(to.hash(), false);
        }
    }

    /// Whether enough was found in the session of a message that it is held to the bars of `strict`.
    pub(crate) fn is_suspect(&self, context: &Context<'_>, config: &Config, now: Option<Duration>) -> bool {
        if config.behavior.setting(Detector::Risk) != Setting::Act {
            return false;
        }
        let Some(session) = Id::of(context).and_then(|id| self.sessions.get(id)) else { return false };
        let session = lock(&session);
        let at = context.at.or(now.filter(|_| !self.replays));
        session.risk.level(at.map_or(session.time.now(), |at| session.time.at(at))) >= RiskLevel::Elevated
    }

    /// What has been learned.
    pub(crate) fn learned(&self) -> Option<Baseline> {
        self.learner.as_ref().map(Learner::learned)
    }

    /// What is known of every session that was heard of since `since`, in microseconds of the carrier's clock.
    pub(crate) fn export(&self, since: u64) -> Vec<BehaviorExport> {
        let text = |name: &Option<Name>| name.as_ref().map(|name| name.as_str().to_owned());
        let mut all: Vec<_> = self
            .sessions
            .all(since)
            .into_iter()
            .map(|(id, names, session)| {
                let session = lock(&session);
                let now = session.time.now();
                BehaviorExport {
                    id: format!("{:016x}", id.subject),
                    tenant: text(&names.tenant),
                    principal: text(&names.principal),
                    session: text(&names.session),
                    messages: session.messages,
                    blocked: session.blocked,
                    calls: session.calls,
                    risk: session.risk.level(now).as_str().to_owned(),
                    score: session.risk.score(now) as u64,
                    bytes: session.bytes(),
                    last: now / 1_000_000,
                }
            })
            .collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        all
    }

    /// Forgets a session by the id of its export; its counters too, if `counters`. Returns whether it was known.
    pub(crate) fn clear(&self, id: &str, counters: bool) -> bool {
        let Ok(subject) = u64::from_str_radix(id, 16) else { return false };
        let Some(id) = self.sessions.find(subject) else { return false };
        (!counters || self.store.clear(id.owner, id.subject).is_ok()) && self.sessions.clear(id)
    }
}

fn lock(session: &Mutex<Session>) -> MutexGuard<'_, Session> {
    // A panic elsewhere leaves counts that are still whole: go on with them.
    session.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A finding as its detector is set.
fn under(setting: Setting, mut finding: Finding) -> Finding {
    if setting == Setting::Warn && finding.severity > Severity::Medium {
        finding.severity = Severity::Medium;
        finding.confidence = Confidence::Low;
    }
    finding
}

fn failed(error: &StateError) -> Finding {
    Finding::new(own::LAYER_FAILED, Layer::L3, Severity::High, Confidence::High)
        .because(format!("a layer could not judge the message: {error}"))
}

fn refused(session: &Session, now: u64) -> Finding {
    let seconds = session.risk.until_below(now, RiskLevel::Critical);
    let mut finding = Finding::new(own::RISK_CRITICAL, Layer::L3, Severity::High, Confidence::High).because(format!(
        "too much was found in this session: nothing is written, run or sent for {seconds} s, unless an operator clears the session before"
    ));
    finding.retry_after = Some(seconds);
    finding.allow = "behavior: {detectors: {risk: warn}}".to_owned();
    finding
}

fn way(ask: &Ask) -> u64 {
    mix(ask.series, 11 + ask.of as u64)
}

/// What an answer is to its session, and as what its texts are remembered.
fn answer(
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
    let of = asked.map_or(super::words::by_name(event.tool), |asked| asked.what.acts);
    let calls = matches!(event.method, "tools/call" | "resources/read" | "");
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
    let tool = asked.map_or_else(|| Name::new(event.tool), |asked| asked.what.tool.clone());
    let call = asked.map_or(session.calls, |asked| asked.call);
    Some(Source { server, tool, call, at: now, label, lines: false, own: false })
}

/// What findings say that a message does.
fn with_findings<'f>(mut acts: Acts, findings: impl Iterator<Item = &'f Finding>, flow: Flow) -> Acts {
    for finding in findings {
        let rule = finding.rule.as_str();
        if flow == Flow::ToClient {
            acts.add(Act::Injection, is_order(rule));
            acts.add(Act::Private, rule.starts_with("PII-"));
        }
    }
    acts
}

/// Whether an order is left in a message once what is taken out of it is gone: a tool that never arrives steers nobody.
fn gives_orders(inspection: &Inspection<'_>, event: &Event<'_>, edits: &[Edit]) -> bool {
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
fn is_order(rule: &str) -> bool {
    rule.starts_with("TEXT-") || rule.starts_with("HIDDEN-")
}

/// Whether the configuration lists the place that a call reaches.
fn is_listed(config: &Config, server: Option<&str>, event: &Event<'_>) -> bool {
    let lists = config.destinations(server, Some(event.tool));
    let host = event.destination.as_ref().filter(|to| to.host);
    let reached = |name: &str| {
        let host = Reached { name, address: name.parse().ok(), inner: None, port: None };
        matches!(lists?.reach(host), Reach::Listed).then_some(())
    };
    host.is_some_and(|to| reached(&to.name).is_some())
}

/// What a call goes through.
fn asks(inspection: &Inspection<'_>, event: &Event<'_>) -> Vec<Ask> {
    let series = super::hash::hash(event.tool.as_bytes());
    let mut asks: Vec<_> = event
        .numbers
        .iter()
        .map(|(key, number)| Ask { of: Of::Ids, series: mix(series, *key), number: *number })
        .collect();
    let arena = inspection.tape().arena();
    for payload in
        event.payloads.iter().filter(|payload| payload.address || payload.field.kind == FieldKind::Host).take(8)
    {
        asks.extend(host_asks(std::str::from_utf8(payload.field.text.of(arena)).unwrap_or_default()));
    }
    asks
}

/// Remembers what a tool said.
fn remember(
    inspection: &Inspection<'_>,
    config: &Config,
    session: &mut Session,
    event: &Event<'_>,
    mut source: Source,
) {
    let tape = inspection.tape();
    let fields = || {
        let says = |kind| !matches!(kind, FieldKind::Opaque | FieldKind::Identifier);
        let texts = inspection.fields.iter().filter(move |field| field.element == event.element && says(field.kind));
        texts.filter(|field| tape.node(field.node).is_some_and(|node| node.kind == NodeKind::String))
    };
    let text = |span: Span| std::str::from_utf8(span.of(tape.arena())).unwrap_or_default();
    for field in fields() {
        let text = text(field.text);
        let stranger = matches!(source.label, Label::Untrusted);
        named_places(text, 64, |place| session.name_place(place, stranger));
    }
    if config.behavior.setting(Detector::Flows) == Setting::Off {
        return;
    }
    let long = fields().filter(|field| field.text.len() >= 12).count();
    source.lines = long == 1;
    let most = config.behavior.memory.session / 2;
    let said = fields().zip(1_u16..).map(|(field, value)| Said { text: field.text.of(tape.arena()), value });
    session.flows.remember(source, said, most);
}

/// Where a finding stands in the lists of threats.
fn taxonomy(rule: &str) -> std::collections::BTreeMap<String, Vec<String>> {
    type Row = [(&'static str, &'static [&'static str]); 6];
    const LEAVES: Row = [
        ("owasp-mcp", &["MCP10"]),
        ("owasp-agentic", &["ASI02"]),
        ("owasp-llm", &["LLM02"]),
        ("mcp-38", &["MCP-24"]),
        ("atlas", &["AML.T0086"]),
        ("cwe", &["200"]),
    ];
    const TOO_MUCH: Row = [
        ("owasp-mcp", &["MCP02"]),
        ("owasp-agentic", &["ASI08"]),
        ("owasp-llm", &["LLM10"]),
        ("mcp-38", &["MCP-33"]),
        ("atlas", &["AML.T0029"]),
        ("cwe", &["770"]),
    ];
    const RUNS: Row = [
        ("owasp-mcp", &["MCP05"]),
        ("owasp-agentic", &["ASI05"]),
        ("owasp-llm", &["LLM06"]),
        ("mcp-38", &["MCP-07"]),
        ("atlas", &["AML.T0050"]),
        ("cwe", &["494"]),
    ];
    const TOLD: Row = [
        ("owasp-mcp", &["MCP06"]),
        ("owasp-agentic", &["ASI01"]),
        ("owasp-llm", &["LLM01"]),
        ("mcp-38", &["MCP-20"]),
        ("atlas", &["AML.T0051.001"]),
        ("cwe", &["1427"]),
    ];
    let row = match rule {
        own::ANOMALY_BURST
        | own::ANOMALY_VOLUME
        | own::BUDGET_SPENT
        | own::SWEEP
        | own::SEQUENCE_MASS_READ
        | own::SEQUENCE_REVIEWS
        | own::RISK_CRITICAL => &TOO_MUCH,
        own::SEQUENCE_WRITE_RUN | own::SEQUENCE_RISKY_RUN | own::SEQUENCE_DOWNLOAD_RUN => &RUNS,
        own::SEQUENCE_INJECTION_SECRET | own::SEQUENCE_INJECTION_ACT | own::FLOW_TOLD => &TOLD,
        _ if rule.starts_with("FLOW-")
            || rule.starts_with("DRIP-")
            || rule.starts_with("ENTROPY-")
            || rule.starts_with("SEQUENCE-") =>
        {
            &LEAVES
        }
        _ => return std::collections::BTreeMap::new(),
    };
    row.iter().map(|(list, ids)| ((*list).to_owned(), ids.iter().map(|id| (*id).to_owned()).collect())).collect()
}
