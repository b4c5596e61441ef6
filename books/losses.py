"""What comparisons that did not come out even say in words: one sentence for each row that is missing or wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

ROWS_BY_THEMSELVES = 3
"""So many missing rows of a table are named one by one; more are counted by day, or by instrument."""

MOST_AMOUNTS = 3
"""Of a row that contradicts several others."""

NOUNS = {
    "user_trade": ("fill", "fills"),
    "order_history": ("order", "orders"),
    "open_order": ("open order", "open orders"),
    "advanced_order_history": ("advanced order", "advanced orders"),
    "advanced_open_order": ("open advanced order", "open advanced orders"),
    "transaction": ("ledger entry", "ledger entries"),
    "transfer": ("deposit or withdrawal", "deposits and withdrawals"),
    "stake_history": ("stake, conversion or deal", "stakes, conversions and deals"),
    "convert_history": ("conversion", "conversions"),
    "staking_reward": ("reward", "rewards"),
    "otc_deal": ("OTC deal", "OTC deals"),
    "trading_bot": ("trading bot", "trading bots"),
    "trading_bot_execution": ("execution of a trading bot", "executions of trading bots"),
    "balance_history": ("point of the balance history", "points of the balance history"),
    "user_position": ("position", "positions"),
    "account": ("account", "accounts"),
}
SETTLEMENTS, POSITIONS = "settlements_come_regularly", "positions_cost_what_was_paid"
DERIVED = (SETTLEMENTS, POSITIONS, "wallet_is_worth_its_balances")
"""Checks that stand on many rows: where one of those rows is told, they only repeat it."""
WITNESS = re.compile(r"\b[\w ,]+ of a ledger entry\b")
"""What the sentence has said: that a row is missing of which the ledger has the entry."""
CHAINED = ("ledger_leads_from_balance_to_balance", "fills_lead_to_positions", "stakes_lead_to_stakes")
ALL_ENTRIES = "tax_events_explain_the_ledger"


@dataclass(frozen=True)
class Discrepancy:
    """One comparison that did not come out even.

    `row_table` and `row_key` name the row that is missing or says something else; a sum names none. `since` is where a
    sum over a time begins. `detail` says in words what no amount says.
    """

    check: str
    status: str
    account: str
    subject: str
    instrument_name: str | None
    happened_at: datetime | None
    what: str
    expected: Decimal | None
    found: Decimal | None
    row_table: str | None = None
    row_key: str | None = None
    is_missing: bool = False
    order_id: str | None = None
    since: datetime | None = None
    detail: str | None = None

    @property
    def names(self) -> set[str]:
        """The instrument and the currencies that it is about."""
        instrument = self.instrument_name or ""
        found = {instrument, *instrument.split("_"), self.what.split(" in ")[-1]}
        return found | ({"USD"} if "-" in instrument else set())

    @property
    def amount(self) -> str:
        """`what should be 5 and is 3`, or the detail."""
        if self.detail:
            return self.detail
        if self.is_missing:
            return f"{self.what} of {plain(self.expected)}"
        return f"{self.what} should be {plain(self.expected)} and is {plain(self.found)}"


@dataclass(frozen=True)
class Loss:
    """One sentence, and the comparisons that it stands for."""

    status: str
    sentence: str
    discrepancies: tuple[Discrepancy, ...]


def plain(number: Decimal | None) -> str:
    """Without the zeros that a fixed scale adds."""
    if number is None:
        return "nothing"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted(number: int, one: str, more: str = "") -> str:
    """`1 check`, `2 checks`; `more` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def losses_of(
    discrepancies: Iterable[Discrepancy], empty_tables: Mapping[str, Collection[str]] | None = None
) -> list[Loss]:
    """The losses of each account, differences before what is open.

    `empty_tables`: of each account the tables that were read and hold no row.
    """
    by_account: dict[str, list[Discrepancy]] = defaultdict(list)
    for discrepancy in discrepancies:
        by_account[discrepancy.account].append(discrepancy)
    found = []
    for account, of_account in by_account.items():
        before = f"{account}: " if len(by_account) > 1 else ""
        empty = (empty_tables or {}).get(account, ())
        found += [
            Loss(loss.status, before + loss.sentence, loss.discrepancies) for loss in _of_account(of_account, empty)
        ]
    return sorted(found, key=lambda loss: (loss.status, loss.discrepancies[0].happened_at or datetime.max))  # noqa: DTZ901


