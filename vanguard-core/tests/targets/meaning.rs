//! The embedded model over any bytes.

use vanguard_core::semantic::{Head, explain, score};

/// Windows lie in the text, whatever its bytes; an explanation tells words of the window. In UTF-8, which every field is, neither case
/// nor what nobody sees changes a score.
pub(super) fn semantic(input: &[u8]) {
    let Some(bests) = score(input) else { return };
    for (head, best) in Head::ALL.into_iter().zip(bests) {
        assert!(best.start < best.end && best.end as usize <= input.len());
        let window = String::from_utf8_lossy(&input[best.start as usize..best.end as usize]).into_owned();
        for told in explain(input, best, head, 4) {
            assert!(told.weight > 0 && window.contains(&told.words), "{:?} in {window:?}", told.words);
        }
    }
    let scores = |text: &[u8]| score(text).map(|bests| bests.map(|best| best.score));
    if let Ok(text) = std::str::from_utf8(input) {
        assert_eq!(scores(input), scores(&input.to_ascii_uppercase()));
        let spread: String = text.chars().flat_map(|char| [char, '\u{200b}']).collect();
        assert_eq!(scores(input), scores(spread.as_bytes()));
    }
}
