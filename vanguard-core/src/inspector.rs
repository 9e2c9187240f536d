//! The inspector: the one place that knows all the layers and their order.

use std::sync::Arc;
use std::time::Duration;

use crate::analyzers::path::{Access, Zones};
use crate::behavior::{Baseline, Behavior, BehaviorExport};
use crate::config::problem::Problems;
use crate::config::{Capabilities, Config};
use crate::consult::{Asking, Step, layer_failed};
use crate::correlation;
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspection::Inspection;
use crate::integrity::{Schemas, Watch, judge_observed};
use crate::l1::Subject;
use crate::layers::{Answer, BehaviorLayer, Query, RuleLayer, SemanticLayer};
use crate::listings::Listings;
use crate::mask::{conceal, rid_of, take_held};
use crate::message::{
    Envelope, Field, FieldTable, Flow, HeadScan, IssueKind, Limits, Message, MessageKind, NONE, NodeKind, Span, Tape,
    Tool, ToolHint, Visibility, collect, envelopes, object_to, read,
};
use crate::policy::{Composed, Policy, Profile};
use crate::redact::{Canaries, Secret};
use crate::resolver::{FieldZones, PathResolver};
use crate::rules::RuleSet;
use crate::scratch::{Pool, Scratch};
use crate::semantic::Judge;
use crate::semantic::llm::Scorer;
use crate::session::{Knowledge, Origin, OutputSchema, RequestId, SessionKey, ToolSchema};
use crate::structure;
use crate::unread::Unread;
use crate::verdict::{Action, EditOp, Ids, Undecided, Verdict, Versions, keep_strongest};

/// Looks at every message and says what happens to it. Immutable, `Send + Sync`, cheap to clone; never panics, never
/// blocks, does no I/O. (A [`PathResolver`] that the host gives does what it does.)
///
/// ```
/// use vanguard_core::{Inspector, Message};
/// let inspector = Inspector::builder().build()?;
/// let verdict = inspector.inspect(&Message::to_server(br#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#));
/// assert!(verdict.is_blocked());
/// assert_eq!(verdict.findings[0].rule, "L0-DUPLICATE-KEY");
/// # Ok::<(), vanguard_core::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Inspector {
    engine: Arc<Engine>,
}

#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) table: FieldTable,
    pub(crate) canaries: Option<Canaries>,
    pub(crate) rules: RuleSet,
    pub(crate) policy: Policy,
    pub(crate) rule_layers: Vec<Arc<dyn RuleLayer>>,
    pub(crate) semantic_layers: Vec<Arc<dyn SemanticLayer>>,
    pub(crate) scorer: Option<Scorer>,
    pub(crate) behavior_layers: Vec<Arc<dyn BehaviorLayer>>,
    pub(crate) behavior: Option<Behavior>,
    pub(crate) resolver: Option<Arc<dyn PathResolver>>,
    pub(crate) versions: Arc<Versions>,
    pub(crate) listings: Listings,
    pub(crate) watch: Option<Watch>,
    /// Whether arguments and results are held against what tools declare.
    pub(crate) observes: bool,
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) clock: Option<fn() -> Duration>,
    pub(crate) pool: Pool,
}

/// Whether a verdict changes what is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effects {
    Kept,
    None,
}

impl Inspector {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine: Arc::new(engine) }
    }

    /// Judges a message and remembers what its answer will need. Buffers come from the inspector's pool.
    #[must_use]
    pub fn inspect(&self, message: &Message<'_>) -> Verdict {
        let (slot, mut scratch) = self.engine.pool.take();
        let verdict = self.inspect_with(&mut scratch, message);
        self.engine.pool.put(slot, scratch);
        verdict
    }

    /// As [`Inspector::inspect`], in buffers of the caller's.
    #[must_use]
    pub fn inspect_with(&self, scratch: &mut Scratch, message: &Message<'_>) -> Verdict {
        self.engine.inspect(scratch, message, Effects::Kept)
    }

    /// The verdict that [`Inspector::inspect`] would give; changes no state.
    #[must_use]
    pub fn preview(&self, message: &Message<'_>) -> Verdict {
        self.engine.inspect(&mut Scratch::new(), message, Effects::None)
    }
}

impl Inspector {
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What was learned from traffic; clones of this inspector share it.
    #[must_use]
    pub fn knowledge(&self) -> &Arc<Knowledge> {
        &self.engine.knowledge
    }

    /// What is known of every session: counts, levels and names, no content.
    #[must_use]
    pub fn sessions(&self) -> Vec<BehaviorExport> {
        self.sessions_since(Duration::ZERO)
    }

