"""The books of the story, and those of stories with a fault, built once."""

from __future__ import annotations

import pytest

from integration_tests.books.account_story import Story, at, closed_books
from integration_tests.books.books import Books, built_once
from integration_tests.books.moved_between_accounts import moved_between_accounts
from integration_tests.books.proved_story import proved_books
from integration_tests.books.ticks import fills_of_every_size
from integration_tests.books.twins import TWINS, booked_as_well


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts what builds the most first: by the time another worker needs it, it is there."""
    items.sort(key=lambda item: item.path.name != "test_reconciliation.py")


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return built_once(tmp_path_factory, "closed", lambda: {"main": closed_books()})


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """An account for each twin, and a few more."""
    return built_once(tmp_path_factory, "stories", all_stories)


def all_stories() -> dict[str, Story]:
    return {
        **{name: twin.story() for name, twin in TWINS.items()},
        **moved_between_accounts(),
        "late": late(),
        "receiver": receiver(),
        "ticks": fills_of_every_size(),
        "bank_deposit_under_way": bank_deposit_under_way(),
        "refund_of_before": refund_of_before(),
        "two_withdrawals_at_once": two_withdrawals_at_once(),
        "open_since_before": open_since_before(),
        "bot_of_before": bot_of_before(),
        "proved": proved_books(),
        "converted": converted(),
        "conversion_lost": conversion_lost(),
    }


def late() -> Story:
    """An order is filled while the second sync runs, and what it booked is not there yet."""
    story, moment = closed_books(), at(11, 11, 58)
    story.order(moment, [("1", "3300", "3.3")], side="SELL", instrument_name="ETH_USD", fee_instrument_name="USD")
    story.tables["transaction"] = [row for row in story.tables["transaction"] if row["event_time"] < moment]
    return story


def bank_deposit_under_way() -> Story:
    """A bank deposit was made before the first day that was read and arrived after it; later one of its sum came."""
    story = closed_books()
    story.book("FIAT_DEPOSIT", at(2), "USD", "750")
    story.book("FIAT_DEPOSIT", at(9), "USD", "750")
    times = {"created_at": at(7), "updated_at": at(9), "completed_at": at(9)}
    details = {"fee_currency": "USD", "fee_amount": "0.0", "payment_network": "us_ach", "status": "completed"}
    story.add("fiat_deposit", at(9), id="203", currency="USD", amount="750", **details, **times)
    return story


def refund_of_before() -> Story:
    """What comes back on the first day was withdrawn before it; later the same sum is withdrawn for good."""
    return booked_as_well(1, "ONCHAIN_WITHDRAWAL", "ETH", "1.502")


def two_withdrawals_at_once() -> Story:
    """Two withdrawals of a currency that are booked at one moment, one of them with its fee beside it."""
    story = Story()
    story.book("SUBACCOUNT_TX", at(1), "CRO", "5000")
    moment = {"create_time": at(9), "update_time": at(9), "status": "5", "network_id": "CRO"}
    story.add("withdrawal", at(9), id="311", currency="CRO", amount="1744", fee="0.1", txid="a1", **moment)
    story.add("withdrawal", at(9), id="312", currency="CRO", amount="50", fee="0", txid="a2", **moment)
    for journal_type, amount in (
        ("ONCHAIN_WITHDRAWAL", "-1744"),
        ("WITHDRAW_FEE", "-0.1"),
        ("OFFCHAIN_WITHDRAWAL", "-50"),
    ):
        story.book(journal_type, at(9), "CRO", amount)
    return story


def open_since_before() -> Story:
    """An order that is open, and was filled before the first day that was read."""
    story = closed_books()
    [waiting] = story.tables["open_order"]
    since = {"create_time": at(-3), "update_time": at(-2), "cumulative_quantity": "0.25", "cumulative_value": "780"}
    waiting.update(**since, avg_price="3120")
    return story


def bot_of_before() -> Story:
    """A bot that executed an order before the first day that was read, when one that ended on that day was placed."""
    story = proved_books()
    story.tables["order_history"][0].update(create_time=at(-5))
    [execution] = story.tables["trading_bot_execution"]
    before = {"order_id": "6142909920077300001", "schedule_time": at(-3), "update_time": at(-3)}
    story.tables["trading_bot_execution"].append(execution | before)
    return story


def converted() -> Story:
    """A staked coin that was converted, a stake that was rejected and one that is pending: these two moved nothing."""
    story = Story()
    story.book("FIAT_DEPOSIT", at(1), "USD", "750")
    story.book("STAKING", at(2), "ETH", "-2")
    story.book("STAKING", at(2), "ETH.staked", "2")
    staked = {"instrument_name": "ETH.staked", "underlying_inst_name": "ETH", "side": "STAKE", "quantity": "2"}
    for table, number, status, day in (
        ("stake_history", "700501", "REJECTED", 1),
        ("stake_history", "700502", "COMPLETED", 2),
        ("open_stake", "700503", "PENDING", 7),
    ):
        story.add(table, at(day), staking_id=number, status=status, create_time=at(day), **staked)
    story.book("MANUAL_CONVERSION", at(6), "ETH.staked", "-0.89")
    story.book("MANUAL_CONVERSION", at(6), "CDCETH", "0.947049")
    names = {"from_instrument_name": "ETH.staked", "to_instrument_name": "CDCETH"}
    quantities = {"from_quantity": "0.89", "to_quantity": "0.947049"}
    story.add(
        "convert_history", at(6), convert_id="700504", status="COMPLETED", create_time=at(6), **names, **quantities
    )
    return story


def conversion_lost() -> Story:
    story = converted()
    story.tables["convert_history"].clear()
    return story


def receiver() -> Story:
    """A sub-account that got what another account of the books sent."""
    story = Story()
    story.book("SUBACCOUNT_TX", at(8, 14), "USD", "100")
    return story
