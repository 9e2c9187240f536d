//! Python objects as layers of the engine.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use pyo3::{PyTraverseError, PyVisit};
use vanguard_core::{Answer, BehaviorLayer, Layer, LayerError, RuleLayer, SemanticLayer};

use crate::ask;
use crate::verdict::Finding;

/// What a layer sees of a message under inspection.
#[pyclass(frozen, module = "vanguard._vanguard")]
pub(crate) struct Inspection {
    flow: &'static str,
    kind: Option<&'static str>,
    method: Option<String>,
    target: Option<String>,
    server: Option<String>,
    session: Option<String>,
    principal: Option<String>,
    message: Py<PyBytes>,
    fields: Py<PyTuple>,
    findings: Py<PyTuple>,
}

#[pymethods]
impl Inspection {
    /// The direction.
    #[getter]
    fn flow(&self) -> &'static str {
        self.flow
    }

    /// What the message is.
    #[getter]
    fn kind(&self) -> Option<&'static str> {
        self.kind
    }

    /// The method; of an answer, that of the request it answers.
    #[getter]
    fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// The tool, prompt or resource it names.
    #[getter]
    fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// The server's configured name.
    #[getter]
    fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// The session.
    #[getter]
    fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// The authenticated user or agent.
    #[getter]
    fn principal(&self) -> Option<&str> {
        self.principal.as_deref()
    }

    /// The bytes as they came.
    #[getter]
    fn message(&self, py: Python<'_>) -> Py<PyBytes> {
        self.message.clone_ref(py)
    }

    /// Every string with what it is, in the order of the message.
    #[getter]
    fn fields(&self, py: Python<'_>) -> Py<PyTuple> {
        self.fields.clone_ref(py)
    }

    /// What earlier layers found.
    #[getter]
    fn findings(&self, py: Python<'_>) -> Py<PyTuple> {
        self.findings.clone_ref(py)
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Inspection {} {}>", self.flow, self.method.as_deref().unwrap_or_default())
    }
}

impl Inspection {
    fn of(py: Python<'_>, core: &vanguard_core::Inspection<'_>) -> PyResult<Py<Self>> {
        let context = core.context();
        let own = |text: Option<&str>| text.map(str::to_owned);
        let fields = core.fields().map(|field| Field {
            kind: field.kind().as_str(),
            pointer: field.pointer(),
            text: field.text().to_owned(),
        });
        let kind = core.kind().map(|kind| match kind {
            vanguard_core::MessageKind::Request => "request",
            vanguard_core::MessageKind::Notification => "notification",
            vanguard_core::MessageKind::Result => "result",
            vanguard_core::MessageKind::Error => "error",
        });
        let inspection = Self {
            flow: core.flow().as_str(),
            kind,
            method: own(core.method(0)),
            target: own(core.target(0)),
            server: own(context.server),
            session: own(context.session),
            principal: own(context.principal),
            message: PyBytes::new(py, core.bytes()).unbind(),
            fields: PyTuple::new(py, fields.collect::<Vec<_>>())?.unbind(),
            findings: PyTuple::new(py, core.findings().iter().map(Finding::of))?.unbind(),
        };
        Py::new(py, inspection)
    }
}

/// One string of a message under inspection.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct Field {
    /// What it is to its reader: `path`, `url`, `command`, `text`, …
    kind: &'static str,
    /// RFC 6901 pointer.
    pointer: String,
    /// Its decoded text.
    text: String,
}

#[pymethods]
impl Field {
    fn __repr__(&self) -> String {
        format!("<vanguard.Field {} {}>", self.kind, self.pointer)
    }
}

