"""A state says whose it is: another account's is refused, and every other goes on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airbyte_cdk.models import AirbyteStreamStatus, FailureType

from integration_tests.account_world import World, new_world
from integration_tests.connector import Output, State, config_for, sync
from integration_tests.shared_clock import DAY_NS, NOON_NS
from simulated_exchange.behaviour import Behaviour
from simulated_exchange.resource import ACCOUNT_ID
from simulated_exchange.resources.user_trade import Fill
from simulated_exchange.running import running_exchange

OTHER = "bbbbbbbb-0000-4000-8000-000000000002"
KEY_ALONE_CANNOT_TELL = Behaviour(enforce_limits=False, refused_methods=frozenset({"private/get-accounts=40101"}))


@contextmanager
def account_with_fills(account_id: str, behaviour: Behaviour | None = None) -> Iterator[World]:
    """Eight fills, one a day."""
    with new_world(behaviour) as world:
        for day in range(1, 9):
            number = world.account.next_id()
            fill = Fill(account_id, number, number, number, "", "ETH_USD", NOON_NS - day * DAY_NS, NOON_NS)
            world.account.add_fill(fill)
        yield world


def read_of(account_id: str, state: State | None = None, behaviour: Behaviour | None = None, **how: Any) -> Output:
    with account_with_fills(account_id, behaviour) as world:
        return world.sync("user_trade", state=state, **how)


def fingerprint(output: Output, table: str = "user_trade") -> Any:
    return output.state_of(table).get("account")


def test_a_state_of_another_account_is_a_config_error_that_says_what_to_do() -> None:
    mine = read_of(ACCOUNT_ID)
    theirs = read_of(OTHER, mine.state, expecting_failure=True)
    assert theirs.status("user_trade") is AirbyteStreamStatus.INCOMPLETE
    ((kind, sentence),) = theirs.errors("user_trade")
    assert kind is FailureType.config_error
    assert sentence.startswith("user_trade: the saved state belongs to another account than this API key. ")
    assert "a new key of the same account is fine" in sentence
    assert "user_trade" not in theirs.records
    assert theirs.state_of("user_trade") == mine.state_of("user_trade"), "it stays the first account's"


def test_the_fingerprint_is_no_id_and_the_same_in_every_sync() -> None:
    first = read_of(ACCOUNT_ID)
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(first))
    assert fingerprint(first) not in ACCOUNT_ID.replace("-", "")
    assert fingerprint(read_of(ACCOUNT_ID, first.state)) == fingerprint(first)
    assert fingerprint(read_of(OTHER)) != fingerprint(first)


def test_a_state_that_says_nothing_is_taken_and_says_it_from_then_on() -> None:
    first = read_of(ACCOUNT_ID, behaviour=KEY_ALONE_CANNOT_TELL)
    assert fingerprint(first) is None
    second = read_of(ACCOUNT_ID, first.state)
    assert "user_trade" not in second.records
    assert fingerprint(second) == fingerprint(read_of(ACCOUNT_ID))


def test_where_the_exchange_does_not_tell_the_account_none_is_judged_nor_written() -> None:
    mine = read_of(ACCOUNT_ID)
    unjudged = read_of(OTHER, mine.state, KEY_ALONE_CANNOT_TELL)
    assert unjudged.status("user_trade") is AirbyteStreamStatus.COMPLETE
    assert fingerprint(unjudged) == fingerprint(mine)
    assert fingerprint(read_of(OTHER, behaviour=KEY_ALONE_CANNOT_TELL)) is None


def test_a_full_refresh_begins_anew_with_another_account() -> None:
    mine = read_of(ACCOUNT_ID, mode="full_refresh")
    theirs = read_of(OTHER, mine.state, mode="full_refresh")
    assert len(theirs.records["user_trade"]) == 8
    assert fingerprint(theirs) != fingerprint(mine)


def test_every_private_table_with_a_state_says_whose_it_is_and_no_public_one_does() -> None:
    behaviour = Behaviour(enforce_limits=False)
    with running_exchange(behaviour) as exchange:
        config = config_for(exchange, instruments=["BTC_USD"])
        private = ["order_history", "advanced_order_history", "deposit", "fiat_withdrawal", "balance_history"]
        private += ["trading_bot", "trading_bot_execution", "staking_reward", "stake_history", "otc_deal"]
        output = sync(config, [*private, "ticker", "book"], "incremental")
        assert exchange.count("private/get-accounts") == 1, "one request a sync"
        assert {fingerprint(output, table) for table in private} == {fingerprint(output, "deposit")} != {None}
        assert fingerprint(output, "ticker") is fingerprint(output, "book") is None
