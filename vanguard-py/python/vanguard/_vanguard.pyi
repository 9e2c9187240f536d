"""The engine. Import from `vanguard`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, ClassVar, Literal, TypeVar, final

from typing_extensions import disjoint_base

from .types import (
    Action,
    Band,
    BodyKind,
    Confidence,
    Config,
    DenyAs,
    Flow,
    Framing,
    Head,
    Kind,
    Layer,
    LayerName,
    Message,
    Place,
    Profile,
    Risk,
    Severity,
    StateStore,
)

__all__ = [
    "BehaviorExport",
    "CounterKey",
    "Desk",
    "Edit",
    "Exchange",
    "Field",
    "Finding",
    "Inspection",
    "Inspector",
    "Level",
    "MemoryStore",
    "Origin",
    "Outcome",
    "Query",
    "Quota",
    "Score",
    "Ticket",
    "Undecided",
    "Verdict",
    "Versions",
    "__version__",
    "body_judged",
    "body_kind",
    "command",
    "semantic_score",
]

__version__: str

_M = TypeVar("_M", bound=Message)

@disjoint_base
class Inspector:
    def __new__(
        cls,
        config: Config | Sequence[Config] | None = None,
        *,
        profile: Profile | None = None,
        deny_as: DenyAs | None = None,
        safe_zones: Iterable[str | PathLike[str]] | None = None,
        check_schemas: bool = False,
        rule_layers: Iterable[Layer] | None = None,
        semantic_layers: Iterable[Layer] | None = None,
        behavior_layers: Iterable[Layer] | None = None,
        state_store: StateStore | None = None,
    ) -> Inspector: ...
    def inspect(
        self,
        message: Message,
        *,
        flow: Flow | None = None,
        server: str | None = None,
        session: str | None = None,
        tenant: str | None = None,
        principal: str | None = None,
        roles: Iterable[str] | None = None,
        scopes: Iterable[str] | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        protocol: str | None = None,
        intent: str | None = None,
        framing: Framing | None = None,
        full: bool = False,
        at: float | None = None,
        in_reply_to: Origin | Verdict | None = None,
    ) -> Verdict: ...
    def consult(
        self,
        message: Message,
        answers: dict[str, bytes | Exception],
        *,
        flow: Flow | None = None,
        server: str | None = None,
        session: str | None = None,
        tenant: str | None = None,
        principal: str | None = None,
        roles: Iterable[str] | None = None,
        scopes: Iterable[str] | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        protocol: str | None = None,
        intent: str | None = None,
        framing: Framing | None = None,
        full: bool = False,
        at: float | None = None,
        in_reply_to: Origin | Verdict | None = None,
    ) -> Verdict | list[Query]: ...
    @property
    def asks(self) -> tuple[int, int, int] | None: ...
    @property
    def profile(self) -> Profile: ...
    @property
    def versions(self) -> Versions: ...
    @property
    def warnings(self) -> list[dict[str, Any]]: ...
    def sessions(self) -> list[BehaviorExport]: ...
    def clear_session(self, id: str) -> bool: ...

@final
class Verdict:
    @property
    def action(self) -> Action: ...
    @property
    def would(self) -> Action: ...
    @property
    def flow(self) -> Flow: ...
    @property
    def kind(self) -> Kind | None: ...
    @property
    def is_blocked(self) -> bool: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def omitted(self) -> int: ...
    @property
    def edits(self) -> tuple[Edit, ...]: ...
    @property
    def undecided(self) -> tuple[Undecided, ...]: ...
    @property
    def versions(self) -> Versions: ...
    @property
    def origin(self) -> Origin | None: ...
    @property
    def answers(self) -> Origin | None: ...
    @property
    def message(self) -> str: ...
    def error_response(self) -> bytes: ...
    def apply(self, message: _M) -> _M: ...
    def raise_for_block(self) -> None: ...
    def to_json(self) -> str: ...
    def to_dict(self) -> dict[str, Any]: ...

@final
class Finding:
    def __new__(
        cls,
        rule: str,
        *,
        severity: Severity = "high",
        confidence: Confidence = "high",
        reason: str = ...,
        pointer: str = ...,
        span: tuple[int, int] = ...,
        evidence: str = ...,
        taxonomy: dict[str, list[str]] = ...,
        retry_after: int | None = None,
    ) -> Finding: ...
    @property
    def rule(self) -> str: ...
    @property
    def layer(self) -> LayerName: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def confidence(self) -> Confidence: ...
    @property
    def action(self) -> Action: ...
    @property
    def pointer(self) -> str: ...
    @property
    def span(self) -> tuple[int, int]: ...
    @property
    def evidence(self) -> str: ...
    @property
    def taxonomy(self) -> dict[str, list[str]]: ...
    @property
    def reason(self) -> str: ...
    @property
    def allow(self) -> str: ...
    @property
    def retry_after(self) -> int | None: ...

@final
class Edit:
    @property
    def op(self) -> Literal["replace", "remove"]: ...
    @property
    def pointer(self) -> str: ...
    @property
    def span(self) -> tuple[int, int]: ...
    @property
    def value(self) -> str | None: ...

@final
class Undecided:
    @property
    def layer(self) -> LayerName: ...
    @property
    def question(self) -> str: ...

@final
class Versions:
    @property
    def core(self) -> str: ...
    @property
    def packs(self) -> str: ...
    @property
    def config(self) -> str: ...

@final
class Origin:
    @property
    def id(self) -> int | str: ...
    @property
    def method(self) -> str: ...
    @property
    def target(self) -> str | None: ...

@final
class Exchange:
    def __new__(
        cls,
        inspector: Inspector,
        *,
        server: str | None = None,
        session: str | None = None,
        tenant: str | None = None,
        principal: str | None = None,
        framing: Framing | None = None,
        partial: bool = False,
        record_allows: bool = False,
        answerer: bool = False,
        audit: Callable[[str], object] | None = None,
    ) -> Exchange: ...
    def handle(
        self,
        flow: Flow,
        message: Message,
        in_reply_to: Origin | Verdict | None = None,
        *,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
    ) -> Outcome: ...
    def answered(self, hold: Ticket, answers: dict[str, bytes | Exception]) -> list[Outcome]: ...
    def closed(self) -> list[bytes]: ...

@final
class Outcome:
    @property
    def forward(self) -> bytes | None: ...
    @property
    def reply(self) -> bytes | None: ...
    @property
    def status(self) -> int: ...
    @property
    def record(self) -> str | None: ...
    @property
    def hold(self) -> Ticket | None: ...
    @property
    def asks(self) -> list[Query]: ...
    @property
    def verdict(self) -> Verdict: ...

@final
class Ticket: ...

def body_kind(content_types: list[bytes], *, asked: bool, status: int) -> BodyKind: ...
def body_judged(kind: BodyKind, body: bytes) -> bool: ...

@final
class Inspection:
    @property
    def flow(self) -> Flow: ...
    @property
    def kind(self) -> Kind | None: ...
    @property
    def method(self) -> str | None: ...
    @property
    def target(self) -> str | None: ...
    @property
    def server(self) -> str | None: ...
    @property
    def session(self) -> str | None: ...
    @property
    def principal(self) -> str | None: ...
    @property
    def message(self) -> bytes: ...
    @property
    def fields(self) -> tuple[Field, ...]: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...

@final
class Field:
    @property
    def kind(self) -> str: ...
    @property
    def pointer(self) -> str: ...
    @property
    def text(self) -> str: ...

@final
class CounterKey:
    def __new__(cls, owner: int, subject: int, slot: int) -> CounterKey: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    @property
    def owner(self) -> int: ...
    @property
    def subject(self) -> int: ...
    @property
    def slot(self) -> int: ...

@final
class Quota:
    def __new__(cls, most: int, within: float, burst: int | None = None) -> Quota: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    @property
    def most(self) -> int: ...
    @property
    def within(self) -> float: ...
    @property
    def burst(self) -> int | None: ...

@final
class Level:
    def __new__(cls, used: int, retry_after: float | None = None) -> Level: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
    @property
    def used(self) -> int: ...
    @property
    def retry_after(self) -> float | None: ...

@disjoint_base
class MemoryStore:
    def __new__(cls, *, per_owner: int = 4096, all: int = 65536) -> MemoryStore: ...
    def level(self, key: CounterKey, quota: Quota, at: float) -> Level: ...
    def add(self, key: CounterKey, quota: Quota, amount: int, at: float) -> Level: ...
    def clear(self, owner: int, subject: int) -> None: ...

@final
class BehaviorExport:
    @property
    def id(self) -> str: ...
    @property
    def tenant(self) -> str | None: ...
    @property
    def principal(self) -> str | None: ...
    @property
    def session(self) -> str | None: ...
    @property
    def messages(self) -> int: ...
    @property
    def blocked(self) -> int: ...
    @property
    def calls(self) -> int: ...
    @property
    def risk(self) -> Risk: ...
    @property
    def score(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def last(self) -> int: ...

@final
class Score:
    @property
    def head(self) -> Head: ...
    @property
    def score(self) -> int: ...
    @property
    def band(self) -> Band | None: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def words(self) -> tuple[tuple[str, int], ...]: ...

def semantic_score(text: str | bytes, *, at: Place = "result", profile: Profile = "balanced", words: int = 0) -> tuple[Score, ...]: ...
def command(words: Sequence[str], again: Sequence[str]) -> int: ...

@final
class Query:
    def __new__(cls, question: str, body: bytes = ..., *, deadline: float = 5.0) -> Query: ...
    @property
    def question(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> list[tuple[str, str]]: ...
    @property
    def key(self) -> tuple[str, str, str] | None: ...
    @property
    def body(self) -> bytes: ...
    @property
    def deadline(self) -> float: ...
    @property
    def id(self) -> str: ...

@final
class Desk:
    def __new__(cls, calls: int, queue: int, retries: int) -> Desk: ...
    def ask(self, query: Query, waiter: int, now: float) -> bytes | Exception | None: ...
    def next(self, now: float) -> tuple[Query, float] | None: ...
    def done(
        self,
        query: Query,
        now: float,
        *,
        status: int = 0,
        retry_after: str | None = None,
        body: bytes = ...,
        error: Exception | None = None,
    ) -> list[tuple[int, bytes | Exception]]: ...
    def expired(self, now: float) -> list[tuple[int, bytes | Exception]]: ...
    def wake(self) -> float | None: ...
