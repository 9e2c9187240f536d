"""The strict reader against Python's `json` and Node's `JSON.parse`, on JSON that is nearly valid.

What those two read differently from one another (or Python strictly, leniently and pickily), the reader must refuse; what it accepts, all
must read the same: acceptance, key sets, strings, numbers as written. What all of them agree on it accepts, up to its limits.

    READ_CASES=path/to/read_cases python3 tests/differential/test_reader.py [--count N] [--seed N]
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from generate import cases

HERE = Path(__file__).resolve().parent
LONE = re.compile("[\ud800-\udfff]")
WARNING_ONLY = {"L0-SURROGATE-TEXT"}
# Nesting has a limit in every reader, and ours is the lowest: the only thing we refuse though all others agree.
LIMITS = {"L0-DEPTH"}


sys.setrecursionlimit(6_000)  # our own form of a value nests deeper than the value


class Literal(str):
    """A number as written."""


def form(value: Any) -> list[Any]:
    if value is None:
        return ["z"]
    if isinstance(value, Literal):
        return ["n", str(value)]
    if isinstance(value, bool):
        return ["b", value]
    if isinstance(value, str):
        return ["s", LONE.sub("\ufffd", value)]
    if isinstance(value, list):
        return ["a", [form(item) for item in value]]
    return ["o", sorted(([LONE.sub("\ufffd", key), form(item)] for key, item in value.items()), key=lambda pair: pair[0])]


def python(case: bytes, strict: bool) -> list[Any] | None:
    try:
        return form(json.loads(case, strict=strict, parse_int=Literal, parse_float=Literal, parse_constant=Literal))
    except (ValueError, RecursionError):
        return None


def picky(case: bytes) -> list[Any] | None:
    """Python again, in the place of readers elsewhere: they take the first of two equal keys or refuse both, make a number beyond a
    double an error, and have no string for half a surrogate pair in a name."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs) or any(LONE.search(key) for key, _ in pairs):
            raise ValueError(pairs)
        return dict(pairs)

    def finite(literal: str) -> Literal:
        if math.isinf(float(literal)):
            raise ValueError(literal)
        return Literal(literal)

    try:
        return form(json.loads(case, object_pairs_hook=members, parse_int=finite, parse_float=finite, parse_constant=finite))
    except (ValueError, RecursionError):
        return None


def ordered(value: list[Any] | None) -> list[Any] | None:
    """The same form with each object's members by key; the first of two equal keys is dropped, as both readers do."""
    if value is None or value[0] not in "ao":
        return value
    if value[0] == "a":
        return ["a", [ordered(item) for item in value[1]]]
    return ["o", [[key, ordered(item)] for key, item in sorted(dict(value[1]).items())]]


def lines(command: list[str], data: bytes, count: int) -> list[Any]:
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, timeout=300, check=True)
    answers = [json.loads(line) for line in done.stdout.decode("utf-8", "surrogatepass").split("\n") if line]
    assert len(answers) == count, f"{command[0]} answered {len(answers)} of {count} cases"
    return answers


def node_command() -> list[str]:
    major = int(subprocess.check_output(["node", "--version"], text=True).strip().lstrip("v").split(".")[0])
    return ["node", *(["--harmony-json-parse-with-source"] if major == 20 else []), str(HERE / "read.mjs")]


def divergences(reader: str, count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Runs all readers over the cases. Returns figures and one line per divergence."""
    given = list(dict.fromkeys(cases(count, seed)))
    data = b"".join(base64.b64encode(case) + b"\n" for case in given)
    ours, theirs = lines([reader], data, len(given)), lines(node_command(), data, len(given))
    figures: Counter[str] = Counter(cases=len(given))
    found = []
    for case, our, node in zip(given, ours, theirs, strict=True):
        refused = not our["value"] or bool(set(our["issues"]) - WARNING_ONLY)
        readings = {
            "python": python(case, strict=True),
            "python, not strict": python(case, strict=False),
            "a picky reader": picky(case),
            "node": ordered(node["value"]) if node else None,
        }
        agree = all(reading == readings["node"] for reading in readings.values())
        figures["refused" if refused else "accepted"] += 1
        figures["read differently"] += not agree
        shown = case if len(case) < 200 else case[:90] + b" ... " + case[-90:]
        if not refused:
            wrong = [name for name, reading in readings.items() if reading != ordered(our["value"])]
            if wrong:
                found.append(f"accepted, but read differently by {' and '.join(wrong)}: {shown!r}")
        elif agree and readings["node"] is not None and not set(our["issues"]) & LIMITS:
            found.append(f"refused ({', '.join(our['issues'])}), though all read it alike: {shown!r}")
    return figures, found


def test_readers_agree() -> None:
    """Also runs under pytest; the environment says where the reader is."""
    figures, found = divergences(os.environ["READ_CASES"], 20_000, 1)
    assert figures["accepted"] > 5_000 and figures["refused"] > 5_000, f"the generator is lopsided: {dict(figures)}"
    assert not found, "\n".join(found[:40])


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--count", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    figures, found = divergences(os.environ["READ_CASES"], options.count, options.seed)
    print("\n".join(found[:60]))
    print("reader against json and JSON.parse:", ", ".join(f"{value} {name}" for name, value in figures.items()) + f", {len(found)} divergences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
