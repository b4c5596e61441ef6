"""Trading bots, the last update first: they move from page to page while they trade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import numbered_page
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.timeline import DAY_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

WEEK_MS = 7 * 86_400_000


@dataclass(frozen=True)
class Bot:
    """Times in ms; `end_time` 0 while it is not at its end. The shape of settings and summary depends on the type."""

    bot_id: str
    bot_type: str
    display_name: str
    state: str
    create_time: int
    update_time: int
    end_time: int = 0
    reason: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    execution_summary: dict[str, Any] = field(default_factory=dict)

    migrated = False

    @property
    def key(self) -> str:
        return self.bot_id


BOT = shape(
    {
        "bot_id": "text",
        "bot_type": "text",
        "display_name": "text?",
        "state": "text",
        "reason": "text?",
        "create_time": "time",
        "update_time": "time",
        "end_time": "time?",
        "migrated": "flag?",
        "settings": "json?",
        "execution_summary": "json?",
    }
)


def bots(asked: Asked) -> bytes:
    """Of the types and states that are asked for; a bot that is asked for by its id needs no state."""
    rows = sorted(asked.account.all(Bot), key=lambda row: (row.update_time, row.bot_id), reverse=True)
    if "bot_id" in asked.params:
        rows = [row for row in rows if row.bot_id == asked.params["bot_id"]]
    else:
        rows = [row for row in rows if row.state in asked.params.get("state", ())]
    rows = [row for row in rows if row.bot_type in asked.params["bot_types"]]
    return result_of(rows_json(numbered_page(asked, rows, largest=500), BOT, asked.behaviour), "bot_list")


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [(row.update_time * MS_NS, record_of(row, BOT)) for row in account.all(Bot)]


def bot(account: Account, at_ns: int, bot_type: str = "DCA", **details: Any) -> Bot:
    """One more bot, running."""
    number, at_ms = account.short_id(), at_ns // MS_NS
    row = Bot(number, bot_type, f"{bot_type} {number}", "RUNNING", at_ms, at_ms, **details)
    account.put(row)
    return row


def touch(account: Account, at_ns: int) -> None:
    """The bot that was updated longest ago is updated, and so comes first."""
    rows = account.all(Bot)
    if rows:
        account.put(replace(min(rows, key=lambda row: row.update_time), update_time=at_ns // MS_NS))


def seed(account: Account, seeding: Seeding) -> None:
    """One of each type: running, paused and ended."""
    if not seeding.with_fills:
        return
    span_ns = seeding.end_ns - seeding.start_ns
    begun_ns = seeding.start_ns + min(span_ns // 10, DAY_NS)
    investment = {
        "is_basket": False,
        "allocations": [{"instrument_name": "CRO_USD", "allocated_percentage": "100"}],
        "investment_currency": "USD",
        "side": "BUY",
        "type": "MARKET",
        "auto_stake": False,
        "quantity": "500",
        "investment_frequency_mode": "FIXED_DURATION",
        "investment_frequency": WEEK_MS,
        "max_order": "10",
        "first_investment_time": begun_ns // MS_NS,
    }
    bot(account, begun_ns, "DCA", settings=investment)
    grid = bot(account, begun_ns, "GRID", settings={"instrument_name": "CRO_USD", "lower_price": "0.04", "grid_no": 10})
    ended_ms = (begun_ns + span_ns // 2) // MS_NS
    account.put(
        replace(grid, state="TERMINATED", reason="USER_TERMINATED", update_time=ended_ms, end_time=ended_ms),
    )
    slicing = bot(account, begun_ns, "TWAP", settings={"instrument_name": "ETH_USD", "side": "SELL", "quantity": "0.5"})
    account.put(replace(slicing, state="PAUSED"))
    bot(account, begun_ns, "FUNDING_ARBITRAGE", settings={"spot_leg": "BTC_USD", "perp_leg": "BTCUSD-PERP"})


RESOURCE = Resource(
    methods={
        "private/bot/get-trading-bots": Method(
            bots,
            key="bot_id",
            time="update_time",
            parameters={
                "bot_types": "list!",
                "state": "list",
                "bot_id": "text",
                "page": "digits",
                "page_size": "digits",
            },
            rows_at="bot_list",
            pages=0,
        )
    },
    tables={"trading_bot": Table(("bot_id",), records)},
    seed=seed,
    arrive=bot,
    change=touch,
)
