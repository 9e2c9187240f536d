"""The engine. Import from `vanguard`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from typing import Any, Literal, TypeVar, final

from typing_extensions import disjoint_base

from .types import Action, Confidence, Config, DenyAs, Flow, Framing, Kind, Layer, LayerName, Message, Profile, Severity

__all__ = [
    "Edit",
    "Exchange",
    "Field",
    "Finding",
    "Inspection",
    "Inspector",
    "Origin",
    "Outcome",
    "Undecided",
    "Verdict",
    "Versions",
]

_M = TypeVar("_M", bound=Message)

@disjoint_base
class Inspector:
    def __new__(
        cls,
        config: Config | Sequence[Config] | None = None,
        *,
        profile: Profile | None = None,
        deny_as: DenyAs | None = None,
        safe_zones: Sequence[str | PathLike[str]] = ...,
        check_schemas: bool = False,
        rule_layers: Sequence[Layer] = ...,
        semantic_layers: Sequence[Layer] = ...,
        behavior_layers: Sequence[Layer] = ...,
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
        roles: Sequence[str] = ...,
        scopes: Sequence[str] = ...,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        protocol: str | None = None,
        intent: str | None = None,
        framing: Framing | None = None,
        full: bool = False,
        at: float | None = None,
        in_reply_to: Origin | Verdict | None = None,
    ) -> Verdict: ...
    @property
    def profile(self) -> Profile: ...
    @property
    def versions(self) -> Versions: ...
    @property
    def warnings(self) -> list[dict[str, Any]]: ...

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
        audit: Callable[[str], object] | None = None,
    ) -> Exchange: ...
    def handle(self, flow: Flow, message: Message, in_reply_to: Origin | Verdict | None = None) -> Outcome: ...
    def closed(self) -> list[bytes]: ...

@final
class Outcome:
    @property
    def forward(self) -> bytes | None: ...
    @property
    def reply(self) -> bytes | None: ...
    @property
    def record(self) -> str | None: ...
    @property
    def verdict(self) -> Verdict: ...

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
