//! The verdict of what was found, and what follows from it.

use super::{Effects, Engine, Judged};
use crate::correlation;
use crate::integrity::{Schemas, judge_observed};
use crate::mask::{conceal, rid_of, take_held};
use crate::message::{Envelope, HeadScan, Message, MessageKind, NodeKind, Tape, Visibility};
use crate::policy::Composed;
use crate::redact::Secret;
use crate::scratch::Scratch;
use crate::session::{Origin, OutputSchema, RequestId, SessionKey, ToolSchema};
use crate::unread::Unread;
use crate::verdict::{Action, EditOp, Ids, Verdict, keep_strongest};

impl Engine {
    /// Policy, then what follows from the verdict.
    pub(crate) fn finish(
        &self,
        judged: Judged,
        scratch: &mut Scratch,
        message: &Message<'_>,
        effects: Effects,
    ) -> Verdict {
        let Judged { mut findings, undecided, key } = judged;
        let room = std::mem::take(&mut scratch.payloads);
        let versions = scratch.versions(&self.versions);
        let Scratch { tape, envelopes, .. } = &*scratch;
        let object = tape.node(0).is_some_and(|node| node.kind == NodeKind::Object);
        let single = envelopes.first().filter(|_| object);
        let mut origin = single
            .filter(|envelope| envelope.kind == Some(MessageKind::Request))
            .and_then(|envelope| Origin::of(tape, envelope, message.bytes()));
        let (mut seen, mut payloads) = (None, Vec::new());
        let Composed { mut action, mut would, mut edits } = {
            let inspection = Self::inspection(scratch, message, &[]);
            let now = self.now(message);
            if let Some(behavior) = self.behavior.as_ref().filter(|_| tape.is_complete()) {
                behavior.judge(&inspection, &self.policy.config, &mut findings, (now, room), &mut seen);
            }
            if let Some(watch) = self.watch.as_ref().filter(|_| tape.is_complete()) {
                watch.judge(&inspection, key.map(|key| (&*self.knowledge, key)), &mut findings);
            }
            if let Some(key) = key.filter(|_| tape.is_complete()) {
                correlation::judge(&inspection, (&self.knowledge, key), &mut findings);
            }
            if let Some(key) = key.filter(|_| self.observes && tape.is_complete()) {
                judge_observed(&inspection, (&self.knowledge, key), &mut findings);
            }
            self.policy.compose(&inspection, &mut findings, !undecided.is_empty(), now)
        };
        let mut obstacle = None;
        if action == Action::Edit {
            let keep = effects == Effects::Kept;
            match self.redact(message, &*scratch, &findings, edits, (key, keep)) {
                Ok(all) => edits = all,
                Err(finding) => {
                    (action, would, edits) = (Action::Block, Action::Block, Vec::new());
                    obstacle = Some(*finding);
                }
            }
        }
        let held = take_held(&mut findings);
        origin = origin.map(|origin| recorded(origin, &held));
        let most = self.policy.config.limits.findings as usize - usize::from(obstacle.is_some());
        let omitted = keep_strongest(&mut findings, most);
        self.policy.explain(&Self::inspection(scratch, message, &[]), &mut findings);
        findings.extend(obstacle);
        conceal(&mut findings, held.iter().map(Secret::reveal));
        let pending = |id: &RequestId| {
            let told = message.context().in_reply_to.filter(|origin| origin.id() == id).cloned();
            told.or_else(|| self.knowledge.origin(key?, message.flow(), id))
        };
        let Unread { kind, ids, answers } = match single {
            Some(envelope) if envelope.kind.is_some() => Unread {
                kind: envelope.kind,
                ids: RequestId::of(tape, envelope, message.bytes()).map_or(Ids::None, Ids::One),
                answers: scratch.origins.first().cloned().flatten(),
            },
            Some(envelope) => Unread::odd(tape, envelope, message.bytes(), pending),
            None if !tape.is_complete() => Unread::scanned(&HeadScan::of(message.bytes()), pending),
            None if would > Action::Allow => Unread::batch(scratch, message.bytes()),
            None => Unread::default(),
        };
        let verdict = Verdict {
            action,
            would,
            findings,
            omitted,
            edits,
            undecided,
            versions,
            origin,
            answers,
            flow: message.flow(),
            kind,
            deny_as: self.policy.config.deny_as,
            ids,
        };
        if effects == Effects::Kept {
            if let Some((behavior, seen)) = self.behavior.as_ref().zip(seen.as_mut()) {
                let inspection = Self::inspection(scratch, message, &verdict.findings);
                payloads = behavior.settle(&inspection, &self.policy.config, seen, (verdict.action, &verdict.edits));
            }
            self.settle(scratch, (message, &held), key, &verdict);
        }
        scratch.payloads = payloads;
        verdict
    }

