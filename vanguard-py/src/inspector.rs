//! `Inspector`.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyDict;
use pyo3::{PyTraverseError, PyVisit};
use vanguard_adapters::files;
use vanguard_core::behavior::StateStore;
use vanguard_core::{Consultation, Context, Flow, Message, Visibility};

use crate::ask;
use crate::errors;
use crate::input::{self, Input};
use crate::layer::{self, PyLayer};
use crate::state::{self, BehaviorExport, PyStore, Store};
use crate::verdict::{Origin, Verdict};

/// Looks at every message and says what happens to it.
#[pyclass(frozen, subclass, module = "vanguard._vanguard")]
pub(crate) struct Inspector {
    pub(crate) core: vanguard_core::Inspector,
    /// What it calls in Python. The engine holds them; who holds the engine holds this object too, so that the garbage collector sees them
    /// as its own.
    layers: Vec<PyLayer>,
    store: Option<Arc<PyStore>>,
}

/// What comes with a message, where a mapping of Python holds it.
#[derive(Default)]
struct About {
    flow: Option<Flow>,
    server: Option<PyBackedStr>,
    session: Option<PyBackedStr>,
    tenant: Option<PyBackedStr>,
    principal: Option<PyBackedStr>,
    roles: Vec<PyBackedStr>,
    scopes: Vec<PyBackedStr>,
    headers: Vec<(String, PyBackedStr)>,
    protocol: Option<PyBackedStr>,
    intent: Option<PyBackedStr>,
    line: bool,
    full: bool,
    at: Option<std::time::Duration>,
}

