//! Thirty-two bytes looked at side by side: which of them are what, a bit each, in a few instructions.

use wide::u8x32;

/// Bytes that are looked at together.
pub(crate) const LANES: usize = 32;

/// Thirty-two bytes; as an answer, all bits of a byte are set where it is what was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lanes(u8x32);

impl Lanes {
    #[inline]
    pub(crate) fn of(bytes: &[u8; LANES]) -> Self {
        Self(u8x32::new(*bytes))
    }

    /// Those that are `byte`.
    #[inline]
    pub(crate) fn is(self, byte: u8) -> Self {
        Self(self.0.simd_eq(u8x32::splat(byte)))
    }

    /// Those from `first` to `last`.
    #[inline]
    pub(crate) fn within(self, first: u8, last: u8) -> Self {
        Self((self.0 - u8x32::splat(first)).simd_le(u8x32::splat(last.wrapping_sub(first))))
    }

    /// The bytes with these bits set: ASCII letters in lower case with `0x20`.
    #[inline]
    pub(crate) fn with(self, bits: u8) -> Self {
        Self(self.0 | u8x32::splat(bits))
    }

    /// Of each byte only these bits.
    #[inline]
    pub(crate) fn only(self, bits: u8) -> Self {
        Self(self.0 & u8x32::splat(bits))
    }

    #[inline]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(crate) fn and_not(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Writes the bytes down.
    #[inline]
    pub(crate) fn store(self, to: &mut [u8; LANES]) {
        // By value, the compiler would copy them one by one.
        to.copy_from_slice(self.0.as_array());
    }

    /// A bit for each byte of an answer, the lowest for the first.
    #[inline]
    pub(crate) fn bits(self) -> u32 {
        self.0.to_bitmask()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LANES, Lanes};

    proptest! {
        #[test]
        fn each_byte_has_its_bit(bytes in any::<[u8; LANES]>(), first: u8, last: u8, set: u8) {
            let bits = |holds: &dyn Fn(u8) -> bool| bytes.iter().rev().fold(0, |all, byte| all << 1 | u32::from(holds(*byte)));
            let lanes = Lanes::of(&bytes);
            let (first, last) = (first.min(last), first.max(last));
            prop_assert_eq!(lanes.is(bytes[3]).bits(), bits(&|byte| byte == bytes[3]));
            prop_assert_eq!(lanes.within(first, last).bits(), bits(&|byte| (first..=last).contains(&byte)));
            prop_assert_eq!(lanes.with(set).is(last).bits(), bits(&|byte| byte | set == last));
            let mut stored = [0; LANES];
            lanes.only(set).store(&mut stored);
            prop_assert_eq!(stored, bytes.map(|byte| byte & set));
            let (low, high) = (lanes.within(0, last), lanes.within(first, u8::MAX));
            prop_assert_eq!(low.or(high).bits(), bits(&|byte| byte <= last || byte >= first));
            prop_assert_eq!(low.and_not(high).bits(), bits(&|byte| byte <= last && byte < first));
        }
    }
}
