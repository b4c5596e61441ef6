"""The optional log file in the working directory, with secrets masked like everything else."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from source_cryptocom.logs.redaction import redact

FILE_NAME = "crypto_connector.log"


class _RedactingFormatter(logging.Formatter):
    """Masks the finished line, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _LogFile(logging.FileHandler):
    """Gives up at the first line that cannot be written: a disk that fills up does not end a sync."""

    def __init__(self, logger: logging.Logger) -> None:
        super().__init__(FILE_NAME, encoding="utf-8")
        self._logger = logger
        self.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        logging.getLogger().removeHandler(self)
        _warn(self._logger, sys.exc_info()[1])

    def close(self) -> None:
        # What is left in the buffer cannot be written either.
        with suppress(OSError):
            super().close()


@contextmanager
def log_file(wanted: bool, logger: logging.Logger) -> Iterator[None]:
    """Writes everything the connector logs to FILE_NAME as well. Where that is impossible: a WARN, nothing more."""
    handler = _open(logger) if wanted else None
    if handler is None:
        yield
        return
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _open(logger: logging.Logger) -> logging.Handler | None:
    try:
        return _LogFile(logger)
    except OSError as error:
        _warn(logger, error)
        return None


def _warn(logger: logging.Logger, error: BaseException | None) -> None:
    reason = error.strerror if isinstance(error, OSError) else error
    logger.warning(f"The log file {FILE_NAME} cannot be written ({reason}); the sync goes on without it.")