    /// The same of those that were heard of since `at`, by the clock that messages come by.
    #[must_use]
    pub fn sessions_since(&self, at: Duration) -> Vec<BehaviorExport> {
        let since = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        self.engine.behavior.as_ref().map(|behavior| behavior.export(since)).unwrap_or_default()
    }

    /// What is usual, as far as it was learned: nothing unless [`crate::InspectorBuilder::learns`] asks for it.
    #[must_use]
    pub fn learned(&self) -> Option<Baseline> {
        self.engine.behavior.as_ref().and_then(Behavior::learned)
    }

    /// Forgets what a session did, by the id in its export: its counts, its risk, what its tools said. Returns whether it was known.
    pub fn clear_session(&self, id: &str) -> bool {
        self.engine.behavior.as_ref().is_some_and(|behavior| behavior.clear(id, true))
    }

    /// As [`Inspector::clear_session`], but for its counters: for hosts whose [`crate::behavior::StateStore`] was told by others to forget it.
    pub fn forget_session(&self, id: &str) -> bool {
        self.engine.behavior.as_ref().is_some_and(|behavior| behavior.clear(id, false))
    }

    /// The profile it judges by.
    #[must_use]
    pub fn profile(&self) -> Profile {
        self.engine.policy.config.profile
    }

    /// The configuration it judges by.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.engine.policy.config
    }

    /// What is probably not meant in its configuration: what [`Config::warnings`] says, and names of rules that nothing
    /// has: neither a pack nor the engine. A layer that the host added may find under names of its own.
    #[must_use]
    pub fn warnings(&self, now: Option<Duration>) -> Problems {
        let mut problems = self.config().warnings(now);
        problems.extend(self.config().unknown_rules(self.rules().ids()));
        problems
    }

    /// The rules it judges by.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.engine.rules
    }

    /// The limits it reads by.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.engine.policy.config.limits
    }

    /// The time of its clock since the Unix epoch, if it has one.
    #[must_use]
    pub fn clock(&self) -> Option<Duration> {
        self.engine.clock.map(|clock| clock())
    }

    /// The versions its verdicts carry.
    #[must_use]
    pub fn versions(&self) -> &Arc<Versions> {
        &self.engine.versions
    }
}

/// What an inspection has come to so far.
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<Undecided>,
    key: Option<SessionKey>,
}

/// The zones of one call.
struct CallZones<'a> {
    policy: &'a Policy,
    tape: &'a Tape,
    server: Option<&'a str>,
    tool: Option<&'a str>,
}

impl FieldZones for CallZones<'_> {
    fn of(&self, field: &Field) -> (&Zones, Access) {
        let key = self.tape.key_of(field.node);
        (self.policy.zones(self.server, self.tool, key), self.policy.access(self.tool, key))
    }
}

impl Engine {
    /// The verdict on a message, or on the call that it stands for.
    fn inspect(&self, scratch: &mut Scratch, message: &Message<'_>, effects: Effects) -> Verdict {
        // Where nobody may be asked, nothing is.
        self.consult(scratch, message, Asking::No, effects)
            .unwrap_or_else(|_| self.finish(self.begin(scratch, message), scratch, message, effects))
    }

    /// L0, fields and the built-in L1.
    pub(crate) fn begin(&self, scratch: &mut Scratch, message: &Message<'_>) -> Judged {
        let (bytes, context) = (message.bytes(), message.context());
        scratch.clear();
        read(bytes, context.framing, &self.policy.config.limits, &mut scratch.tape);
        let named = context.server.is_some() || context.session.is_some();
        let key = (named || context.visibility == Visibility::Full).then(|| self.knowledge.key(context));
        if scratch.tape.is_complete() {
            let batch = envelopes(&mut scratch.tape, bytes, &self.policy.config.limits, &mut scratch.envelopes);
            if batch && !self.may_batch(message, key) {
                object_to(&mut scratch.tape, IssueKind::BadBatch, 0);
            }
            self.collect_fields(scratch, message, key);
        }
        let mut findings = Vec::new();
        for issue in scratch.tape.issues() {
            let tape = &scratch.tape;
            let (severity, confidence) = match issue.kind {
                IssueKind::SurrogateInText => (Severity::Medium, Confidence::Medium),
                _ => (Severity::High, Confidence::High),
            };
            let span =
                tape.node(issue.node).filter(|_| issue.node != NONE).map_or(Span::new(issue.at, issue.at), |node| {
                    if node.source.start <= issue.at && issue.at < node.source.end && node.source.len() < 256 {
                        node.source
                    } else {
                        Span::new(issue.at, issue.at)
                    }
                });
            findings.push(
                Finding::new(issue.kind.rule(), Layer::L0, severity, confidence)
                    .because(issue.kind.reason())
                    .at(tape.pointer(issue.node), span),
            );
        }
        if scratch.tape.is_complete() {
            let listing = Listings::fingerprint(&Self::inspection(scratch, message, &[]));
            if !listing.is_some_and(|listing| self.listings.is_clean(listing)) {
                let before = findings.len();
                self.signatures(scratch, message, &mut findings);
                let mut link = std::mem::take(&mut scratch.link);
                structure::judge(&Self::inspection(scratch, message, &[]), &mut link, &mut findings);
                scratch.link = link;
                listing.filter(|_| findings.len() == before).into_iter().for_each(|listing| self.listings.add(listing));
            }
            if let Some(canaries) = self.canaries.as_ref().filter(|_| message.flow() == Flow::ToServer) {
                canaries.find(&scratch.tape, bytes, &mut findings);
            }
        }
        Judged { findings, undecided: Vec::new(), key }
    }

