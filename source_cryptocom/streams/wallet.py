"""Transfers: on chain, and through a bank."""

from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.clock import MS_PER_DAY
from source_cryptocom.retrievers.changing.reader import ByNumber, ChangingRows
from source_cryptocom.retrievers.paging.windows import RowTime
from source_cryptocom.streams.base import ExchangeStream, IncrementalExchangeStream
from source_cryptocom.streams.row_expansion import networks_of

ON_CHAIN = (RowTime("create_time"), RowTime("update_time"))
BANK = (RowTime("created_at"), RowTime("updated_at"))


class Deposit(IncrementalExchangeStream):
    """On-chain deposits."""

    method = "private/get-deposit-history"
    rate_limit = PRIVATE
    records_path = "deposit_list"
    primary_key = "id"
    cursor_field = "update_time"
    optional = True
    retriever = ChangingRows(ON_CHAIN, ByNumber(), status="status", final=("1", "2"), start="start_ts", end="end_ts")


class Withdrawal(Deposit):
    """On-chain withdrawals; the fee is charged beside the amount."""

    method = "private/get-withdrawal-history"
    records_path = "withdrawal_list"
    retriever = ChangingRows(
        ON_CHAIN, ByNumber(), status="status", final=("2", "4", "5", "6"), start="start_ts", end="end_ts"
    )


class FiatDeposit(IncrementalExchangeStream):
    """Bank deposits, without the sender's name and account."""

    method = "private/fiat/fiat-deposit-history"
    rate_limit = PRIVATE
    records_path = "transaction_history_list"
    primary_key = "id"
    cursor_field = "updated_at"
    only_declared_columns = True
    optional = True
    retriever = ChangingRows(
        BANK,
        ByNumber(size=20, range_optional=True),
        status="status",
        final=("completed", "failed", "refunded", "cancelled"),
        # Nobody says that a completed transfer cannot be refunded.
        lookback_ms=30 * MS_PER_DAY,
    )


class FiatWithdrawal(FiatDeposit):
    """Bank withdrawals, without the beneficiary's name and account."""

    method = "private/fiat/fiat-withdraw-history"


class CurrencyNetwork(ExchangeStream):
    """The networks over which each currency can be transferred, with fees and minimums."""

    method = "private/get-currency-networks"
    rate_limit = PRIVATE
    records_path = ""
    primary_key = ["currency", "network_id"]
    expansions = (networks_of,)
    optional = True
