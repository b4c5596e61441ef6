"""Every fault against every table ends in all the data, or in the right kind of error and a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration_tests.fault_cases import CASES, METHODS, Case
from integration_tests.fault_matrix import Setup, cells, new_setup
from simulated_exchange.faults import KINDS


@pytest.fixture(scope="module")
def running() -> Iterator[Setup]:
    with new_setup() as running:
        yield running


def _row(case: Case, lasting: bool) -> object:
    # A fault that a second request does not get over does the same once, but where a wide window is dropped for it.
    marks = () if lasting or case.once != case.lasting else pytest.mark.thorough
    return pytest.param(case, lasting, marks=marks, id=f"{case.name}, {'lasting' if lasting else 'once'}")


@pytest.mark.parametrize(("case", "lasting"), [_row(case, lasting) for lasting in (False, True) for case in CASES])
def test_a_fault_ends_in_data_or_in_a_sentence_and_the_next_sync_is_complete(
    running: Setup, case: Case, lasting: bool
) -> None:
    row = list(cells(running, case, [lasting]))
    assert [cell for cell in row if cell.wrong] == []
    assert {cell.table: cell.outcome for cell in row} == {table: case.expected(table, lasting) for table in METHODS}


def test_every_kind_of_fault_is_tried() -> None:
    about_paging = {"window_ignored", "same_page", "has_more", "next_cursor"}
    about_drift = {"times_in_seconds", "times_in_ms_missing"}
    assert {case.fault.kind for case in CASES} == KINDS.keys() - about_paging - about_drift
