"""Which tables the key can read: one request for each of their methods, for one row where a method can be asked so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from source_cryptocom.api.rate_limits import HISTORY, PRIVATE, STAKING, RateLimit
from source_cryptocom.clock import MS_PER_DAY, NS_PER_MS
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import Answer, Probe


@dataclass(frozen=True)
class Read:
    """A method that reads a table of the account. `window`: how it names a stretch of time, if it does."""

    table: str
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)
    window: Literal["start_time", "start_ts"] | None = None
    limit: RateLimit = PRIVATE

    def params_at(self, now_ms: int) -> dict[str, Any]:
        """Its parameters, with the last day as its window."""
        if self.window is None:
            return dict(self.params)
        start, end = now_ms - MS_PER_DAY, now_ms
        if self.window == "start_ts":
            return {**self.params, "start_ts": start, "end_ts": end}
        return {**self.params, "start_time": str(start * NS_PER_MS), "end_time": str(end * NS_PER_MS)}


ONE_ROW = {"limit": 1}
RUNNING_GRID_BOTS = {"bot_types": ["GRID"], "state": ["RUNNING"]}
ONE_ROW_OF_PAGE = {"page": 0, "page_size": 1}
READS = (
    Read("user_position", "private/get-positions"),
    Read("open_order", "private/get-open-orders"),
    Read("order_history", "private/get-order-history", ONE_ROW, "start_time", HISTORY),
    Read("user_trade", "private/get-trades", ONE_ROW, "start_time", HISTORY),
    Read("transaction", "private/get-transactions", ONE_ROW, "start_time"),
    Read("advanced_open_order", "private/advanced/get-open-orders"),
    Read("advanced_order_history", "private/advanced/get-order-history", ONE_ROW, "start_time"),
    Read("deposit", "private/get-deposit-history", ONE_ROW_OF_PAGE, "start_ts"),
    Read("withdrawal", "private/get-withdrawal-history", ONE_ROW_OF_PAGE, "start_ts"),
    Read("fiat_deposit", "private/fiat/fiat-deposit-history", ONE_ROW_OF_PAGE),
    Read("fiat_withdrawal", "private/fiat/fiat-withdraw-history", ONE_ROW_OF_PAGE),
    Read("currency_network", "private/get-currency-networks"),
    Read("account", "private/get-accounts", ONE_ROW_OF_PAGE),
    Read("sub_account_balance", "private/get-subaccount-balances"),
    Read("balance_history", "private/user-balance-history", {"timeframe": "D1", "limit": 1}),
    Read("fee_rate", "private/get-fee-rate"),
    Read("instrument_fee_rate", "private/get-instrument-fee-rate", {"instrument_name": "BTC_USD"}),
    Read("fee_credit", "private/get-fee-credit-balances", ONE_ROW_OF_PAGE),
    Read("staking_position", "private/staking/get-staking-position", limit=STAKING),
    Read("open_stake", "private/staking/get-open-stake", ONE_ROW, "start_time", STAKING),
    Read("open_convert", "private/staking/get-open-convert", ONE_ROW, "start_time", STAKING),
    Read("stake_history", "private/staking/get-stake-history", ONE_ROW, "start_time", STAKING),
    Read("convert_history", "private/staking/get-convert-history", ONE_ROW, "start_time", STAKING),
    Read("staking_reward", "private/staking/get-reward-history", ONE_ROW, "start_time", STAKING),
    Read("otc_deal", "private/otc/get-deal-history", {"deal_type": "QUOTE_REQUEST"}, "start_time"),
    Read("trading_bot", "private/bot/get-trading-bots", {**ONE_ROW_OF_PAGE, **RUNNING_GRID_BOTS}),
)


def readable_tables(probe: Probe, now_ms: int) -> list[Finding]:
    """A finding for what can be read, and one for each kind of refusal."""
    answers = {read.table: probe.private(read.method, read.params_at(now_ms), read.limit) for read in READS}
    return judged(answers)


def judged(answers: Mapping[str, Answer]) -> list[Finding]:
    """The tables together that were answered in the same way."""
    alike: dict[tuple[Verdict, str, str], list[str]] = {}
    for table, answer in answers.items():
        alike.setdefault(_judge(answer), []).append(table)
    return [
        Finding("tables", verdict, f"{', '.join(tables)}: {seen}", handling)
        for (verdict, seen, handling), tables in alike.items()
    ]


def _judge(answer: Answer) -> tuple[Verdict, str, str]:
    if answer.is_good:
        return Verdict.EXPECTED, "the key can read them", "It reads them."
    if (answer.rule and answer.rule.refuses_method) or answer.code == 40101:
        handling = "It reads the other tables. Leave these out of the connection, or ask the exchange's support."
        return Verdict.DIFFERENT, answer.summary, handling
    return Verdict.PROBLEM, answer.summary, "A sync of these would fail. Please report it."
