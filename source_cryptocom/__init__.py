"""Airbyte source for the Crypto.com Exchange."""

from source_cryptocom.source import SourceCryptocom

__all__ = ["SourceCryptocom"]
