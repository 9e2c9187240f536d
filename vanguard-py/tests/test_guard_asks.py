"""A guard asks the model of the configuration, whatever carries the messages: over real HTTP, while other messages pass."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import anyio
import pytest
from model import BAD, FINE, Model, answer, served
from vanguard import Blocked, Exchange, Finding, Guard, Inspection, Inspector, Query

Run: Any = Callable[[str], Awaitable[str]]


class Refused(Exception):
    """The call did not pass."""


def sdk(name: str) -> Any:
    """A module of an SDK, where it is the one that is installed."""
    return pytest.importorskip(name)


def by(call: Callable[[str, dict[str, Any]], Awaitable[Any]]) -> Run:
    async def run(command: str) -> str:
        try:
            result = await call("run", {"command": command})
        except Exception as error:
            raise Refused(str(error)) from error
        if result.is_error if hasattr(result, "is_error") else getattr(result, "isError", False):
            raise Refused(result.content[0].text)
        return str(result.content[0].text)

    return run


@asynccontextmanager
async def middleware(guard: Guard) -> AsyncIterator[Run]:
    sdk("mcp.server.mcpserver")
    demo, client = import_module("demo_server"), import_module("mcp").Client
    async with client(demo.build(middleware=[guard.middleware()])) as session:
        yield by(session.call_tool)


@asynccontextmanager
async def transport(guard: Guard) -> AsyncIterator[Run]:
    sdk("mcp.client.stdio")
    scenario = import_module("scenario")
    async with scenario.connected(guard.transport(scenario.spawn())) as session:
        yield by(session.call_tool)


@asynccontextmanager
async def asgi(guard: Guard) -> AsyncIterator[Run]:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        call = json.loads((await receive())["body"])
        content = [{"type": "text", "text": f"ran {call['params']['arguments']['command']}"}]
        body = json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": {"content": content}}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    async def run(command: str) -> str:
        params = {"name": "run", "arguments": {"command": command}}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(event: Any) -> None:
            sent.append(event)

        await guard.asgi(app)({"type": "http", "method": "POST", "path": "/mcp", "headers": []}, receive, send)
        told = json.loads(sent[1]["body"])
        if "error" in told:
            raise Refused(told["error"]["message"])
        return str(told["result"]["content"][0]["text"])

    yield run


@asynccontextmanager
async def tool(guard: Guard) -> AsyncIterator[Run]:
    @guard.tool
    async def run(command: str) -> str:
        return f"ran {command}"

    async def call(command: str) -> str:
        try:
            return await run(command)
        except Exception as error:
            raise Refused(str(error)) from error

    yield call


@asynccontextmanager
async def langchain(guard: Guard) -> AsyncIterator[Run]:
    requests, types = sdk("langchain_mcp_adapters.interceptors"), import_module("mcp.types")

    async def handler(request: Any) -> Any:
        return types.CallToolResult.model_validate({"content": [{"type": "text", "text": f"ran {request.args['command']}"}]})

    async def call(name: str, args: dict[str, Any]) -> Any:
        return await guard.interceptor()(requests.MCPToolCallRequest(name=name, args=args, server_name="demo"), handler)

    yield by(call)


@asynccontextmanager
async def agents(guard: Guard) -> AsyncIterator[Run]:
    sdk("agents.mcp")
    async with guard.mcp_server(import_module("test_agents").demo()) as server:
        yield by(server.call_tool)


@asynccontextmanager
async def fastmcp(guard: Guard) -> AsyncIterator[Run]:
    client = sdk("fastmcp").Client
    async with client(guard.protect(import_module("test_fastmcp").build())) as session:
        yield by(session.call_tool)


CARRIERS = [middleware, transport, asgi, tool, langchain, agents, fastmcp]


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda carrier: carrier.__name__)
def test_every_carrier_asks(carrier: Any) -> None:
    async def main() -> None:
        with served(Model((200, answer(FINE)), (200, answer(BAD)), (200, b"garbage"))) as model:
            async with carrier(Guard(model.inspector(), server="demo")) as run:
                assert await run("make all the beds") == "ran make all the beds"
                with pytest.raises(Refused):
                    await run("make all the bets")
                with pytest.raises(Refused):  # without an answer `when_undecided` decides
                    await run("make all the meds")
                assert [text in str(body) for (_, _, body), text in zip(model.asked, ("beds", "bets", "meds"), strict=True)] == [True] * 3

    anyio.run(main)


def test_a_plain_function_asks_nobody() -> None:
    with served(Model((200, answer(FINE)))) as model:
        ran = Guard(model.inspector()).tool(lambda command: f"ran {command}")
        ran.__name__ = "run"
        assert ran("make test") == "ran make test", "`<lambda>` is no tool that is asked about"

        def run(command: str) -> str:
            return command

        with pytest.raises(Exception, match="blocked by Vanguard"):
            Guard(model.inspector()).tool(run)("make test")
        assert not model.asked


class Everything:
    """A layer that asks about whatever names a tool or answers a call."""

    def plan(self, inspection: Inspection) -> list[Query]:
        return [Query("may it?", b" ".join([(inspection.kind or "").encode(), inspection.message]), deadline=30)]

    def judge(self, inspection: Inspection, answers: list[bytes | Exception]) -> Finding | None:
        return None if not answers or answers[0] == b"yes" else Finding("OWN-NO", severity="critical")


class Wire:
    """A transport of messages, and what is at its other end."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[Any]:
        to_us, read = anyio.create_memory_object_stream[Any](8)
        write, from_us = anyio.create_memory_object_stream[Any](8)
        self.to_us, self.from_us = to_us, from_us
        yield read, write

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Any]:
        async with self.guard.transport(self.streams()) as (read, write):
            self.read, self.write = read, write
            yield self

    @staticmethod
    def message(text: str) -> Any:
        module = import_module("vanguard._guard._transport")
        return module.SessionMessage(module.read_message(text.encode()))

    async def send(self, text: str) -> None:
        await self.write.send(self.message(text))

    async def hear(self, text: str) -> None:
        await self.to_us.send(self.message(text))

    @staticmethod
    async def next(stream: Any) -> Any:
        with anyio.fail_after(30):
            return json.loads((await stream.receive()).message.model_dump_json(by_alias=True, exclude_unset=True))


