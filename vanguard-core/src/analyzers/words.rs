//! Lists of words as hash tables made by the compiler: finding a word is one hash and, nearly always, one comparison.

/// No word in a table is longer; longer ones are not looked for.
const LONGEST: usize = 48;

/// Words, each with the number of the row it stands in. `SLOTS` is a power of two, at least twice the number of words.
#[derive(Debug)]
pub(super) struct WordTable<const SLOTS: usize> {
    slots: [(&'static str, u8); SLOTS],
}

impl<const SLOTS: usize> WordTable<SLOTS> {
    /// The table of the words in `rows`, parted by blanks. A word in two rows belongs to the first.
    #[expect(
        clippy::indexing_slicing,
        clippy::panic,
        reason = "evaluated by the compiler, where a fault is a build error"
    )]
    pub(super) const fn of(rows: &[&'static str]) -> Self {
        let mut slots = [("", 0_u8); SLOTS];
        let (mut row, mut used) = (0, 0);
        while row < rows.len() {
            let (bytes, mut start) = (rows[row].as_bytes(), 0);
            while start < bytes.len() {
                if bytes[start].is_ascii_whitespace() {
                    start += 1;
                    continue;
                }
                let mut end = start;
                while end < bytes.len() && !bytes[end].is_ascii_whitespace() {
                    end += 1;
                }
                let (_, tail) = rows[row].split_at(start);
                let (word, _) = tail.split_at(end - start);
                if word.len() > LONGEST || row > u8::MAX as usize || used * 2 > SLOTS {
                    panic!("the table wants more slots, fewer rows or shorter words");
                }
                let mut at = hash(word.as_bytes()) % SLOTS;
                while !slots[at].0.is_empty() && !same(slots[at].0.as_bytes(), word.as_bytes()) {
                    at = (at + 1) % SLOTS;
                }
                if slots[at].0.is_empty() {
                    #[expect(clippy::cast_possible_truncation, reason = "checked above")]
                    {
                        slots[at] = (word, row as u8);
                    }
                    used += 1;
                }
                start = end;
            }
            row += 1;
        }
        Self { slots }
    }

    /// The row of `word`, without regard to ASCII case.
    pub(super) fn row(&self, word: &[u8]) -> Option<u8> {
        if word.len() > LONGEST {
            return None;
        }
        let mut at = hash(word) % SLOTS;
        loop {
            let (known, row) = self.slots.get(at)?;
            if known.is_empty() {
                return None;
            }
            if known.as_bytes().eq_ignore_ascii_case(word) {
                return Some(*row);
            }
            at = (at + 1) % SLOTS;
        }
    }
}

const fn hash(word: &[u8]) -> usize {
    let (mut hash, mut rest) = (0x811c_9dc5_u32, word);
    while let [first, tail @ ..] = rest {
        hash = (hash ^ first.to_ascii_lowercase() as u32).wrapping_mul(0x0100_0193);
        rest = tail;
    }
    (hash ^ (hash >> 15)) as usize
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (mut one, mut other) = (one, other);
    while let ([a, one_tail @ ..], [b, other_tail @ ..]) = (one, other) {
        if !a.eq_ignore_ascii_case(b) {
            return false;
        }
        (one, other) = (one_tail, other_tail);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::WordTable;

    #[test]
    fn words_are_found_in_their_rows() {
        static TABLE: WordTable<16> = WordTable::of(&["a B", "c  dd b"]);
        assert_eq!(TABLE.row(b"a"), Some(0));
        assert_eq!(TABLE.row(b"B"), Some(0));
        assert_eq!(TABLE.row(b"DD"), Some(1));
        assert_eq!(TABLE.row(b""), None);
        assert_eq!(TABLE.row(b"e"), None);
        assert_eq!(TABLE.row(&[b'a'; 100]), None);
    }
}
