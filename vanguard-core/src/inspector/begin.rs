//! A message read, its strings told apart, and the signatures run.

use std::cell::LazyCell;

use super::{Engine, Judged, start_up};
use crate::analyzers::path::{Access, Zones};
use crate::behavior::Behavior;
use crate::config::{Capabilities, Capability};
use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::headers;
use crate::inspection::Inspection;
use crate::l1::Subject;
use crate::listings::Listings;
use crate::message::{
    Field, Flow, IssueKind, Message, MessageKind, NONE, Span, Tape, Tool, ToolHint, Visibility, collect, envelopes,
    object_to, read,
};
use crate::policy::{Policy, Profile, done_with};
use crate::resolver::FieldZones;
use crate::scratch::Scratch;
use crate::semantic::Judge;
use crate::session::{Origin, RequestId, SessionKey};
use crate::structure;

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
    /// L0, fields and the built-in L1.
    pub(crate) fn begin(&self, scratch: &mut Scratch, message: &Message<'_>) -> Judged {
        let (bytes, context) = (message.bytes(), message.context());
        scratch.clear();
        read(bytes, context.framing, &self.policy.config.limits, &mut scratch.tape);
        let named = context.server.is_some() || context.session.is_some();
        let key =
            (named || context.visibility == Visibility::Full).then(|| scratch.session.of(&self.knowledge, context));
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
            let tool = |name: &str| self.knowledge.tool(key?, name);
            headers::judge(&Self::inspection(scratch, message, &[]), tool, &mut findings);
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
        let (tape, server) = (&*tape, message.context().server);
        let inspection = Inspection { message, tape, envelopes, origins, fields, findings: &[] };
        let blocks = |finding: &Finding| self.policy.blocks(&inspection, finding, self.now(message));
        let mut rest = fields.as_slice();
        for (element, (envelope, origin)) in (0_u32..).zip(envelopes.iter().zip(origins.iter())) {
            let own = rest.iter().take_while(|field| field.element == element).count();
            let (fields, others) = rest.split_at_checked(own).unwrap_or((rest, &[]));
            rest = others;
            let method =
                envelope.method.and_then(|node| tape.string(node)).or_else(|| origin.as_ref().map(Origin::method));
            let own = envelope.name(tape);
            let tool = own.or_else(|| origin.as_ref().and_then(Origin::target));
            let judge = || Judge { profile: self.bar(message) };
            // Asked of many fields, it is found once.
            let call = envelope.params.filter(|_| method == Some("tools/call")).zip(tool);
            let arguments = || call.and_then(|(params, _)| tape.member(params, "arguments"));
            let does = LazyCell::new(|| {
                call.map(|(_, tool)| {
                    let members = arguments().into_iter().flat_map(|node| tape.members(node));
                    self.policy.does(tool, members.map(|(key, _)| tape.text(key)))
                })
            });
            let done = |field: &Field| {
                let does = does.map_or(Capabilities::NONE, |does| done_with(tape.key_of(field.node), does));
                let writes = does.contains(Capability::Write);
                if writes && arguments().is_some_and(|arguments| start_up::writes_settings(tape, arguments, field)) {
                    does.without(Capability::Write)
                } else {
                    does
                }
            };
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
                does: &done,
                semantic: self.policy.config.semantic.model.then_some(&judge),
                blocks: &blocks,
            };
            subject.judge(&self.rules, &self.policy.config.views, l1, findings);
        }
    }

    /// The profile whose bars a text is held to by what it means: a session with much against it is held to those of `strict`.
    fn bar(&self, message: &Message<'_>) -> Profile {
        let suspect = |behavior: &Behavior| behavior.is_suspect(message.context(), self.clock.map(|clock| clock()));
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
            let name = envelope.name(tape);
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
}
