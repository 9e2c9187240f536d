"""Middleware of the MCP SDK 2, in memory; over Streamable HTTP: `test_http`."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

pytest.importorskip("mcp.server.mcpserver", reason="the first line of the SDK has no middleware")

from demo_server import build
from mcp import Client
from scenario import ATTACK, guarded, refused
from vanguard import Guard, Inspector


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_guarded_server(mode: Any) -> None:
    async def main() -> None:
        guard = Guard(server="demo")
        async with Client(build(middleware=[guard.middleware()]), mode=mode) as client:
            await guarded(client)

    anyio.run(main)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_server_that_exists(mode: Any) -> None:
    async def main() -> None:
        async with Client(Guard(server="demo").protect(build()), mode=mode) as client:
            await guarded(client)

    anyio.run(main)
    with pytest.raises(TypeError, match="object"):
        Guard().protect(object())


def test_a_refusal_as_a_tool_result() -> None:
    async def main() -> None:
        guard = Guard(Inspector(deny_as="tool_result"))
        async with Client(build(middleware=[guard.middleware()])) as client:
            result = await client.call_tool("run", {"command": ATTACK})
            assert result.is_error and "CMD-DOWNLOAD-EXEC" in result.content[0].text  # type: ignore[union-attr]

    anyio.run(main)


def test_a_tool_that_is_denied_is_in_no_listing() -> None:
    async def main() -> None:
        guard = Guard(Inspector({"tools": {"deny": ["ru?"]}}))
        async with Client(build(middleware=[guard.middleware()])) as client:
            assert "run" not in {tool.name for tool in (await client.list_tools()).tools}
            assert "POLICY-TOOL" in str(await refused(client, "run", command="make"))

    anyio.run(main)
