"""Tables that make requests for every instrument: workers that share one queue."""

import time
from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Page, Parameter
from source_cryptocom.clock import MS_PER_DAY
from source_cryptocom.config import Config
from source_cryptocom.logs.progress import Progress
from source_cryptocom.retrievers.base import Output, Reader, Retriever, SeriesPages, Slice, Table
from source_cryptocom.retrievers.per_instrument.partition_queue import PartitionQueue, PartitionTask
from source_cryptocom.state.market_cursor import InstrumentCursors
from source_cryptocom.state.series_positions import Position, PositionFormat
from source_cryptocom.state.state import state_message

CHECKPOINT_SECONDS = 10.0
# As far as a first sync of trades reaches: should the instrument be listed again, it repeats none of the old rows.
DELISTED_MS = 7 * MS_PER_DAY


@dataclass(frozen=True)
class PerInstrument(Retriever):
    """One series after the other (an instrument, or an instrument's timeframe), by as many workers as its share."""

    per_instrument = True
    is_resumable = True

    series_reader: type["PerInstrumentReader"]

    def reader(self, table: Table) -> Reader:
        return self.series_reader(table)

    def requests_per_instrument(self, config: Config, hours: float) -> float:
        return self.series_reader.requests_per_instrument(config, hours)

    def sample(self, now_ms: int) -> Mapping[str, Parameter]:
        return self.series_reader.sample


