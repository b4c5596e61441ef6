"""Who owns a stream's state."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

from source_cryptocom.state.state import State, UnusableState

Parsed = TypeVar("Parsed")


class StreamCursor(ABC):
    """What one stream has read, as the next sync finds it."""

    def __init__(self, stream_name: str, logger: logging.Logger) -> None:
        self._stream_name = stream_name
        self._logger = logger
        self._saved: State = {}
        self.full_refresh = True
        self.is_complete = False

    @property
    @abstractmethod
    def state(self) -> MutableMapping[str, Any]:
        """A snapshot, safe to send; empty where there is nothing to claim."""

    def restore(self, saved: State, full_refresh: bool) -> None:
        """Takes what the last sync saved. It is parsed when reading begins: a bad one fails this stream alone."""
        self._saved = saved
        self.full_refresh = full_refresh

    def _parse_saved(self, parse: Callable[[State], Parsed]) -> Parsed | None:
        """What the last sync saved; None where it says nothing reliable. Raises ConfigError."""
        try:
            return parse(self._saved) if self._saved else None
        except UnusableState as reason:
            self._logger.warning(
                f"{self._stream_name}: the saved state is not used, because {reason}. The table is read from the start."
            )
            return None
