"""LangChain's MCP tools (`langchain-mcp-adapters`): an interceptor of their calls, and their listings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from . import _wire

if TYPE_CHECKING:
    from .._vanguard import Exchange, Origin, Outcome
    from . import Guard

T = TypeVar("T")


class Interceptor:
    """Guards calls of tools. See `Guard.interceptor`."""

    def __init__(self, guard: Guard) -> None:
        """Carry calls for `guard`."""
        self._guard, self._numbers = guard, count(1)

    async def __call__(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """Judge a call, let it be answered, judge the answer."""
        exchange, number = self._guard.exchange(server=request.server_name, partial=True, answerer=True), next(self._numbers)
        sent = _wire.dumps(_wire.request("tools/call", {"name": request.name, "arguments": request.args}, number))
        asked = await self._guard._handle(exchange, "to_server", sent)
        if asked.forward is None:
            return refused(asked)
        changed = _wire.forwarded(asked, sent)
        if changed is not None:
            request = request.override(args=changed["params"]["arguments"])
        origin = asked.verdict.origin
        try:
            result = await handler(request)
        except Exception as error:
            await raise_judged(self._guard, exchange, origin, number, error)
            raise
        if not hasattr(result, "structuredContent"):
            # Of an interceptor that is nearer to the server: not what the server said.
            return result
        answer = {"jsonrpc": "2.0", "id": number, "result": _wire.plain(result)}
        sent = _wire.dumps(answer)
        outcome = await self._guard._handle(exchange, "to_client", sent, origin)
        if outcome.forward is None or outcome.verdict.is_blocked:
            return refused(outcome)
        changed = _wire.forwarded(outcome, sent)
        return result if changed is None else type(result).model_validate(changed["result"])


def refused(outcome: Outcome) -> Any:
    """A failed call that says why."""
    text = [{"type": "text", "text": outcome.verdict.message}]
    return import_module("mcp.types").CallToolResult.model_validate({"content": text, "isError": True})


async def raise_judged(guard: Guard, exchange: Exchange, origin: Origin | None, number: int, error: Exception) -> None:
    """Raise another error if this one may not pass as it is: its text may reach the model."""
    told = getattr(error, "error", None)
    body = _wire.plain(told) if hasattr(told, "code") else {"code": -32603, "message": str(error)}
    sent = _wire.dumps({"jsonrpc": "2.0", "id": number, "error": body})
    outcome = await guard._handle(exchange, "to_client", sent, origin)
    changed = _wire.answer(outcome) if outcome.forward is None else _wire.forwarded(outcome, sent)
    if changed is not None:
        data = import_module("mcp.types").ErrorData.model_validate(changed["error"])
        raise import_module("mcp.shared.exceptions").McpError(data) from None


def listing(guard: Guard, tools: Iterable[T], server: str | None) -> list[T]:
    """The tools that may pass."""
    kept = list(tools)
    exchange = guard.exchange(server=server, partial=True)
    asked = exchange.handle("to_server", _wire.dumps(_wire.request("tools/list", {}, 1)))
    told = {"tools": [definition(tool) for tool in kept]}
    outcome = exchange.handle("to_client", _wire.dumps({"jsonrpc": "2.0", "id": 1, "result": told}), asked.verdict.origin)
    if outcome.forward is None or outcome.verdict.is_blocked:
        return []
    # A definition that would pass only with changes is left out whole.
    edited = {edit.pointer.split("/")[3] for edit in outcome.verdict.edits if edit.pointer.startswith("/result/tools/")}
    return [tool for at, tool in enumerate(kept) if str(at) not in edited]


def definition(tool: Any) -> dict[str, Any]:
    """A tool as its server defines it."""
    schema: Any = getattr(tool, "args_schema", None)
    if hasattr(schema, "model_json_schema"):
        schema = schema.model_json_schema()
    return {"name": tool.name, "description": tool.description, "inputSchema": schema or {"type": "object"}}
