//! Words that say what a number beside them is.

use crate::message::Span;

/// Bits of what a word speaks of.
pub(super) mod of {
    pub(in super::super) const CARD: u64 = 1;
    pub(in super::super) const US: u64 = 1 << 1;
    pub(in super::super) const PASSPORT: u64 = 1 << 2;
    pub(in super::super) const PHONE: u64 = 1 << 3;
    pub(in super::super) const MEDICAL: u64 = 1 << 4;
    /// An identity number, of any country.
    pub(in super::super) const IDENTITY: u64 = 1 << 5;
    /// Numbers that are somebody's by accident: orders, times, versions.
    pub(in super::super) const OTHER: u64 = 1 << 6;
    /// The word means other things too: it must stand in capitals, or directly before the number.
    pub(in super::super) const WEAK: u64 = 1 << 63;
    pub(in super::super) const AU: u64 = 1 << 7;
    pub(in super::super) const BE: u64 = 1 << 8;
    pub(in super::super) const BR: u64 = 1 << 9;
    pub(in super::super) const CA: u64 = 1 << 10;
    pub(in super::super) const CH: u64 = 1 << 11;
    pub(in super::super) const CN: u64 = 1 << 12;
    pub(in super::super) const DE: u64 = 1 << 13;
    pub(in super::super) const DK: u64 = 1 << 14;
    pub(in super::super) const ES: u64 = 1 << 15;
    pub(in super::super) const FI: u64 = 1 << 16;
    pub(in super::super) const FR: u64 = 1 << 17;
    pub(in super::super) const NHS: u64 = 1 << 18;
    pub(in super::super) const NINO: u64 = 1 << 19;
    pub(in super::super) const IN: u64 = 1 << 20;
    pub(in super::super) const IE: u64 = 1 << 21;
    pub(in super::super) const IT: u64 = 1 << 22;
    pub(in super::super) const JP: u64 = 1 << 23;
    pub(in super::super) const KR: u64 = 1 << 24;
    pub(in super::super) const MX: u64 = 1 << 25;
    pub(in super::super) const NL: u64 = 1 << 26;
    pub(in super::super) const NO: u64 = 1 << 27;
    pub(in super::super) const PL: u64 = 1 << 28;
    pub(in super::super) const PT: u64 = 1 << 29;
    pub(in super::super) const RO: u64 = 1 << 30;
    pub(in super::super) const SE: u64 = 1 << 31;
    pub(in super::super) const SG: u64 = 1 << 32;
    pub(in super::super) const TH: u64 = 1 << 33;
    pub(in super::super) const TR: u64 = 1 << 34;
    pub(in super::super) const ZA: u64 = 1 << 35;
}

