//! A small deterministic generator (xorshift64*), and words.

pub(crate) struct Random(u64);

const WORDS: &str = "ledger harbour window parser invoice ticket branch coast margin queue render socket thread widget report summer winter pepper \
garden bridge carbon copper signal sample vector planet market museum railway station orchard lantern kernel buffer format module packet policy record \
region result schema server stream symbol target tenant update cache client column config cursor deploy driver engine export filter folder handler \
header helper import index invoice label layout locale logger matrix memory metric model number object offset option order output owner panel partner \
payment player plugin prefix price product profile project proxy quota range reader receipt release request reserve retry review role route rule \
scale scope screen script season section segment select session shape shift sign size slot source stage start state status stock storage store \
string style supply switch system table task team template tenure test theme ticket time token tool topic total trace track trade train transfer \
tree trend trigger tunnel type unit upload user value vendor version view volume warehouse weight worker";

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ seed)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33).unwrap() % bound
    }

    pub(crate) fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    pub(crate) fn word(&mut self) -> &'static str {
        let at = self.below(WORDS.len() - 12);
        let at = at + WORDS[at..].find(' ').map_or(0, |space| space + 1);
        WORDS[at..].split(' ').next().unwrap()
    }

    pub(crate) fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    /// Sentences of so many words together.
    pub(crate) fn prose(&mut self, words: usize) -> String {
        let mut out = String::new();
        let mut left = words;
        while left > 0 {
            let count = (4 + self.below(12)).min(left);
            let text = self.words(count);
            let (first, rest) = text.split_at(1);
            out += &format!("{}{rest}{} ", first.to_uppercase(), self.of(&[".", ".", ".", "?", ":", ","]));
            left -= count;
        }
        out
    }

    pub(crate) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(self.below(16) as u32, 16).unwrap()).collect()
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}
