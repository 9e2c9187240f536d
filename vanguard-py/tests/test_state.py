"""What is counted over a session: budgets, sessions, and where the counters stand."""

from __future__ import annotations

from typing import Any

import pytest
from vanguard import CounterKey, Guard, Inspector, Level, MemoryStore, Quota
from vanguard.types import StateStore

BUDGET = {"behavior": {"budgets": [{"per": "session", "of": "requests", "most": 2, "within": 60}]}}


def call(id: int) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": "read", "arguments": {}}}


def actions(inspector: Inspector, *ids: int) -> list[str]:
    return [inspector.inspect(call(id), session="s-1", principal="ada", at=1_000 + id).action for id in ids]


class Shared:
    """A store as one may write it: answers from memory, and keeps what is to be told to others."""

    def __init__(self) -> None:
        self.memory, self.told = MemoryStore(), list[tuple[CounterKey, int]]()

    def level(self, key: CounterKey, quota: Quota, at: float) -> Level:
        return self.memory.level(key, quota, at)

    def add(self, key: CounterKey, quota: Quota, amount: int, at: float) -> Level:
        assert quota.within > 0 and at >= 1_000
        self.told.append((key, amount))
        return self.memory.add(key, quota, amount, at)

    def clear(self, owner: int, subject: int) -> None:
        self.memory.clear(owner, subject)


def test_sessions_are_shown_and_forgotten() -> None:
    inspector = Inspector(BUDGET)
    assert actions(inspector, 1, 2) == ["allow", "allow"]
    refused = inspector.inspect(call(3), session="s-1", principal="ada", at=1_003)
    wait = refused.findings[0].retry_after
    assert refused.is_blocked and wait is not None and 50 < wait <= 60
    assert f'"retry_after":{wait}' in refused.error_response().decode()
    [known] = inspector.sessions()
    assert (known.session, known.principal, known.tenant) == ("s-1", "ada", None)
    assert (known.messages, known.blocked, known.calls, known.risk) == (3, 1, 2, "normal")
    assert known.score >= 0 and known.bytes > 0 and known.last == 1_003 and "s-1" in repr(known)
    assert inspector.clear_session(known.id) and not inspector.clear_session("0")
    assert inspector.sessions() == [] and actions(inspector, 4) == ["allow"]


@pytest.mark.parametrize("make", [MemoryStore, Shared])
def test_inspectors_count_together_in_one_store(make: type[StateStore]) -> None:
    store = make()
    one, other = (Inspector(BUDGET, state_store=store) for _ in range(2))
    assert actions(one, 1) + actions(other, 2) + actions(one, 3) + actions(other, 4) == ["allow", "allow", "block", "block"]
    assert actions(Inspector(BUDGET), 5) == ["allow"]
    if isinstance(store, Shared):
        key, amount = store.told[0]
        assert amount >= 1 and key == CounterKey(key.owner, key.subject, key.slot) and key in {key}


def test_a_store_of_ones_own_is_cleared_with_the_session() -> None:
    inspector = Inspector(BUDGET, state_store=Shared())
    assert actions(inspector, 1, 2, 3) == ["allow", "allow", "block"]
    inspector.clear_session(inspector.sessions()[0].id)
    assert actions(inspector, 4) == ["allow"]


def test_a_broken_store_blocks_and_says_so() -> None:
    class Gone(Shared):
        def level(self, key: CounterKey, quota: Quota, at: float) -> Level:
            raise OSError("no connection")

        def add(self, key: CounterKey, quota: Quota, amount: int, at: float) -> Level:
            raise OSError("no connection")

    class Wrong(Shared):
        def level(self, key: CounterKey, quota: Quota, at: float) -> Any:
            return 3

        def add(self, key: CounterKey, quota: Quota, amount: int, at: float) -> Any:
            return Level(1, -1.0)

    for store in (Gone(), Wrong()):
        verdict = Inspector(BUDGET, state_store=store).inspect(call(1), session="s")
        assert verdict.is_blocked and "store" in verdict.findings[0].reason, verdict
    for wrong in (object(), 3, "redis://"):
        with pytest.raises(TypeError, match="level"):
            Inspector(state_store=wrong)  # type: ignore[arg-type]


def test_the_store_in_memory() -> None:
    store, key = MemoryStore(), CounterKey(1, 2, 3)
    window, bucket = Quota(2, 10.0), Quota(60, 60, burst=2)
    assert (window.most, window.within, window.burst, bucket.burst) == (2, 10.0, None, 2)
    assert store.level(key, window, 5) == Level(0)
    assert store.add(key, window, 2, 5).used == 2
    level = store.level(key, window, 5.0)
    assert level.retry_after is not None and store.level(key, window, 5 + level.retry_after).retry_after is None
    assert store.add(CounterKey(1, 3, 0), bucket, 2, 5).retry_after is not None
    store.clear(1, 2)
    assert store.level(key, window, 5) == Level(0, None)
    with pytest.raises(ValueError, match="at"):
        store.level(key, window, -1)
    with pytest.raises(OverflowError):
        CounterKey(-1, 0, 0)


def test_a_guard_counts_by_its_session() -> None:
    guard = Guard(Inspector(BUDGET), session="chat-7")
    exchange = guard.exchange(partial=True)
    assert [exchange.handle("to_server", call(id)).reply is None for id in (1, 2, 3)] == [True, True, False]
    assert [known.session for known in guard.inspector.sessions()] == ["chat-7"]


def test_a_store_that_uses_its_inspector_is_told_so_and_waits_for_nobody() -> None:
    class Curious(MemoryStore):
        def level(self, key: CounterKey, quota: Quota, at: float) -> Level:
            inspector.sessions()
            return super().level(key, quota, at)

    inspector = Inspector(state_store=Curious())
    [finding] = inspector.inspect(call(1), session="s").findings
    assert finding.rule == "LAYER-FAILED" and "can't use an inspector" in finding.reason
