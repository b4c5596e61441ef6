"""Reads the files a command names; what is wrong with one is a config error that names it."""

from collections.abc import Callable
from typing import TypeVar

from source_cryptocom.config import ConfigError
from source_cryptocom.logs.redaction import redact

Content = TypeVar("Content")


def read_file(kind: str, path: str, read: Callable[[str], Content]) -> Content:
    """`read(path)`. Raises ConfigError where the file is missing, unreadable, or not what it should be."""
    try:
        return read(path)
    except OSError as error:
        raise ConfigError(f"The {kind} file {path} cannot be read: {error.strerror or error}.") from None
    except RecursionError:
        raise ConfigError(f"The {kind} file {path} is not a valid {kind}: it is nested too deeply.") from None
    except Exception as error:  # noqa: BLE001 - whatever a parser makes of a bad file, the user learns which file
        # Masked before it is cut: half a secret would not be recognised any more.
        reason = " ".join(redact(str(error)).split())[:200] or type(error).__name__
        raise ConfigError(f"The {kind} file {path} is not a valid {kind}: {reason}") from None
