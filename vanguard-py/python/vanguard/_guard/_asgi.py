"""Streamable HTTP as ASGI: the bytes of POST bodies, JSON answers and event streams, before any SDK has parsed them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from .._vanguard import body_judged, body_kind
from ._wire import mirrored

if TYPE_CHECKING:
    from .._vanguard import Exchange, Origin
    from ..types import BodyKind
    from . import Guard

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST = 32 * 1024 * 1024
"""Bytes of a body that are read; a larger one is refused (HTTP 413)."""

OAUTH = ("/authorize", "/token", "/register", "/revoke")
"""Ends of paths where an authorization server beside the MCP server speaks OAuth, as does everything below `/.well-known/`."""

BESIDE = 64 * 1024
"""What stands beside the message in the largest event that is held."""

END = re.compile(rb"(?:\r\n|\r(?!\n)|\n)(?:\r\n|\r(?!\n)|\n)")
"""Where an event ends: an empty line. A line ends with CR, LF, or both."""


class Asgi:
    """The guarded application. See `Guard.asgi`."""

    def __init__(self, guard: Guard, app: App) -> None:
        """Carry the messages of `app` for `guard`."""
        self._guard, self._app = guard, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope.get("path", "")
        oauth = path.endswith(OAUTH) or "/.well-known/" in path
        # What is compressed, or sent as a file past us, nobody could judge.
        plain = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        extensions = {name: value for name, value in (scope.get("extensions") or {}).items() if "send" not in name}
        scope = {**scope, "headers": plain, "extensions": extensions}
        headers = {name.lower(): value for name, value in scope["headers"]}
        session = headers.get(b"mcp-session-id")
        exchange = self._guard.exchange(session=session.decode("latin-1") if session else None, partial=True, answerer=True)
        origin: Origin | None = None
        asked = False
        if scope["method"] == "POST":
            body = await read_body(receive)
            if body is None:
                await refuse(send, 413, b"")
                return
            # A path is what the client likes, and an application below a prefix doesn't look at it: it excuses no message.
            asked, passed = not oauth or body_judged("perhaps", body), body
            if asked:
                outcome = await self._guard._handle(exchange, "to_server", body, headers=mirrored(scope["headers"]))
                if outcome.forward is None:
                    # A refused notification is accepted and goes nowhere (MCP, transports: 202 without a body).
                    await refuse(send, outcome.status, outcome.reply or b"")
                    return
                origin, passed = outcome.verdict.origin, outcome.forward
            if len(passed) != len(body):
                rest = [(name, value) for name, value in scope["headers"] if name.lower() != b"content-length"]
                scope = {**scope, "headers": [*rest, (b"content-length", str(len(passed)).encode())]}
            receive = replay(passed, receive)
        await self._app(scope, receive, Answer(self._guard, exchange, origin, send, asked=asked))


class Answer:
    """Judges what an application answers, as it comes."""

    def __init__(self, guard: Guard, exchange: Exchange, origin: Origin | None, send: Send, *, asked: bool) -> None:
        self._guard, self._exchange, self._origin, self._send, self._asked = guard, exchange, origin, send, asked
        self._start: MutableMapping[str, Any] = {}
        self._kind: BodyKind = "nothing"
        self._kept = bytearray()
        self._seen = 0
        self._first = True
        # What becomes of the rest of an event that is too large to be held.
        self._rest: Literal["passed", "dropped"] | None = None

    async def __call__(self, event: MutableMapping[str, Any]) -> None:
        """Take one ASGI event of the answer."""
        if event["type"] == "http.response.start":
            types = [bytes(value) for name, value in event.get("headers", ()) if name.lower() == b"content-type"]
            self._kind = body_kind(types, asked=self._asked, status=event["status"])
            self._start = event
            if self._kind in ("events", "nothing"):
                await self._send(event)
            return
        if event["type"] != "http.response.body" or self._kind == "nothing":
            await self._send(event)
            return
        self._kept += event.get("body", b"")
        more = event.get("more_body", False)
        if self._kind == "events":
            await self._send({**event, "body": await self._events(last=not more)})
        elif not more:
            await self._whole(event, bytes(self._kept))

    async def _whole(self, event: MutableMapping[str, Any], body: bytes) -> None:
        """Send the head, now that it is known how long the body is, and the body."""
        start, passed = self._start, await self._judge(body) if body_judged(self._kind, body) else body
        if passed != body:
            rest = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            start = {**start, "headers": [*rest, (b"content-length", str(len(passed)).encode())]}
        await self._send(start)
        await self._send({**event, "body": passed})

    async def _judge(self, data: bytes) -> bytes:
        outcome = await self._guard._handle(self._exchange, "to_client", data, self._origin)
        if outcome.forward is not None:
            return outcome.forward
        # A refused question of the server to its client: nobody could take an error back here, and the client must not see it.
        return b""

    async def _events(self, last: bool) -> bytes:
        """The whole events so far, each as it may pass."""
        passed = bytearray()
        while end := END.search(self._kept, max(0, self._seen - 3)):
            event = bytes(self._kept[: end.end()])
            del self._kept[: end.end()]
            self._seen = 0
            rest, self._rest = self._rest, None
            if rest is None:
                passed += (await self._event(event))[0]
            elif rest == "passed":
                passed += event
        if self._rest is not None or len(self._kept) > self._guard.inspector.message_limit + BESIDE:
            passed += await self._part(last)
        self._seen = len(self._kept)
        if last:
            # An event without its end is none (HTML, server-sent events), so nobody has judged it.
            self._kept.clear()
        return bytes(passed)

    async def _part(self, last: bool) -> bytes:
        """What passes of an event that is too large to be held, as it comes: its beginning decides."""
        # A line end may belong to the empty line that ends the event.
        size = len(self._kept) if last else len(self._kept.rstrip(b"\r\n"))
        part = bytes(self._kept[:size])
        del self._kept[:size]
        if self._rest is not None:
            return part if self._rest == "passed" else b""
        passed, message = await self._event(part)
        # What of the message has come is above the limit by itself, or else what stands beside it is too much.
        same = passed == part and message > self._guard.inspector.message_limit
        self._rest = "passed" if same else "dropped"
        return passed if same or passed != part else b""

    async def _event(self, event: bytes) -> tuple[bytes, int]:
        """What passes of an event, and how long its message is."""
        # The stream may begin with a byte order mark, which readers take off.
        lines = (event.removeprefix(b"\xef\xbb\xbf") if self._first else event).splitlines()
        self._first = False
        data = b"\n".join(line[5:].removeprefix(b" ") for line in lines if line == b"data" or line.startswith(b"data:"))
        # MCP of 2024 tells its clients by an event of this name where to post to.
        place = any(line in (b"event: endpoint", b"event:endpoint") for line in lines)
        if not data.strip() or (place and not data.lstrip().startswith(b"{")):
            return event, len(data)
        passed = await self._judge(data)
        if passed == data:
            return event, len(data)
        if not passed:
            return b"", len(data)
        rest = [line for line in lines if line and line != b"data" and not line.startswith(b"data:")]
        return b"\n".join([*rest, *(b"data: " + line for line in passed.split(b"\n")), b"", b""]), len(data)


async def read_body(receive: Receive) -> bytes | None:
    """The whole body of a request; `None` if it is too large."""
    body = bytearray()
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return bytes(body)
        body += event.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not event.get("more_body", False):
            return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Receives `body`, then whatever comes after it."""
    pending = [body]

    async def again() -> MutableMapping[str, Any]:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return again


async def refuse(send: Send, status: int, body: bytes) -> None:
    """Answer in the application's place."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