    /// What follows from a verdict that stands: pending requests, the negotiated version, tool schemas, behaviour.
    /// `held` are the secrets of the message, for what is put on record.
    fn settle(
        &self,
        scratch: &Scratch,
        (message, held): (&Message<'_>, &[Secret]),
        key: Option<SessionKey>,
        verdict: &Verdict,
    ) {
        let Scratch { tape, envelopes, origins, .. } = scratch;
        let full = message.context().visibility == Visibility::Full;
        let blocked = verdict.is_blocked();
        let unread = envelopes.iter().all(|envelope| envelope.kind.is_none());
        if let (true, Some(key), Some(origin)) = (full && unread, key, &verdict.answers) {
            self.knowledge.answered(key, message.flow(), origin.id());
        }
        for (envelope, origin) in envelopes.iter().zip(origins) {
            let Some(key) = key else { break };
            match envelope.kind {
                Some(MessageKind::Request) if full && !blocked => {
                    let own = || Some(recorded(Origin::of(tape, envelope, message.bytes())?, held));
                    if let Some(origin) = verdict.origin.clone().or_else(own) {
                        self.knowledge.ask(key, message.flow(), origin);
                    }
                }
                // Blocked or not: whoever sent it waits no more.
                Some(MessageKind::Notification) if full => {
                    if let Some(id) = cancelled(tape, envelope, message.bytes()) {
                        self.knowledge.cancelled(key, message.flow(), &id);
                    }
                }
                // Blocked or not, the requester gets an answer: the request is no longer in flight.
                Some(MessageKind::Result | MessageKind::Error) => {
                    if full && let Some(id) = RequestId::of(tape, envelope, message.bytes()) {
                        self.knowledge.answered(key, message.flow(), &id);
                    }
                    if let (false, Some(result)) = (blocked, envelope.result) {
                        self.learn(key, (tape, message.bytes()), result, origin.as_ref());
                    }
                }
                _ => {}
            }
        }
        if let Some((watch, key)) = self.watch.as_ref().zip(key) {
            // What stands in a listing that doesn't pass was held back as much as what is taken out of one; `monitor` tells what
            // would have been.
            let removed =
                verdict.edits.iter().filter(|edit| edit.op == EditOp::Remove).map(|edit| edit.pointer.as_str());
            let found = verdict.findings.iter().filter(|found| verdict.edits.is_empty() && found.action > Action::Warn);
            let found = found.flat_map(|found| {
                let entry = found.pointer.match_indices('/').skip(1).filter_map(|(at, _)| found.pointer.get(..at));
                entry.chain([found.pointer.as_str()])
            });
            let held = removed.chain(found).collect();
            watch.settle(&Self::inspection(scratch, message, &[]), (&self.knowledge, key), &held);
        }
        if !self.behavior_layers.is_empty() {
            let inspection = Self::inspection(scratch, message, &[]);
            self.behavior_layers.iter().for_each(|layer| layer.settle(&inspection, blocked));
        }
    }

    fn learn(&self, key: SessionKey, (tape, message): (&Tape, &[u8]), result: u32, origin: Option<&Origin>) {
        let method = origin.map(Origin::method);
        if matches!(method, None | Some("initialize"))
            && tape.member(result, "serverInfo").is_some()
            && let Some(version) = tape.member(result, "protocolVersion").and_then(|node| tape.string(node))
        {
            self.knowledge.negotiated(key, version);
        }
        if matches!(method, None | Some("tools/list"))
            && let Some(tools) = tape.member(result, "tools")
        {
            for tool in tape.elements(tools) {
                if let (Some(name), Some(schema)) =
                    (tape.member(tool, "name").and_then(|node| tape.string(node)), tape.member(tool, "inputSchema"))
                {
                    let output = tape.member(tool, "outputSchema");
                    let output = output.map(|schema| OutputSchema::read(tape, schema, message)).unwrap_or_default();
                    self.knowledge.listed(key, name, ToolSchema::read(tape, schema).with_output(output));
                    if self.observes {
                        self.knowledge.declare(key, name, Schemas::of(tape, tool, message));
                    }
                }
            }
        }
    }
}

/// A request as it is put on record, for its answer too: what it names is rid of secrets.
fn recorded(mut origin: Origin, held: &[Secret]) -> Origin {
    if let Some(target) = origin.target().and_then(|target| rid_of(target, held)) {
        origin.rename(&target);
    }
    origin
}

/// The request that a notification cancels.
fn cancelled(tape: &Tape, envelope: &Envelope, message: &[u8]) -> Option<RequestId> {
    let method = envelope.method.and_then(|node| tape.string(node));
    let id = envelope.params.and_then(|params| tape.member(params, "requestId"));
    RequestId::at(tape, id.filter(|_| method == Some("notifications/cancelled"))?, message)
}
