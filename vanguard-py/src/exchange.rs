//! `Exchange`: what a carrier does with each message.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use vanguard_core::Session;

use crate::input::{self, Input};
use crate::inspector::Inspector;
use crate::verdict::{Origin, Verdict};

/// One connection between a client and a server: takes messages of both directions and says what to do with each.
#[pyclass(frozen, module = "vanguard._vanguard")]
pub(crate) struct Exchange {
    core: vanguard_core::Exchange,
    audit: Option<Py<PyAny>>,
}

#[pymethods]
impl Exchange {
    #[new]
    #[pyo3(signature = (inspector, *, server=None, session=None, tenant=None, principal=None, framing=None, partial=false,
                        record_allows=false, audit=None))]
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
        audit: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let framing = framing.map(input::framing).transpose()?.unwrap_or_default();
        let session =
            Session { server, session, tenant, principal, framing, record_allows, partial, ..Session::default() };
        Ok(Self { core: vanguard_core::Exchange::new(inspector.get().core.clone(), session), audit })
    }

    /// Judges one message and says what to do with it. The record goes to `audit` first; if that fails, the message is refused.
    #[pyo3(signature = (flow, message, in_reply_to=None))]
    fn handle(
        &self,
        py: Python<'_>,
        flow: &str,
        message: &Bound<'_, PyAny>,
        in_reply_to: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Outcome> {
        let (flow, input) = (input::flow(flow)?, Input::of(message)?);
        let origin = in_reply_to.map(Origin::given).transpose()?.flatten();
        let (core, bytes) = (&self.core, input.bytes());
        let mut outcome = py.detach(|| match &origin {
            Some(origin) => core.handle_reply(flow, bytes, origin),
            None => core.handle(flow, bytes),
        });
        if let (Some(audit), Some(record)) = (&self.audit, &outcome.record)
            && let Err(error) = audit.call1(py, (record.json(),))
        {
            error.write_unraisable(py, Some(audit.bind(py)));
            outcome = py.detach(|| core.unrecorded(outcome));
        }
        let forward = outcome.forward.map(|forward| match (forward, &input) {
            (Cow::Borrowed(_), Input::Bytes(same)) => same.clone().unbind(),
            (forward, _) => PyBytes::new(py, &forward).unbind(),
        });
        Ok(Outcome {
            forward,
            reply: outcome.reply.map(|reply| PyBytes::new(py, &reply).unbind()),
            record: outcome.record.map(|record| record.json()),
            verdict: Py::new(py, Verdict::from(outcome.verdict))?,
        })
    }

    /// The server is gone: an error for each request of the client that it has not answered, oldest first.
    fn closed<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyBytes>> {
        py.detach(|| self.core.closed()).iter().map(|answer| PyBytes::new(py, answer)).collect()
    }

    fn __repr__(&self) -> String {
        "<vanguard.Exchange>".to_owned()
    }
}

/// What to do with one message, in this order: write `record`, then send `forward` and `reply`.
#[pyclass(frozen, get_all, module = "vanguard._vanguard")]
pub(crate) struct Outcome {
    /// To send on in the message's own direction; the very bytes object that came if nothing changed.
    forward: Option<Py<PyBytes>>,
    /// To send back to whoever sent the message.
    reply: Option<Py<PyBytes>>,
    /// To write down before anything is sent, as one line of JSON; absent for plain allows.
    record: Option<String>,
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
