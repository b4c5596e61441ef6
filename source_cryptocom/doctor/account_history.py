"""What the exchange's documentation leaves open about account history, found out by asking."""

from collections.abc import Sequence
from dataclasses import dataclass

from source_cryptocom.api.rate_limits import HISTORY, PRIVATE, RateLimit
from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY, MS_PER_SECOND, NS_PER_MS
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import PAGE, Answer, Probe
from source_cryptocom.doctor.window_width import Windows, oldest_days, suspected_cut, times_of, window_width

SEARCHED_DAYS = 5
WIDER_DAYS = (7, 180)


@dataclass(frozen=True)
class History:
    """A method of account history. `times`: those in its rows that a window may test, the latest of a row first."""

    table: str
    method: str
    times: tuple[str, ...]
    limit: RateLimit

    def ask(self, probe: Probe, start_ms: int, end_ms: int, limit: int | str = PAGE) -> Answer:
        """A page of the rows from `start_ms` to `end_ms`."""
        window = {"start_time": str(start_ms * NS_PER_MS), "end_time": str(end_ms * NS_PER_MS), "limit": limit}
        return probe.private(self.method, window, self.limit)


ORDERS = History("order_history", "private/get-order-history", ("update_time", "create_time"), HISTORY)
FILLS = History("user_trade", "private/get-trades", ("create_time",), HISTORY)
LEDGER = History("transaction", "private/get-transactions", ("event_timestamp_ms",), PRIVATE)
HISTORIES = (ORDERS, FILLS, LEDGER)


def form_of_request(probe: Probe, now_ms: int) -> list[Finding]:
    """Whether a count may be a text, and whether a page may hold more than a hundred."""
    handling = "It sends counts as JSON numbers."
    as_number = FILLS.ask(probe, now_ms - MS_PER_DAY, now_ms, limit=1)
    as_text = FILLS.ask(probe, now_ms - MS_PER_DAY, now_ms, limit="1")
    seen = f"a limit as a number is {_taken(as_number)}, as a text {_taken(as_text)}"
    verdict = Verdict.EXPECTED if as_number.is_good else Verdict.PROBLEM
    large = FILLS.ask(probe, now_ms - MS_PER_DAY, now_ms, limit=PAGE + 1)
    return [
        Finding("form of a request", verdict, seen, handling),
        Finding(
            "size of a page",
            Verdict.EXPECTED,
            f"a limit of {PAGE + 1} is {_taken(large)}",
            f"It asks for {PAGE} rows, and for more only where a hundred share one moment.",
        ),
    ]


def _taken(answer: Answer) -> str:
    return "taken" if answer.is_good else answer.summary


def windows(probe: Probe, now_ms: int) -> tuple[list[Finding], dict[str, list[Row]]]:
    """How wide a window each method serves, and in which order its rows come; also the rows that were seen."""
    findings, seen_rows = [], {}
    for history in HISTORIES:
        asked = _windows(probe, history, now_ms)
        pages = asked.answers.values()
        findings += [
            window_width(history.table, asked),
            page_order(history, max((page.rows for page in pages), key=len)),
        ]
        seen_rows[history.table] = [row for page in pages for row in page.rows]
    return findings, seen_rows


def _windows(probe: Probe, history: History, now_ms: int) -> Windows:
    day, end_ms = _newest_day(probe, history, now_ms)
    wider = {days: history.ask(probe, end_ms - days * MS_PER_DAY, end_ms) for days in WIDER_DAYS}
    widest = wider[max(wider)]
    cut = suspected_cut(oldest_days(widest, history.times[0], end_ms))
    before_cut = None
    if widest.rows and cut:
        # As wide as is served where the suspicion is right.
        before_cut = history.ask(probe, end_ms - 2 * cut * MS_PER_DAY, end_ms - cut * MS_PER_DAY)
    return Windows({1: day, **wider}, before_cut, history.times[0], end_ms)


def _newest_day(probe: Probe, history: History, now_ms: int) -> tuple[Answer, int]:
    """A day with rows, and its end: a wide window that ends there has rows in its last day, whatever else it holds."""
    day = history.ask(probe, now_ms - MS_PER_DAY, now_ms)
    end_ms = now_ms
    while day.is_good and not day.rows and end_ms > now_ms - SEARCHED_DAYS * MS_PER_DAY:
        end_ms -= MS_PER_DAY
        day = history.ask(probe, end_ms - MS_PER_DAY, end_ms)
    return day, end_ms


def page_order(history: History, rows: Sequence[Row]) -> Finding:
    """The order of the rows in a page, by any of their times."""
    subject = f"order of a page: {history.table}"
    handling = "It takes a page in any order."
    columns = [times_of(rows, time) for time in history.times]
    if all(len(set(times)) < 2 for times in columns):
        return Finding(subject, Verdict.UNKNOWN, "too few rows to tell", handling)
    if any(times == sorted(times, reverse=True) for times in columns):
        return Finding(subject, Verdict.EXPECTED, "newest first", handling)
    if any(times == sorted(times) for times in columns):
        return Finding(subject, Verdict.DIFFERENT, "oldest first", handling)
    return Finding(subject, Verdict.DIFFERENT, "by none of their times", handling)


def time_filter(probe: Probe, rows: Sequence[Row]) -> Finding:
    """Which time of an order a window tests: asks around the two times of the order in which they differ most."""
    subject = "time that a window tests: order_history"
    handling = "It is right under both: it follows every order that it saw open until it ends."
    spans = [
        (created_ms, updated_ms, row.get("order_id"))
        for row in rows
        for created_ms in times_of([row], "create_time")
        for updated_ms in times_of([row], "update_time")
    ]
    created_ms, updated_ms, order_id = max(spans, key=lambda span: span[1] - span[0], default=(0, 0, None))
    if updated_ms - created_ms < 2 * MS_PER_SECOND:
        return Finding(subject, Verdict.UNKNOWN, "no order whose creation and end lie apart", handling)
    found = [
        any(row.get("order_id") == order_id for row in ORDERS.ask(probe, ms - MS_PER_SECOND, ms + MS_PER_SECOND).rows)
        for ms in (created_ms, updated_ms)
    ]
    seen = {
        (True, False): (Verdict.EXPECTED, "the time at which the order was placed"),
        (False, True): (Verdict.DIFFERENT, "the time of its last change"),
        (True, True): (Verdict.DIFFERENT, "both the time at which it was placed and that of its last change"),
        (False, False): (Verdict.UNKNOWN, "the order was found around neither of its times"),
    }
    verdict, what = seen[found[0], found[1]]
    return Finding(subject, verdict, what, handling)


def form_of_answers(rows: Sequence[Row]) -> Finding:
    """Whether times come as numbers or as texts."""
    handling = "It takes both, and makes the same of them."
    kinds = {type(row[name]).__name__ for row in rows for name in ("create_time", "event_timestamp_ms") if name in row}
    if not kinds:
        return Finding("form of an answer", Verdict.UNKNOWN, "no rows", handling)
    words = {"int": "numbers", "str": "texts"}
    seen = "times are " + " and ".join(sorted(words.get(kind, kind) for kind in kinds))
    return Finding("form of an answer", Verdict.EXPECTED if kinds == {"int"} else Verdict.DIFFERENT, seen, handling)
