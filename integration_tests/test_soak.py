"""Syncs of every table in a chain, with changes, faults and kills, bring every row, and none again without reason."""

from __future__ import annotations

from integration_tests.soak import soak
from integration_tests.soak_books import GROWING


def test_a_chain_of_disturbed_syncs_loses_nothing() -> None:
    result = soak(8, seed=1)
    assert result.faulty == {}, result
    assert result.ends["killed"] > 0
    assert result.struck > 0
    assert [table for table in GROWING if not result.truth[table]] == []
