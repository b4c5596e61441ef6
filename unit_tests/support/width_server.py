"""A model of what the exchange may do with windows that are wider than it likes, without HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from source_cryptocom.retrievers.history.window_widths import WindowRefused
from source_cryptocom.retrievers.paging.windows import Window
from unit_tests.support.window_reading import DAY_NS
from unit_tests.support.window_server import Order, Rules, WindowServer

Beyond = Literal["whole", "cut", "empty", "refused"]


@dataclass
class WidthServer:
    """Does `beyond` with a window wider than `width_ns`.

    An order is served from as many requests on as `late` says, as if each request took a while.
    """

    orders: Sequence[Order]
    rules: Rules = field(default_factory=Rules)
    beyond: Beyond = "whole"
    width_ns: int = DAY_NS
    page_limit: int = 100
    late: dict[int, int] = field(default_factory=dict)
    asked: list[tuple[Window, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._served = WindowServer(self.orders, self.rules, self.page_limit)

    @property
    def serves_ns(self) -> int:
        """The widest window that is served whole."""
        return self.width_ns if self.beyond != "whole" else 10**30

    def fetch(self, window: Window, limit: int) -> list[dict[str, Any]]:
        self.asked.append((window, limit))
        if window.width_ns > self.serves_ns:
            if self.beyond == "refused":
                raise WindowRefused
            if self.beyond == "empty":
                return []
            window = Window(window.end_ns - self.width_ns, window.end_ns)
        waiting = {str(number) for number, requests in self.late.items() if len(self.asked) <= requests}
        if not waiting:
            return self._served.fetch(window, limit)
        shown = [order for order in self.orders if str(order.number) not in waiting]
        return WindowServer(shown, self.rules, self.page_limit).fetch(window, limit)

    def must_be_found(self, start_ns: int, end_ns: int) -> set[str]:
        """The orders of [start, end) that were served from the beginning."""
        late = set(map(str, self.late))
        return {number for number in self._served.between(start_ns, end_ns) if number not in late}

    def most_that_no_window_parts(self) -> int:
        return self._served.most_that_no_window_parts()
