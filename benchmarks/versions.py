"""This version beside 0.2.0, both with the packages that are installed here: what they take of processor and memory."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.market import MEGABYTE
from benchmarks.measure import Run, Workspace, exchange, print_table, run_connector

LAST_VERSION = "e86ab07"
"""The commit of 0.2.0."""
ROOT = Path(__file__).parent.parent
ROUNDS = 3
FEW_INSTRUMENTS = 20


@dataclass(frozen=True)
class Load:
    """Two syncs of a table that differ in their number of records: what one more record costs is seen between them."""

    table: str
    few: Mapping[str, Any]
    many: Mapping[str, Any]


def _loads(names: Sequence[str]) -> list[Load]:
    return [
        Load("candlestick", {"candlestick_count": 50}, {"candlestick_count": 300}),
        Load("mark_price", {"instruments": list(names[:FEW_INSTRUMENTS])}, {}),
    ]


@contextmanager
def last_version() -> Iterator[Path]:
    """A checkout of 0.2.0."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        _git("worktree", "add", "--detach", "--force", str(checkout), LAST_VERSION)
        try:
            yield checkout
        finally:
            _git("worktree", "remove", "--force", str(checkout))


def _git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True)  # noqa: S607


@dataclass(frozen=True)
class _Pair:
    """A figure of 0.2.0 and of this version, from runs one after the other."""

    before: float
    now: float

    @property
    def ratio(self) -> float:
        return self.now / self.before


def beside_the_last_version(instruments: int = 150) -> None:
    """Everything ROUNDS times, in turns; the ratio is the median of each round's."""
    arguments = ("--latency", "0.02", "--instruments", str(instruments))
    with tempfile.TemporaryDirectory() as folder, exchange(*arguments) as root, last_version() as checkout:
        workspace = Workspace(Path(folder))
        names = workspace.read({"base_url": root}, ["instrument"]).sample
        rows = [_row("spec, s", [_spec(checkout) for _ in range(ROUNDS)], "{:.2f}")]
        for load in _loads([str(row["symbol"]) for row in names]):
            rounds = [_costs(workspace, root, load, checkout) for _ in range(ROUNDS)]
            rows += [
                _row(f"a record of {load.table}, us", [each["record"] for each in rounds], "{:.1f}"),
                _row("  records a second of one process", [each["speed"] for each in rounds], "{:,.0f}"),
                _row("  peak memory, MB", [each["memory"] for each in rounds], "{:.0f}"),
            ]
    print_table(
        f"Processor time beside 0.2.0, {instruments} instruments, median of {ROUNDS}",
        ["", "0.2.0", "now", "ratio"],
        rows,
    )


def _row(name: str, pairs: Sequence[_Pair], form: str) -> list[str]:
    shown = [form.format(median(values)) for values in ([one.before for one in pairs], [one.now for one in pairs])]
    return [name, *shown, f"{median(one.ratio for one in pairs):.2f}"]


def _spec(checkout: Path) -> _Pair:
    before, now = (run_connector(["main.py"], ["spec"], folder) for folder in (checkout, ROOT))
    return _Pair(before.processor, now.processor)


def _costs(workspace: Workspace, root: str, load: Load, checkout: Path) -> dict[str, _Pair]:
    base = {"base_url": root, "hours_between_syncs": 0}
    runs = [
        [workspace.read({**base, **fields}, [load.table], checkout=folder) for fields in (load.few, load.many)]
        for folder in (checkout, ROOT)
    ]
    return {
        "record": _Pair(*(_per_record(few, many) for few, many in runs)),
        "speed": _Pair(*((many.total - few.total) / (many.wall - few.wall) for few, many in runs)),
        "memory": _Pair(*(many.peak_memory / MEGABYTE for _, many in runs)),
    }


def _per_record(few: Run, many: Run) -> float:
    """Microseconds of processor for one more record."""
    return (many.processor - few.processor) / (many.total - few.total) * 1e6
