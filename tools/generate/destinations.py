"""What docs/destinations.md says of each destination: the forms that the tests in tools/destinations hold."""

import re
from collections.abc import Iterator
from pathlib import Path

from tools.destinations.destination import Destination, Trap
from tools.destinations.frames import FRAMES
from tools.destinations.questions import QUESTIONS
from tools.destinations.sql import DATABASES

LOCK = Path(__file__).parents[2] / "requirements-destinations.lock"


def sections() -> str:
    """A section for each destination: its safe forms, then the forms that look as good and are not."""
    return "\n\n".join(_section(destination) for destination in (*DATABASES, *FRAMES))


def held_by_an_engine() -> int:
    """How many of the safe forms and traps run on the real engine in the tests."""
    opened = [destination for destination in (*DATABASES, *FRAMES) if destination.opened]
    return sum(len(destination.safe) + len(destination.traps) for destination in opened)


def _section(destination: Destination) -> str:
    return "\n".join([f"### {destination.name}", "", *_lines(destination)])


def _lines(destination: Destination) -> Iterator[str]:
    if destination.opened:
        tested = (
            f"Held by tests on {destination.package} {_version(destination.package)}." if destination.package else ""
        )
        yield " ".join(filter(None, [tested or "Held by tests on the one in Python.", destination.remark]))
    else:
        yield f"Not run: the forms are only parsed as its SQL. {destination.remark}"
    yield from ("", "| for | write |", "|---|---|")
    for question, form in destination.safe.items():
        yield f"| {QUESTIONS[question].title} | {_code(form)} |"
    if destination.traps:
        yield from ("", "| not | it gives |", "|---|---|")
        yield from (f"| {_code(trap.form)} | {_seen(trap)} |" for trap in destination.traps)


def _seen(trap: Trap) -> str:
    return f"`{trap.seen}`, for {QUESTIONS[trap.question].title}"


def _code(form: str) -> str:
    return f"`{form}`".replace("|", "\\|")


def _version(package: str) -> str:
    found = re.search(rf"^{re.escape(package)}==([^ ]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, package
    return found[1]
