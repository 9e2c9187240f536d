//! The built-in sequences.

use super::act::{Act, Acts};
use super::progress::{Moment, Progress};
use super::sequence::Sequence;
use crate::config::problem::{Problems, quoted};
use crate::config::{BehaviorConfig, SequenceRule};
use crate::finding::{Confidence, Severity};
use crate::rules::own;

/// A sequence as a session is held against it.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) id: String,
    pub(crate) when: Sequence,
    /// Every act that some step of it waits for.
    pub(crate) waits: Acts,
    pub(crate) severity: Severity,
    pub(crate) confidence: Confidence,
    pub(crate) reason: String,
}

impl Chain {
    fn new(id: &str, when: Sequence, (severity, confidence): (Severity, Confidence), reason: &str) -> Self {
        let waits = when.steps.iter().fold(Acts::NONE, |all, step| all.union(step.any));
        Self { id: id.to_owned(), when, waits, severity, confidence, reason: reason.to_owned() }
    }

    /// Microseconds in which it is told once: what only warns is not said at every call.
    pub(crate) fn quiet(&self) -> u64 {
        if self.severity < Severity::High { 3_600_000_000 } else { 0 }
    }
}

/// Which sequences wait for which acts: mostly a message is nothing to any.
#[derive(Debug)]
pub(crate) struct Waits {
    /// Those of the first 64 that wait for an act, a bit each.
    by_act: [u64; Act::ALL.len()],
    all: Vec<Acts>,
}

impl Waits {
    pub(crate) fn of(chains: &[Chain]) -> Self {
        let all: Vec<_> = chains.iter().map(|chain| chain.waits).collect();
        let mut by_act = [0; Act::ALL.len()];
        for (at, waits) in all.iter().enumerate().take(64) {
            for act in waits.numbers() {
                if let Some(mask) = by_act.get_mut(act) {
                    *mask |= 1 << at;
                }
            }
        }
        Self { by_act, all }
    }

    /// Whether the sequence at `at` waits for one of these acts.
    pub(crate) fn meets(&self, at: usize, acts: Acts) -> bool {
        self.all.get(at).is_some_and(|waits| waits.meets(acts))
    }

    /// Those that wait for one of these acts.
    pub(crate) fn for_any(&self, acts: Acts) -> impl Iterator<Item = usize> {
        let masks = acts.numbers().filter_map(|act| self.by_act.get(act));
        let mut bits = masks.fold(0, |all, mask| all | mask);
        let first = std::iter::from_fn(move || {
            let at = bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
            (at < 64).then_some(at as usize)
        });
        first.chain((64..self.all.len()).filter(move |at| self.meets(*at, acts)))
    }
}

