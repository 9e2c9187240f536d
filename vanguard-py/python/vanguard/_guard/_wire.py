"""JSON-RPC messages around the parts that SDKs show."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

from .._errors import DecodeError
from .._vanguard import Outcome

Headers: TypeAlias = list[tuple[str, str]]
"""Of an HTTP request, those that MCP names."""

DENIED = -31403
"""The code of an error for what was refused."""


def dumps(message: Any) -> bytes:
    """Write a message as the SDKs do."""
    try:
        return json.dumps(message, ensure_ascii=False, separators=(",", ":"), default=plain).encode()
    except UnicodeEncodeError:
        # A lone surrogate: as an escape it is JSON, and the engine says what it thinks of it.
        return json.dumps(message, separators=(",", ":"), default=plain).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise DecodeError(f"not a JSON message: {error}") from error


def plain(value: Any) -> Any:
    """The JSON value of a pydantic model, or of anything as text."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return str(value)


def request(method: str, params: Any, id: Any) -> dict[str, Any]:
    """A request, or a notification if `id` is `None`."""
    message: dict[str, Any] = {"jsonrpc": "2.0"}
    if id is not None:
        message["id"] = id
    message["method"] = method
    if params is not None:
        message["params"] = params
    return message


def answer(outcome: Outcome) -> dict[str, Any]:
    """The answer to a refused request."""
    reply: dict[str, Any] = json.loads(outcome.reply or outcome.verdict.error_response())
    return reply


def forwarded(outcome: Outcome, sent: bytes) -> dict[str, Any] | None:
    """What passes in place of `sent`, if it is something else."""
    if outcome.forward is None or outcome.forward == sent:
        return None
    changed: dict[str, Any] = json.loads(outcome.forward)
    return changed


def mirrored(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What the headers of an HTTP request say of its body. What is no text equals nothing that a message could say."""
    return [(name.decode("latin-1"), value.decode(errors="replace")) for name, value in raw if name[:4].lower() == b"mcp-"]


def mirrored_of(request: Any) -> Headers | None:
    """The same of a request as Starlette has it, if it is one that posted a message."""
    raw = getattr(getattr(request, "headers", None), "raw", None)
    return None if raw is None or getattr(request, "method", None) != "POST" else mirrored(raw)


def stated(metadata: Any) -> Headers | None:
    """The same of what the SDK keeps beside a message: a server the request that brought it, a client the headers it will go with."""
    headers = getattr(metadata, "headers", None)
    return list(headers.items()) if headers else mirrored_of(getattr(metadata, "request_context", None))
