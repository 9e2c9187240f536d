//! Fast hashes of names and texts. They are not secret: what they decide is whom to compare, never whom to trust.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};

const ONE: u64 = 0x9e37_79b9_7f4a_7c15;
const TWO: u64 = 0xd6e8_feb8_6659_fd93;

/// Multiplies to 128 bits and folds both halves together: every bit of the input moves every bit of the output.
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    let wide = (a ^ ONE) as u128 * (b ^ TWO) as u128;
    wide as u64 ^ (wide >> 64) as u64
}

/// A hash of bytes, eight at a time.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut state = mix(bytes.len() as u64, ONE);
    // Of long texts four words at a time, none of which waits for another.
    let (blocks, behind) = bytes.as_chunks::<32>();
    let long = blocks.len() > 1;
    if long {
        let mut lanes = [state, state ^ TWO, state.rotate_left(32), !state];
        for block in blocks {
            let (words, _) = block.as_chunks::<8>();
            for (lane, word) in lanes.iter_mut().zip(words) {
                *lane = mix(*lane, u64::from_le_bytes(*word));
            }
        }
        state = lanes.into_iter().fold(state, mix);
    }
    let (words, rest) = if long { behind } else { bytes }.as_chunks::<8>();
    for word in words {
        state = mix(state, u64::from_le_bytes(*word));
    }
    // Its length is in it: the last eight bytes may overlap those before.
    let last = bytes.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        last
    });
    mix(state, u64::from_le_bytes(last))
}

/// A hash of several texts of which each may be missing.
pub(crate) fn hash_all(parts: &[Option<&str>]) -> u64 {
    parts.iter().fold(TWO, |state, part| mix(state, part.map_or(1, |part| hash(part.as_bytes()))))
}

/// Hashes keys that are made of numbers: a few cycles each. Its seed is the process's own, so that nobody who chooses names can fill one
/// place of a map.
#[derive(Clone, Debug)]
pub(crate) struct Seeded(u64);

impl Default for Seeded {
    fn default() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }
}

impl BuildHasher for Seeded {
    type Hasher = Mixer;

    fn build_hasher(&self) -> Mixer {
        Mixer(self.0)
    }
}

/// The hasher of [`Seeded`].
#[derive(Debug)]
pub(crate) struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, hash(bytes));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mix(self.0, number);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A map whose keys are made of numbers.
pub(crate) type NumberMap<K, V> = HashMap<K, V, Seeded>;

#[cfg(test)]
mod tests {
    use super::{hash, hash_all};

    #[test]
    fn what_differs_hashes_apart() {
        let texts = ["", "a", "b", "aa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaa\0", "\0"];
        let mut hashes: Vec<_> = texts.iter().map(|text| hash(text.as_bytes())).collect();
        hashes.extend([
            hash_all(&[None, None]),
            hash_all(&[Some(""), None]),
            hash_all(&[None, Some("")]),
            hash_all(&[None]),
        ]);
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
    }
}
