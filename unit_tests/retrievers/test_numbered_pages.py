"""Pages are read by their number to the last row, whatever arrives, changes, moves or leaves between two of them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from source_cryptocom.api.response import Row
from source_cryptocom.retrievers.paging.numbered_pages import MAX_ROUNDS, PagesKeepChanging, digest, numbered_pages

Change = tuple[str, int]
"""What happens between two requests, and to which of the rows."""


@dataclass
class PageServer:
    """Rows in pages of `size`; before each request but the first, the next of `changes` happens."""

    rows: list[dict[str, int]]
    size: int
    changes: Sequence[Sequence[Change]] = ()
    first: int = 0
    asked: list[int] = field(default_factory=list)
    latest: int = 1_000

    def fetch(self, number: int) -> list[Row]:
        if self.asked and len(self.asked) <= len(self.changes):
            for change in self.changes[len(self.asked) - 1]:
                self._apply(*change)
        self.asked.append(number)
        begin = (number - self.first) * self.size
        return [dict(row) for row in self.rows[begin : begin + self.size]]

    def _apply(self, change: str, at: int) -> None:
        if change.startswith("arrives"):
            self.latest += 1
            self.rows.insert(0 if change == "arrives first" else len(self.rows), {"id": self.latest, "form": 0})
            return
        if not self.rows:
            return
        at %= len(self.rows)
        if change == "changes":
            self.rows[at]["form"] += 1
            return
        row = self.rows.pop(at)
        if change != "leaves":
            changed = {"id": row["id"], "form": row["form"] + 1}
            self.rows.insert(0 if change == "moves first" else len(self.rows), changed)


changes = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["arrives first", "arrives last", "changes", "leaves", "moves first", "moves last"]),
            st.integers(0, 30),
        ),
        max_size=3,
    ),
    max_size=12,
)


def rows(count: int) -> list[dict[str, int]]:
    return [{"id": number, "form": 0} for number in range(count)]


def key_of(row: Row) -> str:
    return str(row["id"])


def read(server: PageServer) -> list[Row]:
    return [row for page in numbered_pages(server.fetch, key_of, server.first) for row in page]


@settings(max_examples=300)
@given(count=st.integers(0, 12), size=st.integers(1, 4), first=st.integers(0, 1), happens=changes)
@example(count=5, size=2, first=0, happens=[[("leaves", 0)], [], [], [], [("leaves", 0)]])
@example(count=4, size=2, first=0, happens=[[("arrives first", 0)] * 2, [], [], [("arrives first", 0)] * 2])
@example(count=6, size=2, first=0, happens=[[("moves last", 0)], [], [], [("arrives first", 0)], [("moves last", 0)]])
def test_a_row_that_is_there_all_the_time_is_read_whatever_the_others_do(
    count: int, size: int, first: int, happens: list[list[Change]]
) -> None:
    server = PageServer(rows(count), size, happens, first)
    with suppress(PagesKeepChanging):
        found = read(server)
        there_all_the_time = {row["id"] for row in server.rows if row["id"] <= count}
        assert {row["id"] for row in found} >= there_all_the_time


@given(count=st.integers(0, 12), size=st.integers(1, 4), happens=changes)
def test_a_row_comes_again_only_in_another_form(count: int, size: int, happens: list[list[Change]]) -> None:
    found: dict[str, str] = {}
    with suppress(PagesKeepChanging):
        for page in numbered_pages(PageServer(rows(count), size, happens).fetch, key_of, 0):
            for row in page:
                assert found.get(key_of(row)) != digest(row)
                found[key_of(row)] = digest(row)


@given(
    count=st.integers(0, 12),
    size=st.integers(1, 4),
    happens=st.lists(
        st.lists(st.tuples(st.sampled_from(["arrives first", "changes"]), st.integers(0, 30)), max_size=1)
    ),
)
def test_rows_that_keep_arriving_or_changing_do_not_keep_the_reader(
    count: int, size: int, happens: list[list[Change]]
) -> None:
    read(PageServer(rows(count), size + 1, happens))


@given(count=st.integers(0, 12), size=st.integers(1, 4), first=st.integers(0, 1))
def test_pages_that_stand_still_are_read_twice_and_given_once(count: int, size: int, first: int) -> None:
    server = PageServer(rows(count), size, first=first)
    assert [row["id"] for row in read(server)] == list(range(count))
    pages = -(-count // size)
    assert server.asked == list(range(first, first + pages + 1)) * (2 if count else 1)


def test_an_exchange_that_ignores_the_number_is_not_asked_for_ever() -> None:
    asked = []

    def fetch(number: int) -> list[Row]:
        asked.append(number)
        return [{"id": 1}, {"id": 2}]

    assert [row for page in numbered_pages(fetch, key_of, 0) for row in page] == [{"id": 1}, {"id": 2}]
    assert asked == [0, 1, 0, 1]


def test_rows_that_leave_faster_than_they_are_read_fail_the_table() -> None:
    server = PageServer(rows(60), 2, [[("leaves", 0)]] * 200)
    with pytest.raises(PagesKeepChanging):
        read(server)
    assert server.asked.count(0) == MAX_ROUNDS
