//! What is usual: which tool comes after which, how much in a minute, how much of it one tool. Learned from recorded sessions, read by people,
//! and held against sessions from then on; nothing is learned while it is judged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::hash::{hash, mix};
use super::state::Window;
use crate::rules::own;
use crate::session::Name;

/// The name that stands before the first call.
const START: &str = "start";
/// Microseconds of a minute.
const MINUTE: u64 = 60_000_000;
/// Tools whose share is counted in a session, tools that are learned, and of each those that come after it.
const COUNTED: usize = 64;
const LEARNED: usize = 512;
const AFTER: usize = 128;
/// Calls from which on a share says something, and how many points above the usual one it may be.
const CALLS: u32 = 50;
const POINTS: u32 = 20;
/// What is always usual: calls and bytes in a minute.
const FEW: u64 = 20;
const LITTLE: u64 = 256 << 10;

/// What is usual in sessions of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Baseline {
    /// The most calls in a minute.
    pub calls: u64,
    /// The most bytes told to servers in a minute.
    pub bytes: u64,
    /// The largest share of a session's calls that one tool had, in percent; of sessions with fifty calls and more.
    pub share: u32,
    /// Which tools came after which; `start` stands before the first.
    pub after: BTreeMap<String, BTreeSet<String>>,
}

impl Baseline {
    /// As a configuration file (YAML), to be read by people before it is used.
    #[must_use]
    pub fn to_config(&self) -> String {
        // A string of JSON is one of YAML, too.
        let text = |name: &str| serde_json::Value::from(name).to_string();
        let mut out = format!(
            "# What is usual. Take out what should not be, and give it to --config beside your own.\nbehavior:\n  baseline:\n    calls: {}\n    bytes: {}\n    share: {}\n    after:\n",
            self.calls.max(1),
            self.bytes.max(1),
            self.share.clamp(1, 100)
        );
        for (tool, next) in &self.after {
            let next: Vec<_> = next.iter().map(|name| text(name)).collect();
            out += &format!("      {}: [{}]\n", text(tool), next.join(", "));
        }
        out
    }
}

/// What a session did, as far as that may be unusual.
#[derive(Clone, Debug, Default)]
pub(crate) struct Habit {
    last: Option<Name>,
    calls: Window,
    bytes: Window,
    shares: Vec<(u64, u32)>,
    all: u32,
}

/// What is unusual: the rule, why, and as what it is told once in a while.
pub(crate) type Unusual = (&'static str, String, u64);

impl Habit {
    /// What is unusual about one more call.
    pub(crate) fn judge(&self, baseline: &Baseline, tool: &str, bytes: u64, now: u64) -> Vec<Unusual> {
        let mut unusual = Vec::new();
        let last = self.last.as_ref().map_or(START, Name::as_str);
        if !baseline.after.is_empty() && !baseline.after.get(last).is_some_and(|next| next.contains(tool)) {
            let way = mix(hash(last.as_bytes()), hash(tool.as_bytes()));
            unusual.push((own::ANOMALY_ORDER, format!("`{tool}` has never come after `{last}`"), way));
        }
        let calls = self.calls.sum(now, MINUTE) + 1;
        if baseline.calls > 0 && calls > baseline.calls.saturating_mul(2).max(FEW) {
            let why = format!("{calls} calls in a minute; {} were the most", baseline.calls);
            unusual.push((own::ANOMALY_BURST, why, 1));
        }
        let sent = self.bytes.sum(now, MINUTE).saturating_add(bytes);
        if baseline.bytes > 0 && sent > baseline.bytes.saturating_mul(2).max(LITTLE) {
            let why = format!("{sent} bytes told to servers in a minute; {} were the most", baseline.bytes);
            unusual.push((own::ANOMALY_VOLUME, why, 2));
        }
        let (count, all) = (self.count(tool) + 1, self.all + 1);
        let share = share(count, all);
        if baseline.share > 0 && all >= CALLS && share > baseline.share + POINTS {
            let why = format!("{share} % of {all} calls are `{tool}`; {} % were the most of one tool", baseline.share);
            unusual.push((own::ANOMALY_DOMINANCE, why, 3));
        }
        unusual
    }

    fn count(&self, tool: &str) -> u32 {
        let tool = hash(tool.as_bytes());
        self.shares.iter().find(|(known, _)| *known == tool).map_or(0, |(_, count)| *count)
    }

    /// Takes a call in.
    pub(crate) fn note(&mut self, tool: &str, bytes: u64, now: u64) {
        self.last = Some(Name::new(tool));
        self.calls.add(now, MINUTE, 1);
        self.bytes.add(now, MINUTE, bytes);
        self.all = self.all.saturating_add(1);
        let hash = hash(tool.as_bytes());
        let room = self.shares.len() < COUNTED;
        match self.shares.iter_mut().find(|(known, _)| *known == hash) {
            Some((_, count)) => *count = count.saturating_add(1),
            None if room => self.shares.push((hash, 1)),
            None => {}
        }
    }

    /// Bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.shares.capacity() * 16
    }
}

fn share(count: u32, all: u32) -> u32 {
    u32::try_from(u64::from(count) * 100 / u64::from(all.max(1))).unwrap_or(100)
}

/// What is learned, from all sessions.
#[derive(Debug, Default)]
pub(crate) struct Learner(Mutex<Baseline>);

impl Learner {
    /// Learns from a call, before its session's habit takes it in.
    pub(crate) fn note(&self, habit: &Habit, tool: &str, bytes: u64, now: u64) {
        let mut learned = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = habit.last.as_ref().map_or(START, Name::as_str).to_owned();
        if learned.after.len() < LEARNED || learned.after.contains_key(&last) {
            let next = learned.after.entry(last).or_default();
            if next.len() < AFTER {
                next.insert(tool.to_owned());
            }
        }
        learned.calls = learned.calls.max(habit.calls.sum(now, MINUTE) + 1);
        learned.bytes = learned.bytes.max(habit.bytes.sum(now, MINUTE).saturating_add(bytes));
        let (count, all) = (habit.count(tool) + 1, habit.all + 1);
        if all >= CALLS {
            learned.share = learned.share.max(share(count, all));
        }
    }

    /// What has been learned.
    pub(crate) fn learned(&self) -> Baseline {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
