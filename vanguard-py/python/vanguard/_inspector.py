"""The inspector with what only Python can do."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

from . import _vanguard
from ._vanguard import Verdict

LONG = 32 * 1024
"""Bytes from which a message is judged in a worker thread: a switch costs about what that many bytes do."""


class Inspector(_vanguard.Inspector):
    """Looks at every message and says what happens to it.

    Immutable and safe to share between threads; keep one per configuration. Without arguments it has the built-in rules and the
    profile `balanced`. `config` is the path of a YAML, TOML or JSON file, a dict with the same keys, or a list of these.

    >>> from vanguard import Inspector
    >>> verdict = Inspector().inspect(b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}')
    >>> verdict.action, verdict.findings[0].rule
    ('block', 'L0-DUPLICATE-KEY')
    """

    __slots__ = ()

    async def inspect_async(self, message: Any, **context: Any) -> Verdict:
        """Judge a message as `inspect` does; a long one in a worker thread, so that the event loop stays free."""
        judge = partial(self.inspect, message, **context)
        if isinstance(message, (bytes, bytearray, str)) and len(message) < LONG:
            return judge()
        return await in_thread(judge)


async def in_thread(judge: partial[Verdict]) -> Verdict:
    """Run it in a worker thread of the event loop that is running: `anyio`'s where a host uses that, else `asyncio`'s."""
    if "anyio" in sys.modules:
        from anyio import to_thread

        return await to_thread.run_sync(judge)
    import asyncio

    return await asyncio.to_thread(judge)
