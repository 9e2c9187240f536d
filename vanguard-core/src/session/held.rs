//! What was held back of a server's listings, so that it can't be used unseen.

use std::collections::HashSet;

use super::Name;
use crate::integrity::EntryKind;

/// Names of what was held back, and of what the listing that is under way has shown so far.
#[derive(Debug, Default)]
pub(super) struct Held {
    held: HashSet<(EntryKind, Name)>,
    paged: HashSet<(EntryKind, Name)>,
    /// More was held back than is remembered: then nothing that is not locked can be used.
    full: bool,
}

/// One entry of a listing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listed<'n> {
    /// Its name.
    pub(crate) name: &'n str,
    /// Whether it was held back.
    pub(crate) held: bool,
    /// Whether the name is locked: those are always remembered, since a lock has its bounds.
    pub(crate) locked: bool,
}

impl Held {
    pub(super) fn page<'n>(
        &mut self,
        kind: EntryKind,
        entries: impl Iterator<Item = Listed<'n>>,
        last: bool,
        most: usize,
    ) {
        let mut held_here = HashSet::new();
        for Listed { name, held, locked } in entries {
            let key = (kind, Name::new(name));
            // Of two with one name, one is enough.
            if held {
                let room = self.held.len() < most || self.held.contains(&key);
                self.full |= !room && !locked;
                if room || locked {
                    self.held.insert(key.clone());
                }
                held_here.insert(key.clone());
            } else if !held_here.contains(&key) {
                self.held.remove(&key);
            }
            if !last && self.paged.len() < most {
                self.paged.insert(key);
            }
        }
        if last {
            self.paged.retain(|(paged, _)| *paged != kind);
        }
    }

    pub(super) fn was_paged(&self, kind: EntryKind, name: &str) -> bool {
        self.paged.contains(&(kind, Name::new(name)))
    }

    pub(super) fn is_held(&self, kind: EntryKind, name: &str, is_locked: bool) -> bool {
        self.full && !is_locked || self.held.contains(&(kind, Name::new(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: EntryKind = EntryKind::Tool;

    fn page(held: &mut Held, entries: &[(&'static str, bool)], last: bool) {
        let listed = |(name, held): &(&'static str, bool)| Listed { name, held: *held, locked: name.starts_with('l') };
        held.page(TOOL, entries.iter().map(listed), last, 2);
    }

    #[test]
    fn what_is_held_back_stays_so_until_it_is_listed_as_locked() {
        let mut held = Held::default();
        page(&mut held, &[("a", true), ("b", false)], true);
        assert!(held.is_held(TOOL, "a", true) && !held.is_held(TOOL, "b", true));
        assert!(!held.is_held(EntryKind::Prompt, "a", true));
        page(&mut held, &[("b", false)], true);
        assert!(held.is_held(TOOL, "a", true));
        for twice in [[("a", true), ("a", false)], [("a", false), ("a", true)]] {
            page(&mut held, &twice, true);
            assert!(held.is_held(TOOL, "a", true));
        }
        page(&mut held, &[("a", false)], true);
        assert!(!held.is_held(TOOL, "a", true));
    }

    #[test]
    fn pages_are_remembered_until_the_last() {
        let mut held = Held::default();
        page(&mut held, &[("a", false)], false);
        assert!(held.was_paged(TOOL, "a") && !held.was_paged(TOOL, "b"));
        page(&mut held, &[("b", false)], true);
        assert!(!held.was_paged(TOOL, "a"));
    }

    #[test]
    fn a_flood_of_names_opens_nothing() {
        let mut held = Held::default();
        page(&mut held, &[("a", true), ("b", true), ("c", true), ("locked", true)], true);
        assert!(held.is_held(TOOL, "c", false) && held.is_held(TOOL, "d", false));
        assert!(held.is_held(TOOL, "locked", true) && !held.is_held(TOOL, "lately", true));
    }
}