/// A word, the one that must stand before it if any, and what it speaks of; sorted.
const WORDS: &[(&str, &str, u64)] = &[
    ("aadhaar", "", of::IN),
    ("aadhar", "", of::IN),
    ("ahv", "", of::CH | of::WEAK),
    ("amex", "", of::CARD),
    ("avs", "", of::CH | of::WEAK),
    ("bsn", "", of::NL),
    ("build", "", of::OTHER),
    ("burgerservicenummer", "", of::NL),
    ("call", "", of::PHONE | of::WEAK),
    ("card", "", of::CARD),
    ("cards", "", of::CARD),
    ("carta", "", of::CARD),
    ("carte", "", of::CARD),
    ("cc", "", of::CARD | of::WEAK),
    ("ccn", "", of::CARD),
    ("ccnum", "", of::CARD),
    ("cell", "", of::PHONE | of::WEAK),
    ("cf", "", of::IT | of::WEAK),
    ("checksum", "", of::OTHER),
    ("cnp", "", of::RO | of::WEAK),
    ("cnpj", "", of::BR),
    ("commit", "", of::OTHER),
    ("contribuinte", "", of::PT),
    ("cpf", "", of::BR),
    ("cpr", "", of::DK),
    ("credit", "", of::CARD),
    ("curp", "", of::MX),
    ("debit", "", of::CARD),
    ("dni", "", of::ES),
    ("ean", "", of::OTHER),
    ("epoch", "", of::OTHER),
    ("fiscal", "", of::ES | of::PT),
    ("fiscale", "codice", of::IT),
    ("fodselsnummer", "", of::NO),
    ("fødselsnummer", "", of::NO),
    ("gtin", "", of::OTHER),
    ("handynummer", "", of::PHONE),
    ("hash", "", of::OTHER),
    ("henkilötunnus", "", of::FI),
    ("hetu", "", of::FI),
    ("id", "", of::OTHER | of::WEAK),
    ("id", "citizen", of::IDENTITY),
    ("id", "finnish", of::FI),
    ("id", "identity", of::IDENTITY),
    ("id", "national", of::IDENTITY),
    ("id", "patient", of::MEDICAL),
    ("id", "resident", of::IDENTITY),
    ("id", "tax", of::US | of::DE | of::IDENTITY),
    ("id", "thai", of::TH),
    ("identifikationsnummer", "", of::DE),
    ("idnr", "", of::DE),
    ("ids", "", of::OTHER | of::WEAK),
    ("imei", "", of::OTHER),
    ("insurance", "national", of::NINO),
    ("insurance", "social", of::CA),
    ("invoice", "", of::OTHER),
    ("isbn", "", of::OTHER),
    ("itin", "", of::US),
    ("kaart", "", of::CARD),
    ("karte", "", of::CARD),
    ("kimlik", "", of::TR),
    ("kort", "", of::CARD),
    ("kreditkarte", "", of::CARD),
    ("kreditkartennummer", "", of::CARD),
    ("mastercard", "", of::CARD),
    ("medicare", "", of::AU),
    ("mobile", "", of::PHONE),
    ("mrn", "", of::MEDICAL),
    ("ms", "", of::OTHER | of::WEAK),
    ("nhs", "", of::NHS),
    ("nie", "", of::ES | of::WEAK),
    ("nif", "", of::ES | of::PT | of::WEAK),
    ("nin", "", of::NO | of::NINO | of::WEAK),
    ("nino", "", of::NINO),
    ("nir", "", of::FR | of::WEAK),
    ("niss", "", of::BE),
    ("nric", "", of::SG),
    ("ns", "", of::OTHER | of::WEAK),
    ("number", "identification", of::IDENTITY),
    ("number", "identity", of::IDENTITY),
    ("number", "my", of::JP),
    ("number", "national", of::IDENTITY),
    ("offset", "", of::OTHER),
    ("order", "", of::OTHER),
    ("pan", "", of::CARD | of::IN | of::WEAK),
    ("pasaporte", "", of::PASSPORT),
    ("paspoort", "", of::PASSPORT),
    ("passaporte", "", of::PASSPORT),
    ("passaporto", "", of::PASSPORT),
    ("passeport", "", of::PASSPORT),
    ("passport", "", of::PASSPORT),
    ("patient", "", of::MEDICAL),
    ("personnummer", "", of::SE | of::NO),
    ("pesel", "", of::PL),
    ("phone", "", of::PHONE),
    ("pps", "", of::IE | of::WEAK),
    ("ppsn", "", of::IE),
    ("record", "medical", of::MEDICAL),
    ("reisepass", "", of::PASSPORT),
    ("reisepassnummer", "", of::PASSPORT),
    ("request", "", of::OTHER),
    ("rijksregisternummer", "", of::BE),
    ("rrn", "", of::KR | of::BE | of::WEAK),
    ("secu", "", of::FR | of::WEAK),
    ("security", "social", of::US | of::FR),
    ("seq", "", of::OTHER | of::WEAK),
    ("sha", "", of::OTHER | of::WEAK),
    ("sin", "", of::CA | of::WEAK),
    ("sku", "", of::OTHER),
    ("sociale", "sécurité", of::FR),
    ("sofi", "", of::NL),
    ("span", "", of::OTHER),
    ("ssn", "", of::US | of::FR),
    ("steuer", "", of::DE),
    ("steueridentifikationsnummer", "", of::DE),
    ("tarjeta", "", of::CARD),
    ("taxpayer", "", of::US),
    ("tckn", "", of::TR),
    ("tel", "", of::PHONE),
    ("telefon", "", of::PHONE),
    ("telefono", "", of::PHONE),
    ("telephone", "", of::PHONE),
    ("tfn", "", of::AU),
    ("time", "", of::OTHER | of::WEAK),
    ("timestamp", "", of::OTHER),
    ("tin", "", of::US | of::DE | of::WEAK),
    ("trace", "", of::OTHER),
    ("tracking", "", of::OTHER),
    ("ts", "", of::OTHER | of::WEAK),
    ("tweet", "", of::OTHER),
    ("upc", "", of::OTHER),
    ("version", "", of::OTHER),
    ("visa", "", of::CARD),
    ("whatsapp", "", of::PHONE),
];

