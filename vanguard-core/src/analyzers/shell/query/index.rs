//! Which of many questions a text can answer at all. A text runs a handful of programs, a thousand questions ask about hundreds:
//! those about others, and those about what the text has nothing of, are not asked.

use super::super::model::{Command, Context, Reach};
use super::super::programs::{Class, Place};
use super::super::scratch::Shell;
use super::{ShellQuery, words::is_dynamic};

/// What a text may have, one bit each. A question that needs more of it than the text has is not asked.
pub(super) const EDGES: usize = 1;
pub(super) const REDIRECTS: usize = 1 << 1;
pub(super) const SNIPPETS: usize = 1 << 2;
pub(super) const ASSIGNMENTS: usize = 1 << 3;
/// A command inside a substitution, a group, a wrapper.
pub(super) const NESTED: usize = 1 << 4;
pub(super) const FUNCTIONS: usize = 1 << 5;
/// A rest that was not read.
pub(super) const REST: usize = 1 << 6;
pub(super) const BACKGROUND: usize = 1 << 7;
/// A program whose name is not known before it runs.
pub(super) const DYNAMIC: usize = 1 << 8;
const TRAITS: usize = 9;

/// Questions by what a text must have to answer them. They are known by their numbers.
#[derive(Debug, Default)]
pub(crate) struct QueryIndex {
    /// How many there are.
    count: usize,
    /// Those that ask about no certain program.
    open: Bits,
    /// Those that ask about a class of programs, by class.
    classes: Vec<Bits>,
    /// Programs by their places, and who asks about them; in order.
    places: Vec<(Place, u32)>,
    /// Those that need something of a text, by what it is.
    needing: [Bits; TRAITS],
}

/// A bit for each question.
#[derive(Clone, Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn add(&mut self, number: u32) {
        let word = number as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (number % 64);
        }
    }
}

impl QueryIndex {
    /// An index of `queries`; each is known by its place among them.
    pub(crate) fn of<'q>(queries: impl Iterator<Item = &'q ShellQuery>) -> Self {
        let mut index = Self { classes: vec![Bits::default(); Class::ALL.len()], ..Self::default() };
        for (number, query) in (0..).zip(queries) {
            index.add(number, query);
        }
        index.places.sort_unstable();
        index
    }

    fn add(&mut self, number: u32, query: &ShellQuery) {
        self.count += 1;
        match query.programs() {
            None => self.open.add(number),
            Some(names) => {
                for class in names.classes().iter() {
                    self.classes.get_mut(class as usize).into_iter().for_each(|bits| bits.add(number));
                }
                self.places.extend(names.places().map(|place| (place, number)));
            }
        }
        let needs = query.needs();
        for (_, bits) in self.needing.iter_mut().enumerate().filter(|(one, _)| needs & 1 << one != 0) {
            bits.add(number);
        }
    }

    /// Calls `ask` with each question that the text may answer, in their order. `bits` is kept for its memory.
    pub(crate) fn each(&self, shell: Shell<'_>, bits: &mut Vec<u64>, mut ask: impl FnMut(usize)) {
        bits.clear();
        bits.resize(self.count.div_ceil(64), if shell.sum().globbed { u64::MAX } else { 0 });
        let join = |bits: &mut Vec<u64>, more: &Bits| bits.iter_mut().zip(&more.0).for_each(|(to, from)| *to |= from);
        join(bits, &self.open);
        for more in shell.sum().classes.iter().filter_map(|class| self.classes.get(class as usize)) {
            join(bits, more);
        }
        shell.sum().each(|place| {
            let from = self.places.partition_point(|(known, _)| *known < place);
            let asking = self.places.get(from..).unwrap_or_default().iter().take_while(|(known, _)| *known == place);
            for (_, number) in asking {
                if let Some(word) = bits.get_mut(*number as usize / 64) {
                    *word |= 1 << (number % 64);
                }
            }
        });
        let has = traits(shell);
        for (_, needing) in self.needing.iter().enumerate().filter(|(one, _)| has & 1 << one == 0) {
            bits.iter_mut().zip(&needing.0).for_each(|(to, from)| *to &= !from);
        }
        for (at, word) in bits.iter().enumerate() {
            let mut word = *word;
            while word != 0 {
                let number = at * 64 + word.trailing_zeros() as usize;
                if number < self.count {
                    ask(number);
                }
                word &= word - 1;
            }
        }
    }
}

/// What the text has of what questions may need.
fn traits(shell: Shell<'_>) -> usize {
    let top = Reach::default().through(Context::Top);
    let any = |holds: fn(Shell<'_>, &Command) -> bool| shell.commands().iter().any(|command| holds(shell, command));
    let nested = shell.commands().iter().any(|command| command.reach != top);
    let bit = |has: bool, bit: usize| if has { bit } else { 0 };
    bit(!shell.edges().is_empty(), EDGES)
        | bit(shell.has_redirects(), REDIRECTS)
        | bit(!shell.snippets().is_empty(), SNIPPETS)
        | bit(shell.has_assignments(), ASSIGNMENTS)
        | bit(nested, NESTED)
        | bit(!shell.functions().is_empty(), FUNCTIONS)
        | bit(!shell.is_complete(), REST)
        | bit(any(|_, command| command.background), BACKGROUND)
        | bit(any(is_dynamic), DYNAMIC)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::QueryIndex;
    use crate::analyzers::shell::{Dialect, Shell, ShellQuery, ShellScratch, parse};
    use crate::rules::query::Query;
    use crate::rules::{Condition, PACKS, catalog};

    fn queries(condition: &Condition, into: &mut Vec<ShellQuery>) {
        match condition {
            Condition::Query(query) => {
                if let Query::Shell(query) = &**query {
                    into.push((**query).clone());
                }
            }
            Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| queries(part, into)),
            Condition::Not(part) => queries(part, into),
            Condition::Pattern { .. } | Condition::Sequence(_) => {}
        }
    }

    fn asked(index: &QueryIndex, shell: Shell<'_>) -> BTreeSet<usize> {
        let mut asked = Vec::new();
        index.each(shell, &mut Vec::new(), |number| asked.push(number));
        assert!(asked.is_sorted());
        asked.into_iter().collect()
    }

    #[test]
    fn what_is_not_asked_would_not_be_found() {
        let (mut all, mut texts) = (Vec::new(), Vec::new());
        for entry in catalog(PACKS.iter().copied()).unwrap() {
            queries(&entry.rule.condition, &mut all);
            texts.extend(entry.rule.hits.iter().chain(&entry.rule.misses).map(|example| example.text.clone()));
        }
        let index = QueryIndex::of(all.iter());
        let (mut scratch, mut found, mut saved) = (ShellScratch::default(), 0, 0);
        for text in texts.iter().filter(|text| text.len() < 2000) {
            for dialect in [Dialect::Posix, Dialect::PowerShell, Dialect::Cmd] {
                parse(text.as_bytes(), dialect, &mut scratch);
                let asked = asked(&index, scratch.shell());
                saved += usize::from(asked.len() * 4 < all.len());
                for (number, query) in all.iter().enumerate() {
                    if query.matches(&scratch.shell()).is_some() {
                        assert!(asked.contains(&number), "{text}: {query:?}");
                        found += 1;
                    }
                }
            }
        }
        assert!(found > 500 && saved > texts.len(), "{found} found, {saved} texts asked a quarter");
    }
}
