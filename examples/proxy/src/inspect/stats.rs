//! `--stats`: what came out, and what it cost.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;
use vanguard_core::Verdict;

/// Sums over all lines.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    actions: BTreeMap<&'static str, u64>,
    rules: BTreeMap<String, u64>,
    bytes: u64,
    times: Vec<u32>,
}

/// The sums as they are shown. Times are in microseconds and cover the inspection alone.
#[derive(Debug, Serialize)]
pub(crate) struct Sums<'a> {
    messages: u64,
    bytes: u64,
    actions: &'a BTreeMap<&'static str, u64>,
    rules: &'a BTreeMap<String, u64>,
    median_us: f64,
    p99_us: f64,
    max_us: f64,
    mib_per_second: f64,
}

impl Stats {
    /// Counts one verdict on a message of `bytes` bytes.
    pub(crate) fn add(&mut self, verdict: &Verdict, bytes: usize, took: Duration) {
        *self.actions.entry(verdict.action.as_str()).or_default() += 1;
        if let Some(finding) = verdict.decisive() {
            *self.rules.entry(finding.rule.clone()).or_default() += 1;
        }
        self.bytes += bytes as u64;
        self.times.push(u32::try_from(took.as_nanos()).unwrap_or(u32::MAX));
    }

    /// The sums so far.
    pub(crate) fn sums(&mut self) -> Sums<'_> {
        self.times.sort_unstable();
        let times = &self.times;
        let at = |share: f64| {
            let place = (share * times.len().saturating_sub(1) as f64).round() as usize;
            times.get(place).map_or(0.0, |nanos| f64::from(*nanos) / 1000.0)
        };
        let seconds = times.iter().map(|nanos| f64::from(*nanos)).sum::<f64>() / 1e9;
        Sums {
            messages: times.len() as u64,
            bytes: self.bytes,
            actions: &self.actions,
            rules: &self.rules,
            median_us: at(0.5),
            p99_us: at(0.99),
            max_us: at(1.0),
            mib_per_second: if seconds > 0.0 { self.bytes as f64 / seconds / f64::from(1 << 20) } else { 0.0 },
        }
    }
}

impl fmt::Display for Sums<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} messages, {} bytes", self.messages, self.bytes)?;
        for (action, count) in self.actions {
            writeln!(f, "  {action:8} {count}")?;
        }
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(**count), rule.as_str()));
        if !rules.is_empty() {
            writeln!(f, "decided by")?;
        }
        for (rule, count) in rules {
            writeln!(f, "  {count:8} {rule}")?;
        }
        let Self { median_us, p99_us, max_us, mib_per_second, .. } = self;
        write!(
            f,
            "inspection: median {median_us:.1} µs, p99 {p99_us:.1} µs, max {max_us:.1} µs, {mib_per_second:.1} MiB/s"
        )
    }
}
