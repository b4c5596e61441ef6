"""What the verdict says where whole tables are lost, or a day of all of them: never that the account is complete."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from books.losses import Discrepancy
from books.reconciliation import Check, Reconciliation, reconciliation_of, result_in_words, verdict
from integration_tests.books.damages.__main__ import CANDLES_OF_A_SIMULATION
from integration_tests.books.damages.account_tables import account_read
from integration_tests.books.damages.compiled_books import VERDICT, CompiledBooks, compiled_models
from integration_tests.books.damages.undamaged import books_after, syncs_of
from integration_tests.books.damages.verdicts import LOSSES

pytestmark = pytest.mark.timeout(400)

FIRST_WORDS = {
    "nothing": ("Consistent:", "Consistent:"),
    "the whole ledger": ("NOT consistent:", "NOT consistent:"),
    "all transfers": ("Consistent:", "Consistent:"),
    "a day of every table": ("Consistent as far as it is settled:", "NOT consistent:"),
    "the newest day of every table": ("NOT consistent:", "NOT consistent:"),
    "wallet and positions": ("Consistent as far as it is settled:", "NOT consistent:"),
    "orders without a fill": ("Consistent:", "Consistent as far as it is settled:"),
    "settlements and funding": ("Consistent as far as it is settled:", "NOT consistent:"),
    "stakes, conversions, deals and rewards": (
        "Consistent as far as it is settled:",
        "Consistent as far as it is settled:",
    ),
}
"""After one sync and after two."""

SAID = {
    "the whole ledger": "The table transaction holds nothing, and other tables prove 1,372 ledger entries of it",
    "all transfers": "Not proved: 21 deposits and withdrawals (only the ledger has them)",
    "a day of every table": "the point of the balance history D1 2026-11-18 00:00:00 is missing",
    "the newest day of every table": "of the order 6142909920000000410 fills are missing",
    "wallet and positions": "Read, and empty: user_balance, user_position.",
    "orders without a fill": "Not proved yet: that nothing at all is missing; it needs a second sync.",
    "settlements and funding": "position in ETHUSD-PERP isolated 88014207: cost should be 9673.13826 and is 8992.1178",
    "stakes, conversions, deals and rewards": "The table stake_history holds nothing, and other tables prove 11 stakes",
}
"""After one sync: the words that name the loss."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[int, CompiledBooks]:
    folder: Path = tmp_path_factory.mktemp("verdicts")
    read = account_read(1)
    models = compiled_models(folder, read.tables, CANDLES_OF_A_SIMULATION, VERDICT)
    return {syncs: books_after(models, folder, syncs_of(read, syncs)) for syncs in (1, 2)}


def words(books: CompiledBooks, loss: str) -> list[str]:
    lost = LOSSES[loss]
    said = books.damaged(list(lost.values()), list(lost), lambda found: result_in_words(reconciliation_of(found)))
    assert isinstance(said, list), said
    return said


@pytest.mark.parametrize("loss", LOSSES)
def test_the_verdict_names_the_loss_and_never_calls_it_complete(books: dict[int, CompiledBooks], loss: str) -> None:
    once, twice = words(books[1], loss), words(books[2], loss)
    assert once[0].startswith(FIRST_WORDS[loss][0])
    assert twice[0].startswith(FIRST_WORDS[loss][1])
    assert not any(line.startswith("Complete") for line in [*once, *twice])
    assert SAID.get(loss, "") in " ".join(once)


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_not_consistent_is_told_in_a_sentence(books: dict[int, CompiledBooks], loss: str) -> None:
    for after in books.values():
        said = words(after, loss)
        assert said[0].startswith("NOT consistent") == ("Missing or wrong:" in said)


def test_a_wallet_that_is_empty_at_the_second_sync_lacks_what_the_first_saw(books: dict[int, CompiledBooks]) -> None:
    [said] = [line for line in words(books[2], "wallet and positions") if line.strip().startswith("BTC:")]
    assert "0.750000000000000001 left between 2026-11-10 16:33 and 2026-11-30 16:33 UTC with no row of it" in said


def test_what_is_missing_of_the_market_is_none_of_the_account() -> None:
    checks = (
        Check("fills_have_an_order", "", "account", 1, 0, 0, 0),
        Check("no_gap_between_syncs", "", "market", 9, 1, 0, 0),
    )
    gap = Discrepancy(
        *("no_gap_between_syncs", "different", "main", "1h candle", "BTC_USD", None, "minutes without a candle"),
        *(Decimal(0), Decimal(60)),
    )
    said = verdict(Reconciliation(checks, (gap,)))
    assert said.startswith(
        "Consistent: 1 check made 1 comparison of your account, and all came out even. "
        "Of the market, 1 comparison did not come out even."
    )


def test_one_of_what_is_counted_is_no_plural(books: dict[int, CompiledBooks]) -> None:
    assert "1 staked quantity (it needs a second sync)" in words(books[1], "nothing")[0]
    assert "9 balances (they need a second sync)" in words(books[1], "nothing")[0]
