"""The optional log file in the working directory, with secrets masked like everything else."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import cast

from source_cryptocom.file_modes import make_private
from source_cryptocom.logs.redaction import mask_log

LOGGER = logging.getLogger("airbyte")
FILE_NAME = "crypto_connector.log"


class _LogFile(logging.FileHandler):
    """Stops at the first line that cannot be written: a full disk does not end a sync.

    The file is its owner's alone, and never one that somebody else's link leads to.
    """

    def _open(self) -> TextIOWrapper:
        opened = open(  # noqa: SIM115 - the handler closes it
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors, opener=_private
        )
        return cast("TextIOWrapper", opened)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        logging.getLogger().removeHandler(self)
        _warn(sys.exc_info()[1])

    def close(self) -> None:
        # The rest of the buffer cannot be written either.
        with suppress(OSError):
            super().close()


def _private(path: str, flags: int) -> int:
    file = os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
    # Only a regular file: a device keeps its permissions.
    if Path(path).is_file():
        make_private(Path(path))
    return file


@contextmanager
def log_file(wanted: bool) -> Iterator[None]:
    """Writes everything the connector logs to FILE_NAME as well. Where that is impossible: a WARN, nothing more."""
    handler = _open() if wanted else None
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


def _open() -> logging.Handler | None:
    try:
        handler = _LogFile(FILE_NAME, encoding="utf-8")
    except OSError as error:
        _warn(error)
        return None
    mask_log(handler)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    return handler


def _warn(error: BaseException | None) -> None:
    reason = error.strerror if isinstance(error, OSError) else error
    LOGGER.warning(f"The log file {FILE_NAME} cannot be written ({reason}); the sync goes on without it.")
