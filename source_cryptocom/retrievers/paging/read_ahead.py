"""Several windows of one table at once: the answers of those that follow are asked for while one is read.

One window after the other makes a table take as long as all of its round trips, whatever its limit allows. What was
read is handed on in order, so that states claim nothing early; what waits is bounded by the number of windows.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Executor, Future
from typing import TypeVar

from source_cryptocom.retrievers.paging.windows import Window

Result = TypeVar("Result")
WINDOWS_AHEAD = 8
"""Of one table, however many threads there are."""


def read_ahead(
    windows: Iterable[Window], read: Callable[[Window], Result], pool: Executor | None
) -> Generator[tuple[Window, Result], None, None]:
    """Each window with its result, in order. Raises what `read` raised for it. Without a pool one after the other."""
    waiting: deque[tuple[Window, Future[Result]]] = deque()
    try:
        for window in windows:
            if pool is None:
                yield window, read(window)
                continue
            waiting.append((window, pool.submit(read, window)))
            if len(waiting) > WINDOWS_AHEAD:
                yield _first(waiting, read)
        while waiting:
            yield _first(waiting, read)
    finally:
        for _, future in waiting:
            future.cancel()


def _first(waiting: "deque[tuple[Window, Future[Result]]]", read: Callable[[Window], Result]) -> tuple[Window, Result]:
    """The first that waits; read here and now where no thread has begun with it."""
    window, future = waiting.popleft()
    return window, read(window) if future.cancel() else future.result()
