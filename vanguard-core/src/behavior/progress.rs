//! How far a session has come in each sequence.

use super::act::Acts;
use super::sequence::{Sequence, Step};

/// One event: what it does, to what, when.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moment {
    pub(crate) acts: Acts,
    /// A hash of what it is done to.
    pub(crate) target: u64,
    pub(crate) call: u32,
    /// Microseconds.
    pub(crate) now: u64,
}

/// How far a session has come in one sequence: a mark for each step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress {
    marks: Vec<Mark>,
    /// When it was last told.
    told: Option<u64>,
}

#[derive(Clone, Debug, Default)]
struct Mark {
    /// The first event of the sequence that came here.
    start: Option<(u32, u64)>,
    times: u16,
    /// Targets, one bit each.
    seen: [u64; 8],
}

impl Mark {
    fn count(&self, step: &Step) -> u16 {
        if !step.distinct {
            return self.times;
        }
        // Linear counting: of 512 bits some were met twice.
        let ones: u32 = self.seen.iter().map(|word| word.count_ones()).sum();
        let free = f64::from(512 - ones.min(511)) / 512.0;
        (-512.0 * free.ln()).round() as u16
    }

    fn with(&self, step: &Step, target: u64) -> u16 {
        if !step.distinct {
            return self.times.saturating_add(1);
        }
        let mut after = self.clone();
        after.note(target);
        after.count(step)
    }

    fn note(&mut self, target: u64) {
        self.times = self.times.saturating_add(1);
        let bit = target.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 55;
        if let Some(word) = self.seen.get_mut((bit / 64) as usize) {
            *word |= 1 << (bit % 64);
        }
    }
}

impl Sequence {
    fn holds(&self, start: (u32, u64), moment: &Moment) -> bool {
        let calls = self.calls.is_none_or(|calls| moment.call.saturating_sub(start.0) <= calls);
        let micros = |within: std::time::Duration| u64::try_from(within.as_micros()).unwrap_or(u64::MAX);
        calls && self.within.is_none_or(|within| moment.now.saturating_sub(start.1) <= micros(within))
    }
}

impl Progress {
    /// Bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.marks.capacity() * size_of::<Mark>()
    }

    /// Gives back what has not begun.
    pub(crate) fn rest(&mut self) {
        if self.marks.iter().all(|mark| mark.start.is_none()) {
            self.marks = Vec::new();
        }
    }

    /// Whether this event completes the sequence, and that was not told within the last `quiet` microseconds.
    pub(crate) fn completes(&self, sequence: &Sequence, moment: &Moment, quiet: u64) -> bool {
        let Some((last, before)) = sequence.steps.split_last() else { return false };
        if !moment.acts.meets(last.any) || self.told.is_some_and(|told| moment.now.saturating_sub(told) < quiet) {
            return false;
        }
        let open = self.marks.get(before.len());
        let open = open.filter(|mark| mark.start.is_some_and(|start| sequence.holds(start, moment)));
        let reached = open.map_or(1, |mark| mark.with(last, moment.target));
        // The event itself does not also have to stand before itself.
        (before.is_empty() || open.is_some() || self.is_done(sequence, before.len() - 1, moment))
            && reached >= last.times
    }

    fn is_done(&self, sequence: &Sequence, at: usize, moment: &Moment) -> bool {
        let done = self.marks.get(at).zip(sequence.steps.get(at));
        done.is_some_and(|(mark, step)| {
            mark.count(step) >= step.times && mark.start.is_some_and(|start| sequence.holds(start, moment))
        })
    }

    /// Takes the event in. `told`: it was found to complete the sequence.
    pub(crate) fn advance(&mut self, sequence: &Sequence, moment: &Moment, told: bool) {
        if told {
            self.told = Some(moment.now);
        }
        if self.marks.is_empty() {
            if !sequence.steps.first().is_some_and(|step| moment.acts.meets(step.any)) {
                return;
            }
            self.marks = vec![Mark::default(); sequence.steps.len()];
        }
        // From behind, so that one event is one step.
        for (at, step) in sequence.steps.iter().enumerate().rev() {
            if !moment.acts.meets(step.any) {
                continue;
            }
            let is_done = at > 0 && self.is_done(sequence, at - 1, moment);
            let before = at.checked_sub(1).and_then(|at| self.marks.get(at)).and_then(|mark| mark.start);
            let Some(mark) = self.marks.get_mut(at) else { continue };
            let open = mark.start.is_some_and(|start| sequence.holds(start, moment));
            let start = if at == 0 { Some((moment.call, moment.now)) } else { before.filter(|_| is_done) };
            // A single event that happens again begins anew; counting goes on as long as its bounds hold.
            if !open || step.times == 1 && start.is_some() {
                let Some(start) = start else { continue };
                *mark = Mark { start: Some(start), ..Mark::default() };
            }
            mark.note(moment.target);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Progress};
    use crate::behavior::sequence::Sequence;

    /// Whether the last of the events completes the sequence; each a second after the one before.
    fn completes(sequence: &str, events: &str) -> bool {
        let sequence = Sequence::parse(sequence).unwrap();
        let (mut progress, mut last) = (Progress::default(), false);
        for (at, acts) in Sequence::events(events).unwrap().into_iter().enumerate() {
            let at = at as u32;
            let moment = Moment { acts, target: u64::from(at % 7), call: at, now: u64::from(at) * 1_000_000 };
            last = progress.completes(&sequence, &moment, 0);
            progress.advance(&sequence, &moment, last);
        }
        last
    }

    #[test]
    fn steps_come_in_their_order_and_within_their_bounds() {
        let chain = "sensitive_read then network_send within 3 calls / 1 min";
        assert!(completes(chain, "sensitive_read, network_send"));
        assert!(completes(chain, "sensitive_read, read, read, network_send"));
        assert!(!completes(chain, "sensitive_read, read, read, read, network_send"));
        assert!(!completes(chain, "network_send, sensitive_read"));
        assert!(completes(chain, "sensitive_read, read, sensitive_read, read, read, network_send"));
        assert!(!completes("read then write within 2 s", "read, list, list, write"));
        assert!(completes("read then write then execute within 9 calls", "read, write, list, execute"));
        assert!(!completes("read then write then execute within 9 calls", "write, read, execute"));
    }

    #[test]
    fn one_event_is_one_step() {
        assert!(!completes("read then read within 5 calls", "read"));
        assert!(completes("read then read within 5 calls", "read, read"));
        assert!(completes("3 blocked within 1 min", "blocked, blocked, blocked"));
        assert!(!completes("3 blocked within 1 min", "blocked, read, blocked"));
        assert!(completes("list then 3 read within 1 min", "list, read, list, read, list, read"));
        assert!(!completes("list then 3 read within 1 min", "read, read, read, list, read"));
    }

    #[test]
    fn distinct_targets_are_counted_once() {
        let reads = |count: usize| vec!["read"; count].join(", ");
        assert!(completes("7 distinct read within 1 min", &reads(7)));
        assert!(!completes("8 distinct read within 1 h", &reads(50)));
    }

    #[test]
    fn what_was_told_is_not_told_again_at_once() {
        let sequence = Sequence::parse("read within 10 s").unwrap();
        let mut progress = Progress::default();
        let mut tell = |second: u32| {
            let acts = Sequence::events("read").unwrap()[0];
            let moment = Moment { acts, call: second, now: u64::from(second) * 1_000_000, target: 0 };
            let told = progress.completes(&sequence, &moment, 10_000_000);
            progress.advance(&sequence, &moment, told);
            told
        };
        assert!(tell(1) && !tell(2) && !tell(10) && tell(11));
    }
}
