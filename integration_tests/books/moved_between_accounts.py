"""Two accounts that send each other money, and others too."""

from __future__ import annotations

from datetime import datetime, timedelta

from integration_tests.books.account_story import FIRST_SYNC, SECOND_SYNC, Story, at

LATER = timedelta(seconds=30)
MOVED: dict[str, list[tuple[datetime, str, str]]] = {
    "desk": [
        # From outside and passed on within the minute.
        (at(2), "USD", "100"),
        (at(2) + LATER, "USD", "-100"),
        # Sent a week before one of the same amount comes to another.
        (at(2), "EUR", "-7"),
        # Three times the same within seconds, one of them to an account that is not in the books.
        *[(at(3, second=second), "BTC", "-1") for second in range(3)],
        # There and back.
        (at(4), "SOL", "-5"),
        (at(4) + 2 * LATER, "SOL", "5"),
    ],
    "bot": [
        (at(2) + LATER, "USD", "100"),
        (at(9), "EUR", "7"),
        *[(at(3, second=second), "BTC", "1") for second in (3, 4)],
        (at(4) + LATER / 3, "SOL", "5"),
        (at(4) + 2 * LATER, "SOL", "-5"),
    ],
}


def moved_between_accounts() -> dict[str, Story]:
    stories = {}
    for number, (name, entries) in enumerate(MOVED.items()):
        story = stories[name] = Story(last_id=number * 10**18)
        for moment, currency, quantity in entries:
            story.book("SUBACCOUNT_TX", moment, currency, quantity)
        for moment in (FIRST_SYNC, SECOND_SYNC):
            story.observe(moment)
    return stories
