"""Transports of the MCP SDK 2 and 1: an async context manager that yields a read and a write stream of messages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

import anyio
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import ServerMessageMetadata, SessionMessage

from .._vanguard import Exchange

if TYPE_CHECKING:
    from ..types import Flow
    from . import Guard

try:
    from mcp_types import jsonrpc_message_adapter

    read_message: Callable[[bytes], Any] = partial(jsonrpc_message_adapter.validate_json, by_name=False)
except ImportError:  # the SDK's first line
    from mcp import types

    read_message = getattr(types, "JSONRPCMessage").model_validate_json  # noqa: B009 - the second line has none


class Streams:
    """The guarded transport. See `Guard.transport`."""

    def __init__(self, guard: Guard, transport: Any, side: Literal["client", "server"]) -> None:
        """Carry the messages of `transport` for `guard`."""
        if side not in ("client", "server"):
            raise ValueError(f"`side` is `client` or `server`, not `{side}`")
        self._guard, self._transport, self._side = guard, transport, side
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Any:
        """Open the transport; what it yields beside its streams is left as it is."""
        async with AsyncExitStack() as stack:
            read, write, *rest = await stack.enter_async_context(self._transport)
            tasks = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(tasks.cancel_scope.cancel)
            carrier = Carrier(self._guard.exchange(), self._side, read, write, tasks)
            tasks.start_soon(carrier.pump)
            self._stack = stack.pop_all()
        return (Read(carrier), Write(carrier), *rest)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        """Close the transport."""
        return await self._stack.__aexit__(kind, error, trace)


class Carrier:
    """One connection: what comes in is judged by a task, what goes out by who sends it."""

    def __init__(self, exchange: Exchange, side: str, read: Any, write: Any, tasks: TaskGroup) -> None:
        self.inwards: Flow = "to_client" if side == "client" else "to_server"
        self.outwards: Flow = "to_server" if side == "client" else "to_client"
        self.exchange, self.read, self.write, self.tasks = exchange, read, write, tasks
        # No buffer, so that a slow reader slows its peer as it would without us.
        streams: tuple[MemoryObjectSendStream[Any], MemoryObjectReceiveStream[Any]] = anyio.create_memory_object_stream(0)
        self.arrive, self.arrived = streams

    async def pump(self) -> None:
        """Judge what comes in, in its order."""
        async with self.arrive:
            try:
                async for item in self.read:
                    context = getattr(self.read, "last_context", None)
                    passed, reply = self.judge(self.inwards, item)
                    if reply is not None:
                        await self.write.send(reply)
                    if passed is not None:
                        await self.arrive.send((context, passed))
            except (anyio.ClosedResourceError, anyio.BrokenResourceError):
                return

    async def send(self, item: Any) -> None:
        """Judge what goes out."""
        passed, reply = self.judge(self.outwards, item)
        if reply is not None:
            # The sender may be who would have to take it.
            self.tasks.start_soon(self.answer, reply)
        if passed is not None:
            await self.write.send(passed)

    async def answer(self, reply: SessionMessage) -> None:
        """Answer the own side."""
        try:
            await self.arrive.send((None, reply))
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            return

    def judge(self, flow: Flow, item: Any) -> tuple[Any, SessionMessage | None]:
        """What passes of a message, and who is answered in its place."""
        if not isinstance(item, SessionMessage):
            return item, None
        sent = item.message.model_dump_json(by_alias=True, exclude_unset=True).encode()
        outcome = self.exchange.handle(flow, sent)
        passed: Any = None
        if outcome.forward is sent:
            passed = item
        elif outcome.forward is not None:
            passed = SessionMessage(read_message(outcome.forward), item.metadata)
        if outcome.reply is None:
            return passed, None
        reply = read_message(outcome.reply)
        # A server over HTTP finds the request that is waiting by this.
        id = getattr(getattr(item.message, "root", item.message), "id", None)
        return passed, SessionMessage(reply, ServerMessageMetadata(related_request_id=id))


class Read:
    """What came in and may pass."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.last_context: Any = None

    async def receive(self) -> Any:
        """The next message."""
        self.last_context, item = await self._carrier.arrived.receive()
        return item

    async def aclose(self) -> None:
        """Take no more."""
        await self._carrier.arrived.aclose()
        await self._carrier.read.aclose()

    def __aiter__(self) -> Read:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Read:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Write:
    """Where what may pass goes out."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    async def send(self, item: Any) -> None:
        """Send a message, if it may pass."""
        await self._carrier.send(item)

    async def aclose(self) -> None:
        """Send no more."""
        await self._carrier.write.aclose()

    async def __aenter__(self) -> Write:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
