"""Streamable HTTP between the SDK's real server and client, of both its lines and both eras, guarded wherever a guard can stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from demo_server import build
from mcp.client import streamable_http
from scenario import V1, connected, guarded, served
from vanguard import Guard

MODES = ["handshake"] if V1 else ["auto", "legacy"]


def middleware() -> Any:
    return build(middleware=[Guard(server="demo").middleware()]).streamable_http_app()


def wrapped() -> Any:
    return Guard(server="demo").asgi(build().streamable_http_app())


def plain() -> Any:
    return build().streamable_http_app()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("make", [wrapped] if V1 else [wrapped, middleware])
def test_a_guarded_server(make: Callable[[], Any], mode: str) -> None:
    async def main(address: str) -> None:
        async with connected(streamable_http.streamable_http_client(address), mode) as client:
            await guarded(client)

    with served(make()) as address:
        anyio.run(main, address)


@pytest.mark.parametrize("mode", MODES)
def test_a_guarded_client(mode: str) -> None:
    records: list[str] = []

    async def main(address: str) -> None:
        guard = Guard(server="demo", audit=records.append)
        async with connected(guard.transport(streamable_http.streamable_http_client(address)), mode) as client:
            await guarded(client)

    with served(plain()) as address:
        anyio.run(main, address)
    assert any('"action":"edit"' in record for record in records)


@pytest.mark.skipif(V1, reason="the first line of the SDK sends no such headers")
@pytest.mark.parametrize("side", ["server", "client"])
def test_headers_that_contradict_the_body(side: str) -> None:
    import httpx2
    from mcp.shared.exceptions import MCPError
    from mcp.shared.message import ClientMessageMetadata

    records: list[str] = []
    guard = Guard(server="demo", audit=records.append)
    answered: list[int] = []

    async def sent(request: httpx2.Request) -> None:
        if side == "server" and request.headers.get("mcp-name") == "run":
            request.headers["mcp-name"] = "echo"

    async def came(response: httpx2.Response) -> None:
        answered.append(response.status_code)

    class Lying:
        """A client's way out that names another tool in the headers than in the body."""

        def __init__(self, inner: Any) -> None:
            self.inner = inner

        async def __aenter__(self) -> Any:
            read, write, *rest = await self.inner.__aenter__()
            send = write.send

            async def lying(item: Any) -> None:
                headers = getattr(item.metadata, "headers", None) or {}
                if headers.get("mcp-name") == "run":
                    item.metadata = ClientMessageMetadata(headers={**headers, "mcp-name": "echo"})
                await send(item)

            write.send = lying
            return (read, write, *rest)

        async def __aexit__(self, *error: Any) -> Any:
            return await self.inner.__aexit__(*error)

    async def main(address: str) -> None:
        async with httpx2.AsyncClient(event_hooks={"request": [sent], "response": [came]}) as http:
            transport: Any = streamable_http.streamable_http_client(address, http_client=http)
            if side == "client":
                transport = Lying(guard.transport(transport))
            async with connected(transport) as client:
                assert (await client.call_tool("echo", {"text": "same"})).content[0].text == "same"
                with pytest.raises(MCPError, match="HEADER-MISMATCH"):
                    await client.call_tool("run", {"command": "make test"})
                assert (await client.call_tool("echo", {"text": "again"})).content[0].text == "again"

    with served(plain() if side == "client" else guard.asgi(plain())) as address:
        anyio.run(main, address)
    assert len(records) == 1 and "HEADER-MISMATCH" in records[0]
    assert answered.count(400) == (1 if side == "server" else 0)
