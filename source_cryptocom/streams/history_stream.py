"""What the three tables of account history have in common: ascending windows, a state after each."""

from abc import ABC
from collections.abc import Hashable, Iterator, MutableMapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from airbyte_cdk.sources.streams.core import StreamData

from source_cryptocom.checkpoint import (
    CLOCK_MARGIN_MS,
    HistoryState,
    UnusableState,
    parse_history_state,
    state_message,
)
from source_cryptocom.clock import NS_PER_MS, rfc3339
from source_cryptocom.config import oldest_kept_ms
from source_cryptocom.envelope import Row
from source_cryptocom.progress import Progress
from source_cryptocom.streams.base import CheckpointedStream, Parameters
from source_cryptocom.sync import Sync
from source_cryptocom.windows import PAGE_LIMIT, RowTime, Window, WindowReader, day_windows


class HistoryStream(CheckpointedStream, ABC):
    """Reads from where the last sync came to, less a margin for clocks, to now; a STATE follows each window's rows.

    One partition, so that rows and states pass through the engine's queue in the order in which they are made.
    """

    times: ClassVar[Sequence[RowTime]]
    identity_fields: ClassVar[Sequence[str]]

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._history: HistoryState | None = None
        self._reader = WindowReader(self._page, self.identity, self.times)
        self._progress = Progress(self.logger, self.name, "days", 0)

    @property
    def state(self) -> MutableMapping[str, Any]:
        if self._history is None:
            return dict(self._unread_state)
        return self._history.as_state(str(self.cursor_field))

    @state.setter
    def state(self, value: MutableMapping[str, Any]) -> None:
        self._unread_state = value

    def identity(self, row: Row) -> Hashable:
        """What tells a row from every other."""
        return tuple(str(row.get(name)) for name in self.identity_fields)

    def read_partition(self) -> Iterator[StreamData]:
        now = self._sync.clock()
        start_ms = self._begin(now)
        windows = list(day_windows(start_ms * NS_PER_MS, now * NS_PER_MS))
        self._progress = Progress(self.logger, self.name, "days", len(windows))
        yield from self.before_windows(start_ms, now)
        for window in windows:
            for page in self.pages(window):
                yield from self.to_records(page)
            end_ms = window.end_ns // NS_PER_MS
            self._progress.done(where=f", up to {rfc3339(end_ms)}")
            self._advance(cursor_ms=max(self.history.cursor_ms, end_ms))
            yield state_message(self.name, self.state)
        yield from self.after_windows()
        self._advance(refreshing=False)

    @property
    def history(self) -> HistoryState:
        """How far this sync has come; reading has begun."""
        if self._history is None:
            raise RuntimeError("reading has not begun")
        return self._history

    def _begin(self, now: int) -> int:
        """Decides between the saved state and a first sync; the ms to read from. Raises ConfigError."""
        resumed = self._resumed(now)
        self._history = replace(resumed or HistoryState(self._sync.config.start_ms), refreshing=self._full_refresh)
        if resumed is None:
            self.logger.info(f"{self.name}: a first read, from {rfc3339(self._sync.config.start_ms)} on (start_date).")
            return self._sync.config.start_ms
        self.logger.info(
            f"{self.name}: goes on from {rfc3339(resumed.cursor_ms)}; start_date counts for a first read only."
        )
        oldest_ms = oldest_kept_ms(now)
        if resumed.cursor_ms < oldest_ms:
            self.logger.warning(
                f"{self.name}: the last sync read to {rfc3339(resumed.cursor_ms)}; the exchange keeps nothing from "
                f"before {rfc3339(oldest_ms)}, so what happened between is lost to this table."
            )
        return max(resumed.cursor_ms - CLOCK_MARGIN_MS, oldest_ms)

    def _resumed(self, now: int) -> HistoryState | None:
        """The saved state, where it is to be used: a full refresh goes on only from one that was interrupted."""
        if not self._unread_state:
            return None
        try:
            history = parse_history_state(self._unread_state, str(self.cursor_field), now)
        except UnusableState as reason:
            self.warn_unusable(reason)
            return None
        return None if self._full_refresh and not history.refreshing else history

    def _advance(self, **changes: Any) -> None:
        self._history = replace(self.history, **changes)

    def before_windows(self, start_ms: int, now: int) -> Iterator[dict[str, Any]]:
        """Records that lie before the first window, which begins at `start_ms`."""
        return iter(())

    def after_windows(self) -> Iterator[dict[str, Any]]:
        """Records that no window can have brought."""
        return iter(())

    def pages(self, window: Window) -> Iterator[list[Row]]:
        """The rows of a whole window. Raises a system error where it cannot be read to its end."""
        return self.whole(self._reader, window)

    def _page(self, window: Window, limit: int) -> list[Row]:
        rows = self.page(self.window_parameters(window, limit), larger=limit > PAGE_LIMIT)
        self._progress.request()
        return rows

    def window_parameters(self, window: Window, limit: int) -> Parameters:
        return {"start_time": str(window.start_ns), "end_time": str(window.end_ns), "limit": str(limit)}
