"""What a sync makes of a state that nobody should have written, or that is too old to go on from."""

from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    FailureType,
    StreamDescriptor,
)

from integration_tests.account_world import CURSORS, HISTORY, World, new_world, united
from integration_tests.connector import State
from integration_tests.shared_clock import DAY_NS, HOUR_NS, NOON_NS, SECOND_NS, moment


@pytest.fixture
def world() -> Iterator[World]:
    """Four days of history, a few rows in each."""
    with new_world() as world:
        world.start_ns = NOON_NS - 4 * DAY_NS
        for hours in range(0, 96, 7):
            world.one_of_each(NOON_NS - hours * HOUR_NS - SECOND_NS)
        yield world


def saved(**states: Any) -> State:
    """A state as the platform keeps it, by table."""
    return [
        AirbyteStateMessage(
            type=AirbyteStateType.STREAM,
            stream=AirbyteStreamState(StreamDescriptor(name=table), AirbyteStateBlob(state)),
        )
        for table, state in states.items()
    ]


LONG_AGO = moment(NOON_NS - DAY_NS)
UNUSABLE: dict[str, tuple[dict[str, Any], str]] = {
    "of the future": ({"version": 1, "{}": moment(NOON_NS + HOUR_NS)}, "lies in the future"),
    "of 1970": ({"version": 1, "{}": "1970-01-01T10:35:50.000Z"}, "lies before the exchange opened"),
    "of the year 9999": ({"version": 1, "{}": "9999-12-31T23:59:59.999Z"}, "lies in the future"),
    "without a cursor": ({"version": 1}, "which is not a time"),
    "with a text for a cursor": ({"version": 1, "{}": "yesterday"}, "which is not a time"),
    "with an impossible date": ({"version": 1, "{}": "2026-02-30T00:00:00Z"}, "which is not a time"),
    "with null for a cursor": ({"version": 1, "{}": None}, "which is not a time"),
    "with a list for a cursor": ({"version": 1, "{}": [LONG_AGO]}, "which is not a time"),
    "with an object for a cursor": ({"version": 1, "{}": {"at": LONG_AGO}}, "which is not a time"),
    "with a truth for a cursor": ({"version": 1, "{}": True}, "which is not a time"),
    "with a number beyond all times": ({"version": 1, "{}": 10**18}, "which is not a time"),
    "of another connector": ({"{}": LONG_AGO}, "not written by this connector"),
    "with a text for a version": ({"version": "1", "{}": LONG_AGO}, "not written by this connector"),
    "of version zero": ({"version": 0, "{}": LONG_AGO}, "not written by this connector"),
    "of no version": ({"version": None, "{}": LONG_AGO}, "not written by this connector"),
    "with a list of open orders": ({"version": 1, "{}": LONG_AGO, "open_orders": ["1"]}, "open_orders does not hold"),
    "with texts as creation times": (
        {"version": 1, "{}": LONG_AGO, "open_orders": {"1": "soon"}},
        "open_orders does not hold",
    ),
    "with a creation time beyond all times": (
        {"version": 1, "{}": LONG_AGO, "open_orders": {"1": 10**18}},
        "open_orders does not hold",
    ),
    "of the engine's own making": ({"state": {"slices": []}, "use_global_cursor": False}, "not written by this"),
}


def of_table(state: dict[str, Any], table: str) -> dict[str, Any]:
    return {CURSORS[table] if name == "{}" else name: value for name, value in state.items()}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_unusable_state_is_said_and_everything_is_read(kind: str, world: World) -> None:
    state, reason = UNUSABLE[kind]
    output = world.sync(state=saved(**{table: of_table(state, table) for table in HISTORY}))
    for table in HISTORY:
        assert united(table, output) == world.truth(table)
        assert output.state_of(table)[CURSORS[table]] == moment(NOON_NS)
        (sentence,) = [line for line in output.log("WARN") if line.startswith(f"{table}: ")]
        assert "the saved state is not used" in sentence
        assert reason in sentence


def test_a_state_of_a_later_version_is_a_config_error_of_that_table_alone(world: World) -> None:
    later = {"version": 2, "create_time": moment(NOON_NS)}
    output = world.sync(state=saved(user_trade=later), expecting_failure=True)
    ((failure, sentence),) = output.errors("user_trade")
    assert failure is FailureType.config_error
    assert "later version" in sentence
    assert output.state_of("user_trade") == later, "the later version finds its own state again"
    assert "user_trade" not in output.records
    for table in ("order_history", "transaction"):
        assert united(table, output) == world.truth(table)


@pytest.mark.parametrize("state", [{}, None], ids=["empty", "null"])
def test_an_empty_state_is_a_first_sync(state: dict[str, Any] | None, world: World) -> None:
    messages = saved(**{table: {} for table in HISTORY})
    for message in messages:
        if state is None and message.stream:
            message.stream.stream_state = None
    output = world.sync(state=messages)
    for table in HISTORY:
        assert united(table, output) == world.truth(table)


def test_a_state_of_eight_months_ago_is_read_on_from(world: World) -> None:
    eight_months_ago = moment(NOON_NS - 240 * DAY_NS)
    state = saved(**{table: {"version": 1, CURSORS[table]: eight_months_ago} for table in HISTORY})
    world.one_of_each(NOON_NS - 179 * DAY_NS)
    output = world.sync(state=state)
    for table in HISTORY:
        assert united(table, output) == world.truth(table), "all that is still kept, whatever start_date says"