    /// The built-in L1, element by element.
    fn signatures(&self, scratch: &mut Scratch, message: &Message<'_>, findings: &mut Vec<Finding>) {
        let Scratch { tape, envelopes, origins, fields, l1, .. } = scratch;
        let server = message.context().server;
        let mut rest = fields.as_slice();
        for (element, (envelope, origin)) in (0_u32..).zip(envelopes.iter().zip(origins.iter())) {
            let own = rest.iter().take_while(|field| field.element == element).count();
            let (fields, others) = rest.split_at_checked(own).unwrap_or((rest, &[]));
            rest = others;
            let method =
                envelope.method.and_then(|node| tape.string(node)).or_else(|| origin.as_ref().map(Origin::method));
            let own = envelope.params.and_then(|params| tape.member(params, "name")).and_then(|node| tape.string(node));
            let tool = own.or_else(|| origin.as_ref().and_then(Origin::target));
            let judge = || Judge { profile: self.bar(message) };
            let zones = CallZones { policy: &self.policy, tape, server, tool };
            let subject = Subject {
                bytes: message.bytes(),
                flow: message.flow(),
                tape,
                envelope,
                method,
                tool,
                fields,
                zones: self.policy.has_zones(server).then_some(&zones as &dyn FieldZones),
                destinations: self.policy.config.destinations(server, tool),
                resolver: self.resolver.as_deref(),
                capabilities: tool.and_then(|tool| self.policy.capabilities(tool)),
                does: &|field| {
                    let call = envelope.params.filter(|_| method == Some("tools/call")).zip(tool);
                    let Some((params, tool)) = call else { return Capabilities::NONE };
                    let arguments = tape.member(params, "arguments");
                    let keys = arguments.into_iter().flat_map(|node| tape.members(node)).map(|(key, _)| tape.text(key));
                    self.policy.does(tool, tape.key_of(field.node), keys)
                },
                semantic: self.policy.config.semantic.model.then_some(&judge),
            };
            subject.judge(&self.rules, &self.policy.config.views, l1, findings);
        }
    }

    /// The profile whose bars a text is held to by what it means: a session with much against it is held to those of `strict`.
    fn bar(&self, message: &Message<'_>) -> Profile {
        let suspect = |behavior: &Behavior| {
            behavior.is_suspect(message.context(), &self.policy.config, self.clock.map(|clock| clock()))
        };
        match self.policy.config.profile {
            Profile::Balanced if self.behavior.as_ref().is_some_and(suspect) => Profile::Strict,
            profile => profile,
        }
    }

    /// Batches came with 2025-03-26 and went with 2025-06-18; 2024-11-05 does not exclude them.
    fn may_batch(&self, message: &Message<'_>, key: Option<SessionKey>) -> bool {
        let allowed = |version: &str| matches!(version, "2024-11-05" | "2025-03-26");
        match (message.context().protocol, key) {
            (Some(version), _) => allowed(version),
            (None, Some(key)) => self.knowledge.protocol(key).is_none_or(|version| allowed(version.as_str())),
            (None, None) => true,
        }
    }

