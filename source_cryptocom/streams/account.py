"""The account: balances, positions, open orders, sub-accounts, fees and bots."""

from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.retrievers.bots import ChangedBots
from source_cryptocom.retrievers.pages import NumberedPages
from source_cryptocom.retrievers.per_instrument.balance_history import BalanceHistoryReader, PerTimeframe
from source_cryptocom.retrievers.per_instrument.instrument_rows import InstrumentRows
from source_cryptocom.retrievers.per_instrument.reader import PerInstrument
from source_cryptocom.streams.base import ExchangeStream, IncrementalExchangeStream
from source_cryptocom.streams.row_checks import legs_share_an_order_id
from source_cryptocom.streams.row_expansion import accounts_of, assets_of


class UserBalance(ExchangeStream):
    """One row per asset, with the fields of the account it belongs to beside it."""

    method = "private/user-balance"
    rate_limit = PRIVATE
    primary_key = "instrument_name"
    expansions = (assets_of,)
    request_time_column = "snapshot_time"
    never_empty = True


class UserPosition(ExchangeStream):
    """One row per position; a cross and an isolated position can share an instrument."""

    method = "private/get-positions"
    rate_limit = PRIVATE
    primary_key = ["account_id", "instrument_name", "isolation_id"]
    columns = {"update_timestamp_ms": "update_time"}
    defaults = {"isolation_id": "0"}
    request_time_column = "snapshot_time"


class OpenOrder(ExchangeStream):
    """The orders that are open at the moment of the sync."""

    method = "private/get-open-orders"
    rate_limit = PRIVATE
    primary_key = "order_id"
    request_time_column = "snapshot_time"
    row_checks = (legs_share_an_order_id,)


class AdvancedOpenOrder(OpenOrder):
    """Stop-loss, take-profit and legs of order lists that wait at the moment of the sync."""

    method = "private/advanced/get-open-orders"
    optional = True


class Account(ExchangeStream):
    """The master account and each sub-account; without names, addresses and the like."""

    method = "private/get-accounts"
    rate_limit = PRIVATE
    records_path = ""
    primary_key = "uuid"
    expansions = (accounts_of,)
    only_declared_columns = True
    optional = True
    retriever = NumberedPages(size=20)


class SubAccountBalance(ExchangeStream):
    """The assets of each sub-account, as the master account's key sees them."""

    method = "private/get-subaccount-balances"
    rate_limit = PRIVATE
    primary_key = ["account", "instrument_name"]
    expansions = (assets_of,)
    request_time_column = "snapshot_time"
    optional = True


class BalanceHistory(IncrementalExchangeStream):
    """The account's total cash balance by day and by hour."""

    method = "private/user-balance-history"
    rate_limit = PRIVATE
    primary_key = ["instrument_name", "timeframe", "timestamp"]
    cursor_field = "timestamp"
    columns = {"t": "timestamp", "c": "total_cash_balance", "i": "total_isolated_cash_balance"}
    optional = True
    retriever = PerTimeframe(BalanceHistoryReader)


class FeeRate(ExchangeStream):
    """The account's fee tiers and rates: one row."""

    method = "private/get-fee-rate"
    rate_limit = PRIVATE
    records_path = ""
    primary_key = None
    optional = True


class InstrumentFeeRate(IncrementalExchangeStream):
    """What the account pays for each instrument, read once in hours_between_syncs: it is a request for each of them."""

    method = "private/get-instrument-fee-rate"
    rate_limit = PRIVATE
    records_path = ""
    primary_key = "instrument_name"
    cursor_field = "request_time"
    request_time_column = "request_time"
    optional = True
    retriever = PerInstrument(InstrumentRows)


class FeeCredit(ExchangeStream):
    """Prepaid fees, by the day on which they expire."""

    method = "private/get-fee-credit-balances"
    rate_limit = PRIVATE
    records_path = "fee_credits"
    primary_key = "expiry_date"
    optional = True
    retriever = NumberedPages(size=200)


class TradingBot(IncrementalExchangeStream):
    """The bots that changed, with their settings and results."""

    method = "private/bot/get-trading-bots"
    rate_limit = PRIVATE
    records_path = "bot_list"
    primary_key = "bot_id"
    cursor_field = "update_time"
    optional = True
    retriever = ChangedBots()


class TradingBotExecution(IncrementalExchangeStream):
    """The orders of the bots that changed."""

    method = "private/bot/get-trading-bot-executions"
    rate_limit = PRIVATE
    records_path = "execution_list"
    primary_key = ["bot_id", "order_id"]
    cursor_field = "update_time"
    optional = True
    retriever = ChangedBots(executions=True)
