"""The vectors that every language replays (`vanguard-core/tests/vectors`): the same verdict, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from vanguard import Inspector, Verdict

FOLDER = Path(__file__).resolve().parents[2] / "vanguard-core" / "tests" / "vectors"


def line(verdict: Verdict) -> str:
    rest, versions = verdict.to_json().rsplit(',"versions":{', 1)
    assert versions.endswith("}}")
    return rest + "}"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.jsonl")), ids=lambda file: file.stem)
def test_every_verdict_is_as_recorded(file: Path) -> None:
    head, *lines = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    inspector = Inspector(json.loads(head)["config"])
    verdicts: list[Verdict] = []
    for sent, recorded in zip(lines[::2], lines[1::2], strict=True):
        told = json.loads(sent)
        message = told.pop("message").encode() if "message" in told else told.pop("latin1").encode("latin-1")
        if "in_reply_to" in told:
            told["in_reply_to"] = verdicts[told["in_reply_to"]]
        verdicts.append(inspector.inspect(message, **told))
        assert line(verdicts[-1]) == recorded, sent
    assert verdicts
