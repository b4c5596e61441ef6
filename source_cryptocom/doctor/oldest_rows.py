"""How old the oldest row is that each method of account history shows: nobody documents it for sure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from source_cryptocom.api.rate_limits import PRIVATE
from source_cryptocom.api.response import Row
from source_cryptocom.clock import MS_PER_DAY, OPENED_MS
from source_cryptocom.config import DOCUMENTED_DAYS, documented_oldest_ms
from source_cryptocom.doctor.account_history import HISTORIES
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.probe import Answer, Probe
from source_cryptocom.doctor.window_width import times_of


@dataclass(frozen=True)
class Transfers:
    """A method that lists transfers by numbered pages."""

    table: str
    method: str

    def ask(self, probe: Probe, start_ms: int, end_ms: int) -> Answer:
        window = {"start_ts": start_ms, "end_ts": end_ms, "page": 0, "page_size": 200}
        return probe.private(self.method, window, PRIVATE)


TRANSFERS = (
    Transfers("deposit", "private/get-deposit-history"),
    Transfers("withdrawal", "private/get-withdrawal-history"),
)


def oldest_rows(probe: Probe, seen: Mapping[str, Sequence[Row]], now_ms: int) -> Iterator[Finding]:
    """`seen`: rows that came before, by table. One request a method: for what is older than is documented."""
    end_ms = documented_oldest_ms(now_ms)
    for history in HISTORIES:
        older = history.ask(probe, OPENED_MS, end_ms).rows
        yield _finding(history.table, history.times[-1], [*older, *seen.get(history.table, [])], now_ms)
    for transfers in TRANSFERS:
        yield _finding(transfers.table, "create_time", transfers.ask(probe, OPENED_MS, end_ms).rows, now_ms)


def _finding(table: str, time: str, rows: Sequence[Row], now_ms: int) -> Finding:
    subject = f"oldest row: {table}"
    handling = "It asks for everything since start_date, however old."
    days = max(((now_ms - ms) / MS_PER_DAY for ms in times_of(rows, time)), default=0.0)
    if days > DOCUMENTED_DAYS:
        return Finding(subject, Verdict.DIFFERENT, f"at least {days:.0f} days old, more than documented", handling)
    seen = f"{days:.0f} days old, of those that were asked for" if days else "none was seen"
    return Finding(subject, Verdict.EXPECTED, f"{seen}; none older than the documented {DOCUMENTED_DAYS}", handling)
