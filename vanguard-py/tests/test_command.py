"""The command `vanguard`, as the package brings it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import anyio
from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from scenario import connected, guarded

HERE = Path(__file__).resolve().parent
ENV = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HERE.parent / "python")}
PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n'


def vanguard(*words: str, given: str = "", cwd: Path | None = None) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "vanguard", *words]
    done = subprocess.run(command, input=given, env=ENV, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


def test_it_is_the_same_command() -> None:
    code, shown, _ = vanguard("--version")
    assert code == 0 and shown.startswith("vanguard ")
    code, shown, _ = vanguard("inspect", "--json", "-", given=PING)
    assert code == 0 and '"action":"allow"' in shown
    code, _, told = vanguard("strat")
    assert code == 2 and "start" in told
    code, shown, _ = vanguard("start", "--help")
    assert code == 0 and "vanguard start" in shown


def test_a_server_that_nobody_changed() -> None:
    words = ["-m", "vanguard", "start", "--name", "demo", "--", sys.executable, str(HERE / "demo_server.py")]

    async def main() -> None:
        async with connected(stdio_client(StdioServerParameters(command=sys.executable, args=words, env=ENV))) as client:
            await guarded(client)

    anyio.run(main)


def test_a_confined_server(tmp_path: Path) -> None:
    zone, secret = tmp_path / "zone", tmp_path / "secret"
    zone.mkdir()
    secret.write_text("kept")
    # What stands in a server's folder is never what confines it.
    (zone / "vanguard.py").write_text("raise SystemExit('not this')")
    (zone / "note").write_text('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"read"}}\n')
    sandbox = ("start", "--sandbox", "--safe-zone", str(zone), "--sandbox-connect", "any", "--sandbox-bind", "any", "--")
    code, shown, told = vanguard(*sandbox, "sh", "-c", f"cat note; cat '{secret}'", cwd=tmp_path)
    if code == 125:
        assert "kernel" in told or "Landlock" in told, told
        return
    assert '"data":"read"' in shown and "kept" not in shown and "ermission denied" in told, (code, shown, told)
