//! The first half of judging a message: which patterns match in which fields.

use crate::{
    config::Capabilities,
    message::{FieldKind, Flow, MessageKind, Span},
};

use super::{
    beside::Beside,
    budget::Budget,
    chain::Memo,
    confirm::{Mark, Task, confirm},
    later::{Later, MOST},
    prefilter::Occurrence,
    set::{Matcher, PatternEntry, Place, RuleSet},
};

/// Most matches of one message. Far above what a message could carry honestly; beyond it the budget is void.
pub(crate) const MAX_FOUND: usize = 1 << 16;
/// What a candidate costs beside the bytes it steps over.
const CANDIDATE: u64 = 4;
/// What a check of a match costs: it looks at a short word some times.
const CHECK: u64 = 64;

/// One text in the scanned buffer: a field as written, or one of its views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where it stands in the buffer.
    pub span: Span,
    /// The field it belongs to.
    pub field: u32,
    /// What the field is.
    pub kind: FieldKind,
    /// Which view it is; `None` for the field as written.
    pub view: Option<u32>,
}

/// What is known of the message as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter<'a> {
    /// The way it travels.
    pub flow: Flow,
    /// What it is.
    pub kind: MessageKind,
    /// Its method; for an answer, that of its request, if known.
    pub method: Option<&'a str>,
    /// The tool that is called, or that answers, if known.
    pub tool: Option<&'a str>,
    /// What the called tool can do; `None` if unknown, and then every rule applies.
    pub capabilities: Option<Capabilities>,
}

impl Filter<'_> {
    /// One bit for each pair of flow and kind.
    pub(crate) fn bit(&self) -> u8 {
        1 << (self.flow as u8 * 4 + self.kind as u8)
    }
}

/// A match of an atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) field: u32,
    pub(crate) rule: u32,
    pub(crate) view: Option<u32>,
    pub(crate) span: Span,
    pub(crate) atom: u32,
}

/// A literal of a pattern, in a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) place: Place,
    /// Where it stands in the text.
    pub(crate) at: usize,
    /// The text's number.
    stamp: u32,
}

/// Memory that is used again for each message, so that judging a clean one allocates nothing. It holds offsets, never
/// text, and nothing a message left in it is read for the next.
#[derive(Debug, Default)]
pub struct RuleScratch {
    marks: Vec<Mark>,
    memos: Vec<Memo>,
    /// First number not yet given to a segment. A mark of another number is blank.
    stamp: u32,
    pub(crate) found: Vec<Found>,
    /// Candidates of what rules must not find, and the rules that found something else.
    pub(super) later: Vec<Later>,
    pub(super) holding: Vec<bool>,
    /// Questions that a command line may answer.
    pub(super) questions: Vec<u64>,
}

impl RuleScratch {
    /// Forgets what the last message left. [`RuleSet::judge`] does so at its end; call it where judging was cut short.
    pub fn clear(&mut self) {
        self.found.clear();
        self.later.clear();
    }

    /// Numbers for `segments` segments, and room for the marks of `patterns` patterns.
    fn prepare(&mut self, patterns: usize, chains: usize, segments: usize) -> u32 {
        let count = u32::try_from(segments).unwrap_or(u32::MAX);
        // Blank marks carry 0, so the first number is 1.
        let first = self.stamp.max(1);
        let (first, next) = match first.checked_add(count) {
            Some(next) => (first, next),
            None => {
                self.marks.clear();
                self.memos.clear();
                (1, count.saturating_add(1))
            }
        };
        if self.marks.len() != patterns {
            self.marks.clear();
            self.marks.resize(patterns, Mark::default());
        }
        if self.memos.len() != chains {
            self.memos.clear();
            self.memos.resize(chains, Memo::default());
        }
        self.stamp = next;
        first
    }
}

