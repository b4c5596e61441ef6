"""The tables: one declaration each."""

from types import ModuleType
from typing import get_origin

from airbyte_cdk.sources.utils.casing import camel_to_snake

from source_cryptocom.streams import account, history, market, staking, wallet
from source_cryptocom.streams.base import ExchangeStream, IncrementalExchangeStream


def _declared_in(module: ModuleType) -> list[type[ExchangeStream]]:
    """The streams that a module declares, in their order."""
    return [
        found
        for found in vars(module).values()
        # On Python 3.10 an alias such as dict[str, str] is an instance of type as well.
        if get_origin(found) is None
        and isinstance(found, type)
        and issubclass(found, ExchangeStream)
        and found.__module__ == module.__name__
    ]


STREAMS: dict[str, type[ExchangeStream]] = {
    camel_to_snake(stream.__name__): stream
    for module in (market, account, history, wallet, staking)
    for stream in _declared_in(module)
}
"""Every table by its name, as the CDK makes it of the class's."""

__all__ = ["STREAMS", "ExchangeStream", "IncrementalExchangeStream"]
