"""Tables that are read by page number, while rows come in between two pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from integration_tests.account_world import World, new_world, rows_by_key
from integration_tests.shared_clock import MINUTE_NS, NOON_NS
from simulated_exchange.account import ACCOUNT_ID, Account
from simulated_exchange.resources import account_tree, expired_settlement_price, fee_credit
from simulated_exchange.resources.account_tree import MASTER, TreeAccount


@dataclass(frozen=True)
class Paged:
    """`arrive` makes one more row, at a time; so many rows need more than one page."""

    table: str
    method: str
    first: str
    arrive: Callable[[Account, int], None]
    rows: int


PAGED = (
    Paged("account", "private/get-accounts", "0", account_tree.arrive, 45),
    Paged("fee_credit", "private/get-fee-credit-balances", "0", fee_credit.arrive, 230),
    Paged("expired_settlement_price", "public/get-expired-settlement-price", "1", expired_settlement_price.arrive, 120),
)


@pytest.fixture(params=PAGED, ids=lambda paged: paged.table)
def paged(request: pytest.FixtureRequest) -> Paged:
    found: Paged = request.param
    return found


@pytest.fixture
def world(paged: Paged) -> Iterator[World]:
    with new_world() as running:
        running.account.put(TreeAccount(ACCOUNT_ID, MASTER))
        for number in range(paged.rows):
            paged.arrive(running.account, NOON_NS - (paged.rows - number) * MINUTE_NS)
        yield running


def test_all_pages_come_each_row_once(world: World, paged: Paged) -> None:
    output = world.sync(paged.table)
    assert len(output.records[paged.table]) >= paged.rows
    assert rows_by_key(paged.table, output.records[paged.table]) == world.truth(paged.table)
    assert world.exchange.requests[paged.method][0].params["page"] == paged.first
    assert not world.exchange.unknown_parameters


def test_a_row_that_comes_in_between_two_pages_costs_none_and_doubles_none(world: World, paged: Paged) -> None:
    world.exchange.on_request(paged.method, 2, lambda: paged.arrive(world.account, NOON_NS))
    output = world.sync(paged.table)
    assert rows_by_key(paged.table, output.records[paged.table]) == world.truth(paged.table)


def test_rows_that_come_in_again_and_again_keep_none_of_the_others_away(world: World, paged: Paged) -> None:
    before = world.truth(paged.table)
    for request in (2, 5, 8):
        world.exchange.on_request(paged.method, request, partial(paged.arrive, world.account, NOON_NS + request))
    found = rows_by_key(paged.table, world.sync(paged.table).records[paged.table])
    assert before.keys() < found.keys() <= world.truth(paged.table).keys()


def test_no_rows_are_no_error(paged: Paged) -> None:
    with new_world() as empty:
        output = empty.sync(paged.table)
        assert rows_by_key(paged.table, output.records.get(paged.table, [])) == empty.truth(paged.table)
        assert output.errors() == []
