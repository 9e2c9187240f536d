"""The 2026-07-28 era through the proxy: no handshake, questions inside results, changes on a stream."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
import sdk
from harness import HERE, Run, assert_untouched, decisions, direct, guarded, messages

pytestmark = pytest.mark.skipif(sdk.V1, reason="the first line of the SDK knows only the handshake era")
SERVER = [sys.executable, str(HERE / "modern_server.py")]


async def watch(run: Run) -> dict[str, Any]:
    async with sdk.connect(run.command) as peer:
        seen: dict[str, Any] = {"handshake": peer.handshake, "tools": await peer.list("tools")}
        seen["book"] = await peer.call("book", place="Zum Löwen")
        seen["asked"] = peer.asked
        heard: list[Any] = []
        seen["count"] = await peer.call_with_progress("count", {"to": 5}, lambda done, total: heard.append([done, total]))
        seen["progress"] = heard
        seen["read"] = await peer.read("note://today")
        seen["heard"] = []
        with anyio.fail_after(sdk.PATIENCE):
            async with peer.session.listen(tools_list_changed=True, resource_subscriptions=["note://today"]) as stream:
                await peer.call("touch", uri="note://today")
                async for event in stream:
                    seen["heard"].append(repr(event))
                    if len(seen["heard"]) == 2:
                        break
        return seen


def test_the_new_era(tmp_path: Path) -> None:
    run = guarded(SERVER, tmp_path / "b")
    without, through = anyio.run(watch, direct(SERVER, tmp_path / "a")), anyio.run(watch, run)
    assert without["handshake"]["protocolVersion"] == "2026-07-28"
    assert "Ada Lovelace" in str(without["book"]) and "A dry answer." in str(without["book"]) and "not a command" in str(without["book"])
    assert [kind for kind, _ in without["asked"]] and len(without["progress"]) == 5 and len(without["heard"]) == 2
    for step, seen in without.items():
        assert through[step] == seen, step
    assert_untouched(run)
    assert [decision for decision in decisions(run) if decision["action"] in ("block", "review", "edit")] == []


def test_the_state_comes_back_as_it_was(tmp_path: Path) -> None:
    """`requestState` is the server's own, whatever it looks like."""
    run = guarded(SERVER, tmp_path)
    anyio.run(watch, run)
    states = [message["result"]["requestState"] for message in messages(run.server, "out") if "requestState" in json.dumps(message)]
    returned = [message["params"]["requestState"] for message in messages(run.server, "in") if "requestState" in message.get("params", {})]
    assert states and states == returned
