"""The master account and its sub-accounts; personal data comes with every row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulated_exchange import personal_data
from simulated_exchange.expected_records import Record, record_of
from simulated_exchange.paging import numbered_page
from simulated_exchange.resource import ACCOUNT_ID, Asked, Method, Resource, Seeding, Table
from simulated_exchange.timeline import DAY_NS, MS_NS
from simulated_exchange.wire import row_json, rows_json, shape

if TYPE_CHECKING:
    from simulated_exchange.account import Account
    from simulated_exchange.behaviour import Behaviour

MASTER, SUB = "MASTER", "SUB_ACCOUNT"
SUB_ACCOUNTS = (
    ("7c0a4e52-11d3-4b8e-9d60-51f2a3c8e001", "Desk A"),
    ("7c0a4e52-11d3-4b8e-9d60-51f2a3c8e002", "Desk B"),
    ("7c0a4e52-11d3-4b8e-9d60-51f2a3c8e003", "Bots"),
)
"""(uuid, label)"""


@dataclass(frozen=True, slots=True)
class TreeAccount:
    """An account of the tree; times in ms. The documentation shows sub-accounts without most of this."""

    uuid: str
    hierarchy: str
    label: str | None = None
    master_account_uuid: str | None = None
    create_time: int | None = None
    update_time: int | None = None
    kyc_level: str | None = None
    enabled: bool = True
    tradable: bool = True
    two_fa_enabled: bool | None = None
    suspended: bool | None = None
    terminated: bool | None = None
    spot_enabled: bool | None = None
    margin_enabled: bool | None = None
    derivatives_enabled: bool | None = None

    user_uuid = ACCOUNT_ID
    margin_access = "DEFAULT"
    derivatives_access = "DISABLED"
    name = personal_data.NAME
    email = personal_data.EMAIL
    mobile_number = personal_data.PHONE
    address = personal_data.ADDRESS
    country_code = "DEU"

    @property
    def key(self) -> str:
        return self.uuid


COLUMNS = {
    "uuid": "text",
    "user_uuid": "text?",
    "hierarchy": "text",
    "master_account_uuid": "text?",
    "label": "text?",
    "enabled": "flag",
    "tradable": "flag",
    "margin_access": "text?",
    "derivatives_access": "text?",
    "create_time": "time?",
    "update_time": "time?",
    "two_fa_enabled": "flag?",
    "kyc_level": "text?",
    "suspended": "flag?",
    "terminated": "flag?",
    "spot_enabled": "flag?",
    "margin_enabled": "flag?",
    "derivatives_enabled": "flag?",
}
PERSONAL = {"name": "text", "email": "text", "mobile_number": "text", "address": "text", "country_code": "text"}


def accounts(asked: Asked) -> bytes:
    """Pages of sub-accounts, the master account on each of them."""
    rows = asked.account.all(TreeAccount)
    master = next((row for row in rows if row.hierarchy == MASTER), TreeAccount(ACCOUNT_ID, MASTER))
    page = numbered_page(asked, [row for row in rows if row.hierarchy == SUB])
    fields = shape({**COLUMNS, **PERSONAL})
    this = b'{"uuid":"%s","hierarchy":"MASTER"}' % asked.account.own_id().encode()
    return b'{"master_account":%s,"sub_account_list":%s,"this_account":%s}' % (
        row_json(master, fields, asked.behaviour).encode(),
        rows_json(page, fields, asked.behaviour),
        this,
    )


def records(account: Account, behaviour: Behaviour) -> Iterable[tuple[int, Record]]:
    return [
        (0, record_of(row, shape(COLUMNS))) for row in account.all(TreeAccount) or [TreeAccount(ACCOUNT_ID, MASTER)]
    ]


def arrive(account: Account, at_ns: int) -> None:
    """One more sub-account."""
    number = len(account.all(TreeAccount))
    account.put(TreeAccount(f"{SUB_ACCOUNTS[0][0][:-3]}{number:03d}", SUB, f"Desk {number}", ACCOUNT_ID))


def seed(account: Account, seeding: Seeding) -> None:
    opened_ms = (seeding.start_ns - 700 * DAY_NS) // MS_NS
    no = False
    account.put(
        TreeAccount(ACCOUNT_ID, MASTER, None, None, opened_ms, opened_ms + 123, "ADVANCED", True, True, True, no, no),
        *(TreeAccount(uuid, SUB, label, ACCOUNT_ID) for uuid, label in SUB_ACCOUNTS),
    )


RESOURCE = Resource(
    methods={
        "private/get-accounts": Method(
            accounts,
            key="uuid",
            time="create_time",
            parameters={"page": "digits", "page_size": "digits"},
            rows_at="sub_account_list",
            pages=0,
        )
    },
    tables={"account": Table(("uuid",), records, fixed_columns=True)},
    seed=seed,
    arrive=arrive,
)
