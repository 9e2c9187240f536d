//! `Inspector`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};
use vanguard_adapters::files;
use vanguard_core::behavior::StateStore;
use vanguard_core::{Consultation, Message};

use crate::ask;
use crate::context::Keywords;
use crate::errors;
use crate::input::{self, Input};
use crate::layer::{self, PyLayer};
use crate::several::Several;
use crate::state::{self, BehaviorExport, PyStore, Store};
use crate::verdict::Verdict;

/// Looks at every message and says what happens to it.
#[pyclass(frozen, subclass, module = "vanguard._vanguard")]
pub(crate) struct Inspector {
    pub(crate) core: vanguard_core::Inspector,
    /// What it calls in Python. The engine holds them; who holds the engine holds this object too, so that the garbage collector sees them
    /// as its own.
    layers: Vec<PyLayer>,
    store: Option<Arc<PyStore>>,
}

#[pymethods]
impl Inspector {
    #[new]
    #[pyo3(signature = (config=None, *, profile=None, deny_as=None, safe_zones=None, check_schemas=false,
                        rule_layers=None, semantic_layers=None, behavior_layers=None, state_store=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        py: Python<'_>,
        config: Option<Bound<'_, PyAny>>,
        profile: Option<&str>,
        deny_as: Option<&str>,
        safe_zones: Option<Several<std::path::PathBuf>>,
        check_schemas: bool,
        rule_layers: Option<Several<Py<PyAny>>>,
        semantic_layers: Option<Several<Py<PyAny>>>,
        behavior_layers: Option<Several<Py<PyAny>>>,
        state_store: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let config = input::configuration(py, config.as_ref())?;
        let (mut layers, mut python) = (Vec::new(), None);
        let mut layer = |layer| {
            let layer = PyLayer::of(py, layer)?;
            layers.push(layer.clone());
            PyResult::Ok(layer)
        };
        let mut builder =
            files::builder(config).map_err(|wrong| errors::files(py, wrong))?.check_schemas(check_schemas);
        if let Some(profile) = profile {
            builder = builder.profile(input::profile(profile)?);
        }
        if let Some(deny_as) = deny_as {
            builder = builder.deny_as(input::deny_as(deny_as)?);
        }
        for zone in safe_zones.unwrap_or_default().0 {
            builder = builder.safe_zone(zone.to_string_lossy());
        }
        for one in rule_layers.unwrap_or_default().0 {
            builder = builder.rule_layer(layer(one)?);
        }
        for one in semantic_layers.unwrap_or_default().0 {
            builder = builder.semantic_layer(layer(one)?);
        }
        for one in behavior_layers.unwrap_or_default().0 {
            builder = builder.behavior_layer(layer(one)?);
        }
        if let Some(store) = state_store {
            builder = builder.state_store(match state::store(&store)? {
                Store::Native(store) => store,
                Store::Python(store) => Arc::clone(python.insert(store)) as Arc<dyn StateStore>,
            });
        }
        // Compiling rules takes milliseconds.
        let built = py.detach(|| builder.build());
        Ok(Self { core: built.map_err(|wrong| errors::config(py, &wrong))?, layers, store: python })
    }

    /// Judges a message and remembers what its answer will need.
    ///
    /// `message` is bytes (best: what was inspected is then what is parsed), a str, or a dict. `flow` is "to_server" or "to_client", where the
    /// message does not say it. What is known beside it and left out is unknown, never assumed: `server`, `session`, `tenant`, `principal`,
    /// `roles`, `scopes`, transport `headers`, the `protocol` version ("2025-11-25"), what the user said the session is for (`intent`), the
    /// carrier's `framing` ("body" or "line"), whether the inspector sees every message of both directions (`full`), and the time (`at`, in
    /// seconds since 1970). `in_reply_to`: the verdict of the request that this message answers. What is no message raises `DecodeError`.
    // Keywords are named one by one, since with `**context` a tuple and a dict would be made for every call, and what is not given is
    // only passed over.
    #[pyo3(signature = (message, *, flow=None, server=None, session=None, tenant=None, principal=None, roles=None,
                        scopes=None, headers=None, protocol=None, intent=None, framing=None, full=false, at=None, in_reply_to=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn inspect(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        flow: Option<&str>,
        server: Option<&str>,
        session: Option<&str>,
        tenant: Option<&str>,
        principal: Option<&str>,
        roles: Option<Several<PyBackedStr>>,
        scopes: Option<Several<PyBackedStr>>,
        headers: Option<&Bound<'_, PyAny>>,
        protocol: Option<&str>,
        intent: Option<&str>,
        framing: Option<&str>,
        full: bool,
        at: Option<f64>,
        in_reply_to: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Verdict> {
        let input = Input::of(message)?;
        let given = Keywords {
            flow,
            server,
            session,
            tenant,
            principal,
            roles,
            scopes,
            headers,
            protocol,
            intent,
            framing,
            full,
            at,
            in_reply_to,
        };
        let (bytes, bound) = (input.bytes(), self.is_bound());
        // Into the box at once: on the way through the stack it would be copied.
        let verdict = |message: &Message<'_>| Box::write(Box::new_uninit(), self.core.inspect(message));
        given.with(py, bytes, |message| Ok(layer::judged(py, (bound, bytes.len()), || verdict(message))?.into()))
    }

    /// As `inspect`, with the same keywords, but where a layer has something to ask that `answers` does not hold, gives the questions back
    /// and changes nothing. `answers`: by the `id` of each question, what came back for it, or the exception that says why nothing did.
    #[pyo3(signature = (message, answers, *, flow=None, server=None, session=None, tenant=None, principal=None, roles=None,
                        scopes=None, headers=None, protocol=None, intent=None, framing=None, full=false, at=None, in_reply_to=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn consult(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        answers: &Bound<'_, PyDict>,
        flow: Option<&str>,
        server: Option<&str>,
        session: Option<&str>,
        tenant: Option<&str>,
        principal: Option<&str>,
        roles: Option<Several<PyBackedStr>>,
        scopes: Option<Several<PyBackedStr>>,
        headers: Option<&Bound<'_, PyAny>>,
        protocol: Option<&str>,
        intent: Option<&str>,
        framing: Option<&str>,
        full: bool,
        at: Option<f64>,
        in_reply_to: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let (input, answers) = (Input::of(message)?, ask::answers(answers)?);
        let given = Keywords {
            flow,
            server,
            session,
            tenant,
            principal,
            roles,
            scopes,
            headers,
            protocol,
            intent,
            framing,
            full,
            at,
            in_reply_to,
        };
        let (bytes, bound) = (input.bytes(), self.is_bound());
        let consult = |message: &Message<'_>| self.core.consult(message, &answers);
        match given.with(py, bytes, |message| layer::judged(py, (bound, bytes.len()), || consult(message)))? {
            Consultation::Decided(verdict) => Ok(Py::new(py, Verdict::from(verdict))?.into_any()),
            Consultation::Asks(queries) => {
                let queries = queries.into_iter().map(|core| ask::Query { core });
                Ok(queries.collect::<Vec<_>>().into_pyobject(py)?.unbind())
            }
        }
    }

    /// How many questions are sent at once, how many may wait, and how often one is sent again; `None` if no model is asked.
    #[getter]
    fn asks(&self) -> Option<(usize, usize, u32)> {
        let limits = self.core.config().semantic.llm.as_ref()?.limits();
        Some((limits.calls, limits.queue, limits.retries))
    }

    /// The profile it judges by.
    #[getter]
    fn profile(&self) -> &'static str {
        self.core.profile().as_str()
    }

    /// The bytes of the largest message that it reads; a larger one is refused (`limits: {message: …}` of a configuration).
    #[getter]
    fn message_limit(&self) -> usize {
        self.core.limits().message
    }

    /// The versions its verdicts carry.
    #[getter]
    fn versions(&self) -> crate::verdict::Versions {
        crate::verdict::Versions::of(self.core.versions())
    }

    /// What is probably not meant in its configuration.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let warnings = self.core.warnings(self.core.clock());
        input::loads(py, &serde_json::to_string(&warnings).unwrap_or_default())
    }

    /// What is known of every session.
    fn sessions(&self, py: Python<'_>) -> PyResult<Vec<BehaviorExport>> {
        // Detached: a thread that judges may hold a session while a store in Python waits for the interpreter.
        Ok(layer::detached(py, || self.core.sessions())?.into_iter().map(BehaviorExport::from).collect())
    }

    /// Forgets what a session did, by the `id` of its export. Says whether it was known.
    fn clear_session(&self, py: Python<'_>, id: &str) -> PyResult<bool> {
        layer::detached(py, || self.core.clear_session(id))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.layers.iter().try_for_each(|layer| layer.visit(&visit))?;
        self.store.iter().try_for_each(|store| store.visit(&visit))
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Inspector profile={} config={}>", self.core.profile().as_str(), self.core.versions().config)
    }
}

impl Inspector {
    /// Whether it calls into Python.
    pub(crate) fn is_bound(&self) -> bool {
        !self.layers.is_empty() || self.store.is_some()
    }
}
