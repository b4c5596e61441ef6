"""Who owns a stream's state."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

from source_cryptocom.config import ConfigError
from source_cryptocom.state.state import State, UnusableState

Parsed = TypeVar("Parsed")
ACCOUNT = "account"
"""Where a state of a private table has the fingerprint of its account. Versions up to 0.2.0 wrote none."""


def another_account(table: str) -> ConfigError:
    """The error for a state that would make a sync leave out rows of the account that it reads."""
    return ConfigError(
        f"{table}: the saved state belongs to another account than this API key. With it rows of this key's account "
        "would be left out, and both accounts' rows would lie in one table. Use a key of the account that this "
        "connection has read so far (a new key of the same account is fine), or make a connection of its own for this "
        "account, with a destination schema, prefix or file and a state of its own."
    )


class StreamCursor(ABC):
    """What one stream has read, as the next sync finds it."""

    def __init__(self, stream_name: str, logger: logging.Logger) -> None:
        self._stream_name = stream_name
        self._logger = logger
        self._saved: State = {}
        self._account: str | None = None
        self.account_of_key: Callable[[], str | None] = lambda: None
        """Gives the fingerprint of the account that is read; None where it is not known, or the table is public."""
        self.full_refresh = True
        self.is_complete = False

    @property
    def state(self) -> MutableMapping[str, Any]:
        """A snapshot, safe to send, that says whose it is; empty where there is nothing to claim."""
        state = self._state_so_far()
        return {**state, ACCOUNT: self._account} if state and self._account else state

    @abstractmethod
    def _state_so_far(self) -> MutableMapping[str, Any]:
        """A snapshot of what may be claimed by now: what was restored, until this sync has read something."""

    def restore(self, saved: State, full_refresh: bool) -> None:
        """Takes what the last sync saved. It is parsed when reading begins: a bad one fails this stream alone."""
        self._saved = saved
        self.full_refresh = full_refresh

    def is_of_another_account(self) -> bool:
        """Whether what was restored is known to belong to another account than the one that is read."""
        saved = self._saved_account()
        return saved is not None and self.account_of_key() not in (saved, None)

    def _saved_account(self) -> str | None:
        saved = self._saved.get(ACCOUNT)
        return saved if isinstance(saved, str) else None

    def _parse_saved(self, parse: Callable[[State], Parsed]) -> Parsed | None:
        """What the last sync saved; None where it says nothing reliable. Raises ConfigError."""
        if self.is_of_another_account():
            if not self.full_refresh:
                raise another_account(self._stream_name)
            self._logger.info(f"{self._stream_name}: the saved state belongs to another account, so it is not used.")
            self._saved = {}
        parsed = None
        try:
            parsed = parse(self._saved) if self._saved else None
        except UnusableState as reason:
            self._logger.warning(
                f"{self._stream_name}: the saved state is not used, because {reason}. The table is read from the start."
            )
        self._account = self.account_of_key() or self._saved_account()
        return parsed
