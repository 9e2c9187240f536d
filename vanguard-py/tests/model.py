"""A model to ask: a server that speaks OpenAI's protocol as far as it has to, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vanguard import Inspector

BAD = {"score": 95, "category": "execution", "reason": "it runs what nobody asked for"}
FINE = {"score": 3, "category": "benign", "reason": "housework"}


ASKS = {"capabilities": {"run*": "exec"}, "when_undecided": "block"}
"""Asks about every call of a tool whose name begins so."""


def answer(judgement: dict[str, Any]) -> bytes:
    message = {"role": "assistant", "content": json.dumps(judgement)}
    return json.dumps({"choices": [{"finish_reason": "stop", "message": message}]}).encode()


class Model:
    """Says each of `replies` once, then the last of them again."""

    def __init__(self, *replies: tuple[int, bytes]) -> None:
        self.replies, self.asked = list(replies), list[tuple[str, dict[str, str], Any]]()
        self.go, self.url = threading.Event(), ""
        self.go.set()

    def inspector(self, **llm: Any) -> Inspector:
        settings = {"url": self.url, "key_env": "TEST_MODEL_KEY", "model": "judge-1", **llm}
        return Inspector({"semantic": {"llm": settings}, **ASKS})


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
