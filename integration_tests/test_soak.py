"""Syncs of every table in a chain, with changes, faults and kills, bring every row, and none again without reason."""

from __future__ import annotations

import pytest

from integration_tests.soak import soak
from integration_tests.soak_books import GROWING


@pytest.mark.parametrize("seed", [1, 2])
def test_a_chain_of_disturbed_syncs_loses_nothing(seed: int) -> None:
    result = soak(8, seed)
    assert result.faulty == {}, result
    assert result.ends["killed"] > 0
    assert result.struck > 0
    assert [table for table in GROWING if not result.truth[table]] == []