impl RuleSet {
    /// Finds every pattern that matches in the segments of the buffers; [`judge`](Self::judge) draws the conclusions.
    /// Called once, with the message's strings and its views.
    ///
    /// `segments` are sorted by the start of their spans and don't overlap; between two of them the buffer has a byte
    /// that no literal holds (0xFF). Where the budget runs out the scan stops, and the caller must report it.
    pub fn scan(
        &self,
        texts: &[(&[u8], &[Segment])],
        filter: &Filter<'_>,
        scratch: &mut RuleScratch,
        budget: &mut Budget,
    ) {
        for (text, _) in texts.iter().enumerate().filter(|(_, (_, segments))| !segments.is_empty()) {
            self.scan_one(texts, text, filter.bit(), scratch, budget);
        }
        self.look_later(texts, scratch, budget);
    }

    fn scan_one(
        &self,
        texts: &[(&[u8], &[Segment])],
        number: usize,
        when: u8,
        scratch: &mut RuleScratch,
        budget: &mut Budget,
    ) {
        let Some((buffer, segments)) = texts.get(number).copied() else { return };
        let first = scratch.prepare(self.patterns.len(), self.chains, segments.len());
        let (mut rest, mut stamp) = (segments, first);
        self.prefilter.scan(buffer, when, |occurrence| {
            let Occurrence { literal, start, end } = occurrence;
            while let [segment, tail @ ..] = rest
                && segment.span.end as usize <= start
            {
                (rest, stamp) = (tail, stamp.wrapping_add(1));
            }
            let Some(segment) = rest.first() else { return false };
            if (segment.span.start as usize) > start || (segment.span.end as usize) < end {
                return true;
            }
            let text = segment.span.of(buffer);
            let at = start - segment.span.start as usize;
            let before = at.checked_sub(1).and_then(|at| text.get(at));
            let beside = [before, text.get(at + (end - start))].map(|byte| Beside::of(byte.copied()));
            for place in self.places(literal).iter().filter(|place| place.admits(segment, when, beside)) {
                let Some(entry) = self.patterns.get(place.pattern as usize) else { continue };
                if !budget.spend(CANDIDATE) {
                    return false;
                }
                let candidate = Candidate { place: *place, at, stamp };
                if entry.later && scratch.later.len() < MOST {
                    let number = (number, segments.len() - rest.len());
                    scratch.later.push(Later { candidate, number });
                    continue;
                }
                if entry.later {
                    self.look_at_all(texts, scratch, budget);
                }
                self.confirm(entry, candidate, (segment, text), scratch, budget);
            }
            if scratch.found.len() > MAX_FOUND {
                budget.exhaust();
            }
            !budget.is_exhausted()
        });
        self.scan_unfiltered(buffer, (segments, first), when, scratch, budget);
    }

    /// Confirms a candidate in a text.
    pub(super) fn confirm(
        &self,
        entry: &PatternEntry,
        Candidate { place, at, stamp }: Candidate,
        (segment, text): (&Segment, &[u8]),
        scratch: &mut RuleScratch,
        budget: &mut Budget,
    ) {
        let RuleScratch { marks, memos, found, .. } = scratch;
        let Some(mark) = marks.get_mut(place.pattern as usize) else { return };
        mark.enter(stamp, at);
        let mut report = |span| found.push(entry.found(segment, span));
        candidate(entry, (place.reach(at), at), text, (mark, memos, stamp), budget, &mut report);
    }

    /// Patterns without a required literal cost every byte of the fields they judge.
    fn scan_unfiltered(
        &self,
        buffer: &[u8],
        (segments, first): (&[Segment], u32),
        when: u8,
        scratch: &mut RuleScratch,
        budget: &mut Budget,
    ) {
        let RuleScratch { memos, found, .. } = scratch;
        for &pattern in &self.unfiltered {
            let Some(entry) = self.patterns.get(pattern as usize) else { continue };
            for (segment, stamp) in segments.iter().zip(first..) {
                if budget.is_exhausted() {
                    return;
                }
                let text = segment.span.of(buffer);
                if text.is_empty() || !entry.gate.passes(segment.kind, segment.view.is_some(), when) {
                    continue;
                }
                let mut report = |span| found.push(entry.found(segment, span));
                let mark = &mut Mark::default();
                candidate(entry, ((0, text.len()), 0), text, (mark, memos, stamp), budget, &mut report);
            }
        }
        if scratch.found.len() > MAX_FOUND {
            budget.exhaust();
        }
    }
}

