"""Transports of the MCP SDK, of both its lines: a guarded client, a guarded server, over stdio."""

from __future__ import annotations

import json

import anyio
import pytest
from scenario import ATTACK, connected, guarded, refused, spawn
from vanguard import Guard, Inspector


def test_a_guarded_client() -> None:
    records: list[str] = []

    async def main() -> None:
        guard = Guard(server="demo", audit=records.append)
        async with connected(guard.transport(spawn())) as client:
            await guarded(client)

    anyio.run(main)
    decided = [json.loads(record) for record in records]
    assert [one["action"] for one in decided][:1] == ["block"]
    assert {"edit", "block"} <= {one["action"] for one in decided}


def test_a_guarded_server() -> None:
    async def main() -> None:
        async with connected(spawn("--guard")) as client:
            await guarded(client)

    anyio.run(main)


def test_monitor_changes_nothing() -> None:
    async def main() -> None:
        guard = Guard(Inspector(profile="monitor"))
        async with connected(guard.transport(spawn())) as client:
            assert (await client.call_tool("run", {"command": ATTACK})).content[0].text == f"ran {ATTACK}"

    anyio.run(main)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_can_not_be_put_on_record_is_refused() -> None:
    def lost(record: str) -> None:
        raise OSError("the disk is full")

    async def main() -> None:
        guard = Guard(audit=lost)
        async with connected(guard.transport(spawn())) as client:
            why = await refused(client, "run", command=ATTACK)
            assert "RECORD-FAILED" in why["rules"]
            await client.call_tool("echo", {"text": "plain allows need none"})

    anyio.run(main)


def test_the_side_is_one_of_two() -> None:
    with pytest.raises(ValueError, match="side"):
        Guard().transport(None, side="middle")  # type: ignore[arg-type]
