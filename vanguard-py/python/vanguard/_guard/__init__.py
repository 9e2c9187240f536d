"""`Guard`: carries the messages of an SDK past an inspector. One module for each kind of hook."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from .._ask import Answer, Answerer
from .._inspector import Inspector
from .._vanguard import Exchange, Origin, Outcome

if TYPE_CHECKING:
    from ..types import Flow
    from ._asgi import App
    from ._langchain import Interceptor
    from ._middleware import Middleware
    from ._transport import Streams
    from ._wire import Headers

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class Guard:
    """Carries messages past an inspector and does what its verdicts say.

    A refused request is answered with a JSON-RPC error on its id (or an `isError` result: `deny_as="tool_result"`), a refused answer
    becomes an error for who asked, a refused notification is dropped; secrets are redacted. What passes without edits passes as it is.

    `audit` is called with a line of JSON for each decision other than a plain allow, before the decision takes effect. If it raises,
    the message is refused: a decision that nobody can look up later is not carried out.

    Whatever is `async` here asks the model of the configuration about what the engine left open, as `Inspector.inspect_async` does (or your
    `answerer`); meanwhile later messages pass. `listing`, and `tool` of a plain function, ask nobody: `when_undecided` decides.

    >>> from vanguard import Guard
    >>> guard = Guard(server="files")
    >>> @guard.tool
    ... def run(command: str) -> str:
    ...     return command
    >>> run("make test")
    'make test'
    """

    def __init__(
        self,
        inspector: Inspector | None = None,
        *,
        server: str | None = None,
        session: str | None = None,
        tenant: str | None = None,
        principal: str | None = None,
        audit: Callable[[str], object] | None = None,
        record_allows: bool = False,
        answerer: Answerer | None = None,
    ) -> None:
        """Guard by `inspector` (by default one with the built-in rules); the rest is the context that every message has."""
        if not isinstance(inspector, Inspector | None):
            raise TypeError(f"`inspector` is an Inspector, not {type(inspector).__qualname__}: Guard(Inspector(config), server=…)")
        if audit is not None and not callable(audit):
            raise TypeError(f"`audit` is a callable that takes a line of JSON, not {type(audit).__qualname__}")
        self.inspector = inspector if inspector is not None else Inspector()
        """The inspector that decides."""
        self._server, self._tenant = server, tenant
        self._session, self._principal = session or uuid.uuid4().hex, principal
        self._audit, self._record_allows, self._answerer = audit, record_allows, answerer

    def __repr__(self) -> str:
        """What it guards."""
        return f"<vanguard.Guard server={self._server} session={self._session} {self.inspector!r}>"

    def exchange(
        self,
        *,
        server: str | None = None,
        session: str | None = None,
        principal: str | None = None,
        partial: bool = False,
        answerer: bool = False,
    ) -> Exchange:
        """Open an exchange for a connection.

        `partial` if only some of its messages are seen; `answerer` if you send the questions of its outcomes (`Outcome.asks`).
        """
        return Exchange(
            self.inspector,
            server=server or self._server,
            tenant=self._tenant,
            session=session or self._session,
            principal=principal or self._principal,
            partial=partial,
            record_allows=self._record_allows,
            answerer=answerer,
            audit=self._audit,
        )

    async def _handle(
        self, exchange: Exchange, flow: Flow, message: bytes, origin: Origin | None = None, headers: Headers | None = None
    ) -> Outcome:
        """Judge a message, and ask what its layers ask. Of an exchange in which no other waits behind it."""
        outcome = exchange.handle(flow, message, origin, headers=headers)
        return outcome if outcome.hold is None else (await self._settle(exchange, outcome))[0]

    async def _settle(self, exchange: Exchange, outcome: Outcome) -> list[Outcome]:
        """Ask until it is known what becomes of a message that waits, and of those behind it."""
        outcomes, answers = [outcome], dict[str, Answer]()
        while (hold := outcomes[0].hold) is not None:
            answers.update(await self.inspector._ask(outcomes[0].asks, self._answerer))
            outcomes = exchange.answered(hold, answers)
        return outcomes

    def middleware(self) -> Middleware:
        """Guard a server of the MCP SDK 2: `MCPServer("files", middleware=[guard.middleware()])`.

        It sees every request and notification of clients, before validation, and every answer. It does not see what the server sends
        by itself (progress, logging, sampling): for that take `transport(…, side="server")` on stdio, `asgi` over HTTP.
        """
        from ._middleware import Middleware

        return Middleware(self)

    def protect(self, server: S) -> S:
        """Guard a server that exists: of the MCP SDK 2 (`MCPServer`, the low-level `Server`) or of FastMCP 4. Gives it back.

        The same middleware as `middleware()`, outermost: it sees what clients send before any other, and answers as they leave.
        """
        for owner in (server, getattr(server, "_mcp_server", None)):
            chain = getattr(owner, "middleware", None)
            # FastMCP's own chain is of another kind; it runs inside the SDK's.
            if isinstance(chain, list) and owner.__class__.__module__.startswith(("mcp.", "fastmcp.server.low_level")):
                chain.insert(0, self.middleware())
                return server
        raise TypeError(f"no server of the MCP SDK 2 or FastMCP 4: {type(server).__qualname__}")

    def transport(self, transport: Any, *, side: Literal["client", "server"] = "client") -> Streams:
        """Guard a transport of the MCP SDK 2 or 1: whatever yields a read and a write stream.

        A client's: `Client(guard.transport(stdio_client(parameters)))`. A server's: `guard.transport(stdio_server(), side="server")`.
        Every message of both directions is seen.
        """
        from ._transport import Streams

        return Streams(self, transport, side)

    def asgi(self, app: App) -> App:
        """Guard an ASGI application that speaks Streamable HTTP: `guard.asgi(mcp.streamable_http_app())`.

        It sees the bytes of every POST and of every answer, JSON or event stream, before any SDK has parsed them.
        """
        from ._asgi import Asgi

        return Asgi(self, app)

    def mcp_server(self, server: S) -> S:
        """Guard an MCP server of the OpenAI Agents SDK, before it connects, and give it back.

        `Agent(mcp_servers=[guard.mcp_server(MCPServerStdio(params))])`: its transport is guarded, so every message of both directions is
        seen. With `Inspector(deny_as="tool_result")` the model reads why a call was refused; of errors the SDK tells it only that there was
        one.
        """
        streams = getattr(server, "create_streams", None)
        if not callable(streams):
            raise TypeError(f"no MCP server of the OpenAI Agents SDK with a transport: {type(server).__qualname__}")
        server.create_streams = lambda: self.transport(streams())  # type: ignore[attr-defined]
        return server

    def interceptor(self) -> Interceptor:
        """Guard the calls of LangChain's MCP tools: `MultiServerMCPClient(connections, tool_interceptors=[guard.interceptor()])`.

        Put it last among interceptors, so that it sees what goes out and what the server says. A refused call, or a refused answer, is a
        failed tool call that says why: an exception would end the agent's run. Interceptors see no listings: `listing` judges those.
        """
        from ._langchain import Interceptor

        return Interceptor(self)

    def listing(self, tools: Iterable[T], *, server: str | None = None) -> list[T]:
        """Leave out tools of LangChain that may not pass: `guard.listing(await client.get_tools())`.

        What they say of themselves (name, description, schema) is judged as a server's listing; no model is asked.
        """
        from ._langchain import listing

        return listing(self, tools, server)

    def tool(self, function: Callable[P, R]) -> Callable[P, R]:
        """Guard a function as if it were a tool: its arguments as a call, what it returns as a result.

        Raises `Blocked` for what must not pass. Strings that are redacted come back redacted. An `async def` also asks the model of the
        configuration; a plain function asks nobody.
        """
        from ._tool import guarded

        return guarded(self, function)
