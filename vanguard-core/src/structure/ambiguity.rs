//! In how many ways an automaton can read a text (Weber and Seidl 1991, "On the degree of ambiguity of finite automata").
//!
//! It is exponentially ambiguous if two different runs over one text leave a position and meet there again. It is ambiguous by a power of
//! the text's length if one text leads from a loop back into it, from that loop into a later one, and from the later one back into
//! it: where the first ends and the second begins is free. The power is how many such steps follow one another.

use super::redos::{Automaton, Chars, bits};
use std::collections::HashSet;

impl Automaton {
    fn after(&self, at: usize) -> u64 {
        self.follows.get(at).copied().unwrap_or_default()
    }

    fn taken(&self, at: usize) -> Chars {
        self.chars.get(at).copied().unwrap_or(Chars::NONE)
    }

    /// Whether two runs over one text leave a position and meet there again. Takes each step from `budget`, and gives up without any.
    pub(super) fn is_ambiguous(&self, budget: &mut u64) -> bool {
        // Where no position is followed by two that take the same character, there is never a choice.
        let forks = self.follows.iter().any(|follows| {
            let mut taken = Chars::NONE;
            bits(*follows).any(|at| {
                let chars = self.taken(at);
                let meets = taken.meets(chars);
                taken = taken.and(chars);
                meets
            })
        });
        if !forks {
            return false;
        }
        let size = self.chars.len();
        let pairs = size * size;
        let next = |pair: usize| {
            let (one, other) = (pair / size, pair % size);
            bits(self.after(one)).flat_map(move |a| {
                let met = bits(self.after(other)).filter(move |b| self.taken(a).meets(self.taken(*b)));
                met.map(move |b| a * size + b)
            })
        };
        (0..size).any(|start| {
            // From the position with itself to a pair that differs, and back.
            let mut seen = vec![false; pairs * 2];
            let mut open = vec![(start * size + start, false)];
            while let Some((pair, apart)) = open.pop() {
                for after in next(pair) {
                    *budget = budget.saturating_sub(1);
                    if *budget == 0 {
                        return false;
                    }
                    let apart = apart || after / size != after % size;
                    if apart && after == start * size + start {
                        return true;
                    }
                    if let Some(seen) = seen.get_mut(after * 2 + usize::from(apart)).filter(|seen| !**seen) {
                        *seen = true;
                        open.push((after, apart));
                    }
                }
            }
            false
        })
    }

    /// The power of a text's length by which the ways to read it grow, if all of them can be in vain. Takes each step from `budget`, and gives
    /// up without any.
    pub(super) fn degree(&self, budget: &mut u64) -> usize {
        let reach = self.reach();
        let reached = |at: usize| reach.get(at).copied().unwrap_or_default();
        // The loops: positions that reach one another. What is through can't be in vain any more.
        let mut loops: Vec<u64> = Vec::new();
        for at in (0..reach.len()).filter(|at| reached(*at) & 1 << at != 0) {
            let mine =
                bits(reached(at)).filter(|other| reached(*other) & 1 << at != 0).fold(0, |set, at| set | 1 << at);
            if mine & self.safe == 0 && !loops.contains(&mine) {
                loops.push(mine);
            }
        }
        let from = |set: u64| bits(set).next().map_or(0, reached);
        // Who reaches more comes first.
        loops.sort_by_key(|set| std::cmp::Reverse(from(*set).count_ones()));
        let mut powers: Vec<(u64, usize)> = Vec::new();
        for later in loops {
            let mut most = 0;
            for (earlier, power) in powers.iter().filter(|(earlier, _)| from(*earlier) & later == later) {
                let parts = *power >= most && self.shares((*earlier, later), &reach, budget);
                most = most.max(power + usize::from(parts));
            }
            powers.push((later, most));
        }
        powers.iter().map(|(_, power)| *power).max().unwrap_or_default()
    }

    /// What each position reaches.
    fn reach(&self) -> Vec<u64> {
        let mut reach = self.follows.clone();
        for through in 0..reach.len() {
            let more = reach.get(through).copied().unwrap_or_default();
            for set in reach.iter_mut().filter(|set| **set & 1 << through != 0) {
                *set |= more;
            }
        }
        reach
    }

    /// Whether some text leads from a position of `earlier` to itself, from there to a position of `later`, and from that to itself.
    fn shares(&self, (earlier, later): (u64, u64), reach: &[u64], budget: &mut u64) -> bool {
        let taken = |set: u64| bits(set).fold(Chars::NONE, |chars, at| chars.and(self.taken(at)));
        if !taken(earlier).meets(taken(later)) {
            return false;
        }
        let all = (0..reach.len()).filter(|at| reach.get(*at).is_some_and(|reached| reached & later != 0));
        let between = all.fold(later, |set, at| set | 1 << at);
        bits(earlier).any(|one| bits(later).any(|other| self.leads((one, earlier), (other, later), between, budget)))
    }

    fn leads(
        &self,
        (one, earlier): (usize, u64),
        (other, later): (usize, u64),
        between: u64,
        budget: &mut u64,
    ) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![(one, one, other)];
        while let Some((a, b, c)) = open.pop() {
            for a in bits(self.after(a) & earlier) {
                for c in bits(self.after(c) & later) {
                    let both = self.taken(a).shared(self.taken(c));
                    for b in bits(self.after(b) & between) {
                        *budget = budget.saturating_sub(1);
                        if *budget == 0 {
                            return false;
                        }
                        if !both.meets(self.taken(b)) {
                            continue;
                        }
                        if (a, b, c) == (one, other, other) {
                            return true;
                        }
                        if seen.insert((a, b, c)) {
                            open.push((a, b, c));
                        }
                    }
                }
            }
        }
        false
    }
}
