"""How a destination is declared: the safe form of each answer, and forms that look as good and are not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

Evaluate = Callable[[str, str], object]
"""Answers a question (the first argument names it) by a form (the second), on the real engine."""


@dataclass(frozen=True)
class Trap:
    """A form that gives `seen`: a wrong value, or the name of the error that it raises."""

    question: str
    form: str
    seen: str


@dataclass(frozen=True)
class Destination:
    """`package` names the distribution whose version the page shows; `opened` is None where no engine can run here."""

    name: str
    package: str | None
    safe: Mapping[str, str]
    opened: Callable[[], AbstractContextManager[Evaluate]] | None
    traps: tuple[Trap, ...] = ()
    remark: str = ""
    dialect: str = field(default="", kw_only=True)
    """sqlglot's name of the dialect of a destination that can only be compiled for."""
