"""Middleware of the MCP SDK 2. It sees wire values: the params of a request, the result that `call_next` gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mcp.shared.exceptions import MCPError

from . import _wire

if TYPE_CHECKING:
    from .._vanguard import Exchange, Origin
    from . import Guard


class Middleware:
    """Guards the requests of clients and their answers. See `Guard.middleware`."""

    def __init__(self, guard: Guard) -> None:
        """Carry messages for `guard`."""
        self._guard = guard

    async def __call__(self, ctx: Any, call_next: Callable[[Any], Awaitable[Any]]) -> Any:
        """Judge a request, let it be answered, judge the answer."""
        exchange = self._guard.exchange(session=session_of(ctx), principal=principal_of(), partial=True, answerer=True)
        sent = _wire.dumps(_wire.request(ctx.method, ctx.params, ctx.request_id))
        asked = await self._guard._handle(exchange, "to_server", sent, headers=_wire.mirrored_of(ctx.request))
        if asked.forward is None:
            return None if ctx.request_id is None else unfold(_wire.answer(asked))
        changed = _wire.forwarded(asked, sent)
        if changed is not None:
            ctx = replace(ctx, params=changed.get("params"))
        if ctx.request_id is None:
            return await call_next(ctx)
        judge = partial(self._judge, exchange, asked.verdict.origin, ctx.request_id)
        try:
            result = await call_next(ctx)
        except MCPError as error:
            body = {"code": error.code, "message": error.message}
            if error.data is not None:
                body["data"] = error.data
            await judge("error", body)
            raise
        except Exception as error:
            # The SDK may show its text to the client.
            await judge("error", {"code": -32603, "message": str(error)})
            raise
        return await judge("result", {} if result is None else result)

    async def _judge(self, exchange: Exchange, origin: Origin | None, id: Any, key: str, value: Any) -> Any:
        """What passes of an answer; a refused or altered error is raised."""
        sent = _wire.dumps({"jsonrpc": "2.0", "id": id, key: value})
        outcome = await self._guard._handle(exchange, "to_client", sent, origin)
        if outcome.forward is None:
            return unfold(_wire.answer(outcome))
        changed = _wire.forwarded(outcome, sent)
        return value if changed is None else unfold(changed)


def unfold(answer: dict[str, Any]) -> Any:
    """The result of an answer; its error is raised."""
    if "error" in answer:
        error = answer["error"]
        raise MCPError(error["code"], error["message"], error.get("data"))
    return answer["result"]


def session_of(ctx: Any) -> str | None:
    """The session that the transport names, if it does: Streamable HTTP before 2026."""
    headers = getattr(ctx.request, "headers", None)
    return headers.get("mcp-session-id") if headers is not None else None


def principal_of() -> str | None:
    """Who was authenticated, if somebody was."""
    try:
        from mcp.server.auth.middleware.auth_context import get_access_token
    except ImportError:
        return None
    token = get_access_token()
    return None if token is None else getattr(token, "subject", None) or token.client_id
