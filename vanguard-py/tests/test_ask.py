"""Questions that layers ask outside: a model over real HTTP, and answerers of one's own."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from vanguard import Finding, Inspection, Inspector, Query, Verdict

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run_job", "arguments": {"command": "make all the beds"}}}
BAD = {"score": 95, "category": "execution", "reason": "it runs what nobody asked for"}
FINE = {"score": 3, "category": "benign", "reason": "housework"}


def answer(judgement: dict[str, Any]) -> bytes:
    message = {"role": "assistant", "content": json.dumps(judgement)}
    return json.dumps({"choices": [{"finish_reason": "stop", "message": message}]}).encode()


class Model:
    """A server that speaks OpenAI's protocol as far as it has to; it says each of `replies` once, then the last of them again."""

    def __init__(self, *replies: tuple[int, bytes]) -> None:
        self.replies, self.asked = list(replies), list[tuple[str, dict[str, str], Any]]()
        self.go, self.url = threading.Event(), ""
        self.go.set()

    def inspector(self, **llm: Any) -> Inspector:
        settings = {"url": self.url, "key_env": "TEST_MODEL_KEY", "model": "judge-1", **llm}
        return Inspector({"semantic": {"llm": settings}, "capabilities": {"run_*": "exec"}, "when_undecided": "block"})


@contextmanager
def served(model: Model) -> Iterator[Model]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            model.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}, json.loads(body)))
            model.go.wait(30)
            status, said = model.replies[0] if len(model.replies) == 1 else model.replies.pop(0)
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            if status == 302:
                self.send_header("location", model.url + "/elsewhere")
            if status == 429:
                self.send_header("retry-after", "0")
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.go.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_MODEL_KEY", "sk-secret")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


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
