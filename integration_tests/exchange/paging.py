"""Which rows a history request gets: its window, its limit, its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from integration_tests.exchange.answers import Refusal
from integration_tests.exchange.behaviour import Behaviour
from integration_tests.exchange.timeline import Row, Timeline

MS_NS = 1_000_000
DAY_NS = 86_400_000 * MS_NS
CAPS_NS = {"day": DAY_NS, "week": 7 * DAY_NS}
EMPTY_BEYOND_NS = {"empty_day": DAY_NS, "empty_week": 7 * DAY_NS}
DEFAULT_LIMIT = LARGEST_LIMIT = 100


@dataclass(frozen=True)
class Window:
    """Nanoseconds, start inclusive, end exclusive."""

    start_ns: int
    end_ns: int


def time_ns(name: str, text: str) -> int:
    """A time parameter in ns; ms and ns are told apart by their length. Raises Refusal."""
    if not text.isdigit():
        raise Refusal(40004, f"Invalid {name}")
    return int(text) if len(text) > 15 else int(text) * MS_NS


def asked_window(params: Mapping[str, str], behaviour: Behaviour, now_ns: int) -> Window:
    """The window that start_time and end_time mean under the behaviour's switches. Raises Refusal."""
    end_ns = time_ns("end_time", params["end_time"]) if "end_time" in params else now_ns
    start_ns = time_ns("start_time", params["start_time"]) if "start_time" in params else end_ns - DAY_NS
    if start_ns > end_ns and behaviour.inverted_window == "refused":
        raise Refusal(40005, "start_time is after end_time")
    if end_ns - start_ns > EMPTY_BEYOND_NS.get(behaviour.window_cap, end_ns):
        return Window(end_ns, end_ns)
    if behaviour.window_cap == "refuse" and end_ns - start_ns > DAY_NS:
        raise Refusal(40005, "the window is longer than one day")
    start_ns = max(
        start_ns,
        end_ns - CAPS_NS.get(behaviour.window_cap, end_ns),
        now_ns - int(behaviour.retention_days * DAY_NS),
    )
    unit = MS_NS if behaviour.time_precision == "ms" else 1
    start_ns, end_ns = start_ns // unit * unit, end_ns // unit * unit
    return Window(start_ns, end_ns + unit if behaviour.end_inclusive else end_ns)


def asked_limit(params: Mapping[str, str], behaviour: Behaviour) -> int:
    """How many rows a page may hold. Raises Refusal."""
    text = params.get("limit", str(DEFAULT_LIMIT))
    if not text.isdigit() or int(text) < 1:
        raise Refusal(40003, "Invalid limit")
    limit = int(text)
    if limit > LARGEST_LIMIT and behaviour.large_limit == "refused":
        raise Refusal(40003, "Invalid limit")
    return min(limit, LARGEST_LIMIT) if behaviour.large_limit == "clamped" else limit


def page(
    rows: Timeline[Row],
    params: Mapping[str, str],
    behaviour: Behaviour,
    now_ns: int,
    written: str,
    filters: tuple[str, ...] = ("instrument_name", "isolation_id"),
) -> list[Row]:
    """The newest rows of the asked window, in the behaviour's order. Raises Refusal.

    `written` names the time at which a row comes to be; under a lag it is served so much later.
    """
    window, limit = asked_window(params, behaviour, now_ns), asked_limit(params, behaviour)
    shown_ns = now_ns - int(behaviour.history_lag_seconds * 1_000 * MS_NS) if behaviour.history_lag_seconds else None
    newest = rows.newest(window.start_ns, window.end_ns, limit, _wanted(params, filters, written, shown_ns))
    return newest[::-1] if behaviour.page_order == "newest_first" else newest


def _wanted(
    params: Mapping[str, str], filters: tuple[str, ...], written: str, shown_ns: int | None
) -> Callable[[object], bool] | None:
    asked = {name: params[name] for name in filters if name in params}
    if not asked and shown_ns is None:
        return None
    return lambda row: (
        all(getattr(row, name) == value for name, value in asked.items())
        and (shown_ns is None or getattr(row, written) <= shown_ns)
    )
