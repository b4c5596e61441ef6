"""Lots of coins, and which of them a disposal uses up: FIFO, LIFO, HIFO and the moving average."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lot:
    """A quantity of a coin that was acquired at one time, and what it cost in the reporting currency."""

    acquired_at: datetime
    quantity: Decimal
    cost: Decimal

    def split(self, quantity: Decimal) -> tuple[Lot, Lot]:
        """The first `quantity` of it, and the rest. Both costs add up to the whole."""
        cost = self.cost * quantity / self.quantity
        return replace(self, quantity=quantity, cost=cost), Lot(
            self.acquired_at, self.quantity - quantity, self.cost - cost
        )


class Lots(Protocol):
    """What there is of one coin; each method has its own order."""

    def put(self, lot: Lot) -> None: ...

    def take(self, quantity: Decimal) -> list[Lot]:
        """Lots of `quantity` altogether, or of all that there is."""
        ...

    def all(self) -> list[Lot]: ...


class FirstIn:
    """The oldest acquisition goes first. A lot that came from another account keeps its date."""

    def __init__(self) -> None:
        self._lots: deque[Lot] = deque()

    def put(self, lot: Lot) -> None:
        behind = []
        while self._lots and self._lots[-1].acquired_at > lot.acquired_at:
            behind.append(self._lots.pop())
        self._lots.append(lot)
        self._lots.extend(reversed(behind))

    def take(self, quantity: Decimal) -> list[Lot]:
        taken = []
        while quantity and self._lots:
            lot = self._lots.popleft()
            if lot.quantity > quantity:
                lot, rest = lot.split(quantity)
                self._lots.appendleft(rest)
            quantity -= lot.quantity
            taken.append(lot)
        return taken

    def all(self) -> list[Lot]:
        return list(self._lots)


class LastIn(FirstIn):
    """The newest acquisition goes first."""

    def take(self, quantity: Decimal) -> list[Lot]:
        taken = []
        while quantity and self._lots:
            lot = self._lots.pop()
            if lot.quantity > quantity:
                lot, rest = lot.split(quantity)
                self._lots.append(rest)
            quantity -= lot.quantity
            taken.append(lot)
        return taken


class HighestIn:
    """The lot with the highest cost of one coin goes first; of equal ones the oldest."""

    def __init__(self) -> None:
        self._lots: list[tuple[Decimal, datetime, int, Lot]] = []
        self._number = 0

    def put(self, lot: Lot) -> None:
        self._number += 1
        heapq.heappush(self._lots, (-lot.cost / lot.quantity, lot.acquired_at, self._number, lot))

    def take(self, quantity: Decimal) -> list[Lot]:
        taken = []
        while quantity and self._lots:
            price, acquired_at, number, lot = self._lots[0]
            if lot.quantity > quantity:
                lot, rest = lot.split(quantity)
                heapq.heapreplace(self._lots, (price, acquired_at, number, rest))
            else:
                heapq.heappop(self._lots)
            quantity -= lot.quantity
            taken.append(lot)
        return taken

    def all(self) -> list[Lot]:
        return [lot for *_, lot in sorted(self._lots)]


class Average:
    """One lot of everything, at its mean cost; its date is that of the first acquisition since there was nothing."""

    def __init__(self) -> None:
        self._lot: Lot | None = None

    def put(self, lot: Lot) -> None:
        held = self._lot
        if held is not None:
            first = min(held.acquired_at, lot.acquired_at)
            lot = Lot(first, held.quantity + lot.quantity, held.cost + lot.cost)
        self._lot = lot

    def take(self, quantity: Decimal) -> list[Lot]:
        if self._lot is None or not quantity:
            return []
        lot, self._lot = self._lot, None
        if lot.quantity > quantity:
            lot, self._lot = lot.split(quantity)
        return [lot]

    def all(self) -> list[Lot]:
        return [self._lot] if self._lot is not None else []


METHODS: dict[str, Callable[[], Lots]] = {"fifo": FirstIn, "lifo": LastIn, "hifo": HighestIn, "average": Average}


def sum_of(lots: Iterable[Lot]) -> tuple[Decimal, Decimal]:
    """Quantity and cost."""
    quantity = cost = NOTHING
    for lot in lots:
        quantity += lot.quantity
        cost += lot.cost
    return quantity, cost


def split(lots: Iterable[Lot], quantity: Decimal) -> tuple[list[Lot], list[Lot]]:
    """The first `quantity` of lots, and the rest."""
    first, rest = [], []
    for lot in lots:
        if lot.quantity <= quantity:
            first.append(lot)
        elif quantity:
            of_first, of_rest = lot.split(quantity)
            first.append(of_first)
            rest.append(of_rest)
        else:
            rest.append(lot)
        quantity -= min(quantity, lot.quantity)
    return first, rest
