//! What comes with a message, from the keywords of `inspect` and `consult`.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use vanguard_core::{Context, Flow, Message, Visibility};

use crate::errors;
use crate::input;
use crate::several::Several;
use crate::verdict::Origin;

/// The keywords as Python gave them; what is left out is unknown.
pub(crate) struct Keywords<'a, 'py> {
    pub(crate) flow: Option<&'a str>,
    pub(crate) server: Option<&'a str>,
    pub(crate) session: Option<&'a str>,
    pub(crate) tenant: Option<&'a str>,
    pub(crate) principal: Option<&'a str>,
    pub(crate) roles: Option<Several<PyBackedStr>>,
    pub(crate) scopes: Option<Several<PyBackedStr>>,
    pub(crate) headers: Option<&'a Bound<'py, PyAny>>,
    pub(crate) protocol: Option<&'a str>,
    pub(crate) intent: Option<&'a str>,
    pub(crate) framing: Option<&'a str>,
    pub(crate) full: bool,
    pub(crate) at: Option<f64>,
    pub(crate) in_reply_to: Option<&'a Bound<'py, PyAny>>,
}

impl Keywords<'_, '_> {
    /// Calls with the message that they come with.
    pub(crate) fn with<T>(
        &self,
        py: Python<'_>,
        bytes: &[u8],
        judge: impl FnOnce(&Message<'_>) -> PyResult<T>,
    ) -> PyResult<T> {
        let flow = flow_of(py, self.flow, bytes)?;
        let origin = self.in_reply_to.map(Origin::given).transpose()?.flatten();
        let headers = self.headers.map(input::pairs).transpose()?.unwrap_or_default();
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let (roles, scopes) = (texts(self.roles.as_ref()), texts(self.scopes.as_ref()));
        let mut context = Context::default();
        (context.server, context.session) = (self.server, self.session);
        (context.tenant, context.principal) = (self.tenant, self.principal);
        (context.roles, context.scopes, context.headers) = (&roles, &scopes, &headers);
        (context.protocol, context.intent) = (self.protocol, self.intent);
        context.framing = self.framing.map(input::framing).transpose()?.unwrap_or_default();
        if self.full {
            context.visibility = Visibility::Full;
        }
        context.at = self.at.map(input::time).transpose()?;
        context.in_reply_to = origin.as_ref();
        judge(&Message::new(flow, bytes).with_context(context))
    }
}

/// The direction that was said, or that the message shows.
fn flow_of(py: Python<'_>, said: Option<&str>, bytes: &[u8]) -> PyResult<Flow> {
    said.map(input::flow).transpose()?.or_else(|| Flow::guess(bytes)).ok_or_else(|| {
        let why = "nothing in the message says its direction; say `flow=\"to_server\"` or `flow=\"to_client\"`";
        errors::decode(py, why)
    })
}

fn texts(given: Option<&Several<PyBackedStr>>) -> Vec<&str> {
    given.map(|several| several.iter().map(|text| &**text).collect()).unwrap_or_default()
}
