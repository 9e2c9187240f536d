//! Personal data in texts.

use vanguard_core::Span;
use vanguard_core::analyzers::pii::{Facts, MAX_FOUND, PiiScratch, parse};

/// Any bytes give a reading under any name, with few places, in the text and in its order; a card is found whatever words stand around it.
pub(super) fn pii(input: &[u8]) {
    let [len, input @ ..] = input else { return };
    let (name, text) = input.split_at(input.len().min(usize::from(*len)));
    let mut scratch = PiiScratch::default();
    parse(text, name, Facts::ALL, &mut scratch);
    let mut end = 0;
    for Span { start, end: behind } in scratch.pii().found().iter().map(|found| found.span) {
        assert!(start >= end && start < behind && behind as usize <= text.len(), "{start}..{behind} after {end}");
        end = behind;
    }
    assert!(scratch.pii().found().len() <= MAX_FOUND);
    if text.len() < 64 && text.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b' ') {
        let card = [text, b" 4539 1488 0343 6467 ", text].concat();
        parse(&card, name, Facts::ALL, &mut scratch);
        assert_eq!(scratch.pii().found().len(), 1, "{}", String::from_utf8_lossy(&card));
    }
}
