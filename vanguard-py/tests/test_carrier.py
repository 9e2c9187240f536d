"""The suite that every carrier runs (`tests/vectors/carrier.json` of the repository), here through `Exchange`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from vanguard import Exchange, Inspector
from vanguard.types import Profile

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "carrier.json"
CASES = json.loads(VECTORS.read_text())["cases"]


PROFILES: tuple[Profile, ...] = ("monitor", "balanced", "strict")
INSPECTORS = {profile: Inspector(profile=profile) for profile in PROFILES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_does_what_every_carrier_must(case: dict[str, Any]) -> None:
    exchange = Exchange(INSPECTORS[case.get("profile", "balanced")], session=case["name"])
    for step in case["steps"]:
        message = step["message"].encode() if "message" in step else step["latin1"].encode("latin-1")
        outcome = exchange.handle(step["flow"], message)
        expected = step["forward"]
        if expected == "same":
            assert outcome.forward is message
        elif expected == "none":
            assert outcome.forward is None
        else:
            assert_error(outcome.forward, expected)
        if step.get("reply", "none") == "none":
            assert outcome.reply is None
        else:
            assert_error(outcome.reply, step["reply"])
        assert outcome.record is not None or outcome.verdict.would == "allow"


def assert_error(answer: bytes | None, expected: dict[str, Any]) -> None:
    assert answer is not None
    read = json.loads(answer)
    answers, ids = (read, expected["errors"]) if "errors" in expected else ([read], [expected["error"]])
    assert [one.get("id") for one in answers] == ids
    for one in answers:
        assert one["error"]["code"] == -31403
        assert one["error"]["data"]["vanguard"]["rules"] and one["error"]["message"]
