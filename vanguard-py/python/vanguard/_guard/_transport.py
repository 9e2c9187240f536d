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

from ._wire import stated

if TYPE_CHECKING:
    from .._vanguard import Outcome
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
        self._carrier: Carrier

    async def __aenter__(self) -> Any:
        """Open the transport; what it yields beside its streams is left as it is."""
        async with AsyncExitStack() as stack:
            read, write, *rest = await stack.enter_async_context(self._transport)
            tasks = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(tasks.cancel_scope.cancel)
            carrier = self._carrier = Carrier(self._guard, self._side, read, write, tasks)
            tasks.start_soon(carrier.pump)
            self._stack = stack.pop_all()
        return (Read(carrier), Write(carrier), *rest)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool | None:
        """Close the transport, once what waits for an answer has gone out."""
        if kind is None:
            await self._carrier.drain(self._carrier.outwards)
        return await self._stack.__aexit__(kind, error, trace)


class Carrier:
    """One connection: what comes in is judged by a task, what goes out by who sends it; each way keeps its order.

    A message about which somebody is asked waits in a task of its own, and later ones pass it; what speaks of it stays behind it.
    """

    def __init__(self, guard: Guard, side: str, read: Any, write: Any, tasks: TaskGroup) -> None:
        self.inwards: Flow = "to_client" if side == "client" else "to_server"
        self.outwards: Flow = "to_server" if side == "client" else "to_client"
        self.guard, self.exchange = guard, guard.exchange(answerer=True)
        self.read, self.write, self.tasks = read, write, tasks
        self.turns = {self.inwards: anyio.Lock(), self.outwards: anyio.Lock()}
        self.waiting: dict[Flow, set[anyio.Event]] = {self.inwards: set(), self.outwards: set()}
        # No buffer, so that a slow reader slows its peer as it would without us.
        streams: tuple[MemoryObjectSendStream[Any], MemoryObjectReceiveStream[Any]] = anyio.create_memory_object_stream(0)
        self.arrive, self.arrived = streams

    async def pump(self) -> None:
        """Carry what comes in."""
        async with self.arrive:
            try:
                async for item in self.read:
                    await self.carry(self.inwards, item, getattr(self.read, "last_context", None))
                await self.drain(self.inwards)
            except (anyio.ClosedResourceError, anyio.BrokenResourceError):
                return

    async def send(self, item: Any) -> None:
        """Carry what goes out."""
        await self.carry(self.outwards, item, None)

    async def carry(self, flow: Flow, item: Any, context: Any) -> None:
        """Judge a message and do what the verdict says, or see to it that somebody is asked."""
        if not isinstance(item, SessionMessage):
            async with self.turns[flow]:
                await self.deliver(flow, item, context)
            return
        sent = item.message.model_dump_json(by_alias=True, exclude_unset=True).encode()
        outcome = self.exchange.handle(flow, sent, headers=stated(item.metadata))
        if outcome.hold is None:
            await self.act(flow, [outcome], item, sent, context)
        else:
            decided = anyio.Event()
            self.waiting[flow].add(decided)
            self.tasks.start_soon(self.ask, flow, outcome, item, sent, context, decided)

    async def ask(self, flow: Flow, outcome: Outcome, item: SessionMessage, sent: bytes, context: Any, decided: anyio.Event) -> None:
        """Ask about a message that waits, and do what the verdict says."""
        try:
            await self.act(flow, await self.guard._settle(self.exchange, outcome), item, sent, context)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            return
        finally:
            self.waiting[flow].discard(decided)
            decided.set()

    async def act(self, flow: Flow, outcomes: list[Outcome], item: SessionMessage, sent: bytes, context: Any) -> None:
        """Send what passes of a message, and of those that waited behind it, and answer in place of what does not."""
        # Taken before anything else can run, so that the order of verdicts is the order of messages.
        async with self.turns[flow]:
            for outcome in outcomes:
                if outcome.reply is not None:
                    await self.answer(flow, read_message(outcome.reply), item)
                if outcome.forward == sent:
                    await self.deliver(flow, item, context)
                elif outcome.forward is not None:
                    await self.deliver(flow, SessionMessage(read_message(outcome.forward), item.metadata), context)

    async def deliver(self, flow: Flow, item: Any, context: Any) -> None:
        """Hand on what passes."""
        if flow == self.inwards:
            await self.arrive.send((context, item))
        else:
            await self.write.send(item)

    async def answer(self, flow: Flow, reply: Any, item: SessionMessage) -> None:
        """Answer whoever sent a message."""
        # A server over HTTP finds the request that is waiting by this.
        id = getattr(getattr(item.message, "root", item.message), "id", None)
        message = SessionMessage(reply, ServerMessageMetadata(related_request_id=id))
        if flow == self.inwards:
            await self.write.send(message)
        else:
            # The sender may be who would have to take it.
            self.tasks.start_soon(self.arrives, message)

    async def arrives(self, reply: SessionMessage) -> None:
        """Hand an answer to the own side."""
        try:
            await self.arrive.send((None, reply))
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            return

    async def drain(self, flow: Flow) -> None:
        """Wait until nothing of a way waits for an answer any more: at most as long as a model may take."""
        for decided in list(self.waiting[flow]):
            await decided.wait()


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
        """Send no more, once what waits for an answer has gone out."""
        try:
            await self._carrier.drain(self._carrier.outwards)
        finally:
            await self._carrier.write.aclose()

    async def __aenter__(self) -> Write:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
