//! One element of a message held against its session: every detector in its turn.

use std::time::Duration;

use super::answer::{is_order, source_of};
use super::{Behavior, Seen};
use crate::behavior::act::{Act, Acts};
use crate::behavior::event::{Event, Kind, Odd};
use crate::behavior::habit::Habit;
use crate::behavior::hash::{hash, mix};
use crate::behavior::outward::Outward;
use crate::behavior::progress::{Moment, Progress};
use crate::behavior::risk::RiskLevel;
use crate::behavior::session::Session;
use crate::behavior::sessions::{Id, Slot};
use crate::behavior::state::StateError;
use crate::behavior::sweep::{Ask, Of, host_asks};
use crate::config::{Config, Detector, Reach, Reached, Setting};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::message::{FieldKind, Flow, Span};
use crate::rules::own;

impl Behavior {
    /// What one element of a message is after the ones before it.
    pub(super) fn judge_one(
        &self,
        inspection: &Inspection<'_>,
        config: &Config,
        (earlier, found): (&[Finding], &mut Vec<Finding>),
        (session, before): (&Session, &[(u64, String)]),
        seen: &mut Seen<'_>,
        (id, at): (Id, Option<Duration>),
    ) {
        let behavior = &config.behavior;
        let setting = |detector| self.settings.of_detector(detector);
        let now = at.map_or(session.time.now(), |at| session.time.at(at));
        if seen.copy {
            return;
        }
        let (event, start) = (&mut seen.event, found.len());
        let context = inspection.context();
        if let Some(at) = at.filter(|_| setting(Detector::Budgets) != Setting::Off) {
            let room = if self.is_alone() { session.room.as_slice() } else { &[] };
            match self.budgets.judge(&*self.store, (id, context, event), at, room) {
                Ok(spent) => found.extend(spent.map(|finding| under(setting(Detector::Budgets), finding))),
                Err(error) => found.push(failed(&error)),
            }
        }
        if event.kind == Kind::Answer {
            seen.source = source_of(inspection, session, event, earlier, now).map(Box::new);
            let mine = earlier
                .iter()
                .filter(|finding| finding.rule.starts_with("SECRET-") && event.is_mine(inspection, &finding.pointer));
            let values = mine.filter_map(|finding| finding.held.as_ref()).map(|held| held.reveal().to_vec());
            seen.secrets.extend(values.filter(|_| seen.source.is_some()).take(64));
            event.acts.add(Act::SensitiveRead, !seen.secrets.is_empty());
        }
        let call = event.kind == Kind::Call && event.flow == Flow::ToServer;
        if call {
            let (downloaded, written) = session.runs(event);
            event.acts.add(Act::RunsDownloaded, downloaded);
            event.acts.add(Act::RunsWritten, written > Odd::Nothing);
            event.acts.add(Act::RunsRisky, written == Odd::Content);
            let told = event.destination.as_ref().is_some_and(|to| session.is_told(to.hash()));
            event.acts.add(Act::ToldDestination, told && event.acts.has(Act::NetworkSend));
        }
        if event.flow == Flow::ToServer {
            self.judge_outward(inspection, config, session, seen, (id, now, before), found);
        }
        let event = &mut seen.event;
        if call {
            if let Some(baseline) = behavior.baseline.as_ref().filter(|_| setting(Detector::Anomaly) != Setting::Off) {
                let none = Habit::default();
                let habit = session.habit.as_deref().unwrap_or(&none);
                for (rule, why, what) in habit.judge(baseline, event.tool_name(), event.bytes, now) {
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
            let acts = event.acts;
            for at in self.waits.for_any(acts) {
                let Some(chain) = self.chains.get(at) else { continue };
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

    /// What a message to a server takes along, held against what was said.
    fn judge_outward(
        &self,
        inspection: &Inspection<'_>,
        config: &Config,
        session: &Session,
        seen: &mut Seen<'_>,
        (id, now, earlier): (Id, u64, &[(u64, String)]),
        found: &mut Vec<Finding>,
    ) {
        let (context, event) = (inspection.context(), &mut seen.event);
        let call = event.kind == Kind::Call;
        let leaves = call && event.leaves();
        // Calls that send nothing are mostly what there is: they are looked at where this session knows a secret.
        let owner = context.principal.filter(|_| leaves || !call).and_then(|_| self.owners.get(id.of_owner()));
        if !leaves && owner.is_none() && !session.flows.has_secrets() {
            return;
        }
        if !call {
            event.read_texts(inspection);
        }
        let owner = owner.as_deref().map(Slot::lock);
        let listed = is_listed(config, context.server, event);
        let (begin, owner) = (found.len(), owner.as_deref());
        let config = &config.behavior;
        let outward = Outward { inspection, config, session, event, now, listed, owner, earlier };
        let (outgoing, opaque) = outward.judge(found);
        seen.outgoing = outgoing;
        event.acts.add(Act::OpaqueSend, opaque);
        for finding in found.iter_mut().skip(begin) {
            let detector = match finding.rule.split('-').next() {
                Some("FLOW") => Detector::Flows,
                Some("ENTROPY") => Detector::Entropy,
                _ => Detector::Dripping,
            };
            *finding = under(self.settings.of_detector(detector), finding.clone());
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
            .because(format!("`{}` was asked for {many} {what} within ten minutes", event.tool_name()))
            .at("/params/arguments", Span::default());
        (!quiet).then_some(finding)
    }
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

/// Whether the configuration lists the place that a call reaches.
fn is_listed(config: &Config, server: Option<&str>, event: &Event<'_>) -> bool {
    let lists = config.destinations(server, Some(event.tool_name()));
    let host = event.destination.as_ref().filter(|to| to.host);
    let reached = |name: &str| {
        let host = Reached { name, address: name.parse().ok(), inner: None, port: None };
        matches!(lists?.reach(host), Reach::Listed).then_some(())
    };
    host.is_some_and(|to| reached(&to.name).is_some())
}

/// What a call goes through.
fn asks(inspection: &Inspection<'_>, event: &Event<'_>) -> Vec<Ask> {
    let series = event.tool_hash;
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
