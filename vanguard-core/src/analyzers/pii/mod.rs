//! Personal data in a text: numbers that states, banks and issuers give to people, and addresses.
//!
//! Nothing is looked for by a literal: the reading starts at digits and at `@`, and a text without them costs one glance. What
//! counts is the number's structure and its check digits; where these leave too much to chance, a word beside it must say what
//! it is (`SSN: …`), in the text or as the name that the text stands under. Linear in the text, no recursion, no allocation
//! once warm.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `fact` | what there is to find |
//! | `forms`, `checks` | numbers of states: how they are written, and their check digits |
//! | `numbers` | payment cards, bank accounts, passports |
//! | `contact` | mail, telephone and bitcoin addresses |
//! | `words` | words that say what a number is |
//! | `query` | the condition rules are made of |

mod checks;
mod contact;
mod fact;
mod forms;
mod numbers;
mod query;
#[cfg(test)]
mod tests;
mod words;

pub use fact::{Fact, Found};
pub use query::PiiQuery;

use crate::message::Span;
use forms::{FORMS, Form};
use numbers::{Card, LONGEST_CARD, PASSPORT_LINE};
use words::{Words, of};

/// Most places that are kept of a text. The last one reaches to its end, so that what is redacted leaves nothing behind.
pub const MAX_FOUND: usize = 64;
/// A longer word is no number.
const LONGEST_WORD: usize = 62;
/// The most characters of a form, without separators.
const LONGEST_FORM: usize = 24;

/// The reusable pool of a reading. One per thread of work; no allocation once warm.
#[derive(Debug, Default)]
pub struct PiiScratch {
    found: Vec<Found>,
    by_name: bool,
}

impl PiiScratch {
    /// Whether the last reading could have found something else under another name.
    #[must_use]
    pub const fn hangs_on_name(&self) -> bool {
        self.by_name
    }

    /// What the last reading found.
    #[must_use]
    pub fn pii(&self) -> Pii<'_> {
        Pii { found: &self.found }
    }
}

/// What was found in a text: a view into a [`PiiScratch`].
#[derive(Clone, Copy, Debug)]
pub struct Pii<'a> {
    found: &'a [Found],
}

impl<'a> Pii<'a> {
    /// Every fact with its place, in the order of the text.
    #[must_use]
    pub const fn found(self) -> &'a [Found] {
        self.found
    }
}

/// A set of facts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(u64);

impl Facts {
    /// All facts.
    pub const ALL: Self = Self(u64::MAX);

    /// The same, and this one.
    #[must_use]
    pub const fn with(self, fact: Fact) -> Self {
        Self(self.0 | 1 << fact as u64)
    }

    /// Those in either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this one is in the set.
    #[must_use]
    pub const fn has(self, fact: Fact) -> bool {
        self.0 & 1 << fact as u64 != 0
    }
}

/// Reads a text that stands under `name` (a key, or nothing), for these facts. Any bytes give a reading; spans are offsets into `text`.
pub fn parse(text: &[u8], name: &[u8], wanted: Facts, scratch: &mut PiiScratch) {
    scratch.found.clear();
    let mut reading =
        Reading { text, name, wanted, words: None, found: &mut scratch.found, cards: 0, other_numbers: 0, chance: 0 };
    reading.read();
    scratch.by_name = reading.words.is_some_and(|words| words.heard_title());
}

struct Reading<'a> {
    text: &'a [u8],
    name: &'a [u8],
    wanted: Facts,
    words: Option<Words>,
    found: &'a mut Vec<Found>,
    /// Numbers as long as cards, without blanks and without a name, that are cards, and that are none; and hashes.
    cards: usize,
    other_numbers: usize,
    /// Bits of `found` that are such cards.
    chance: u64,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The next digit or `@` from `from` on.
