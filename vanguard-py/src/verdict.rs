//! `Verdict` and what it holds, all of it frozen.

use std::collections::BTreeMap;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::errors;
use crate::input::{self, Input};
use crate::several::Several;

/// What happens to a message, and why.
#[pyclass(frozen, module = "vanguard._vanguard")]
pub(crate) struct Verdict {
    // Boxed: it has some hundred bytes, which would move with each step from the engine into the object.
    core: Box<vanguard_core::Verdict>,
}

impl From<Box<vanguard_core::Verdict>> for Verdict {
    fn from(core: Box<vanguard_core::Verdict>) -> Self {
        Self { core }
    }
}

impl Verdict {
    /// In one line for people.
    pub(crate) fn text(&self) -> String {
        self.core.to_string()
    }
}

#[pymethods]
impl Verdict {
    /// What happens to the message.
    #[getter]
    fn action<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        input::action(py, self.core.action).clone()
    }

    /// What the findings compose to; in the profile `monitor` it can be stronger than `action`.
    #[getter]
    fn would<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        input::action(py, self.core.would).clone()
    }

    /// The direction of the message.
    #[getter]
    fn flow(&self) -> &'static str {
        self.core.flow.as_str()
    }

    /// What the message is, if that can be told.
    #[getter]
    fn kind(&self) -> Option<&'static str> {
        Some(match self.core.kind? {
            vanguard_core::MessageKind::Request => "request",
            vanguard_core::MessageKind::Notification => "notification",
            vanguard_core::MessageKind::Result => "result",
            vanguard_core::MessageKind::Error => "error",
        })
    }

    /// Whether the message must not pass.
    #[getter]
    fn is_blocked(&self) -> bool {
        self.core.is_blocked()
    }

    /// What was found, in the order of the layers.
    #[getter]
    fn findings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.core.findings.iter().map(Finding::of))
    }

    /// How many findings were left out.
    #[getter]
    fn omitted(&self) -> usize {
        self.core.omitted
    }

    /// Changes that let the message pass: sorted, not overlapping.
    #[getter]
    fn edits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.core.edits.iter().map(Edit::of))
    }

    /// Layers that would have asked someone.
    #[getter]
    fn undecided<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let undecided = self.core.undecided.iter();
        PyTuple::new(
            py,
            undecided.map(|one| Undecided { layer: input::layer(one.layer), question: one.question.clone() }),
        )
    }

    /// What made it.
    #[getter]
    fn versions(&self) -> Versions {
        Versions::of(&self.core.versions)
    }

    /// For a request: what its answer will have to be judged by (`in_reply_to`).
    #[getter]
    fn origin(&self) -> Option<Origin> {
        self.core.origin.clone().map(|core| Origin { core })
    }

    /// For an answer: the request that it answers, if that is known.
    #[getter]
    fn answers(&self) -> Option<Origin> {
        self.core.answers.clone().map(|core| Origin { core })
    }

    /// One sentence for a person or a model: what was blocked and why.
    #[getter]
    fn message(&self) -> String {
        self.core.message()
    }

    /// The answer to a blocked message: a JSON-RPC error on its id, or a tool result that says so.
    fn error_response<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.core.error_response())
    }

    /// The message as it may pass: the very object if there are no edits, else the same type.
    fn apply<'py>(&self, message: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let input = Input::of(message)?;
        input::same_type(message, self.core.apply(input.bytes()))
    }

    /// Raises `Blocked` if the message must not pass.
    fn raise_for_block(slf: &Bound<'_, Self>) -> PyResult<()> {
        let core = &slf.get().core;
        if core.is_blocked() {
            return Err(errors::error(slf.py(), "Blocked", (slf.clone(),)));
        }
        Ok(())
    }

    /// As the JSON object that `verdict.schema.json` describes.
    fn to_json(&self) -> String {
        serde_json::to_string(&*self.core).unwrap_or_default()
    }

    /// As a dict: what `to_json` writes.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        input::loads(py, &self.to_json())
    }

    fn __str__(&self) -> String {
        self.core.to_string()
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Verdict {}>", self.core)
    }
}

/// One thing that was found.
#[pyclass(frozen, get_all, from_py_object, module = "vanguard._vanguard")]
#[derive(Clone)]
pub(crate) struct Finding {
    /// The rule's id.
    rule: String,
    /// Where it comes from.
    layer: &'static str,
    /// How bad it is if right.
    severity: &'static str,
    /// How sure it is.
    confidence: &'static str,
    /// What policy made of it.
    action: &'static str,
    /// RFC 6901 pointer to the value.
    pointer: String,
    /// The bytes of the message it stands in.
    span: (u32, u32),
    /// What was seen, decoded and short; secrets are masked.
    evidence: String,
    /// Taxonomy ids by scheme.
    taxonomy: BTreeMap<String, Vec<String>>,
    /// Why, in words.
    reason: String,
    /// The line of configuration that would allow it.
    allow: String,
    /// Seconds after which it may be tried again, where time mends it.
    retry_after: Option<u64>,
}

