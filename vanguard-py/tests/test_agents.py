"""The OpenAI Agents SDK: its MCP servers, guarded, and the tools that it makes of them. No model is asked."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
from demo_server import TOKEN, build
from scenario import ATTACK, PATIENCE, served, structured
from vanguard import Guard, Inspector

pytest.importorskip("agents.mcp")
from agents import RunContextWrapper
from agents.mcp import MCPServer, MCPServerStdio, MCPServerStreamableHttp, MCPUtil
from agents.tool_context import ToolContext

HERE = Path(__file__).parent
ENV = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE.parent / "python")}


def demo(**options: Any) -> MCPServerStdio:
    params: Any = {"command": sys.executable, "args": [str(HERE / "demo_server.py")], "env": ENV}
    return MCPServerStdio(params, name="demo", client_session_timeout_seconds=PATIENCE, **options)


@pytest.mark.parametrize("carrier", ["stdio", "http"])
def test_a_guarded_server(carrier: str) -> None:
    records: list[str] = []

    async def main(there: Any) -> None:
        guard = Guard(server="demo", audit=records.append)
        async with guard.mcp_server(there) as server:
            assert isinstance(server, MCPServer) and {"echo", "run"} <= {tool.name for tool in await server.list_tools()}
            said = await server.call_tool("echo", {"text": "grüße, 世界 🙂"})
            assert said.content[0].text == "grüße, 世界 🙂"  # type: ignore[union-attr]
            with pytest.raises(Exception, match="CMD-DOWNLOAD-EXEC"):
                await server.call_tool("run", {"command": ATTACK})
            shown = await server.call_tool("settings", {})
            assert TOKEN not in shown.model_dump_json() and structured(shown)["user"] == "ada"

    if carrier == "stdio":
        anyio.run(main, demo(cache_tools_list=True))
    else:
        with served(build().streamable_http_app()) as url:
            anyio.run(main, MCPServerStreamableHttp({"url": url}, name="demo", client_session_timeout_seconds=PATIENCE))
    assert [json.loads(record)["action"] for record in records] == ["block", "edit"]


def test_what_a_model_reads_of_a_refusal() -> None:
    async def main() -> None:
        async with Guard(Inspector(deny_as="tool_result")).mcp_server(demo()) as server:
            tools = await MCPUtil.get_function_tools(server, False, RunContextWrapper(None), Any)  # type: ignore[arg-type]
            run: Any = next(tool for tool in tools if tool.name == "run")

            async def call(**arguments: str) -> str:
                given = json.dumps(arguments)
                context = ToolContext(None, tool_name="run", tool_call_id="1", tool_arguments=given)
                return str(await run.on_invoke_tool(context, given))

            assert "ran make test" in await call(command="make test")
            assert "CMD-DOWNLOAD-EXEC" in await call(command=ATTACK)

    anyio.run(main)


def test_a_server_without_a_transport_is_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        Guard().mcp_server(object())