class PerInstrumentReader(Reader):
    """Reads all series of a table.

    A series' cursor advances when its last record has gone to the engine's queue, in the thread that put it there; a
    STATE is made and sent under the cursors' lock. So it comes behind every record that it stands for, and never before
    an older one. With a `cursor_format` a series is read on from its cursor, also when its instrument is delisted.
    """

    sample: ClassVar[Mapping[str, Parameter]] = {"instrument_name": "BTC_USD"}
    unit: ClassVar[str] = "instruments"
    cursor_format: ClassVar[PositionFormat | None] = None

    def __init__(self, table: Table) -> None:
        self._table = table
        self.cursor: InstrumentCursors = InstrumentCursors(table.name, table.logger, self.cursor_format)
        self._queue = PartitionQueue([], grows=False)
        self._listed = 0
        self._unfinished = 0
        self._skipped: set[str] = set()
        self._answered: set[str] = set()
        self._delisted: frozenset[str] = frozenset()
        self._checkpointed = time.monotonic()
        self._progress = Progress(table.logger, table.name, self.unit, 0)

    @classmethod
    def requests_per_instrument(cls, config: Config, hours: float) -> float:
        """Parameters of the smallest request that shows whether a key may read this table."""
        return 1

    @abstractmethod
    def read_series(self, series: str, cursor: Any) -> SeriesPages:
        """All records of a series that `cursor` (None: first sync) does not cover; then advances its cursor."""

    def is_whole(self, series: str, cursor: Any) -> bool:
        """Whether nothing is missing before what `cursor` says was read; a full refresh goes on with the others."""
        return True

    def series_of(self, instruments: Iterable[str]) -> list[str]:
        """Names the series, which is the key of its position."""
        return list(instruments)

    def instrument_of(self, series: str) -> str:
        """The instrument of a series."""
        return series

    def listed(self) -> list[str]:
        """Every series that is read, with or without a position."""
        context = self._table.context
        return self.series_of(context.instruments.chosen(context.config.instruments) or context.instruments.names())

    def hours_between_syncs(self) -> float:
        """Hours after a sync in which the table is not read again."""
        return self._table.context.config.hours_between_syncs

    def _symbols(self, is_wanted: Callable[[Row], bool], field: str) -> list[str]:
        """A field of the listed instruments that are wanted and configured, each value once."""
        context = self._table.context
        configured = set(context.instruments.chosen(context.config.instruments))
        rows = (row for row in context.instruments.rows() if not configured or row.get("symbol") in configured)
        return list(dict.fromkeys(str(row[field]) for row in rows if row.get(field) and is_wanted(row)))

    def splits_windows(self) -> bool:
        """Whether reading a series may put parts of it on the queue, for all workers to share."""
        return False

    def slices(self) -> Iterable[Slice]:
        """One for each worker."""
        context = self._table.context
        if not self.cursor.begin(context.clock(), self.hours_between_syncs()):
            return []
        listed = self.listed()
        self._listed = len({*map(self.instrument_of, listed)})
        if not listed and (known := self.cursor.series()):
            self._table.warn(
                f"the exchange lists no instrument at all, but the last sync left the cursors of {len(known):,} "
                f"{self.unit}."
            )
        # What an interrupted full refresh has finished is not read again: its records are still in the destination.
        begun = {series: self.cursor.of(series) for series in self.cursor.series()}
        missing = [series for series, cursor in begun.items() if not self.is_whole(series, cursor)]
        if missing:
            self._table.logger.info(
                f"{self._table.name}: {len(missing):,} {self.unit} are read further back than before, as they are "
                "configured now or because a sync was broken off."
            )
        done = begun.keys() - set(missing) if self.cursor.full_refresh else set()
        tasks = [self._task(series) for series in [*listed, *self._still_to_read(listed)] if series not in done]
        self._queue = PartitionQueue(tasks, self.splits_windows())
        self._unfinished = len(tasks)
        self._progress = Progress(self._table.logger, self._table.name, self.unit, len(tasks))
        if not tasks:
            self.cursor.complete()
        workers = context.workers.get(self._table.name, 1)
        if not self.splits_windows() or not tasks:
            workers = min(workers, len(tasks))
        return [{"worker": worker} for worker in range(workers)]

    def _still_to_read(self, listed: Sequence[str]) -> Sequence[str]:
        """Series whose instrument was delisted: what they had since the last sync is still to be read."""
        if self.cursor_format is None or self.cursor.full_refresh or self._table.context.config.instruments:
            return ()
        known = self.cursor.series()
        gone = {self.instrument_of(series) for series in known} - {*map(self.instrument_of, listed)}
        found = [series for series in self.series_of(sorted(gone)) if self.cursor.of(series) is not None]
        self._delisted = frozenset(found)
        return found

    def _task(self, series: str) -> PartitionTask:
        return PartitionTask(series, partial(self.read_series, series, self.cursor.of(series)))

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        """Reads series until none is left. One that cannot be read fails the table, but only at the end.

        The second failure in a row ends the worker at once: the exchange is at fault then, not the series.
        """
        first_error: AirbyteTracedException | None = None
        in_a_row = 0
        while task := self._queue.get():
            try:
                finished = yield from self._with_checkpoints(task.read())
                in_a_row = 0
                self._answered.add(self.instrument_of(task.series))
            except AirbyteTracedException as error:
                news = self._queue.discard(task.series)
                if error.failure_type is not FailureType.system_error or _refuses_every_series(error):
                    raise
                finished = news and self._skip_failed(task.series, error)
                if news and not finished:
                    first_error = first_error or error
                    in_a_row += 1
            finally:
                self._queue.task_done()
            if finished:
                yield from self._finished()
            if in_a_row == 2:
                break
        if first_error:
            raise first_error

    def _with_checkpoints(self, pages: SeriesPages) -> Generator[Output, None, bool]:
        """The pages of a series, with a STATE now and then: a series of years is not begun anew."""
        while True:
            try:
                page = next(pages)
            except StopIteration as end:
                return bool(end.value)
            yield page
            if self._is_checkpoint_due():
                with self.cursor.lock:
                    # Sent while the lock is held, so that no later state can come before it.
                    yield state_message(self._table.name, self.cursor.state)

    def _is_checkpoint_due(self) -> bool:
        with self.cursor.lock:
            is_due = time.monotonic() - self._checkpointed >= CHECKPOINT_SECONDS
            if is_due:
                self._checkpointed = time.monotonic()
            return is_due

    def _skip_failed(self, series: str, error: AirbyteTracedException) -> bool:
        """Whether the table can do without a series that could not be read. Raises the error where all are refused."""
        action = error.action if isinstance(error, ExchangeError) else None
        if series in self._delisted:
            # What the exchange says of an instrument that it delisted does not fail the table.
            if action in (Action.SKIP_INSTRUMENT, Action.BAD_REQUEST) or self._is_stale(self.cursor.of(series)):
                self._table.logger.info(
                    f"{self._table.name}: {series} is delisted and no longer served; its cursor is dropped. {error}"
                )
                self.cursor.drop(series)
                return True
            if action:
                self._table.warn(f"{series} is delisted and could not be read. {error}")
                return True
        if action is not Action.SKIP_INSTRUMENT:
            self._table.warn(f"{series} failed; its cursor is unchanged and the next sync retries it. {error}")
            return False
        self._table.warn(f"{series} is left out, the others are read. {error}")
        with self.cursor.lock:
            known = len(self._skipped - self._answered)
            self._skipped.add(self.instrument_of(series))
            # What an earlier attempt has finished was not refused. Raised once, by the last instrument's first series.
            all_refused = known < len(self._skipped - self._answered) == self._listed > 1
        if all_refused:
            raise error
        return True

    def advance(self, series: str, cursor: Any) -> None:
        """The series is read up to `cursor`; one that is delisted and had nothing for a week is dropped."""
        if series in self._delisted and self._is_stale(cursor):
            self.cursor.drop(series)
        else:
            self.cursor.advance(series, cursor)

    def fetch(self, **parameters: Parameter) -> Page:
        """One request. Raises ExchangeError."""
        page = self._table.fetch(**parameters)
        self._progress.request()
        return page

    def _is_stale(self, cursor: Position) -> bool:
        return cursor.last_record_ms < self.cursor.started_ms - DELISTED_MS

    def _finished(self) -> Iterator[Output]:
        self._progress.done()
        with self.cursor.lock:
            self._unfinished -= 1
            if not self._unfinished:
                self.cursor.complete()
            elif self._is_checkpoint_due():
                # Sent while the lock is held, so that no later state can come before it.
                yield state_message(self._table.name, self.cursor.state)


def _refuses_every_series(error: AirbyteTracedException) -> bool:
    """Whether the exchange refuses the method, whatever it is asked for."""
    return isinstance(error, ExchangeError) and error.refuses_method and error.action is not Action.SKIP_INSTRUMENT
