//! Ratios that hold on a machine whose speed drifts: both sides are timed in turn, round by round.

use std::time::Instant;

/// One comparison.
pub(crate) struct Figure {
    /// Seconds of one call of A: the smallest of the rounds.
    pub(crate) a: f64,
    /// Median of the rounds' A / B.
    pub(crate) ratio: f64,
}

/// Rounds of each comparison, and seconds that one side of a round takes at least.
const ROUNDS: usize = 31;
const ROUND: f64 = 0.002;

fn calls_for(f: &mut impl FnMut()) -> u32 {
    let mut calls = 1;
    loop {
        let start = Instant::now();
        (0..calls).for_each(|_| f());
        let took = start.elapsed().as_secs_f64();
        if took >= ROUND / 2.0 || calls > 1 << 24 {
            return ((f64::from(calls) * ROUND / took.max(1e-9)) as u32).max(1);
        }
        calls *= 4;
    }
}

fn time(f: &mut impl FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    (0..calls).for_each(|_| f());
    start.elapsed().as_secs_f64() / f64::from(calls)
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Times A and B in turn.
pub(crate) fn ratio(mut a: impl FnMut(), mut b: impl FnMut()) -> Figure {
    let (calls_a, calls_b) = (calls_for(&mut a), calls_for(&mut b));
    let rounds: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (time(&mut a, calls_a), time(&mut b, calls_b))).collect();
    Figure {
        a: rounds.iter().map(|round| round.0).fold(f64::MAX, f64::min),
        ratio: median(rounds.iter().map(|(a, b)| a / b).collect()),
    }
}

/// Median seconds of one call.
pub(crate) fn seconds(rounds: usize, mut f: impl FnMut()) -> f64 {
    median((0..rounds).map(|_| time(&mut f, 1)).collect())
}

/// Seconds as microseconds.
pub(crate) fn micros(seconds: f64) -> String {
    format!("{:.2}", seconds * 1e6)
}

/// A table of figures.
pub(crate) struct Table<const N: usize> {
    csv: bool,
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(csv: bool, head: [&str; N]) -> Self {
        Self { csv, rows: vec![head.map(str::to_owned)] }
    }

    /// Adds a row; one that does not hold is marked.
    pub(crate) fn row(&mut self, cells: [&str; N], holds: bool) {
        let mut cells = cells.map(str::to_owned);
        if let (false, Some(first)) = (holds, cells.first_mut()) {
            first.push_str(" (!)");
        }
        self.rows.push(cells);
    }

    pub(crate) fn print(&self) {
        for (at, row) in self.rows.iter().enumerate() {
            if self.csv {
                println!("{}", row.join(","));
                continue;
            }
            println!("| {} |", row.join(" | "));
            if at == 0 {
                println!("|{}", " --- |".repeat(N));
            }
        }
    }
}