thread_local! {
    /// Why the plan that was just made failed: without questions, the layer is asked for its judgement next.
    static FAILED: Cell<Option<LayerError>> = const { Cell::new(None) };
    /// What Python raised in a layer or a store that is no `Exception`: an interrupt, an exit.
    static INTERRUPT: Cell<Option<PyErr>> = const { Cell::new(None) };
    /// How many calls into Python the engine makes on this thread, one within the other.
    static WITHIN: Cell<u32> = const { Cell::new(0) };
    /// A state store is being asked: its session is locked, and an inspection of it would wait for ever.
    static IN_STORE: Cell<bool> = const { Cell::new(false) };
}

/// How many layers may inspect within one another: far above any use, far below what a stack holds.
const DEEPEST: u32 = 8;

/// Runs the engine without the interpreter. An interrupt in a layer or a store goes on to who called, whatever the verdict.
pub(crate) fn detached<T: Send>(py: Python<'_>, run: impl FnOnce() -> T + Send) -> PyResult<T> {
    if IN_STORE.get() {
        return Err(PyRuntimeError::new_err("a state store can't use an inspector while it is asked"));
    }
    let done = py.detach(run);
    INTERRUPT.take().map_or(Ok(done), Err)
}

/// Bytes below which a message is judged without letting go of the interpreter: letting go and getting it back costs as much as judging a
/// hundred bytes, and more where threads fight over it. `hashlib` draws its line at the same length.
const SHORT: usize = 2048;

/// As `detached`, for a message so long. `bound`: the engine may call into Python, which must find the interpreter free.
pub(crate) fn judged<T: Send>(
    py: Python<'_>,
    (bound, length): (bool, usize),
    run: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    if bound || length >= SHORT { detached(py, run) } else { Ok(run()) }
}

/// Asks a state store.
pub(crate) fn stored<T>(ask: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T, String> {
    let before = IN_STORE.replace(true);
    let done = called(ask);
    IN_STORE.set(before);
    done
}

/// Calls into Python for the engine; why not, if it raises.
pub(crate) fn called<T>(ask: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T, String> {
    let within = WITHIN.get();
    if within >= DEEPEST {
        return Err("it inspects messages, which asks it again, without an end".to_owned());
    }
    WITHIN.set(within + 1);
    let done = Python::attach(|py| {
        ask(py).map_err(|error| {
            let why = error.to_string();
            if is_interrupt(py, &error) {
                INTERRUPT.set(Some(error));
            }
            why
        })
    });
    WITHIN.set(within);
    done
}

/// Whether it is none of the errors that a program handles.
pub(crate) fn is_interrupt(py: Python<'_>, error: &PyErr) -> bool {
    !error.is_instance_of::<pyo3::exceptions::PyException>(py)
}

/// A Python callable, or an object with `judge` and perhaps `settle`.
#[derive(Clone)]
pub(crate) struct PyLayer(Arc<Called>);

struct Called {
    judge: Py<PyAny>,
    /// What it asks; then `judge` takes the answers too.
    plan: Option<Py<PyAny>>,
    settle: Option<Py<PyAny>>,
    name: String,
}

impl PyLayer {
    pub(crate) fn of(py: Python<'_>, layer: Py<PyAny>) -> PyResult<Self> {
        let layer = layer.into_bound(py);
        let name = layer.get_type().qualname()?.to_string();
        let judge = layer.getattr_opt("judge")?;
        let plan = layer.getattr_opt("plan")?.map(Bound::unbind);
        let settle = layer.getattr_opt("settle")?.map(Bound::unbind);
        let judge = judge.unwrap_or(layer);
        if !judge.is_callable() {
            return Err(PyTypeError::new_err(format!("a layer is a callable or has `judge`, and {name} is neither")));
        }
        Ok(Self(Arc::new(Called { judge: judge.unbind(), plan, settle, name })))
    }

    /// Shows the garbage collector what it refers to.
    pub(crate) fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.0.judge)?;
        visit.call(&self.0.plan)?;
        visit.call(&self.0.settle)
    }

    /// What it asks about a message.
    fn asked(&self, inspection: &vanguard_core::Inspection<'_>) -> Vec<vanguard_core::Query> {
        let Some(plan) = &self.0.plan else { return Vec::new() };
        let ask = |py: Python<'_>| -> PyResult<Vec<vanguard_core::Query>> {
            let asked = plan.call1(py, (Inspection::of(py, inspection)?,))?.into_bound(py);
            if asked.is_none() {
                return Ok(Vec::new());
            }
            asked.try_iter()?.map(|one| Ok(one?.extract::<ask::Query>().map_err(PyErr::from)?.core)).collect()
        };
        called(ask).unwrap_or_else(|error| {
            FAILED.set(Some(LayerError::Failed(format!("{}: {error}", self.0.name))));
            Vec::new()
        })
    }

    fn found(
        &self,
        layer: Layer,
        inspection: &vanguard_core::Inspection<'_>,
        answers: &[Answer],
    ) -> Result<Vec<vanguard_core::Finding>, LayerError> {
        if let Some(error) = FAILED.take() {
            return Err(error);
        }
        let ask = |py: Python<'_>| -> PyResult<Vec<vanguard_core::Finding>> {
            let seen = Inspection::of(py, inspection)?;
            let answer = if self.0.plan.is_some() {
                let answers: Vec<_> = answers.iter().map(|answer| ask::told(py, answer)).collect();
                self.0.judge.call1(py, (seen, answers))
            } else {
                self.0.judge.call1(py, (seen,))
            }?
            .into_bound(py);
            if answer.is_none() {
                return Ok(Vec::new());
            }
            if let Ok(one) = answer.extract::<Finding>() {
                return Ok(vec![one.core(layer)?]);
            }
            answer.try_iter()?.map(|one| one?.extract::<Finding>().map_err(PyErr::from)?.core(layer)).collect()
        };
        called(ask).map_err(|error| LayerError::Failed(format!("{}: {error}", self.0.name)))
    }
}

