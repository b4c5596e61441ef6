"""What a trading bot has done and plans to do: rows that do not name their bot, which only the request knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import numbered_page
from simulated_exchange.resource import Asked, Method, Resource, Seeding, Table
from simulated_exchange.resources.order import filled_order
from simulated_exchange.resources.trading_bot import Bot
from simulated_exchange.timeline import DAY_NS, MS_NS
from simulated_exchange.wire import result_of, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour


@dataclass(frozen=True, slots=True)
class Execution:
    """Times in ms. A planned one has no order yet."""

    bot_id: str
    symbol: str
    side: str
    quantity: str
    schedule_time: int
    order_status: str = "PENDING"
    order_id: str | None = None
    price: str | None = None
    avg_price: str | None = None
    cum_qty: str | None = None
    execution_time: int | None = None
    update_time: int | None = None
    executed_percentage: str | None = None

    @property
    def key(self) -> str:
        return f"{self.bot_id} {self.schedule_time} {self.symbol}"

    @property
    def instrument_name(self) -> str:
        return self.symbol.replace("_", "/")


EXECUTION = shape(
    {
        "instrument_name": "text",
        "symbol": "text",
        "execution_time": "time?",
        "schedule_time": "time?",
        "order_status": "text",
        "side": "text",
        "price": "decimal?",
        "quantity": "decimal?",
        "avg_price": "decimal?",
        "cum_qty": "decimal?",
        "order_id": "text?",
        "update_time": "time?",
        "executed_percentage": "decimal?",
    }
)


def executions(asked: Asked) -> bytes:
    rows = [row for row in asked.account.all(Execution) if row.bot_id == asked.params["bot_id"]]
    rows.sort(key=lambda row: row.schedule_time, reverse=True)
    return result_of(rows_json(numbered_page(asked, rows, largest=500), EXECUTION, asked.behaviour), "execution_list")


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    """Those that have an order, with the bot that the request named."""
    return [
        ((row.update_time or row.schedule_time) * MS_NS, {"bot_id": row.bot_id, **record_of(row, EXECUTION)})
        for row in account.all(Execution)
        if row.order_id
    ]


def execution(account: Account, at_ns: int) -> None:
    """The bot that was created first places one more order."""
    bots = account.all(Bot)
    if bots:
        execute(account, min(bots, key=lambda row: row.create_time), at_ns, "CRO_USD", "BUY", "100")


def execute(account: Account, bot: Bot, at_ns: int, symbol: str, side: str, quantity: str) -> None:
    """A market order of the bot, which is in the order history as well; the bot is updated by it."""
    order = filled_order(account, at_ns, symbol, side, Decimal(quantity))
    row = Execution(
        bot.bot_id,
        symbol,
        side,
        quantity,
        at_ns // MS_NS,
        order_status="FILLED",
        order_id=order.order_id,
        price="0",
        avg_price=order.avg_price,
        cum_qty=quantity,
        execution_time=order.create_time,
        update_time=order.update_time,
        executed_percentage="100.00",
    )
    account.put(row, replace(bot, update_time=max(bot.update_time, order.update_time)))


def seed(account: Account, seeding: Seeding) -> None:
    """The DCA bot buys every week, or six times in a short account, and has planned its next order."""
    if not seeding.with_fills:
        return
    dca = next(bot for bot in account.all(Bot) if bot.bot_type == "DCA")
    step_ns = min(7 * DAY_NS, (seeding.end_ns - seeding.start_ns) // 6)
    at_ns = dca.create_time * MS_NS
    while at_ns < seeding.end_ns - 10 * MS_NS:
        execute(account, next(bot for bot in account.all(Bot) if bot.key == dca.key), at_ns, "CRO_USD", "BUY", "500")
        at_ns += step_ns
    account.put(Execution(dca.bot_id, "CRO_USD", "BUY", "500", at_ns // MS_NS))


RESOURCE = Resource(
    methods={
        "private/bot/get-trading-bot-executions": Method(
            executions,
            key="order_id",
            time="update_time",
            parameters={"bot_id": "text!", "page": "digits", "page_size": "digits"},
            rows_at="execution_list",
            pages=0,
        )
    },
    tables={"trading_bot_execution": Table(("bot_id", "order_id"), records)},
    seed=seed,
    arrive=execution,
)
