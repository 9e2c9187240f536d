//! Questions to someone outside, and the desk that they go over.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::{PyException, PyRuntimeError, PyTimeoutError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use vanguard_core::semantic::llm::{DeskLimits, Placed};
use vanguard_core::{Answer, Answers, LayerError, Reply};

use crate::several::Body;

/// A question to someone outside: the engine builds it, the host sends it. No key is ever in it.
#[pyclass(frozen, from_py_object, module = "vanguard._vanguard")]
#[derive(Clone)]
pub(crate) struct Query {
    pub(crate) core: vanguard_core::Query,
}

#[pymethods]
impl Query {
    /// A question of a layer of your own, to whomever your answerer knows; the answer is of no use after `deadline` seconds.
    #[new]
    #[pyo3(signature = (question, body=Body::default(), *, deadline=5.0))]
    fn new(question: String, body: Body, deadline: f64) -> PyResult<Self> {
        Ok(Self { core: vanguard_core::Query::new(question, body.0, crate::state::seconds("deadline", deadline)?) })
    }

    /// What is asked, in words.
    #[getter]
    fn question(&self) -> &str {
        &self.core.question
    }

    /// Where to POST it; empty where the layer leaves that to the answerer.
    #[getter]
    fn url(&self) -> &str {
        &self.core.url
    }

    /// Headers to send, without the key's.
    #[getter]
    fn headers(&self) -> Vec<(String, String)> {
        self.core.headers.clone()
    }

    /// The key to send along: the environment variable that holds it, the header it goes into, and what stands before it there.
    #[getter]
    fn key(&self) -> Option<(String, String, String)> {
        self.core.key.as_ref().map(|key| (key.variable.clone(), key.header.clone(), key.prefix.clone()))
    }

    /// The body to send.
    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.core.body)
    }

    /// Seconds after which the answer is of no use.
    #[getter]
    fn deadline(&self) -> f64 {
        self.core.deadline.as_secs_f64()
    }

    /// Two with the same id are the same question.
    #[getter]
    fn id(&self) -> &str {
        &self.core.id
    }

    fn __repr__(&self) -> String {
        format!("<vanguard.Query {:?}>", self.core.question)
    }
}

/// Bytes, or the exception that stands for having none.
pub(crate) fn answer(given: &Bound<'_, PyAny>) -> PyResult<Answer> {
    if given.is_instance_of::<PyTimeoutError>() {
        return Ok(Err(LayerError::Deadline));
    }
    if given.is_instance_of::<PyException>() {
        return Ok(Err(LayerError::Failed(given.str()?.to_string())));
    }
    given.extract::<Body>().map(|body| Ok(body.0))
}

/// The same the other way.
pub(crate) fn told<'py>(py: Python<'py>, answer: &Answer) -> Bound<'py, PyAny> {
    match answer {
        Ok(body) => PyBytes::new(py, body).into_any(),
        Err(LayerError::Deadline) => {
            PyTimeoutError::new_err(LayerError::Deadline.to_string()).into_value(py).into_bound(py).into_any()
        }
        Err(error) => PyRuntimeError::new_err(error.to_string()).into_value(py).into_bound(py).into_any(),
    }
}

/// Answers by the ids of their questions.
pub(crate) fn answers(given: &Bound<'_, PyDict>) -> PyResult<Answers> {
    let mut answers = Answers::default();
    for (id, one) in given.iter() {
        answers.put_by_id(id.extract::<String>()?, answer(&one)?);
    }
    Ok(answers)
}

/// Questions under way: how many at once, which are the same, which are asked again, and which not at all. Times are seconds that only grow.
#[pyclass(frozen, module = "vanguard._vanguard")]
pub(crate) struct Desk {
    core: Mutex<vanguard_core::semantic::llm::Desk<u64>>,
}

type Told<'py> = Vec<(u64, Bound<'py, PyAny>)>;

#[pymethods]
impl Desk {
    /// A desk that sends so many at once, lets so many wait, and sends one again so often.
    #[new]
    fn new(calls: usize, queue: usize, retries: u32) -> Self {
        Self { core: Mutex::new(vanguard_core::semantic::llm::Desk::new(DeskLimits { calls, queue, retries })) }
    }

    /// Takes a question for `waiter`. Gives its answer if that came a moment ago, or the exception that stands for it if it is not sent.
    fn ask<'py>(&self, py: Python<'py>, query: &Query, waiter: u64, now: f64) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match self.lock().ask(query.core.clone(), waiter, time(now)?) {
            Placed::Queued | Placed::Joined => None,
            Placed::Known(_, body) => Some(told(py, &Ok(body))),
            Placed::Refused(_, error) => Some(told(py, &Err(error))),
        })
    }

    /// A question to send now, and within how many seconds. Each is to be followed by `done`.
    fn next(&self, now: f64) -> PyResult<Option<(Query, f64)>> {
        let sending = self.lock().next(time(now)?);
        Ok(sending.map(|sending| (Query { core: sending.query }, sending.within.as_secs_f64())))
    }

    /// What came back: an HTTP response, or no response and why. Gives those who waited, each with the answer.
    #[pyo3(signature = (query, now, *, status=0, retry_after=None, body=Body::default(), error=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn done<'py>(
        &self,
        py: Python<'py>,
        query: &Query,
        now: f64,
        status: u16,
        retry_after: Option<&str>,
        body: Body,
        error: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Told<'py>> {
        let reply = match error.map(answer).transpose()? {
            Some(Err(LayerError::Deadline)) => Reply::Failed(LayerError::Deadline),
            // The server may be back in a moment.
            Some(_) => Reply::Again(None),
            None => vanguard_core::Query::reply(status, retry_after, body.0),
        };
        let answered = self.lock().done(&query.core.id, reply, time(now)?);
        Ok(answered.iter().map(|(waiter, answer)| (*waiter, told(py, answer))).collect())
    }

    /// Those whose answers did not come in time.
    fn expired<'py>(&self, py: Python<'py>, now: f64) -> PyResult<Told<'py>> {
        let late = self.lock().expired(time(now)?);
        Ok(late.iter().map(|(waiter, answer)| (*waiter, told(py, answer))).collect())
    }

    /// When to look at `expired` and `next` again.
    fn wake(&self) -> Option<f64> {
        self.lock().wake().map(|at| at.as_secs_f64())
    }
}

impl Desk {
    fn lock(&self) -> std::sync::MutexGuard<'_, vanguard_core::semantic::llm::Desk<u64>> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn time(now: f64) -> PyResult<Duration> {
    crate::state::seconds("now", now)
}
