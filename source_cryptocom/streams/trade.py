"""Public trades: the newest ones first, then whatever happened since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from source_cryptocom.checkpoint import CLOCK_MARGIN_MS, UnusableState
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS, rfc3339
from source_cryptocom.envelope import Row
from source_cryptocom.streams.per_instrument import PerInstrumentStream
from source_cryptocom.windows import RowTime, Window, WindowReader

PAGE_LIMIT = 150
# One request spans at most seven days.
SPAN_NS = 7 * MS_PER_DAY * NS_PER_MS
_TIME = RowTime("t", "tn")


@dataclass(frozen=True)
class TradeCursor:
    """Every trade before `read_to_ns` was emitted, and of those at or after it the ones in `trade_ids`.

    `trade_ids` are the latest trades known, all at `latest_ns`; none where the instrument has had none.
    """

    read_to_ns: int
    latest_ns: int = 0
    trade_ids: tuple[str, ...] = ()

    def as_state(self) -> list[str]:
        return [str(self.read_to_ns), *([str(self.latest_ns), *self.trade_ids] if self.trade_ids else [])]


def parse_trade_cursor(state: Any) -> TradeCursor:
    """Raises UnusableState."""
    if not isinstance(state, list) or not state or not all(isinstance(part, str) for part in state):
        raise UnusableState(f"a trade cursor is {str(state)[:60]!r}")
    try:
        read_to_ns, latest_ns = (int(part) for part in (*state, "0")[:2])
    except ValueError:
        raise UnusableState(f"a trade cursor is {str(state)[:60]!r}") from None
    return TradeCursor(read_to_ns, latest_ns, tuple(state[2:]))


def descending_windows(start_ns: int, end_ns: int) -> Iterator[Window]:
    """[start, end) in windows of at most SPAN_NS, the newest first."""
    while start_ns < end_ns:
        window = Window(max(start_ns, end_ns - SPAN_NS), end_ns)
        yield window
        end_ns = window.start_ns


class Trade(PerInstrumentStream):
    """Every public trade since the last sync; on a first one the newest `trade_count` of the last seven days."""

    method = "public/get-trades"
    primary_key = ["instrument", "trade_id"]  # noqa: RUF012
    columns = {  # noqa: RUF012
        "d": "trade_id",
        "i": "instrument",
        "s": "side",
        "p": "price",
        "q": "quantity",
        "t": "timestamp",
        "tn": "timestamp_ns",
        "m": "match_id",
    }
    upper_case = ("side",)

    def read_series(self, series: str, cursor: TradeCursor | None) -> Iterator[dict[str, Any]]:
        end_ns = self._sync.clock() * NS_PER_MS
        read = _Read(cursor)
        pages = self._newest(series, end_ns) if cursor is None else self._since(series, cursor, end_ns)
        for page in pages:
            yield from self.to_records(read.fresh(page), instrument=series)
        if cursor is not None:
            self._warn_of_a_gap(series, cursor, read, end_ns)
        self.moved(series, read.cursor(end_ns))

    def _newest(self, instrument: str, end_ns: int) -> Iterator[Sequence[Row]]:
        wanted = self._sync.config.trade_count
        reader = self._reader(instrument, min(wanted, PAGE_LIMIT))
        for page in self.whole(reader, Window(end_ns - SPAN_NS, end_ns)):
            newest_first = sorted(page, key=_trade_ns, reverse=True)[:wanted]
            yield newest_first
            wanted -= len(newest_first)
            if wanted <= 0:
                return

    def _since(self, instrument: str, cursor: TradeCursor, end_ns: int) -> Iterator[Sequence[Row]]:
        reader = self._reader(instrument, PAGE_LIMIT)
        for window in descending_windows(cursor.read_to_ns, end_ns):
            yield from self.whole(reader, window)

    def _reader(self, instrument: str, page_limit: int) -> WindowReader:
        return WindowReader(partial(self._page, instrument), _trade_id, (_TIME,), page_limit)

    def _page(self, instrument: str, window: Window, limit: int) -> Sequence[Row]:
        parameters = {
            "instrument_name": instrument,
            "count": str(limit),
            "start_ts": str(window.start_ns),
            "end_ts": str(window.end_ns),
        }
        return self.page(parameters, larger=limit > PAGE_LIMIT)

    def _warn_of_a_gap(self, instrument: str, cursor: TradeCursor, read: "_Read", end_ns: int) -> None:
        """The exchange still knows the last trade that was emitted, or its own history ends after it."""
        if not cursor.trade_ids or read.met_the_last:
            return
        quiet = cursor.read_to_ns > cursor.latest_ns
        at_cursor = Window(cursor.latest_ns, cursor.latest_ns + 1)
        if quiet and (end_ns - cursor.read_to_ns < SPAN_NS or self._page(instrument, at_cursor, PAGE_LIMIT)):
            return
        begins = rfc3339((read.oldest_ns or end_ns) // NS_PER_MS)
        self.logger.warning(
            f"{self.name}: {instrument} has a gap from {rfc3339(cursor.latest_ns // NS_PER_MS)} to {begins}: "
            "the exchange's own history of trades ends there."
        )

    def pack(self, cursors: Mapping[str, Any]) -> dict[str, Any]:
        return {series: cursor.as_state() for series, cursor in list(cursors.items())}

    def unpack(self, cursors: Mapping[str, Any]) -> dict[str, Any]:
        return {series: parse_trade_cursor(cursor) for series, cursor in cursors.items()}

    def read_to_ms(self, cursor: TradeCursor) -> int:
        return cursor.read_to_ns // NS_PER_MS


class _Read:
    """What one series' pages have brought: which rows are new, the newest of them, whether the last known came by."""

    def __init__(self, cursor: TradeCursor | None) -> None:
        self._known = set(cursor.trade_ids) if cursor else set()
        self._read_to_ns = cursor.read_to_ns if cursor else 0
        self._latest_ns = cursor.latest_ns if cursor else 0
        self._latest_ids = set(self._known)
        self.met_the_last = False
        self.oldest_ns: int | None = None

    def fresh(self, page: Sequence[Row]) -> Iterator[Row]:
        for row in page:
            trade_id, trade_ns = _trade_id(row), _trade_ns(row)
            if trade_ns > self._latest_ns:
                self._latest_ns, self._latest_ids = trade_ns, set()
            if trade_ns == self._latest_ns:
                self._latest_ids.add(trade_id)
            if self.oldest_ns is None or trade_ns < self.oldest_ns:
                self.oldest_ns = trade_ns
            if trade_id in self._known:
                self.met_the_last = True
            else:
                yield row

    def cursor(self, end_ns: int) -> TradeCursor:
        """A quiet instrument's cursor moves on too, else every later sync would search the same empty weeks again."""
        surely_read_to_ns = end_ns - CLOCK_MARGIN_MS * NS_PER_MS
        read_to_ns = max(self._read_to_ns, self._latest_ns, surely_read_to_ns)
        return TradeCursor(read_to_ns, self._latest_ns, tuple(sorted(self._latest_ids)))


def _trade_id(row: Row) -> str:
    return str(row.get("d"))


def _trade_ns(row: Row) -> int:
    return _TIME.earliest_ns(row) or 0
