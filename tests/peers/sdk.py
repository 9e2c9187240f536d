"""The official Python SDK behind one face, so that one scenario serves both of its lines (`mcp` 1.x and 2.x).

Answers are plain JSON values. Errors of the protocol come as `ProtocolError`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

import anyio
from mcp.client import stdio

VERSION = version("mcp")
V1 = VERSION.startswith("1.")

if V1:
    import mcp.types as types
    from mcp import ClientSession, McpError as SdkError, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from pydantic import AnyUrl
else:
    import mcp_types as types
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client
    from mcp.shared.exceptions import MCPError as SdkError

# Both lines kill a server that has not ended two seconds after its input closed; a loaded machine needs longer to end a Python one.
stdio.PROCESS_TERMINATION_TIMEOUT = 20.0
PATIENCE = 20.0  # seconds for any one step: far above what a step takes, so that only a hang meets it
ROOTS = [{"uri": "file:///srv/project", "name": "the project"}, {"uri": "file:///srv/notes"}]


class ProtocolError(Exception):
    """An error response: `code`, `message`, `data`."""

    def __init__(self, error: Any):
        super().__init__(f"{error.code}: {error.message}")
        self.code, self.message, self.data = error.code, error.message, error.data


class Peer:
    """One connected client, with everything that the server sent to it."""

    def __init__(self) -> None:
        self.logs: list[Any] = []
        self.updated: list[str] = []
        self.asked: list[tuple[str, Any]] = []
        self.changed = anyio.Event()
        self.session: Any = None
        self.handshake: Any = None

    async def request(self, what: str, make: Callable[[], Awaitable[Any]]) -> Any:
        try:
            with anyio.fail_after(PATIENCE):
                answer = await make()
        except SdkError as error:
            raise ProtocolError(error.error) from None
        except TimeoutError:
            raise TimeoutError(f"no answer to {what} within {PATIENCE:.0f} s") from None
        return plain(answer)

    async def until(self, what: str, there: Callable[[], bool]) -> None:
        """Waits until `there()`; looks again at each message that the server sent."""
        with anyio.move_on_after(PATIENCE) as scope:
            while not there():
                await self.changed.wait()
                self.changed = anyio.Event()
        if scope.cancelled_caught:
            raise TimeoutError(f"{what}: not within {PATIENCE:.0f} s; logs {self.logs}, updated {self.updated}, asked {self.asked}")

    async def call(self, tool: str, /, **arguments: Any) -> Any:
        return await self.request(f"tools/call {tool}", lambda: self.session.call_tool(tool, arguments))

    async def call_with_progress(self, tool: str, arguments: dict[str, Any], progress: Callable[[float, float | None], None]) -> Any:
        async def heard(done: float, total: float | None, _message: str | None) -> None:
            progress(done, total)

        return await self.request(f"tools/call {tool}", lambda: self.session.call_tool(tool, arguments, progress_callback=heard))

    async def list(self, what: str) -> Any:
        return await self.request(f"{what}/list", getattr(self.session, f"list_{what}"))

    async def read(self, uri: str) -> Any:
        return await self.request(f"resources/read {uri}", lambda: self.session.read_resource(address(uri)))

    async def subscribe(self, uri: str) -> Any:
        return await self.request("resources/subscribe", lambda: self.session.subscribe_resource(address(uri)))

    async def unsubscribe(self, uri: str) -> Any:
        return await self.request("resources/unsubscribe", lambda: self.session.unsubscribe_resource(address(uri)))

    async def prompt(self, name: str, /, **arguments: str) -> Any:
        return await self.request(f"prompts/get {name}", lambda: self.session.get_prompt(name, arguments))

    async def complete(self, ref: dict[str, str], name: str, value: str, context: dict[str, str] | None = None) -> Any:
        kind = types.PromptReference if ref["type"] == "ref/prompt" else types.ResourceTemplateReference
        return await self.request(
            "completion/complete",
            lambda: self.session.complete(kind.model_validate(ref), {"name": name, "value": value}, context),
        )

    async def set_level(self, level: Any) -> Any:
        return await self.request("logging/setLevel", lambda: self.session.set_logging_level(level))

    async def ping(self) -> Any:
        return await self.request("ping", self.session.send_ping)

    async def cancel_call(self, tool: str, arguments: dict[str, Any]) -> None:
        """Calls, waits for the first progress, cancels."""
        begun = anyio.Event()

        async def heard(_done: float, _total: float | None, _message: str | None) -> None:
            begun.set()

        async def call() -> None:
            await self.session.call_tool(tool, arguments, progress_callback=heard)

        async with anyio.create_task_group() as tasks:
            number = self.session._request_id if V1 else None  # the first line sends no cancellation of its own
            tasks.start_soon(call)
            with anyio.fail_after(PATIENCE):
                await begun.wait()
            if V1:
                gone = types.CancelledNotification(params=types.CancelledNotificationParams(requestId=number, reason="enough"))
                await self.session.send_notification(types.ClientNotification(gone))
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def connect(command: list[str], env: dict[str, str] | None = None) -> AsyncIterator[Peer]:
    """Starts the command and shakes hands with the server behind it, as a client with every capability."""
    peer = Peer()

    async def sample(_context: Any, params: Any) -> Any:
        peer.asked.append(("sampling", plain(params)))
        return types.CreateMessageResult.model_validate(
            {"role": "assistant", "content": {"type": "text", "text": "A dry answer."}, "model": "stub-1", "stopReason": "endTurn"}
        )

    async def elicit(_context: Any, params: Any) -> Any:
        asked = plain(params)
        peer.asked.append(("elicitation", asked))
        content = None if asked.get("mode") == "url" else {"name": "Ada Lovelace", "check": True, "integer": 7}
        return types.ElicitResult(action="accept", content=content)

    async def roots(_context: Any) -> Any:
        peer.asked.append(("roots", None))
        return types.ListRootsResult.model_validate({"roots": ROOTS})

    async def log(params: Any) -> None:
        peer.logs.append(plain(params))
        peer.changed.set()

    async def message(received: Any) -> None:
        root = getattr(received, "root", received)
        if isinstance(root, types.ResourceUpdatedNotification):
            peer.updated.append(str(root.params.uri))
        peer.changed.set()

    callbacks: Any = {
        "sampling_callback": sample,
        "elicitation_callback": elicit,
        "list_roots_callback": roots,
        "logging_callback": log,
        "message_handler": message,
    }
    parameters = StdioServerParameters(command=command[0], args=command[1:], env={"PATH": os.environ["PATH"], **(env or {})})
    if V1:
        async with stdio_client(parameters) as (read, write), ClientSession(read, write, **callbacks) as session:
            peer.session = session
            peer.handshake = await peer.request("initialize", session.initialize)
            yield peer
    else:
        async with Client(parameters, cache=None, read_timeout_seconds=PATIENCE, **callbacks) as client:
            peer.session = client
            peer.handshake = {
                "protocolVersion": client.protocol_version,
                "serverInfo": plain(client.server_info),
                "capabilities": plain(client.server_capabilities),
                "instructions": client.instructions,
            }
            yield peer


def address(uri: str) -> Any:
    return AnyUrl(uri) if V1 else uri


def plain(value: Any) -> Any:
    return value.model_dump(mode="json", by_alias=True, exclude_none=True) if hasattr(value, "model_dump") else value
