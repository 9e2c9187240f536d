"""Questions that layers ask outside: sent over the host's own network, by the rules of the engine's desk.

How many go out at once, who waits, what is asked again and when a server is left alone decides the engine; here is the clock and the
network. One desk for each event loop.
"""

from __future__ import annotations

import asyncio
import os
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeAlias, Union

from ._vanguard import Desk, Query

Answer: TypeAlias = Union[bytes, Exception]
"""What came back for a question, or the exception that says why nothing did."""
Answerer: TypeAlias = Callable[[Query], Awaitable[bytes]]
"""Sends a question and brings the answer's body; raises if there is none."""

LONGEST = 1 << 20
"""Bytes of a response that are read: an answer has a few hundred."""


class Asker:
    """Sends questions of one event loop."""

    def __init__(self, calls: int, queue: int, retries: int) -> None:
        """Send at most `calls` at once, let `queue` wait, send one again `retries` times."""
        self._desk, self._waiters = Desk(calls, queue, retries), count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def ask(self, query: Query) -> Answer:
        """Bring the answer to a question, or what stands for it."""
        waiter = next(self._waiters)
        refused = self._desk.ask(query, waiter, time.monotonic())
        if refused is not None:
            return refused
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[waiter] = future
        self._pump()
        return await future

    def _pump(self) -> None:
        self._settle(self._desk.expired(time.monotonic()))
        loop = asyncio.get_running_loop()
        while (sending := self._desk.next(time.monotonic())) is not None:
            task = loop.create_task(self._send(*sending))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        if self._timer is not None:
            self._timer.cancel()
        wake = self._desk.wake()
        self._timer = None if wake is None else loop.call_later(max(0.0, wake - time.monotonic()), self._pump)

    async def _send(self, query: Query, within: float) -> None:
        try:
            status, again, body = await asyncio.wait_for(asyncio.to_thread(post, query, within), within)
        except asyncio.TimeoutError:
            told = self._desk.done(query, time.monotonic(), error=TimeoutError())
        except Exception as error:
            told = self._desk.done(query, time.monotonic(), error=error)
        else:
            told = self._desk.done(query, time.monotonic(), status=status, retry_after=again, body=body)
        self._settle(told)
        self._pump()

    def _settle(self, told: list[tuple[int, Answer]]) -> None:
        for waiter, answer in told:
            future = self._waiting.pop(waiter, None)
            if future is not None and not future.done():
                future.set_result(answer)


class Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirects: a key is for the server that was configured, and for no other."""

    def redirect_request(self, *_: object) -> None:
        """Take the response as it is."""


OPENER = urllib.request.build_opener(Straight)


def post(query: Query, within: float) -> tuple[int, str | None, bytes]:
    """Send a question: the status, the header `retry-after` and the body of what comes back. Blocks."""
    headers = dict(query.headers)
    if query.key is not None:
        variable, header, prefix = query.key
        key = os.environ.get(variable, "").strip()
        if not key:
            # As a server would say it.
            return 401, None, b""
        headers[header] = prefix + key
    request = urllib.request.Request(query.url, query.body, headers)
    try:
        with OPENER.open(request, timeout=within) as response:
            return response.status, response.headers.get("retry-after"), response.read(LONGEST)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("retry-after"), error.read(LONGEST)


async def by(answerer: Answerer, query: Query) -> Answer:
    """Ask somebody else's answerer, within the deadline."""
    try:
        # Of anything but bytes this is an error; `bytes(5)` would be five of them.
        return bytes(memoryview(await asyncio.wait_for(answerer(query), query.deadline)))
    except asyncio.TimeoutError:
        return TimeoutError("no answer within the deadline")
    except Exception as error:
        return error
