//! A message held against its session, and taken in once its verdict stands.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `judge` | one element of a message held against its session |
//! | `settle` | what it did, taken in |
//! | `answer` | what an answer is to its session |
//! | `taxonomy` | where findings stand in the lists of threats |

mod answer;
mod judge;
mod settle;
mod taxonomy;

use std::cell::LazyCell;
use std::sync::Arc;
use std::time::Duration;

use super::budget::Budgets;
use super::chains::{Chain, Waits, chains};
use super::event::{Event, Payload, event};
use super::export::BehaviorExport;
use super::flow::Source;
use super::habit::{Baseline, Learner};
use super::outward::{Outgoing, place_of};
use super::risk::RiskLevel;
use super::session::Session;
use super::sessions::{Id, Sessions, Slot};
use super::state::StateStore;
use super::sweep::Ask;
use crate::config::{BehaviorConfig, BehaviorMemory, Config, Detector, Setting};
use crate::finding::Finding;
use crate::inspection::Inspection;
use crate::message::Context;
use crate::session::Name;
use taxonomy::taxonomy;

/// Fragments of a batch's elements that its later ones are held against.
const EARLIER: usize = 16;

/// L3 as it is built in.
#[derive(Debug)]
pub(crate) struct Behavior {
    sessions: Sessions,
    /// What is secret of what a principal's sessions were told: a secret that is read in one is not to leave by another.
    owners: Sessions,
    store: Arc<dyn StateStore>,
    budgets: Budgets,
    chains: Vec<Chain>,
    waits: Waits,
    settings: Settings,
    /// What is learned, if anything is.
    learner: Option<Learner>,
    /// The clock is not asked: what is judged was recorded.
    replays: bool,
}

/// What each detector does, for many a look.
#[derive(Clone, Copy, Debug)]
struct Settings([Setting; Detector::ALL.len()]);

impl Settings {
    fn of(config: &BehaviorConfig) -> Self {
        Self(Detector::ALL.map(|detector| config.setting(detector)))
    }

    fn of_detector(self, detector: Detector) -> Setting {
        self.0.get(detector as usize).copied().unwrap_or_default()
    }
}

/// What was seen of a message, for its settling.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    id: Id,
    at: Option<Duration>,
    /// Of a single message, which most are, without a heap.
    first: Option<Seen<'a>>,
    rest: Vec<Seen<'a>>,
    /// The session, if it was known.
    known: Option<Arc<Slot>>,
}

#[derive(Debug)]
struct Seen<'a> {
    event: Event<'a>,
    copy: bool,
    source: Option<Box<Source>>,
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
        let chains = chains(&behavior.sequences);
        Self {
            sessions: Sessions::new(behavior.memory),
            owners: Sessions::new(BehaviorMemory { all: behavior.memory.all / 16, ..behavior.memory }),
            store,
            budgets: Budgets::new(behavior),
            waits: Waits::of(&chains),
            chains,
            settings: Settings::of(behavior),
            learner: learns.then(Learner::default),
            replays,
        }
    }

    /// What this message is after the ones before it, for its settling put into `judged`, where it stays: it is large to move about. Changes nothing.
    /// `now` is the clock's time; `payloads` is a buffer to use, which [`Behavior::settle`] gives back.
    pub(crate) fn judge<'a>(
        &self,
        inspection: &Inspection<'a>,
        config: &Config,
        findings: &mut Vec<Finding>,
        (now, mut payloads): (Option<Duration>, Vec<Payload>),
        judged: &mut Option<Judged<'a>>,
    ) {
        let context = inspection.context();
        let Some(id) = Id::of(context) else { return };
        let at = context.at.or(now.filter(|_| !self.replays));
        let mut found = Vec::new();
        let known = self.sessions.get(id);
        let Judged { first, rest, known, .. } = judged.insert(Judged { id, at, first: None, rest: Vec::new(), known });
        let locked = known.as_deref().map(Slot::lock);
        let empty = LazyCell::new(Session::default);
        let session = locked.as_deref().unwrap_or_else(|| LazyCell::force(&empty));
        let mut earlier = Vec::new();
        for (element, envelope) in (0_u32..).zip(inspection.envelopes) {
            let buffer = std::mem::take(&mut payloads);
            let known = |tool: &[u8], hashed| session.acts_of(tool, hashed);
            let event = event(inspection, config, findings, (element, envelope), (known, buffer));
            let one = match element {
                0 => Some(first.insert(Seen::of(event, session))),
                _ => {
                    rest.push(Seen::of(event, session));
                    rest.last_mut()
                }
            };
            if let Some(one) = one {
                self.judge_one(inspection, config, (findings, &mut found), (session, &earlier), one, (id, at));
                if inspection.envelopes.len() > 1 && !one.outgoing.fragments.is_empty() {
                    let place = place_of(&one.event, context.server);
                    earlier.extend(one.outgoing.fragments.iter().map(|fragment| (place, fragment.clone())));
                    let old = earlier.len().saturating_sub(EARLIER);
                    earlier.drain(..old);
                }
            }
        }
        drop(locked);
        let tags = |finding: &mut Finding| {
            finding.taxonomy = taxonomy(&finding.rule);
        };
        found.iter_mut().for_each(tags);
        findings.append(&mut found);
    }

    /// Whether enough was found in the session of a message that it is held to the bars of `strict`.
    pub(crate) fn is_suspect(&self, context: &Context<'_>, now: Option<Duration>) -> bool {
        if self.settings.of_detector(Detector::Risk) != Setting::Act {
            return false;
        }
        let Some(session) = Id::of(context).and_then(|id| self.sessions.get(id)) else { return false };
        let session = session.lock();
        let at = context.at.or(now.filter(|_| !self.replays));
        session.risk.level(at.map_or(session.time.now(), |at| session.time.at(at))) >= RiskLevel::Elevated
    }

    /// Whether nobody else adds to the counters: neither another process nor another inspector.
    fn is_alone(&self) -> bool {
        !self.store.is_shared() && Arc::strong_count(&self.store) == 1
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
                let session = session.lock();
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
        self.owners.clear(id.of_owner());
        (!counters || self.store.clear(id.owner, id.subject).is_ok()) && self.sessions.clear(id)
    }
}