/// Confirms one candidate of one atom.
fn candidate(
    entry: &PatternEntry,
    (reach, at): ((usize, usize), usize),
    text: &[u8],
    (mark, memos, stamp): (&mut Mark, &mut [Memo], u32),
    budget: &mut Budget,
    report: &mut impl FnMut(Span),
) {
    let every = entry.every;
    let checked = |budget: &mut Budget, span| match entry.check {
        Some(check) => budget.spend(CHECK).then(|| check.accept(text, span)).flatten(),
        None => Some(span),
    };
    match &entry.matcher {
        Matcher::One(pattern) => {
            let whole = |budget: &mut Budget, start, end| checked(budget, Span::of_usize(start, end));
            confirm(Task { pattern, reach, at, text, every }, mark, budget, whole, report);
        }
        Matcher::Two(chain, index) => {
            let Some(memo) = memos.get_mut(*index as usize) else { return };
            memo.enter(stamp);
            let both = |budget: &mut Budget, start, end| {
                let span = chain.complete((start, end), text, memo, budget)?;
                checked(budget, span)
            };
            confirm(Task { pattern: chain.sought(), reach, at, text, every }, mark, budget, both, report);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use regex_automata::{Anchored, Input, meta, util::syntax};

    use super::{Filter, RuleScratch, Segment};
    use crate::{
        finding::{Confidence, Severity},
        message::{FieldKind, Flow, MessageKind, Span},
        rules::{
            Budget, Condition, Hit, MAX_MATCHES, Rule, RuleSet,
            rule::{Matches, Scope, Views},
            syntax::derive,
        },
    };

    const FILTER: Filter<'_> = Filter {
        flow: Flow::ToServer,
        kind: MessageKind::Request,
        method: Some("tools/call"),
        tool: None,
        capabilities: None,
    };

    fn pattern(source: &str) -> Condition {
        Condition::Pattern { source: source.into(), derived: derive(source).unwrap() }
    }

    fn rule(condition: Condition) -> Rule {
        Rule {
            id: "T".into(),
            title: "t".into(),
            severity: Severity::High,
            confidence: Confidence::High,
            on: Scope::default(),
            condition,
            check: None,
            matches: Matches::First,
            taxonomy: Vec::new(),
            reason: "t".into(),
            fix: None,
            hits: Vec::new(),
            misses: Vec::new(),
        }
    }

    /// The buffer and segments of these texts, as the reader lays them out.
    fn lay_out(texts: &[&[u8]]) -> (Vec<u8>, Vec<Segment>) {
        let (mut buffer, mut segments) = (Vec::new(), Vec::new());
        for (field, text) in (0..).zip(texts) {
            let span = Span::of_usize(buffer.len(), buffer.len() + text.len());
            segments.push(Segment { span, field, kind: FieldKind::Text, view: None });
            buffer.extend_from_slice(text);
            buffer.push(0xff);
        }
        (buffer, segments)
    }

    fn judge(rules: &RuleSet, texts: &[&[u8]], scratch: &mut RuleScratch, budget: &mut Budget) -> Vec<Hit> {
        let (buffer, segments) = lay_out(texts);
        let mut hits = Vec::new();
        rules.scan(&[(&buffer, &segments)], &FILTER, scratch, budget);
        rules.judge(&FILTER, scratch, &(), &mut hits);
        hits
    }

    fn fresh(rules: &RuleSet, texts: &[&[u8]]) -> Vec<Hit> {
        judge(rules, texts, &mut RuleScratch::default(), &mut Budget::default())
    }

    fn reference(source: &str) -> meta::Regex {
        let syntax = syntax::Config::new().utf8(false).unicode(false).case_insensitive(true).dot_matches_new_line(true);
        meta::Builder::new().syntax(syntax).configure(meta::Config::new().utf8_empty(false)).build(source).unwrap()
    }

    const PATTERNS: [&str; 12] = [
        r"\bignore\s{1,4}(?:all\s{1,4})?previous\b",
        r"(?:curl|wget)\s[^|]{0,12}\|\s?(?:ba)?sh\b",
        r"[a-z]{2,5}://169\.254",
        r"(?-i)AKIA[A-Z0-9]{4}",
        r"sk-[a-z0-9]{3,8}$",
        r"^ghp_[a-z]+",
        r"[a-z0-9]+@evil\.example",
        r"aaaa+b",
        r"pass(?:word|wd)?\s*[:=]\s*\S+",
        r"(?:abab){2}c",
        r"\d{4}-\d{4}x",
        r"x{0,3}yyyyz",
    ];

    #[test]
    fn conditions_combine_atoms_of_one_field() {
        let both = rule(Condition::All(vec![pattern("alpha"), Condition::Not(Box::new(pattern("omega")))]));
        let rules = RuleSet::new(vec![both, rule(Condition::Any(vec![pattern("gamma"), pattern("delta")]))]);
        let hits = fresh(&rules, &[b"an alpha", b"omega", b"alpha omega", b"delta gamma"]);
        let short: Vec<_> = hits.iter().map(|hit| (hit.rule, hit.field, hit.span)).collect();
        assert_eq!(short, [(0, 0, Span::new(3, 8)), (1, 3, Span::new(0, 5))]);
    }

    #[test]
    fn a_literal_never_spans_two_texts() {
        let rules = RuleSet::new(vec![rule(pattern("alphabet"))]);
        assert!(fresh(&rules, &[b"alpha", b"bet"]).is_empty());
        assert_eq!(fresh(&rules, &[b"", b"alpha", b"", b"alphabet"]).len(), 1);
    }

    #[test]
    fn every_match_is_reported_if_asked_for() {
        let every = Rule { matches: Matches::Every, ..rule(pattern(r"(?-i)AKIA[A-Z0-9]{4}")) };
        let hits = fresh(&RuleSet::new(vec![every]), &[b"AKIAAAAA, AKIABBBB AKIACCCCAKIADDDD"]);
        assert_eq!(hits.iter().map(|hit| hit.span.start).collect::<Vec<_>>(), [0, 10, 19, 27]);
    }

    #[test]
    fn too_many_matches_end_in_one_that_covers_the_rest() {
        let every = Rule { matches: Matches::Every, ..rule(pattern(r"(?-i)AKIA[A-Z0-9]{4}")) };
        let most = MAX_MATCHES as usize;
        let text = b"AKIAAAAA ".repeat(2 * most);
        let hits = fresh(&RuleSet::new(vec![every]), &[&text]);
        assert_eq!(hits.len(), most);
        assert_eq!(hits.last().unwrap().span, Span::of_usize((most - 1) * 9, text.len()));
    }

    #[test]
    fn views_and_kinds_are_gates() {
        let decoded = Rule { on: Scope { views: Views::Decoded, ..Scope::default() }, ..rule(pattern("alphabet")) };
        let rules = RuleSet::new(vec![decoded]);
        assert!(fresh(&rules, &[b"alphabet"]).is_empty());
        let (buffer, mut segments) = lay_out(&[b"alphabet", b"alphabet", b"alphabet"]);
        segments[0].view = Some(4);
        segments[1].view = Some(5);
        segments[1].kind = FieldKind::Opaque;
        let (mut scratch, mut hits) = (RuleScratch::default(), Vec::new());
        rules.scan(&[(&buffer, &segments)], &FILTER, &mut scratch, &mut Budget::default());
        rules.judge(&FILTER, &mut scratch, &(), &mut hits);
        assert_eq!(hits.iter().map(|hit| (hit.field, hit.view)).collect::<Vec<_>>(), [(0, Some(4))]);
    }

    #[test]
    fn an_exhausted_budget_says_so() {
        let mut budget = Budget::new(50);
        judge(&RULES, &[&b"ignore previous ".repeat(99)], &mut RuleScratch::default(), &mut budget);
        assert!(budget.is_exhausted());
    }

    #[test]
    fn work_on_hostile_text_stays_linear() {
        for keyword in
            ["ignore all ", "curl ", "http://169.25", "AKIA", "ghp_", "a@evil.exampl", "aaaa", "abab", "pass"]
        {
            let text = keyword.repeat(65536 / keyword.len());
            let mut budget = Budget::default();
            judge(&RULES, &[text.as_bytes()], &mut RuleScratch::default(), &mut budget);
            let spent = u64::MAX - budget.left();
            assert!(spent < 8 * 65536, "{keyword}: {spent}");
        }
    }

    /// Building automata is slow without optimisation: once for all cases.
    static RULES: LazyLock<RuleSet> =
        LazyLock::new(|| RuleSet::new(PATTERNS.iter().map(|source| rule(pattern(source))).collect()));
    static REFERENCES: LazyLock<Vec<meta::Regex>> = LazyLock::new(|| PATTERNS.into_iter().map(reference).collect());

    fn texts() -> impl Strategy<Value = Vec<Vec<u8>>> {
        let words = [
            "ignore",
            " ",
            "previous",
            "all ",
            "curl",
            "wget",
            "|",
            "sh",
            "bash",
            "http",
            "://",
            "169.254",
            "AKIA",
            "sk-",
            "ghp_",
            "abc",
            "@evil.example",
            "a",
            "aaaa",
            "b",
            "abab",
            "c",
            "password",
            "=",
            "1234",
            "-",
            "x",
            "yyyy",
            "z",
            "ABCD",
            "\n",
            "\u{e9}",
        ];
        let word = prop_oneof![
            8 => prop::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec()),
            1 => prop::collection::vec(any::<u8>().prop_filter("separator", |byte| *byte != 0xff), 0..4),
        ];
        prop::collection::vec(prop::collection::vec(word, 0..40).prop_map(|words| words.concat()), 0..4)
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_regex_finds(texts in texts()) {
            let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
            let hits = fresh(&RULES, &texts);
            for ((rule, source), plain) in (0..).zip(PATTERNS).zip(&*REFERENCES) {
                for (field, text) in (0..).zip(&texts) {
                    let hit = hits.iter().find(|hit| hit.rule == rule && hit.field == field);
                    prop_assert_eq!(hit.is_some(), plain.is_match(text), "{} in {:?}", source, text);
                    if let Some(hit) = hit {
                        let input = Input::new(text).range(hit.span.range().start..).anchored(Anchored::Yes);
                        prop_assert_eq!(plain.find(input).map(|found| found.end()), Some(hit.span.end as usize));
                    }
                }
            }
        }

        #[test]
        fn an_earlier_message_changes_nothing(before in texts(), budget in 0_u64..2000, after in texts()) {
            let [before, after] = [&before, &after].map(|texts| texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let mut scratch = RuleScratch::default();
            judge(&RULES, &before, &mut scratch, &mut Budget::new(budget));
            let (mut used, mut unused) = (Budget::new(1 << 40), Budget::new(1 << 40));
            let hits = judge(&RULES, &after, &mut scratch, &mut used);
            prop_assert_eq!(hits, judge(&RULES, &after, &mut RuleScratch::default(), &mut unused));
            prop_assert_eq!(used, unused);
        }
    }
}
