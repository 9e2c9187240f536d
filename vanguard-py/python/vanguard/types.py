"""Names for the types that this package takes and gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypedDict, Union

if TYPE_CHECKING:
    from ._vanguard import CounterKey, Finding, Inspection, Level, Origin, Query, Quota, Verdict

Action: TypeAlias = Literal["allow", "warn", "edit", "review", "block"]
"""What happens to a message; later ones are stronger."""
Flow: TypeAlias = Literal["to_server", "to_client"]
"""The way a message travels: a server's question to the client flows to the client."""
Framing: TypeAlias = Literal["body", "line"]
"""How a carrier marks where a message ends."""
Kind: TypeAlias = Literal["request", "notification", "result", "error"]
"""What a message is."""
Profile: TypeAlias = Literal["monitor", "balanced", "strict"]
"""A set of defaults."""
DenyAs: TypeAlias = Literal["error", "tool_result"]
"""How a blocked request is answered."""
Severity: TypeAlias = Literal["info", "low", "medium", "high", "critical"]
"""How bad it is if a finding is right."""
Confidence: TypeAlias = Literal["low", "medium", "high"]
"""How sure a finding is."""
LayerName: TypeAlias = Literal["l0", "l1", "l2", "l3", "policy"]
"""Where a finding comes from."""
Risk: TypeAlias = Literal["normal", "elevated", "high", "critical"]
"""How much a session has against it."""
Head: TypeAlias = Literal["injection", "jailbreak", "poisoned"]
"""What the embedded model looks for."""
Place: TypeAlias = Literal["result", "argument", "metadata"]
"""Where a text stands that the embedded model judges."""
Band: TypeAlias = Literal["warn", "firm", "block"]
"""How sure the embedded model is."""
BodyKind: TypeAlias = Literal["message", "events", "perhaps", "nothing"]
"""What the body of an HTTP answer carries."""
Message: TypeAlias = Union[bytes, bytearray, memoryview, str, "dict[str, Any]", "list[Any]"]
"""A JSON-RPC message. Bytes are best: what was inspected is then what is parsed."""
Config: TypeAlias = Union[str, "PathLike[str]", "dict[str, Any]"]
"""The path of a configuration file, or a dict with the same keys."""


class Context(TypedDict, total=False):
    """What comes with a message: the keywords of `inspect`, `inspect_async` and `consult`. What is left out is unknown, never assumed."""

    flow: Flow | None
    """The direction, where the message does not say it."""
    server: str | None
    """The server's configured name."""
    session: str | None
    """The session, as the carrier names it."""
    tenant: str | None
    """The tenant, where one host serves many."""
    principal: str | None
    """The authenticated user or agent."""
    roles: Iterable[str] | None
    """Roles of the principal."""
    scopes: Iterable[str] | None
    """OAuth scopes of the principal."""
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None
    """Transport headers: a mapping, or pairs."""
    protocol: str | None
    """The protocol version the carrier negotiated ("2025-11-25")."""
    intent: str | None
    """What the user of this session said it is for."""
    framing: Framing | None
    """How the carrier frames messages."""
    full: bool
    """Whether the inspector sees every message of both directions."""
    at: float | None
    """When it happened, in seconds since 1970."""
    in_reply_to: Origin | Verdict | None
    """The request that this message answers: its verdict, or that one's `origin`."""


class JudgeFunction(Protocol):
    """A layer of your own, as a function."""

    def __call__(self, inspection: Inspection, /) -> Finding | Iterable[Finding] | None:
        """Say what is wrong with a message; policy decides what comes of it."""


class JudgeObject(Protocol):
    """A layer of your own, as an object.

    One that counts also has `settle(inspection, blocked)`, which is called when the verdict stands. One that asks outside has
    `plan(inspection)`, which gives its `Query`s (none: it asks nothing), and `judge(inspection, answers)`: one answer for each query, bytes
    or the exception that says why there is none (`TimeoutError`: none within the deadline). `Inspector.inspect_async` asks; in `inspect`
    what it would have asked is `undecided`.
    """

    def judge(self, inspection: Inspection, /) -> Finding | Iterable[Finding] | None:
        """Say what is wrong with a message; policy decides what comes of it."""


class AskingLayer(Protocol):
    """A layer of your own that asks outside before it judges."""

    def plan(self, inspection: Inspection, /) -> Iterable[Query] | None:
        """Say what there is to ask about a message."""

    def judge(self, inspection: Inspection, answers: list[bytes | Exception], /) -> Finding | Iterable[Finding] | None:
        """Say what is wrong with a message, given one answer for each query."""


Layer: TypeAlias = Union[JudgeFunction, JudgeObject, AskingLayer]
"""A layer of your own. If it raises, the message is blocked with a finding that says so."""


class StateStore(Protocol):
    """Counters of behaviour (budgets), for inspectors that share them: `Inspector(state_store=…)`.

    Asked for each message that names a session or a principal, from whatever thread inspects: answer from memory, and exchange what was
    added behind it. `MemoryStore` is one, and can be wrapped. If it raises, the message is blocked with a finding that says so.
    """

    def level(self, key: CounterKey, quota: Quota, at: float, /) -> Level:
        """Where a counter stands at a time, in seconds; changes nothing."""

    def add(self, key: CounterKey, quota: Quota, amount: int, at: float, /) -> Level:
        """Add to a counter and tell where it stands then."""

    def clear(self, owner: int, subject: int, /) -> None:
        """Forget every counter of a subject."""