#[pymethods]
impl Inspector {
    #[new]
    #[pyo3(signature = (config=None, *, profile=None, deny_as=None, safe_zones=Vec::new(), check_schemas=false,
                        rule_layers=Vec::new(), semantic_layers=Vec::new(), behavior_layers=Vec::new(), state_store=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        py: Python<'_>,
        config: Option<Bound<'_, PyAny>>,
        profile: Option<&str>,
        deny_as: Option<&str>,
        safe_zones: Vec<std::path::PathBuf>,
        check_schemas: bool,
        rule_layers: Vec<Py<PyAny>>,
        semantic_layers: Vec<Py<PyAny>>,
        behavior_layers: Vec<Py<PyAny>>,
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
        for zone in safe_zones {
            builder = builder.safe_zone(zone.to_string_lossy());
        }
        for one in rule_layers {
            builder = builder.rule_layer(layer(one)?);
        }
        for one in semantic_layers {
            builder = builder.semantic_layer(layer(one)?);
        }
        for one in behavior_layers {
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
    #[pyo3(signature = (message, *, flow=None, server=None, session=None, tenant=None, principal=None, roles=Vec::new(),
                        scopes=Vec::new(), headers=None, protocol=None, intent=None, framing=None, full=false, at=None, in_reply_to=None))]
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
        roles: Vec<PyBackedStr>,
        scopes: Vec<PyBackedStr>,
        headers: Option<&Bound<'_, PyAny>>,
        protocol: Option<&str>,
        intent: Option<&str>,
        framing: Option<&str>,
        full: bool,
        at: Option<f64>,
        in_reply_to: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Verdict> {
        let input = Input::of(message)?;
        let bytes = input.bytes();
        let flow = flow_of(py, flow.map(input::flow).transpose()?, bytes)?;
        let origin = in_reply_to.map(Origin::given).transpose()?.flatten();
        let headers = headers.map(input::pairs).transpose()?.unwrap_or_default();
        let (roles, scopes, headers) = (texts(&roles), texts(&scopes), borrowed(&headers));
        let mut context = Context::default();
        (context.server, context.session, context.tenant, context.principal) = (server, session, tenant, principal);
        (context.roles, context.scopes, context.headers) = (&roles, &scopes, &headers);
        (context.protocol, context.intent) = (protocol, intent);
        context.framing = framing.map(input::framing).transpose()?.unwrap_or_default();
        if full {
            context.visibility = Visibility::Full;
        }
        context.at = at.map(input::time).transpose()?;
        context.in_reply_to = origin.as_ref();
        let message = Message::new(flow, bytes).with_context(context);
        let core = &self.core;
        Ok(layer::judged(py, (self.is_bound(), bytes.len()), || Box::new(core.inspect(&message)))?.into())
    }

    /// As `inspect`, but where a layer has something to ask that `answers` does not hold, gives the questions back and changes nothing.
    #[pyo3(signature = (message, answers, **context))]
    fn consult(
        &self,
        py: Python<'_>,
        message: &Bound<'_, PyAny>,
        answers: &Bound<'_, PyDict>,
        context: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Py<PyAny>> {
        let (input, answers) = (Input::of(message)?, ask::answers(answers)?);
        let (about, origin) = context.map(|given| About::given("consult", given)).transpose()?.unwrap_or_default();
        let bytes = input.bytes();
        let (flow, core) = (flow_of(py, about.flow, bytes)?, &self.core);
        let judge = || about.with(flow, bytes, origin.as_ref(), |message| core.consult(message, &answers));
        match layer::judged(py, (self.is_bound(), bytes.len()), judge)? {
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

impl About {
    /// What `method` takes, from keywords.
    fn given(method: &str, context: &Bound<'_, PyDict>) -> PyResult<(Self, Option<vanguard_core::Origin>)> {
        let (mut about, mut origin) = (Self::default(), None);
        for (name, value) in context {
            let name: PyBackedStr = name.extract()?;
            about.put(&name, &value, &mut origin).map_err(|wrong| match wrong {
                Some(error) => of_argument(context.py(), &name, error),
                None => PyTypeError::new_err(format!("{method}() got an unexpected keyword argument '{name}'")),
            })?;
        }
        Ok((about, origin))
    }

    /// Takes one keyword; fails with nothing if there is none of that name.
    fn put(
        &mut self,
        name: &str,
        value: &Bound<'_, PyAny>,
        origin: &mut Option<vanguard_core::Origin>,
    ) -> Result<(), Option<PyErr>> {
        match name {
            "flow" => self.flow = word(value, input::flow)?,
            "server" => self.server = value.extract()?,
            "session" => self.session = value.extract()?,
            "tenant" => self.tenant = value.extract()?,
            "principal" => self.principal = value.extract()?,
            "roles" => self.roles = value.extract()?,
            "scopes" => self.scopes = value.extract()?,
            "headers" if value.is_none() => {}
            "headers" => self.headers = input::pairs(value)?,
            "protocol" => self.protocol = value.extract()?,
            "intent" => self.intent = value.extract()?,
            "framing" => self.line = word(value, input::framing)? == Some(vanguard_core::Framing::Line),
            "full" => self.full = value.extract()?,
            "at" => self.at = value.extract::<Option<f64>>()?.map(input::time).transpose()?,
            "in_reply_to" => *origin = Origin::given(value)?,
            _ => return Err(None),
        }
        Ok(())
    }

    /// Calls with the message.
    fn with<T>(
        &self,
        flow: Flow,
        bytes: &[u8],
        origin: Option<&vanguard_core::Origin>,
        judge: impl FnOnce(&Message<'_>) -> T,
    ) -> T {
        let (roles, scopes, headers) = (texts(&self.roles), texts(&self.scopes), borrowed(&self.headers));
        let mut context = Context::default();
        context.server = self.server.as_deref();
        context.session = self.session.as_deref();
        context.tenant = self.tenant.as_deref();
        context.principal = self.principal.as_deref();
        context.roles = &roles;
        context.scopes = &scopes;
        context.headers = &headers;
        context.protocol = self.protocol.as_deref();
        context.intent = self.intent.as_deref();
        context.at = self.at;
        context.in_reply_to = origin;
        if self.line {
            context.framing = vanguard_core::Framing::Line;
        }
        if self.full {
            context.visibility = Visibility::Full;
        }
        judge(&Message::new(flow, bytes).with_context(context))
    }
}

/// The direction that was said, or that the message shows.
fn flow_of(py: Python<'_>, said: Option<Flow>, bytes: &[u8]) -> PyResult<Flow> {
    said.or_else(|| Flow::guess(bytes)).ok_or_else(|| {
        let why = "nothing in the message says its direction; say `flow=\"to_server\"` or `flow=\"to_client\"`";
        errors::decode(py, why)
    })
}

fn texts(given: &[PyBackedStr]) -> Vec<&str> {
    given.iter().map(|text| &**text).collect()
}

fn borrowed(headers: &[(String, PyBackedStr)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// A wrong type, with the name of the keyword it was given for.
fn of_argument(py: Python<'_>, name: &str, error: PyErr) -> PyErr {
    if !error.get_type(py).is(py.get_type::<PyTypeError>()) {
        return error;
    }
    let named = PyTypeError::new_err(format!("argument '{name}': {}", error.value(py)));
    named.set_cause(py, error.cause(py));
    named
}

/// One of the words of an enumeration, or none.
fn word<T>(given: &Bound<'_, PyAny>, read: impl FnOnce(&str) -> PyResult<T>) -> PyResult<Option<T>> {
    given.extract::<Option<PyBackedStr>>()?.as_deref().map(read).transpose()
}
