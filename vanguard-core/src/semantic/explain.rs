//! Which words of a window weighed most, for a person who asks why.

use super::Head;
use super::model::{Best, SHARES, bucket, joined, weights};
use super::split::tokens;

/// Words that stand together in a window, and what they added to its score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// The words, as written.
    pub words: String,
    /// Half points, before the window's size is taken into account.
    pub weight: i32,
}

/// The longest text of words that is told; more are cut.
const LONGEST: usize = 60;

/// What in the best window spoke most for the head, the heaviest first, at most `count`. Words that a heavier entry already tells are
/// left out.
#[must_use]
pub fn explain(text: &[u8], best: Best, head: Head, count: usize) -> Vec<Weighed> {
    let window = text.get(best.start as usize..best.end as usize).unwrap_or_default();
    let mut all: Vec<(i32, usize, usize)> = Vec::new();
    // The word before, and the pair that it ends.
    let (mut word, mut pair) = (None, None);
    let mut starts = [0, 0];
    tokens(window, |token| {
        let places = [token.start, starts[1], starts[0]];
        let next = word.map(|word| joined(word, token.hash));
        let grams = [Some(token.hash), next, pair.map(|pair| joined(pair, token.hash))];
        for ((hash, share), start) in grams.into_iter().zip(SHARES).zip(places) {
            let weight =
                hash.and_then(|hash| weights(bucket(hash)).get(head as usize).copied()).unwrap_or_default() * share;
            if weight > 0 {
                all.push((weight, start, token.end));
            }
        }
        (word, pair) = (Some(token.hash), next);
        starts = [starts[1], token.start];
    });
    all.sort_by_key(|(weight, start, end)| (std::cmp::Reverse(*weight), *start, *end));
    let mut told: Vec<(i32, usize, usize)> = Vec::new();
    for (weight, start, end) in all {
        let same = |from: usize, to: usize| {
            window.get(from..to).zip(window.get(start..end)).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b))
        };
        if told.len() < count && told.iter().all(|(_, from, to)| (end <= *from || *to <= start) && !same(*from, *to)) {
            told.push((weight, start, end));
        }
    }
    let words = |start, end| {
        // Whole characters: to the model, a character is one token, or a token for each of its bytes.
        let within = |at: &usize| window.get(*at).is_some_and(|byte| matches!(byte, 0x80..=0xBF));
        let start = (0..=start).rev().find(|at| !within(at)).unwrap_or(0);
        let end = (end..window.len()).find(|at| !within(at)).unwrap_or(window.len());
        let mut words = String::from_utf8_lossy(window.get(start..end).unwrap_or_default()).into_owned();
        if let Some((cut, _)) = words.char_indices().find(|(at, _)| *at >= LONGEST) {
            words.truncate(cut);
        }
        words
    };
    told.into_iter().map(|(weight, start, end)| Weighed { words: words(start, end), weight }).collect()
}
