"""With the proxy in between, a client and a server see the same as without it, to the byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import everything
import filesystem
import pytest
import sdk
from harness import EVERYTHING, FILESYSTEM, Run, assert_untouched, decisions, direct, guarded, messages

SERIOUS = ("block", "review", "edit")


async def watch(run: Run) -> dict[str, Any]:
    """Drives all steps on one connection. A step that fails ends the run, and the later ones say so."""
    seen: dict[str, Any] = {}
    async with sdk.connect(run.command) as peer:
        seen["handshake"] = peer.handshake
        for step in everything.STEPS:
            try:
                seen[step.__name__] = await step(peer)
            except (sdk.ProtocolError, TimeoutError) as error:
                seen[step.__name__] = f"failed: {error!r}, data {getattr(error, 'data', None)}"
                break
    return seen


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    run = direct(EVERYTHING, tmp_path_factory.mktemp("direct"))
    return run, anyio.run(watch, run)


@pytest.fixture(scope="module")
def through(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, Any]]:
    run = guarded(EVERYTHING, tmp_path_factory.mktemp("guarded"))
    return run, anyio.run(watch, run)


def test_the_comparison_means_something(without: tuple[Run, dict[str, Any]]) -> None:
    everything.facts(without[1])


@pytest.mark.parametrize("step", ["handshake", *(step.__name__ for step in everything.STEPS)])
def test_everything(step: str, without: tuple[Run, dict[str, Any]], through: tuple[Run, dict[str, Any]]) -> None:
    assert through[1].get(step, "not reached: an earlier step failed") == without[1][step]


def test_everything_byte_for_byte(through: tuple[Run, dict[str, Any]]) -> None:
    assert_untouched(through[0])


def test_everything_without_a_false_alarm(through: tuple[Run, dict[str, Any]]) -> None:
    assert [decision for decision in decisions(through[0]) if decision.get("action") in SERIOUS] == []


@pytest.mark.skipif(sdk.V1, reason="the first line of the SDK does not probe")
def test_the_probe_reaches_the_server(without: tuple[Run, dict[str, Any]], through: tuple[Run, dict[str, Any]]) -> None:
    """New clients ask `server/discover` first and fall back on the server's own error: ours in its place would break them."""
    for run in (without[0], through[0]):
        first = messages(run.server, "in")[0]
        assert first["method"] == "server/discover"
        answers = [message for message in messages(run.client, "out") if message.get("id") == first["id"] and "method" not in message]
        assert [answer["error"]["code"] for answer in answers] == [-32601], answers


def test_filesystem(tmp_path: Path) -> None:
    async def drive(run: Run, root: Path) -> dict[str, Any]:
        async with sdk.connect(run.command) as peer:
            return await filesystem.work(peer, root)

    plain, kept = (filesystem.furnish(tmp_path / name) for name in ("plain", "kept"))
    without = anyio.run(drive, direct([*FILESYSTEM, str(plain)], tmp_path / "a"), plain)
    run = guarded([*FILESYSTEM, str(kept)], tmp_path / "b")
    through = anyio.run(drive, run, kept)
    assert filesystem.LESSON in str(without["lesson"]["content"][0]["text"]) and "second.md" in str(without["search"])
    for step, seen in without.items():
        assert through[step] == seen, step
    assert_untouched(run)
    assert [decision for decision in decisions(run) if decision.get("action") in SERIOUS] == []
