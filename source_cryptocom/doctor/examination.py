"""Asks all questions of the doctor, in an order in which an early answer can spare the later ones."""

from collections.abc import Iterator

from source_cryptocom.api.key_access import BALANCE
from source_cryptocom.doctor.account_history import ORDERS, form_of_answers, form_of_request, time_filter, windows
from source_cryptocom.doctor.address_families import families_in_use
from source_cryptocom.doctor.bookings import bookings
from source_cryptocom.doctor.connection import address, clock, exchange_answers, key, pace
from source_cryptocom.doctor.finding import Finding, Verdict
from source_cryptocom.doctor.oldest_rows import oldest_rows
from source_cryptocom.doctor.probe import NoRequestLeft, Probe
from source_cryptocom.doctor.tables import readable_tables


def examine(probe: Probe, now_ms: int) -> Iterator[Finding]:
    """The findings, as they come."""
    reached = exchange_answers(probe.public("public/get-instruments"))
    yield reached
    if reached.verdict is Verdict.EXPECTED:
        try:
            yield from _account(probe, now_ms)
        except NoRequestLeft:
            yield Finding("requests", Verdict.UNKNOWN, "none left for the rest", "A sync has no such bound.")
    yield clock(probe.answers)
    yield pace(probe.answers)


def _account(probe: Probe, now_ms: int) -> Iterator[Finding]:
    if probe.config.credentials is None:
        yield Finding("key", Verdict.UNKNOWN, "the config names none", "It reads the market tables.")
        return
    balance = probe.private(BALANCE)
    yield address(balance, families_in_use(probe.config.base_url))
    yield key(balance)
    if not balance.is_good:
        return
    yield from readable_tables(probe, now_ms)
    yield from form_of_request(probe, now_ms)
    findings, rows = windows(probe, now_ms)
    yield from findings
    yield time_filter(probe, rows[ORDERS.table])
    yield form_of_answers([row for seen in rows.values() for row in seen])
    yield from bookings(probe, balance, rows, now_ms)
    yield from oldest_rows(probe, rows, now_ms)
