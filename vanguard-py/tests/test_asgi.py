"""The ASGI wrapper: raw bytes of Streamable HTTP. Real servers and clients behind it: `test_http`."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp.server.mcpserver", reason="the servers here are the second line's")

from demo_server import TOKEN
from scenario import ATTACK, DENIED
from vanguard import Guard, Inspector
from vanguard._guard._asgi import BESIDE, Answer
from vanguard.types import Profile


async def exchanged(
    body: bytes,
    answer: list[MutableMapping[str, Any]],
    method: str = "POST",
    path: str = "/mcp",
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> tuple[list[bytes], int, bytes]:
    """What reached an application, and the status and body that reached its client."""
    reached: list[bytes] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        event = await receive()
        reached.append(event["body"])
        assert path != "/mcp" or b"accept-encoding" not in {name.lower() for name, _ in scope["headers"]}
        assert event.get("more_body") or dict(scope["headers"]).get(b"content-length", b"").decode() in ("", str(len(event["body"])))
        for event in answer:
            await send(event)

    sent: list[Any] = []
    parts = [body[at : at + 7] for at in range(0, len(body), 7)] or [b""]

    async def receive() -> Any:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(event: Any) -> None:
        sent.append(event)

    length = (b"content-length", str(len(body)).encode())
    scope = {"type": "http", "method": method, "path": path, "headers": [length, (b"Accept-Encoding", b"gzip"), *headers]}
    await Guard().asgi(app)(scope, receive, send)
    return reached, sent[0]["status"], b"".join(event.get("body", b"") for event in sent)


def stream(kind: bytes, *chunks: bytes) -> list[MutableMapping[str, Any]]:
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}
    body = [{"type": "http.response.body", "body": chunk, "more_body": True} for chunk in chunks]
    return [start, *body, {"type": "http.response.body", "body": b""}]


PING = b'{"jsonrpc":"2.0", "id":1,"method":"ping"}'


def test_bytes_pass_as_they_are() -> None:
    answer = b'{"jsonrpc":"2.0", "id":1,"result":{}}'
    reached, status, body = anyio.run(exchanged, PING, stream(b"application/json", answer))
    assert (reached, status, body) == ([PING], 200, answer)
    events = b": hello\r\n\r\nevent: message\nid: 7\ndata: " + answer + b"\n\n"
    _, _, body = anyio.run(exchanged, PING, stream(b"text/event-stream; charset=utf-8", events[:9], events[9:40], events[40:]))
    assert body == events


def test_an_event_above_the_limit_is_decided_by_its_beginning_and_never_held() -> None:
    after = b'data: {"jsonrpc":"2.0","method":"notifications/x"}\n\n'

    async def passed(profile: Profile, head: bytes, piece: bytes) -> bytes:
        sent: list[bytes] = []

        async def send(event: MutableMapping[str, Any]) -> None:
            sent.append(event.get("body", b""))

        guard = Guard(Inspector({"limits": {"message": 1024}}, profile=profile))
        answer = Answer(guard, guard.exchange(partial=True), None, send, asked=True)
        for event in stream(b"text/event-stream", head, *[piece] * 300, b"\r\n", b"\r\n", after):
            await answer(event)
            assert len(answer._kept) <= 1024 + BESIDE + len(piece)
        return b"".join(sent)

    large = (b'data: "', b"x" * 1000)
    assert anyio.run(passed, "monitor", *large) == large[0] + large[1] * 300 + b"\r\n\r\n" + after
    refused = anyio.run(passed, "balanced", *large)
    assert refused.endswith(after) and len(refused) < 2000
    # A comment takes what follows it along.
    assert anyio.run(passed, "monitor", b": ", b"x" * 1000) == after


def test_duplicate_keys_are_refused_before_anything_parses_them() -> None:
    reached, status, body = anyio.run(exchanged, b'{"jsonrpc":"2.0","id":5,"method":"ping","method":"tools/call"}', [])
    assert not reached and status == 200
    assert (json.loads(body)["id"], json.loads(body)["error"]["code"]) == (5, DENIED)


def test_headers_of_arguments_are_held_against_them() -> None:
    version = "2026-07-28"
    params = {"name": "query", "arguments": {"region": "eu"}, "_meta": {"io.modelcontextprotocol/protocolVersion": version}}
    call = json.dumps({"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": params}).encode()
    answer = stream(b"application/json", b'{"jsonrpc":"2.0","id":5,"result":{}}')
    for region, expected in ((b"eu", 200), (b"us", 400)):
        headers = ((b"mcp-protocol-version", version.encode()), (b"Mcp-Param-Region", region))
        reached, status, _ = anyio.run(exchanged, call, answer, "POST", "/mcp", headers)
        assert (bool(reached), status) == (expected == 200, expected)


def test_a_refused_notification_is_accepted_and_goes_nowhere() -> None:
    reached, status, body = anyio.run(exchanged, b'{"jsonrpc":"2.0","method":"x","params":{"a":1,"a":2}}', [])
    assert not reached and (status, body) == (202, b"")


def test_secrets_in_event_streams_are_redacted_and_the_rest_of_the_event_stays() -> None:
    answer = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": f"key {TOKEN}"}]}}).encode()
    for gap in (b"\n\n", b"\r\n\r\n"):
        event = b"event: message\nid: 7\ndata: " + answer + gap
        _, _, body = anyio.run(exchanged, PING, stream(b"text/event-stream", *[event[at : at + 11] for at in range(0, len(event), 11)]))
        assert TOKEN.encode() not in body and b"github-token" in body
        assert body.startswith(b"event: message\nid: 7\ndata: {") and body.endswith(b"\n\n")


def test_no_way_of_writing_an_event_hides_its_message() -> None:
    answer = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": f"key {TOKEN}"}]}}, indent=1).encode()
    lines = answer.split(b"\n")
    for event in (
        b"\xef\xbb\xbfdata: " + answer.replace(b"\n", b"") + b"\n\n",
        b"".join(b"data: " + line + b"\n" for line in lines) + b"\r\n",
        b"".join(b"data:" + line + b"\r" for line in lines) + b"\r\n",
        b"event: endpoint\r\n" + b"\r\n".join(b"data: " + line for line in lines) + b"\r\n\n",
    ):
        after = b"data: " + b'{"jsonrpc":"2.0","method":"notifications/x"}' + b"\n\n"
        for size in (1, 7, 1000):
            pieces = [(event + after)[at : at + size] for at in range(0, len(event + after), size)]
            _, _, body = anyio.run(exchanged, PING, stream(b"text/event-stream", *pieces))
            assert TOKEN.encode() not in body and body.endswith(after)
            data = [line[5:] for line in body[: -len(after)].splitlines() if line.startswith(b"data:")]
            assert b"github-token" in json.dumps(json.loads(b"\n".join(data))).encode()


def test_the_place_to_post_to_of_2024_passes() -> None:
    event = b"event: endpoint\r\ndata: /messages?session=1\r\n\r\n"
    assert anyio.run(exchanged, b"", stream(b"text/event-stream", event), "GET")[2] == event


def test_an_event_without_its_end_never_passes() -> None:
    event = b'data: {"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"' + TOKEN.encode() + b'"}]}}'
    _, _, body = anyio.run(exchanged, PING, stream(b"text/event-stream", event))
    assert body == b""


def test_an_attack_is_answered_on_its_id() -> None:
    call = {"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": {"name": "run", "arguments": {"command": ATTACK}}}
    _, status, body = anyio.run(exchanged, json.dumps(call).encode(), [])
    assert status == 200 and json.loads(body)["id"] == "a"


def test_what_is_not_mcp_passes_as_it_is() -> None:
    health = b'{"status":"ok"}'
    assert anyio.run(exchanged, b"", stream(b"application/json", health), "GET")[2] == health
    form = b"grant_type=x&code=y"
    reached, _, body = anyio.run(exchanged, form, stream(b"application/json", health), "POST", "/auth/token")
    assert b"".join(reached) == form and body == health
    # What registers a client is JSON, too, and no message.
    client = b'{"redirect_uris":["https://a.example"]}'
    assert anyio.run(exchanged, client, stream(b"application/json", health), "POST", "/mcp/register")[2] == health
    denied = stream(b"application/json", b'{"error":"invalid_token"}')
    denied[0]["status"] = 401
    assert anyio.run(exchanged, PING, denied)[1:] == (401, b'{"error":"invalid_token"}')


@pytest.mark.parametrize("path", ["/mcp/token", "/mcp/.well-known/x", "/authorize"])
def test_no_path_excuses_a_message(path: str) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run", "arguments": {"command": ATTACK}}}
    reached, _, body = anyio.run(exchanged, json.dumps(call).encode(), [], "POST", path)
    assert not reached and json.loads(body)["error"]["code"] == DENIED
    told = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": TOKEN}]}}).encode()
    assert TOKEN.encode() not in anyio.run(exchanged, PING, stream(b"application/json", told), "POST", path)[2]
    assert TOKEN.encode() not in anyio.run(exchanged, b"", stream(b"text/event-stream", b"data: " + told + b"\n\n"), "GET", path)[2]


VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "carrier.json"


@pytest.mark.parametrize("case", json.loads(VECTORS.read_text())["bodies"], ids=lambda case: case["name"])
def test_judges_the_bodies_that_every_carrier_must(case: dict[str, Any]) -> None:
    body = case["body"].encode()
    headers = [(b"Content-Type", kind.encode()) for kind in case["content_type"]]
    start: MutableMapping[str, Any] = {"type": "http.response.start", "status": case.get("status", 200), "headers": headers}
    halves: list[MutableMapping[str, Any]] = [
        {"type": "http.response.body", "body": body[:9], "more_body": True},
        {"type": "http.response.body", "body": body[9:]},
    ]
    _, status, passed = anyio.run(exchanged, PING, [start, *halves], case.get("method", "POST"))
    assert status == case.get("status", 200)
    if case["judged"]:
        assert b'"a":2' not in passed
    else:
        assert passed == body