/// How far before and behind a number a word may stand.
const BEFORE: usize = 56;
const BEHIND: usize = 28;
/// Words that are remembered: more than stand that near.
const REMEMBERED: usize = 32;
/// The longest word that is known.
const LONGEST: usize = 27;

#[derive(Clone, Copy, Debug, Default)]
struct Hint {
    span: Span,
    speaks: u64,
    /// It counts only directly before the number.
    weak: bool,
}

/// Reads the words of a text once, as far as somebody asks, and remembers the last ones.
#[derive(Debug, Default)]
pub(super) struct Words {
    hints: [Hint; REMEMBERED],
    next: usize,
    /// All before this was read.
    read: usize,
    /// The word before the cursor.
    last: Span,
    /// What the name of the whole text says.
    title: u64,
    /// Somebody asked about a number that the name speaks of, or would.
    heard: bool,
}

impl Words {
    /// Begins a text that has a name (a key of JSON, a column).
    pub(super) fn begin(&mut self, name: &[u8]) {
        *self = Self::default();
        self.read_to(name, name.len());
        let all = self.hints.iter().fold(0, |all, hint| all | hint.speaks);
        *self = Self { title: all, ..Self::default() };
    }

    /// Whether what was answered hangs on the name of the text.
    pub(super) const fn heard_title(&self) -> bool {
        self.heard
    }

    /// What the words around `span` speak of, and what the one directly before it does. Spans must come in the order of the text.
    pub(super) fn around(&mut self, text: &[u8], span: Span) -> (u64, u64) {
        let (start, end) = (span.start as usize, span.end as usize);
        let from = start.saturating_sub(BEFORE);
        if self.read < from {
            // Not in the middle of a word.
            let rest = text.get(from - 1..).unwrap_or_default();
            let cut = rest.iter().take_while(|byte| is_letter(**byte)).count();
            (self.read, self.last) = (from - 1 + cut, Span::default());
        }
        // A word at the edge is read to its end.
        self.read_to(text, text.len().min(end + BEHIND));
        let (mut speaks, mut directly) = (0, 0);
        for hint in self.hints.iter().filter(|hint| hint.speaks != 0) {
            let (first, behind) = (hint.span.start as usize, hint.span.end as usize);
            if first >= from && behind <= start {
                let between = text.get(behind..start).unwrap_or_default();
                let direct = between.len() <= 12 && !between.iter().any(u8::is_ascii_alphanumeric);
                if direct {
                    directly |= hint.speaks;
                }
                speaks |= if hint.weak && !direct { 0 } else { hint.speaks };
            } else if first >= end && first < end + BEHIND && !hint.weak {
                speaks |= hint.speaks;
            }
        }
        let whole = text.len() <= end + BEHIND && start <= BEFORE;
        self.heard |= whole;
        let title = if whole { self.title } else { 0 };
        // A name says what a text is that has nothing else to say.
        let alone = start == 0 && end == text.len();
        (speaks | title, directly | if alone { title } else { 0 })
    }

