"""Whatever is given by mistake or malice, wherever: a verdict or a typed error, and the process lives on."""

from __future__ import annotations

import asyncio
import json
import random
from collections import ChainMap, OrderedDict, UserDict, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import vanguard.types
from vanguard import DecodeError, Exchange, Inspector, Verdict

PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'


class Words(str):
    """A text that says it is another."""

    def __str__(self) -> str:
        return "tools/call"

    def encode(self, *_: Any) -> bytes:
        return b"tools/call"


class Bytes(bytes):
    """Bytes that say they are others."""

    def __len__(self) -> int:
        return 1 << 40

    def __bytes__(self) -> bytes:
        return b""


class Loud(dict[Any, Any]):
    """Raises where it is looked at."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __iter__(self) -> Any:
        raise RuntimeError("iter")


class Numbers(int):
    def __repr__(self) -> str:
        return "NaN"

    def __index__(self) -> int:
        raise RuntimeError("index")


def cycle() -> list[Any]:
    one: list[Any] = []
    one.append({"again": one})
    return one


ODD: list[Callable[[random.Random], Any]] = [
    lambda dice: dice.choice(
        [None, True, False, 0, -0.0, 1e308, float("nan"), float("-inf"), 10 ** dice.randrange(5_000), -(2**63), 2**64]
    ),
    lambda dice: dice.choice(["", "\ud800", "a\udfffb", "\0", "\u202e", "é" * 9, Words("ping"), "2.0", "ping", "tools/call"]),
    lambda dice: dice.choice(
        [b"", b"\xff", bytearray(b"{"), memoryview(PING)[::2], Bytes(PING), PING, range(3), object(), cycle(), {1, 2}]
    ),
    lambda dice: dice.choice(
        [Loud(a=1), UserDict(a=1), ChainMap({}), OrderedDict(id=1), defaultdict(list), Numbers(7), Exception, len, ...]
    ),
    lambda dice: dice.choice([lambda: 1, (item for item in "ab"), type, 1j, Verdict, dice, "x" * 5_000]),
]
KEYS: list[Any] = [
    "jsonrpc",
    "id",
    "method",
    "params",
    "result",
    "error",
    "name",
    "arguments",
    "",
    "\ud800",
    1,
    None,
    2.5,
    True,
    (1,),
    b"a",
]


def made(dice: random.Random, depth: int = 0) -> Any:
    """A value that JSON may or may not hold."""
    if depth < 4 and dice.random() < 0.55:
        several = range(dice.randrange(5))
        if dice.random() < 0.7:
            return {dice.choice(KEYS): made(dice, depth + 1) for _ in several}
        return [made(dice, depth + 1) for _ in several]
    return dice.choice(ODD)(dice)


def message(dice: random.Random) -> Any:
    """What looks like a message, or not at all."""
    if dice.random() < 0.3:
        return made(dice)
    envelope: dict[Any, Any] = {
        "jsonrpc": "2.0",
        "id": dice.randrange(9),
        "method": dice.choice(["ping", "tools/call"]),
        "params": made(dice),
    }
    for key in ("id", "method", "jsonrpc"):
        if dice.random() < 0.2:
            envelope[key] = made(dice, 3)
    return envelope


CONTEXT = sorted(vanguard.types.Context.__annotations__)


@pytest.mark.parametrize("seed", range(8))
def test_every_way_in_answers(seed: int) -> None:
    dice = random.Random(seed)
    inspector = Inspector()
    exchange = Exchange(inspector)
    verdict = inspector.inspect(PING)
    ways: list[Callable[[Any], Any]] = [
        lambda given: inspector.inspect(given, flow="to_server"),
        lambda given: inspector.consult(given, {}, flow="to_client"),
        lambda given: exchange.handle("to_server", given).verdict,
        lambda given: exchange.handle("to_client", given, in_reply_to=verdict).verdict,
        lambda given: asyncio.run(inspector.inspect_async(given, flow="to_server")),
    ]
    judged = 0
    for _ in range(60):
        given = message(dice)
        for way in ways:
            try:
                assert isinstance(way(given), Verdict)
                judged += 1
            except DecodeError as error:
                assert len(str(error)) < 10_000
        with suppress(DecodeError):
            verdict.apply(given)
    assert judged > 20 and inspector.inspect(PING, session="after").action == "allow"


def test_lists_that_lie_of_their_length() -> None:
    class Long(list[Any]):
        def __len__(self) -> int:
            return 1 << 60

    class Endless(Sequence[Any]):
        def __getitem__(self, at: Any) -> Any:
            return "x"

        def __len__(self) -> int:
            return 1

    inspector = Inspector(rule_layers=Long())
    assert inspector.inspect(PING, roles=Long(["a"]), scopes=Long()).action == "allow"
    assert vanguard.Finding("X", taxonomy={"cwe": Long(["CWE-1"])}).taxonomy == {"cwe": ["CWE-1"]}
    assert vanguard.Query("?", Bytes(b"abc")).body == b"abc"
    for wrong in (Endless(), "x", {"a": 1}, 3, b"a"):
        with pytest.raises((TypeError, ValueError)):
            inspector.inspect(PING, roles=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="65536"):
        inspector.inspect(PING, headers=(("a", "b") for _ in count()))


@pytest.mark.parametrize("seed", range(4))
def test_context_of_every_type(seed: int) -> None:
    dice = random.Random(seed)
    inspector = Inspector()
    for _ in range(150):
        context = {dice.choice(CONTEXT): made(dice, 2) for _ in range(dice.randrange(1, 4))}
        for run in (
            lambda context=context: inspector.inspect(PING, **context),
            lambda context=context: inspector.consult(PING, {}, **context),
            lambda context=context: asyncio.run(inspector.inspect_async(PING, **context)),
            lambda context=context: Exchange(inspector, **context),
            lambda context=context: vanguard.Guard(inspector, **context),
        ):
            # Beside the types' own errors, those that the odd objects raise.
            with suppress(TypeError, ValueError, RuntimeError, OverflowError):
                run()
    assert json.loads(inspector.inspect(PING, session="after").to_json())["action"] == "allow"
