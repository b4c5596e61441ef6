"""The connector's config for the simulated exchange."""

from datetime import datetime, timedelta, timezone
from typing import Any


def demo_config(base_url: str, days: int) -> dict[str, Any]:
    """The history methods answer once a second and a request covers a day, so the days are what the demo waits for."""
    start = datetime.now(timezone.utc) - timedelta(days=days)
    return {
        "api_key": "demo-key-abcdef",
        "api_secret": "demo-secret-0123456789",
        "base_url": base_url,
        "start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "trade_count": 25,
        "candlestick_count": 48,
        "candlestick_timeframes": ["1h"],
    }
