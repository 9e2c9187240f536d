//! Fingerprints of one session: a table of fixed size in which the oldest of four makes room.

/// Which source a fingerprint is from, and where it stands there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The number of the source; 0 is none.
    pub(crate) source: u16,
    /// The value or line of it, from 1.
    pub(crate) value: u16,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    tag: u32,
    place: Place,
}

type Set = [Entry; 4];

/// The smallest table: 64 fingerprints. It grows as it fills.
const LEAST: usize = 16;

/// A table of fingerprints.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    sets: Vec<Set>,
    used: usize,
}

impl Index {
    /// Bytes it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.sets.len() * size_of::<Set>()
    }

    fn set(&self, hash: u64) -> usize {
        hash as u32 as usize & self.sets.len().saturating_sub(1)
    }

    /// Where this fingerprint was met first, of sources from `oldest` on.
    pub(crate) fn find(&self, hash: u64) -> Option<Place> {
        let set = self.sets.get(self.set(hash))?;
        set.iter().find(|entry| entry.tag == hash as u32 && entry.place.source != 0).map(|entry| entry.place)
    }

    /// Keeps a fingerprint, unless `keeps` says that an earlier one of the same characters stays. The table takes at most `bytes`.
    pub(crate) fn insert(&mut self, hash: u64, place: Place, bytes: usize, keeps: impl Fn(Place) -> bool) {
        if self.used >= self.sets.len() * 2 && (self.sets.len().max(LEAST / 2) * 2) * size_of::<Set>() <= bytes {
            self.grow();
        }
        let at = self.set(hash);
        let Some(set) = self.sets.get_mut(at) else { return };
        let fresh = Entry { tag: hash as u32, place };
        if let Some(known) = set.iter_mut().find(|entry| entry.tag == fresh.tag && entry.place.source != 0) {
            if !keeps(known.place) {
                known.place = place;
            }
            return;
        }
        // The first is the oldest.
        let [oldest, second, third, last] = *set;
        self.used += usize::from(oldest.place.source == 0);
        *set = [second, third, last, fresh];
    }

    fn grow(&mut self) {
        let size = (self.sets.len() * 2).max(LEAST);
        let old = std::mem::replace(&mut self.sets, vec![Set::default(); size]);
        self.used = 0;
        for entry in old.into_iter().flatten().filter(|entry| entry.place.source != 0) {
            self.insert(u64::from(entry.tag), entry.place, 0, |_| true);
        }
    }

    /// Forgets all but what `kept` says.
    pub(crate) fn retain(&mut self, kept: impl Fn(Place) -> bool) {
        let old = std::mem::take(self);
        for entry in old.sets.into_iter().flatten().filter(|entry| entry.place.source != 0 && kept(entry.place)) {
            self.insert(u64::from(entry.tag), entry.place, 4096, |_| true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Index, Place};
    use crate::behavior::hash::mix;

    #[test]
    fn it_keeps_what_fits_and_forgets_the_oldest() {
        let mut index = Index::default();
        assert_eq!(index.find(7), None);
        let place = |source| Place { source, value: 1 };
        for number in 0..100_000 {
            index.insert(mix(number, 1), place((number / 1000) as u16 + 1), 64 << 10, |_| true);
        }
        assert!(index.bytes() <= 64 << 10);
        let found = |from: u64| (from..from + 1000).filter(|number| index.find(mix(*number, 1)).is_some()).count();
        assert!(found(99_000) > 990 && found(0) == 0, "{} {}", found(99_000), found(0));
        index.retain(|place| place.source == 100);
        assert!(index.bytes() <= 4096);
    }

    #[test]
    fn the_first_to_say_it_is_the_source_unless_told_otherwise() {
        let mut index = Index::default();
        let place = |source| Place { source, value: 1 };
        index.insert(5, place(1), 4096, |_| true);
        index.insert(5, place(2), 4096, |_| true);
        assert_eq!(index.find(5), Some(place(1)));
        index.insert(5, place(3), 4096, |known| known.source != 1);
        assert_eq!(index.find(5), Some(place(3)));
    }
}
