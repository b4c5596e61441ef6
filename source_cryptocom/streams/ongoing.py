"""Per-instrument tables whose every series is read on from where the last sync came to."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.errors import Action, ExchangeError
from source_cryptocom.clock import MS_PER_DAY
from source_cryptocom.context import SyncContext
from source_cryptocom.retrievers.instruments import Instruments
from source_cryptocom.retrievers.per_instrument import PerInstrumentStream
from source_cryptocom.state.restored_cursors import Cursor, join_names, restore_cursors
from source_cryptocom.state.state import MarketState

# As far as a first sync of trades reaches: should the instrument be listed again, it repeats none of the old rows.
UNLISTED_MS = 7 * MS_PER_DAY


class OngoingStream(PerInstrumentStream, ABC):
    """Keeps a place for each series, also of those that the exchange no longer lists, until nothing more comes."""

    def __init__(self, context: SyncContext, instruments: Instruments) -> None:
        super().__init__(context, instruments)
        self._unlisted: frozenset[str] = frozenset()

    @abstractmethod
    def parse(self, state: Any) -> Cursor:
        """A cursor out of a state. Raises UnusableState."""

    def unpack(self, cursors: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        """Each series with its cursor as the state holds it, to be parsed."""
        return cursors.items()

    def adopt(self, saved: MarketState) -> None:
        super().adopt(saved)
        places = restore_cursors(self.unpack(saved.cursors), self.parse, self._started_ms)
        self._cursors = dict(places.cursors)
        if places.rejected:
            names = join_names(places.rejected)
            self.logger.warning(
                f"{self.name}: the saved place of {names} is not used, because it cannot be read, lies "
                "in the future or lies before the exchange opened. Where the last row is known it is read on from "
                "there, else as in a first sync."
            )

    def unlisted(self, listed: Sequence[str]) -> Sequence[str]:
        """Series whose instrument left the list: what they had since the last sync is still to be read."""
        if self._context.config.instruments or self._full_refresh:
            return ()
        gone = {self.instrument_of(series) for series in self._cursors} - {*map(self.instrument_of, listed)}
        found = [series for series in self.series(sorted(gone)) if series in self._cursors]
        self._unlisted = frozenset(found)
        return found

    def moved(self, series: str, cursor: Cursor) -> None:
        """Lets go of a series that is listed no more and has had nothing for a week: it would be asked for for ever."""
        if series in self._unlisted and self._is_stale(cursor):
            self.forget(series)
        else:
            super().moved(series, cursor)

    def leave_out(self, series: str, error: AirbyteTracedException) -> bool:
        """A series that is listed no more does not fail the table by what the exchange says of it."""
        if series not in self._unlisted:
            return super().leave_out(series, error)
        answer = error.action if isinstance(error, ExchangeError) else None
        if answer in (Action.SKIP_INSTRUMENT, Action.BAD_REQUEST) or self._is_stale(self._cursors[series]):
            self.logger.info(f"{self.name}: {series} is listed no more nor served: its place is forgotten. {error}")
            self.forget(series)
            return True
        if answer:
            self.logger.warning(f"{self.name}: {series} is listed no more and could not be read. {error}")
            return True
        return super().leave_out(series, error)

    def _is_stale(self, cursor: Cursor) -> bool:
        return cursor.last_record_ms < self._started_ms - UNLISTED_MS
