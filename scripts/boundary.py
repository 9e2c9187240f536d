#!/usr/bin/env python3
"""What `inspect` costs from Python, by size of the message, and what a second thread brings.

    pip install ./vanguard-py      # a release build, or the figures say nothing
    python3 scripts/boundary.py

Medians of rounds, the sides in turn. `cargo bench -p vanguard-core --bench costs` has the cost of the same without Python.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Callable
from functools import partial

from vanguard import Inspector

PROSE = "The release went out at noon and nobody noticed, which is how releases should go. "


def call(text: str) -> bytes:
    params = {"name": "write_note", "arguments": {"text": text}}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()


def once(run: Callable[[], object], calls: int) -> float:
    begun = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - begun) / calls * 1e6


def together(*runs: Callable[[], object], calls: int, rounds: int = 15) -> list[float]:
    """Microseconds a call, of each."""
    taken: list[list[float]] = [[] for _ in runs]
    for run in runs:
        once(run, calls)
    for _ in range(rounds):
        for number, run in enumerate(runs):
            taken[number].append(once(run, calls))
    return [statistics.median(one) for one in taken]


def threads(inspector: Inspector, message: bytes, count: int, calls: int) -> float:
    """Messages a second through `count` threads."""
    begun = time.perf_counter()
    running = [threading.Thread(target=lambda: once(lambda: inspector.inspect(message, flow="to_client"), calls)) for _ in range(count)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return count * calls / (time.perf_counter() - begun)


def main() -> None:
    inspector = Inspector()
    print("message          µs (flow said)   µs (flow guessed)")
    for name, message in (
        ("ping", b'{"jsonrpc":"2.0","id":1,"method":"ping"}'),
        ("call 250 B", call(PROSE * 2)),
        ("call 2 KB", call(PROSE * 25)),
    ):
        said, guessed = together(partial(inspector.inspect, message, flow="to_server"), partial(inspector.inspect, message), calls=2_000)
        print(f"{name:12}  {said:14.2f}   {guessed:14.2f}")
    large = json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": PROSE * 400}]}}).encode()
    one, two = (statistics.median(threads(inspector, large, count, 200) for _ in range(7)) for count in (1, 2))
    print(f"two threads / one (32 KB): {two / one:.2f}")


if __name__ == "__main__":
    main()
