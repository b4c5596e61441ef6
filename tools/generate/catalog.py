"""The configured catalog of the examples: every table, incremental if it can be."""

import json
from pathlib import Path
from typing import Any

from source_cryptocom.streams import STREAMS, ExchangeStream, IncrementalExchangeStream

PATH = Path(__file__).parents[2] / "examples" / "catalog.json"


def text() -> str:
    """The catalog as JSON."""
    return json.dumps({"streams": [_configured(name, stream) for name, stream in STREAMS.items()]}, indent=2) + "\n"


def _configured(name: str, stream: type[ExchangeStream]) -> dict[str, Any]:
    incremental = issubclass(stream, IncrementalExchangeStream)
    return {
        "stream": {
            "name": name,
            "json_schema": {},
            "supported_sync_modes": ["full_refresh", "incremental"] if incremental else ["full_refresh"],
        },
        "sync_mode": "incremental" if incremental else "full_refresh",
        "destination_sync_mode": "append_dedup" if incremental else "overwrite",
    }
