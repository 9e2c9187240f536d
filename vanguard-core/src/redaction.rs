//! Redaction of one message: which values go, what comes of the message then, and whether it may pass.

use std::collections::{HashMap, HashSet};

use crate::finding::{Confidence, Finding, Layer, Severity};
use crate::inspector::Engine;
use crate::message::{Flow, Message, Tape};
use crate::redact::{Copies, Obstacle, Secret, plan, residue, type_of};
use crate::rules::{MAX_MATCHES, own};
use crate::scratch::Scratch;
use crate::session::{Origin, SessionKey, ToolSchema};
use crate::verdict::{Action, Edit, edited};

/// How often what is left is looked for anew. One round finds all, but for what hid behind something else or was one too many.
const ROUNDS: usize = 3;

/// A value to redact, with its type.
type Wanted = (String, Secret);

impl Engine {
    /// The edits of `message` that make its verdict's: those given, and the redaction of what `findings` hold and policy redacts. An
    /// obstacle is a finding that blocks.
    pub(crate) fn redact(
        &self,
        message: &Message<'_>,
        before: &Scratch,
        findings: &[Finding],
        given: Vec<Edit>,
        (key, keep): (Option<SessionKey>, bool),
    ) -> Result<Vec<Edit>, Box<Finding>> {
        let mut wanted = Vec::new();
        add(findings, &mut wanted);
        if wanted.is_empty() {
            return Ok(given);
        }
        if let Some(finding) = teeming(findings) {
            return Err(blocked(Obstacle { pointer: finding.pointer.clone(), ..Obstacle::lasting() }));
        }
        let Scratch { tape, envelopes, origins, .. } = before;
        let answered = origins.first().and_then(Option::as_ref).filter(|origin| origin.method() == "tools/call");
        let schema = key.zip(answered.and_then(Origin::target)).and_then(|(key, tool)| self.knowledge.tool(key, tool));
        let output = schema.as_deref().map(ToolSchema::output);
        let mut left = Obstacle::lasting();
        for _ in 0..ROUNDS {
            let marked = self.marked(&wanted, key, keep);
            let Some(copies) = Copies::of(&marked) else { break };
            let found = plan((tape, envelopes), message.bytes(), &copies, output).map_err(blocked)?;
            let edits = joined(&given, found);
            let bytes = edited(message.bytes(), &edits);
            let after = Message::new(message.flow(), &bytes).with_context(*message.context());
            let mut scratch = Scratch::new();
            let again = self.again(&mut scratch, &after);
            if !is_same(tape, message.bytes(), &scratch.tape, &bytes) {
                return Err(blocked(Obstacle::changed()));
            }
            if let Some(obstacle) = residue(&scratch.tape, &scratch.envelopes, &copies) {
                return Err(blocked(obstacle));
            }
            let known = wanted.len();
            add(&again, &mut wanted);
            let redacts = |finding: &&Finding| finding.held.is_some() && finding.action == Action::Edit;
            match again.iter().find(redacts) {
                None => {
                    let kept = self.policy.config.redaction.reversible && keep && message.context().server.is_some();
                    if let (true, Flow::ToClient, Some(key)) = (kept, message.flow(), key) {
                        self.knowledge.keep_tokens(key, &marked);
                    }
                    return Ok(edits);
                }
                Some(finding) if wanted.len() == known => {
                    left = Obstacle { pointer: finding.pointer.clone(), span: finding.span, ..left };
                    break;
                }
                Some(_) => {}
            }
        }
        Err(blocked(left))
    }

    /// Each value with its placeholder.
    fn marked(&self, wanted: &[Wanted], key: Option<SessionKey>, keep: bool) -> Vec<(Secret, String)> {
        let secrets: Vec<_> = wanted.iter().map(|(kind, secret)| (kind.clone(), secret.reveal())).collect();
        let numbers = self.knowledge.numbers(key, keep, &secrets);
        let mark = |((kind, secret), number): (&Wanted, u32)| (secret.clone(), format!("[REDACTED:{kind}:{number}]"));
        wanted.iter().zip(numbers).map(mark).collect()
    }

