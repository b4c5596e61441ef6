"""The state of rows that change: what it says is what is read back, and a bad one is not trusted."""

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.clock import OPENED_MS, rfc3339
from source_cryptocom.config import ConfigError
from source_cryptocom.retrievers.changing.state import ChangingCursor, ChangingState, KnownRow
from source_cryptocom.retrievers.per_instrument.sample_position import SAMPLE_POSITIONS, SamplePosition
from source_cryptocom.state.state import LOOKBACK_MS, UnusableState
from unit_tests.support.builders import DAY_MS, NOW_MS

LOGGER = logging.getLogger("airbyte.state-test")
SAVED = {"version": 1, "update_time": rfc3339(NOW_MS - DAY_MS), "reread_from": rfc3339(NOW_MS - 8 * DAY_MS)}
moments = st.integers(OPENED_MS, NOW_MS + LOOKBACK_MS)


@given(
    st.builds(
        ChangingState,
        cursor_ms=moments,
        reread_ms=moments,
        known=st.dictionaries(st.text(), st.builds(KnownRow, moments, st.text("0123456789abcdef", min_size=12))),
        followed=st.dictionaries(st.text(), moments),
        refreshing=st.booleans(),
    )
)
def test_a_state_reads_back_as_itself(state: ChangingState) -> None:
    assert ChangingState.parse(state.as_state("update_time"), "update_time", NOW_MS) == state


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"version": None}, "was not written by this connector"),
        ({"update_time": 5}, "update_time is 5, which is not a time"),
        ({"update_time": rfc3339(NOW_MS + DAY_MS)}, "lies in the future"),
        ({"reread_from": None}, "reread_from is None, which is not a time"),
        ({"known": ["1"]}, "known does not hold rows"),
        ({"known": {"1": "text"}}, "known does not hold rows"),
        ({"known": {"1": [None, "ab"]}}, "known does not hold rows"),
        ({"open_rows": ["1"]}, "open_rows does not hold creation times"),
        ({"open_rows": {"1": "soon"}}, "open_rows does not hold creation times"),
        ({"open_rows": {"1": NOW_MS + DAY_MS}}, "open_rows does not hold creation times"),
    ],
)
def test_a_state_that_cannot_be_right_is_not_used(
    change: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UnusableState, match=reason):
        ChangingState.parse({**SAVED, **change}, "update_time", NOW_MS)
    cursor = ChangingCursor("deposit", LOGGER, "update_time")
    cursor.restore({**SAVED, **change}, full_refresh=False)
    start_ms = NOW_MS - 60 * DAY_MS
    assert cursor.begin(NOW_MS, start_ms) == ChangingState(start_ms, reread_ms=start_ms)
    assert "The table is read from the start." in caplog.text


def test_a_later_versions_state_is_a_sentence_for_the_user() -> None:
    with pytest.raises(ConfigError, match="later version"):
        ChangingState.parse({**SAVED, "version": 2}, "update_time", NOW_MS)


def test_until_a_window_is_read_the_state_is_the_last_syncs() -> None:
    cursor = ChangingCursor("deposit", LOGGER, "update_time")
    assert cursor.state == {}
    cursor.restore(SAVED, full_refresh=False)
    cursor.begin(NOW_MS, NOW_MS)
    assert cursor.state == SAVED
    cursor.complete()
    assert (cursor.state, cursor.is_complete) == (SAVED, False)


def test_a_full_refresh_follows_on_what_the_last_sync_followed() -> None:
    cursor = ChangingCursor("deposit", LOGGER, "update_time")
    open_rows = {"7": NOW_MS - 90 * DAY_MS}
    cursor.restore({**SAVED, "known": {"7": [NOW_MS, "ab"]}, "open_rows": open_rows}, full_refresh=True)
    start_ms = NOW_MS - 10 * DAY_MS
    assert cursor.begin(NOW_MS, start_ms) == ChangingState(start_ms, open_rows, True, reread_ms=start_ms)


@given(st.dictionaries(st.text(), st.integers(OPENED_MS, NOW_MS).map(SamplePosition)))
def test_the_cursors_of_samples_read_back_as_themselves(cursors: dict[str, SamplePosition]) -> None:
    assert SAMPLE_POSITIONS.restore(SAMPLE_POSITIONS.pack(cursors), NOW_MS) == (cursors, [])


@pytest.mark.parametrize("saved", [None, "soon", [], {}, float("inf")])
def test_the_cursor_of_samples_that_is_none_costs_only_its_own_series(saved: Any) -> None:
    restored = SAMPLE_POSITIONS.restore({"BTC": saved, "ETH": str(NOW_MS)}, NOW_MS)
    assert restored == ({"ETH": SamplePosition(NOW_MS)}, ["BTC"])
