"""Airbyte source for the Crypto.com Exchange."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from source_cryptocom.source import SourceCryptocom

__all__ = ["SourceCryptocom"]


def __getattr__(name: str) -> Any:
    """Imports the source when it is asked for: the CDK takes a second, and `source-cryptocom sync` needs none of it."""
    if name != "SourceCryptocom":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from source_cryptocom.source import SourceCryptocom  # noqa: PLC0415

    return SourceCryptocom
