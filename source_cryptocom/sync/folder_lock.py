"""A folder that one process uses at a time. The lock ends with the process, however that ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FILE_NAME = "lock"


class FolderInUse(Exception):
    """Another process holds the lock."""


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Raises FolderInUse."""
    with (folder / FILE_NAME).open("w", encoding="utf-8") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderInUse(str(folder)) from error
        yield
