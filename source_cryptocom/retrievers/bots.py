"""Trading bots, last change first, and the executions of those that changed or may still trade."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.api.response import Row
from source_cryptocom.api.row_source import Parameter
from source_cryptocom.clock import NS_PER_MS
from source_cryptocom.retrievers.base import Output, Reader, Retriever, Slice, Table
from source_cryptocom.retrievers.history.state import HistoryCursor
from source_cryptocom.retrievers.paging.numbered_pages import digest, read_numbered_pages
from source_cryptocom.retrievers.paging.windows import RowTime
from source_cryptocom.state.state import state_message

PAGE_SIZE = 500
BOTS = "private/bot/get-trading-bots"
EVERY_BOT: dict[str, Parameter] = {
    "bot_types": ["DCA", "TWAP", "GRID", "FUNDING_ARBITRAGE"],
    "state": ["RUNNING", "PAUSED", "TERMINATED"],
}
UPDATED = RowTime("update_time")


@dataclass(frozen=True)
class ChangedBots(Retriever):
    """The bots that changed since the last sync; with `executions`, the executions of those bots instead."""

    executions: bool = False

    def reader(self, table: Table) -> Reader:
        return ChangedBotsReader(self.executions, table)

    def sample(self, now_ms: int) -> Mapping[str, Parameter] | None:
        # Executions are asked for by bot.
        return None if self.executions else {**EVERY_BOT, "page": 0, "page_size": 1}


class ChangedBotsReader(Reader):
    """Reads changes since the previous sync's start, minus a lookback; its state is this sync's start."""

    def __init__(self, executions: bool, table: Table) -> None:
        self._executions = executions
        self._table = table
        self.cursor: HistoryCursor = HistoryCursor(table.name, table.logger, table.cursor_column)
        # The latest change of each row read so far, in ms.
        self._emitted: dict[str, int] = {}
        self._bots = table.context.api.endpoint(table.name, BOTS, PRIVATE, table.logger, "bot_list", EVERY_BOT)

    def read(self, stream_slice: Slice) -> Iterator[Output]:
        context = self._table.context
        now = context.clock()
        # A first sync's pages hold every bot, whenever it changed.
        since_ms = self.cursor.begin(now, context.config.history_start_ms(now)).needed_ms
        since_ms = since_ms if self.cursor.was_resumed else 0
        latest: dict[str, Row] = {}
        for bots in read_numbered_pages(self._table, self._bots, _key_of, {"page_size": PAGE_SIZE}):
            latest |= {str(bot.get("bot_id")): bot for bot in bots}
        if not self._executions:
            yield self._table.to_records(self._new([bot for bot in latest.values() if _is_recent(bot, since_ms)]))
        else:
            for bot_id, bot in latest.items():
                # Whether an execution changes its bot's update_time is not documented.
                if bot.get("state") != "TERMINATED" or _is_recent(bot, since_ms):
                    yield from self._read_executions(bot_id, since_ms)
        self.cursor.advance(now, {}, self._emitted)
        self.cursor.complete({}, {})
        yield state_message(self._table.name, self.cursor.state)

    def _read_executions(self, bot_id: str, since_ms: int) -> Iterator[Output]:
        if not bot_id.isdecimal():
            raise self._table.failure(
                f"{self._table.name}: {BOTS} sent a bot whose id is no number, so its executions cannot be asked for. "
                "The saved state is unchanged; please report this."
            )
        parameters: dict[str, Parameter] = {"bot_id": int(bot_id), "page_size": PAGE_SIZE}
        for page in read_numbered_pages(self._table, self._table, _key_of, parameters):
            recent = [row for row in page if _is_recent(row, since_ms)]
            placed = [row for row in recent if row.get("order_id")]
            if len(placed) < len(recent):
                self._table.logger.debug(
                    f"{self._table.name}: {len(recent) - len(placed)} executions have no order yet; they come with one."
                )
            yield self._table.to_records(self._new(placed), bot_id=bot_id)

    def _new(self, rows: Sequence[Row]) -> list[Row]:
        """Rows that were not emitted before in this form."""
        new = []
        for row in rows:
            key = f"{_key_of(row)} {digest(row)}"
            if not self.cursor.knows(key):
                new.append(row)
            self._emitted[key] = (UPDATED.earliest_ns(row) or 0) // NS_PER_MS
        return new


def _key_of(row: Row) -> str:
    return " ".join(str(row.get(name)) for name in ("bot_id", "order_id", "schedule_time", "symbol"))


def _is_recent(row: Row, since_ms: int) -> bool:
    """True if the bot changed at `since_ms` or later, or has no readable time."""
    updated_ns = UPDATED.earliest_ns(row)
    return not updated_ns or updated_ns >= since_ms * NS_PER_MS
