//! Counters of behaviour: the store in memory, and Python objects as stores.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};
use vanguard_core::behavior::{self, MemoryLimits, StateError, StateStore};

use crate::layer;

/// Which counter: whose it is, of what, and which of several.
#[pyclass(frozen, eq, hash, get_all, from_py_object, module = "vanguard._vanguard")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CounterKey {
    /// Tenant and principal, as a hash: who fills a store makes room among their own.
    owner: u64,
    /// The session, principal, tool … that is counted.
    subject: u64,
    /// Which budget.
    slot: u64,
}

#[pymethods]
impl CounterKey {
    /// A key of one's own.
    #[new]
    fn new(owner: u64, subject: u64, slot: u64) -> Self {
        Self { owner, subject, slot }
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.CounterKey {:x} {:x} {:x}>", self.owner, self.subject, self.slot)
    }
}

impl CounterKey {
    fn core(self) -> behavior::CounterKey {
        behavior::CounterKey { owner: self.owner, subject: self.subject, slot: self.slot }
    }
}

/// How much of something there may be.
#[pyclass(frozen, eq, get_all, from_py_object, module = "vanguard._vanguard")]
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Quota {
    /// So much …
    most: u64,
    /// … within so many seconds.
    within: f64,
    /// So much at once, refilled at that rate: a token bucket. Without it a sliding window.
    burst: Option<u64>,
}

#[pymethods]
impl Quota {
    /// A quota of one's own.
    #[new]
    #[pyo3(signature = (most, within, burst=None))]
    fn new(most: u64, within: f64, burst: Option<u64>) -> Self {
        Self { most, within, burst }
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Quota {} within {} s>", self.most, self.within)
    }
}

impl Quota {
    fn core(self) -> PyResult<behavior::Quota> {
        Ok(behavior::Quota { most: self.most, within: seconds("within", self.within)?, burst: self.burst })
    }

    fn of(core: &behavior::Quota) -> Self {
        Self { most: core.most, within: core.within.as_secs_f64(), burst: core.burst }
    }
}

/// Where a counter stands.
#[pyclass(frozen, eq, get_all, from_py_object, module = "vanguard._vanguard")]
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Level {
    /// How much was used, of the window or the bucket.
    used: u64,
    /// Seconds until there is room for one more; `None` if there is.
    retry_after: Option<f64>,
}

#[pymethods]
impl Level {
    /// What a store of one's own answers.
    #[new]
    #[pyo3(signature = (used, retry_after=None))]
    fn new(used: u64, retry_after: Option<f64>) -> Self {
        Self { used, retry_after }
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Level used={}>", self.used)
    }
}

impl Level {
    fn core(self) -> PyResult<behavior::Level> {
        let retry_after = self.retry_after.map(|wait| seconds("retry_after", wait)).transpose()?;
        Ok(behavior::Level { used: self.used, retry_after })
    }

    fn of(core: behavior::Level) -> Self {
        Self { used: core.used, retry_after: core.retry_after.map(|wait| wait.as_secs_f64()) }
    }
}

/// Counters in this process's memory: what an inspector has by itself. Give one to several, and they count together; or wrap one.
#[pyclass(frozen, subclass, module = "vanguard._vanguard")]
pub(crate) struct MemoryStore {
    core: Arc<behavior::MemoryStore>,
}

#[pymethods]
impl MemoryStore {
    /// An empty store of at most `all` counters, `per_owner` of one owner; the one idle longest makes room.
    #[new]
    #[pyo3(signature = (*, per_owner=4_096, all=65_536))]
    fn new(per_owner: usize, all: usize) -> Self {
        let mut limits = MemoryLimits::default();
        (limits.per_owner, limits.all) = (per_owner, all);
        Self { core: Arc::new(behavior::MemoryStore::new(limits)) }
    }

    /// Where a counter stands at a time, in seconds; changes nothing.
    fn level(&self, key: CounterKey, quota: Quota, at: f64) -> PyResult<Level> {
        self.core.level(key.core(), &quota.core()?, seconds("at", at)?).map(Level::of).map_err(failed)
    }

    /// Adds to a counter and tells where it stands then.
    fn add(&self, key: CounterKey, quota: Quota, amount: u64, at: f64) -> PyResult<Level> {
        self.core.add(key.core(), &quota.core()?, amount, seconds("at", at)?).map(Level::of).map_err(failed)
    }