fn next_start(text: &[u8], from: usize) -> Option<usize> {
    const CHUNK: usize = 32;
    let is_start = |byte: u8| byte.is_ascii_digit() | (byte == b'@');
    let rest = text.get(from..)?;
    // No branch within a chunk, so that all its bytes are tested at once.
    let has_start = |chunk: &[u8; CHUNK]| chunk.iter().fold(false, |any, byte| any | is_start(*byte));
    let (chunks, _) = rest.as_chunks();
    let skipped = CHUNK * chunks.iter().take_while(|chunk| !has_start(chunk)).count();
    let found = rest.get(skipped..)?.iter().position(|byte| is_start(*byte))?;
    Some(from + skipped + found)
}

impl Reading<'_> {
    fn read(&mut self) {
        let mut from = 0;
        while let Some(at) = next_start(self.text, from) {
            if self.text.get(at) == Some(&b'@') {
                let mail = self.wanted.has(Fact::Email).then(|| contact::email(self.text, at, from)).flatten();
                from = mail.map_or(at + 1, |span| span.end as usize);
                if let Some(span) = mail {
                    self.note(Fact::Email, span, false);
                }
            } else {
                let before = self.text.get(from..at).unwrap_or_default();
                let start = at - before.iter().rev().take_while(|byte| is_word(**byte)).count();
                let rest = self.text.get(at..).unwrap_or_default();
                let end = at + rest.iter().take_while(|byte| is_word(**byte)).count();
                // What ends in the middle of a word never ends before the first digit.
                from = self.number(start, end).unwrap_or(end);
            }
            if self.found.len() >= MAX_FOUND {
                if let Some(last) = self.found.last_mut() {
                    last.span = Span::of_usize(last.span.start as usize, self.text.len());
                }
                break;
            }
        }
        // In a list of numbers most of which are no cards, those that are one are it by chance: one in ten meets Luhn.
        if self.other_numbers > 2 * self.cards {
            let (mut at, chance) = (0, self.chance);
            self.found.retain(|_| {
                at += 1;
                chance >> (at - 1) & 1 == 0
            });
        }
    }

    /// Judges what begins with the word at `start`. Returns where it ends, if it is something.
    fn number(&mut self, start: usize, end: usize) -> Option<usize> {
        if end - start > LONGEST_WORD || self.is_joined(start) {
            return None;
        }
        let word = self.text.get(start..end)?;
        let digits = word.iter().all(u8::is_ascii_digit);
        // Among hashes, one of digits alone is a hash.
        let hash = !digits && word.len() >= 12 && word.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        self.other_numbers += usize::from(hash);
        if !digits && let Some(end) = self.account(start).or_else(|| self.passport(start, end)) {
            return Some(end);
        }
        if digits && start.checked_sub(1).is_some_and(|at| self.text.get(at) == Some(&b'+')) {
            return self.phone(start);
        }
        if digits && let Some(end) = self.card(start, end) {
            return Some(end);
        }
        if let Some(end) = self.forms(start, end - start, 0) {
            return Some(end);
        }
        // A number of letters and digits that is glued to the word before it.
        let glue = word.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        if glue > 1
            && let Some(end) = self.forms(start + glue, end - start - glue, 11)
        {
            return Some(end);
        }
        let is_bitcoin = self.wanted.has(Fact::BitcoinAddress) && contact::bitcoin(word);
        is_bitcoin.then(|| self.note(Fact::BitcoinAddress, Span::of_usize(start, end), false)).map(|()| end)
    }

    /// Whether what begins here is the rest of something longer: of a path, a decimal, a UUID, an amount.
    fn is_joined(&self, start: usize) -> bool {
        let Some(before) = start.checked_sub(1).and_then(|at| self.text.get(at)) else { return false };
        b"-./#$%\\".contains(before)
    }

    /// Whether what ends here goes on.
    fn goes_on(&self, end: usize) -> bool {
        match self.text.get(end..) {
            Some([b'-' | b'.' | b'/' | b':' | b'@', next, ..]) => is_word(*next),
            Some([next, ..]) => is_word(*next) || *next == b'%',
            _ => false,
        }
    }

    fn note(&mut self, fact: Fact, span: Span, named: bool) {
        self.found.push(Found { fact, span, named });
    }

    /// What words around these bytes speak of, and what the one directly before them does.
    fn around(&mut self, span: Span) -> (u64, u64) {
        let name = self.name;
        let begin = || {
            let mut words = Words::default();
            words.begin(name);
            words
        };
        self.words.get_or_insert_with(begin).around(self.text, span)
    }

    fn account(&mut self, start: usize) -> Option<usize> {
        if !self.wanted.has(Fact::Iban) {
            return None;
        }
        let rest = self.text.get(start..)?;
        let [a, b, b'0'..=b'9', b'0'..=b'9', ..] = rest else { return None };
        let length = numbers::iban_length([*a, *b])?;
        let (mut plain, mut count, mut end, mut gap) = ([0_u8; 34], 0, start, None);
        for (at, byte) in rest.iter().enumerate() {
            if count == length {
                break;
            }
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' => {
                    *plain.get_mut(count)? = *byte;
                    (count, end) = (count + 1, start + at + 1);
                }
                // Groups of four, parted by one kind of sign.
                b' ' | b'-' if count % 4 == 0 && gap.is_none_or(|gap| gap == *byte) && end == start + at => {
                    gap = Some(*byte)
                }
                _ => return None,
            }
        }
        if count < length || self.goes_on(end) || !numbers::iban(plain.get(..count)?) {
            return None;
        }
        self.note(Fact::Iban, Span::of_usize(start, end), false);
        Some(end)
    }

    fn passport(&mut self, start: usize, word: usize) -> Option<usize> {
        // It is filled with `<`, of which the first stands behind the first word.
        self.text.get(word).filter(|byte| **byte == b'<' && self.wanted.has(Fact::Passport))?;
        let end = start + PASSPORT_LINE;
        let line = self.text.get(start..end)?;
        if self.text.get(end).is_some_and(|byte| is_word(*byte)) || !numbers::passport_line(line) {
            return None;
        }
        self.note(Fact::Passport, Span::of_usize(start, end), false);
        Some(end)
    }

    fn card(&mut self, start: usize, end: usize) -> Option<usize> {
        if !self.wanted.has(Fact::Card) {
            return None;
        }
        let (digits, count, end) = match end - start {
            12..=LONGEST_CARD => {
                let (mut digits, word) = ([0; LONGEST_CARD], self.text.get(start..end)?);
                digits.iter_mut().zip(word).for_each(|(to, digit)| *to = *digit);
                (digits, word.len(), end)
            }
            4 => self.card_in_groups(start)?,
            _ => return None,
        };
        let grouped = end - start > count;
        if self.goes_on(end) {
            return None;
        }
        let judged = numbers::card(digits.get(..count)?);
        if judged == Card::No {
            self.other_numbers += usize::from(!grouped && count > 13);
            return None;
        }
        let span = Span::of_usize(start, end);
        let (around, directly) = self.around(span);
        let named = around & of::CARD != 0;
        let other = !grouped && directly & of::OTHER != 0 && directly & of::CARD == 0;
        if !named && (other || judged == Card::Maybe && !grouped) {
            self.other_numbers += usize::from(!grouped);
            return None;
        }
        if !named && !grouped {
            self.cards += 1;
            self.chance |= 1_u64.checked_shl(u32::try_from(self.found.len()).unwrap_or(u32::MAX)).unwrap_or(0);
        }
        self.note(Fact::Card, span, named);
        Some(end)
    }

    /// Digits in groups as cards print them, with blanks or hyphens between.
    fn card_in_groups(&self, start: usize) -> Option<([u8; LONGEST_CARD], usize, usize)> {
        const GROUPS: [&str; 4] =
            ["dddd~dddd~dddd~dddd~ddd", "dddd~dddd~dddd~dddd", "dddd~dddddd~ddddd", "dddd~dddddd~dddd"];
        let taken = GROUPS.iter().find_map(|pattern| {
            self.take(pattern, start).filter(|taken| !self.text.get(taken.end).is_some_and(|byte| is_word(*byte)))
        })?;
        let mut digits = [0; LONGEST_CARD];
        digits.iter_mut().zip(taken.plain).for_each(|(to, digit)| *to = digit);
        Some((digits, taken.count, taken.end))
    }

    fn phone(&mut self, start: usize) -> Option<usize> {
        let plus = start.checked_sub(1).filter(|at| self.text.get(*at) == Some(&b'+'))?;
        let free = !plus.checked_sub(1).and_then(|at| self.text.get(at)).is_some_and(|byte| is_word(*byte));
        let end = (self.wanted.has(Fact::Phone) && free).then(|| contact::phone(self.text, start)).flatten()?;
        self.note(Fact::Phone, Span::of_usize(plus, end), false);
        Some(end)
    }

    /// The first form that the text at `start` has, whose first word is of this length; of those at least `least` long that are evident,
    /// if that is not 0.
    fn forms(&mut self, start: usize, len: usize, least: usize) -> Option<usize> {
        let first = FORMS.partition_point(|form| form.first < len);
        let forms = FORMS.get(first..).unwrap_or_default().iter().take_while(|form| form.first == len);
        forms
            .filter(|form| least == 0 || form.evident && form.pattern.len() >= least)
            .find_map(|form| self.form(form, start))
    }

    fn form(&mut self, form: &Form, start: usize) -> Option<usize> {
        let taken = self.wanted.has(form.fact).then(|| self.take(form.pattern, start)).flatten()?;
        let Taken { plain, count, end, small, gap } = taken;
        let plain = plain.get(..count)?;
        if self.goes_on(end) || !(form.valid)(plain) || checks::is_made_up(plain) {
            return None;
        }
        // More groups of digits beside it: a table, or a longer number.
        let digit = |at: usize| self.text.get(at).is_some_and(u8::is_ascii_digit);
        let beside = |at: usize| self.text.get(at) == gap.as_ref();
        if gap.is_some() && (beside(end) && digit(end + 1) || start > 1 && beside(start - 1) && digit(start - 2)) {
            return None;
        }
        let span = Span::of_usize(start, end);
        let (around, directly) = self.around(span);
        let named = around & form.words != 0;
        let other = directly & of::OTHER != 0 && directly & form.words == 0;
        if !named && (!form.evident || small || other) {
            return None;
        }
        self.note(form.fact, span, named);
        Some(end)
    }

    /// The text at `start` as the pattern writes it.
    fn take(&self, pattern: &str, start: usize) -> Option<Taken> {
        let mut taken =
            Taken { plain: [0; LONGEST_FORM], count: 0, end: start + pattern.len(), small: false, gap: None };
        let (mut small, mut capital) = (false, false);
        for (sign, byte) in pattern.bytes().zip(self.text.get(start..taken.end)?) {
            let fits = match sign {
                b'd' => byte.is_ascii_digit(),
                b'A' => byte.is_ascii_alphabetic(),
                b'X' => byte.is_ascii_alphanumeric(),
                b'~' => b" -.".contains(byte) && *byte == *taken.gap.get_or_insert(*byte),
                sign => sign == *byte,
            };
            if !fits {
                return None;
            }
            if byte.is_ascii_alphanumeric() {
                small |= byte.is_ascii_lowercase();
                capital |= byte.is_ascii_uppercase();
                *taken.plain.get_mut(taken.count)? = byte.to_ascii_uppercase();
                taken.count += 1;
            }
        }
        taken.small = small;
        (!(small && capital)).then_some(taken)
    }
}

/// A number as a pattern writes it.
struct Taken {
    /// Its characters without separators, in capitals.
    plain: [u8; LONGEST_FORM],
    count: usize,
    end: usize,
    /// It was written in small letters.
    small: bool,
    /// What parts its groups.
    gap: Option<u8>,
}