    /// What is found in a message that has been redacted, and what policy makes of it.
    fn again(&self, scratch: &mut Scratch, message: &Message<'_>) -> Vec<Finding> {
        let mut findings = self.begin(scratch, message).findings;
        let inspection = Self::inspection(scratch, message, &[]);
        self.policy.compose(&inspection, &mut findings, false, self.now(message));
        findings
    }
}

impl Obstacle {
    fn lasting() -> Self {
        let reason = "more secrets are in it than could be redacted";
        Self { pointer: String::new(), span: crate::message::Span::new(0, 0), reason }
    }

    fn changed() -> Self {
        Self { reason: "redacted, it would not be the same message", ..Self::lasting() }
    }
}

fn blocked(obstacle: Obstacle) -> Box<Finding> {
    let mut finding = Finding::new(own::REDACT_RESIDUE, Layer::Policy, Severity::High, Confidence::High)
        .because(format!("a secret can't be redacted: {}", obstacle.reason))
        .at(obstacle.pointer, obstacle.span);
    finding.action = Action::Block;
    Box::new(finding)
}

/// Adds the values of findings that are redacted, each once; of several names for one, the surest.
fn add(findings: &[Finding], wanted: &mut Vec<Wanted>) {
    let mut redacted: Vec<_> = findings.iter().filter(|finding| finding.action == Action::Edit).collect();
    if redacted.is_empty() {
        return;
    }
    let mut known: HashSet<Secret> = wanted.iter().map(|(_, secret)| secret.clone()).collect();
    redacted.sort_by_key(|finding| std::cmp::Reverse(finding.confidence));
    for finding in redacted {
        let Some(secret) = &finding.held else { continue };
        if known.insert(secret.clone()) {
            wanted.push((type_of(&finding.rule), secret.clone()));
        }
    }
}

/// A finding in a text that holds more values of one kind than are reported, most of them different: however often it is looked at
/// anew, some are left.
fn teeming(findings: &[Finding]) -> Option<&Finding> {
    const FULL: usize = MAX_MATCHES as usize;
    let held = findings.iter().filter(|finding| finding.action == Action::Edit && finding.held.is_some());
    let mut texts: HashMap<_, Vec<_>> = HashMap::new();
    held.for_each(|finding| texts.entry((&finding.rule, &finding.pointer)).or_default().push(finding));
    let full = texts.into_values().find(|found: &Vec<&Finding>| {
        let different: HashSet<_> = found.iter().filter_map(|finding| finding.held.as_ref()).collect();
        found.len() >= FULL && different.len() * 2 > FULL
    })?;
    full.first().copied()
}

/// Both kinds of edits, sorted; what is taken out as a whole is not edited inside. `given` is sorted, and its spans lie apart.
fn joined(given: &[Edit], found: Vec<Edit>) -> Vec<Edit> {
    let apart = |edit: &Edit| {
        let next = given.partition_point(|other| other.span.end <= edit.span.start);
        given.get(next).is_none_or(|other| edit.span.end <= other.span.start)
    };
    let mut edits: Vec<_> = given.iter().cloned().chain(found.into_iter().filter(apart)).collect();
    edits.sort_by_key(|edit| edit.span);
    edits
}

/// Whether a message still reads, and has the ids, methods and versions that it had.
fn is_same(before: &Tape, message: &[u8], after: &Tape, edited: &[u8]) -> bool {
    let heads = |tape: &Tape, bytes: &[u8]| -> Vec<Vec<u8>> {
        let elements: Vec<_> = tape.elements(0).collect();
        let roots = if elements.is_empty() { vec![0] } else { elements };
        let parts = roots.iter().flat_map(|root| ["jsonrpc", "id", "method"].map(|name| tape.member(*root, name)));
        let written = |id| tape.node(id).map(|node| node.source.of(bytes).to_vec());
        parts.map(|part| part.and_then(written).unwrap_or_default()).collect()
    };
    after.is_complete()
        && after.issues().len() <= before.issues().len()
        && heads(before, message) == heads(after, edited)
}
