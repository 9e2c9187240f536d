"""A small MCP server over stdio, by either line of the SDK. `--guard`: guarded by itself."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import anyio
from mcp.server.stdio import stdio_server
from vanguard import Guard

try:
    sdk: Any = import_module("mcp.server.mcpserver")
    MCPServer = sdk.MCPServer
except ImportError:
    sdk = import_module("mcp.server.fastmcp")
    MCPServer = sdk.FastMCP
Context = sdk.Context

TOKEN = "ghp_" + "Zq8LmN3vXc5Rt7Yw1KpB2sDfG4hJ6uE9aTiO"


def build(**options: Any) -> Any:
    app: Any = MCPServer("demo", **options)
    ended: list[str] = []

    @app.tool()
    def echo(text: str) -> str:
        """Says it again."""
        return text

    @app.tool()
    def run(command: str) -> str:
        """Runs a command, or says so."""
        return f"ran {command}"

    @app.tool()
    def settings() -> dict[str, str]:
        """Shows the settings, with a secret among them."""
        return {"user": "ada", "token": TOKEN}

    @app.tool()
    async def count(to: int, context: Context) -> int:
        """Counts, and tells how far it is."""
        for number in range(to):
            told: Any = context
            await told.report_progress(number + 1, to)
        return to

    @app.tool()
    async def forever() -> str:
        """Answers never."""
        try:
            await anyio.sleep_forever()
        finally:
            ended.append("forever")
        return ""

    @app.tool()
    def stopped() -> int:
        """Says how many calls were cancelled."""
        return len(ended)

    @app.tool()
    def fail() -> str:
        """Fails, and says too much."""
        raise RuntimeError(f"no, {TOKEN}")

    return app


async def serve_guarded(app: Any) -> None:
    server = getattr(app, "_lowlevel_server", None) or app._mcp_server
    async with Guard(server="demo").transport(stdio_server(), side="server") as (read, write):
        await server.run(read, write, server.create_initialization_options())


if __name__ == "__main__":
    if "--guard" in sys.argv:
        anyio.run(serve_guarded, build())
    else:
        build().run("stdio")
