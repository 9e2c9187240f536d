//! What a message did, taken in once its verdict stands.

use std::time::Duration;

use super::answer::{gives_orders, remember, remember_secrets, remember_values};
use super::{Behavior, Judged, Seen};
use crate::behavior::act::{Act, Acts};
use crate::behavior::event::{Event, Kind, Payload};
use crate::behavior::label::Label;
use crate::behavior::outward::{ANYWHERE, Outgoing, place_of};
use crate::behavior::progress::Moment;
use crate::behavior::risk;
use crate::behavior::session::Session;
use crate::behavior::sessions::Id;
use crate::behavior::state::micros;
use crate::behavior::sweep::Ask;
use crate::config::{Config, Detector, Setting};
use crate::inspection::Inspection;
use crate::message::Flow;
use crate::verdict::{Action, Edit};

impl Behavior {
    /// Takes in what a message did, once its verdict stands. Gives back the buffer.
    pub(crate) fn settle(
        &self,
        inspection: &Inspection<'_>,
        config: &Config,
        judged: &mut Judged<'_>,
        (action, edits): (Action, &[Edit]),
    ) -> Vec<Payload> {
        let context = inspection.context();
        let (id, at) = (judged.id, judged.at);
        let Judged { first, rest, known, .. } = judged;
        let mut payloads = Vec::new();
        let shared = known.take().unwrap_or_else(|| self.sessions.open(id, context));
        let answered = first.iter().chain(rest.iter()).any(|one| one.event.kind == Kind::Answer);
        let bytes = {
            let mut session = shared.lock();
            if let Some(at) = at {
                session.time.advance(at);
            }
            for one in first.iter_mut().chain(rest) {
                self.settle_one(inspection, config, &mut session, one, (id, at), (action, edits));
                payloads = std::mem::take(&mut one.event.payloads);
            }
            session.weigh(answered)
        };
        self.sessions.touch(id, &shared, at.map_or(0, micros), bytes);
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
            let alone = self.is_alone();
            if !alone {
                session.room.clear();
            }
            let (room, config) = (alone.then_some(&mut session.room), &config.behavior);
            let counted = self.budgets.count(&*self.store, (id, context, event), blocked, (config, room), at);
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
        let acts = event.acts;
        let told = completed.iter().copied().filter(|at| !self.waits.meets(*at, acts));
        for at in self.waits.for_any(acts).chain(told) {
            let Some((chain, progress)) = self.chains.get(at).zip(session.progress.get_mut(at)) else { continue };
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
                session.know_tool(event.tool_name(), event.tool_hash, acts);
            }
            if self.learner.is_some() || config.behavior.baseline.is_some() {
                let habit = session.habit.get_or_insert_default();
                if let Some(learner) = &self.learner {
                    learner.note(habit, event.tool_name(), event.bytes, now);
                }
                habit.note(event.tool_name(), event.bytes, now);
            }
            self.take_call(inspection, session, event, outgoing, asks);
        } else if let Some(source) = source.take() {
            // What was redacted has not been said.
            if action == Action::Edit {
                secrets.clear();
            }
            let flows = config.behavior.setting(Detector::Flows) != Setting::Off;
            let certain = source.label == Label::Secret && source.certain || !secrets.is_empty();
            if flows && certain && context.principal.is_some() {
                let shared = self.owners.open(id.of_owner(), context);
                let mut owner = shared.lock();
                at.into_iter().for_each(|at| _ = owner.time.advance(at));
                remember_secrets(inspection, config, &mut owner, event, (&source, secrets));
                let bytes = owner.bytes();
                drop(owner);
                self.owners.touch(id.of_owner(), &shared, at.map_or(0, micros), Some(bytes));
            }
            if flows {
                remember_values(config, session, (&source, secrets));
            }
            remember(inspection, config, session, event, *source);
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
            let anywhere = session.flows.has_secrets().then_some(ANYWHERE);
            for place in [Some(place), anywhere].into_iter().flatten() {
                if let Some(stream) = session.stream_mut(place, now) {
                    outgoing.fragments.iter().for_each(|fragment| stream.add(fragment));
                }
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
}
