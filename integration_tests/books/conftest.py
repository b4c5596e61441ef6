"""The books of the story, and those of stories with a fault, built once."""

from __future__ import annotations

import pytest

from integration_tests.books.account_story import Story, at, closed_books
from integration_tests.books.books import Books, books_of
from integration_tests.books.ticks import fills_of_every_size
from integration_tests.books.twins import TWINS


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return books_of(tmp_path_factory.mktemp("closed"), {"main": closed_books()})


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """An account for each twin, and three more."""
    told = {name: twin.story() for name, twin in TWINS.items()}
    told |= {"late": late(), "receiver": receiver(), "ticks": fills_of_every_size()}
    return books_of(tmp_path_factory.mktemp("stories"), told)


def late() -> Story:
    """An order is filled while the second sync runs, and what it booked is not there yet."""
    story, moment = closed_books(), at(11, 11, 58)
    story.order(moment, [("1", "3300", "3.3")], side="SELL", instrument_name="ETH_USD", fee_instrument_name="USD")
    story.tables["transaction"] = [row for row in story.tables["transaction"] if row["event_time"] < moment]
    return story


def receiver() -> Story:
    """A sub-account that got what another account of the books sent."""
    story = Story()
    story.book("SUBACCOUNT_TX", at(8, 14), "USD", "100")
    return story
