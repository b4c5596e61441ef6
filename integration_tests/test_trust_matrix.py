"""No table loses rows without a word under short pages, wrong clocks and late rows; each clock is tried here."""

import pytest

from integration_tests.trust_matrix import ALL, Doubt, cells_of, one_clock_each


def _marked(doubt: Doubt) -> object:
    return pytest.param(doubt, marks=() if doubt in one_clock_each() else pytest.mark.thorough, id=str(doubt))


@pytest.mark.parametrize("doubt", [_marked(doubt) for doubt in ALL])
def test_nothing_is_lost_without_a_word_under(doubt: Doubt) -> None:
    cells = cells_of(doubt)
    assert {table: cell for table, cell in cells.items() if cell.wrong} == {}
    assert all(cell.rows > 0 for cell in cells.values())
