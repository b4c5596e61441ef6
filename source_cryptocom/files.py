"""Reads the files that a command names; what is wrong with one is a config error that names it."""

import json
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager

from source_cryptocom.config import ConfigError
from source_cryptocom.logs.redaction import redact

Content = TypeVar("Content")


def read_config(path: str) -> MutableMapping[str, Any]:
    """The config as it is written. Raises ConfigError."""
    return read_file("config", path, _object)


def read_catalog(path: str) -> ConfiguredAirbyteCatalog:
    """The tables to read, from a configured catalog or from what `discover` prints. Raises ConfigError."""
    return read_file("catalog", path, _catalog)


def read_state(path: str | None) -> list[AirbyteStateMessage]:
    """What earlier syncs have left; nothing where no file is named. Raises ConfigError."""
    return read_file("state", path, _states) if path else []


def read_file(kind: str, path: str, parse: Callable[[Any], Content]) -> Content:
    """`parse` of the JSON in a file. Raises ConfigError where it is missing, unreadable, or not what it should be.

    The CDK's own readers take the locale's encoding, which is not UTF-8 on Windows. From bytes, `json` tells UTF-8 and
    UTF-16 apart, with the mark that Windows PowerShell puts before either.
    """
    try:
        return parse(_json(Path(path).read_bytes()))
    except OSError as error:
        raise ConfigError(f"The {kind} file {path} cannot be read: {error.strerror or error}.") from None
    except RecursionError:
        raise ConfigError(f"The {kind} file {path} is not a valid {kind}: it is nested too deeply.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"The {kind} file {path} is not a valid {kind}: save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"The {kind} file {path} is not a valid {kind}: it is not JSON: {error}.") from None
    except Exception as error:  # noqa: BLE001 - whatever a parser makes of a bad file, the user learns which file
        # Masked before it is cut: half a secret would not be recognised any more.
        reason = " ".join(redact(str(error)).split())[:200] or type(error).__name__
        raise ConfigError(f"The {kind} file {path} is not a valid {kind}: {reason}") from None


def _json(content: bytes) -> Any:
    """The value in a file; of JSON lines, such as a command prints, the list of them."""
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        lines = [line for line in content.decode(json.detect_encoding(content)).splitlines() if line.strip()]
        with suppress(json.JSONDecodeError):
            if len(lines) > 1:
                return [json.loads(line) for line in lines]
        raise


def _catalog(content: Any) -> ConfiguredAirbyteCatalog:
    messages = content if isinstance(content, list) else [content]
    discovered = next((message["catalog"] for message in messages if message.get("type") == "CATALOG"), None)
    if discovered is None:
        return ConfiguredAirbyteCatalogSerializer.load(content)
    return ConfiguredAirbyteCatalogSerializer.load({"streams": [_configured(found) for found in discovered["streams"]]})


def _configured(discovered: Mapping[str, Any]) -> dict[str, Any]:
    """A discovered table, read on from its state where it has one."""
    mode = "incremental" if "incremental" in discovered["supported_sync_modes"] else "full_refresh"
    return {"stream": discovered, "sync_mode": mode, "destination_sync_mode": "append"}


def _object(content: Any) -> MutableMapping[str, Any]:
    if not isinstance(content, MutableMapping):
        raise ValueError("it does not hold a JSON object.")
    return content


def _states(content: Any) -> list[AirbyteStateMessage]:
    states = [AirbyteStateMessageSerializer.load(state) for state in content or []]
    if not all(state.stream or state.global_ for state in states):
        raise ValueError("each state has to say which table it belongs to.")
    ConnectorStateManager(states)  # raises ValueError for a kind of state that no table can take up
    return states
