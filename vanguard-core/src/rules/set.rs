//! Rules made ready: immutable, shared by all threads.

use std::sync::Arc;

use crate::analyzers::secret::Check;
use crate::analyzers::shell::QueryIndex;
use crate::message::{FieldKind, Flow, MessageKind, Span};

use super::{
    beside::Beside,
    builder::RuleSetBuilder,
    chain::Chain,
    condition::Condition,
    later::may_wait,
    literals::Literal,
    pattern::Pattern,
    prefilter::Prefilter,
    query::{Asked, Query, TOPICS, Topic},
    rule::{Matches, Rule, Views},
    scan::{Found, Segment},
};

/// A set of rules: compiled once, used for every message.
#[derive(Debug)]
pub struct RuleSet {
    rules: Vec<Rule>,
    /// Ids of rules that the packs have and that are switched off.
    disabled: Vec<String>,
    pub(crate) programs: Vec<Program>,
    pub(crate) patterns: Vec<PatternEntry>,
    pub(crate) chains: usize,
    /// Patterns that require no literal.
    pub(crate) unfiltered: Vec<u32>,
    /// The queries of each topic.
    pub(crate) queries: [Vec<QueryEntry>; TOPICS],
    /// Those about command lines, by what they ask of one.
    pub(crate) shell: QueryIndex,
    /// The numbers of those that are asked of each kind of field: for each topic, for each kind.
    asking: Vec<Vec<u32>>,
    /// What they ask about, for each bit of [`Filter::bit`](super::scan::Filter::bit).
    pub(crate) asked: [Asked; 8],
    pub(crate) prefilter: Prefilter,
    version: String,
    /// Where each literal's places start; one more than there are literals.
    place_starts: Vec<u32>,
    places: Vec<Place>,
}

/// A rule's condition over its atoms.
#[derive(Debug)]
pub(crate) enum Program {
    Atom(u32),
    All(Vec<Program>),
    Any(Vec<Program>),
    Not(Box<Program>),
}

/// A pattern and whose it is.
#[derive(Debug)]
pub(crate) struct PatternEntry {
    pub(crate) matcher: Matcher,
    pub(crate) gate: Gate,
    pub(crate) every: bool,
    pub(crate) check: Option<Check>,
    pub(crate) rule: u32,
    atom: u32,
    /// Whether it is looked at only where the rest of its rule found something.
    pub(crate) later: bool,
}

/// How an atom over text is matched.
#[derive(Debug)]
pub(crate) enum Matcher {
    One(Pattern),
    /// A chain, and its index among all chains.
    Two(Box<Chain>, u32),
}

impl PatternEntry {
    /// The pattern whose literals the prefilter looks for.
    pub(crate) fn sought(&self) -> &Pattern {
        match &self.matcher {
            Matcher::One(pattern) => pattern,
            Matcher::Two(chain, _) => chain.sought(),
        }
    }

    pub(crate) fn found(&self, segment: &Segment, span: Span) -> Found {
        Found { field: segment.field, rule: self.rule, view: segment.view, span, atom: self.atom }
    }
}

/// A query and whose it is.
#[derive(Debug)]
pub(crate) struct QueryEntry {
    pub(crate) query: Arc<Query>,
    pub(crate) gate: Gate,
    pub(crate) every: bool,
    pub(crate) rule: u32,
    pub(crate) atom: u32,
}

/// The part of a rule's scope that is cheap to ask for each candidate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    fields: u16,
    when: u8,
    as_written: bool,
    decoded: bool,
}

impl Gate {
    fn of(rule: &Rule) -> Self {
        let flows = [Flow::ToServer, Flow::ToClient]
            .into_iter()
            .filter(|flow| rule.on.flows.is_empty() || rule.on.flows.contains(flow));
        let kinds = [MessageKind::Request, MessageKind::Notification, MessageKind::Result, MessageKind::Error];
        let mut when = 0;
        for flow in flows {
            for kind in kinds.into_iter().filter(|kind| rule.on.kinds.is_empty() || rule.on.kinds.contains(kind)) {
                when |= 1 << (flow as u8 * 4 + kind as u8);
            }
        }
        Self {
            fields: rule.on.judged().bits(),
            when,
            as_written: rule.on.views != Views::Decoded,
            decoded: rule.on.views != Views::AsWritten,
        }
    }

    /// Whether a text of this kind, in a message of this flow and kind, is the rule's concern.
    pub(crate) fn passes(self, kind: FieldKind, is_view: bool, when: u8) -> bool {
        self.when & when != 0
            && self.fields & (1 << kind as u16) != 0
            && (if is_view { self.decoded } else { self.as_written })
    }
}

/// A literal as one pattern requires it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) pattern: u32,
    min_before: u32,
    max_before: Option<u32>,
    beside: [Beside; 2],
    gate: Gate,
}

