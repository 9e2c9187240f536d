//! Fields that say something new. JSON repeats itself: the keys of every record, small words in every list. What a text is
//! follows from its bytes and its kind, so that each is judged once.

use crate::message::Field;

/// Slots of the table. A text that another one displaced is judged once more.
const SLOTS: usize = 512;

/// Finds repeated fields; kept for its memory.
#[derive(Debug, Default)]
pub(crate) struct Distinct {
    /// By hash, the last field of that hash: its index in `fields`, counted from `base`.
    slots: Vec<u32>,
    /// Lower numbers in slots are an earlier message's.
    base: u32,
    fields: Vec<Field>,
    /// For each field of the message, which of `fields` says the same.
    same: Vec<u32>,
    /// For each of `fields`, whether what was found must be told of each that says the same.
    told: Vec<bool>,
}

/// The fields of a message without those that repeat others.
#[derive(Debug)]
pub(crate) struct Firsts<'d> {
    /// The first of each text and kind, in their order; a few may be repeated all the same.
    pub(crate) fields: &'d [Field],
    /// For each field of the message, the index of the one among `fields` that says the same.
    pub(crate) same: &'d [u32],
    /// A mark for each of `fields`, not yet set.
    pub(crate) told: &'d mut [bool],
}

impl Distinct {
    /// The first of each text and kind among `fields`. One that `is_joined` stands for itself: it is judged together with what stands
    /// beside it.
    pub(crate) fn of(&mut self, fields: &[Field], arena: &[u8], is_joined: impl Fn(&Field) -> bool) -> Firsts<'_> {
        let next = u32::try_from(fields.len()).ok().and_then(|count| self.base.checked_add(count));
        if self.slots.is_empty() || next.is_none() {
            self.slots.clear();
            // No field has the number 0.
            self.slots.resize(SLOTS, 0);
            self.base = 1;
        }
        self.fields.clear();
        self.same.clear();
        for field in fields {
            let text = field.text.of(arena);
            let hash = hash(text, arena.get(field.text.start as usize..).unwrap_or_default());
            let number = self.base.saturating_add(self.fields.len() as u32);
            if let Some(slot) = self.slots.get_mut(hash % SLOTS) {
                let at = slot.wrapping_sub(self.base) as usize;
                let known = self.fields.get(at).filter(|_| *slot >= self.base);
                let is_known = known.is_some_and(|known| known.kind == field.kind && known.text.of(arena) == text);
                if is_known && !is_joined(field) {
                    self.same.push(slot.wrapping_sub(self.base));
                    continue;
                }
                *slot = number;
            }
            self.same.push(number.wrapping_sub(self.base));
            self.fields.push(*field);
        }
        self.base = self.base.saturating_add(self.fields.len() as u32);
        self.told.clear();
        self.told.resize(self.fields.len(), false);
        Firsts { fields: &self.fields, same: &self.same, told: &mut self.told }
    }
}

/// A hash of the length and both ends, whatever lies between: equal hashes are compared. `from` goes on behind the text.
#[inline]
fn hash(text: &[u8], from: &[u8]) -> usize {
    let ends = match (from.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(29),
        (Some(first), None) => u64::from_le_bytes(*first) & !(u64::MAX << (8 * text.len() as u32)),
        _ => text.iter().fold(0, |hash, byte| hash << 8 | u64::from(*byte)),
    };
    ((ends ^ text.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Distinct, Firsts, SLOTS};
    use crate::message::{Field, FieldKind, Span};

    fn lay_out(texts: &[(String, bool)]) -> (Vec<u8>, Vec<Field>) {
        let mut arena = Vec::new();
        let fields = (0..).zip(texts).map(|(node, (text, named))| {
            let start = arena.len();
            arena.extend_from_slice(text.as_bytes());
            let kind = if *named { FieldKind::Path } else { FieldKind::Unknown };
            Field { node, text: Span::of_usize(start, arena.len()), kind, element: 0 }
        });
        let fields = fields.collect();
        (arena, fields)
    }

    #[test]
    fn what_repeats_is_left_out() {
        let texts = ["a", "b", "a", "", "longer than both ends", ""].map(|text| (text.to_owned(), false));
        let (arena, fields) = lay_out(&texts);
        let mut distinct = Distinct::default();
        let firsts = distinct.of(&fields, &arena, |_| false);
        assert_eq!(firsts.fields.iter().map(|field| field.node).collect::<Vec<_>>(), [0, 1, 3, 4]);
        assert_eq!(firsts.same, [0, 1, 0, 2, 3, 2]);
        assert_eq!(firsts.told, [false; 4]);
    }

    #[test]
    fn numbers_that_run_out_start_anew() {
        let (arena, fields) = lay_out(&["a", "a"].map(|text| (text.to_owned(), false)));
        let mut distinct = Distinct { slots: vec![u32::MAX - 1; SLOTS], base: u32::MAX - 1, ..Distinct::default() };
        assert_eq!(distinct.of(&fields, &arena, |_| false).fields.len(), 1);
        assert_eq!(distinct.of(&fields, &arena, |_| false).fields.len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_new_is_left_out(messages in prop::collection::vec(prop::collection::vec(("[ab]{0,3}|x{14}[ab]x{8}", any::<bool>()), 0..40), 1..4)) {
            let mut distinct = Distinct::default();
            for texts in messages {
                let (arena, fields) = lay_out(&texts);
                let Firsts { fields: kept, same, .. } = distinct.of(&fields, &arena, |_| false);
                let of = |field: &Field| (field.text.of(&arena).to_vec(), field.kind);
                prop_assert!(fields.iter().zip(same).all(|(field, same)| of(&kept[*same as usize]) == of(field)));
                prop_assert!(fields.iter().all(|field| kept.iter().any(|known| of(known) == of(field) && known.node <= field.node)));
                prop_assert!(kept.is_sorted_by_key(|field| field.node));
            }
        }
    }
}
