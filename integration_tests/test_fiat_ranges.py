"""Bank transfers, whatever their methods do with a range of time."""

import pytest

from integration_tests.account_world import new_world
from integration_tests.connector import Output, State
from integration_tests.shared_clock import DAY_NS, HOUR_NS, NOON_NS
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.resources.fiat_deposit import complete, fiat_deposit

METHOD = "private/fiat/fiat-deposit-history"


def ids(output: Output) -> list[str]:
    return sorted(record["id"] for record in output.records.get("fiat_deposit", []))


@pytest.mark.parametrize("range_is", ["served", "ignored", "refused"])
def test_every_bank_deposit_comes_once_and_again_when_it_has_changed(range_is: str) -> None:
    with new_world(Behaviour(enforce_limits=False, fiat_time_range=range_is)) as world:  # type: ignore[arg-type]
        world.start_ns = NOON_NS - 150 * DAY_NS
        old = fiat_deposit(world.account, NOON_NS - 140 * DAY_NS)
        complete(world.account, old, NOON_NS - 139 * DAY_NS)
        rows = [fiat_deposit(world.account, NOON_NS - day * DAY_NS) for day in range(1, 30)]
        first = world.sync("fiat_deposit")
        assert ids(first) == sorted(row.id for row in [old, *rows])
        complete(world.account, rows[3], world.clock.ns + HOUR_NS)
        new = fiat_deposit(world.account, world.clock.ns + HOUR_NS)
        world.clock.ns += 2 * HOUR_NS
        second = world.sync("fiat_deposit", state=first.state)
        assert ids(second) == sorted([rows[3].id, new.id])


def test_a_refused_range_is_asked_for_once_a_sync() -> None:
    with new_world(Behaviour(enforce_limits=False, fiat_time_range="refused")) as world:
        world.start_ns = NOON_NS - 150 * DAY_NS
        state: State | None = None
        for sync in range(1, 3):
            state = world.sync("fiat_deposit", state=state).state
            refused = [record for record in world.exchange.requests[METHOD] if record.code == 10004]
            assert len(refused) == sync