    fn read_to(&mut self, text: &[u8], end: usize) {
        while self.read < end {
            let rest = text.get(self.read..).unwrap_or_default();
            let Some(skipped) = rest.iter().position(|byte| is_letter(*byte)) else {
                self.read = text.len();
                return;
            };
            let start = self.read + skipped;
            if start >= end {
                self.read = start;
                return;
            }
            let word = text.get(start..).unwrap_or_default();
            let len = word_len(word);
            let span = Span::of_usize(start, start + len);
            self.word(text, span);
            (self.read, self.last) = (start + len, span);
        }
    }

    fn word(&mut self, text: &[u8], span: Span) {
        let written = span.of(text);
        if written.len() > LONGEST {
            return;
        }
        let same = |known: &str, written: &[u8]| known.as_bytes().eq_ignore_ascii_case(written);
        let order = |known: &str| known.bytes().cmp(written.iter().map(u8::to_ascii_lowercase));
        let from = WORDS.partition_point(|(known, ..)| order(known).is_lt());
        let known = WORDS.get(from..).unwrap_or_default().iter().take_while(|(known, ..)| same(known, written));
        let gap = text.get(self.last.end as usize..span.start as usize).unwrap_or_default();
        let before = if gap.len() <= 2 { self.last.of(text) } else { &[] };
        let speaks =
            known.filter(|(_, after, _)| after.is_empty() || same(after, before)).fold(0, |all, (.., one)| all | one);
        if speaks != 0 {
            let weak = speaks & of::WEAK != 0 && !written.iter().all(u8::is_ascii_uppercase);
            let speaks = speaks & !of::WEAK;
            if let Some(hint) = self.hints.get_mut(self.next % REMEMBERED) {
                *hint = Hint { span, speaks, weak };
            }
            self.next += 1;
        }
    }
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

/// Where the word ends that the text begins with: at another character, or where a capital follows a small letter.
fn word_len(text: &[u8]) -> usize {
    let mut small = false;
    let ends = |byte: &u8| {
        let end = !is_letter(*byte) || small && byte.is_ascii_uppercase();
        small = byte.is_ascii_lowercase();
        end
    };
    text.iter().position(ends).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::{WORDS, Words, of};
    use crate::message::Span;

    fn around(name: &str, text: &str) -> (u64, u64) {
        let start = text.find(|char: char| char.is_ascii_digit()).unwrap();
        let len = text[start..].bytes().take_while(u8::is_ascii_digit).count();
        let mut words = Words::default();
        words.begin(name.as_bytes());
        words.around(text.as_bytes(), Span::of_usize(start, start + len))
    }

    #[test]
    fn words_are_sorted() {
        assert!(WORDS.is_sorted_by(|a, b| (a.0.as_bytes(), a.1) < (b.0.as_bytes(), b.1)));
        assert!(WORDS.iter().all(|(word, ..)| word.len() <= super::LONGEST));
    }

    #[test]
    fn what_stands_near_is_heard() {
        assert_eq!(around("", "my SSN is 1"), (of::US | of::FR, 0));
        assert_eq!(around("", "ssn: 1").1, of::US | of::FR);
        assert_eq!(around("", "cardNumber=1"), (of::CARD, 0));
        assert_eq!(around("card_number", "1"), (of::CARD, of::CARD));
        assert_eq!(around("", "1 is my hetu").0, of::FI);
        assert_eq!(around("", "1 is my SIN").0, of::CA);
        assert_eq!(around("", "sin duda 1").0, 0);
        assert_eq!(around("", "a social security 1").0, of::US | of::FR);
        assert_eq!(around("", "the security 1").0, 0);
        assert_eq!(around("", &format!("passport {}1", "x ".repeat(40))).0, 0);
    }
}
