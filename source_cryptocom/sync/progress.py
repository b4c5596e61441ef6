"""What a person sees while a sync runs: a line for each table that is being read, and what is left of it.

On a terminal the lines are live; anywhere else nothing is said but warnings.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

KIND_LENGTH = 60
"""Warnings that begin alike are of one kind, such as a request that is tried again: each kind is told once."""
_PROGRESS = re.compile(r"(?P<table>\w+): (?P<done>[\d,]+) of (?P<total>[\d,]+) (?P<unit>[\w ]+) read, ")
"""The connector's own line, made by source_cryptocom/logs/progress.py."""
_MOST_LINES = 12


@dataclass
class TableProgress:
    """Rows of a table so far; `done` of `total` series, days or whatever its parts are, where they are counted."""

    rows: int = 0
    done: int = 0
    total: int = 0
    unit: str = ""
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> str:
        """Parts that are left, and for how long at the pace so far."""
        if not self.total:
            return ""
        seconds = (time.monotonic() - self.began) * (self.total - self.done) / self.done if self.done else None
        about = "" if seconds is None else f", about {_duration(seconds)}"
        return f"{self.total - self.done:,} {self.unit} left{about}"


class Progress:
    """Keeps count of every table, and shows those that are being read."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self.tables: dict[str, TableProgress] = {}
        self._running: set[str] = set()
        self._warned: set[str] = set()
        self._doing = ""
        self._finished = 0
        self.warnings = 0

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Within it the lines are live, where there is a terminal."""
        if not self.console.is_terminal:
            yield
            return
        with Live(get_renderable=self.lines, console=self.console, refresh_per_second=4, transient=True):
            yield

    def say(self, text: str) -> None:
        """A line that stays, on a terminal only."""
        if self.console.is_terminal:
            self.console.print(text, markup=False)

    def doing(self, text: str) -> None:
        """What is done besides reading; nothing where the text is empty."""
        self._doing = text

    def warn(self, text: str) -> None:
        """A warning of the connector, each kind once."""
        kind = text[:KIND_LENGTH]
        if kind not in self._warned:
            self._warned.add(kind)
            self.console.print(f"warning: {text}", markup=False)

    def begin(self, table: str) -> None:
        self.tables[table] = TableProgress()
        self._running.add(table)

    def add(self, table: str) -> None:
        """One more row."""
        self.tables[table].rows += 1

    def end(self, table: str) -> None:
        if table in self._running:
            self._running.remove(table)
            self._finished += 1

    def note(self, text: str) -> None:
        """An INFO of the connector: it may say how far a table is."""
        found = _PROGRESS.match(text)
        if found and found["table"] in self.tables:
            progress = self.tables[found["table"]]
            progress.done = int(found["done"].replace(",", ""))
            progress.total = int(found["total"].replace(",", ""))
            progress.unit = found["unit"]

    def lines(self) -> RenderableType:
        """A line per table that is being read, the fullest first, and one for the whole."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column()
        grid.add_column(width=20)
        for justify in ("right", "right", "left"):
            grid.add_column(justify=justify)
        running = sorted(self._running, key=lambda table: -self.tables[table].rows)
        for table in running[:_MOST_LINES]:
            progress = self.tables[table]
            bar = ProgressBar(total=progress.total or None, completed=progress.done, pulse=not progress.total, width=20)
            rate = progress.rows / max(time.monotonic() - progress.began, 0.001)
            grid.add_row(table, bar, f"{progress.rows:,} rows", f"{rate:,.0f}/s", progress.left)
        rows = sum(progress.rows for progress in self.tables.values())
        whole = f"{self._finished} tables read, {len(self._running)} being read, {rows:,} rows"
        return Group(grid, Text(f"{whole}; {self._doing}" if self._doing else whole))


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
