"""The exchange's list of instruments, fetched once a sync and shared by the tables that need it."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from airbyte_cdk.utils import AirbyteTracedException

from source_cryptocom.api.endpoint import Endpoint
from source_cryptocom.api.response import Row
from source_cryptocom.suggestions import did_you_mean

LOGGER = logging.getLogger("airbyte")


def fetch_instruments(endpoint: Endpoint) -> Sequence[Row]:
    """All rows of public/get-instruments, with a warning where they may not be all. Raises ExchangeError."""
    page = endpoint.fetch()
    if not page.rows:
        LOGGER.warning(
            "instrument: public/get-instruments lists nothing, so this table is empty and the tables that are read per "
            "instrument have no new ones. The exchange has hundreds: look at its status page, and sync again later."
        )
    if page.result.get("next_cursor"):
        LOGGER.warning(
            f"instrument: public/get-instruments sent {len(page.rows):,} rows and a next_cursor, which says that there "
            "are more. Its documentation has no way to ask for them, so tables lack the other instruments. Name those "
            "that you need under instruments, and please report this."
        )
    return page.rows


class Instruments:
    """Thread-safe. A failed fetch is remembered: each table that needs the list fails with it, without more waits."""

    def __init__(self, fetch: Callable[[], Sequence[Row]]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._rows: Sequence[Row] | None = None
        self._error: Exception | None = None
        self._warning = threading.Lock()
        self._warned = False

    def rows(self) -> Sequence[Row]:
        """The rows of public/get-instruments. Raises what the first fetch raised."""
        with self._lock:
            if self._error:
                raise self._error
            if self._rows is None:
                try:
                    self._rows = self._fetch()
                except Exception as error:
                    self._error = error
                    raise
            return self._rows

    def names(self) -> list[str]:
        """All instruments' names, in the exchange's order."""
        return [str(row["symbol"]) for row in self.rows() if row.get("symbol")]

    def chosen(self, names: Sequence[str]) -> Sequence[str]:
        """`names`, with a warning, once, of those that the exchange does not list."""
        with self._warning:
            if names and not self._warned:
                self._warned = True
                self._warn_of_unlisted(names)
        return names

    def _warn_of_unlisted(self, names: Sequence[str]) -> None:
        with suppress(AirbyteTracedException):  # who needs the list says why there is none
            listed = set(self.names())
            unlisted = [f"{name}{did_you_mean(name, listed)}" for name in names if name not in listed]
            if listed and unlisted:
                LOGGER.warning(
                    f"instruments: the exchange does not list {', '.join(unlisted)}: misspelt, or delisted. No new "
                    "rows of it come; the others are read."
                )
