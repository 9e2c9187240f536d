//! Keys that an object has twice.

use std::cmp::Ordering;

use super::Reader;
use crate::message::issue::IssueKind;
use crate::message::tape::NodeId;

/// Up to this many keys an object is checked for duplicates pair by pair; larger ones are sorted.
const FEW_KEYS: usize = 8;

impl Reader<'_> {
    /// Reports every key that an object has twice; `first` is its first among the keys of all open objects. Sorted by hash and
    /// text, so crafted collisions cost no more than comparing equal text does.
    #[inline]
    pub(super) fn check_keys(&mut self, first: usize) {
        let mut keys = std::mem::take(&mut self.tape.keys);
        let own = keys.get_mut(first..).unwrap_or_default();
        if own.len() <= FEW_KEYS {
            let mut rest = &*own;
            while let [(hash, key), tail @ ..] = rest {
                for (_, again) in tail.iter().filter(|(other, _)| other == hash) {
                    if self.tape.text(*again) == self.tape.text(*key) {
                        self.duplicate(*again);
                        break;
                    }
                }
                rest = tail;
            }
        } else {
            own.sort_unstable_by(|(ha, a), (hb, b)| match ha.cmp(hb) {
                Ordering::Equal => self.tape.text(*a).cmp(self.tape.text(*b)).then(a.cmp(b)),
                other => other,
            });
            for pair in own.windows(2) {
                if let [(ha, a), (hb, b)] = pair
                    && ha == hb
                    && self.tape.text(*a) == self.tape.text(*b)
                {
                    self.duplicate(*b);
                }
            }
        }
        keys.truncate(first);
        self.tape.keys = keys;
    }

    fn duplicate(&mut self, key: NodeId) {
        let at = self.tape.node(key).map_or(0, |node| node.source.start as usize);
        self.object_to(IssueKind::DuplicateKey, at, key);
    }
}

/// Only spreads keys: an attacker who makes them collide gains nothing (see `check_keys`).
#[inline]
pub(super) fn hash(text: &[u8]) -> u64 {
    let mut hash = text.len() as u64;
    let mut mix = |word: u64| hash = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (words, tail) = text.as_chunks::<8>();
    words.iter().for_each(|word| mix(u64::from_le_bytes(*word)));
    // Loads that overlap cost less than a loop over the last bytes.
    mix(match (tail.first_chunk::<4>(), tail.last_chunk::<4>(), tail) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        (_, _, [first, .., last]) => {
            let middle = tail.get(tail.len() / 2).copied().unwrap_or(0);
            u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << 16
        }
        (_, _, [only]) => u64::from(*only),
        _ => 0,
    });
    hash
}
