"""How the exchange books, as far as the checks of the books rest on it: judged on rows that it has sent."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from source_cryptocom.api.rate_limits import STAKING
from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, NS_PER_MS
from source_cryptocom.doctor.account_history import FILLS, LEDGER
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import Answer, Probe
from source_cryptocom.doctor.window_width import times_of

REWARD_DAYS = 30
LEAST_STEPS = 3
ROUNDING = Decimal("0.01")
SETTLED = ("FUNDING", "SESSION_SETTLE")
MOVED_BY_REQUESTS = ("MANUAL_CONVERSION", "STAKING", "STAKING_REWARDS", "SOFT_STAKE_REWARD")
"""Types of entries that the books take for stakes, conversions, OTC deals and rewards."""


def bookings(probe: Probe, balance: Answer, seen: Mapping[str, Sequence[Row]], now_ms: int) -> list[Finding]:
    """`seen`: rows of the ledger and of the fills, by table. Three requests."""
    ledger, fills = seen.get(LEDGER.table, ()), seen.get(FILLS.table, ())
    window = {
        "start_time": (now_ms - REWARD_DAYS * MS_PER_DAY) * NS_PER_MS,
        "end_time": now_ms * NS_PER_MS,
        "limit": 100,
    }
    rewards = probe.private("private/staking/get-reward-history", window, STAKING)
    days = probe.private("private/user-balance-history", {"timeframe": "D1", "end_time": now_ms, "limit": 3})
    positions = probe.private("private/get-positions")
    return [
        entries_of_requests(ledger),
        settlements(ledger),
        rewards_by_step(rewards.rows),
        cost_of_positions(positions.rows, fills, ledger),
        worth_of_the_wallet(balance.rows, days.rows),
    ]


def entries_of_requests(ledger: Sequence[Row]) -> Finding:
    """Which types of entry the ledger has beside trades."""
    types = {str(row.get("journal_type")) for row in ledger} - {"TRADING", "TRADE_FEE", *SETTLED}
    known = sorted(types & set(MOVED_BY_REQUESTS))
    handling = "The books compare stakes, conversions and rewards with entries of their amount, and only warn."
    if not types:
        return Finding("entries of stakes and conversions", Verdict.UNKNOWN, "no row of another type", handling)
    seen = f"types beside trades and settlements: {', '.join(sorted(types))}"
    return Finding("entries of stakes and conversions", Verdict.EXPECTED if known else Verdict.UNKNOWN, seen, handling)


def settlements(ledger: Sequence[Row]) -> Finding:
    """At which hours of the day positions are settled and pay funding."""
    subject, handling = "hours of settlements", "The books warn where an open position has none at its usual hours."
    rows = [row for row in ledger if row.get("journal_type") in SETTLED]
    hours = Counter(_nearest_hour(time) for time in times_of(rows, "event_timestamp_ms"))
    if sum(hours.values()) <= LEAST_STEPS:
        return Finding(subject, Verdict.UNKNOWN, "too few rows to tell", handling)
    seen = f"{', '.join(str(hour) for hour in sorted(hours))} UTC"
    regular = min(hours.values()) * 4 >= max(hours.values())
    return Finding(subject, Verdict.EXPECTED if regular else Verdict.DIFFERENT, seen, handling)


def _nearest_hour(time_ms: int) -> int:
    return (time_ms + MS_PER_HOUR // 2) // MS_PER_HOUR % 24


def rewards_by_step(rewards: Sequence[Row]) -> Finding:
    """How far apart the rewards of one coin come."""
    subject, handling = "steps between rewards", "The books warn where a coin leaves one out."
    times: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rewards:
        times[str(row.get("staking_inst_name")), str(row.get("reward_inst_name"))] += times_of(
            [row], "event_timestamp_ms"
        )
    steps = Counter(
        round((after - before) / MS_PER_HOUR)
        for of_coin in map(sorted, times.values())
        for before, after in pairwise(of_coin)
    )
    if sum(steps.values()) < LEAST_STEPS:
        return Finding(subject, Verdict.UNKNOWN, "too few rewards to tell", handling)
    [(usual, number)] = steps.most_common(1)
    verdict = Verdict.EXPECTED if number * 10 >= sum(steps.values()) * 9 else Verdict.DIFFERENT
    return Finding(subject, verdict, f"{number} of {sum(steps.values())} are of {usual} hours", handling)


def cost_of_positions(positions: Sequence[Row], fills: Sequence[Row], ledger: Sequence[Row]) -> Finding:
    """Whether a position that the seen fills add up to cost what they paid and what was realised."""
    subject = "cost of a position"
    handling = "The books warn where a position that began at zero cost something else than its fills paid."
    even = compared = 0
    for position in positions:
        name, isolation = position.get("instrument_name"), str(position.get("isolation_id") or "0")
        of_it = [row for row in fills if _is_of(row, name, isolation)]
        quantity = sum((_signed(row, _decimal(row, "traded_quantity")) for row in of_it), Decimal(0))
        if of_it and quantity == _decimal(position, "quantity"):
            paid = sum(
                (_signed(row, _decimal(row, "traded_quantity") * _decimal(row, "traded_price")) for row in of_it),
                Decimal(0),
            )
            realised = sum(
                (
                    _decimal(row, "realized_pnl")
                    for row in ledger
                    if _is_of(row, name, isolation) and row.get("journal_type") in ("TRADING", "SESSION_SETTLE")
                ),
                Decimal(0),
            )
            compared += 1
            even += abs(paid + realised - _decimal(position, "open_pos_cost")) <= ROUNDING
    if not compared:
        return Finding(subject, Verdict.UNKNOWN, "no position whose fills were all seen", handling)
    seen = f"{even} of {compared} cost what their fills paid and what was realised"
    return Finding(subject, Verdict.EXPECTED if even == compared else Verdict.DIFFERENT, seen, handling)


def _is_of(row: Row, name: object, isolation: str) -> bool:
    return row.get("instrument_name") == name and str(row.get("isolation_id") or "0") == isolation


def worth_of_the_wallet(wallets: Sequence[Row], days: Sequence[Row]) -> Finding:
    """Whether the values of the balances are the total, and whether days end at midnight UTC."""
    subject = "worth of the wallet"
    handling = "The books warn where the values of the balances are not the total, or not the history's at midnight."
    wallet = next(iter(wallets), {})
    balances = wallet.get("position_balances")
    if not isinstance(balances, list) or not balances:
        return Finding(subject, Verdict.UNKNOWN, "no balance", handling)
    values = sum((_decimal(row, "market_value") for row in balances if isinstance(row, dict)), Decimal(0))
    total = _decimal(wallet, "total_cash_balance")
    even = abs(values - total) <= abs(total) / 1000 + ROUNDING
    times = times_of(days, "t")
    at_midnight = all(time % MS_PER_DAY == 0 for time in times)
    seen = f"the values {'are' if even else 'are not'} the total"
    if times:
        seen += f", and days of the history {'end' if at_midnight else 'do not end'} at midnight UTC"
    return Finding(subject, Verdict.EXPECTED if even and at_midnight else Verdict.DIFFERENT, seen, handling)


def _signed(row: Row, amount: Decimal) -> Decimal:
    return amount if row.get("side") == "BUY" else -amount


def _decimal(row: Row, name: str) -> Decimal:
    """Zero where it cannot be read."""
    try:
        found = Decimal(str(row.get(name)))
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)
