//! What comes with a message's bytes: who sends it where, over what, and when.

use std::time::Duration;

use super::{Flow, Framing};
use crate::session::Origin;

/// How much of a connection's traffic the host shows to the inspector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Every message of both directions (a proxy, a transport): what answers what is known, and an answer to no
    /// request can be told.
    Full,
    /// Some messages (middleware): correlation comes from [`Message::in_reply_to`] or from the answer's shape.
    #[default]
    Partial,
}

/// Everything about a message but its bytes. Fields left out are unknown, never assumed.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Context<'a> {
    /// The server's configured name.
    pub server: Option<&'a str>,
    /// The session, as the carrier names it.
    pub session: Option<&'a str>,
    /// The tenant, where one host serves many.
    pub tenant: Option<&'a str>,
    /// The authenticated user or agent.
    pub principal: Option<&'a str>,
    /// Roles of the principal.
    pub roles: &'a [&'a str],
    /// OAuth scopes of the principal.
    pub scopes: &'a [&'a str],
    /// The headers of the HTTP request whose body the message is; where `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name` or `Mcp-Param-…` contradicts
    /// the message (2026-07-28), it is refused. In any case, as often as they came.
    pub headers: &'a [(&'a str, &'a str)],
    /// How the carrier frames messages.
    pub framing: Framing,
    /// The protocol version the carrier negotiated (`2025-11-25`), if it knows.
    pub protocol: Option<&'a str>,
    /// The client's capabilities as JSON, if the carrier knows them.
    pub client_capabilities: Option<&'a [u8]>,
    /// What the user of this session said it is for.
    pub intent: Option<&'a str>,
    /// How much of the traffic is shown.
    pub visibility: Visibility,
    /// When it happened, since the Unix epoch. Without it the builder's clock is asked.
    pub at: Option<Duration>,
    /// The request that this message answers, from that request's verdict.
    pub in_reply_to: Option<&'a Origin>,
}

/// A message to inspect: bytes, direction, context. Borrows everything and parses nothing.
///
/// ```
/// use vanguard_core::Message;
/// let message = Message::to_server(br#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).server("files").session("s-1");
/// assert_eq!(message.context().server, Some("files"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    bytes: &'a [u8],
    flow: Flow,
    context: Context<'a>,
}

impl<'a> Message<'a> {
    /// A message that travels in `flow`.
    #[must_use]
    pub fn new(flow: Flow, bytes: &'a [u8]) -> Self {
        Self { bytes, flow, context: Context::default() }
    }

    /// A message from the client to the server.
    #[must_use]
    pub fn to_server(bytes: &'a [u8]) -> Self {
        Self::new(Flow::ToServer, bytes)
    }

    /// A message from the server to the client.
    #[must_use]
    pub fn to_client(bytes: &'a [u8]) -> Self {
        Self::new(Flow::ToClient, bytes)
    }

    /// The message with this context in place of its own.
    #[must_use]
    pub fn with_context(self, context: Context<'a>) -> Self {
        Self { context, ..self }
    }

    /// Names the server.
    #[must_use]
    pub fn server(mut self, server: &'a str) -> Self {
        self.context.server = Some(server);
        self
    }

    /// With what the user of the session said it is for.
    #[must_use]
    pub const fn intent(mut self, intent: &'a str) -> Self {
        self.context.intent = Some(intent);
        self
    }

    /// Names the session.
    #[must_use]
    pub fn session(mut self, session: &'a str) -> Self {
        self.context.session = Some(session);
        self
    }

    /// Names the tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: &'a str) -> Self {
        self.context.tenant = Some(tenant);
        self
    }

    /// Names the principal.
    #[must_use]
    pub fn principal(mut self, principal: &'a str) -> Self {
        self.context.principal = Some(principal);
        self
    }

    /// Says how the carrier frames messages.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.context.framing = framing;
        self
    }

    /// Says which protocol version was negotiated.
    #[must_use]
    pub fn protocol(mut self, version: &'a str) -> Self {
        self.context.protocol = Some(version);
        self
    }

    /// Says how much of the traffic the inspector sees.
    #[must_use]
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.context.visibility = visibility;
        self
    }

    /// Says which headers the HTTP request had whose body it is.
    #[must_use]
    pub const fn headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.context.headers = headers;
        self
    }

    /// Says when it happened, since the Unix epoch.
    #[must_use]
    pub fn at(mut self, at: Duration) -> Self {
        self.context.at = Some(at);
        self
    }

    /// Says which request this message answers: `origin` comes from that request's verdict.
    #[must_use]
    pub fn in_reply_to(mut self, origin: &'a Origin) -> Self {
        self.context.in_reply_to = Some(origin);
        self
    }

    /// The bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The direction.
    #[must_use]
    pub const fn flow(&self) -> Flow {
        self.flow
    }

    /// The context.
    #[must_use]
    pub const fn context(&self) -> &Context<'a> {
        &self.context
    }
}
