"""The optional log file in the working directory, with secrets masked like everything else."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from source_cryptocom.redaction import redact

FILE_NAME = "crypto_connector.log"


class _RedactingFormatter(logging.Formatter):
    """Masks the finished line, traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


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
        handler = logging.FileHandler(FILE_NAME, encoding="utf-8")
    except OSError as error:
        logger.warning(f"The log file {FILE_NAME} cannot be written ({error.strerror}); the sync goes on without it.")
        return None
    handler.setFormatter(_RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return handler
