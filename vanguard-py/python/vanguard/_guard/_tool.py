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
    from .._vanguard import Outcome
    from . import Guard


def guarded(guard: Guard, function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, with its arguments judged as a call and what it returns as the call's result."""
    signature, name, numbers = inspect.signature(function), getattr(function, "__name__", "tool"), count(1)

    def call_of(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[inspect.BoundArguments, int, bytes]:
        bound, number = signature.bind(*args, **kwargs), next(numbers)
        return bound, number, _wire.dumps(_wire.request("tools/call", {"name": name, "arguments": bound.arguments}, number))

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            exchange = guard.exchange(partial=True, answerer=True)
            bound, number, sent = call_of(args, kwargs)
            asked = await guard._handle(exchange, "to_server", sent)
            passes(bound, asked, sent)
            value = await function(*bound.args, **bound.kwargs)
            sent = result_of(number, value)
            return value_of(await guard._handle(exchange, "to_client", sent, asked.verdict.origin), sent, value)

        return call_async

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        exchange = guard.exchange(partial=True)
        bound, number, sent = call_of(args, kwargs)
        asked = exchange.handle("to_server", sent)
        passes(bound, asked, sent)
        value = function(*bound.args, **bound.kwargs)
        sent = result_of(number, value)
        return value_of(exchange.handle("to_client", sent, asked.verdict.origin), sent, value)

    return call


def passes(bound: inspect.BoundArguments, outcome: Outcome, sent: bytes) -> None:
    """Put in what a call passes with; raise if it doesn't."""
    if outcome.forward is None:
        raise Blocked(outcome.verdict)
    changed = _wire.forwarded(outcome, sent)
    if changed is not None:
        bound.arguments.update(changed["params"]["arguments"])


def result_of(number: int, value: Any) -> bytes:
    """What a function returned, as a tool says it."""
    text = isinstance(value, str)
    result: dict[str, Any] = {"content": [{"type": "text", "text": value}]} if text else {"content": [], "structuredContent": value}
    return _wire.dumps({"jsonrpc": "2.0", "id": number, "result": result})


def value_of(outcome: Outcome, sent: bytes, value: Any) -> Any:
    """What passes of it."""
    if outcome.verdict.is_blocked or outcome.forward is None:
        raise Blocked(outcome.verdict)
    changed = _wire.forwarded(outcome, sent)
    if changed is None:
        return value
    return changed["result"]["content"][0]["text"] if isinstance(value, str) else changed["result"]["structuredContent"]