impl Place {
    /// Whether a text of this kind and view is the rule's concern, and what stands directly before and behind the literal is
    /// what the pattern lets stand there.
    pub(crate) fn admits(&self, segment: &Segment, when: u8, beside: [Beside; 2]) -> bool {
        let [before, behind] = self.beside;
        let [is_before, is_behind] = beside;
        before.meets(is_before)
            && behind.meets(is_behind)
            && self.gate.passes(segment.kind, segment.view.is_some(), when)
    }

    /// Where a match may start whose literal stands at `at`: lowest and highest. Lowest above highest if nowhere.
    pub(crate) fn reach(self, at: usize) -> (usize, usize) {
        match at.checked_sub(self.min_before as usize) {
            Some(highest) => (self.max_before.map_or(0, |max| at.saturating_sub(max as usize)), highest),
            None => (1, 0),
        }
    }
}

impl RuleSet {
    /// Starts a set: [`builder().builtin().build()`](RuleSetBuilder::build).
    #[must_use]
    pub fn builder() -> RuleSetBuilder {
        RuleSetBuilder::default()
    }

    /// The packs that come with the crate.
    #[must_use]
    #[expect(clippy::expect_used, reason = "what the build script wrote is read by the crate's tests")]
    pub fn builtin() -> Self {
        Self::builder().builtin().build().expect("the built-in packs are sound")
    }

    /// Makes rules ready. Automata are built when a pattern is first a candidate.
    #[must_use]
    pub fn new(rules: Vec<Rule>) -> Self {
        let mut compile = Compile::default();
        for (index, rule) in (0_u32..).zip(&rules) {
            compile.rule(index, rule);
        }
        let Compile { programs, patterns, queries, asked, unfiltered, chains, .. } = compile;
        let chains = chains as usize;
        let mut literals: Vec<(u64, &Literal, Place)> = Vec::with_capacity(2 * patterns.len());
        for (pattern, entry) in (0_u32..).zip(&patterns) {
            literals.extend(entry.sought().derived().literals.iter().map(|literal| {
                let place = Place {
                    pattern,
                    min_before: literal.min_before,
                    max_before: literal.max_before,
                    beside: [literal.before, literal.behind],
                    gate: entry.gate,
                };
                (head(&literal.bytes), literal, place)
            }));
        }
        // By their first bytes as a number first: most differ there.
        literals.sort_by(|(a, one, _), (b, other, _)| a.cmp(b).then_with(|| one.bytes.cmp(&other.bytes)));
        let (mut starts, mut places) = (Vec::new(), Vec::new());
        let mut distinct = Vec::<(&[u8], u8, [i8; 2])>::new();
        for (_, literal, place) in &literals {
            match distinct.last_mut().filter(|(known, ..)| *known == literal.bytes) {
                Some((_, known, _)) => *known |= place.gate.when,
                None => {
                    distinct.push((&literal.bytes, place.gate.when, literal.windows));
                    starts.push(u32::try_from(places.len()).unwrap_or(u32::MAX));
                }
            }
            places.push(*place);
        }
        starts.push(u32::try_from(places.len()).unwrap_or(u32::MAX));
        let prefilter = Prefilter::of(distinct);
        let about_shell = queries.get(Topic::Shell as usize).into_iter().flatten();
        let shell = QueryIndex::of(about_shell.filter_map(|entry| match &*entry.query {
            Query::Shell(query) => Some(&**query),
            _ => None,
        }));
        let of_kind = |entries: &[QueryEntry], kind: FieldKind| {
            let asking = (0..).zip(entries).filter(|(_, entry)| entry.gate.fields & 1 << kind as u16 != 0);
            asking.map(|(number, _)| number).collect()
        };
        let kinds = |entries| FieldKind::ALL.iter().map(move |kind| of_kind(entries, *kind));
        let asking = queries.iter().flat_map(|entries| kinds(entries)).collect();
        Self {
            rules,
            disabled: Vec::new(),
            version: String::new(),
            programs,
            patterns,
            chains,
            unfiltered,
            queries,
            shell,
            asking,
            asked,
            prefilter,
            place_starts: starts,
            places,
        }
    }

    /// The same set, naming the packs it was made of.
    pub(super) fn of_version(self, version: String) -> Self {
        Self { version, ..self }
    }

    /// The same, whose packs also have rules of these ids, which are switched off.
    #[must_use]
    pub(super) fn without(self, disabled: Vec<String>) -> Self {
        Self { disabled, ..self }
    }

