//! One literal, compared with a place in the text eight bytes at a time.

/// A literal with ASCII letters in lower case. Comparing folds exactly the letters, nothing else.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    /// Its length in bytes.
    pub(super) len: usize,
    /// Its first eight bytes; zeros behind a shorter literal.
    head: Word,
    /// The bytes of a shorter literal.
    mask: u64,
    /// Its last eight bytes, if it has as many.
    tail: Word,
    /// What lies between, of a literal longer than sixteen bytes: words from the ninth byte on, the last one left out.
    middle: Box<[Word]>,
}

/// Eight bytes and the case bits of the letters among them.
#[derive(Clone, Copy, Debug, Default)]
struct Word {
    value: u64,
    fold: u64,
}

impl Word {
    fn new(bytes: &[u8]) -> Self {
        let (mut value, mut fold) = ([0; 8], [0; 8]);
        for ((byte, value), fold) in bytes.iter().zip(&mut value).zip(&mut fold) {
            *value = *byte;
            *fold = if byte.is_ascii_lowercase() { 0x20 } else { 0 };
        }
        Self { value: u64::from_le_bytes(value), fold: u64::from_le_bytes(fold) }
    }

    fn is(self, bytes: &[u8; 8]) -> bool {
        u64::from_le_bytes(*bytes) | self.fold == self.value
    }
}

impl Needle {
    pub(super) fn new(literal: &[u8]) -> Self {
        let (words, _) = literal.as_chunks::<8>();
        let inner = literal.len().saturating_sub(9) / 8;
        Self {
            len: literal.len(),
            head: Word::new(literal),
            mask: u64::MAX.checked_shr(8 * 8_u32.saturating_sub(literal.len() as u32)).unwrap_or(0),
            tail: literal.last_chunk::<8>().map(|last| Word::new(last)).unwrap_or_default(),
            middle: words.iter().skip(1).take(inner).map(|word| Word::new(word)).collect(),
        }
    }

    /// Whether the text has the literal at `start`.
    #[inline]
    pub(super) fn is_at(&self, text: &[u8], start: usize) -> bool {
        let Some(place) = text.get(start..start.saturating_add(self.len)) else { return false };
        let (Some(first), Some(last)) = (place.first_chunk(), place.last_chunk()) else {
            return self.is_at_short(text, start, place);
        };
        self.head.is(first) && self.tail.is(last) && (self.middle.is_empty() || self.is_between(place))
    }

    /// Below eight bytes: the bytes behind it are masked, or stand in as zeros at the end of the text.
    fn is_at_short(&self, text: &[u8], start: usize, place: &[u8]) -> bool {
        let eight = match text.get(start..).and_then(<[u8]>::first_chunk) {
            Some(eight) => u64::from_le_bytes(*eight) & self.mask,
            None => Word::new(place).value,
        };
        eight | self.head.fold == self.head.value
    }

    fn is_between(&self, place: &[u8]) -> bool {
        let (words, _) = place.as_chunks::<8>();
        self.middle.iter().zip(words.iter().skip(1)).all(|(own, word)| own.is(word))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Needle;

    proptest! {
        #[test]
        fn equals_a_plain_comparison(
            literal in "[a-c@_\\[ ]{3,40}",
            before in "[a-c]{0,3}",
            after in "[a-c]{0,9}",
            flip in prop::option::of((0..40_usize, 0..8_u32)),
        ) {
            let needle = Needle::new(literal.as_bytes());
            let mut text = [before.as_bytes(), literal.to_ascii_uppercase().as_bytes(), after.as_bytes()].concat();
            if let Some((at, bit)) = flip {
                let place = before.len() + at % literal.len();
                text[place] ^= 1 << bit;
            }
            for start in 0..text.len() {
                let plain = text.get(start..start + literal.len());
                let expected = plain.is_some_and(|place| place.eq_ignore_ascii_case(literal.as_bytes()));
                prop_assert_eq!(needle.is_at(&text, start), expected);
            }
        }
    }
}