def _of_account(discrepancies: Sequence[Discrepancy], empty: Collection[str]) -> list[Loss]:
    rows: dict[tuple[str, str | None, bool], list[Discrepancy]] = defaultdict(list)
    sums = []
    for discrepancy in discrepancies:
        if discrepancy.row_table:
            rows[discrepancy.row_table, discrepancy.row_key, discrepancy.is_missing].append(discrepancy)
        else:
            sums.append(discrepancy)
    # What is missing explains what it would have said, and a row that is wrong what is derived from it.
    missing = {(table, key) for table, key, is_missing in rows if is_missing}
    rows = {group: members for group, members in rows.items() if group[2] or group[:2] not in missing}
    firm = {name for members in rows.values() for one in members if one.check not in DERIVED for name in one.names}
    by_table: dict[tuple[str, bool], list[tuple[Discrepancy, ...]]] = defaultdict(list)
    wrong: dict[tuple[str, str | None], list[Discrepancy]] = defaultdict(list)
    told = []
    moved = {one.instrument_name for one in discrepancies if one.check == POSITIONS and one.what.startswith("quantity")}
    for (table, key, is_missing), members in rows.items():
        names = {name for one in members for name in one.names}
        if all(one.check in DERIVED for one in members) and firm & names:
            continue
        # When something was settled is worked out from the position.
        if all(one.check == SETTLEMENTS and one.instrument_name in moved for one in members):
            continue
        told += members
        if is_missing:
            by_table[table, True].append(tuple(members))
        else:
            # An order, its fills and their entries contradict each other: one sentence, whichever of them is wrong.
            order_id = members[0].order_id
            wrong["order_history" if order_id else table, order_id or key] += members
    for (table, _), members in wrong.items():
        by_table[members[0].row_table or table, False].append(tuple(sorted(members, key=_certainty)))
    found = [loss for (table, gone), groups in by_table.items() for loss in _of_table(table, gone, groups, empty)]
    return found + _of_sums(sums, told)


def _certainty(discrepancy: Discrepancy) -> tuple[str, bool]:
    """Differences first, and words before amounts."""
    return discrepancy.status, discrepancy.detail is None


def _of_table(
    table: str, is_missing: bool, groups: Sequence[tuple[Discrepancy, ...]], empty: Collection[str]
) -> list[Loss]:
    """One sentence a row, or one a day or an instrument where that takes fewer."""
    if is_missing and table in empty and len(groups) > 1:
        members = tuple(member for group in groups for member in group)
        text = f"The table {table} holds nothing, and other tables prove {_counted(table, groups)} of it"
        return [Loss(_status(members), f"{text}{_span(members)}.", members)]
    if len(groups) <= ROWS_BY_THEMSELVES:
        return [_of_row(table, is_missing, group) for group in groups]
    partitions = [_partition(groups, _day_of), _partition(groups, _instruments_of)]
    chosen = min(partitions, key=len)
    found = []
    for name, part in chosen.items():
        if len(part) < ROWS_BY_THEMSELVES:
            found += [_of_row(table, is_missing, group) for group in part]
        else:
            found.append(_of_many(table, is_missing, name, part, by_day=chosen is partitions[0]))
    return found


def _partition(
    groups: Sequence[tuple[Discrepancy, ...]], name_of: Callable[[tuple[Discrepancy, ...]], str]
) -> dict[str, list[tuple[Discrepancy, ...]]]:
    found: dict[str, list[tuple[Discrepancy, ...]]] = defaultdict(list)
    for group in groups:
        found[name_of(group)].append(group)
    return found


def _instruments_of(group: tuple[Discrepancy, ...]) -> str:
    """A fill that is missing is known by the currencies that its ledger entries moved."""
    return "/".join(sorted({member.instrument_name or "?" for member in group}))


def _day_of(group: tuple[Discrepancy, ...]) -> str:
    moments = [member.happened_at for member in group if member.happened_at]
    return f"{min(moments):%Y-%m-%d}" if moments else "at an unknown time"


def _of_row(table: str, is_missing: bool, group: tuple[Discrepancy, ...]) -> Loss:
    first = group[0]
    noun = NOUNS.get(table, (f"row of {table}", ""))[0]
    key = first.row_key or "?"
    said = list(dict.fromkeys(member.amount for member in group if not _says_nothing(member)))
    left = len(said) - MOST_AMOUNTS
    amounts = "; ".join([*said[:MOST_AMOUNTS], *([f"and {left} more"] if left > 0 else [])])
    if is_missing:
        text = f"the {noun} {key} is missing"
        if table == "user_trade" and first.order_id:
            text = f"the fill {key} of order {first.order_id} is missing"
        elif table == "order_history":
            witnesses = _witnesses(group)
            text = f"the order {key}{' of ' + witnesses if key not in witnesses else ''} is missing"
        amounts = WITNESS.sub("entry", amounts)
    else:
        text = first.subject
    checks = ", ".join(dict.fromkeys(member.check for member in group))
    return Loss(_status(group), f"{_where(first)}: {text}{': ' + amounts if amounts else ''} ({checks})", group)


def _says_nothing(member: Discrepancy) -> bool:
    """Whether the sentence says it already: that an order is missing, and no amount."""
    return member.is_missing and member.row_table == "order_history" and member.check != "nothing_open_vanishes"