#[pymethods]
impl Finding {
    /// What a layer of your own found; policy decides what comes of it.
    #[new]
    #[pyo3(signature = (rule, *, severity="high", confidence="high", reason=String::new(), pointer=String::new(),
                        span=(0, 0), evidence=String::new(), taxonomy=BTreeMap::new(), retry_after=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        rule: String,
        severity: &str,
        confidence: &str,
        reason: String,
        pointer: String,
        span: (u32, u32),
        evidence: String,
        taxonomy: BTreeMap<String, Several<String>>,
        retry_after: Option<u64>,
    ) -> PyResult<Self> {
        Ok(Self {
            rule,
            layer: "l1",
            severity: input::severity(severity)?.as_str(),
            confidence: input::confidence(confidence)?.as_str(),
            action: "allow",
            pointer,
            span,
            evidence,
            taxonomy: taxonomy.into_iter().map(|(scheme, ids)| (scheme, ids.0)).collect(),
            reason,
            allow: String::new(),
            retry_after,
        })
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Finding {} {} {}>", self.rule, self.action, self.pointer)
    }
}

impl Finding {
    pub(crate) fn of(core: &vanguard_core::Finding) -> Self {
        Self {
            rule: core.rule.clone(),
            layer: input::layer(core.layer),
            severity: core.severity.as_str(),
            confidence: core.confidence.as_str(),
            action: core.action.as_str(),
            pointer: core.pointer.clone(),
            span: (core.span.start, core.span.end),
            evidence: core.evidence.clone(),
            taxonomy: (*core.taxonomy).clone(),
            reason: core.reason.clone(),
            allow: core.allow.clone(),
            retry_after: core.retry_after,
        }
    }

    /// As a finding of `layer`.
    pub(crate) fn core(&self, layer: vanguard_core::Layer) -> PyResult<vanguard_core::Finding> {
        let severity = input::severity(self.severity)?;
        let mut core =
            vanguard_core::Finding::new(self.rule.clone(), layer, severity, input::confidence(self.confidence)?)
                .because(self.reason.clone())
                .at(self.pointer.clone(), vanguard_core::Span::new(self.span.0, self.span.1))
                .seeing(self.evidence.as_bytes());
        let tags =
            self.taxonomy.iter().flat_map(|(scheme, ids)| ids.iter().map(move |id| (scheme.as_str(), id.as_str())));
        core.taxonomy = tags.collect();
        core.retry_after = self.retry_after;
        Ok(core)
    }
}

/// One change to a message.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct Edit {
    /// `replace` or `remove`.
    op: &'static str,
    /// RFC 6901 pointer to the value that it changes.
    pointer: String,
    /// The bytes it takes out.
    span: (u32, u32),
    /// The JSON text it puts in.
    value: Option<String>,
}

#[pymethods]
impl Edit {
    fn __repr__(&self) -> String {
        format!("<vanguard.Edit {} {}>", self.op, self.pointer)
    }
}

impl Edit {
    fn of(core: &vanguard_core::Edit) -> Self {
        let op = match core.op {
            vanguard_core::EditOp::Replace => "replace",
            vanguard_core::EditOp::Remove => "remove",
        };
        let (pointer, value) = (core.pointer.clone(), core.value.clone());
        Self { op, pointer, span: (core.span.start, core.span.end), value }
    }
}

/// A layer that would have asked someone outside.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct Undecided {
    /// The layer.
    layer: &'static str,
    /// What it would have asked, in words.
    question: String,
}

#[pymethods]
impl Undecided {
    fn __repr__(&self) -> String {
        format!("<vanguard.Undecided {} {:?}>", self.layer, self.question)
    }
}

/// The three versions that explain a verdict a year later.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct Versions {
    /// Of the engine.
    core: String,
    /// Of the rule packs.
    packs: String,
    /// Of the configuration.
    config: String,
}

#[pymethods]
impl Versions {
    fn __repr__(&self) -> String {
        format!("<vanguard.Versions core={} packs={} config={}>", self.core, self.packs, self.config)
    }
}

impl Versions {
    pub(crate) fn of(core: &vanguard_core::Versions) -> Self {
        Self { core: core.core.to_owned(), packs: core.packs.clone(), config: core.config.clone() }
    }
}

/// What has to be known of a request to judge its answer.
#[pyclass(frozen, module = "vanguard._vanguard")]
pub(crate) struct Origin {
    core: vanguard_core::Origin,
}

#[pymethods]
impl Origin {
    /// The request's id.
    #[getter]
    fn id<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        input::loads(py, &serde_json::to_string(self.core.id()).unwrap_or_default())
    }

    /// The request's method.
    #[getter]
    fn method(&self) -> &str {
        self.core.method()
    }

    /// The tool or prompt name, or the resource URI, that the request names.
    #[getter]
    fn target(&self) -> Option<&str> {
        self.core.target()
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Origin {} {}>", self.core.method(), self.core.target().unwrap_or_default())
    }
}

impl Origin {
    /// What `in_reply_to` was given: an origin, or the verdict of a request (`None` if it was none).
    pub(crate) fn given(given: &Bound<'_, PyAny>) -> PyResult<Option<vanguard_core::Origin>> {
        if let Ok(origin) = given.cast::<Self>() {
            return Ok(Some(origin.get().core.clone()));
        }
        if let Ok(verdict) = given.cast::<Verdict>() {
            return Ok(verdict.get().core.origin.clone());
        }
        if given.is_none() {
            return Ok(None);
        }
        let name = given.get_type().qualname()?;
        Err(PyTypeError::new_err(format!("`in_reply_to` is an Origin or a Verdict, not {name}")))
    }
}
