"""Times in whole milliseconds, shown as RFC 3339."""

import time
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_cryptocom.clock import MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, moment_of, now_ms, rfc3339

LAST_MS_OF_9999 = 253_402_300_799_999


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (1_786_921_599_729, "2026-08-16T23:06:39.729Z"),
        (1_709_164_799_999, "2024-02-28T23:59:59.999Z"),
        (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (LAST_MS_OF_9999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_is_shown_in_utc_with_milliseconds(ms: int, text: str) -> None:
    assert rfc3339(ms) == text


@given(st.integers(min_value=0, max_value=LAST_MS_OF_9999))
def test_every_moment_reads_back_as_itself(ms: int) -> None:
    shown = datetime.strptime(rfc3339(ms), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    past = shown - epoch
    assert (past.days * 86_400 + past.seconds) * 1000 + past.microseconds // 1000 == ms


@pytest.mark.parametrize("text", ["2026-08-16T23:06:39Z", "2026-08-17T01:06:39+02:00", "2026-08-16T23:06:39"])
def test_a_written_time_is_read_in_its_zone_or_in_utc(text: str) -> None:
    assert moment_of(text) == datetime(2026, 8, 16, 23, 6, 39, tzinfo=timezone.utc)


def test_the_units_fit_into_each_other() -> None:
    assert (MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE) == (86_400_000, 3_600_000, 60_000)


def test_now_is_this_machines_time_in_milliseconds() -> None:
    before = time.time()
    now = now_ms()
    after = time.time()
    assert int(before * 1000) - 1 <= now <= int(after * 1000) + 1
