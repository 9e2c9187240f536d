//! What was said: by which tool of which server, in which call, and what it is.

use std::collections::VecDeque;

use super::super::label::Label;
use crate::session::Name;

/// Sources remembered of one session.
const KEPT: usize = 512;
/// Secret ones that are remembered beside them.
const SECRET: usize = 64;

/// One result.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) server: Option<Name>,
    pub(crate) tool: Name,
    /// Which call of the session it answers.
    pub(crate) call: u32,
    /// Microseconds.
    pub(crate) at: u64,
    pub(crate) label: Label,
    /// What is counted in it: lines of one text, or values.
    pub(crate) lines: bool,
    /// It is secret beyond doubt: a store of secrets or a file of them said it, or a rule knows its form. What an environment holds is mostly not.
    pub(crate) certain: bool,
}

impl Default for Source {
    fn default() -> Self {
        Self { server: None, tool: Name::new(""), call: 0, at: 0, label: Label::Plain, lines: false, certain: false }
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Sources by number; numbers come round after 65,535.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    kept: VecDeque<Source>,
    /// Secret ones that had to make room there: what nobody may send on is not forgotten for what was said since.
    secret: VecDeque<(u16, Source)>,
    /// Number of the last.
    last: u16,
}

impl Sources {
    pub(crate) fn bytes(&self) -> usize {
        self.kept.capacity() * size_of::<Source>() + self.secret.capacity() * size_of::<(u16, Source)>()
    }

    /// Adds one and tells its number, never 0.
    pub(crate) fn add(&mut self, source: Source) -> u16 {
        if self.kept.len() >= KEPT
            && let Some(oldest) = self.kept.pop_front()
            && oldest.label == Label::Secret
        {
            if self.secret.len() >= SECRET {
                self.secret.pop_front();
            }
            // Its number, which `last` does not come round without all of them being forgotten.
            self.secret.push_back((self.last.saturating_sub(KEPT as u16 - 1), oldest));
        }
        self.last = match self.last {
            u16::MAX => {
                // Numbers of long ago would stand for others: begin anew.
                self.kept.clear();
                self.secret.clear();
                1
            }
            last => last + 1,
        };
        self.kept.push_back(source);
        self.last
    }

    /// The source of this number, if it is still known.
    pub(crate) fn get(&self, number: u16) -> Option<&Source> {
        let back = self.last.checked_sub(number)?;
        match self.kept.len().checked_sub(1 + usize::from(back)) {
            Some(at) => self.kept.get(at),
            None => self.secret.iter().find(|(known, _)| *known == number).map(|(_, source)| source),
        }
    }

    /// Whether a fingerprint of source `number` stays its own although one labelled `label` says the same.
    pub(super) fn stays(&self, number: u16, label: Label) -> bool {
        self.get(number).is_some_and(|known| known.label >= label || label != Label::Secret)
    }

    pub(super) fn forget(&mut self, since: u64) {
        while self.kept.front().is_some_and(|source| source.at < since) {
            self.kept.pop_front();
        }
        self.kept.shrink_to_fit();
        self.secret.retain(|(_, source)| source.at >= since);
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, Sources};

    #[test]
    fn a_number_stands_for_one_source_as_long_as_it_is_known() {
        let mut sources = Sources::default();
        let mut numbers = Vec::new();
        for call in 0..70_000 {
            numbers.push(sources.add(Source { call, ..Source::default() }));
        }
        let last = *numbers.last().unwrap();
        assert_eq!(sources.get(last).unwrap().call, 69_999);
        assert_eq!(sources.get(last - 511).unwrap().call, 69_488);
        assert!(sources.get(last - 512).is_none() && sources.get(last + 1).is_none() && sources.get(0).is_none());
    }
}
