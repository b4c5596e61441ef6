"""What a resource is: one kind of row with its methods, its tables and its part of a seeded account."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulated_exchange.limits import PRIVATE, Limit
from simulated_exchange.timeline import DAY_NS, MS_NS

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour
    from simulated_exchange.expected_records import Record
    from simulated_exchange.market_interface import MarketData

ACCOUNT_ID = "5b1f7d90-62ce-4c1b-a7f4-0d3e9a1c7711"


@dataclass(frozen=True)
class Asked:
    """One request as a method sees it. `now_ns` is the server's clock."""

    account: Account
    market: MarketData
    behaviour: Behaviour
    now_ns: int
    params: Mapping[str, Any]
    method: str


@dataclass(frozen=True)
class Method:
    """`answer` writes `result` as JSON; `rows_at` is the field of it that holds the rows, none where it is the row.

    `key` is the field that a row cannot do without, `time` one that holds a time in ms. `parameters`: name -> kind (see
    admission.py). `pages`: the number of the first page, where a request names its page.
    """

    answer: Callable[[Asked], bytes]
    key: str
    time: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    rows_at: str = "data"
    limit: Limit = PRIVATE
    pages: int | None = None


@dataclass(frozen=True)
class Table:
    """`records`: what a connector must emit, each with the time by which a window finds it (0 for a snapshot)."""

    primary_key: tuple[str, ...]
    records: Callable[[Account, Behaviour], Iterable[tuple[int, Record]]]
    defaults: Mapping[str, str] = field(default_factory=dict)
    """What stands in the place of a key that the exchange leaves out."""
    fixed_columns: bool = False
    """No field passes that is not known: rows of this table come with personal data."""


def digest(text: str) -> str:
    """64 hex digits that stand for a transaction hash, an address, a uuid: the same for the same text."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Seeding:
    """How large a seeded account is, and the time over which its rows lie."""

    seed: int
    start_ns: int
    end_ns: int
    orders: int
    open_orders: int
    with_fills: bool

    def moments(self, dice: random.Random, a_day: float, least: int) -> list[int]:
        """So many moments a day, at whole milliseconds and in their order; in a short account at least so many."""
        number = max(least, int((self.end_ns - self.start_ns) / DAY_NS * a_day))
        return sorted(dice.randrange(self.start_ns, self.end_ns) // MS_NS * MS_NS for _ in range(number))

    def dice(self, name: str) -> random.Random:
        """Dice of its own for each resource, so that a new one changes no other."""
        return random.Random(f"{self.seed} {name}")


@dataclass(frozen=True)
class Resource:
    """`arrive` makes one more row at a time, `change` lets one that is not final change then: what happens while pages
    are turned."""

    methods: Mapping[str, Method] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    seed: Callable[[Account, Seeding], None] | None = None
    arrive: Callable[[Account, int], object] | None = None
    change: Callable[[Account, int], object] | None = None
