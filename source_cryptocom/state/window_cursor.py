"""What the states of all streams that read ascending windows of time have in common."""

import logging
from collections.abc import Callable, MutableMapping
from typing import Any, Generic, Protocol, TypeVar

from source_cryptocom.state.state import State, UnusableState, warn_unusable


class WindowState(Protocol):
    """How far a stream was read. `refreshing`: by a full refresh that has not ended."""

    @property
    def refreshing(self) -> bool: ...

    def as_state(self, cursor_column: str) -> dict[str, Any]: ...


Claim = TypeVar("Claim", bound=WindowState)


class WindowCursor(Generic[Claim]):
    """The state of one stream. `parse` reads a saved one at a moment in ms; it raises UnusableState and ConfigError."""

    def __init__(
        self, stream_name: str, logger: logging.Logger, cursor_column: str, parse: Callable[[State, str, int], Claim]
    ) -> None:
        self._stream_name = stream_name
        self._logger = logger
        self._cursor_column = cursor_column
        self._parse = parse
        self._saved: State = {}
        self._full_refresh = True
        # Until the first window is read, the sync claims no more than the one before.
        self._claimed: Claim | None = None

    @property
    def state(self) -> MutableMapping[str, Any]:
        return self._claimed.as_state(self._cursor_column) if self._claimed else dict(self._saved)

    @property
    def is_complete(self) -> bool:
        """Whether this sync has read all of the stream; asked of a full refresh."""
        return self._claimed is not None and not self._claimed.refreshing

    def restore(self, saved: State, full_refresh: bool) -> None:
        self._saved = saved
        self._full_refresh = full_refresh

    def _usable(self, now: int) -> Claim | None:
        """The saved state, None where there is none that says something reliable. Raises ConfigError."""
        if not self._saved:
            return None
        try:
            return self._parse(self._saved, self._cursor_column, now)
        except UnusableState as reason:
            warn_unusable(self._logger, self._stream_name, reason)
            return None
