"""The connector's config: read from a file, or made for the simulated exchange."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from demo.console import Problem


def read_config(path: Path) -> dict[str, Any]:
    """Raises Problem where the file cannot be used. What the fields say is the connector's to judge."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(
            f"The config file {path} cannot be read: {error.strerror}. README.md shows what is in it."
        ) from None
    except ValueError as error:
        raise Problem(f"The config file {path} is not JSON: {error}.") from None
    if not isinstance(config, dict):
        raise Problem(f"The config file {path} does not hold a JSON object.")
    return config


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
