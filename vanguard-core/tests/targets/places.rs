//! Paths and hosts.

use vanguard_core::normalize::path::{self, PathScratch};

/// Every reading is bounded; the canonical form is its own canonical form and holds no way back but at its start.
pub(super) fn path(input: &[u8]) {
    let (mut scratch, mut again) = (PathScratch::default(), PathScratch::default());
    path::parse(input, &mut scratch);
    let facts = scratch.path();
    assert_eq!(facts.source_span().of(input).len(), facts.source_span().len());
    let readings: Vec<_> = facts.readings().collect();
    assert!(!readings.is_empty() && readings.len() <= 18, "{} readings", readings.len());
    for reading in &readings {
        assert!(reading.canonical().len() <= input.len() * 4 + 64, "a form much longer than what was written");
        for segment in reading.segments() {
            assert!(segment != b"." && segment != b".." && !segment.contains(&b'/'), "{reading:?}");
        }
        assert_eq!(reading.segments().len(), reading.folded_segments().len());
    }
    let canonical = facts.canonical().to_vec();
    path::parse(&canonical, &mut again);
    assert_eq!(
        String::from_utf8_lossy(again.path().canonical()),
        String::from_utf8_lossy(&canonical),
        "the canonical form has another canonical form"
    );
}
