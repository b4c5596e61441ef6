"""Where days and years begin: a time zone by its name."""

from __future__ import annotations

from datetime import timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_called(name: str | None) -> tzinfo:
    """UTC without a name. Raises SystemExit where no zone has it."""
    try:
        return ZoneInfo(name) if name else timezone.utc
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SystemExit(f"There is no time zone {name!r}. Give a name like Europe/Berlin.") from None
