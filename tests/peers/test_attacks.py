"""An attack never reaches the server, its caller learns why, and the connection goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio
import everything
import filesystem
import pytest
import sdk
from harness import BLOCKED, EVERYTHING, FILESYSTEM, Run, decisions, direct, guarded, lines

TOOLS = {"cloud credentials, among others": "read_multiple_files", "key planted": "write_file"}


def assert_useful(error: sdk.ProtocolError) -> None:
    """An error that a developer can act on: which rule, why, where, and how to allow it."""
    assert error.code == BLOCKED, error
    told = error.data["vanguard"]
    assert told["rules"] and told["rules"] == [finding["rule"] for finding in told["findings"]], told
    for finding in told["findings"]:
        assert finding["reason"] and finding["allow"] and finding["pointer"].startswith("/params/"), finding
    assert any(finding["reason"] in str(error) and finding["rule"] in str(error) for finding in told["findings"]), (str(error), told)


def assert_kept_from_the_server(run: Run, tool: str) -> None:
    """One call stands in the client's record and not in the server's; it got exactly one answer, ours; all else passed unchanged."""
    sent, reached = lines(run.client, "in"), lines(run.server, "in")
    kept = [json.loads(line) for line in sent if line not in reached]
    assert [message["params"]["name"] for message in kept] == [tool], kept
    assert [line for line in sent if line in reached] == reached, "honest lines were changed, or their order"
    received, written = lines(run.client, "out"), lines(run.server, "out")
    ours = [json.loads(line) for line in received if line not in written]
    assert [(message["id"], message["error"]["code"]) for message in ours] == [(kept[0]["id"], BLOCKED)], ours
    assert [line for line in received if line in written] == written, "the server's lines were changed, or their order"
    refusals = [decision["action"] for decision in decisions(run) if decision["action"] not in ("allow", "warn")]
    assert refusals == ["block"], decisions(run)


@pytest.mark.parametrize("name", filesystem.ATTACKS)
def test_filesystem(name: str, tmp_path: Path) -> None:
    root = filesystem.furnish(tmp_path / "project")
    run = guarded([*FILESYSTEM, str(root)], tmp_path)

    async def attack() -> tuple[sdk.ProtocolError, Any]:
        async with sdk.connect(run.command) as peer:
            await peer.list("tools")
            with pytest.raises(sdk.ProtocolError) as caught:
                answer = await filesystem.ATTACKS[name](peer, root)
                pytest.fail(f"the attack was answered: {answer}")
            return caught.value, await peer.call("read_text_file", path=str(root / "README.md"))

    error, later = anyio.run(attack)
    assert_useful(error)
    assert later["content"][0]["text"].startswith("# A project"), later
    assert_kept_from_the_server(run, TOOLS.get(name, "read_text_file"))
    assert not (root / ".ssh/authorized_keys").exists()


def test_the_attacks_are_real(tmp_path: Path) -> None:
    """Without the proxy the server hands the key out: it lies in an allowed folder."""
    root = filesystem.furnish(tmp_path / "project")

    async def attack() -> Any:
        async with sdk.connect(direct([*FILESYSTEM, str(root)], tmp_path).command) as peer:
            return await filesystem.ATTACKS["private key"](peer, root)

    assert anyio.run(attack)["content"][0]["text"] == filesystem.NOT_A_KEY


def test_server_side_request(tmp_path: Path) -> None:
    """A tool that fetches addresses is asked for the cloud's metadata service."""
    run = guarded(EVERYTHING, tmp_path)

    async def attack() -> tuple[sdk.ProtocolError, Any]:
        async with sdk.connect(run.command) as peer:
            await everything.roots(peer)  # the server's own question is over before we leave
            with pytest.raises(sdk.ProtocolError) as caught:
                answer = await peer.call("gzip-file-as-resource", name="x", data="http://169.254.169.254/latest/meta-data/iam/", outputType="resource")
                pytest.fail(f"the attack was answered: {answer}")
            return caught.value, await peer.call("echo", message="http://169.254.169.254/ is the metadata service")

    error, later = anyio.run(attack)
    assert_useful(error)
    assert_kept_from_the_server(run, "gzip-file-as-resource")
    assert later["content"][0]["text"].startswith("Echo: http://169.254")
