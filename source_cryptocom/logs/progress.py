"""Logs the progress of a long sync, at a pace that a person can follow."""

import logging
import threading
import time

INTERVAL_SECONDS = 10.0


class Progress:
    """Counts what several threads read of one table and logs it, at most once in INTERVAL_SECONDS."""

    def __init__(self, logger: logging.Logger, table: str, unit: str, total: int) -> None:
        self._logger = logger
        self._table = table
        self._unit = unit
        self._total = total
        self._done = 0
        self._requests = 0
        self._lock = threading.Lock()
        self._started = self._last_logged = time.monotonic()

    def request(self) -> None:
        """Counts one more answered request."""
        with self._lock:
            self._requests += 1
            self._log_if_due()

    def done(self, amount: int = 1, where: str = "") -> None:
        """Counts `amount` more of the total as read; `where` is added to the line."""
        with self._lock:
            self._done += amount
            self._log_if_due(where)

    def _log_if_due(self, where: str = "") -> None:
        now = time.monotonic()
        if now - self._last_logged < INTERVAL_SECONDS:
            return
        self._last_logged = now
        rate = self._requests / (now - self._started)
        self._logger.info(
            f"{self._table}: {self._done:,} of {self._total:,} {self._unit} read, "
            f"{self._requests:,} requests, {rate:.1f} a second{where}"
        )
