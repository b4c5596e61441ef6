"""Syncs in a chain that meet faults and are killed bring every row, and none again without a reason."""

from __future__ import annotations

import pytest

from integration_tests.soak import soak


@pytest.mark.parametrize("seed", [1, 2])
def test_a_chain_of_disturbed_syncs_loses_nothing(seed: int) -> None:
    result = soak(8, seed)
    assert result.wrong == {}, result
    assert result.repeated_without_reason == 0, result
    assert result.ends["killed"] > 0
    assert result.struck > 0
    assert all(result.books.rows.values())
