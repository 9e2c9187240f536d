//! `Exchange`: what a carrier does with each message.

use std::borrow::Cow;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use pyo3::{PyTraverseError, PyVisit};
use vanguard_core::exchange::BodyKind;
use vanguard_core::{Flow, Session};

use crate::ask::{self, Query};
use crate::input::{self, Input};
use crate::inspector::Inspector;
use crate::layer;
use crate::several::{Body, Several};
use crate::verdict::{Origin, Verdict};

/// One connection between a client and a server: takes messages of both directions and says what to do with each.
#[pyclass(frozen, module = "vanguard._vanguard")]
pub(crate) struct Exchange {
    core: vanguard_core::Exchange,
    /// Holds what the engine calls in Python.
    inspector: Py<Inspector>,
    audit: Option<Py<PyAny>>,
}

#[pymethods]
impl Exchange {
    #[new]
    #[pyo3(signature = (inspector, *, server=None, session=None, tenant=None, principal=None, framing=None, partial=false,
                        record_allows=false, answerer=false, audit=None))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords")]
    fn new(
        inspector: &Bound<'_, Inspector>,
        server: Option<String>,
        session: Option<String>,
        tenant: Option<String>,
        principal: Option<String>,
        framing: Option<&str>,
        partial: bool,
        record_allows: bool,
        answerer: bool,
        audit: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let framing = framing.map(input::framing).transpose()?.unwrap_or_default();
        if audit.as_ref().is_some_and(|audit| !audit.bind(inspector.py()).is_callable()) {
            return Err(PyTypeError::new_err("`audit` is a callable that takes a line of JSON"));
        }
        let session = Session {
            server,
            session,
            tenant,
            principal,
            framing,
            record_allows,
            answerer,
            partial,
            ..Session::default()
        };
        let core = vanguard_core::Exchange::new(inspector.get().core.clone(), session);
        Ok(Self { core, inspector: inspector.clone().unbind(), audit })
    }

    /// Judges one message and says what to do with it. The record goes to `audit` first; if that fails, the message is refused.
    /// `headers`: of the HTTP request whose body it is, as a mapping or as pairs; a request that they contradict is refused.
    #[pyo3(signature = (flow, message, in_reply_to=None, *, headers=None))]
    fn handle(
        &self,
        py: Python<'_>,
        flow: &str,
        message: &Bound<'_, PyAny>,
        in_reply_to: Option<&Bound<'_, PyAny>>,
        headers: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Outcome> {
        let (flow, input) = (input::flow(flow)?, Input::of(message)?);
        let origin = in_reply_to.map(Origin::given).transpose()?.flatten();
        let headers = headers.filter(|_| flow == Flow::ToServer).map(|headers| input::pairs(&headers)).transpose()?;
        let headers: Option<Vec<(&str, &str)>> =
            headers.as_ref().map(|headers| headers.iter().map(|(name, value)| (&**name, &**value)).collect());
        let (core, bytes) = (&self.core, input.bytes());
        let outcome =
            layer::judged(py, (self.inspector.get().is_bound(), bytes.len()), || match (&headers, &origin) {
                (Some(headers), _) => core.handle_post(bytes, headers),
                (None, Some(origin)) => core.handle_reply(flow, bytes, origin),
                (None, None) => core.handle(flow, bytes),
            })?;
        self.recorded(py, outcome, Some(&input))
    }

    /// What becomes of a message that waited for `answers` to what it asked: its own outcome, then those of the messages that waited behind
    /// it. It may wait on, with further questions. None for a ticket that is not held any more.
    fn answered(&self, py: Python<'_>, hold: &Ticket, answers: &Bound<'_, PyDict>) -> PyResult<Vec<Outcome>> {
        let (core, answers) = (&self.core, ask::answers(answers)?);
        let outcomes = layer::detached(py, || core.answered(hold.core, &answers))?;
        let mut told = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let passes = outcome.forward.is_some();
            let outcome = self.recorded(py, outcome, None)?;
            let refused = passes && outcome.forward.is_none();
            told.push(outcome);
            // What waited behind a message that could not be put on record concerns nothing.
            if refused {
                break;
            }
        }
        Ok(told)
    }

    /// The server is gone: an error for each request of the client that it has not answered, oldest first.
    fn closed<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        py.detach(|| self.core.closed()).iter().map(|answer| PyBytes::new(py, answer)).collect()
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.inspector)?;
        visit.call(&self.audit)
    }

    fn __repr__(&self) -> String {
        "<vanguard.Exchange>".to_owned()
    }
}