def call(id: int) -> str:
    params = {"name": "run", "arguments": {"command": "make"}}
    return json.dumps({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})


CANCEL = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'
PING = '{"jsonrpc":"2.0","id":2,"method":"ping"}'


def test_later_messages_pass_and_what_speaks_of_a_held_one_stays_behind_it() -> None:
    sdk("mcp.shared.message")

    async def main() -> None:
        with served(Model((200, answer(FINE)))) as model:
            model.go.clear()
            async with Wire(Guard(model.inspector())).open() as wire:
                await wire.send(call(1))
                await wire.send(CANCEL)
                await wire.send(PING)
                assert (await wire.next(wire.from_us))["method"] == "ping"
                model.go.set()
                assert [(await wire.next(wire.from_us))["method"] for _ in range(2)] == ["tools/call", "notifications/cancelled"]

    asyncio.run(main())


def test_a_refused_call_is_answered_and_nothing_is_lost_when_the_transport_closes() -> None:
    sdk("mcp.shared.message")

    async def main() -> None:
        with served(Model((200, answer(BAD)), (200, answer(FINE)))) as model:
            wire = Wire(Guard(model.inspector()))
            async with wire.open():
                await wire.send(call(1))
                told = await wire.next(wire.read)
                assert (told["id"], told["error"]["code"]) == (1, -31403)
                await wire.send(call(1).replace("make", "make test"))
            assert (await wire.next(wire.from_us))["method"] == "tools/call", "it went out before the transport closed"

    asyncio.run(main())


def test_an_answerer_of_ones_own_and_answers_that_wait() -> None:
    sdk("mcp.shared.message")
    asked: list[bytes] = []
    go = asyncio.Event()

    async def answerer(query: Query) -> bytes:
        asked.append(query.body)
        if query.body.startswith(b"result"):
            await go.wait()
        return b"no" if b"poison" in query.body else b"yes"

    async def main() -> None:
        guard = Guard(Inspector(semantic_layers=[Everything()]), answerer=answerer)
        async with Wire(guard).open() as wire:
            for id in (1, 2):
                await wire.send(call(id))
                assert (await wire.next(wire.from_us))["id"] == id
            for id, text in ((1, "fine"), (2, "poison")):
                result = {"content": [{"type": "text", "text": text}]}
                await wire.hear(json.dumps({"jsonrpc": "2.0", "id": id, "result": result}))
            await wire.hear('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"on"}}')
            assert (await wire.next(wire.read))["method"] == "notifications/message"
            go.set()
            told = [await wire.next(wire.read) for _ in range(2)]
            assert {one["id"]: "error" in one for one in told} == {1: False, 2: True}
            assert len(asked) == 5

    asyncio.run(main())


def test_a_stream_keeps_its_order() -> None:
    async def answerer(query: Query) -> bytes:
        await asyncio.sleep(0)
        return b"no" if b"poison" in query.body else b"yes"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        for text in ("one", "poison", "three"):
            event = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": text}}
            await send({"type": "http.response.body", "body": b"data: " + json.dumps(event).encode() + b"\n\n", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def main() -> None:
        sent: list[bytes] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b""}

        async def send(event: Any) -> None:
            sent.append(event.get("body", b""))

        guard = Guard(Inspector(semantic_layers=[Everything()]), answerer=answerer)
        await guard.asgi(app)({"type": "http", "method": "GET", "path": "/mcp", "headers": []}, receive, send)
        body = b"".join(sent)
        assert b"poison" not in body and 0 < body.index(b"one") < body.index(b"three")

    asyncio.run(main())


def test_an_exchange_by_hand() -> None:
    inspector = Inspector(semantic_layers=[Everything()])
    message = call(1).encode()
    plain = Exchange(inspector).handle("to_server", message)
    assert plain.hold is None and plain.asks == [] and plain.verdict.undecided

    records: list[str] = []
    exchange = Exchange(inspector, answerer=True, record_allows=True, audit=records.append)
    held = exchange.handle("to_server", message)
    assert held.hold is not None and (held.forward, held.reply, held.record) == (None, None, None) and len(held.asks) == 1
    behind = exchange.handle("to_server", CANCEL.encode())
    assert behind.forward is None
    while behind.hold is not None:  # it is asked about itself, too
        [behind, *_] = exchange.answered(behind.hold, {behind.asks[0].id: b"yes"})
    outcomes = exchange.answered(held.hold, {held.asks[0].id: b"yes"})
    assert outcomes[0].forward == message and outcomes[0].record is not None and outcomes[0].record in records
    assert exchange.answered(held.hold, {}) == []


def test_without_an_event_loop_of_asyncio_it_stays_open() -> None:
    with served(Model((200, answer(FINE)))) as model:

        @Guard(model.inspector()).tool
        async def run(command: str) -> str:
            return command

        with pytest.raises(Blocked, match="asyncio"):
            run("make all the beds").send(None)
        assert not model.asked