    /// Forgets every counter of a subject.
    fn clear(&self, owner: u64, subject: u64) -> PyResult<()> {
        self.core.clear(owner, subject).map_err(failed)
    }
}

pub(crate) fn seconds(what: &str, given: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(given)
        .map_err(|_| PyValueError::new_err(format!("`{what}` is a number of seconds, not {given}")))
}

fn failed(error: StateError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The store that an inspector was given: the native one as it is, anything else by its `level`, `add` and `clear`.
pub(crate) enum Store {
    Native(Arc<dyn StateStore>),
    Python(Arc<PyStore>),
}

pub(crate) fn store(given: &Bound<'_, PyAny>) -> PyResult<Store> {
    if let Ok(memory) = given.cast_exact::<MemoryStore>() {
        return Ok(Store::Native(memory.get().core.clone()));
    }
    let name = given.get_type().qualname()?.to_string();
    for method in ["level", "add", "clear"] {
        if !given.getattr_opt(method)?.is_some_and(|method| method.is_callable()) {
            return Err(PyTypeError::new_err(format!(
                "a state store has `level`, `add` and `clear`; {name} has no `{method}`"
            )));
        }
    }
    Ok(Store::Python(Arc::new(PyStore { store: given.clone().unbind(), name })))
}

/// A Python object as a store.
pub(crate) struct PyStore {
    store: Py<PyAny>,
    name: String,
}

impl PyStore {
    /// Shows the garbage collector what it refers to.
    pub(crate) fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.store)
    }

    fn ask<T>(&self, asked: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>) -> Result<T, StateError> {
        layer::stored(|py| asked(self.store.bind(py))).map_err(|error| StateError(format!("{}: {error}", self.name)))
    }
}

fn key_of(core: behavior::CounterKey) -> CounterKey {
    CounterKey { owner: core.owner, subject: core.subject, slot: core.slot }
}

impl fmt::Debug for PyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PyStore").field("name", &self.name).finish()
    }
}

impl StateStore for PyStore {
    fn level(
        &self,
        key: behavior::CounterKey,
        quota: &behavior::Quota,
        at: Duration,
    ) -> Result<behavior::Level, StateError> {
        let given = (key_of(key), Quota::of(quota), at.as_secs_f64());
        self.ask(|store| store.call_method1("level", given)?.extract::<Level>().map_err(PyErr::from)?.core())
    }

    fn add(
        &self,
        key: behavior::CounterKey,
        quota: &behavior::Quota,
        amount: u64,
        at: Duration,
    ) -> Result<behavior::Level, StateError> {
        let given = (key_of(key), Quota::of(quota), amount, at.as_secs_f64());
        self.ask(|store| store.call_method1("add", given)?.extract::<Level>().map_err(PyErr::from)?.core())
    }

    fn clear(&self, owner: u64, subject: u64) -> Result<(), StateError> {
        self.ask(|store| store.call_method1("clear", (owner, subject)).map(drop))
    }
}

/// What is known of one session. No content: counts, levels, names.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct BehaviorExport {
    /// Its number, as hexadecimal digits: what `clear_session` takes.
    id: String,
    /// The tenant.
    tenant: Option<String>,
    /// The principal.
    principal: Option<String>,
    /// The session; where there is none, the server.
    session: Option<String>,
    /// Messages so far.
    messages: u64,
    /// Messages that were blocked.
    blocked: u64,
    /// Calls that passed.
    calls: u32,
    /// Its risk: `normal`, `elevated`, `high` or `critical`.
    risk: String,
    /// The score behind it.
    score: u64,
    /// Bytes of memory it takes.
    bytes: usize,
    /// When it was last heard of, in seconds of its clock.
    last: u64,
}

#[pymethods]
impl BehaviorExport {
    fn __repr__(&self) -> String {
        let session = self.session.as_deref().unwrap_or_default();
        format!("<vanguard.BehaviorExport {} {session} {} messages, risk {}>", self.id, self.messages, self.risk)
    }
}

impl From<behavior::BehaviorExport> for BehaviorExport {
    fn from(core: behavior::BehaviorExport) -> Self {
        Self {
            id: core.id,
            tenant: core.tenant,
            principal: core.principal,
            session: core.session,
            messages: core.messages,
            blocked: core.blocked,
            calls: core.calls,
            risk: core.risk,
            score: core.score,
            bytes: core.bytes,
            last: core.last,
        }
    }
}
