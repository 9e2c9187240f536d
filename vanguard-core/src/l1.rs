//! The built-in L1: views of every field, one scan for all signatures, analyzers, and findings made of what they hit.

use std::cell::LazyCell;
use std::collections::HashSet;
use std::iter;
use std::ops::Range;

use crate::config::{Capabilities, Lists};
use crate::destination::Forbidden;
use crate::distinct::{Distinct, Firsts};
use crate::facts::{FactScratch, Facts, Telling, is_handed_on, may_begin_line};
use crate::finding::{Confidence, Finding, Layer, Severity, Taxonomy, excerpt};
use crate::mask::{conceals, masked};
use crate::message::{Aligner, Envelope, Field, FieldKind, Flow, MessageKind, Places, Span, Tape};
use crate::normalize::{Notes, Triggers, ViewLimits, ViewPool, expand, holds_text, triggers};
use crate::redact::{Secret, value};
use crate::resolver::{Crossing, FieldZones, Jail, PathResolver, Resolved, Sharing, Stray};
use crate::rules::rule::Unknown;
use crate::rules::{Budget, Filter, Hit, MAX_FOUND, Rule, RuleScratch, RuleSet, Segment, own};
use crate::semantic::{Judge, Scorer, is_read, place};
use crate::verdict::Action;

/// Work allowed per byte of message, its views with it, in steps of a matcher, and the least that any message gets. Three times what the dearest
/// of honest files and lists take, ten times what prose does (`benches/costs.rs` prints the headroom): who writes a text so that it has many
/// views of many near misses each pays with `LIMIT-WORK`.
const STEPS_PER_BYTE: u64 = 16;
const STEPS_FLOOR: u64 = 64 << 10;

/// Up to this many fields are judged without a look at which of them are alike.
const FEW: usize = 8;

/// Fields are judged by runs of so many bytes, so that one who fills a message with attacks is told of them before all are read.
const RUN: usize = 4 << 10;

/// So many findings that block by themselves are enough: what stands in the fields behind them changes nothing. A verdict tells of no
/// more than twice as many.
const ENOUGH: usize = 32;

/// Where one of them blocks, so many of any kind are enough.
const ENOUGH_OF_ALL: usize = 4 * ENOUGH;

/// Buffers of the built-in L1.
#[derive(Debug, Default)]
pub(crate) struct L1Scratch {
    segments: Vec<Segment>,
    view_segments: Vec<Segment>,
    notes: Vec<Notes>,
    triggers: Vec<Triggers>,
    pool: ViewPool,
    rules: RuleScratch,
    hits: Vec<Hit>,
    facts: FactScratch,
    scorer: Scorer,
    distinct: Distinct,
}

impl L1Scratch {
    /// Makes room for the next message. What a large one took is given back.
    pub(crate) fn clear(&mut self, large: bool) {
        if large {
            *self = Self::default();
        }
        self.go_on();
        self.pool.clear();
        self.facts.begin_message();
    }

    /// Makes room for the message's next fields.
    fn go_on(&mut self) {
        self.segments.clear();
        self.view_segments.clear();
        self.notes.clear();
        self.triggers.clear();
        self.hits.clear();
        self.rules.clear();
        self.pool.go_on();
    }
}

/// One message (of a batch, one element) as L1 sees it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) flow: Flow,
    pub(crate) tape: &'a Tape,
    pub(crate) envelope: &'a Envelope,
    pub(crate) method: Option<&'a str>,
    pub(crate) tool: Option<&'a str>,
    pub(crate) fields: &'a [Field],
    /// The zones that a field is held to and what is done with it; `None` where there are none.
    pub(crate) zones: Option<&'a dyn FieldZones>,
    /// The hosts that the call may reach; `None` where there is no list.
    pub(crate) destinations: Option<Lists<'a>>,
    pub(crate) resolver: Option<&'a dyn PathResolver>,
    pub(crate) capabilities: Option<Capabilities>,
    /// What a call certainly does with a field.
    pub(crate) does: &'a dyn Fn(&Field) -> Capabilities,
    /// The embedded model, asked for when there is something to read; `None` where it is switched off.
    pub(crate) semantic: Option<&'a dyn Fn() -> Judge>,
    /// Whether a finding by itself blocks the message.
    pub(crate) blocks: &'a dyn Fn(&Finding) -> bool,
}