def _witnesses(group: tuple[Discrepancy, ...]) -> str:
    subjects = list(dict.fromkeys(member.subject.split(" of order")[0] for member in group))
    return subjects[0] if len(subjects) == 1 else f"{len(subjects)} rows ({subjects[0]} is the first)"


def _of_many(table: str, is_missing: bool, name: str, groups: Sequence[tuple[Discrepancy, ...]], by_day: bool) -> Loss:
    members = tuple(member for group in groups for member in group)
    verb = "are missing" if is_missing else "say something else than other rows"
    span = "" if by_day else _span(members)
    first = min(groups, key=lambda group: group[0].happened_at or datetime.max)[0]  # noqa: DTZ901
    example = f"; the first: {first.subject if not is_missing else first.row_key}"
    if not is_missing:
        example += f", {first.amount}"
    checks = ", ".join(dict.fromkeys(member.check for member in members))
    return Loss(_status(members), f"{name}: {_counted(table, groups)} {verb}{span}{example} ({checks})", members)


def _counted(table: str, groups: Sequence[tuple[Discrepancy, ...]]) -> str:
    number = sum(map(len, groups)) if table == "transaction" else len(groups)
    one, many = NOUNS.get(table, (f"row of {table}", f"rows of {table}"))
    return counted(number, one, many)


def _span(members: Sequence[Discrepancy]) -> str:
    moments = [member.happened_at for member in members if member.happened_at]
    return f", from {min(moments):%Y-%m-%d %H:%M} to {max(moments):%Y-%m-%d %H:%M} UTC" if moments else ""


def _where(discrepancy: Discrepancy) -> str:
    when = f"{discrepancy.happened_at:%Y-%m-%d %H:%M:%S} UTC" if discrepancy.happened_at else "at an unknown time"
    return f"{discrepancy.instrument_name}, {when}" if discrepancy.instrument_name else when


def _status(members: Iterable[Discrepancy]) -> str:
    return min(member.status for member in members)


def _of_sums(sums: Sequence[Discrepancy], told: Sequence[Discrepancy]) -> list[Loss]:
    """Sums of which no row that is told is a part: those of an order, then those of a currency or a contract."""
    by_order: dict[str, list[Discrepancy]] = defaultdict(list)
    for one in sums:
        if one.order_id and one.order_id not in {row.order_id for row in _as_sure(told, one)}:
            by_order[one.order_id].append(one)
    found = [_of_order(tuple(members)) for members in by_order.values()]
    known = [*told, *(one for members in by_order.values() for one in members)]
    left = [one for one in sums if not one.order_id and not any(row.names & one.names for row in _as_sure(known, one))]
    chained = {(name,) for one in left if one.check in CHAINED for name in one.names}
    left = [one for one in left if one.check != ALL_ENTRIES or not any((name,) in chained for name in one.names)]
    by_name: dict[tuple[str, str], list[Discrepancy]] = defaultdict(list)
    for one in left:
        by_name[one.check, one.subject].append(one)
    return found + [_of_sum(tuple(members)) for members in by_name.values()]


def _as_sure(told: Iterable[Discrepancy], one: Discrepancy) -> list[Discrepancy]:
    """Rows that tell why a sum does not come out even; one that may be on its way is no reason for a difference."""
    return [row for row in told if row.status <= one.status]


def _of_order(members: tuple[Discrepancy, ...]) -> Loss:
    first = members[0]
    less = [member for member in members if member.what == "quantity" and _falls_short(member)]
    text = f"of the {first.subject} fills are missing" if less else f"the fills of the {first.subject} do not add up"
    amounts = "; ".join(member.amount for member in members)
    return Loss(_status(members), f"{_where(first)}: {text}: {amounts} ({first.check})", members)


def _falls_short(member: Discrepancy) -> bool:
    return member.found is not None and member.expected is not None and member.found < member.expected


def _of_sum(members: tuple[Discrepancy, ...]) -> Loss:
    first = members[0]
    if first.check in CHAINED:
        gone = (first.found or Decimal(0)) - (first.expected or Decimal(0))
        began = f"between {first.since:%Y-%m-%d %H:%M} and" if first.since else "before"
        amount = f"{plain(abs(gone))} {'left' if gone < 0 else 'arrived'}"
        text = f"{first.subject}: {amount} {began} {first.happened_at:%Y-%m-%d %H:%M} UTC with no row of it"
        text += f" ({first.what} should be {plain(first.expected)} and is {plain(first.found)}; {first.check})"
        return Loss(_status(members), text, members)
    more = f", and so {len(members) - 1:,} more{_span(members)}" if len(members) > 1 else ""
    return Loss(_status(members), f"{_where(first)}, {first.subject}: {first.amount}{more} ({first.check})", members)
