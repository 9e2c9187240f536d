"""What can go wrong. A blocked message is a verdict, not an exception, unless you ask for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._vanguard import Verdict


class VanguardError(Exception):
    """The base of every exception of this package."""


class ConfigError(VanguardError, ValueError):
    """A configuration or rule pack is wrong. Its text shows every problem with its line and a caret below the place."""

    def __init__(self, text: str, problems: list[dict[str, Any]] | None = None) -> None:
        """Keep the rendered text and the problems behind it."""
        super().__init__(text)
        self.problems: list[dict[str, Any]] = problems or []
        """Each with `severity`, `message`, `help`, `file`, `line`, `column`, `span`."""

    @property
    def file(self) -> str | None:
        """The file of the first error."""
        value: str | None = self._first("file")
        return value

    @property
    def line(self) -> int | None:
        """The line of the first error, from 1."""
        value: int | None = self._first("line")
        return value

    @property
    def column(self) -> int | None:
        """The column of the first error, from 1, in characters."""
        value: int | None = self._first("column")
        return value

    def _first(self, key: str) -> Any:
        errors = [problem for problem in self.problems if problem["severity"] == "error"]
        return errors[0][key] if errors else None


class DecodeError(VanguardError, ValueError):
    """What was given is no message: another type, a cycle, NaN, text that is no UTF-8, or nothing says its direction."""


class Blocked(VanguardError):
    """A message must not pass: raised by `Verdict.raise_for_block`, and by guarded functions."""

    def __init__(self, verdict: Verdict) -> None:
        """Say what the verdict says."""
        super().__init__(verdict.message)
        self.verdict = verdict
        """Why."""