/// What is carried from one run of fields to the next.
#[derive(Default)]
struct Pass {
    /// What the call's and its settings' names may tell of fields.
    telling: Telling,
    budget: Budget,
    /// Matches so far.
    found: usize,
    /// Whether something was encoded deeper or more often than could be read.
    unread: bool,
    /// Whether the work was not enough for all of it, and whether so much was found that not all of it was looked at.
    exhausted: bool,
    enough: bool,
    aligner: Aligner,
    places: Places,
    /// The taxonomy of the last rule.
    last: Option<(u32, Taxonomy)>,
    /// What is told behind all that rules found: where fields lead, and what they mean.
    strays: Vec<Finding>,
    meant: Vec<Finding>,
}

impl Subject<'_> {
    /// Judges the fields and adds what is found.
    pub(crate) fn judge(&self, rules: &RuleSet, limits: &ViewLimits, scratch: &mut L1Scratch, out: &mut Vec<Finding>) {
        let mut pass = Pass { telling: Telling::of(self.flow, self.tool), ..Pass::default() };
        // What may be done with a path depends on where it stands, and few fields repeat little.
        if self.zones.is_some() || self.fields.len() <= FEW {
            self.judge_runs(&mut [], (rules, limits), scratch, (&mut pass, out));
            pass.tell_limits(out);
            return;
        }
        let mut distinct = std::mem::take(&mut scratch.distinct);
        let telling = pass.telling;
        let Firsts { fields, same, told } =
            distinct.of(self.fields, self.tape.arena(), |field| may_begin_line(field, self.tape, telling));
        let start = out.len();
        Subject { fields, ..*self }.judge_runs(told, (rules, limits), scratch, (&mut pass, out));
        // What is found is told of every place where it stands, and what hangs on its place is asked at each. What is clean is so anywhere.
        if fields.len() < self.fields.len() && told.contains(&true) {
            let told = |same: &u32| told.get(*same as usize).copied().unwrap_or_default();
            let mut firsts = fields.iter().map(|first| first.text).peekable();
            let others = self.fields.iter().zip(same);
            let others = others.filter(|(field, same)| firsts.next_if_eq(&field.text).is_none() && told(same));
            let others: Vec<Field> = others.map(|(field, _)| *field).collect();
            let first = out.len();
            Subject { fields: &others, ..*self }.judge_runs(&mut [], (rules, limits), scratch, (&mut pass, out));
            if out.len() > first {
                // As they stand in the message, what rules found first.
                let place = |finding: &Finding| (finding.layer, finding.span.start);
                out.get_mut(start..).unwrap_or_default().sort_by_key(place);
            }
        }
        pass.tell_limits(out);
        scratch.distinct = distinct;
    }

    /// Whether the message is a call that zones and lists of destinations hold.
    fn is_held(&self) -> bool {
        self.flow == Flow::ToServer && self.envelope.kind == Some(MessageKind::Request)
    }

    /// Judges the fields run by run, until there is nothing left to look at or so much was found that nothing else matters. Marks in `told`
    /// the fields of which something was found, or hangs on where they stand.
    fn judge_runs(
        &self,
        told: &mut [bool],
        with: (&RuleSet, &ViewLimits),
        scratch: &mut L1Scratch,
        (pass, out): (&mut Pass, &mut Vec<Finding>),
    ) {
        scratch.clear(false);
        let (Some(first), Some(last)) = (self.fields.first(), self.fields.last()) else { return };
        let work = u64::from(last.text.end - first.text.start);
        pass.begin(Budget::new(work.saturating_mul(STEPS_PER_BYTE).saturating_add(STEPS_FLOOR)));
        scratch.pool.begin(self.bytes.len());
        let (mut fields, mut told) = (self.fields, told);
        // How often the resolver is asked is counted for the message.
        let jail = Jail::new(self.zones.filter(|_| self.is_held()), self.resolver);
        let before = out.len();
        let (mut counted, mut blocking, mut enough) = (before, 0, false);
        while !fields.is_empty() && !enough {
            let (run, others) = fields.split_at_checked(run(fields)).unwrap_or((fields, &[]));
            let (own, other_marks) = told.split_at_mut(run.len().min(told.len()));
            Subject { fields: run, ..*self }.judge_run(own, with, &jail, scratch, (pass, out));
            (fields, told) = (others, other_marks);
            if !fields.is_empty() {
                blocking += out.iter().skip(counted).filter(|finding| (self.blocks)(finding)).count();
                counted = out.len();
                enough = blocking >= ENOUGH || blocking > 0 && counted - before >= ENOUGH_OF_ALL;
            }
        }
        pass.enough |= !fields.is_empty();
        pass.exhausted |= pass.budget.is_exhausted();
        out.append(&mut pass.strays);
        out.append(&mut pass.meant);
    }

    fn judge_run(
        &self,
        told: &mut [bool],
        (rules, limits): (&RuleSet, &ViewLimits),
        jail: &Jail<'_>,
        scratch: &mut L1Scratch,
        (pass, out): (&mut Pass, &mut Vec<Finding>),
    ) {
        scratch.go_on();
        let (Some(first), Some(last)) = (self.fields.first(), self.fields.last()) else { return };
        // Spans count from the run's first string, so that every string is scanned once.
        let base = first.text.start;
        let arena = Span::new(base, last.text.end).of(self.tape.arena());
        pass.unread |= self.read(base, limits, scratch);
        let filter = Filter {
            flow: self.flow,
            kind: self.envelope.kind.unwrap_or(MessageKind::Notification),
            method: self.method,
            tool: self.tool,
            capabilities: self.capabilities,
        };
        let L1Scratch { segments, view_segments, notes, triggers, pool, rules: marks, hits, facts, scorer, .. } =
            scratch;
        rules.scan(&[(arena, segments), (pool.bytes(), view_segments)], &filter, marks, &mut pass.budget);
        // As many as one run may have, of all of them.
        pass.found += marks.found.len();
        if pass.found > MAX_FOUND {
            pass.budget.exhaust();
        }
        let held = self.is_held();
        let destinations = self.destinations.filter(|_| held && self.method.is_some_and(reaches));
        let source = Facts::new(
            (self.fields, self.tape),
            (pool, notes, triggers),
            (jail, destinations),
            (self.does, pass.telling),
            facts,
        );
        rules.judge(&filter, marks, &source, hits);
        pass.unread |= source.unread();
        let mut tell = |field: u32| told.get_mut(field as usize).into_iter().for_each(|told| *told = true);
        let mut seen = HashSet::new();
        for hit in hits.iter() {
            tell(hit.field);
            out.extend(rules.rule(hit.rule).and_then(|rule| self.finding(rule, hit, pool, (pass, &mut seen))));
        }
        source.strays(|field, view, stray| {
            tell(field);
            pass.strays.extend(self.stray(field, view, stray));
        });
        source.hanging(&mut tell);
        if let Some(judge) = self.semantic {
            self.mean(judge, scorer, pool, (segments, view_segments), |field, finding| {
                tell(field);
                pass.meant.push(finding);
            });
        }
    }

    /// L2 on what a model reads as prose: each field as written and in all its views, of which the strongest counts.
    fn mean(
        &self,
        judge: &dyn Fn() -> Judge,
        scorer: &mut Scorer,
        pool: &ViewPool,
        (own, views): (&[Segment], &[Segment]),
        mut tell: impl FnMut(u32, Finding),
    ) {
        let mut views = views;
        let judge = LazyCell::new(judge);
        for (at, (field, segment)) in (0_u32..).zip(self.fields.iter().zip(own)) {
            let count = views.iter().take_while(|view| view.field == at).count();
            let (mine, rest) = views.split_at_checked(count).unwrap_or((views, &[]));
            views = rest;
            let Some(place) = place(self.flow, segment.kind, self.method) else { continue };
            let text = field.text.of(self.tape.arena());
            let texts =
                iter::once((None, text)).chain(mine.iter().filter_map(|view| Some((view.view, pool.text(view.view?)))));
            let read = texts.filter(|(_, text)| is_read(text));
            let looked = read.filter_map(|(view, text)| Some((view, text, judge.look(scorer, place, text)?)));
            let strongest = looked.max_by_key(|(_, _, seen)| (!seen.faint, seen.band, seen.best.score));
            let Some((view, text, seen)) = strongest else { continue };
            let window = Span::new(seen.best.start, seen.best.end);
            let within = view.map_or(window, |view| pool.source_span(view, window));
            let span = self.tape.source_span(field.node, within, self.bytes);
            let mut finding = seen.finding(text).at(self.tape.pointer(field.node), span);
            finding.unknown_field = field.kind == FieldKind::Unknown;
            tell(at, finding);
        }
    }

    fn forbidden(&self, field: &Field, text: &[u8], forbidden: &Forbidden) -> Finding {
        let host = excerpt(forbidden.host.as_bytes());
        let (reason, allow) = match &forbidden.denied_by {
            Some(entry) => (
                format!("`destinations.deny` has `{entry}`, which means `{host}`"),
                format!("take `{entry}` out of `destinations.deny`"),
            ),
            None => (
                format!("nothing in `destinations.allow` means `{host}`"),
                format!("destinations: {{allow: [{}]}}", serde_json::Value::from(forbidden.host.as_str())),
            ),
        };
        let mut finding = Finding::new(own::POLICY_DESTINATION, Layer::Policy, Severity::High, Confidence::High)
            .because(reason)
            .at(
                self.tape.pointer(field.node),
                self.tape.source_span(field.node, Span::of_usize(0, text.len()), self.bytes),
            )
            .seeing(text);
        finding.action = Action::Block;
        finding.allow = allow;
        finding
    }

    fn stray(&self, field: u32, view: Option<u32>, stray: &Stray) -> Option<Finding> {
        let field = self.fields.get(field as usize)?;
        let text = field.text.of(self.tape.arena());
        let path = if view.is_some() { "decoded, the path" } else { "the path" };
        let (rule, reason) = match stray {
            Stray::Destination(forbidden) => return Some(self.forbidden(field, text, forbidden)),
            Stray::Text => (own::POLICY_ZONE, format!("{path} leads out of the safe zones")),
            Stray::Resolved(Resolved::Outside { to, by }) => {
                let by = match by {
                    Crossing::Link => "a link",
                    Crossing::MagicLink => "a link into a process",
                    Crossing::CurrentFolder => "the server's current folder",
                };
                (own::POLICY_ZONE_LINK, format!("{path} leads out of the safe zones by {by}: it is `{}`", excerpt(to)))
            }
            Stray::Resolved(Resolved::Unknown(why)) => {
                (own::POLICY_ZONE_UNKNOWN, format!("nobody can say where {path} leads: {why}"))
            }
            Stray::Resolved(Resolved::Shared(Sharing::HardLink { names })) => (
                own::POLICY_ZONE_SHARED,
                format!("{path} is one of {names} names of a file; the others may lie outside"),
            ),
            Stray::Resolved(Resolved::Shared(Sharing::Mount)) => {
                (own::POLICY_ZONE_SHARED, format!("{path} leads onto another mount than its safe zone"))
            }
            Stray::Resolved(Resolved::Inside) => return None,
        };
        // Package managers link and containers mount all the time: worth a line in a record, no more.
        let shared = rule == own::POLICY_ZONE_SHARED;
        let severity = if shared { Severity::Info } else { Severity::High };
        let mut finding = Finding::new(rule, Layer::Policy, severity, Confidence::High)
            .because(reason)
            .at(
                self.tape.pointer(field.node),
                self.tape.source_span(field.node, Span::of_usize(0, text.len()), self.bytes),
            )
            .seeing(text);
        if !shared {
            finding.action = Action::Block;
            finding.allow = "safe_zones: [<the folder>]".to_owned();
        }
        Some(finding)
    }

    /// Lays out the segments and makes the views. Returns whether a cap cut the views short.
    fn read(&self, base: u32, limits: &ViewLimits, scratch: &mut L1Scratch) -> bool {
        let L1Scratch { segments, view_segments, notes, triggers: seen, pool, .. } = scratch;
        let mut exhausted = false;
        for (at, field) in (0_u32..).zip(self.fields) {
            let span = Span::new(field.text.start - base, field.text.end - base);
            segments.push(Segment { span, field: at, kind: field.kind, view: None });
            let text = field.text.of(self.tape.arena());
            let (kind, marks) = match field.kind {
                FieldKind::Opaque if is_file(self.tape.key_of(field.node)) && holds_text(text) => {
                    (FieldKind::Text, Triggers::BASE_RUN)
                }
                FieldKind::Opaque => (FieldKind::Opaque, Triggers::NONE),
                kind => (kind, triggers(text)),
            };
            seen.push(marks);
            if marks == Triggers::NONE {
                notes.push(Notes::NONE);
                continue;
            }
            let expansion = expand(text, marks, kind, at, limits, pool);
            notes.push(expansion.notes);
            exhausted |= expansion.exhausted;
            let views = pool.views().get(as_range(&expansion.views)).unwrap_or_default();
            view_segments.extend((expansion.views.start..).zip(views).map(|(index, view)| Segment {
                span: view.span,
                field: at,
                kind,
                view: Some(index),
            }));
        }
        exhausted
    }

    /// The text that a hit is in: the field's own, or a view's.
    fn text<'p>(&'p self, hit: &Hit, pool: &'p ViewPool) -> &'p [u8] {
        let own = || self.fields.get(hit.field as usize).map_or(&[][..], |field| field.text.of(self.tape.arena()));
        hit.view.map_or_else(own, |view| pool.text(view))
    }

    fn finding<'a>(
        &'a self,
        rule: &Rule,
        hit: &Hit,
        pool: &'a ViewPool,
        (pass, told): (&mut Pass, &mut HashSet<Told<'a>>),
    ) -> Option<Finding> {
        let field = self.fields.get(hit.field as usize)?;
        let within = hit.view.map_or(hit.span, |view| pool.source_span(view, hit.span));
        let text = self.text(hit, pool);
        let seen = hit.span.of(text);
        let conceals = conceals(&rule.id);
        let secret = if conceals { value(rule, text, hit.span).map(|secret| secret.of(text)) } else { None };
        // What a view leaves as it was is seen in it again.
        if !pool.views().is_empty() && !told.insert((hit.field, hit.rule, within, seen, secret)) {
            return None;
        }
        let span = self.tape.next_source_span(field.node, within, self.bytes, &mut pass.aligner);
        let mut finding = Finding::new(&rule.id, Layer::L1, rule.severity, rule.confidence)
            .because(&rule.reason)
            .at(self.tape.next_pointer(field.node, &mut pass.places), span);
        finding.evidence = if conceals { masked(seen) } else { excerpt(seen) };
        finding.held = secret.map(Secret::new);
        finding.unknown_field = field.kind == FieldKind::Unknown
            && rule.on.unknown == Unknown::Raise
            && !is_handed_on(field, self.tape, pass.telling);
        finding.taxonomy = pass.taxonomy(hit.rule, rule);
        Some(finding)
    }
}

