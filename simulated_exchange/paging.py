"""Which rows a request gets: its window, its limit, its page."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from simulated_exchange.answers import Refusal
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.page_size import page_size
from simulated_exchange.resource import Asked
from simulated_exchange.timeline import DAY_NS, MS_NS, Timeline

Row = TypeVar("Row")

CAPS_NS = {"day": DAY_NS, "week": 7 * DAY_NS}
EMPTY_BEYOND_NS = {"empty_day": DAY_NS, "empty_week": 7 * DAY_NS}


@dataclass(frozen=True)
class Window:
    """Nanoseconds, start inclusive, end exclusive."""

    start_ns: int
    end_ns: int

    def holds(self, time_ns: int) -> bool:
        return self.start_ns <= time_ns < self.end_ns


@dataclass(frozen=True)
class Bounds:
    """How a method names its window, and what the documentation says of it.

    `default_ns` before the end is the start of a request that names none; a window longer than `longest_ns` is refused;
    `capped`: the switch `window_cap` applies. `end_inclusive` None: the switch of that name decides.
    """

    start: str = "start_time"
    end: str = "end_time"
    default_ns: int = DAY_NS
    longest_ns: int | None = None
    capped: bool = False
    end_inclusive: bool | None = None

    @property
    def parameters(self) -> dict[str, str]:
        return {self.start: "time", self.end: "time"}


TRADING = Bounds(capped=True)
WALLET = Bounds("start_ts", "end_ts", default_ns=90 * DAY_NS)
STAKING = Bounds(default_ns=30 * DAY_NS, longest_ns=180 * DAY_NS, end_inclusive=True)


def time_ns(name: str, text: str) -> int:
    """A time parameter in ns; ms and ns are told apart by their length. Raises Refusal."""
    if not text.isdigit():
        raise Refusal(40004, f"Invalid {name}")
    return int(text) if len(text) > 15 else int(text) * MS_NS


def asked_window(asked: Asked, bounds: Bounds = TRADING) -> Window:
    """The window that a request means under the behaviour's switches. Raises Refusal."""
    params, behaviour = asked.params, asked.behaviour
    end_ns = time_ns(bounds.end, params[bounds.end]) if bounds.end in params else asked.now_ns
    start_ns = time_ns(bounds.start, params[bounds.start]) if bounds.start in params else end_ns - bounds.default_ns
    if start_ns > end_ns and behaviour.inverted_window == "refused":
        raise Refusal(40005, f"{bounds.start} is after {bounds.end}")
    if bounds.longest_ns is not None and end_ns - start_ns > bounds.longest_ns:
        raise Refusal(40005, f"{bounds.start} is too early")
    if bounds.capped:
        start_ns = _capped(start_ns, end_ns, behaviour)
    start_ns = max(start_ns, asked.now_ns - int(behaviour.retention_days * DAY_NS))
    unit = MS_NS if behaviour.time_precision == "ms" or bounds is STAKING else 1
    start_ns, end_ns = start_ns // unit * unit, end_ns // unit * unit
    inclusive = behaviour.end_inclusive if bounds.end_inclusive is None else bounds.end_inclusive
    return Window(start_ns, end_ns + unit if inclusive else end_ns)


def _capped(start_ns: int, end_ns: int, behaviour: Behaviour) -> int:
    """Where a window begins that may be too long; at its end where it gets an empty list. Raises Refusal."""
    width_ns = end_ns - start_ns
    if behaviour.window_cap == "refuse" and width_ns > DAY_NS:
        raise Refusal(40005, "the window is longer than one day")
    if width_ns > EMPTY_BEYOND_NS.get(behaviour.window_cap, width_ns):
        return end_ns
    return max(start_ns, end_ns - CAPS_NS.get(behaviour.window_cap, width_ns))


def asked_limit(asked: Asked, default: int = 100, largest: int = 100) -> int:
    """How many rows an answer may hold. Raises Refusal."""
    text = asked.params.get("limit", str(default))
    if not text.isdigit() or int(text) < 1:
        raise Refusal(40003, "Invalid limit")
    limit, switch = int(text), asked.behaviour.large_limit
    if limit > largest and switch == "refused":
        raise Refusal(40003, "Invalid limit")
    return min(limit, largest) if switch == "clamped" else limit


