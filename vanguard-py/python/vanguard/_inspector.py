"""The inspector with what only Python can do."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from . import _vanguard
from ._ask import Answer, Answerer, Asker, by
from ._vanguard import Query, Verdict

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .types import Context, Message

T = TypeVar("T")

LONG = 32 * 1024
"""Bytes from which a message is judged in a worker thread: a switch costs about what that many bytes do."""


class Inspector(_vanguard.Inspector):
    """Looks at every message and says what happens to it.

    Immutable and safe to share between threads; keep one per configuration. Without arguments it has the built-in rules and the
    profile `balanced`. `config` is the path of a YAML, TOML or JSON file, a dict with the same keys, or a list of these. Environment
    variables may name a model that is asked (`VANGUARD_SEMANTIC_ENABLED=true`; the README lists them) where no configuration does.

    `profile` ("monitor", "balanced", "strict") wins over the configuration's; `deny_as` says how refused requests are answered ("error", or
    "tool_result", which a model can read); with `safe_zones`, paths outside these directories are blocked; `check_schemas` warns of what is
    not as a tool's schemas say; `rule_layers`, `semantic_layers`, `behavior_layers` and `state_store` are your own. What is wrong with a
    configuration raises `ConfigError`, which shows every problem with file and line.

    >>> from vanguard import Inspector
    >>> verdict = Inspector().inspect(b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}')
    >>> verdict.action, verdict.findings[0].rule
    ('block', 'L0-DUPLICATE-KEY')
    """

    __slots__ = ("_askers",)

    _askers: WeakKeyDictionary[asyncio.AbstractEventLoop, Asker]

    async def inspect_async(self, message: Message, *, answerer: Answerer | None = None, **context: Unpack[Context]) -> Verdict:
        """Judge a message as `inspect` does, with the same keywords, and ask what its layers ask.

        A long one is judged in a worker thread, so that the event loop stays free.

        A model of the configuration (`semantic: {llm: …}`) is asked over HTTP, with the key from the environment variable that the
        configuration names. What layers of your own ask goes to `answerer`; with one, everything does. A question without an answer within
        its deadline is left open (`when_undecided`), or is the layer's to judge. On an event loop other than `asyncio`'s nothing is asked.
        """
        answers: dict[str, Answer] = {}
        while True:
            judge = partial(self.consult, message, answers, **context)
            # A class of somebody's own may say anything of its length.
            short = type(message) in (bytes, bytearray, str) and len(message) < LONG
            decided = judge() if short else await in_thread(judge)
            if isinstance(decided, Verdict):
                return decided
            answers.update(await self._ask(decided, answerer))

    async def _ask(self, queries: list[Query], answerer: Answerer | None) -> dict[str, Answer]:
        """Bring an answer to each question, by its id."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return {query.id: RuntimeError("a question can be asked on an event loop of asyncio only") for query in queries}
        ask = self._asker(loop).ask if answerer is None else partial(by, answerer)
        return dict(zip((query.id for query in queries), await asyncio.gather(*map(ask, queries)), strict=True))

    def _asker(self, loop: asyncio.AbstractEventLoop) -> Asker:
        """The desk of an event loop."""
        try:
            askers = self._askers
        except AttributeError:
            askers = self._askers = WeakKeyDictionary()
        asker = askers.get(loop)
        if asker is None:
            # Layers of one's own may ask where the configuration names no model; without an answerer nobody can be asked.
            asker = askers[loop] = Asker(*(self.asks or (4, 256, 1)))
        return asker


async def in_thread(judge: Callable[[], T]) -> T:
    """Run it in a worker thread of the event loop that is running: `anyio`'s where a host uses that, else `asyncio`'s."""
    if "anyio" in sys.modules:
        from anyio import to_thread

        return await to_thread.run_sync(judge)
    return await asyncio.to_thread(judge)