    /// The ids of all rules of its packs, those that are switched off last.
    pub fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.rules.iter().map(|rule| rule.id.as_str()).chain(self.disabled.iter().map(String::as_str))
    }

    /// Its rules; a hit's `rule` is an index into them.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule a hit names.
    #[must_use]
    pub fn rule(&self, index: u32) -> Option<&Rule> {
        self.rules.get(index as usize)
    }

    /// The index of the rule of this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<u32> {
        self.rules.iter().position(|rule| rule.id == id).and_then(|index| u32::try_from(index).ok())
    }

    /// What names the packs' texts in a verdict: the start of a SHA-256, in hex. Empty for a set without packs.
    #[must_use]
    pub fn pack_version(&self) -> &str {
        &self.version
    }

    /// Bytes of the automata built so far.
    #[must_use]
    pub fn memory(&self) -> usize {
        let of = |entry: &PatternEntry| match &entry.matcher {
            Matcher::One(pattern) => pattern.memory(),
            Matcher::Two(chain, _) => chain.parts().into_iter().map(Pattern::memory).sum(),
        };
        self.patterns.iter().map(of).sum()
    }

    /// The numbers of the topic's queries that are asked of a field of this kind.
    pub(crate) fn asking(&self, topic: Topic, kind: FieldKind) -> &[u32] {
        self.asking.get(topic as usize * FieldKind::ALL.len() + kind as usize).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn places(&self, literal: u32) -> &[Place] {
        let index = literal as usize;
        let [start, end] = [index, index + 1].map(|index| self.place_starts.get(index).map_or(0, |at| *at as usize));
        self.places.get(start..end).unwrap_or_default()
    }
}

/// Its first eight bytes, so that numbers are in the order of what they stand for.
fn head(literal: &[u8]) -> u64 {
    let mut head = [0; 8];
    head.iter_mut().zip(literal).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(head)
}

#[derive(Default)]
struct Compile {
    programs: Vec<Program>,
    patterns: Vec<PatternEntry>,
    queries: [Vec<QueryEntry>; TOPICS],
    asked: [Asked; 8],
    unfiltered: Vec<u32>,
    atoms: u32,
    chains: u32,
    /// The check of the rule at hand.
    check: Option<Check>,
}

impl Compile {
    fn rule(&mut self, index: u32, rule: &Rule) {
        let gate = Gate::of(rule);
        self.check = rule.check;
        let before = self.patterns.len();
        let program = self.condition(&rule.condition, index, gate, rule.matches == Matches::Every);
        let queries = self.queries.iter().flatten().filter(|entry| entry.rule == index).map(|entry| entry.atom);
        let queries: Vec<u32> = queries.collect();
        for entry in self.patterns.iter_mut().skip(before) {
            entry.later = may_wait(&program, entry.atom, &queries);
        }
        self.programs.push(program);
    }

    fn condition(&mut self, condition: &Condition, rule: u32, gate: Gate, every: bool) -> Program {
        let atom = self.atoms;
        match condition {
            Condition::Pattern { source, derived } => {
                let pattern = Pattern::with(source, derived.clone());
                self.pattern(Matcher::One(pattern), rule, gate, every)
            }
            Condition::Sequence(sequence) => {
                let [first, second] =
                    [&sequence.first, &sequence.then].map(|(source, derived)| Pattern::with(source, derived.clone()));
                let chain = Chain::new(first, second, sequence.within, &sequence.stop);
                self.chains += 1;
                self.pattern(Matcher::Two(Box::new(chain), self.chains - 1), rule, gate, every)
            }
            Condition::Query(query) => {
                self.atoms += 1;
                let topic = query.topic();
                for (_, asked) in self.asked.iter_mut().enumerate().filter(|(bit, _)| gate.when & 1 << bit != 0) {
                    asked.ask(query, gate.fields);
                }
                if let Some(queries) = self.queries.get_mut(topic as usize) {
                    queries.push(QueryEntry { query: Arc::clone(query), gate, every, rule, atom });
                }
                Program::Atom(atom)
            }
            Condition::All(parts) => Program::All(self.conditions(parts, rule, gate, every)),
            Condition::Any(parts) => Program::Any(self.conditions(parts, rule, gate, every)),
            Condition::Not(part) => Program::Not(Box::new(self.condition(part, rule, gate, every))),
        }
    }

    fn pattern(&mut self, matcher: Matcher, rule: u32, gate: Gate, every: bool) -> Program {
        let (atom, index) = (self.atoms, u32::try_from(self.patterns.len()).unwrap_or(u32::MAX));
        self.atoms += 1;
        let entry = PatternEntry { matcher, gate, every, check: self.check, rule, atom, later: false };
        if entry.sought().derived().literals.is_empty() {
            self.unfiltered.push(index);
        }
        self.patterns.push(entry);
        Program::Atom(atom)
    }

    fn conditions(&mut self, parts: &[Condition], rule: u32, gate: Gate, every: bool) -> Vec<Program> {
        parts.iter().map(|part| self.condition(part, rule, gate, every)).collect()
    }
}
