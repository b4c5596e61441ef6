"""Tables that make requests for every instrument: lanes that share one work list."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.core import StreamData
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.concurrency.partition_queue import PartitionQueue, PartitionTask, Records
from source_cryptocom.context import SyncContext
from source_cryptocom.logs.progress import Progress
from source_cryptocom.retrievers.instruments import Instruments
from source_cryptocom.state.state import MarketState, state_message
from source_cryptocom.streams.base import Parameters
from source_cryptocom.streams.market_stream import MarketStream

CHECKPOINT_SECONDS = 10.0


class PerInstrumentStream(MarketStream, ABC):
    """Reads one series (an instrument, or an instrument's timeframe) after the other, in several lanes at once.

    A series' cursor moves when its last row has gone to the engine's queue, in the thread that put it there; a STATE is
    made and sent under the same lock. So it comes behind every row that it stands for, and never before an older one.
    """

    per_instrument = True
    unit = "instruments"

    def __init__(self, context: SyncContext, instruments: Instruments) -> None:
        super().__init__(context)
        self._instruments = instruments
        self._work = PartitionQueue([], grows=False)
        self._listed = 0
        self._unfinished = 0
        self._refused: set[str] = set()
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

    def instrument_of(self, series: str) -> str:
        return series

    @abstractmethod
    def read_series(self, series: str, cursor: Any) -> Records:
        """All records of a series that `cursor` (None: first sync) does not cover; the new cursor goes to `moved`."""

    def partitions(self) -> Iterable[Mapping[str, Any] | None]:
        listed = self.series(self._context.config.instruments or self._instruments.names())
        self._listed = len({*map(self.instrument_of, listed)})
        if not listed and self._cursors:
            self.logger.warning(
                f"{self.name}: the exchange lists no instrument at all, but the last sync left the places of "
                f"{len(self._cursors):,} {self.unit}."
            )
        # What an interrupted full refresh has finished is not read again: its rows are still in the destination.
        done = self._cursors if self._full_refresh else {}
        tasks = [self._task(name) for name in [*listed, *self.unlisted(listed)] if name not in done]
        self._work = PartitionQueue(tasks, self.may_grow())
        self._unfinished = len(self._work)
        self._progress = Progress(self.logger, self.name, self.unit, len(self._work))
        self._complete = not self._work
        lanes = self._context.lanes.get(self.name, 1)
        if not self.may_grow() or not self._work:
            lanes = min(lanes, len(self._work))
        return [{"lane": lane} for lane in range(lanes)]

    def unlisted(self, listed: Sequence[str]) -> Sequence[str]:
        """Series that are read although the exchange no longer lists them."""
        return ()

    def may_grow(self) -> bool:
        """Whether reading a series may put parts of it on the work list, for all lanes to share."""
        return False

    def _task(self, series: str) -> PartitionTask:
        cursor = None if self._full_refresh else self._cursors.get(series)
        return PartitionTask(series, partial(self.read_series, series, cursor))

    def read_partition(self) -> Iterator[StreamData]:
        """One lane. A series that cannot be read costs the next ones nothing, and fails the table at the lane's end.

        The second in a row ends the lane at once: it is no longer the series then, but the exchange.
        """
        first_error: AirbyteTracedException | None = None
        in_a_row = 0
        while task := self._work.take():
            try:
                finished = yield from task.read()
                in_a_row = 0
            except AirbyteTracedException as error:
                news = self._work.drop(task.series)
                if error.failure_type is not FailureType.system_error:
                    raise
                finished = news and self.leave_out(task.series, error)
                if news and not finished:
                    first_error = first_error or error
                    in_a_row += 1
            finally:
                self._work.end()
            if finished:
                yield from self._finished()
            if in_a_row == 2:
                break
        if first_error:
            raise first_error

    def leave_out(self, series: str, error: AirbyteTracedException) -> bool:
        """Whether the table can do without a series that could not be read. Raises the error where all are refused."""
        if not isinstance(error, ExchangeError) or error.action is not Action.SKIP_INSTRUMENT:
            self.logger.warning(f"{self.name}: {series} cannot be read and keeps its place. {error}")
            return False
        self.logger.warning(f"{self.name}: {series} is left out, the others are read. {error}")
        with self._lock:
            known = len(self._refused)
            self._refused.add(self.instrument_of(series))
            # What an earlier attempt has finished was not refused. Raised once, by the last instrument's first series.
            all_refused = known < len(self._refused) == self._listed > 1
        if all_refused:
            raise error
        return True

    def adopt(self, saved: MarketState) -> None:
        super().adopt(saved)
        self._cursors = dict(saved.cursors)

    def moved(self, series: str, cursor: Any) -> None:
        """The series is read up to `cursor`. Called when its last row has been taken by the engine."""
        with self._lock:
            self._cursors[series] = cursor

    def forget(self, series: str) -> None:
        """The next sync reads the series as at first, if at all."""
        with self._lock:
            self._cursors.pop(series, None)

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

    def finish(self) -> None:
        self._complete = self._complete or (self._unfinished == 0 and self._progress.total > 0)

    def request(self, parameters: Parameters) -> Any:
        result = super().request(parameters)
        self._progress.request()
        return result