type Row = (&'static str, &'static str, Severity, Confidence, &'static str);

const BUILT_IN: &[Row] = &[
    (
        own::SEQUENCE_SECRET_SENT,
        "sensitive_read then network_send within 20 calls / 10 min",
        Severity::Medium,
        Confidence::Medium,
        "something is sent soon after a secret was read",
    ),
    (
        own::SEQUENCE_SECRET_OPAQUE,
        "sensitive_read or env_read then opaque_send within 100 calls / 1 h",
        Severity::High,
        Confidence::Medium,
        "what nobody can read is sent after a secret was read",
    ),
    (
        own::SEQUENCE_SECRET_TOLD,
        "sensitive_read or env_read then told_destination within 50 calls / 30 min",
        Severity::High,
        Confidence::Medium,
        "after a secret was read something is sent to a place that only a stranger's text has named",
    ),
    (
        own::SEQUENCE_ENV_NETWORK,
        "env_read then network_send within 10 calls / 5 min",
        Severity::Medium,
        Confidence::Medium,
        "something is sent soon after the environment was read",
    ),
    (
        own::SEQUENCE_WRITE_RUN,
        "write or download then runs_written within 50 calls / 1 h",
        Severity::Medium,
        Confidence::Medium,
        "a file is run that was put into a temporary place, or that reaches out, earlier in this session",
    ),
    (
        own::SEQUENCE_RISKY_RUN,
        "risky_write then runs_risky within 200 calls / 2 h",
        Severity::High,
        Confidence::High,
        "a script is run that was written in this session and takes what is not its own, or hides what it does",
    ),
    (
        own::SEQUENCE_DOWNLOAD_RUN,
        "download then runs_downloaded within 100 calls / 2 h",
        Severity::High,
        Confidence::High,
        "a file is run that was downloaded in this session",
    ),
    (
        own::SEQUENCE_MASS_READ,
        "list then 60 distinct read within 300 calls / 1 min",
        Severity::Medium,
        Confidence::Medium,
        "one thing after another is read of what was listed",
    ),
    (
        own::SEQUENCE_FLOOD,
        "400 call within 1 min",
        Severity::Medium,
        Confidence::Medium,
        "calls come faster than an agent thinks",
    ),
    (
        own::SEQUENCE_SECRETS_READ,
        "12 distinct sensitive_read within 10 min",
        Severity::High,
        Confidence::Medium,
        "one secret after another is read",
    ),
    (
        own::SEQUENCE_INJECTION_SECRET,
        "injection then sensitive_read or env_read within 10 calls / 10 min",
        Severity::High,
        Confidence::Medium,
        "a secret is read soon after a text that gives orders to the model",
    ),
    (
        own::SEQUENCE_INJECTION_ACT,
        "injection then execute or network_send or told_destination within 5 calls / 5 min",
        Severity::Medium,
        Confidence::Medium,
        "something is run or sent soon after a text that gives orders to the model",
    ),
    (
        own::SEQUENCE_REVIEWS,
        "8 review within 5 min",
        Severity::High,
        Confidence::Medium,
        "so many approvals are asked for that nobody reads them any more",
    ),
    (
        own::SEQUENCE_TRIFECTA,
        "untrusted then private or sensitive_read then network_send within 100 calls / 1 h",
        Severity::Low,
        Confidence::Medium,
        "strangers' texts, private data and a way out came together in one session",
    ),
];

/// The built-in sequences, then those of the configuration.
pub(crate) fn chains(own: &[SequenceRule]) -> Vec<Chain> {
    let built_in = BUILT_IN.iter().filter_map(|(id, when, severity, confidence, reason)| {
        Some(Chain::new(id, Sequence::parse(when).ok()?, (*severity, *confidence), reason))
    });
    let own =
        own.iter().map(|rule| Chain::new(&rule.id, rule.when.clone(), (rule.severity, Confidence::High), &rule.reason));
    built_in.chain(own).collect()
}

/// Runs the examples of sequences: an error for each that does not come out as it says.
pub(crate) fn check_sequences(config: &BehaviorConfig) -> Problems {
    let mut problems = Problems::new();
    for rule in &config.sequences {
        for (examples, expected) in [(&rule.hit, true), (&rule.miss, false)] {
            for example in examples.iter().filter(|example| runs(&rule.when, example) != expected) {
                let message = format!(
                    "the sequence {} {} `{example}`",
                    quoted(&rule.id),
                    if expected { "misses" } else { "hits" }
                );
                match &rule.place {
                    Some(place) => {
                        problems.enter(place.source.clone());
                        problems.error(place.span, message)
                    }
                    None => problems.error_overall(message),
                };
            }
        }
    }
    problems
}

/// Whether the last of these events completes the sequence: each a second after the one before, on something else.
fn runs(sequence: &Sequence, example: &str) -> bool {
    let (mut progress, mut last) = (Progress::default(), false);
    for (acts, at) in Sequence::events(example).unwrap_or_default().into_iter().zip(0_u32..) {
        let moment = Moment { acts, target: u64::from(at), call: at, now: u64::from(at) * 1_000_000 };
        last = progress.completes(sequence, &moment, 0);
        progress.advance(sequence, &moment, last);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, chains};

    #[test]
    fn every_built_in_sequence_can_be_read() {
        assert_eq!(chains(&[]).len(), BUILT_IN.len());
    }
}
