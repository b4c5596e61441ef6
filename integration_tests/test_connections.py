"""What a sync has opened does not stay open for the life of a process that runs many."""

import gc

import requests

from integration_tests.account_world import new_world
from integration_tests.shared_clock import HOUR_NS


def sessions() -> int:
    gc.collect()
    return sum(isinstance(thing, requests.Session) for thing in gc.get_objects())


def test_no_session_outlives_its_sync() -> None:
    with new_world() as world:
        before = sessions()
        state = world.sync().state
        for _ in range(3):
            world.clock.ns += HOUR_NS
            state = world.sync(state=state).state
        assert sessions() == before