/// What has been told, where a text has views: field, rule, bytes of the field, what was seen there, and what of it is secret.
type Told<'a> = (u32, u32, Span, &'a [u8], Option<&'a [u8]>);

impl Pass {
    /// Starts anew, but for what was not looked at.
    fn begin(&mut self, budget: Budget) {
        let Self { telling, unread, exhausted, enough, .. } = *self;
        *self = Self { telling, budget, unread, exhausted, enough, ..Self::default() };
    }

    /// Says what was not looked at.
    fn tell_limits(&self, out: &mut Vec<Finding>) {
        let mut tell = |holds: bool, rule: &str, reason: &str| {
            if holds {
                out.push(Finding::new(rule, Layer::L1, Severity::High, Confidence::High).because(reason));
            }
        };
        let enough = "so much was found that blocks the message that what stands behind it was not looked at";
        tell(self.enough, own::LIMIT_WORK, enough);
        tell(self.exhausted, own::LIMIT_WORK, "judging the message took more work than any honest message needs");
        tell(self.unread, own::LIMIT_VIEWS, "the message is encoded deeper or more often than could be read");
    }

    fn taxonomy(&mut self, at: u32, rule: &Rule) -> Taxonomy {
        if let Some((_, taxonomy)) = self.last.as_ref().filter(|(last, _)| *last == at) {
            return taxonomy.clone();
        }
        let taxonomy: Taxonomy = rule.taxonomy.iter().map(|tag| (tag.scheme, tag.id.as_str())).collect();
        self.last = Some((at, taxonomy.clone()));
        taxonomy
    }
}

/// How many of the fields are judged together.
fn run(fields: &[Field]) -> usize {
    let mut bytes = 0;
    let full = |field: &Field| {
        bytes += field.text.len();
        bytes >= RUN
    };
    fields.iter().position(full).map_or(fields.len(), |last| last + 1)
}

/// Whether an opaque field of this name is a file's content, and no handle.
fn is_file(key: &[u8]) -> bool {
    matches!(key, b"blob" | b"data")
}

/// Whether a request of this method asks a server to go somewhere.
fn reaches(method: &str) -> bool {
    matches!(method, "tools/call" | "resources/read" | "resources/subscribe" | "prompts/get")
}

fn as_range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
