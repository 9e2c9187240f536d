"""An MCP server over stdio, guarded by itself: every call of a client is judged before a tool sees it, every answer before it leaves.

    pip install "./vanguard-py[mcp]"
    python3 examples/python/client.py
"""

from mcp.server.mcpserver import MCPServer
from vanguard import Guard

guard = Guard(server="notes")
mcp = MCPServer("notes", middleware=[guard.middleware()])
NOTES = {"today": "Water the plants.", "keys": "The deploy key is ghp_" + "Zq8LmN3vXc5Rt7Yw1KpB2sDfG4hJ6uE9aTiO"}


@mcp.tool()
def read_note(name: str) -> str:
    """Reads a note."""
    return NOTES.get(name, "There is no such note.")


@mcp.tool()
def run(command: str) -> str:
    """Says what it would run."""
    return f"would run: {command}"


if __name__ == "__main__":
    mcp.run("stdio")
