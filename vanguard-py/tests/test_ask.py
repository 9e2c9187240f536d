"""Questions that layers ask outside: a model over real HTTP, and answerers of one's own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from model import ASKS, BAD, FINE, Model, answer, served
from vanguard import ConfigError, Finding, Inspection, Inspector, Query, Verdict

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run_job", "arguments": {"command": "make all the beds"}}}


def inspected(inspector: Inspector, count: int = 1, **options: Any) -> list[Verdict]:
    async def main() -> list[Verdict]:
        return await asyncio.gather(*(inspector.inspect_async(CALL, **options) for _ in range(count)))

    return asyncio.run(main())


def test_a_model_is_asked_over_http_and_its_word_counts() -> None:
    for judgement, blocked in ((BAD, True), (FINE, False)):
        with served(Model((200, answer(judgement)))) as model:
            [verdict] = inspected(model.inspector())
            assert verdict.is_blocked is blocked and not verdict.undecided
            if blocked:
                assert "runs what nobody asked for" in verdict.findings[0].reason or verdict.findings[0].layer == "l2"
            [(path, headers, body)] = model.asked
            assert path == "/v1/chat/completions" and headers["authorization"] == "Bearer sk-secret"
            assert body["model"] == "judge-1" and "make all the beds" in body["messages"][-1]["content"]


def test_without_asking_it_stays_open() -> None:
    with served(Model((200, answer(FINE)))) as model:
        verdict = model.inspector().inspect(CALL)
        assert verdict.is_blocked and verdict.undecided and not model.asked
        assert "sk-secret" not in str(verdict) + repr(model.inspector()) + verdict.to_json()


def test_equal_questions_are_asked_once_and_answers_are_remembered() -> None:
    with served(Model((200, answer(FINE)))) as model:
        inspector = model.inspector()
        assert [verdict.action for verdict in inspected(inspector, 50)] == ["allow"] * 50
        assert [verdict.action for verdict in inspected(inspector, 50)] == ["allow"] * 50
        assert len(model.asked) == 1


@pytest.mark.parametrize("status", [429, 500])
def test_a_server_in_trouble_is_asked_again(status: int) -> None:
    with served(Model((status, b""), (200, answer(FINE)))) as model:
        assert inspected(model.inspector())[0].action == "allow" and len(model.asked) == 2


@pytest.mark.parametrize("reply", [(200, b"garbage"), (200, answer({"score": 0})), (401, b""), (302, b""), (404, b"")])
def test_what_is_no_answer_leaves_it_open(reply: tuple[int, bytes]) -> None:
    with served(Model(reply)) as model:
        [verdict] = inspected(model.inspector())
        assert verdict.is_blocked and verdict.undecided and len(model.asked) == 1


def test_a_slow_server_is_not_waited_for() -> None:
    with served(Model((200, answer(FINE)))) as model:
        model.go.clear()
        [verdict] = inspected(model.inspector(timeout=1, retries=0))
        assert verdict.is_blocked and "deadline" in verdict.undecided[0].question


def test_nobody_there_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(Model((200, answer(FINE)))) as model:
        inspector = model.inspector()
        monkeypatch.delenv("TEST_MODEL_KEY")
        [verdict] = inspected(inspector)
        assert verdict.is_blocked and "key" in verdict.undecided[0].question and not model.asked
    monkeypatch.setenv("TEST_MODEL_KEY", "k")
    [verdict] = inspected(inspector)
    assert verdict.is_blocked and verdict.undecided


def test_an_answerer_of_ones_own() -> None:
    asked: list[Query] = []

    async def answerer(query: Query) -> bytes:
        asked.append(query)
        await asyncio.sleep(0)
        return answer(BAD)

    inspector = Model().inspector(url="https://model.example/v1")
    assert inspected(inspector, answerer=answerer)[0].is_blocked
    assert asked[0].url == "https://model.example/v1/chat/completions" and ("content-type", "application/json") in asked[0].headers
    assert asked[0].key == ("TEST_MODEL_KEY", "authorization", "Bearer ") and asked[0].deadline == 5.0 and asked[0].id


class Lookup:
    """A layer that asks somebody who knows about tools."""

    def plan(self, inspection: Inspection) -> list[Query] | None:
        return [Query("is this tool known?", (inspection.target or "").encode(), deadline=0.5)] if inspection.target else None

    def judge(self, inspection: Inspection, answers: list[bytes | Exception]) -> Finding | None:
        if not answers or answers[0] == b"known":
            return None
        why = answers[0].decode() if isinstance(answers[0], bytes) else type(answers[0]).__name__
        return Finding("OWN-UNKNOWN", severity="critical", reason=why)


def test_a_layer_that_asks() -> None:
    inspector = Inspector(semantic_layers=[Lookup()])

    async def known(query: Query) -> bytes:
        assert query.question == "is this tool known?" and query.url == "" and query.key is None
        return b"known" if query.body == b"run_job" else b"no"

    async def silent(query: Query) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def broken(query: Query) -> bytes:
        raise OSError("no line")

    assert inspected(inspector, answerer=known)[0].action == "allow"
    assert inspected(inspector, answerer=silent)[0].findings[0].reason == "TimeoutError"
    assert inspected(inspector, answerer=broken)[0].findings[0].reason == "RuntimeError"
    # Nobody is named, and nobody was given who would know.
    assert inspected(inspector)[0].findings[0].reason == "RuntimeError"
    assert inspector.inspect(CALL).undecided[0].question == "is this tool known?"
    ping = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
    assert inspector.inspect(ping).action == "allow"


def test_a_plan_that_fails_blocks_and_says_so() -> None:
    class Broken(Lookup):
        def plan(self, inspection: Inspection) -> Any:
            raise RuntimeError("no plan today")

    class Wrong(Lookup):
        def plan(self, inspection: Inspection) -> Any:
            return ["what?"]

    for layer in (Broken(), Wrong()):
        for verdict in (Inspector(semantic_layers=[layer]).inspect(CALL), *inspected(Inspector(semantic_layers=[layer]))):
            assert verdict.is_blocked and verdict.findings[0].rule == "LAYER-FAILED"


def test_consulting_by_hand() -> None:
    inspector = Inspector(semantic_layers=[Lookup()])
    queries = inspector.consult(CALL, {}, server="s", flow="to_server")
    assert isinstance(queries, list) and len(queries) == 1 and inspector.sessions() == []
    verdict = inspector.consult(CALL, {queries[0].id: b"known"}, server="s", roles=["r"], headers={"A": "b"}, at=1.0, full=True)
    assert isinstance(verdict, Verdict) and verdict.action == "allow"
    for wrong in ({"sever": "s"}, {"flow": "up"}, {"roles": 3}, {"at": -1}):
        with pytest.raises((TypeError, ValueError)):
            inspector.consult(CALL, {}, **wrong)
    with pytest.raises((TypeError, ValueError)):
        inspector.consult(CALL, {queries[0].id: 3})  # type: ignore[dict-item]


def test_environment_variables_name_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(Model((200, answer(BAD)))) as model:
        for name, value in {"CUSTOM_URL": model.url, "CUSTOM_MODEL": "judge-2", "CUSTOM_KEY": "sk-secret", "TIMEOUT_SECS": "3"}.items():
            monkeypatch.setenv(f"VANGUARD_SEMANTIC_{name}", value)
        assert Inspector(ASKS).asks is None, "nothing is asked unless it is switched on"
        monkeypatch.setenv("VANGUARD_SEMANTIC_ENABLED", "true")
        inspector = Inspector(ASKS)
        [verdict] = inspected(inspector)
        assert verdict.is_blocked and not verdict.undecided
        [(_, headers, body)] = model.asked
        assert headers["authorization"] == "Bearer sk-secret" and body["model"] == "judge-2"
        assert "sk-secret" not in repr(inspector) + verdict.to_json() + str(inspector.warnings)
        assert Inspector().asks is not None, "without a configuration, too"
        monkeypatch.setenv("VANGUARD_SEMANTIC_CUSTOM_URL", "http://user:sk-secret@127.0.0.1/v1")
        with pytest.raises(ConfigError) as wrong:
            Inspector()
        assert "environment" in str(wrong.value) and "sk-secret" not in str(wrong.value) and wrong.value.problems == []
        # Where a configuration names one, the environment is not asked.
        assert Model().inspector(url=model.url).asks is not None