    fn collect_fields(&self, scratch: &mut Scratch, message: &Message<'_>, key: Option<SessionKey>) {
        let Scratch { tape, envelopes, origins, fields, walk, .. } = scratch;
        let context = message.context();
        for (element, envelope) in envelopes.iter().enumerate() {
            let answers = matches!(envelope.kind, Some(MessageKind::Result | MessageKind::Error));
            let id = answers.then(|| RequestId::of(tape, envelope, message.bytes())).flatten();
            let told = context.in_reply_to.filter(|origin| Some(origin.id()) == id.as_ref()).cloned();
            let known = || self.knowledge.origin(key?, message.flow(), id.as_ref()?);
            let origin = if answers { told.or_else(known) } else { None };
            let name =
                envelope.params.and_then(|params| tape.member(params, "name")).and_then(|node| tape.string(node));
            let schema = match (key, name) {
                (Some(key), Some(name)) => self.knowledge.tool(key, name),
                _ => None,
            };
            let tool = Tool {
                schema: schema.as_deref(),
                hint: name.map_or(ToolHint::None, |name| ToolHint::of(name.as_bytes())),
            };
            let element = u32::try_from(element).unwrap_or(u32::MAX);
            collect(&self.table, tape, (element, envelope), origin.as_ref(), tool, walk, fields);
            origins.push(origin);
        }
    }

    /// The layers in their order: L1, L2, L3.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        let before = self.rule_layers.len() + self.semantic_layers.len();
        let after = (before..before + self.behavior_layers.len()).map(Step::Layer);
        (0..before).map(Step::Layer).chain(self.scorer.as_ref().map(Step::Scorer)).chain(after)
    }

    pub(crate) fn layer(&self, at: usize) -> Layer {
        match at {
            at if at < self.rule_layers.len() => Layer::L1,
            at if at < self.rule_layers.len() + self.semantic_layers.len() => Layer::L2,
            _ => Layer::L3,
        }
    }

    pub(crate) fn inspection<'a>(
        scratch: &'a Scratch,
        message: &'a Message<'a>,
        findings: &'a [Finding],
    ) -> Inspection<'a> {
        let Scratch { tape, envelopes, origins, fields, .. } = scratch;
        Inspection { message, tape, envelopes, origins, fields, findings }
    }

    /// What the layer at `at` wants to ask; the layers stand in the order L1, L2, L3.
    pub(crate) fn plan(&self, at: usize, scratch: &Scratch, message: &Message<'_>, judged: &Judged) -> Vec<Query> {
        let inspection = Self::inspection(scratch, message, &judged.findings);
        let (semantic, behavior) = (
            at.wrapping_sub(self.rule_layers.len()),
            at.wrapping_sub(self.rule_layers.len() + self.semantic_layers.len()),
        );
        if let Some(layer) = self.rule_layers.get(at) {
            layer.plan(&inspection)
        } else if let Some(layer) = self.semantic_layers.get(semantic) {
            layer.plan(&inspection)
        } else {
            self.behavior_layers.get(behavior).map_or_else(Vec::new, |layer| layer.plan(&inspection))
        }
    }

    pub(crate) fn judge(
        &self,
        at: usize,
        answers: &[Answer],
        scratch: &Scratch,
        message: &Message<'_>,
        judged: &mut Judged,
    ) {
        let inspection = Self::inspection(scratch, message, &judged.findings);
        let (semantic, behavior) = (
            at.wrapping_sub(self.rule_layers.len()),
            at.wrapping_sub(self.rule_layers.len() + self.semantic_layers.len()),
        );
        let found = if let Some(layer) = self.rule_layers.get(at) {
            layer.judge(&inspection, answers)
        } else if let Some(layer) = self.semantic_layers.get(semantic) {
            layer.judge(&inspection, answers)
        } else {
            self.behavior_layers.get(behavior).map_or_else(|| Ok(Vec::new()), |layer| layer.judge(&inspection, answers))
        };
        match found {
            Ok(found) => judged.findings.extend(found),
            Err(error) => judged.findings.push(layer_failed(self.layer(at), &error)),
        }
    }

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
                seen = behavior.judge(&inspection, &self.policy.config, &mut findings, (now, room));
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
        if action == Action::Edit {
            let keep = effects == Effects::Kept;
            match self.redact(message, &*scratch, &findings, edits, (key, keep)) {
                Ok(all) => edits = all,
                Err(finding) => {
                    (action, would, edits) = (Action::Block, Action::Block, Vec::new());
                    findings.push(*finding);
                }
            }
        }
        let held = take_held(&mut findings);
        origin = origin.map(|origin| recorded(origin, &held));
        let omitted = keep_strongest(&mut findings, self.policy.config.limits.findings as usize);
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
            versions: Arc::clone(&self.versions),
            origin,
            answers,
            flow: message.flow(),
            kind,
            deny_as: self.policy.config.deny_as,
            ids,
        };
        if effects == Effects::Kept {
            if let Some((behavior, seen)) = self.behavior.as_ref().zip(seen) {
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

    pub(crate) fn now(&self, message: &Message<'_>) -> Option<Duration> {
        message.context().at.or_else(|| self.clock.map(|clock| clock()))
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
