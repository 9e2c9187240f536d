//! What the embedded model makes of a text.

use napi::bindgen_prelude::Either;
use napi_derive::napi;
use vanguard_core::Profile;
use vanguard_core::semantic::{Head, Place, explain, score, threshold};

use crate::{Result, argument};

/// Words that weighed on a score.
#[napi(object)]
pub(crate) struct NativeWeighed {
    /// The words, as written.
    pub words: String,
    /// Half points.
    pub weight: i32,
}

/// What one head of the model makes of a text: its strongest window.
#[napi(object)]
pub(crate) struct NativeScore {
    /// What it looks for.
    pub head: String,
    /// In parts of a point, 16 to a point.
    pub score: i32,
    /// How sure the model is.
    pub band: Option<String>,
    /// The window's first byte, of the text in UTF-8.
    pub start: u32,
    /// One past the window's last byte.
    pub end: u32,
    /// The words that weighed most.
    pub words: Vec<NativeWeighed>,
}

/// What the embedded model makes of a text: one score for each head; none for a text without a word.
#[napi]
pub(crate) fn semantic_score(
    text: Either<&[u8], String>,
    at: Option<String>,
    profile: Option<String>,
    words: Option<u32>,
) -> Result<Vec<NativeScore>> {
    let text = match &text {
        Either::A(bytes) => bytes,
        Either::B(text) => text.as_bytes(),
    };
    let place = match at {
        None => Place::Result,
        Some(at) => Place::ALL.into_iter().find(|place| place.as_str() == at).ok_or_else(|| argument("at", &at))?,
    };
    let profile = profile.as_deref().map(crate::profile).transpose()?.unwrap_or(Profile::Balanced);
    let scores = score(text).into_iter().flat_map(|bests| Head::ALL.into_iter().zip(bests)).map(|(head, best)| {
        let band = threshold(place, head, profile).and_then(|threshold| threshold.band(best.score));
        let told = explain(text, best, head, words.unwrap_or(0) as usize).into_iter();
        NativeScore {
            head: head.as_str().to_owned(),
            score: best.score,
            band: band.map(|band| band.as_str().to_owned()),
            start: best.start,
            end: best.end,
            words: told.map(|entry| NativeWeighed { words: entry.words, weight: entry.weight }).collect(),
        }
    });
    Ok(scores.collect())
}
