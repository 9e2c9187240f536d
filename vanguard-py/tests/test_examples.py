"""The examples run, and do what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp.server.mcpserver", reason="the examples are the second line's")
PACKAGE = Path(__file__).resolve().parents[1]


def test_the_guarded_client_and_its_guarded_server() -> None:
    client = PACKAGE.parent / "examples" / "python" / "client.py"
    env = {**os.environ, "PYTHONPATH": str(PACKAGE / "python")}
    shown = subprocess.run([sys.executable, client], env=env, capture_output=True, text=True, timeout=120, check=True).stdout
    lines = shown.splitlines()
    assert "Water the plants." in lines[0]
    assert "github-token" in lines[1] and "ghp_" not in shown
    assert lines[2].endswith("would run: make test")
    assert "blocked by Vanguard" in lines[3] and "CMD-DOWNLOAD-EXEC" in lines[3]
