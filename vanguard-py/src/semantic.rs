//! What the embedded model makes of a text.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};
use vanguard_core::semantic::{Head, Place, explain, score, threshold};

use crate::{errors, input};

/// What one head of the model makes of a text: its strongest window.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct Score {
    /// What it looks for: `injection`, `jailbreak` or `poisoned`.
    head: &'static str,
    /// In parts of a point, 16 to a point; what it means differs by head: see `band`.
    score: i32,
    /// `warn`, `firm` or `block`; `None` below all.
    band: Option<&'static str>,
    /// The window's first byte, of the text in UTF-8.
    start: u32,
    /// One past the window's last byte.
    end: u32,
    /// The words that weighed most, and their weights, if asked for.
    words: Py<PyTuple>,
}

#[pymethods]
impl Score {
    fn __repr__(&self) -> String {
        format!("<vanguard.Score {} {} {}>", self.head, self.score, self.band.unwrap_or("-"))
    }
}

/// What the embedded model makes of a text: one score for each head; none for a text without a word.
///
/// The bands are those of a text that stands `at` a `result`, an `argument` or in `metadata`, in a profile; `words`: how many of the
/// words that weighed most are told. The same scores everywhere.
#[pyfunction]
#[pyo3(signature = (text, *, at="result", profile="balanced", words=0))]
pub(crate) fn semantic_score<'py>(
    text: &Bound<'py, PyAny>,
    at: &str,
    profile: &str,
    words: usize,
) -> PyResult<Bound<'py, PyTuple>> {
    let py = text.py();
    let place = input::word("at", at, &Place::ALL.map(|place| (place.as_str(), place)))?;
    let profile = input::profile(profile)?;
    let bytes = if let Ok(text) = text.cast::<PyString>() {
        text.to_str().map_err(|error| errors::decode_because(py, error))?.as_bytes()
    } else if let Ok(bytes) = text.cast::<PyBytes>() {
        bytes.as_bytes()
    } else {
        return Err(PyTypeError::new_err(format!("a text is str or bytes, not {}", text.get_type().qualname()?)));
    };
    let bests = py.detach(|| score(bytes));
    let scores = bests.into_iter().flat_map(|bests| Head::ALL.into_iter().zip(bests)).map(|(head, best)| {
        let band = threshold(place, head, profile).and_then(|threshold| threshold.band(best.score));
        let told = explain(bytes, best, head, words).into_iter().map(|entry| (entry.words, entry.weight));
        Ok(Score {
            head: head.as_str(),
            score: best.score,
            band: band.map(|band| band.as_str()),
            start: best.start,
            end: best.end,
            words: PyTuple::new(py, told.collect::<Vec<_>>())?.unbind(),
        })
    });
    PyTuple::new(py, scores.collect::<PyResult<Vec<_>>>()?)
}