impl fmt::Debug for PyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PyLayer").field("name", &self.0.name).finish()
    }
}

impl RuleLayer for PyLayer {
    fn plan(&self, inspection: &vanguard_core::Inspection<'_>) -> Vec<vanguard_core::Query> {
        self.asked(inspection)
    }

    fn judge(
        &self,
        inspection: &vanguard_core::Inspection<'_>,
        answers: &[Answer],
    ) -> Result<Vec<vanguard_core::Finding>, LayerError> {
        self.found(Layer::L1, inspection, answers)
    }
}

impl SemanticLayer for PyLayer {
    fn plan(&self, inspection: &vanguard_core::Inspection<'_>) -> Vec<vanguard_core::Query> {
        self.asked(inspection)
    }

    fn judge(
        &self,
        inspection: &vanguard_core::Inspection<'_>,
        answers: &[Answer],
    ) -> Result<Vec<vanguard_core::Finding>, LayerError> {
        self.found(Layer::L2, inspection, answers)
    }
}

impl BehaviorLayer for PyLayer {
    fn plan(&self, inspection: &vanguard_core::Inspection<'_>) -> Vec<vanguard_core::Query> {
        self.asked(inspection)
    }

    fn judge(
        &self,
        inspection: &vanguard_core::Inspection<'_>,
        answers: &[Answer],
    ) -> Result<Vec<vanguard_core::Finding>, LayerError> {
        self.found(Layer::L3, inspection, answers)
    }

    fn settle(&self, inspection: &vanguard_core::Inspection<'_>, blocked: bool) {
        let Some(settle) = &self.0.settle else { return };
        // The verdict stands: a layer that can't count must not undo it.
        let told = called(|py| {
            let told = Inspection::of(py, inspection).and_then(|inspection| settle.call1(py, (inspection, blocked)));
            match told {
                Err(error) if !is_interrupt(py, &error) => error.write_unraisable(py, Some(settle.bind(py))),
                told => drop(told?),
            }
            Ok(())
        });
        drop(told);
    }
}
