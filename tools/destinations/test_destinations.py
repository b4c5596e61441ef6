"""Each safe form of docs/destinations.md gives the right answer on the real engine, and each trap the wrong one."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal

import pytest

from tools.destinations.destination import Destination, Evaluate, Trap
from tools.destinations.frames import FRAMES
from tools.destinations.questions import QUESTIONS, Truth
from tools.destinations.sql import DATABASES

DESTINATIONS = (*DATABASES, *FRAMES)
OPENED = [destination for destination in DESTINATIONS if destination.opened]
COMPILED = [destination for destination in DESTINATIONS if not destination.opened]


class Engines:
    """Opens each engine when it is first asked."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._opened: dict[str, Evaluate] = {}

    def ask(self, destination: Destination, question: str, form: str) -> object:
        if destination.name not in self._opened:
            assert destination.opened is not None
            self._opened[destination.name] = self._stack.enter_context(destination.opened())
        return self._opened[destination.name](question, form)


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with ExitStack() as stack:
        yield Engines(stack)


def _as_truth(value: object, truth: Truth) -> object:
    """The answer in the type of the truth; a float stays one, so that it never passes for a decimal."""
    if isinstance(truth, Decimal) and not isinstance(value, float):
        return Decimal(str(value))
    if isinstance(truth, list):
        return list(value) if isinstance(value, list) else value
    return type(truth)(str(value))


@pytest.mark.parametrize(
    ("destination", "question"),
    [(destination, question) for destination in OPENED for question in destination.safe],
    ids=lambda value: value.name if isinstance(value, Destination) else value,
)
def test_a_safe_form_gives_the_right_answer(engines: Engines, destination: Destination, question: str) -> None:
    truth = QUESTIONS[question].truth
    assert _as_truth(engines.ask(destination, question, destination.safe[question]), truth) == truth


@pytest.mark.parametrize(
    ("destination", "trap"),
    [(destination, trap) for destination in OPENED for trap in destination.traps],
    ids=lambda value: value.name if isinstance(value, Destination) else value.question,
)
def test_a_trap_gives_what_the_page_says(engines: Engines, destination: Destination, trap: Trap) -> None:
    try:
        seen = str(engines.ask(destination, trap.question, trap.form))
    except Exception as error:  # each engine has its own  # noqa: BLE001
        seen = type(error).__name__
    assert seen == trap.seen


@pytest.mark.parametrize("destination", COMPILED, ids=lambda destination: destination.name)
def test_the_forms_for_a_warehouse_in_the_cloud_are_its_sql(destination: Destination) -> None:
    sqlglot = importlib.import_module("sqlglot")
    for question, form in destination.safe.items():
        sqlglot.parse_one(QUESTIONS[question].query.format(form), read=destination.dialect)
