"""Tables that make requests for every instrument: lanes that share one work list."""

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airbyte_cdk.sources.streams.core import StreamData

from source_cryptocom.checkpoint import MarketState, require_plausible, state_message
from source_cryptocom.errors import Action, ExchangeError
from source_cryptocom.progress import Progress
from source_cryptocom.streams.base import Parameters
from source_cryptocom.streams.instrument_list import InstrumentList
from source_cryptocom.streams.market_stream import MarketStream
from source_cryptocom.sync import Sync

CHECKPOINT_SECONDS = 10.0


class PerInstrumentStream(MarketStream, ABC):
    """Reads one series (an instrument, or an instrument's timeframe) after the other, in several lanes at once.

    A series' cursor moves when its last row has gone to the engine's queue, in the thread that put it there; a STATE is
    made and sent under the same lock. So it comes behind every row that it stands for, and never before an older one.
    """

    per_instrument = True
    unit = "instruments"

    def __init__(self, sync: Sync, instruments: InstrumentList) -> None:
        super().__init__(sync)
        self._instruments = instruments
        self._work: deque[str] = deque()
        self._unfinished = 0
        self._refused: list[str] = []
        self._cursors: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._checkpointed = time.monotonic()
        self._progress = Progress(self.logger, self.name, self.unit, 0)

    @property
    def has_multiple_slices(self) -> bool:  # type: ignore[override]
        return True

    def series(self, instruments: Iterable[str]) -> list[str]:
        """What is read one after the other; the key of its cursor."""
        return list(instruments)

    @abstractmethod
    def read_series(self, series: str, cursor: Any) -> Iterator[dict[str, Any]]:
        """All records of a series that `cursor` (None: first sync) does not cover; the new cursor goes to `moved`."""

    def partitions(self) -> Iterable[Mapping[str, Any] | None]:
        series = self.series(self._sync.config.instruments or self._instruments.names())
        # What an interrupted full refresh has finished is not read again: its rows are still in the destination.
        done = self._cursors if self._full_refresh else {}
        self._work = deque(name for name in series if name not in done)
        self._unfinished = len(self._work)
        self._progress = Progress(self.logger, self.name, self.unit, len(self._work))
        self._complete = not self._work
        lanes = min(self._sync.lanes.get(self.name, 1), len(self._work))
        return [{"lane": lane} for lane in range(lanes)]

    def read_partition(self) -> Iterator[StreamData]:
        while series := self._next():
            cursor = None if self._full_refresh else self._cursors.get(series)
            try:
                yield from self.read_series(series, cursor)
            except ExchangeError as error:
                if error.action is not Action.REFUSED:
                    raise
                self._refuse(series, error)
            yield from self._finished()

    def _next(self) -> str | None:
        try:
            return self._work.popleft()
        except IndexError:
            return None

    def _refuse(self, series: str, error: ExchangeError) -> None:
        self.logger.warning(f"{self.name}: {series} is left out, the others are read. {error}")
        with self._lock:
            self._refused.append(series)
            all_refused = len(self._refused) > 1 and len(self._refused) == self._progress.total
        if all_refused:
            raise error

    def adopt(self, saved: MarketState) -> None:
        cursors = self.unpack(saved.cursors)
        for cursor in cursors.values():
            if (read_to_ms := self.read_to_ms(cursor)) is not None:
                require_plausible(read_to_ms, self._started_ms)
        super().adopt(saved)
        self._cursors = cursors

    def moved(self, series: str, cursor: Any) -> None:
        """The series is read up to `cursor`. Called when its last row has been taken by the engine."""
        with self._lock:
            self._cursors[series] = cursor

    def _finished(self) -> Iterator[StreamData]:
        self._progress.done()
        with self._lock:
            self._unfinished -= 1
            if self._unfinished and time.monotonic() - self._checkpointed >= CHECKPOINT_SECONDS:
                self._checkpointed = time.monotonic()
                # Sent while the lock is held, so that no later state can come before it.
                yield state_message(self.name, self._snapshot())

    def _snapshot(self) -> Mapping[str, Any]:
        return super().state

    def current_cursors(self) -> Mapping[str, Any]:
        return self.pack(self._cursors)

    def pack(self, cursors: Mapping[str, Any]) -> dict[str, Any]:
        """Cursors by series, as the state holds them; a copy."""
        return dict(cursors)

    def unpack(self, cursors: Mapping[str, Any]) -> dict[str, Any]:
        """Cursors by series, out of a state. Raises UnusableState."""
        return dict(cursors)

    def read_to_ms(self, cursor: Any) -> int | None:
        """The moment that a cursor stands for; None where it stands for none."""
        return None

    def finish(self) -> None:
        self._complete = self._complete or (self._unfinished == 0 and self._progress.total > 0)

    def request(self, parameters: Parameters) -> Any:
        result = super().request(parameters)
        self._progress.request()
        return result
