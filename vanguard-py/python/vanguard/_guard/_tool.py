"""Plain functions as tools."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import TYPE_CHECKING, Any

from .._errors import Blocked
from . import _wire

if TYPE_CHECKING:
    from .._vanguard import Exchange, Verdict
    from . import Guard


def guarded(guard: Guard, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with its arguments judged as a call and what it returns as the call's result."""
    signature, name, numbers = inspect.signature(function), getattr(function, "__name__", "tool"), count(1)

    def before(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Exchange, int, Verdict, inspect.BoundArguments]:
        bound = signature.bind(*args, **kwargs)
        exchange, number = guard.exchange(partial=True), next(numbers)
        sent = _wire.dumps(_wire.request("tools/call", {"name": name, "arguments": bound.arguments}, number))
        outcome = exchange.handle("to_server", sent)
        if outcome.forward is None:
            raise Blocked(outcome.verdict)
        changed = _wire.forwarded(outcome, sent)
        if changed is not None:
            bound.arguments.update(changed["params"]["arguments"])
        return exchange, number, outcome.verdict, bound

    def after(exchange: Exchange, number: int, asked: Verdict, value: Any) -> Any:
        text = isinstance(value, str)
        result: dict[str, Any] = {"content": [{"type": "text", "text": value}]} if text else {"content": [], "structuredContent": value}
        sent = _wire.dumps({"jsonrpc": "2.0", "id": number, "result": result})
        outcome = exchange.handle("to_client", sent, asked.origin)
        if outcome.verdict.is_blocked or outcome.forward is None:
            raise Blocked(outcome.verdict)
        changed = _wire.forwarded(outcome, sent)
        if changed is None:
            return value
        return changed["result"]["content"][0]["text"] if text else changed["result"]["structuredContent"]

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            exchange, number, asked, bound = before(args, kwargs)
            return after(exchange, number, asked, await function(*bound.args, **bound.kwargs))

        return call_async

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        exchange, number, asked, bound = before(args, kwargs)
        return after(exchange, number, asked, function(*bound.args, **bound.kwargs))

    return call
