"""Which orders the fills of a sync name, so that who reads the orders can ask for one that no window brought."""

import threading
from array import array
from collections.abc import Iterable

from source_cryptocom.api.response import Row


def number_of_order(row: Row) -> int:
    """The id of a row's order; 0 where it names none ("0" among them)."""
    text = str(row.get("order_id"))
    return int(text) if text.isdecimal() and int(text) < 1 << 64 else 0


class FilledOrders:
    """What the reader of fills tells the reader of orders, in the same sync. Thread-safe.

    An id takes eight bytes and a time as many, so that a long history of fills fits.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_being_read = False
        self._ids, self._filled_ms = array("Q"), array("Q")

    def begin(self) -> None:
        """Fills are about to be read: whoever asks waits for their end."""
        with self._changed:
            self._is_being_read = True

    def add(self, fills: Iterable[tuple[Row, int]]) -> None:
        """Fills that are new in this sync, each with its time in ms."""
        with self._changed:
            for fill, filled_ms in fills:
                if number := number_of_order(fill):
                    self._ids.append(number)
                    self._filled_ms.append(filled_ms)

    def end(self) -> None:
        """All fills were read, or reading them failed."""
        with self._changed:
            self._is_being_read = False
            self._changed.notify_all()

    def since(self, since_ms: int) -> dict[str, int]:
        """Orders by id with the time in ms of a fill of theirs, for fills since then.

        Waits until the fills are read, if that has begun. Without a reader of fills there are none.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._is_being_read)
            known = zip(self._ids, self._filled_ms, strict=True)
            return {str(order_id): filled_ms for order_id, filled_ms in known if filled_ms >= since_ms}