impl Exchange {
    /// The outcome once it is on record, or what takes its place.
    fn recorded(
        &self,
        py: Python<'_>,
        mut outcome: vanguard_core::Outcome<'_>,
        input: Option<&Input<'_>>,
    ) -> PyResult<Outcome> {
        if let (Some(audit), Some(record)) = (&self.audit, &outcome.record)
            && let Err(error) = audit.call1(py, (record.json(),))
        {
            outcome = py.detach(|| self.core.unrecorded(outcome));
            if layer::is_interrupt(py, &error) {
                return Err(error);
            }
            error.write_unraisable(py, Some(audit.bind(py)));
        }
        let status = outcome.status();
        let forward = outcome.forward.map(|forward| match (forward, input) {
            (Cow::Borrowed(_), Some(Input::Bytes(same))) => same.clone().unbind(),
            (forward, _) => PyBytes::new(py, &forward).unbind(),
        });
        let asks = outcome.asks.into_iter().map(|core| Py::new(py, Query { core }));
        Ok(Outcome {
            forward,
            status,
            reply: outcome.reply.map(|reply| PyBytes::new(py, &reply).unbind()),
            record: outcome.record.map(|record| record.json()),
            hold: outcome.hold.map(|core| Py::new(py, Ticket { core })).transpose()?,
            asks: asks.collect::<PyResult<_>>()?,
            verdict: Py::new(py, Verdict::from(Box::new(outcome.verdict)))?,
        })
    }
}

/// Names a message that waits.
#[pyclass(frozen, module = "vanguard._vanguard")]
pub(crate) struct Ticket {
    core: vanguard_core::exchange::Ticket,
}

/// What the body of an HTTP answer carries, by its fields `content-type`; `asked`: it answers a POST.
#[pyfunction]
#[pyo3(signature = (content_types, *, asked, status))]
pub(crate) fn body_kind(content_types: Several<Body>, asked: bool, status: u16) -> &'static str {
    BodyKind::of(content_types.iter().map(|one| &one.0), asked, status).as_str()
}

/// Whether a whole body of that kind is judged as a message.
#[pyfunction]
pub(crate) fn body_judged(kind: &str, body: &[u8]) -> PyResult<bool> {
    let kinds = [BodyKind::Message, BodyKind::Events, BodyKind::Perhaps, BodyKind::Nothing];
    Ok(input::word("kind", kind, &kinds.map(|kind| (kind.as_str(), kind)))?.judges(body))
}

/// What to do with one message, in this order: write `record`, then send `forward` and `reply`.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct Outcome {
    /// To send on in the message's own direction; the very bytes object that came if nothing changed.
    forward: Option<Py<PyBytes>>,
    /// To send back to whoever sent the message.
    reply: Option<Py<PyBytes>>,
    /// The status of HTTP that goes with `reply`: 400 where the headers of a request contradict its body, else 200; 202 where nobody waits for one.
    status: u16,
    /// To write down before anything is sent, as one line of JSON; absent for plain allows.
    record: Option<String>,
    /// The message waits for answers to `asks`: give them to `Exchange.answered`. Only of an exchange that has an answerer.
    hold: Option<Py<Ticket>>,
    /// Questions that the verdict depends on.
    asks: Vec<Py<Query>>,
    /// The verdict it comes from.
    verdict: Py<Verdict>,
}

#[pymethods]
impl Outcome {
    fn __repr__(&self) -> String {
        let verdict = self.verdict.get();
        format!("<vanguard.Outcome {}>", verdict.text())
    }
}
