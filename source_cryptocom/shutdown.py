"""Ends the process at once when it is told to, or when nobody reads its output any more.

Workers may be waiting for their next attempt or for the request budget, and the interpreter would wait for them.
Nothing is flushed: a STATE that has not reached stdout claims nothing, and a reader that stalls holds nobody up.
"""

import errno
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

READER_GONE = 1
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LOOK_AGAIN_MS = 1_000


@contextmanager
def immediate_shutdown() -> Iterator[None]:
    """Within it SIGTERM, SIGINT and a reader of stdout that goes away end the process. For the main thread."""
    before = {number: signal.signal(number, _end) for number in _SIGNALS}
    done = threading.Event()
    if hasattr(select, "poll"):  # Windows has none: there the next line that is written shows that nobody reads
        with suppress(RuntimeError, MemoryError):  # no thread to be had: the command itself says so, should it need one
            threading.Thread(target=_watch_reader, args=(done,), name="stdout-watch", daemon=True).start()
    try:
        yield
    except OSError as error:
        if not nobody_reads(error):
            raise
        os._exit(READER_GONE)
    finally:
        done.set()
        for number, handler in before.items():
            signal.signal(number, handler)


def nobody_reads(error: BaseException) -> bool:
    """Whether stdout could not be written because its reader is gone, which Windows calls an invalid argument."""
    return isinstance(error, BrokenPipeError) or (
        os.name == "nt" and isinstance(error, OSError) and error.errno == errno.EINVAL
    )


def _end(number: int, _frame: FrameType | None) -> None:
    if number == signal.SIGTERM:
        # As without a handler; a container's first process, however, ignores a signal that it has none for.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(128 + number)


def _watch_reader(done: threading.Event) -> None:
    """A pipe without a reader is in error, which a process that writes nothing would not notice."""
    watch = select.poll()
    try:
        watch.register(sys.__stdout__.fileno() if sys.__stdout__ else -1, 0)
    except (OSError, ValueError):
        return
    while not done.is_set():
        if any(event & (select.POLLERR | select.POLLHUP) for _, event in watch.poll(_LOOK_AGAIN_MS)):
            os._exit(READER_GONE)
