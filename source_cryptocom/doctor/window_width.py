"""How wide a window of account history the exchange serves, judged from a few windows that end at the newest row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from source_cryptocom.api.errors import Action
from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import PAGE, Answer

CUTS = (1, 7)
"""The days to which the exchange is said to cut a wider window."""

_MARGIN_DAYS = 0.02


def times_of(rows: Sequence[Row], name: str) -> list[int]:
    """The times of rows in ms; those that cannot be read are left out."""
    texts = (str(row.get(name, "")) for row in rows)
    return [int(text) for text in texts if text.isdigit()]


def oldest_days(answer: Answer, time: str, end_ms: int) -> float:
    """How many days before `end_ms` the oldest row of an answer was; 0 where it has none."""
    return max(((end_ms - row_ms) / MS_PER_DAY for row_ms in times_of(answer.rows, time)), default=0.0)


def suspected_cut(days: float) -> int | None:
    """The cut that would explain an oldest row so many days before the end of a wide window."""
    return next((cut for cut in CUTS if days <= cut + _MARGIN_DAYS), None)


@dataclass(frozen=True)
class Windows:
    """Answers to windows that end at `end_ms`, just after a row where one is known.

    `answers`: by days, one of them 1. `before_cut`: that of the time before a suspected cut.
    """

    answers: Mapping[int, Answer]
    before_cut: Answer | None
    time: str
    end_ms: int

    @property
    def widest(self) -> int:
        return max(self.answers)

    @property
    def oldest(self) -> float:
        """How many days before the end the oldest row of the widest window was."""
        return oldest_days(self.answers[self.widest], self.time, self.end_ms)

    @property
    def is_full(self) -> bool:
        """Whether the widest window holds a page of rows or more."""
        return len(self.answers[self.widest].rows) >= PAGE

    @property
    def cut(self) -> int | None:
        """Width in days to which the exchange truncated the widest window; None if that is not proven."""
        cut = suspected_cut(self.oldest)
        # A full page says nothing about the window's width: the page size limits it.
        if cut is None or self.before_cut is None or self.is_full:
            return None
        return cut if oldest_days(self.before_cut, self.time, self.end_ms) > cut + _MARGIN_DAYS else None


def window_width(table: str, windows: Windows) -> Finding:
    """How wide a window of `table` is served."""
    verdict, seen = _refusal(windows.answers) or _service(windows)
    handling = "It reads a day at a time, or as much more as answers have proved to be served whole."
    return Finding(f"width of a window: {table}", verdict, seen, handling)


def _refusal(answers: Mapping[int, Answer]) -> tuple[Verdict, str] | None:
    """None if no window was refused. `answers` maps the width of a window in days to its answer."""
    refused = {days: rule for days in sorted(answers) if (rule := answers[days].rule)}
    if not refused:
        return None
    narrowest, rule = next(iter(refused.items()))
    alike = all(other == rule for other in refused.values())
    if narrowest > 1 and alike and rule.action is Action.BAD_REQUEST:
        return Verdict.DIFFERENT, f"{narrowest} days are refused"
    return Verdict.UNKNOWN, f"a window was {answers[narrowest].summary}"


def _service(windows: Windows) -> tuple[Verdict, str]:
    empty = [days for days in sorted(windows.answers) if not windows.answers[days].rows]
    if len(empty) == len(windows.answers):
        return Verdict.UNKNOWN, "no rows came"
    if empty and empty[0] > 1:
        return Verdict.DIFFERENT, f"{empty[0]} days are answered with an empty list"
    if windows.cut:
        return Verdict.DIFFERENT, f"{windows.widest} days are cut to the last {24 * windows.cut} hours"
    if windows.is_full and windows.oldest <= 1:
        return Verdict.UNKNOWN, "a page is full within a day"
    return Verdict.EXPECTED, f"{windows.widest} days are served: rows of {windows.oldest:.0f} days came"
