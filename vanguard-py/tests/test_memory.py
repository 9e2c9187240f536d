"""Many calls do not make the process larger. `make memory` makes a million."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import pytest
from memory import measured
from vanguard import CounterKey, Exchange, Inspector, Level, Quota


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_many_calls_do_not_grow_the_process() -> None:
    taken = measured(24_000)
    assert taken[100] - taken[50] < 4 << 20


class Looking:
    """A layer, or a store, that refers to who asks it."""

    inspector: Inspector

    def judge(self, inspection: object) -> None:
        """Find nothing."""

    def level(self, key: CounterKey, quota: Quota, at: float) -> Level:
        """Count nothing."""
        return Level(0)

    def add(self, key: CounterKey, quota: Quota, amount: int, at: float) -> Level:
        """Count nothing."""
        return Level(0)

    def clear(self, owner: int, subject: int) -> None:
        """Forget nothing."""


@pytest.mark.parametrize("where", ["rule_layers", "semantic_layers", "behavior_layers", "state_store"])
def test_what_refers_to_its_inspector_is_collected(where: str) -> None:
    looking = Looking()
    given: Any = {where: looking if where == "state_store" else [looking]}
    looking.inspector = Inspector(**given)
    exchange, gone = Exchange(looking.inspector, session="s"), weakref.ref(looking)
    del looking, given
    gc.collect()
    # Who holds an exchange holds what it asks.
    assert gone() is not None
    assert exchange.handle("to_server", b'{"jsonrpc":"2.0","id":1,"method":"ping"}').verdict.action == "allow"
    del exchange
    gc.collect()
    assert gone() is None