def page(
    asked: Asked,
    rows: Timeline[Row],
    written: str,
    filters: Sequence[str] = ("instrument_name", "isolation_id"),
    shown: Callable[[Row], bool] | None = None,
) -> list[Row]:
    """The newest rows of the asked window, in the behaviour's order. Raises Refusal.

    `written` names the time at which a row comes to be; under a lag it is served so much later. `shown`: which rows are
    served at all.
    """
    window, limit = asked_window(asked), shown_rows(asked, asked_limit(asked))
    wanted = _wanted(asked, filters, written, shown)
    found = rows.newest(window.start_ns, window.end_ns, limit, wanted)
    return found[::-1] if asked.behaviour.page_order == "newest_first" else found


def _wanted(
    asked: Asked, filters: Sequence[str], written: str, shown: Callable[[Row], bool] | None
) -> Callable[[Row], bool] | None:
    named = {name: asked.params[name] for name in filters if name in asked.params}
    if not named and not asked.behaviour.history_lag_seconds and shown is None:
        return None
    return lambda row: (
        all(getattr(row, name) == value for name, value in named.items())
        and is_served_yet(asked, getattr(row, written))
        and (shown is None or shown(row))
    )


def is_served_yet(asked: Asked, written_ns: int) -> bool:
    """Whether the history shows a row that came to be at a time: a share of the rows is late."""
    lag_ns = int(asked.behaviour.history_lag_seconds * 1_000 * MS_NS)
    if written_ns <= asked.now_ns - lag_ns or not lag_ns:
        return True
    return zlib.crc32(str(written_ns).encode()) % 1_000 >= asked.behaviour.history_lag_share * 1_000


def shown_rows(asked: Asked, limit: int) -> int:
    """The rows that a page with room for `limit` shows."""
    return page_size(asked.behaviour, asked.method, asked.params, limit)


def row_time_ns(row: object, behaviour: Behaviour, created: str = "create_time", updated: str = "update_time") -> int:
    """The time by which a window finds a row that changes, named in ms or in ns."""
    return _in_ns(getattr(row, created if behaviour.row_time_filter == "create" else updated))


def _in_ns(time: int) -> int:
    return time if time > 10**15 else time * MS_NS


def rows_in_window(
    asked: Asked,
    rows: Iterable[Row],
    bounds: Bounds,
    filters: Sequence[str] = (),
    created: str = "create_time",
    updated: str = "update_time",
) -> list[Row]:
    """The rows of the asked window that the request's filters let through, in the behaviour's order. Raises Refusal."""
    window = asked_window(asked, bounds)
    timed = [(row_time_ns(row, asked.behaviour, created, updated), row) for row in filtered(asked, rows, *filters)]
    found = [
        row
        for at_ns, row in sorted(timed, key=lambda entry: entry[0])
        if window.holds(at_ns) and is_served_yet(asked, _in_ns(getattr(row, created)))
    ]
    return found[::-1] if asked.behaviour.page_order == "newest_first" else found


def newest(asked: Asked, rows: list[Row], limit: int) -> list[Row]:
    """The newest so many of rows that stand in the behaviour's order."""
    limit = shown_rows(asked, limit)
    return rows[:limit] if asked.behaviour.page_order == "newest_first" else rows[-limit:]


def filtered(asked: Asked, rows: Iterable[Row], *names: str) -> list[Row]:
    """The rows whose fields of these names are what the request names."""
    wanted = {name: asked.params[name] for name in names if name in asked.params}
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def numbered_page(
    asked: Asked, rows: Sequence[Row], default: int = 20, largest: int = 200, first: int = 0
) -> list[Row]:
    """The rows of the asked page; a page size above the largest is cut in silence. Raises Refusal."""
    number, size = asked_number(asked, "page", first, first), asked_number(asked, "page_size", default, 1)

    def shown(page: int) -> int:
        return page_size(asked.behaviour, asked.method, {**asked.params, "page": page}, min(size, largest))

    begins = sum(map(shown, range(first, number))) if asked.behaviour.hidden_rows else (number - first) * shown(first)
    return list(rows[begins:][: shown(number)])


def asked_number(asked: Asked, name: str, default: int, least: int) -> int:
    """A whole number of the request. Raises Refusal."""
    text: Any = asked.params.get(name, str(default))
    if not text.isdigit() or int(text) < least:
        raise Refusal(40004, f"Invalid {name}")
    return int(text)
