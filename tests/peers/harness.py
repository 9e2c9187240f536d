"""Starts a real server with or without the proxy in front of it, and keeps what went over the pipes."""

from __future__ import annotations

import json
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
NODE_MODULES = TARGET / "peers" / "node" / "node_modules"
VANGUARD = os.environ.get("VANGUARD_BIN", str(TARGET / "debug" / "vanguard"))

EVERYTHING = ["node", str(NODE_MODULES / "@modelcontextprotocol/server-everything/dist/index.js"), "stdio"]
FILESYSTEM = ["node", str(NODE_MODULES / "@modelcontextprotocol/server-filesystem/dist/index.js")]

BLOCKED = -31403


@dataclass
class Run:
    """One server process and where its traffic is kept: `client` beside the client, `server` beside the server."""

    command: list[str]
    client: Path
    server: Path
    audit: Path


def direct(server: list[str], folder: Path) -> Run:
    record = folder / "direct"
    return Run(tee(record, server), record, record, folder / "no-audit")


def guarded(server: list[str], folder: Path, *options: str) -> Run:
    client, inner, audit = folder / "client", folder / "server", folder / "audit.jsonl"
    proxy = [VANGUARD, "start", "--audit", str(audit), *options, "--server", shlex.join(tee(inner, server))]
    return Run(tee(client, proxy), client, inner, audit)


def tee(folder: Path, command: list[str]) -> list[str]:
    return [sys.executable, str(HERE / "tee.py"), str(folder), *command]


def lines(folder: Path, direction: str) -> list[bytes]:
    """The recorded lines, each with its line end. `in` went to the server, `out` came from it."""
    return (folder / "1" / direction).read_bytes().splitlines(keepends=True)


def messages(folder: Path, direction: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(folder, direction)]


def exit_code(folder: Path) -> str:
    path = folder / "1" / "exit"
    return path.read_text() if path.exists() else "killed before it ended"


def assert_untouched(run: Run) -> None:
    """Both directions passed the proxy byte for byte, and both processes ended by themselves."""
    for direction, way in (("in", "to the server"), ("out", "to the client")):
        beside_client, beside_server = lines(run.client, direction), lines(run.server, direction)
        for number, (one, other) in enumerate(zip(beside_client, beside_server)):
            assert one == other, f"line {number + 1} {way} was changed:\n{one!r}\n{other!r}"
        assert len(beside_client) == len(beside_server), f"{way}: {len(beside_client)} lines beside the client, {len(beside_server)} beside the server"
        assert beside_client, f"nothing was recorded {way}"
    assert exit_code(run.server) == "0" and exit_code(run.client) == "0", (exit_code(run.server), exit_code(run.client))


def decisions(run: Run) -> list[dict[str, Any]]:
    """The audit lines: every decision other than a plain allow."""
    if not run.audit.exists():
        return []
    return [json.loads(line) for line in run.audit.read_text().splitlines()]
